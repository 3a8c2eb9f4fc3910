"""Where the cells of a grid lie: in the model's input, in the stored picture, and which cell a place belongs to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import edgekit as ek
from edgekit.detection import RESIZE_MODES, to_input
from edgekit.visual import cell_at, cells, to_stored

quickly = settings(max_examples=60, deadline=None)
PLACE = ["x", "y", "width", "height"]
COLUMNS = ["row", "column", "score", *PLACE]
shapes = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24)
sizes = st.tuples(st.integers(1, 4000), st.integers(1, 4000))
scores = st.one_of(st.floats(-1e6, 1e6), st.just(np.nan))


def test_cells_are_listed_row_by_row_with_x_to_the_right() -> None:
    table = cells([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert list(table) == COLUMNS
    assert table["score"].tolist() == [1, 2, 3, 4, 5, 6]
    assert table[["row", "column"]].iloc[3].tolist() == [1, 0]
    assert table[PLACE].iloc[5].tolist() == pytest.approx([2 / 3, 1 / 2, 1 / 3, 1 / 2])


@pytest.mark.parametrize("grid", [[], [[]], [[], []], np.empty((0, 5))])
def test_a_grid_without_cells_has_a_table_without_rows_and_its_columns(grid) -> None:
    for table in (cells(grid), cells(grid, 1.0)):
        assert len(table) == 0
        assert list(table) == COLUMNS


@quickly
@given(shapes.flatmap(lambda shape: arrays(float, shape, elements=scores)), st.floats(-1e6, 1e6))
def test_cells_at_or_above_a_threshold_are_those_of_the_whole_table(grid, threshold) -> None:
    everything, above = cells(grid), cells(grid, threshold)
    assert len(everything) == grid.size
    np.testing.assert_array_equal(everything["score"], grid.ravel())
    pd.testing.assert_frame_equal(above, everything[everything["score"] >= threshold].reset_index(drop=True))


@quickly
@given(shapes)
def test_the_middle_and_the_upper_left_corner_of_each_cell_lie_in_it(shape) -> None:
    table = cells(np.zeros(shape))
    for part in (0, 0.5):
        row, column = cell_at(table["x"] + part * table["width"], table["y"] + part * table["height"], shape)
        np.testing.assert_array_equal(row, table["row"])
        np.testing.assert_array_equal(column, table["column"])


@pytest.mark.parametrize(
    ("x", "y", "cell"),
    [
        (0, 0, (0, 0)),
        (1, 1, (3, 4)),
        (1, 0, (0, 4)),
        (-0.01, 0.5, (-1, -1)),
        (0.5, 1.01, (-1, -1)),
        (np.nan, 0, (-1, -1)),
    ],
)
def test_the_edges_belong_to_the_last_cells_and_what_lies_outside_to_none(x, y, cell) -> None:
    assert tuple(map(int, cell_at(x, y, (4, 5)))) == cell


def test_a_grid_without_cells_has_no_cell_anywhere() -> None:
    assert tuple(map(int, cell_at(0.5, 0.5, (0, 0)))) == (-1, -1)


@quickly
@given(shapes, sizes, sizes, st.sampled_from(sorted(RESIZE_MODES)))
def test_cells_go_to_the_stored_picture_and_back_to_where_they_were(shape, image, target, mode) -> None:
    table = cells(np.zeros(shape))
    stored = to_stored(table, image, target, mode)
    assert (stored[["x", "y"]] >= 0).all(axis=None)
    assert (stored["x"] + stored["width"] <= image[0] * (1 + 1e-9)).all()
    assert (stored["y"] + stored["height"] <= image[1] * (1 + 1e-9)).all()
    back = to_input(stored, image, target, mode)
    origin = table.set_index(["row", "column"]).loc[list(zip(back["row"], back["column"], strict=True))]
    if mode == "fit-long":  # the padding has no place in the stored picture: such cells come back cut
        assert (back[["x", "y"]].to_numpy() >= origin[["x", "y"]].to_numpy() - 1e-6).all()
    else:
        np.testing.assert_allclose(back[PLACE], origin[PLACE], atol=1e-6)
        assert len(back) == len(table)


def test_cells_in_the_padding_alone_are_not_in_the_stored_picture() -> None:
    stored = to_stored(cells(np.zeros((4, 4))), (400, 100), (100, 100), "fit-long")
    assert stored["row"].unique().tolist() == [1, 2]
    assert stored[PLACE].iloc[0].tolist() == [0, 0, 100, 50]


def test_a_long_picture_that_is_cropped_has_its_cells_in_the_middle() -> None:
    stored = to_stored(cells(np.zeros((1, 1))), (400, 100), (50, 50), "fit-short")
    assert stored[PLACE].iloc[0].tolist() == [150, 0, 100, 100]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: cells([1.0, 2.0]), r"array \(rows, columns\), got shape \(2,\)"),
        (lambda: cells([[1.0], [1.0, 2.0]]), "no table of numbers"),
        (lambda: cells([["a"]]), "no table of numbers"),
        (lambda: cells([[1.0]], float("nan")), "threshold takes numbers"),
        (lambda: to_stored(cells([[1.0]]), (0, 10), (10, 10)), "image_size is"),
        (lambda: to_stored(cells([[1.0]]), (10, 10), (10, 10), "stretch"), "resize_mode is one of"),
        (lambda: to_stored(pd.DataFrame({"x": [1]}), (10, 10), (10, 10)), "no column"),
    ],
)
def test_what_is_no_grid_and_no_picture_is_told(call, said) -> None:
    with pytest.raises(ek.UsageError, match=said):
        call()
