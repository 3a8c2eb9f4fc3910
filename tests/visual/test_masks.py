"""How much of a cell is anomalous, and masks in the frame of the model's input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import edgekit as ek
from edgekit.detection import RESIZE_MODES
from edgekit.visual import covered, mask_cells, mask_to_input, to_stored

PLACE = ["x", "y", "width", "height"]
moderately = settings(max_examples=60, deadline=None)
shapes = st.tuples(st.integers(1, 6), st.integers(1, 6))
twelfths = st.integers(0, 12)


@moderately
@given(shapes, st.lists(st.tuples(twelfths, twelfths, twelfths, twelfths), max_size=4))
def test_boxes_cover_what_their_pixels_cover(shape, given_boxes) -> None:
    boxes = pd.DataFrame(given_boxes, columns=PLACE, dtype=float) / 12
    pixels = np.zeros((720, 720), bool)  # 720: a multiple of 12 and of every side
    for x, y, width, height in given_boxes:
        pixels[60 * y : 60 * (y + height), 60 * x : 60 * (x + width)] = True
    np.testing.assert_allclose(covered(boxes, shape), mask_cells(pixels, shape), atol=1e-9)


def test_boxes_that_reach_beyond_the_picture_are_cut() -> None:
    boxes = pd.DataFrame([[-0.5, 0.5, 1.0, 3.0]], columns=PLACE)
    assert covered(boxes, (2, 2)).tolist() == [[0, 0], [1, 0]]


def test_a_mask_of_a_picture_in_colour_has_an_anomaly_where_any_colour_is_not_0() -> None:
    mask = np.zeros((4, 4, 3), np.uint8)
    mask[:2, :2, 1] = 200
    assert mask_cells(mask, (2, 2)).tolist() == [[1, 0], [0, 0]]


@moderately
@given(st.tuples(st.integers(4, 40), st.integers(4, 40)), st.integers(8, 40), st.sampled_from(sorted(RESIZE_MODES)))
def test_each_pixel_of_the_input_has_the_value_of_the_stored_pixel_in_its_place(image, side, mode) -> None:
    mask = np.random.default_rng(0).random(image[::-1]) < 0.5
    found = mask_to_input(mask, (side, side), mode)
    assert found.shape == (side, side)
    row, column = np.indices(found.shape)
    size = 1 / side
    middles = pd.DataFrame(
        {
            "x": (column.ravel() + 0.499) * size,
            "y": (row.ravel() + 0.499) * size,
            "width": size / 500,
            "height": size / 500,
        }
    ).assign(row=row.ravel(), column=column.ravel())
    stored = to_stored(middles, image, (side, side), mode)
    there = np.zeros_like(found)
    x, y = (stored[["x", "y"]] + stored[["width", "height"]].to_numpy() / 2).to_numpy().T
    near = (np.abs(x - np.round(x)) > 1e-3) & (np.abs(y - np.round(y)) > 1e-3)  # between two pixels either will do
    there[stored["row"], stored["column"]] = mask[y.astype(int), x.astype(int)]
    sure = np.zeros_like(found)
    sure[stored["row"][near], stored["column"][near]] = True
    np.testing.assert_array_equal(found[sure], there[sure])
    assert not found[~np.isin(row * side + column, stored["row"] * side + stored["column"])].any()


def test_an_empty_grid_is_covered_nowhere() -> None:
    assert mask_cells(np.ones((4, 4)), (0, 0)).shape == (0, 0)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: mask_cells(np.ones((2, 2)), (5, 5)), "too small for a grid"),
        (lambda: mask_cells([[1, 0], [1]], (1, 1)), "mask is an array"),
        (lambda: mask_cells(np.empty((0, 0)), (1, 1)), "mask is an array"),
        (lambda: mask_cells([[1.0, np.nan]], (1, 1)), "values that are no numbers"),
        (lambda: mask_to_input(np.ones((2, 2)), (0, 2)), "input_size is"),
        (lambda: mask_to_input(np.ones((2, 2)), (2, 2), "stretch"), "resize_mode is one of"),
        (lambda: covered(pd.DataFrame({"x": [1.0]}), (2, 2)), "no column"),
        (lambda: covered(pd.DataFrame([[np.nan] * 4], columns=PLACE), (2, 2)), "no numbers"),
    ],
)
def test_what_is_no_mask_is_told(call, said) -> None:
    with pytest.raises(ek.UsageError, match=said):
        call()
