"""A regression's predictions beside what they should be: errors, figures and their intervals, many samples at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from sklearn import metrics

import edgekit as ek
from edgekit.resampling import RESAMPLES, draws

FIGURES = ["mae", "rmse", "bias", "largest", "r2", "within"]
NUMBERS = st.floats(-1e6, 1e6, width=32)


def windows(expected: list[Any], value: list[float], **more: list[float]) -> pd.DataFrame:
    start = np.arange(len(value)) * 1000
    table = {"start_ms": start, "end_ms": start + 1000, "expected": expected, "value": value} | more
    return pd.DataFrame(table).rename_axis(index="window")


# --- predictions ------------------------------------------------------------------------------------------------------


def test_predicted_and_expected_are_numbers_with_their_difference():
    table = ek.regression.predictions(windows(["17.0"] * 4, [17.3, 16.8, 18.1, 21.0]), 1.5)
    assert list(table.columns) == ["start_ms", "end_ms", "expected", "predicted", "error", "within"]
    assert table["expected"].tolist() == [17.0] * 4
    assert table["error"].round(9).tolist() == [0.3, -0.2, 1.1, 4.0]
    assert table["within"].tolist() == [True, True, True, False]
    assert str(table["within"].dtype) == "boolean"
    assert table.index.name == "window"


@pytest.mark.parametrize("label", [None, np.nan, "idle", "", "nan", "inf", "1_7", "17,0", "0x11", "1e999"])
def test_a_label_that_is_no_finite_number_is_nan(label):
    table = ek.regression.predictions(windows([label], [17.0]), 1.5)
    assert table[["expected", "error"]].isna().all(axis=None)
    assert table["within"].isna().all()
    assert table["predicted"].tolist() == [17.0]


@pytest.mark.parametrize(("label", "number"), [(" 17.0 ", 17), ("-3", -3), ("1e-3", 0.001), (17, 17), ("+2.5", 2.5)])
def test_labels_are_read_as_python_reads_numbers(label, number):
    assert ek.regression.predictions(windows([label], [1.0]))["expected"].tolist() == [number]


def test_without_a_threshold_nothing_is_said_to_be_within():
    assert ek.regression.predictions(windows(["1"], [1.0]))["within"].isna().all()


def test_an_error_as_large_as_the_threshold_is_within_and_zero_is_a_threshold():
    table = ek.regression.predictions(windows(["1", "1"], [1.0, 1.5]), 0)
    assert table["within"].tolist() == [True, False]
    assert ek.regression.predictions(windows(["1"], [3.5]), 2.5)["within"].tolist() == [True]


def test_the_windows_of_many_results_keep_their_samples():
    front = {"sample": [7, 9], "window": [0, 0], "category": ["testing"] * 2}
    windows = pd.DataFrame(front | {"start_ms": 0, "end_ms": 1000, "expected": [1.0, 2.0], "moisture": [1.5, 1.0]})
    table = ek.regression.predictions(windows)
    assert list(table)[:3] == list(front)
    assert table["error"].tolist() == [0.5, -1.0]
    assert ek.regression.errors(table).loc["mae", "low"] < 0.75


def test_a_prediction_of_nan_has_no_error():
    table = ek.regression.predictions(windows(["1"], [np.nan]), 1)
    assert table["error"].isna().all()
    assert table["within"].isna().all()


@pytest.mark.parametrize("threshold", [-1, np.nan, "1.5", True])
def test_a_threshold_is_a_number_that_is_not_negative(threshold):
    with pytest.raises(ek.UsageError, match="threshold takes numbers"):
        ek.regression.predictions(windows(["1"], [1.0]), threshold)


def test_the_column_of_numbers_is_found_or_asked_for():
    one = windows(["1"], [1.0]).rename(columns={"value": "fat"})
    assert ek.regression.predictions(one)["predicted"].tolist() == [1.0]
    assert ek.regression.predictions(windows(["1"], [1.0], other=[2.0], anomaly=[3.0]))["predicted"].tolist() == [1.0]
    assert len(ek.regression.predictions(one[["start_ms", "end_ms", "expected"]].head(0))) == 0
    with pytest.raises(ek.UsageError, match="these are several: fat, other"):
        ek.regression.predictions(one.assign(other=2.0))
    with pytest.raises(ek.UsageError, match="there is none"):
        ek.regression.predictions(one.drop(columns="fat"))


# --- figures ----------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=30))
def test_figures_are_scikit_learns(pairs):
    expected, predicted = np.array(pairs).T
    found = ek.regression.errors(pd.DataFrame({"expected": expected, "predicted": predicted}))["value"]
    assert list(found.index) == FIGURES
    size = max(np.abs(predicted - expected).max(), 1e-300)
    assert found["mae"] == pytest.approx(metrics.mean_absolute_error(expected, predicted), rel=1e-12)
    assert found["rmse"] == pytest.approx(metrics.root_mean_squared_error(expected, predicted), rel=1e-12)
    assert found["largest"] == pytest.approx(metrics.max_error(expected, predicted), rel=1e-12)
    assert found["bias"] == pytest.approx((predicted - expected).mean(), rel=1e-12, abs=1e-12 * size)
    if np.ptp(expected) > 1e-3 * np.abs(expected).max():
        assert found["r2"] == pytest.approx(metrics.r2_score(expected, predicted), rel=1e-12, abs=1e-12)
    elif not np.ptp(expected):
        assert np.isnan(found["r2"])


def table_of(samples: int, each: int) -> pd.DataFrame:
    random = np.random.default_rng(5)
    expected = np.repeat(random.random(samples) * 40, each)
    predicted = expected + np.repeat(random.normal(0, 3, samples), each) + random.normal(0, 1, samples * each)
    return pd.DataFrame({"sample": np.repeat(np.arange(samples), each), "expected": expected, "predicted": predicted})


def test_intervals_are_of_samples_drawn_anew():
    table = table_of(12, 5)
    found = ek.regression.errors(table, threshold=2)
    error = (table["predicted"] - table["expected"]).to_numpy().reshape(12, 5)
    drawn = draws(12, RESAMPLES, 0) @ np.abs(error).sum(axis=1) / 60
    assert found.loc["mae", ["low", "high"]].tolist() == pytest.approx(
        np.quantile(drawn, [0.025, 0.975], method="nearest"), rel=1e-12
    )
    sure = found.drop("largest")
    assert (sure["low"] < sure["value"]).all()
    assert (sure["value"] < sure["high"]).all()
    assert found.loc["largest", ["low", "high"]].isna().all()


def test_windows_of_one_sample_do_not_make_a_figure_more_certain():
    table = table_of(12, 5)
    by_sample = ek.regression.errors(table).loc["mae"]
    by_window = ek.regression.errors(table, samples=np.arange(60)).loc["mae"]
    assert by_sample["value"] == pytest.approx(by_window["value"])
    assert by_sample["high"] - by_sample["low"] > 1.2 * (by_window["high"] - by_window["low"])


def test_samples_are_named_by_column_by_index_or_by_hand():
    table = table_of(4, 2)
    parts = dict(list(table.drop(columns="sample").groupby(table["sample"])))
    by_index = pd.concat(parts, names=["sample", "window"])
    expected = ek.regression.errors(table)
    pd.testing.assert_frame_equal(ek.regression.errors(by_index), expected)
    by_hand = ek.regression.errors(table.drop(columns="sample"), samples=table["sample"])
    pd.testing.assert_frame_equal(by_hand, expected)
    without = ek.regression.errors(table.drop(columns="sample"))
    assert without[["low", "high"]].isna().all(axis=None)
    with pytest.raises(ek.UsageError, match="one sample for each of 8 windows, got 2"):
        ek.regression.errors(table, samples=[1, 2])


def test_windows_without_a_number_are_left_out():
    table = pd.DataFrame({"expected": [1.0, np.nan, 3.0, 4.0], "predicted": [2.0, 2.0, np.nan, 7.0]})
    assert ek.regression.errors(table, threshold=1)["value"].to_dict() == pytest.approx(
        {"mae": 2, "rmse": np.sqrt(5), "bias": 2, "largest": 3, "r2": 1 - 10 / 4.5, "within": 0.5}
    )


def test_the_tables_own_verdict_counts_where_no_threshold_is_given():
    table = ek.regression.predictions(windows(["1", "1", "x"], [1.0, 3.0, 1.0]), 1)
    assert ek.regression.errors(table)["value"]["within"] == 0.5
    assert ek.regression.errors(table, threshold=9)["value"]["within"] == 1
    assert np.isnan(ek.regression.errors(table.drop(columns="within"))["value"]["within"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expected": [np.nan, np.nan]}, "None of 2 windows has both.*labels that are numbers"),
        ({"expected": ["idle", "wave"]}, "None of 2 windows has both.*labels that are numbers"),
        ({"predicted": ["idle", "wave"]}, r"this is a classification\. ek\.classification\.report"),
    ],
)
def test_labels_that_are_no_numbers_are_told(change, said):
    with pytest.raises(ek.UsageError, match=said):
        ek.regression.errors(pd.DataFrame({"expected": [1.0, 2.0], "predicted": [1.0, 2.0]} | change))


def test_a_text_among_the_expected_numbers_is_left_out():
    table = pd.DataFrame({"expected": ["17.0", "idle", None], "predicted": [17.5, 1.0, 2.0]})
    assert ek.regression.errors(table)["value"]["largest"] == 0.5


# --- many samples -----------------------------------------------------------------------------------------------------


@dataclass
class Block:
    """What a regression block says of one sample."""

    expected: list[Any]
    found: list[float]
    threshold: float | None = 1.5
    kind: str = "regression"
    id: int = 7
    sample: Any = field(default_factory=lambda: SimpleNamespace(id=3))

    def predictions(self, threshold: float | None = None) -> pd.DataFrame:
        limit = self.threshold if threshold is None else threshold
        return ek.regression.predictions(windows(self.expected, self.found), limit)


CASE = {1: Block(["17"] * 2, [17.5, 17.5]), 2: Block(["20"], [12.0]), 3: Block(["idle"], [1.0]), 4: Block([], [])}


def test_the_furthest_off_come_first_and_samples_without_a_number_last():
    summary = ek.regression.summary(CASE)
    table = summary.per_sample
    assert table.index.tolist() == [2, 1, 3, 4]
    assert table.index.name == "sample"
    assert table.loc[2].to_dict() == {
        "windows": 1, "expected": 20, "predicted": 12, "mae": 8, "bias": -8, "largest": 8, "within": 0,
    }  # fmt: skip
    assert table["windows"].tolist() == [1, 2, 0, 0]
    assert summary.note == (
        "In 2 of 4 samples no window has an expected and a predicted number. An error up to 1.5 is allowed."
    )
    assert list(summary.figures.index) == FIGURES
    assert summary.figures.loc["mae", "value"] == 3


def test_another_threshold_can_be_given():
    assert ek.regression.summary(CASE, threshold=9).figures.loc["within", "value"] == 1
    own = {1: Block(["1"], [1.0], 1.0), 2: Block(["1"], [1.0], 2.0), 3: Block(["1"], [1.0], None)}
    assert "Each result's own threshold" in ek.regression.summary(own).note
    assert "without a threshold" in ek.regression.summary({3: own[3]}).note


@pytest.mark.parametrize(("function", "kind"), [(ek.regression, "classification"), (ek.classification, "regression")])
def test_a_block_of_another_kind_is_refused_with_what_sums_it_up(function, kind):
    with pytest.raises(ek.UsageError, match=f"Block 7 is of the kind {kind}: ek.{kind}.summary"):
        function.summary({1: Block(["1"], [1.0], kind=kind)})


def test_a_set_without_any_number_is_refused_with_the_reason():
    with pytest.raises(ek.UsageError, match="labels that are numbers"):
        ek.regression.summary({3: CASE[3], 4: CASE[4]})


# --- pictures ---------------------------------------------------------------------------------------------------------


def test_points_beyond_the_threshold_are_told_apart_in_the_legend():
    table = pd.DataFrame({"expected": [1.0, 2.0, np.nan], "predicted": [1.1, 9.0, 1.0]})
    for draw in (ek.plots.predicted, ek.plots.residuals):
        ax = draw(table, threshold=0.5, title="fat")
        assert [text.get_text() for text in ax.get_legend().get_texts()] == ["error up to 0.5: 1", "larger error: 1"]
        assert ax.get_title(loc="left") == "fat"
        plt.close(ax.figure)
    ax = ek.plots.residuals(table)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["windows: 2"]
    plt.close("all")


def test_pictures_of_nothing_are_drawn_empty():
    nothing = ek.regression.predictions(windows([], []))
    for draw in (ek.plots.predicted, ek.plots.residuals, ek.plots.predicted_over_time):
        draw(nothing, threshold=1).figure.canvas.draw()
    plt.close("all")


def test_over_time_each_prediction_stands_at_the_middle_of_its_window():
    ax = ek.plots.predicted_over_time(ek.regression.predictions(windows(["1", "x"], [1.0, 3.0]), 1), 1, length_ms=5000)
    assert ax.get_lines()[0].get_xydata().tolist() == [[0.5, 1.0], [1.5, 3.0]]
    assert ax.get_xlim() == (0, 5)
    ax.figure.canvas.draw()
    plt.close("all")


def test_a_table_that_is_none_is_refused():
    with pytest.raises(ek.UsageError, match=r"no column \['predicted'\]"):
        ek.plots.residuals(pd.DataFrame({"expected": [1.0]}))
    with pytest.raises(ek.UsageError, match="threshold takes numbers"):
        ek.plots.predicted(pd.DataFrame({"expected": [1.0], "predicted": [1.0]}), threshold=-1)


def test_a_store_without_a_part_that_was_counted_says_that_nothing_is_known():
    store = SimpleNamespace(parts_of=lambda *_: None, counts_of=lambda *_: iter(()))
    with pytest.raises(ek.UsageError, match="its windows"):
        ek.regression.summary(store)
