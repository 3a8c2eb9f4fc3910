"""The functions of the explorer of visual anomalies by themselves, each held against Python's own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import edgekit as ek
from edgekit import colours
from edgekit.visual.summary import outcomes

MODULES = (
    "shared/arrays.js",
    "shared/threshold_rules.js",
    "shared/two_sides.js",
    "visual/grid.js",
    "visual/heat.js",
    "visual/verdict.js",
)
RANDOM = np.random.default_rng(0)
# a grid as the front end has it; JSON has no NaN
GRID = "({rows: x[0].length, columns: x[0][0].length, scores: Float64Array.from(x[0].flat(), (s) => s ?? NaN)})"


@pytest.mark.parametrize("threshold", [4.5, 0.0, -1.0])
def test_heat_stands_where_python_says_on_the_colour_map(call, threshold):
    scores = np.array([-3, 0, 0.1, 1.125, 4.5, 18, 1e9])
    found = call("x[0].map((score) => heatShare(score, x[1]))", [scores.tolist(), threshold])
    np.testing.assert_allclose(found, colours.heat_shares(scores, threshold))
    assert call("[heatShare(NaN, 1), heatShare(Infinity, 1), heatShare(1, Infinity)].map(String)") == ["NaN", "1", "0"]
    assert call("[0.2, 0.5, 0.8].map((share) => heatShare(scoreAt(share, 4.5), 4.5))") == pytest.approx([0.2, 0.5, 0.8])


def test_a_pixel_has_the_colour_of_its_score_and_none_without_one(call):
    pixels = call(
        "[...heatPixels(Float64Array.of(0, 4.5, NaN, 1e9), 4.5, Uint8Array.from(x.flat()))]", colours.heat().tolist()
    )
    assert np.reshape(pixels, (4, 4)).tolist() == [
        [*colours.heat()[0], 255], [*colours.heat()[128], 255], [0, 0, 0, 0], [*colours.heat()[255], 255]
    ]  # fmt: skip


@pytest.mark.parametrize("shape", [(1, 1), (5, 5), (3, 7)])
def test_the_cell_at_a_place_is_that_of_python(call, shape):
    x, y = RANDOM.uniform(0, 0.999, (2, 40))
    grid = np.zeros(shape)
    found = call(f"x[1].map((across, i) => cellAt({GRID}, across, x[2][i]))", [grid.tolist(), x.tolist(), y.tolist()])
    row, column = ek.visual.cell_at(x, y, shape)
    assert found == (row * shape[1] + column).tolist()
    assert call(f"[cellAt({GRID}, -0.1, 0.5), cellAt({GRID}, 0.5, 1.2)]", [grid.tolist()]) == [-1, -1]


def test_arrows_stop_at_the_rim(call):
    grid = np.zeros((3, 4)).tolist()
    steps = [[0, 0, 1], [0, -1, 0], [11, 1, 0], [5, 1, 1], [3, 0, 10]]
    assert call(f"x[1].map((step) => cellBeside({GRID}, ...step))", [grid, steps]) == [1, 0, 11, 10, 3]


def test_cells_at_the_threshold_are_flagged_and_the_highest_is_found(call):
    grid = [[None, 1.0, 4.5], [2.0, 9.0, 9.0]]
    assert call(f"cellsFlagged({GRID}, 4.5)", [grid]) == 3
    assert call(f"highestCell({GRID})", [grid]) == 4
    assert call(f"highestCell({GRID})", [[[None, None]]]) == -1


def test_the_outline_is_where_flagged_cells_meet_others(call):
    flagged = RANDOM.random((6, 8)) < 0.4
    lines = call(f"outline({GRID}, 1)", [flagged.astype(float).tolist()])
    padded = np.pad(flagged, 1)
    assert len(lines) == (padded[1:] != padded[:-1]).sum() + (padded[:, 1:] != padded[:, :-1]).sum()
    assert call(f"outline({GRID}, 1)", [[[2.0]]]) == [[0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 1, 1], [0, 1, 1, 1]]


def test_verdicts_and_counts_are_those_of_python(call):
    score = RANDOM.uniform(0, 9, 60).round(1)
    score[:3] = 4.5
    truth = RANDOM.integers(-1, 2, 60)
    anomalous = pd.array(np.where(truth < 0, None, truth == 1), "boolean")
    flagged, outcome = outcomes(score, anomalous, 4.5)
    given = [score.tolist(), truth.tolist()]
    pictures = "{score: Float64Array.from(x[0]), truth: x[1]}"
    for show, wanted in (
        ("all", np.ones(60, bool)),
        ("flagged", flagged),
        ("false alarms", outcome == "false alarm"),
        ("misses", outcome == "missed"),
    ):
        assert call(f"filtered({pictures}, 4.5, '{show}')", given) == np.flatnonzero(wanted).tolist()
    counts = call("twoSides(byTruth(Float64Array.from(x[0]), x[1]), 4.5, countFlagged)", given)
    wanted = ek.anomaly.counts(score, anomalous, np.nextafter(4.5, 0))
    assert {name: counts[name] for name in ("tp", "fp", "fn", "tn", "above")} == wanted[
        ["tp", "fp", "fn", "tn", "above"]
    ].to_dict()


def test_a_picture_without_a_score_is_neither_flagged_nor_missed(call):
    assert call("verdictOf(NaN, 1, 4.5)") == {"flagged": False, "wrong": ""}
    assert call("filtered({score: Float64Array.of(NaN), truth: [1]}, 4.5, 'misses')") == []
