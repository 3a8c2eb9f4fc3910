"""Static pictures of scores: their histogram, what every threshold does, why one window scored as it did."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import StepPatch

from edgekit import anomaly, plots
from edgekit.colours import WINDOWS
from tests.plots.test_plots import HOSTILE, closed, drawn, legend, line

__all__ = ["closed"]  # a fixture that pytest finds by name


def outlines(ax: Axes) -> list[StepPatch]:
    return [patch for patch in ax.patches if isinstance(patch, StepPatch) and not patch.get_fill()]


# --- histogram --------------------------------------------------------------------------------------------------------


def test_normal_and_anomalous_windows_are_apart_and_the_threshold_is_a_line():
    ax = drawn(plots.histogram([0.5, 1.0, 20.0, 3.0], [False, False, True, None], 2.5))
    assert legend(ax) == [
        "normal (2 windows)", "anomalous (1 window)", "not known (1 window)", "threshold 2.5",
    ]  # fmt: skip
    assert list(line(ax, "threshold 2.5").get_xdata()) == [2.5, 2.5]
    colours = [patch.get_edgecolor() for patch in outlines(ax)]
    assert colours[:2] == [to_rgba(WINDOWS[kind].light) for kind in ("normal", "anomalous")]
    assert len({patch.get_linestyle() for patch in outlines(ax)}) == 3


def test_every_finite_score_is_counted():
    scores = np.concatenate([np.geomspace(1e-3, 1e3, 500), -np.geomspace(1e-3, 1e3, 500), [np.nan, np.inf]])
    ax = drawn(plots.histogram(scores, np.arange(1002) % 2 == 0))
    assert legend(ax) == ["normal (500 windows)", "anomalous (500 windows)"]
    assert [patch.get_data().values.sum() for patch in outlines(ax)] == [500, 500]


def test_no_two_of_many_lines_look_alike():
    ax = drawn(plots.signal(pd.DataFrame(np.zeros((2, 18)), columns=[f"axis {i}" for i in range(18)])))
    assert len({(each.get_color(), str(each._dash_pattern)) for each in ax.lines}) == 18


@pytest.mark.parametrize("far", [1e300, -1e300])
def test_what_is_farther_out_than_a_scale_can_count_is_drawn_all_the_same(far):
    table = pd.DataFrame({"start_ms": [0, 1], "end_ms": [1, 2], "expected": "idle", "anomaly": [far, 1.0]})
    drawn(plots.windows(table, -far))
    drawn(plots.histogram(table["anomaly"], threshold=-far))
    drawn(plots.scores(table, threshold=-far))
    drawn(plots.sweep(anomaly.sweep(table, [True, False]), -far))


def test_without_truth_all_are_of_unknown_kind():
    assert legend(plots.histogram(pd.Series([1.0, 2.0], index=[7, 9]))) == ["not known (2 windows)"]


@pytest.mark.parametrize("scores", [[], [np.nan], [np.inf], [0.0], [1e300, -1e300]])
def test_a_histogram_of_little_or_nothing_is_drawn(scores):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn(plots.histogram(scores, [True] * len(scores), 1.0))


# --- sweep ------------------------------------------------------------------------------------------------------------


def test_a_sweep_has_a_line_a_figure_that_holds_until_the_next_threshold():
    ax = drawn(plots.sweep(anomaly.sweep([1, 2, 5], [False, False, True]), 3))
    assert legend(ax) == ["precision", "recall", "f1", "balanced accuracy", "false alarm rate", "threshold 3"]
    assert line(ax, "false alarm rate").get_xdata().tolist() == [1, 2, 5]
    assert line(ax, "false alarm rate").get_ydata().tolist() == [0.5, 0, 0]
    assert line(ax, "recall").get_drawstyle() == "steps-post"


@pytest.mark.parametrize("truth", [[], [True], [False], [True, True]])
def test_a_sweep_of_one_kind_or_none_is_drawn(truth):
    drawn(plots.sweep(anomaly.sweep(np.arange(len(truth)), truth)))


# --- explanation ------------------------------------------------------------------------------------------------------


def test_the_largest_share_is_on_top_with_its_part_of_the_whole():
    row = pd.Series(
        {"score": 9.0, "component": 2, "distance": 10.0, "accX RMS": 3.0, "accY RMS": 8.0, "accZ RMS": -1.0}
    )
    ax = drawn(plots.explanation(row))
    assert [text.get_text() for text in ax.get_yticklabels()] == ["accZ RMS", "accX RMS", "accY RMS"]
    assert [bar.get_width() for bar in ax.patches] == [-10, 30, 80]
    assert [text.get_text() for text in ax.texts] == ["-10 %", "30 %", "80 %"]
    assert ax.patches[0].get_facecolor() != ax.patches[1].get_facecolor()


def test_of_many_features_the_largest_are_drawn_and_the_axis_says_so():
    ax = drawn(plots.explanation(pd.Series(np.arange(40.0), index=[f"feature {i}" for i in range(40)])))
    np.testing.assert_allclose([bar.get_width() for bar in ax.patches], np.arange(28, 40) / 7.8)
    assert "12 of 40 features" in ax.get_xlabel()


@pytest.mark.parametrize("values", [[], [0.0, 0.0], [np.nan, 1.0]])
def test_shares_that_say_nothing_are_drawn(values):
    drawn(plots.explanation(pd.Series(values, index=[str(i) for i in range(len(values))], dtype=float)))


def test_features_of_one_name_have_a_bar_each():
    assert len(plots.explanation(pd.Series([1.0, 2.0], index=["a", "a"])).patches) == 2


@pytest.mark.parametrize("name", HOSTILE)
def test_any_feature_is_drawn(name):
    ax = drawn(plots.explanation(pd.Series({name: 1.0})))
    assert [text.get_text().strip().replace("\\$", "$") for text in ax.get_yticklabels()] == [name]
    assert len(plt.get_fignums()) == 1
