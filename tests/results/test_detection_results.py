"""Detections in a classify response: boxes in one frame, figures beside the server's, clear words where parts lack."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

import edgekit as ek
from edgekit import detection
from tests.conftest import SEED

DOCUMENT: dict[str, Any] = json.loads(SEED.read_bytes())
INFO: str = DOCUMENT["classifications"][0]["structuredResult"][0]["debugInfoJson"]
FIGURES = {"mAP": 0.5, "f1": 0.5, "precision": 0.5, "recall": 0.5}
TWO = {"boxes": [[0.25, 0.5, 0.125, 0.25], [0.0, 0.0, 0.5, 0.5]], "scores": [0.9, 0.6], "labels": ["bolt", "nut"]}
CORNERS = {"boxes": [[0.5, 0.25, 0.75, 0.375], [0.0, 0.0, 0.5, 0.5]], "scores": [0.9, 0.6], "labels": [0, 1]}


def result(layer: str = "fomo", details: list | None = None, sample: dict | None = None, **changes: Any):
    """Return the documented response as an object-detection block answers, with changes to its one window."""
    document = copy.deepcopy(DOCUMENT)
    block = document["classifications"][0]
    block["learnBlock"]["type"] = "keras-object-detection"
    window = TWO | FIGURES | {"debugInfoJson": INFO} | changes
    block["structuredResult"] = [{name: value for name, value in window.items() if value is not None}]
    block["details"] = [CORNERS] if details is None else details
    block["objectDetectionLastLayer"] = layer
    document["sample"]["sample"] |= sample or {}
    return ek.parse(document)


def block(*arguments: Any, **changes: Any) -> ek.BlockResult:
    return result(*arguments, **changes).blocks[0]


BOXES = {"boundingBoxes": [{"label": "bolt", "x": 30, "y": 50, "width": 10, "height": 25},
                           {"label": "nut", "x": 0, "y": 0, "width": 40, "height": 50}],
         "imageDimensions": {"width": 100, "height": 100}}  # fmt: skip

# --- boxes ------------------------------------------------------------------------------------------------------------


def test_boxes_are_a_table():
    table = block().detections()
    assert list(table.columns) == ["window", "label", "score", "x", "y", "width", "height"]
    assert table.to_numpy().tolist() == [
        [0, "bolt", 0.9, 0.25, 0.5, 0.125, 0.25],
        [0, "nut", 0.6, 0.0, 0.0, 0.5, 0.5],
    ]


def test_no_boxes_are_an_empty_table_with_the_same_columns_and_kinds():
    nothing = {"boxes": [], "scores": [], "labels": []}
    empty, full = block(details=[nothing], **nothing).detections(), block().detections()
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_boxes_in_pixels_become_ratios_by_what_details_say():
    table = block(boxes=[[24, 48, 12, 24], [0, 0, 48, 48]]).detections()
    pd.testing.assert_frame_equal(table, block().detections())


def test_boxes_in_pixels_become_ratios_by_a_size_that_is_given():
    table = block(details=[], boxes=[[24, 48, 12, 24], [0, 0, 48, 48]]).detections(input_size=(96, 96))
    pd.testing.assert_frame_equal(table, block().detections())


def test_a_box_as_large_as_the_picture_is_in_ratios():
    table = block(details=[], boxes=[[0, 0, 1, 1], [0, 0, 0.5, 1.0]]).detections()
    assert table[["width", "height"]].to_numpy().tolist() == [[1, 1], [0.5, 1]]


def test_boxes_in_pixels_of_nobody_knows_what_are_a_clear_error():
    with pytest.raises(ek.UsageError, match=r"input_size=\(width, height\).*impulse"):
        block(details=[], boxes=[[24, 48, 12, 24], [0, 0, 48, 48]]).detections()
    with pytest.raises(ek.UsageError, match="input_size"):
        block(details=[], boxes=[[24, 48, 12, 24], [0, 0, 48, 48]]).detections(input_size=(0, 96))


def test_boxes_and_details_that_differ_are_a_warning():
    with pytest.warns(UserWarning, match=r"structuredResult\[0\].boxes and details.boxes .* differ") as said:
        table = block(boxes=[[0.5, 0.25, 0.25, 0.125], [0, 0, 0.5, 0.5]]).detections()
    assert table["x"].tolist() == [0.5, 0]
    assert [warning.filename for warning in said] == [__file__]
    with pytest.warns(UserWarning, match="input size"):
        block(boxes=[[24, 48, 12, 24], [0, 0, 48, 48]]).detections(input_size=(48, 48))


def test_labels_without_names_are_the_indices_of_details():
    assert block(labels=None).detections()["label"].tolist() == ["class 0", "class 1"]
    assert block(labels=None, details=[]).detections()["label"].isna().all()


def test_details_alone_are_enough():
    document = block(boxes=[]).result.raw
    document.classifications[0].structured_result = None
    table = ek.ClassifyResult(document).blocks[0].detections()
    assert table["label"].tolist() == ["class 0", "class 1"]
    assert table[["x", "y", "width", "height"]].to_numpy().tolist() == TWO["boxes"]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"boxes": [[0.1, 0.2, 0.3], [0, 0, 1, 1]]}, "$.classifications[0].structuredResult[0].boxes[0]"),
        ({"scores": [0.5]}, "$.classifications[0].structuredResult[0].scores"),
        ({"labels": ["bolt"]}, "$.classifications[0].structuredResult[0].labels"),
        ({"details": [CORNERS | {"boxes": [[1]]}]}, "$.classifications[0].details[0].boxes[0]"),
    ],
)
def test_boxes_that_do_not_fit_together_are_named_by_their_place(changes, place):
    with pytest.raises(ek.ResponseError) as caught:
        block(**changes).detections()
    assert caught.value.place == place


def test_a_block_that_detects_nothing_says_so(studio):
    motion = studio.classify(int(studio.samples(limit=1).index[0])).blocks[0]
    assert not motion.detects
    for call in (motion.detections, motion.debug_info, motion.matched, motion.compare_metrics):
        with pytest.raises(ek.UsageError, match=f"Block {motion.id}"):
            call()
    with pytest.raises(ek.UsageError, match="No block detects"):
        detection.summary([motion.result])


def test_a_block_says_what_it_detected():
    assert repr(result()) == "<ClassifyResult of sample 2 'idle01.d8Ae' · fomo>"
    assert repr(block()) == "<BlockResult 2 keras-object-detection · 2 detections: bolt 1, nut 1>"
    assert block(labels=None).in_words() == "2 detections"


def test_a_result_names_blocks_of_one_type_by_their_titles():
    document = copy.deepcopy(DOCUMENT)
    one = document["classifications"][0]
    document["classifications"] = [copy.deepcopy(one), copy.deepcopy(one)]
    for number, title in ((10, "coarse grid"), (11, "fine grid")):
        document["classifications"][number - 10]["learnBlock"] |= {"id": number, "title": title}
    assert repr(ek.parse(document)).endswith(" · coarse grid, fine grid>")


# --- debug info -------------------------------------------------------------------------------------------------------


def test_the_documented_response_has_debug_info():
    info = ek.parse(SEED).blocks[0].debug_info()
    assert json.loads(info.to_json()) == json.loads(INFO)


def test_names_come_from_boxes_that_have_both_a_name_and_an_index():
    assert block().debug_info().names == {1: "bolt", 2: "nut"}
    assert block().debug_info(names={1: "screw"}).names == {1: "screw"}
    assert block(labels=None).debug_info().names == {}
    assert block(details=[CORNERS | {"labels": [0, 0]}]).debug_info().names == {}


def test_no_debug_info_says_how_to_ask_for_it():
    with pytest.raises(ek.UsageError, match=r"last layer is fomo.*studio\.classify\(sample, debug=True\)"):
        block(debugInfoJson=None).debug_info()
    with pytest.raises(ek.UsageError, match="last layer is yolov5"):
        block("yolov5", debugInfoJson=None).debug_info()


# --- FOMO without debug info ------------------------------------------------------------------------------------------


def without_debug_info(**sample: Any) -> ek.ClassifyResult:
    """Return a public case: a bolt that is found, a nut that is missed, a bolt seen where there is none."""
    document = json.loads((SEED.parent / "cases" / "fomo-without-debug-response.json").read_bytes())
    document["sample"]["sample"] |= sample
    return ek.parse(document)


def test_without_debug_info_the_centres_of_the_boxes_are_matched():
    info = without_debug_info().blocks[0].matched()
    assert isinstance(info, detection.DebugInfo)
    assert info.truths.round(9).to_numpy().tolist() == [[0.2, 0.3, "bolt"], [0.6875, 0.6875, "nut"]]
    assert info.predictions.round(9).to_numpy().tolist() == [[0.1875, 0.2875, "bolt"], [0.8625, 0.1625, "bolt"]]
    assert info.errors()["kind"].value_counts().to_dict() == {"hit": 2, "background": 1, "missed": 1}
    assert info.metrics() == detection.Metrics.of(1, 1, 1)


def test_what_edgekit_matched_in_place_of_debug_info_is_marked_everywhere():
    block = without_debug_info().blocks[0]
    info = block.matched()
    assert info.without_debug_info
    assert info.rematch(0.001).without_debug_info
    assert not detection.DebugInfo.from_json(INFO).without_debug_info
    assert "without debug info" in repr(info)
    assert "without debug info" in info._repr_html_()
    assert "matched by edgekit" in block.plot().get_xlabel()
    plt.close("all")
    assert "1 of 2 pictures came without debug info" in detection.summary([block.matched(), match_of(block)]).note


def match_of(block: ek.BlockResult) -> detection.DebugInfo:
    return detection.match(block.matched().truths, block.matched().predictions)


def test_the_servers_figures_are_recomputed_without_debug_info_too():
    assert without_debug_info().blocks[0].compare_metrics()["difference"].tolist() == [0, 0, 0, 0]


def test_many_pictures_without_debug_info_are_summed_up():
    summed = detection.summary({7: without_debug_info(), 9: without_debug_info()})
    assert summed.per_sample.index.tolist() == [7, 9]
    assert summed.figures.loc[["f1", "recall"], "value"].tolist() == [0.5, 0.5]
    assert summed.per_class.loc["nut", "missed"] == 2


def test_numbers_of_classes_join_pictures_without_debug_info_to_those_with():
    named = without_debug_info().blocks[0].matched(names={1: "bolt"})
    assert named.predictions["label"].tolist() == [1, 1]
    assert named.truths["label"].tolist() == [1, "nut"]


def test_a_truth_without_area_is_left_out_as_the_studio_does():
    flat = [{"label": "bolt", "x": 32, "y": 64, "width": 0, "height": 64}]
    assert len(without_debug_info(boundingBoxes=flat).blocks[0].matched().truths) == 0


def test_a_picture_of_unknown_size_says_why_nothing_is_matched():
    with pytest.raises(ek.UsageError, match="how large its picture is"):
        without_debug_info(imageDimensions=None).blocks[0].matched()


def test_broken_debug_info_is_a_response_error():
    with pytest.raises(ek.ResponseError):
        block(debugInfoJson=INFO[:50]).debug_info()


@pytest.mark.parametrize("window", [1, -1, True, "0", None])
def test_a_window_that_is_not_there_is_a_usage_error(window):
    with pytest.raises(ek.UsageError, match="windows 0 to 0"):
        block().debug_info(window)


# --- figures beside the server's --------------------------------------------------------------------------------------


def test_recomputed_figures_stand_beside_the_servers():
    table = block(f1=0.75).compare_metrics()
    assert list(table.columns) == ["server", "recomputed", "difference", "one_to_one"]
    assert table.loc["f1"].tolist() == [0.75, 0.5, -0.25, 0.5]
    assert table["difference"].tolist() == [-0.25, 0, 0, 0]


def test_figures_the_server_does_not_send_are_missing():
    assert block(precision=None).compare_metrics()["server"].isna().tolist() == [False, True, False, False]


def test_the_truth_of_box_models_comes_from_the_sample():
    found = block("yolov5", debugInfoJson=None, sample=BOXES)
    assert found.truth_boxes()[["x", "y", "width", "height"]].to_numpy() == pytest.approx(
        np.array([[0.3, 0.5, 0.1, 0.25], [0, 0, 0.4, 0.5]])
    )
    assert found.truth_boxes().attrs["frame"] == "stored image"
    assert found.truth_boxes(input_size=(96, 96), resize_mode="squash").attrs["frame"] == "model input"
    assert isinstance(found.matched(), detection.BoxMatch)
    assert found.matched().metrics().tp == 2
    assert found.matched(min_iou=0.9).metrics().tp == 0  # both overlap by 0.8


def test_a_recomputed_map_stands_beside_the_servers():
    table = block("yolov5", debugInfoJson=None, sample=BOXES, f1=None, precision=None, recall=None).compare_metrics()
    assert table.index.tolist() == ["f1", "precision", "recall", "mAP"]
    assert 0 < table.loc["mAP", "recomputed"] < 1
    assert table.loc["mAP", "difference"] == pytest.approx(table.loc["mAP", "recomputed"] - 0.5)
    assert table["server"].isna().tolist() == [True, True, True, False]


def test_boxes_without_a_picture_size_have_no_frame():
    nowhere = block("yolov5", debugInfoJson=None, sample=BOXES | {"imageDimensions": None})
    with pytest.raises(ek.UsageError, match="imageDimensions"):
        nowhere.truth_boxes()
    with pytest.raises(ek.UsageError, match="both"):
        block("yolov5", debugInfoJson=None, sample=BOXES).truth_boxes(resize_mode="fit-short")


def test_without_ground_truth_every_box_is_a_false_positive():
    alone = block("yolov5", debugInfoJson=None, sample={"boundingBoxes": []})
    assert alone.matched().metrics() == (0, 2, 0, 0.0, 0.0, 0.0)
    assert alone.compare_metrics().loc["mAP", "recomputed"] == 0


@pytest.mark.parametrize("details", [[], [CORNERS]])
def test_boxes_without_names_cannot_be_matched(details):
    with pytest.raises(ek.UsageError, match="without the names"):
        block("yolov5", debugInfoJson=None, labels=None, details=details, sample=BOXES).matched()


# --- a project --------------------------------------------------------------------------------------------------------


def test_results_are_summed_up_by_sample():
    other = result(sample={"id": 9}, f1=0.75)
    table = detection.summary([result(), other]).per_sample
    assert set(table.index) == {2, 9}
    assert table["server"].to_dict() == {2: 0.5, 9: 0.75}
    assert table["difference"].to_dict() == {2: 0, 9: -0.25}
    assert detection.summary({"front": other}).per_sample.index.tolist() == ["front"]
    assert detection.summary([other.blocks[0]]).per_class.index.tolist() == ["bolt", "nut"]
    assert "In 1 picture the server&#x27;s own figure differs" in detection.summary([other])._repr_html_()


def test_boxes_of_a_project_are_summed_up():
    shown = result("yolov5", debugInfoJson=None, sample=BOXES)
    table = detection.summary([shown]).per_sample
    assert table.loc[2, "server"] == 0.5
    assert table.loc[2, "recomputed"] == pytest.approx(shown.blocks[0].matched().average_precision())


def test_of_two_fomo_blocks_one_must_be_named():
    document = result().raw
    second = copy.deepcopy(document.classifications[0])
    second.learn_block.id = 7
    document.classifications.append(second)
    both = ek.ClassifyResult(document)
    with pytest.raises(ek.UsageError, match="More than one block"):
        detection.summary([both])
    assert len(detection.summary([both], block=7).per_object) == 4
    assert len(detection.errors([both], block=7)) == 4
    assert np.isfinite(detection.sweep_distance([both], [0.2], block=7, draws=1).to_numpy()).all()


def test_centres_are_explored_although_their_boxes_are_in_pixels_of_nobody_knows_what():
    explorer = ek.explore(block(details=[], boxes=[[24, 48, 12, 24], [0, 0, 48, 48]]))
    assert "2 of 2 predictions came without a score" in explorer._meta["note"]
    assert explorer.counts.loc[("this picture", "Studio"), "tp"] == 1


def test_the_centres_of_the_documented_example_are_explored_and_drawn_although_its_box_has_one_number():
    found = block(details=DOCUMENT["classifications"][0]["details"], boxes=[[123]], scores=[123], labels=["<string>"])
    assert ek.explore(found).counts.loc[("this picture", "Studio"), "f1"] == 0.5
    assert len(found.plot().texts) == 3  # the hit is named once
    plt.close("all")
    with pytest.raises(ek.ResponseError, match="box of 4 numbers"):
        found.detections()
