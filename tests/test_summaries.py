"""What the summaries of every kind share: intervals over samples, and which blocks a summary is about."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

import edgekit as ek
from edgekit.resampling import Figure, draws, figure
from edgekit.summaries import Summary, blocks_of, figures_table


def mean(sums: np.ndarray) -> np.ndarray:
    return sums[..., 0] / sums[..., 1]


def test_a_figure_is_the_statistic_of_all_samples_and_its_interval_that_of_drawn_ones() -> None:
    right = np.random.default_rng(1).integers(0, 11, 40)
    counts = np.column_stack([right, np.full(40, 10)])
    value, low, high = figure(counts, mean, resamples=500, seed=3)
    assert value == right.sum() / 400
    drawn = draws(40, 500, 3) @ counts
    assert (low, high) == tuple(np.quantile(mean(drawn), [0.025, 0.975], method="nearest"))
    assert low < value < high


def test_one_sample_leaves_no_interval() -> None:
    value, low, high = figure([[3, 4]], mean)
    assert value == 0.75
    assert np.isnan([low, high]).all()


def test_no_samples_make_no_figure() -> None:
    assert np.isnan(figure(np.zeros((0, 2)), mean)).all()


def test_many_samples_are_drawn_in_parts_that_give_what_one_draw_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = np.column_stack([np.arange(30), np.full(30, 30)])
    whole = figure(counts, mean)
    monkeypatch.setattr("edgekit.resampling._AT_ONCE", 100)
    assert figure(counts, mean) == whole


@dataclass
class Sampled:
    id: int


@dataclass
class Block:
    kind: str
    id: int = 1
    sample: Sampled = field(default_factory=lambda: Sampled(7))


@dataclass
class Result:
    blocks: list[Block]

    def block(self, key: int | str) -> Block:
        return next(block for block in self.blocks if key in (block.id, block.kind))


@dataclass
class ModelTested:
    results: dict[int, Result]


CLASSIFIER, DETECTOR = Block("classification", 4), Block("detection", 5)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (Result([CLASSIFIER, DETECTOR]), [(7, CLASSIFIER)]),
        ([Result([CLASSIFIER]), Result([CLASSIFIER])], [(7, CLASSIFIER), (7, CLASSIFIER)]),
        ({31: Result([CLASSIFIER])}, [(31, CLASSIFIER)]),
        (ModelTested({31: Result([CLASSIFIER])}), [(31, CLASSIFIER)]),
        (CLASSIFIER, [(7, CLASSIFIER)]),
        (iter([CLASSIFIER]), [(7, CLASSIFIER)]),
    ],
)
def test_results_come_one_or_many_whole_or_as_blocks(results: object, expected: object) -> None:
    assert blocks_of(results, "classification") == expected  # type: ignore[arg-type]


def test_a_block_can_be_named() -> None:
    assert blocks_of([Result([CLASSIFIER, DETECTOR])], "classification", 5) == [(7, DETECTOR)]


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([], "no results"),
        ("31", "Expected what classify"),
        (31, "Expected what classify"),
        ([31], "Expected what classify"),
        (pd.DataFrame(), "Expected what classify"),
        ([Result([DETECTOR])], ", only of: detection."),
        ([Result([CLASSIFIER, Block("classification", 9)])], "or give its part of each result: [result.block("),
        ([CLASSIFIER, Block("classification", 9)], "several learn blocks (4, 9)"),
    ],
)
def test_anything_else_is_refused_with_what_to_give(results: object, said: str) -> None:
    with pytest.raises(ek.UsageError) as refused:
        blocks_of(results, "classification")  # type: ignore[arg-type]
    assert said in str(refused.value)


def test_a_summary_shows_its_figures_with_their_intervals_and_escapes_what_came_from_a_server() -> None:
    figures = figures_table({"accuracy": Figure(0.8251, 0.55, 1.0), "<b>": Figure(np.nan, np.nan, np.nan)})
    summary = Summary(pd.DataFrame({"right": [1, 2]}, index=pd.Index([4, 5], name="sample")), figures, "A note.")
    assert repr(summary) == "<Summary of 2 samples · accuracy 0.825 (0.55 to 1) · <b> none>"
    html = summary._repr_html_()
    assert "&lt;b&gt;" in html
    assert "<b>none" not in html
    assert "A note." in html
    assert list(figures.columns) == ["value", "low", "high"]
    assert figures.index.name == "figure"
