"""Boxes: frames, overlap, pairs, and COCO's mean average precision."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask
from pycocotools.coco import COCO

import edgekit as ek
from edgekit import detection

SIDE = st.floats(0.01, 0.5)
PLACE = st.floats(0, 0.5)
BOX = st.tuples(PLACE, PLACE, SIDE, SIDE, st.sampled_from(["a", "b"]))
BOXES = st.lists(BOX, max_size=5)
SCORED = st.lists(st.tuples(BOX, st.floats(0.1, 1)).map(lambda pair: (*pair[0], pair[1])), max_size=5)
COLUMNS = ["x", "y", "width", "height", "label"]
MODERATE = settings(max_examples=60)


def truths_of(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(COLUMNS[:4], float))


def scored(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[*COLUMNS, "score"]).astype(dict.fromkeys([*COLUMNS[:4], "score"], float))


ONE = truths_of([(0.2, 0.2, 0.4, 0.4, "a")])

# --- overlap and pairs ------------------------------------------------------------------------------------------------


@given(BOXES, BOXES)
@MODERATE
def test_the_overlap_is_that_of_pycocotools(truths, predictions):
    found = detection.iou(truths_of(truths), truths_of(predictions))
    assert found.shape == (len(predictions), len(truths))
    if truths and predictions:
        one, other = (np.array([row[:4] for row in rows]) for rows in (predictions, truths))
        np.testing.assert_allclose(found, mask.iou(one, other, np.zeros(len(other))), atol=1e-12)


def test_boxes_without_area_overlap_with_nothing():
    point = ONE.assign(width=0.0, height=0.0)
    assert detection.iou(point, point).tolist() == [[0.0]]


@given(BOXES, SCORED, st.sampled_from([0.3, 0.5, 0.75]))
@MODERATE
def test_pairs_are_one_to_one_of_one_label_and_overlap_enough(truths, predictions, min_iou):
    found = detection.match_boxes(truths_of(truths), scored(predictions), min_iou)
    pairs, overlap = found.assignments, detection.iou(found.truths, found.predictions)
    assert pairs["truth"].is_unique
    assert pairs["prediction"].is_unique
    for row in pairs.itertuples():
        assert row.iou == pytest.approx(overlap[row.prediction, row.truth])
        assert row.iou >= min_iou - 1e-12
        assert row.label == truths[row.truth][4] == predictions[row.prediction][4]
    assert found.metrics(one_to_one=True).tp == len(pairs) <= found.metrics().tp
    table = detection.count(found.errors(), "label").sum()
    assert (table["truths"], table["predictions"]) == (len(truths), len(predictions))
    assert table["hit"] == len(pairs)


def test_of_two_boxes_on_one_truth_both_are_hits_by_the_studios_counting_and_one_by_one_to_one():
    twice = pd.concat([ONE, ONE.assign(x=0.22)]).assign(score=[0.9, 0.8])
    found = detection.match_boxes(ONE, twice)
    summed = detection.summary([found])
    for one in (found, summed):
        assert one.metrics() == one.metrics(one_to_one=False) == (2, 0, 0, 1.0, 1.0, 1.0)
        assert one.metrics(one_to_one=True) == (1, 1, 0, 0.5, 1.0, pytest.approx(2 / 3))
    assert repr(summed) == "<Summary of 1 picture · F1 1.000 (Studio), 0.667 (one-to-one)>"
    for figure in ("F1 1.000 (2 hits, 0 false, 0 missed)", "F1 0.667 (1 hits, 1 false, 0 missed)"):
        assert figure in found._repr_html_()


def test_a_box_takes_the_truth_that_it_overlaps_most_with():
    truths = truths_of([(0.0, 0.0, 0.4, 0.4, "a"), (0.05, 0.0, 0.4, 0.4, "a")])
    found = detection.match_boxes(truths, truths.tail(1))
    assert found.metrics() == found.metrics(one_to_one=True) == (1, 0, 1, 1.0, 0.5, pytest.approx(2 / 3))
    assert found.assignments["truth"].tolist() == [1]


def test_the_kinds_of_errors_are_those_of_centres():
    truths = truths_of([(0.0, 0.0, 0.2, 0.2, "a"), (0.5, 0.0, 0.2, 0.2, "a"), (0.0, 0.5, 0.2, 0.2, "b")])
    predictions = [
        (0.0, 0.0, 0.2, 0.2, "a"), (0.01, 0.0, 0.2, 0.2, "a"), (0.6, 0.0, 0.2, 0.2, "a"), (0.0, 0.5, 0.2, 0.2, "a"),
        (0.8, 0.8, 0.1, 0.1, "b"),
    ]  # fmt: skip
    table = detection.match_boxes(truths, truths_of(predictions)).errors()
    kinds = table[table["object"] == "prediction"]["kind"].tolist()
    assert kinds == ["hit", "duplicate", "too far", "wrong class", "background"]
    assert table[table["object"] == "truth"]["kind"].tolist() == ["hit", "too far", "wrong class"]


def test_the_overlap_is_inclusive_and_can_be_changed():
    half = ONE.assign(width=0.2)
    assert detection.match_boxes(ONE, half, 0.5).metrics().tp == 1
    assert detection.match_boxes(ONE, half, 0.5).rematch(0.51).metrics().tp == 0
    assert repr(detection.match_boxes(ONE, half)) == "<BoxMatch of 1 truth, 1 prediction · 1 pair with IoU ≥ 0.5>"
    assert "min_iou" in detection.match_boxes(ONE, half)._repr_html_()


@pytest.mark.parametrize("min_iou", [0, -1, 1.1, float("nan"), "half", None])
def test_an_overlap_that_means_nothing_is_a_usage_error(min_iou):
    with pytest.raises(ek.UsageError, match="min_iou"):
        detection.match_boxes(ONE, ONE, min_iou)


def test_a_box_of_negative_size_is_a_usage_error():
    with pytest.raises(ek.UsageError, match="negative"):
        detection.match_boxes(ONE, ONE.assign(width=-0.1))


def test_a_table_without_boxes_is_a_usage_error():
    with pytest.raises(ek.UsageError, match=r"no column \['width'"):
        detection.match_boxes(ONE[["x", "y", "label"]], ONE)


# --- COCO's mAP -------------------------------------------------------------------------------------------------------


def average_precision_in_plain_python(truths: list[tuple], predictions: list[tuple]) -> float:
    """State COCO's rule for one picture: greedy by score, 101 points of recall, ten overlaps, classes with truth."""
    overlap = detection.iou(truths_of(truths), scored(predictions))
    values = []
    for label in sorted({row[4] for row in truths}):
        mine = [j for j, row in enumerate(truths) if row[4] == label]
        ranked = sorted((i for i, row in enumerate(predictions) if row[4] == label), key=lambda i: -predictions[i][5])
        for limit in np.arange(0.5, 1.0, 0.05):
            left, hits, points = set(mine), 0, []
            for rank, i in enumerate(ranked, start=1):
                best = max(left, key=lambda j: overlap[i, j], default=None)
                if best is not None and overlap[i, best] >= limit:
                    left.remove(best)
                    hits += 1
                points.append((hits / len(mine), hits / rank))
            for recall in np.linspace(0, 1, 101):
                values.append(max((p for r, p in points if r >= recall - 1e-12), default=0))
    return float(np.mean(values))


def test_the_map_is_cocos():
    random = np.random.default_rng(3)
    for _ in range(12):
        truths = [(*random.random(2) / 2, *(0.1 + random.random(2) / 4), random.choice(["a", "b"])) for _ in range(6)]
        noise = random.normal(scale=0.02, size=(6, 4))
        moved = [
            (*np.abs(np.array(row[:4]) + step), row[4], score)
            for row, step, score in zip(truths, noise, random.permutation(6) / 7 + 0.1, strict=True)
        ]
        expected = average_precision_in_plain_python(truths, moved)
        assert detection.average_precision(truths_of(truths), scored(moved)).mean == pytest.approx(expected, abs=2e-3)
        assert detection.match_boxes(truths_of(truths), scored(moved)).average_precision() == pytest.approx(
            expected, abs=2e-3
        )


def test_perfect_boxes_have_an_average_precision_of_one():
    found = detection.average_precision(ONE, ONE.assign(score=0.5))
    assert found.mean == pytest.approx(1)
    assert found.per_class.loc["a"].to_dict() == pytest.approx({"truths": 1, "predictions": 1, "ap": 1, "ap50": 1})
    assert repr(found) == "<AveragePrecision 1.000 over 1 classes>"


def test_without_truth_it_is_one_if_nothing_was_detected_else_zero():
    nothing = ONE.head(0)
    assert detection.average_precision(nothing, nothing.assign(score=[])).mean == 1
    assert detection.average_precision(nothing, ONE.assign(score=0.9)).mean == 0
    assert detection.average_precision(ONE, nothing.assign(score=[])).mean == 0


def test_a_class_without_truth_is_left_out_of_the_mean():
    found = detection.average_precision(ONE, pd.concat([ONE, ONE.assign(label="b")]).assign(score=0.9))
    assert found.mean == pytest.approx(1)
    assert np.isnan(found.per_class.loc["b", "ap"])


def test_pictures_are_kept_apart():
    both = pd.concat([ONE.assign(picture="p"), ONE.assign(picture="q")])
    assert detection.average_precision(both, both.assign(score=0.9)).mean == pytest.approx(1)
    moved = both.assign(score=0.9, picture=["q", "r"])
    assert 0 < detection.average_precision(both, moved).mean < 1
    with pytest.raises(ek.UsageError, match="picture"):
        detection.average_precision(both, ONE.assign(score=0.9))


def test_the_curve_falls_from_precision_at_no_recall():
    truths = pd.concat([ONE, ONE.assign(x=0.6)])
    found = detection.average_precision(truths, scored([(0.2, 0.2, 0.4, 0.4, "a", 0.9), (0, 0.8, 0.1, 0.1, "a", 0.8)]))
    curve = found.curve[found.curve["iou"] == 0.5]
    assert curve["recall"].tolist() == pytest.approx(np.linspace(0, 1, 101))
    assert (np.diff(curve["precision"]) <= 0).all()
    assert curve.loc[curve["recall"] <= 0.5, "precision"].to_numpy() == pytest.approx(1)
    assert curve.loc[curve["recall"] > 0.5, "score"].isna().all()
    assert found.curve["iou"].unique().tolist() == pytest.approx(np.arange(0.5, 1, 0.05))


def test_pycocotools_prints_nothing(capsys):
    detection.average_precision(ONE, ONE.assign(score=0.9))
    assert capsys.readouterr() == ("", "")


def test_what_another_thread_prints_meanwhile_is_not_lost(capsys):
    stop, printed = threading.Event(), []

    def talk():
        while not stop.wait(0.0001):
            printed.append(f"line {len(printed)}")
            print(printed[-1])

    talker = threading.Thread(target=talk)
    before = sys.stdout
    talker.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: detection.average_precision(ONE, ONE.assign(score=0.9)), range(40)))
    finally:
        stop.set()
        talker.join()
    assert sys.stdout is before
    assert capsys.readouterr().out.splitlines() == printed


def test_the_same_pycocotools_still_prints_for_others(capsys):
    detection.average_precision(ONE, ONE.assign(score=0.9))
    COCO().createIndex()
    assert "index created!" in capsys.readouterr().out


def test_boxes_without_scores_have_no_average_precision():
    with pytest.raises(ek.UsageError, match="score"):
        detection.average_precision(ONE, ONE)
    assert np.isnan(detection.summary([detection.match_boxes(ONE, ONE)]).per_sample["recomputed"]).all()


# --- frames -----------------------------------------------------------------------------------------------------------

PIXELS = truths_of([(100, 50, 200, 100, "a")])


def test_a_squashed_picture_keeps_its_ratios():
    found = detection.to_input(PIXELS, (400, 200), (96, 96), "squash")
    assert found.loc[0, ["x", "y", "width", "height"]].tolist() == [0.25, 0.25, 0.5, 0.5]
    assert found["label"].tolist() == ["a"]


def test_fit_short_crops_the_long_side_around_its_middle():
    found = detection.to_input(PIXELS, (400, 200), (96, 96), "fit-short")
    assert found.loc[0, ["x", "y", "width", "height"]].tolist() == pytest.approx([0, 0.25, 1, 0.5])


def test_fit_long_pads_the_short_side():
    found = detection.to_input(PIXELS, (400, 200), (96, 96), "fit-long")
    assert found.loc[0, ["x", "y", "width", "height"]].tolist() == pytest.approx([0.25, 0.375, 0.5, 0.25])


def test_a_box_beyond_the_crop_is_left_out():
    gone = pd.concat([PIXELS.assign(x=0, width=50), PIXELS])
    assert len(detection.to_input(gone, (400, 200), (96, 96), "fit-short")) == 1


def test_a_frame_that_makes_no_sense_is_a_usage_error():
    for sizes in (((0, 200), (96, 96)), ((400, 200), (96,)), ((400, float("nan")), (96, 96))):
        with pytest.raises(ek.UsageError):
            detection.to_input(PIXELS, *sizes)
    with pytest.raises(ek.UsageError, match="fit-long"):
        detection.to_input(PIXELS, (400, 200), (96, 96), "stretch")
