"""The sandbox's detections: what it says over HTTP, checked against plain statements of the published rules."""

from __future__ import annotations

import contextlib
import io
import json
import math

import numpy as np
import pytest

from edgekit.sandbox import detections
from edgekit.sandbox.detections import Found
from tests.objects import BOXES, CENTROIDS, LABELS, SIDE, parts, truths


@pytest.fixture(scope="module")
def every(objects_answers):
    return [answer for kind in objects_answers.values() for answer in kind]


# --- FOMO ---


def test_every_debug_info_is_what_a_plain_statement_of_the_rule_gives(every):
    for answer in every:
        result, _ = parts(answer, CENTROIDS)
        info = json.loads(result["debugInfoJson"])
        true = [(label, (left + right) / 2, (top + bottom) / 2) for label, left, top, right, bottom in truths(answer)]
        found = [
            (LABELS.index(label), x + w / 2, y + h / 2)
            for label, (x, y, w, h) in zip(result["labels"], result["boxes"], strict=True)
        ]
        for key, points in (("y_trues", true), ("y_preds", found)):
            wire = [(p["label"] - 1 if p["label"] > 0 else p["label"], p["y"], p["x"]) for p in info.get(key, [])]
            np.testing.assert_allclose(wire, points, atol=1e-12)
        pairs = [
            [i, j, math.dist(one[1:], other[1:])]
            for i, one in enumerate(found)
            for j, other in enumerate(true)
            if one[0] == other[0]
        ]
        assigned = []
        for i, one in enumerate(found):
            near = [pair for pair in pairs if pair[0] == i and pair[2] <= 0.2]
            if near:
                _, j, distance = min(near, key=lambda pair: pair[2])
                assigned.append({"yp": i, "yt": j, "label": one[0] + 1, "distance": pytest.approx(distance)})
        assert info["assignments"] == assigned
        unassigned = [i for i in range(len(found)) if i not in {a["yp"] for a in assigned}]
        missed = [j for j in range(len(true)) if j not in {a["yt"] for a in assigned}]
        assert (info["unassigned_y_pred_idxs"], info["unassigned_y_true_idxs"]) == (unassigned, missed)
        if true or found:
            np.testing.assert_allclose(np.reshape(info["all_pairwise_distances"], (-1, 3)), np.reshape(pairs, (-1, 3)))
            assert info["normalised_min_distance"] == 0.2
        hits, false, missed_known = len(assigned), len(unassigned), sum(true[j][0] >= 0 for j in missed)
        if not hits + false + missed_known:
            expected = (1.0, 1.0, 1.0)
        elif not hits:
            expected = (0.0, 0.0, 0.0)
        else:
            expected = hits / (hits + false), hits / (hits + missed_known), 2 * hits / (2 * hits + false + missed_known)
        assert (result["precision"], result["recall"], result["f1"]) == pytest.approx(expected)
        assert result["mAP"] == result["f1"]


def test_nothing_there_and_nothing_found_is_three_empty_lists(objects_answers):
    empty = [json.loads(parts(answer, CENTROIDS)[0]["debugInfoJson"]) for answer in objects_answers["empty"]]
    assert {"assignments": [], "unassigned_y_true_idxs": [], "unassigned_y_pred_idxs": []} in empty


def test_an_object_of_a_class_not_in_training_is_listed_as_minus_one(objects_answers):
    for answer in objects_answers["unknown"]:
        annotated = [box["label"] for box in answer["sample"]["sample"]["boundingBoxes"]]
        listed = [p["label"] for p in json.loads(parts(answer, CENTROIDS)[0]["debugInfoJson"])["y_trues"]]
        assert listed.count(-1) == annotated.count("five") > 0


def test_a_box_without_size_is_skipped(objects_answers):
    (answer,) = objects_answers["slip"]
    annotated = answer["sample"]["sample"]["boundingBoxes"]
    assert [box for box in annotated if box["width"] == box["height"] == 0]
    info = json.loads(parts(answer, CENTROIDS)[0]["debugInfoJson"])
    assert len(info["y_trues"]) == len(annotated) - 1


@pytest.mark.parametrize("block", [CENTROIDS, BOXES])
def test_details_are_the_structured_result_in_the_models_own_terms(every, block):
    for answer in every:
        result, details = parts(answer, block)
        assert details["labels"] == [LABELS.index(label) for label in result["labels"]]
        assert details["scores"] == result["scores"]
        assert details["mAP"] == result["mAP"]
        for (x, y, w, h), box in zip(result["boxes"], details["boxes"], strict=True):
            assert box == pytest.approx([y, x, y + h, x + w])
            assert all(0 <= ratio <= 1 for ratio in box)


def test_cells_are_eight_pixels_and_a_score_is_the_highest_of_its_cells(every):
    for answer in every:
        (block, _), (result, _) = answer["classifications"], parts(answer, CENTROIDS)
        edges = np.array(result["boxes"]) * SIDE / 8
        np.testing.assert_allclose(edges, edges.round(), atol=1e-9)
        for label, best in block["result"][0].items():
            scores = [s for name, s in zip(result["labels"], result["scores"], strict=True) if name == label]
            assert max(scores, default=0) == (best if best > 0.5 else 0)


@pytest.mark.parametrize(
    ("method", "path", "params", "has"),
    [
        ("POST", "classify/v2/150", {"includeDebugInfo": "true"}, True),
        ("POST", "classify/v2/150", {"includeDebugInfo": "false"}, False),
        ("POST", "classify/v2/150", {}, False),
        ("POST", f"classify/anomaly-gmm/v2/{CENTROIDS}/150", {"includeDebugInfo": "true"}, False),
        ("GET", "classify/150", {}, True),
        ("GET", f"classify/anomaly-gmm/{CENTROIDS}/150", {}, True),
    ],
)
def test_debug_info_comes_where_the_call_has_it(objects_call, method, path, params, has):
    block = objects_call(method, path, **params).json()["classifications"][0]
    assert ("debugInfoJson" in block["structuredResult"][0]) is has


# --- boxes ---


def test_boxes_have_a_map_and_no_other_figure(every):
    for answer in every:
        result, details = parts(answer, BOXES)
        assert set(result) == {"boxes", "scores", "labels", "mAP"}
        assert set(details) == {"boxes", "scores", "labels", "mAP"}


def test_no_kept_box_overlaps_a_better_one_of_its_label(every):
    from pycocotools import mask

    for answer in every:
        result, _ = parts(answer, BOXES)
        assert result["scores"] == sorted(result["scores"], reverse=True)
        if result["boxes"]:
            overlap = mask.iou(np.array(result["boxes"]), np.array(result["boxes"]), [0] * len(result["boxes"]))
            same = np.equal.outer(result["labels"], result["labels"]) & ~np.eye(len(overlap), dtype=bool)
            assert (overlap[same] <= 0.3 + 1e-9).all()


def coco_stats(answer):
    """The first of pycocotools' own figures: mAP over the classes that the picture's truth holds."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    result, _ = parts(answer, BOXES)
    corners = [(label, np.array(edges) * SIDE) for label, *edges in truths(answer) if label >= 0]
    true = [
        {"id": i, "image_id": 1, "category_id": label, "bbox": [*c[:2], *c[2:] - c[:2]], "area": 1, "iscrowd": 0}
        for i, (label, c) in enumerate(corners, start=1)
    ]
    found = [
        {"image_id": 1, "category_id": LABELS.index(label), "bbox": [v * SIDE for v in box], "score": score}
        for label, box, score in zip(result["labels"], result["boxes"], result["scores"], strict=True)
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {"images": [{"id": 1}], "categories": [{"id": i} for i in range(4)], "annotations": true}
        truth.createIndex()
        evaluation = COCOeval(truth, truth.loadRes(found), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.stats[0]


def test_a_pictures_map_is_that_of_pycocotools_or_the_rule_for_no_truth(every):
    compared = 0
    for answer in every:
        result, _ = parts(answer, BOXES)
        if not any(label >= 0 for label, *_ in truths(answer)):
            assert result["mAP"] == (0.0 if result["boxes"] else 1.0)
        elif result["boxes"]:
            assert result["mAP"] == pytest.approx(coco_stats(answer))
            compared += 1
        else:
            assert result["mAP"] == 0
    assert compared > 40


def test_the_title_and_help_text_say_whose_model_it_is(every):
    block = every[0]["classifications"][1]
    assert block["objectDetectionLastLayer"] == "yolox"
    assert "sandbox's own" in block["learnBlock"]["title"]
    assert "no YOLOX" in block["thresholds"][0]["helpText"]


# --- the rules on small cases ---


def grid(*cells, labels=2):
    """Probabilities of a 4 by 4 grid: (row, column, label, probability) of the cells that are no background."""
    made = np.zeros((4, 4, labels + 1))
    for row, column, label, probability in cells:
        made[row, column, label + 1] = probability
    return made


def test_touching_cells_of_one_label_are_one_box_corners_count():
    (one,) = detections.fused(grid((0, 0, 1, 0.6), (1, 1, 1, 0.9)), 0.5)
    assert one == Found(1, 0, 0, 0.5, 0.5, 0.9)


def test_touching_cells_of_two_labels_are_two_boxes():
    assert [one.label for one in detections.fused(grid((0, 0, 0, 0.6), (0, 1, 1, 0.6)), 0.5)] == [0, 1]


def test_a_cell_is_active_only_above_the_threshold():
    assert detections.fused(grid((0, 0, 0, 0.5)), 0.5) == []


def at(x, y, label=0):
    return Found(label, x, y, x, y)


def test_the_matching_distance_is_inclusive_and_two_predictions_may_take_one_truth():
    found = detections.matched([at(0.5, 0.5)], [at(0.5, 0.75), at(0.5, 0.5), at(0.5, 0.76)], min_distance=0.25)
    assert [(pair.prediction, pair.truth) for pair in found.assigned] == [(0, 0), (1, 0)]
    assert found.counts() == (2, 1, 0)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [((0, 0, 0), (1, 1, 1)), ((0, 1, 0), (0, 0, 0)), ((0, 0, 1), (0, 0, 0)), ((1, 1, 0), (0.5, 1, 2 / 3))],
)
def test_metrics_are_one_where_nothing_is_and_zero_where_undefined(counts, expected):
    assert detections.metrics(*counts) == pytest.approx(expected)


def test_the_classes_a_picture_lacks_do_not_lower_its_map():
    truth = Found(2, 0.1, 0.1, 0.5, 0.5)
    assert detections.coco_map([truth], [truth], labels=4, side=96) == pytest.approx(1)
    elsewhere = Found(0, 0.6, 0.6, 0.9, 0.9, 0.9)
    assert detections.coco_map([truth], [truth, elsewhere], labels=4, side=96) == pytest.approx(1)


def test_computing_a_map_prints_nothing_and_leaves_pycocotools_its_voice(capsys):
    from pycocotools import cocoeval

    detections.coco_map([at(0.1, 0.1)._replace(right=0.4, bottom=0.4)], [], labels=1, side=96)
    assert capsys.readouterr().out == ""
    assert "print" not in vars(cocoeval)


def test_a_box_gives_way_to_a_better_one_of_its_own_label_only():
    best, weaker = Found(0, 0.2, 0.2, 0.6, 0.6, 0.9), Found(0, 0.25, 0.2, 0.65, 0.6, 0.8)
    other = best._replace(label=1, score=0.7)
    assert detections.suppressed([weaker, other, best]) == [best, other]
