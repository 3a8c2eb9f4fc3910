"""The picture of a visual-anomaly block: cells over their picture, on a scale tied to the threshold."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

import edgekit as ek
from tests.visual.surfaces import surface

BOX = ["label", "score", "x", "y", "width", "height"]
HIGH = [[1.0, 9.0, 4.5], [1.0, 2.0, np.nan]]


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def found(**given: Any) -> ek.visual.VisualAnomaly:
    return ek.visual.VisualAnomaly(HIGH, score=9.0, threshold=4.5, **given)


def shares(ax: Axes) -> np.ma.MaskedArray:
    return ax.images[-1].get_array()


def names(ax: Axes) -> list[str]:
    return ax.get_legend_handles_labels()[1]


def test_a_cell_at_the_threshold_has_the_colour_in_the_middle_whatever_the_threshold() -> None:
    for factor in (1, 10):
        table = ek.visual.cells(np.array(HIGH) * factor)
        drawn = shares(ek.plots.cells(table, 4.5 * factor))
        assert drawn[0, 2] == 0.5
        assert drawn[0, 1] == pytest.approx(2 / 3)
        assert drawn.mask[1, 2]
        assert not drawn.mask[:1].any()


def test_cells_lie_where_their_table_says() -> None:
    ax = ek.plots.cells(found().cells(), 4.5, image=np.zeros((40, 60)))
    assert ax.images[-1].get_extent() == pytest.approx([0, 1, 1, 0])
    assert ax.get_ylim() == (1, 0)
    some = ek.plots.cells(found().cells(4.5), 4.5)  # the first row alone
    assert some.images[-1].get_extent() == pytest.approx([0, 1, 0.5, 0])


def test_flagged_cells_boxes_and_cells_without_a_score_are_named() -> None:
    boxes = pd.DataFrame(
        [("anomaly", 9.0, 1 / 3, 0, 1 / 3, 0.5)], columns=["label", "score", "x", "y", "width", "height"]
    )
    ax = ek.plots.cells(found().cells(), 4.5, boxes=boxes)
    assert names(ax) == ["no score", "at or above 4.5: 2", "boxes of the server: 1"]
    _, outlines, dashed = sorted(ax.collections, key=lambda one: one.get_linestyle()[0][1] is not None)
    assert dashed.zorder < outlines.zorder  # most boxes are flagged cells, whose outline has to be seen


def test_the_colour_bar_is_in_scores() -> None:
    ax = ek.plots.cells(found().cells(), 4.5)
    bar = next(axes for axes in ax.figure.axes if axes is not ax)
    assert [text.get_text() for text in bar.get_yticklabels()] == ["0", "1.12", "4.5", "18"]
    assert bar.get_yticks().tolist() == [0, 0.2, 0.5, 0.8]
    assert bar.get_ylabel() == "score of a cell"


def test_without_a_threshold_the_highest_score_takes_its_place_and_nothing_is_outlined() -> None:
    ax = ek.plots.cells(found().cells())
    assert shares(ax).max() == 0.5
    assert names(ax) == ["no score"]


@pytest.mark.parametrize("grid", [[], [[]], [[np.nan]], [[0.0]], [[-1.0, 2.0]], [[np.inf, 1.0]], [[1e300, 1e-300]]])
def test_every_grid_can_be_drawn(grid) -> None:
    for threshold in (None, 4.5, 0, -1):
        ek.plots.cells(ek.visual.cells(grid), threshold, image=np.zeros((8, 8, 3))).figure.canvas.draw()


def test_a_block_is_drawn_with_its_verdict_and_without_a_picture_says_so() -> None:
    block = surface(HIGH, score=3.0).blocks[0]
    ax = block.plot()
    assert ax.get_title(loc="left") == "Visual anomaly · surface03"
    assert ax.get_xlabel() == "score 3.00, not flagged at 4.5; no picture, only its cells"
    ax = block.plot(threshold=2, image=np.zeros((9, 9)), ax=plt.figure().add_subplot())
    assert ax.get_xlabel() == "score 3.00, flagged at 2"
    assert surface(HIGH, result=[{}]).blocks[0].plot().get_xlabel().startswith("no score of the picture as a whole")


def test_a_block_without_a_threshold_has_a_score_and_no_verdict() -> None:
    block = surface(HIGH, thresholds=[], minimumConfidenceRating=None).blocks[0]
    assert block.plot().get_xlabel().startswith("score 9.00;")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: ek.plots.cells([1.0]), "is a table"),
        (lambda: ek.plots.cells(pd.DataFrame({"row": [0]})), "no column"),
        (lambda: ek.plots.cells(found().cells(), float("nan")), "threshold takes numbers"),
        (lambda: ek.plots.cells(found().cells(), image="a.png"), "image is a PIL image"),
        (lambda: ek.plots.cells(found().cells(), boxes=pd.DataFrame({"x": [1]})), "boxes has no column"),
    ],
)
def test_what_cannot_be_drawn_is_told(call, said) -> None:
    with pytest.raises(ek.UsageError, match=said):
        call()
