"""A regression block's answer: numbers beside numbers, in words that say how far off they are, as a picture."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt

import edgekit as ek
from edgekit.results.block_windows import of_blocks
from tests.conftest import SEED

CASE = (SEED.parent / "cases" / "regression-response.json").read_bytes()


def case(label: str | None = "17.0", **block: Any) -> ek.BlockResult:
    """Return the public case: four windows of a sample that is 17.0."""
    document = json.loads(CASE)
    first = document["classifications"][0]
    if label != "17.0":
        first["expectedLabels"] = [] if label is None else [{"startIndex": 0, "endIndex": 399, "label": label}]
        document["sample"]["sample"]["label"] = label or ""
    first |= block
    return ek.parse(document).blocks[0]


def test_expected_and_predicted_are_numbers_with_their_error():
    table = case().predictions()
    assert list(table.columns) == ["start_ms", "end_ms", "expected", "predicted", "error", "within"]
    assert table["expected"].tolist() == [17.0] * 4
    assert table["error"].round(9).tolist() == [0.3, -0.2, 1.1, 4.0]
    assert table["within"].tolist() == [True, True, True, False]
    assert case().predictions(threshold=4)["within"].all()
    assert case().windows()["expected"].tolist() == [17.0] * 4


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (case(), "mean 18.3, expected 17, largest error 4, 1 of 4 beyond 1.5"),
        (case(thresholds=[], minimumConfidenceRating=5), "mean 18.3, expected 17, largest error 4, 0 of 4 beyond 5"),
        (case(result=[{"value": 17.3}]), "17.3, expected 17, error 0.3, within 1.5"),
        (case(result=[{"value": 27.3}]), "27.3, expected 17, error 10.3, beyond 1.5"),
        (case("idle"), "mean 18.3, 16.8 to 21 (4 windows)"),
        (case(None), "mean 18.3, 16.8 to 21 (4 windows)"),
    ],
)
def test_the_words_say_how_far_off_it_is_where_a_number_was_expected(block, words):
    assert block.in_words() == words
    assert words in repr(block)


def test_labels_that_change_within_a_sample_are_a_range():
    ranges = [{"startIndex": 0, "endIndex": 199, "label": "17"}, {"startIndex": 200, "endIndex": 399, "label": "19.5"}]
    block = case(expectedLabels=ranges)
    assert block.predictions()["expected"].tolist() == [17, 17, 19.5, 19.5]
    assert block.in_words().startswith("mean 18.3, expected 17 to 19.5, largest error 1.5, 0 of 4")


@pytest.mark.parametrize("label", ["idle", None, "nan"])
def test_without_an_expected_number_the_error_is_nan_and_a_summary_says_why(label):
    table = case(label).predictions()
    assert table[["expected", "error"]].isna().all(axis=None)
    assert table["within"].isna().all()
    with pytest.raises(ek.UsageError, match="labels that are numbers"):
        ek.regression.summary(case(label))


def test_the_threshold_is_the_error_allowed_and_can_exceed_1():
    assert case().threshold == 1.5
    assert case(thresholds=[], minimumConfidenceRating=12).threshold == 12
    assert case(thresholds=[], minimumConfidenceRating=None).predictions()["within"].isna().all()
    with pytest.raises(ek.UsageError, match="threshold takes numbers"):
        case().predictions(-1)


def test_a_negative_threshold_of_the_block_is_no_error_that_is_allowed():
    block = case(thresholds=[], minimumConfidenceRating=-3)
    assert block.threshold is None
    with pytest.warns(UserWarning, match=r"-3, which is no error.*predictions\(threshold=…\)"):
        assert block.predictions()["within"].isna().all()
    with pytest.warns(UserWarning, match="no error that is allowed"):
        assert ek.explore(block).threshold == pytest.approx(4)
    assert block.predictions(1.5)["within"].sum() == 3
    assert block.in_words() == "mean 18.3, expected 17, largest error 4"
    block.plot().figure.canvas.draw()
    plt.close("all")


def test_an_anomaly_score_beside_its_numbers_leaves_it_a_regression():
    block = case(result=[{"value": 17.3, "anomaly": 0.7}, {"value": 16.8, "anomaly": 0.2}])
    assert block.shown_kinds == ["regression"]
    assert block.predictions()["predicted"].tolist() == [17.3, 16.8]
    assert block.windows()["anomaly"].tolist() == [0.7, 0.2]
    assert of_blocks([block]).predictions["predicted"].tolist() == [17.3, 16.8]
    assert case(result=[{"anomaly": 0.7}]).shown_kind == "anomaly"


@pytest.mark.parametrize("rows", [[{"x": 1.0, "y": 2.0}], [{}, {}]])
def test_of_several_numbers_a_window_or_none_all_are_drawn(rows):
    lines = case(result=rows).plot().get_lines()
    assert [line.get_label() for line in lines] == list(rows[0])
    plt.close("all")


def test_it_is_drawn_beside_what_is_expected():
    ax = case().plot()
    assert ax.get_ylabel() == "predicted"
    assert {text.get_text() for text in ax.get_legend().get_texts()} >= {"error up to 1.5: 3", "larger error: 1"}
    assert ax.get_xlim() == (0, 4)
    case("idle").plot().figure.canvas.draw()
    plt.close("all")


def test_a_project_of_meat_is_summed_up_with_intervals_over_samples(sandbox):
    meat = ek.connect(url=sandbox.url, api_key=sandbox.keys["meat"])
    results = meat.classify(meat.samples("testing").index)
    summary = ek.regression.summary(results)
    assert len(summary.per_sample) == 43
    assert summary.per_sample["mae"].is_monotonic_decreasing
    mae, low, high = summary.figures.loc["mae"]
    assert 1 < low < mae < high < 3
    assert summary.figures.loc["r2", "value"] > 0.9
    together = {result.sample.id: result.blocks[0].predictions() for result in results}
    errors = np.array([table["error"].abs().mean() for table in together.values()])
    assert mae == pytest.approx(errors.mean(), rel=1e-12)
