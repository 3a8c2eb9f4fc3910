"""From anomalyResult to grids: every shape a server may send."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import edgekit as ek

DATA = Path(__file__).parents[1] / "data"
CASE = json.loads((DATA / "live" / "visual-response.json").read_text())
TWO = json.loads((DATA / "live" / "visual-two-thresholds.json").read_text())
SEED = json.loads((DATA / "seed-classify-response.json").read_text())


def block(**fields: Any) -> ek.BlockResult:
    document = copy.deepcopy(CASE)
    document["classifications"][0] |= fields
    return ek.parse(document).blocks[0]


def grid(scores: Any, **fields: Any) -> ek.BlockResult:
    return block(anomalyResult=[{"scores": scores}], **fields)


def test_a_response_becomes_a_grid_with_boxes_and_a_verdict():
    found = ek.parse(CASE).block("keras-visual-anomaly").visual_anomaly()
    assert found.scores.shape == (5, 5)
    assert found.scores[1, 1] == 6.1
    assert found.scores[1, 2] == 5.2  # row 1, column 2: not the other way round
    assert (found.score, found.max, found.threshold) == (6.1, 6.1, 4.5)
    assert found.mean == pytest.approx(1.46)
    above = found.cells(4.5)
    assert list(zip(above["row"], above["column"], strict=True)) == [(1, 1), (1, 2), (2, 1)]
    assert above[["x", "y", "width", "height"]].iloc[0].tolist() == [0.2, 0.2, 0.2, 0.2]
    assert len(found.cells()) == 25
    assert found.boxes.to_dict("records") == [
        {"label": "anomaly", "score": 6.1, "x": 0.2, "y": 0.2, "width": 0.2, "height": 0.2}
    ]
    assert found.flagged()
    assert not found.flagged(6.2)
    assert found.notes == ("2 of 3 cells at or above 4.5 are in no box: the boxes do not show all of them.",)


def test_the_verdict_is_by_the_method_of_the_block():
    found = ek.parse(TWO).blocks[0].visual_anomaly()
    assert not found.flagged()
    assert (found.score, found.max, found.method) == (3.025, 6.1, "mean (Mean of all cells)")


def test_the_documented_example_has_one_cell_in_a_block_of_another_kind():
    found = ek.parse(SEED).blocks[0].visual_anomaly()
    assert found.scores.tolist() == [[123.0]]
    assert found.score == -0.42
    assert found.boxes["score"].tolist() == [123.0]
    assert "outside the picture" in found.notes[0]


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([[1, 2, 3], [4, 5, 6]], [[1, 2, 3], [4, 5, 6]]),
        ([[1.5], [2.5]], [[1.5], [2.5]]),
        ([[None, 2.0], [3.0, None]], [[math.nan, 2.0], [3.0, math.nan]]),
        ([[None]], [[math.nan]]),
        ([[-0.4]], [[-0.4]]),
    ],
)
def test_grids_of_every_shape_and_with_cells_that_have_no_score(scores, expected):
    found = grid(scores).visual_anomaly()
    np.testing.assert_array_equal(found.scores, expected)
    assert len(found.cells()) == np.size(expected)
    assert found.cells(0)["score"].notna().all()


@pytest.mark.parametrize("scores", [[], [[]], [[], []], None])
def test_a_grid_without_cells_is_empty_and_the_picture_still_has_its_verdict(scores):
    found = grid(scores).visual_anomaly()
    assert found.scores.size == 0
    assert math.isnan(found.max)
    assert len(found.cells()) == len(found.cells(4.5)) == 0
    assert found.flagged()
    repr(found), found._repr_html_()


def test_an_empty_item_is_no_more_than_a_score():
    found = block(anomalyResult=[{}]).visual_anomaly()
    assert (found.shape, len(found.boxes), found.score) == ((0, 0), 0, 6.1)


@pytest.mark.parametrize(
    ("scores", "row"), [([[1.0, 2.0], [3.0]], 1), ([[1.0], [2.0], [3.0, 4.0]], 2), ([[], [1.0]], 1)]
)
def test_a_ragged_grid_is_told_with_its_place(scores, row):
    with pytest.raises(ek.ResponseError, match="as the first row has") as told:
        grid(scores).visual_anomaly()
    assert told.value.place == f"$.classifications[0].anomalyResult[0].scores[{row}]"


@pytest.mark.parametrize("scores", [[1.0, 2.0], [["a"]], [[[1.0]]], {"0": [1.0]}, 5, [[True]]])
def test_a_grid_of_something_else_is_told_when_it_is_read(scores):
    with pytest.raises(ek.ResponseError, match=r"\$\.classifications\[0\]\.anomalyResult\[0\]\.scores"):
        grid(scores)


def test_a_video_has_a_grid_for_each_of_its_pictures():
    video = block(
        result=[{"anomaly": 1.0}, {"anomaly": 9.0}], anomalyResult=[{"scores": [[1.0]]}, {"scores": [[9.0, 9.0]]}]
    )
    assert [video.visual_anomaly(i).flagged() for i in range(2)] == [False, True]
    assert video.visual_anomaly(np.int64(1)).shape == (1, 2)


@pytest.mark.parametrize("result", [[], [{}], [{"anomaly": None}], [{"idle": 1.0}]])
def test_without_a_score_of_the_picture_the_cells_are_there_and_no_verdict(result):
    found = block(result=result).visual_anomaly()
    assert math.isnan(found.score)
    assert len(found.cells(4.5)) == 3
    with pytest.raises(ek.UsageError, match="without a score as a whole"):
        found.flagged()


@pytest.mark.parametrize("window", [1, -1, True, "0", 0.0, None])
def test_a_window_that_is_not_there_is_told(window):
    with pytest.raises(ek.UsageError, match="has the cells of windows 0 to 0"):
        block().visual_anomaly(window)


@pytest.mark.parametrize("nothing", [None, []])
def test_a_block_without_a_grid_says_which_call_has_one(nothing):
    with pytest.raises(ek.UsageError, match=r"sent no anomalyResult.*studio\.classify\(sample\).*classify/v2"):
        block(anomalyResult=nothing).visual_anomaly()


def test_a_block_without_a_grid_names_the_blocks_that_have_one():
    document = copy.deepcopy(CASE)
    other = copy.deepcopy(document["classifications"][0])
    other |= {"learnBlock": other["learnBlock"] | {"id": 8, "type": "keras"}, "anomalyResult": None}
    document["classifications"].append(other)
    with pytest.raises(ek.UsageError, match=r"This result has it of block 7 \(Visual anomaly\)"):
        ek.parse(document).block(8).visual_anomaly()


# --- cells without their grid ---

RUNNER = json.loads((DATA / "runner-visual.json").read_text())


def test_the_runners_cells_become_a_grid_as_far_as_they_reach():
    found = ek.parse(RUNNER).blocks[0].visual_anomaly()
    assert found.shape == (2, 3)
    assert found.cells(0)[["row", "column", "score"]].values.tolist() == [[1, 2, 6.1]]
    assert (found.score, found.max, found.mean) == (6.1, 6.1, 1.9)
    assert "there may be more rows and columns" in found.notes[0]


def test_with_the_size_of_the_input_the_runners_cells_have_their_place():
    found = ek.parse(RUNNER).blocks[0].visual_anomaly(input_size=(160, 96))
    assert found.shape == (6, 10)
    assert found.boxes[["x", "y", "width", "height"]].values.tolist() == [[0.2, 1 / 6, 0.1, 1 / 6]]
    assert found.cells(0)[["row", "column"]].values.tolist() == [[1, 2]]
    assert len(found.notes) == 1
    assert "only those that the server or the device flagged are known." in found.notes[0]


def test_boxes_of_a_response_without_its_grid_are_its_cells():
    found = block(anomalyResult=[{"boxes": CASE["classifications"][0]["anomalyResult"][0]["boxes"]}]).visual_anomaly()
    assert found.shape == (5, 5)
    assert np.isnan(found.scores).sum() == 24
    assert found.scores[1, 1] == 6.1
    assert found.cells(4.5)[["x", "y", "width", "height"]].values.tolist() == [[0.2] * 4]


@pytest.mark.parametrize(
    "box", [{"width": 0}, {"x": -3}, {"width": 1e-9}, {"x": 1e300}, {"width": -0.2}, {"width": 5e-324, "x": 1e300}]
)
def test_boxes_that_are_no_cells_make_no_grid(box):
    box = CASE["classifications"][0]["anomalyResult"][0]["boxes"][0] | box
    found = block(anomalyResult=[{"boxes": [box]}]).visual_anomaly()
    assert found.scores.size == 0
    assert len(found.boxes) == 1
    assert found.flagged()


def test_an_input_size_that_is_none_is_told():
    with pytest.raises(ek.UsageError, match="input_size is"):
        ek.parse(RUNNER).blocks[0].visual_anomaly(input_size=(0, 0))


# --- arrays out of JSON ---


numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
sides = st.tuples(st.integers(1, 5), st.integers(1, 40))


def filled(side):
    rows, columns = side
    return st.lists(st.lists(numbers, min_size=columns, max_size=columns), min_size=rows, max_size=rows)


@settings(max_examples=40, deadline=None)
@given(sides.flatmap(filled), st.booleans())
def test_a_grid_is_read_to_the_last_digit_with_or_without_a_null_in_it(rows, with_null):
    if with_null:
        rows[0][0] = None
    one = grid(rows)
    expected = np.array(rows, float)
    np.testing.assert_array_equal(one.grids()[0], expected)
    np.testing.assert_array_equal(one.visual_anomaly().scores, expected)
    assert one.raw.anomaly_result[0].scores == rows  # and still there as the server sent it
    np.testing.assert_array_equal(one.grids()[0], expected)


def test_what_was_changed_by_hand_counts():
    one = grid([[1.0, 2.0]])
    one.raw.anomaly_result[0].scores = [[7.0], [8.0]]
    assert one.grids()[0].tolist() == [[7.0], [8.0]]
    assert "highest cell 8.00" in one.in_words()


def test_a_block_without_cells_has_no_grids():
    assert block(anomalyResult=None).grids() == []
