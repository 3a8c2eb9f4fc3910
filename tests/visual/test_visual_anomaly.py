"""What a visual-anomaly model says of one picture, made by hand: verdict, figures, and where they disagree."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

import edgekit as ek
from edgekit.visual import VisualAnomaly

BOX = ["label", "score", "x", "y", "width", "height"]


def boxes(*rows: tuple[float, ...]) -> pd.DataFrame:
    return pd.DataFrame([("anomaly", *row) for row in rows], columns=BOX)


def test_mean_and_largest_are_those_of_the_cells_where_the_server_says_none() -> None:
    found = VisualAnomaly([[1.0, np.nan], [2.0, 6.0]])
    assert (found.mean, found.max) == (3.0, 6.0)
    assert math.isnan(found.score)
    assert found.notes == ()


def test_the_score_of_the_picture_decides_and_not_its_largest_cell() -> None:
    found = VisualAnomaly([[1.0, 6.1], [2.0, 3.0]], score=3.025, threshold=4.5, method="mean")
    assert not found.flagged()
    assert found.flagged(3)
    assert found.flagged(3.025)
    assert repr(found) == (
        "<VisualAnomaly of 2 rows, 2 columns · score 3.02 by mean, not flagged at 4.5 · highest 6.10, mean 3.02>"
    )


def test_without_a_score_of_the_picture_or_a_threshold_there_is_no_verdict() -> None:
    with pytest.raises(ek.UsageError, match=r"without a threshold: give one, flagged\(threshold"):
        VisualAnomaly([[6.1]], score=6.1).flagged()
    with pytest.raises(ek.UsageError, match=r"cells do not decide"):
        VisualAnomaly([[6.1]], threshold=4.5).flagged()


def test_boxes_and_cells_that_agree_need_no_note() -> None:
    found = VisualAnomaly([[1.0, 5.0], [2.0, 3.0]], boxes=boxes((5.0, 0.5, 0, 0.5, 0.5)), threshold=4.5)
    assert found.notes == ()


def test_a_box_may_hold_several_cells_or_a_part_of_one() -> None:
    cells = [[1.0, 5.0, 1.0], [4.6, 4.7, 2.0], [1.0, 1.0, 6.0]]
    whole, part, huge = (5.0, 0, 0, 0.7, 0.7), (6.0, 0.7, 0.7, 0.1, 0.1), (6.0, -5e307, -5e307, 1e308, 1e308)
    for given in ((whole, part), (huge,), ((np.nan, 0, 0, 1, 1),)):
        assert VisualAnomaly(cells, boxes=boxes(*given), threshold=4.5).notes == ()
    (note,) = VisualAnomaly(cells, boxes=boxes(whole), threshold=4.5).notes
    assert "1 of 4 cells" in note


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "2 of 2 cells at or above 4.5 are in no box"),
        ({"boxes": boxes((5.0, 0.5, 0, 0.5, 0.5))}, "1 of 2 cells at or above 4.5 are in no box"),
        ({"boxes": boxes((5.0, 0, 0, 1, 1), (1.0, 0, 0.5, 0.5, 0.5))}, "1 of 2 boxes lie on a cell below 4.5"),
        ({"boxes": boxes((5.0, 0, 0, 1, 1), (5.0, 80, 0, 80, 80))}, "1 of 2 boxes lie outside the picture"),
        (
            {"boxes": boxes((3.0, 0, 0, 1, 1))},
            "1 of 1 boxes have another score than the highest cell in them: 3, the cell 5",
        ),
        ({"mean": 9.0}, "the mean of the cells is 9; it is 3.5"),
        ({"max": 9.0}, "the largest of the cells is 9; it is 5"),
    ],
)
def test_boxes_and_figures_that_disagree_with_the_cells_are_told(given, said) -> None:
    found = VisualAnomaly([[1.0, 5.0], [3.0, 5.0]], threshold=4.5, **given)
    assert said in " ".join(found.notes)
    assert said in found._repr_html_()


def test_boxes_without_a_grid_are_told() -> None:
    assert VisualAnomaly([], boxes=boxes((5.0, 0, 0, 1, 1))).notes == ("There are boxes, and no grid of cells.",)


def test_what_it_gives_away_cannot_change_it() -> None:
    scores = np.ones((2, 2))
    found = VisualAnomaly(scores, boxes=boxes((5.0, 0, 0, 1, 1)))
    scores[0, 0] = 7
    table = found.boxes
    table.loc[0, "score"] = 7
    assert found.scores[0, 0] == 1
    assert found.boxes["score"].tolist() == [5.0]
    with pytest.raises(ValueError, match="read-only"):
        found.scores[0, 0] = 7


def test_a_method_from_a_server_is_escaped() -> None:
    found = VisualAnomaly([[1.0]], score=1.0, method="<script>")
    assert "<script>" not in found._repr_html_()
