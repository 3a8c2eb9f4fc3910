"""Static pictures of a classification: confusion matrix, reliability, probabilities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import edgekit as ek
from edgekit import classification, plots
from tests.plots.test_plots import HOSTILE, closed, drawn, legend, line

__all__ = ["closed"]  # a fixture that pytest finds by name
WINDOWS = pd.DataFrame({"expected": ["a", "a", "b", "b"], "a": [0.9, 0.55, 0.2, 0.8], "b": [0.1, 0.45, 0.8, 0.2]})


def test_a_confusion_matrix_shows_every_count_and_shades_by_row():
    ax = drawn(plots.confusion(classification.confusion(classification.predictions(WINDOWS, 0.6)), title="one"))
    assert [text.get_text() for text in ax.texts] == ["1", "1", "1", "1"]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["a", "b", "uncertain"]
    np.testing.assert_allclose(ax.images[0].get_array(), [[0.5, 0, 0.5], [0.5, 0.5, 0]])
    assert ax.get_title(loc="left") == "one"


def test_many_labels_are_drawn_without_counts():
    names = [f"label {i}" for i in range(30)]
    assert not drawn(plots.confusion(pd.DataFrame(np.eye(30, dtype=int), names, names))).texts


def test_a_reliability_curve_has_a_point_for_each_bin_with_windows():
    ax = drawn(plots.reliability(classification.calibration(WINDOWS)))
    points = ax.collections[0].get_offsets()
    assert (~np.isnan(np.asarray(points, float)).any(axis=1)).sum() == 3
    assert legend(ax) == ["calibrated", "the model", "share of windows"]


def test_right_and_wrong_windows_are_apart_and_the_threshold_is_a_line():
    ax = drawn(plots.probabilities(classification.predictions(WINDOWS), 0.6))
    assert legend(ax) == ["right (3 windows)", "wrong (1 window)", "threshold 0.6"]
    assert list(line(ax, "threshold 0.6").get_xdata()) == [0.6, 0.6]
    assert "uncertain (1 window)" in legend(drawn(plots.probabilities(classification.predictions(WINDOWS, 0.6))))


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_a_server_cannot_break_a_picture(name):
    table = pd.DataFrame({"expected": [name, "a"], "predicted": [name, "a"], "probability": [0.5, 1.5]})
    drawn(plots.confusion(classification.confusion(table), title=name))
    drawn(plots.probabilities(table, title=name))


@pytest.mark.parametrize("plot", [plots.confusion, plots.reliability, plots.probabilities])
@pytest.mark.parametrize("given", [None, 3, [[1]], pd.DataFrame({"x": ["y"]})])
def test_something_else_in_place_of_a_table_is_refused(plot, given):
    with pytest.raises(ek.UsageError):
        plot(given)


def test_a_matrix_of_nothing_is_empty_and_predictions_are_no_matrix():
    assert not drawn(plots.confusion(pd.DataFrame())).images
    with pytest.raises(ek.UsageError, match=r"matrix: ek\.classification\.confusion\(predictions\)"):
        plots.confusion(classification.predictions(WINDOWS))
