"""What went wrong with each object: one kind each, counts that add up, pictures in order of how bad they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import edgekit as ek
from edgekit import detection
from edgekit.detection import DebugInfo, Metrics, match
from edgekit.detection.matching import rates
from edgekit.resampling import RESAMPLES, draws
from tests.detection.test_detection_matching import PREDICTIONS, TRUTHS, points

EMPTY = '{"assignments": [], "unassigned_y_true_idxs": [], "unassigned_y_pred_idxs": []}'
LIMIT = st.sampled_from([0.05, 0.2, 0.5])
MODERATE = settings(max_examples=100)


def kinds_of(info: DebugInfo) -> tuple[list[str], list[str]]:
    """Return the kinds of the truths and of the predictions."""
    table = info.errors()
    return tuple(table.loc[table["object"] == name, "kind"].tolist() for name in ("truth", "prediction"))


# --- one by one -------------------------------------------------------------------------------------------------------


def test_a_hit_is_the_nearest_of_its_label_and_the_other_one_a_duplicate():
    info = match(points([(0.5, 0.5, 1)]), points([(0.6, 0.5, 1), (0.52, 0.5, 1)]))
    assert kinds_of(info) == (["hit"], ["duplicate", "hit"])
    table = info.errors()
    assert table["partner"].tolist() == [0, 0, 1]
    assert table["distance"].tolist() == pytest.approx([0.1, 0.02, 0.02])
    assert list(table.columns) == ["object", "index", "x", "y", "label", "kind", "partner", "distance"]


def test_another_label_in_the_right_place_is_the_wrong_class():
    assert kinds_of(match(points([(0.5, 0.5, 1)]), points([(0.52, 0.5, 2)]))) == (["wrong class"], ["wrong class"])


def test_the_right_label_up_to_twice_the_distance_away_is_too_far():
    truths = points([(0.5, 0.5, 1)])
    assert kinds_of(match(truths, points([(0.8, 0.5, 1)]))) == (["too far"], ["too far"])
    assert kinds_of(match(truths, points([(0.95, 0.5, 1)]))) == (["missed"], ["background"])


def test_what_has_no_partner_is_background_or_missed():
    info = match(points([(0.1, 0.1, 1)]), points([(0.9, 0.9, 2)]))
    assert kinds_of(info) == (["missed"], ["background"])
    assert info.errors()["partner"].isna().all()
    assert info.errors()["distance"].isna().all()


def test_a_duplicate_is_not_too_far_from_a_truth_that_was_missed():
    info = match(points([(0.2, 0.5, 1), (0.55, 0.5, 1)]), points([(0.2, 0.5, 1), (0.25, 0.5, 1)]))
    assert kinds_of(info) == (["hit", "missed"], ["hit", "duplicate"])


def test_a_class_that_is_not_in_training_is_a_kind_of_its_own_and_what_lies_on_it_of_the_wrong_class():
    info = match(points([(0.5, 0.5, -1), (0.1, 0.1, -1)]), points([(0.5, 0.5, 2)]))
    assert kinds_of(info) == (["not in training", "not in training"], ["wrong class"])
    assert info.confusion().loc[-1].to_dict() == {2: 1, "background": 1}
    assert -1 not in info.confusion().columns


def test_a_prediction_labelled_as_not_in_training_has_its_column_like_any_other():
    info = match(points([(0.5, 0.5, 1)]), points([(0.5, 0.5, 1), (0.1, 0.1, -1)]))
    assert info.confusion().loc["background"].to_dict() == {-1: 1, 1: 0, "background": 0}


def test_the_confusion_matrix_includes_background():
    truths = points([(0.1, 0.1, 1), (0.5, 0.5, 1), (0.9, 0.9, 2)])
    info = match(truths, points([(0.1, 0.1, 1), (0.5, 0.5, 2), (0.1, 0.9, 2)]))
    expected = [[1, 1, 0], [0, 0, 1], [0, 1, 0]]
    assert info.confusion().to_numpy().tolist() == expected
    assert list(info.confusion().columns) == list(info.confusion().index) == [1, 2, "background"]
    assert (info.confusion().index.name, info.confusion().columns.name) == ("truth", "prediction")


# --- the counts add up ------------------------------------------------------------------------------------------------


@given(TRUTHS, PREDICTIONS, LIMIT)
@MODERATE
def test_every_object_has_one_kind_and_the_counts_add_up(truths, predictions, limit):
    info = match(points(truths), points(predictions), limit)
    table = info.errors()
    assert len(table) == len(truths) + len(predictions)
    assert set(table["kind"]) <= set(detection.ERROR_KINDS)
    for name, expected in (("truth", truths), ("prediction", predictions)):
        side = table[table["object"] == name]
        assert side["index"].tolist() == list(range(len(expected)))
        assert side["label"].tolist() == [label for *_, label in expected]
    total = detection.count(table, "label").sum()
    assert total["truths"] == len(truths)
    assert total["predictions"] == len(predictions)
    found = ["hit", "duplicate", "wrong class", "too far", "background"]
    assert total[found].sum() == len(predictions)
    assert total["hit"] == info.metrics(one_to_one=True).tp
    assert total["hit"] + total["duplicate"] == info.metrics().tp
    assert total["not in training"] == sum(label == -1 for *_, label in truths)


@given(TRUTHS, PREDICTIONS, LIMIT)
@MODERATE
def test_partners_agree_and_lie_where_their_kind_says(truths, predictions, limit):
    table = match(points(truths), points(predictions), limit).errors()
    sides = {name: table[table["object"] == name].set_index("index") for name in ("truth", "prediction")}
    for row in sides["prediction"].itertuples():
        if pd.isna(row.partner):
            assert row.kind == "background"
            continue
        truth = sides["truth"].loc[row.partner]
        assert row.distance == pytest.approx(np.hypot(row.x - truth["x"], row.y - truth["y"]), abs=1e-12)
        assert (row.label == truth["label"]) == (row.kind != "wrong class")
        assert (row.distance <= limit) == (row.kind != "too far")
        assert row.distance <= 2 * limit
        if row.kind != "duplicate":
            assert truth["partner"] == row.Index
            assert truth["kind"] in (row.kind, "not in training")
    assert sides["truth"]["kind"].isin(["hit", "wrong class", "too far", "missed", "not in training"]).all()


@given(TRUTHS, PREDICTIONS, LIMIT)
@MODERATE
def test_rows_of_the_confusion_matrix_sum_to_the_truths_and_columns_to_the_predictions(truths, predictions, limit):
    matrix = match(points(truths), points(predictions), limit).confusion()
    for label in set(matrix.index) - {"background"}:
        assert matrix.loc[label].sum() == sum(truth[2] == label for truth in truths)
    for label in set(matrix.columns) - {"background"}:
        assert matrix[label].sum() == sum(prediction[2] == label for prediction in predictions)
    assert matrix.loc["background", "background"] == 0


def test_what_is_no_table_of_errors_is_a_usage_error():
    for call in (detection.count, detection.confusion):
        with pytest.raises(ek.UsageError, match="no table of errors"):
            call(pd.DataFrame({"label": [1]}))


# --- many pictures ----------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(TRUTHS, PREDICTIONS), min_size=1, max_size=4), LIMIT)
@settings(max_examples=20)
def test_many_pictures_have_the_errors_of_each_alone(pictures, limit):
    infos = [match(points(truths), points(predictions), limit) for truths, predictions in pictures]
    table = detection.errors(infos)
    for i, info in enumerate(infos):
        alone = table[table["picture"] == i].drop(columns="picture").reset_index(drop=True)
        pd.testing.assert_frame_equal(alone, info.errors(), check_dtype=False)
    together = detection.confusion(table)
    assert together.to_numpy().sum() == sum(info.confusion().to_numpy().sum() for info in infos)
    result = detection.summary(infos)
    for one_to_one in (False, True):
        each = [info.metrics(one_to_one=one_to_one) for info in infos]
        assert result.metrics(one_to_one=one_to_one)[:3] == tuple(sum(part) for part in zip(*each, strict=True))[:3]
        suffix = "_one_to_one" if one_to_one else ""
        for picture, row in result.per_sample.iterrows():
            assert row[f"f1{suffix}"] == pytest.approx(each[picture].f1)
    for table in (result.per_sample, result.per_class):
        assert table["hit"].sum() == table["tp_one_to_one"].sum()
        assert (table["hit"] + table["duplicate"]).sum() == table["tp"].sum()


def good_and_bad() -> dict[str, DebugInfo]:
    truths = points([(0.1, 0.1, 1), (0.9, 0.9, 2)])
    return {
        "good": match(truths, truths),
        "empty": DebugInfo.from_json(EMPTY),
        "bad": match(truths, points([(0.1, 0.1, 2)])),
        "worse": match(truths, points([(0.1, 0.1, 2), (0.5, 0.1, 2)])),
        "half": match(truths, truths.head(1)),
    }


def test_the_worst_pictures_come_first():
    result = detection.summary(good_and_bad())
    assert result.per_sample.index.tolist() == ["worse", "bad", "half", "good", "empty"]
    assert repr(result) == "<Summary of 5 pictures · F1 0.429 (Studio), 0.429 (one-to-one)>"
    assert "wrong class" in result._repr_html_()


def test_figures_over_pictures_have_intervals_of_pictures_drawn_anew():
    summed = detection.summary(good_and_bad())
    tp, fp, fn = (draws(5, RESAMPLES, 0) @ summed.per_sample[["tp", "fp", "fn"]].to_numpy()).T
    value, low, high = summed.figures.loc["f1"]
    assert value == summed.metrics().f1
    assert (low, high) == tuple(np.quantile(rates(tp, fp, fn)[2], [0.025, 0.975], method="nearest"))
    assert low < value < high
    assert list(summed.figures.index) == [
        "f1", "precision", "recall", "f1_one_to_one", "precision_one_to_one", "recall_one_to_one",
    ]  # fmt: skip
    assert detection.summary(good_and_bad()["half"]).figures["low"].isna().all()


def test_a_picture_may_come_twice():
    (name, info), *_ = good_and_bad().items()
    twice = [detection.Picture(name, info)] * 2
    found = detection.summary(twice).per_sample
    pd.testing.assert_frame_equal(found, pd.concat([detection.summary(twice[:1]).per_sample] * 2))


def test_the_table_of_samples_keeps_its_first_name_too():
    summed = detection.summary(good_and_bad())
    assert summed.per_sample.index.name == "sample"
    assert summed.per_image.index.name == "picture"
    pd.testing.assert_frame_equal(summed.per_image, summed.per_sample, check_names=False)


def test_classes_are_summed_up_over_the_pictures():
    table = detection.summary(good_and_bad()).per_class
    assert table["truths"].to_dict() == {1: 4, 2: 4}
    assert table["hit"].to_dict() == {1: 2, 2: 1}
    assert table["wrong class"].to_dict() == {1: 0, 2: 2}


def test_the_card_counts_a_pair_once():
    assert "hit 3, wrong class 2, background 1, missed 3" in detection.summary(good_and_bad())._repr_html_()
    assert "hit 2<" in good_and_bad()["good"]._repr_html_()


def test_no_figure_is_made_up_for_what_is_not_in_training():
    table = detection.summary(match(points([(0.5, 0.5, -1), (0.1, 0.1, 1)]), points([(0.5, 0.5, 1)])))
    assert table.per_class.index.tolist() == ["not in training", 1]
    unknown, known = table.per_class.to_dict("records")
    assert (unknown["truths"], unknown["not in training"]) == (1, 1)
    assert np.isnan([unknown["f1"], unknown["recall_one_to_one"]]).all()
    assert known["f1"] == 0
    assert table.confusion.loc["not in training", 1] == 1


def test_metrics_are_printed_rounded():
    assert repr(Metrics.of(2, 1, 0)) == "Metrics(tp=2, fp=1, fn=0, precision=0.667, recall=1.000, f1=0.800)"
    assert Metrics.of(2, 1, 0).f1 == 4 / 5


def test_names_stand_for_labels_where_they_are_known():
    infos = [match(points([(0.5, 0.5, 1)]), points([(0.5, 0.5, 2)]), names={1: "bolt"}), good_and_bad()["good"]]
    result = detection.summary(infos)
    assert result.per_class.index.tolist() == ["bolt", 2]
    assert list(result.confusion.columns) == ["bolt", 2, "background"]
    assert set(result.per_object["label"]) == {"bolt", 2}
    assert result.names == {1: "bolt"}


def test_two_names_for_one_label_are_not_of_one_model():
    one = points([(0.5, 0.5, 1)])
    with pytest.raises(ek.UsageError, match="not of one model"):
        detection.summary([match(one, one, names={1: "bolt"}), match(one, one, names={1: "nut"})])


def test_pictures_matched_with_different_distances_are_not_summed_up():
    one = points([(0.5, 0.5, 1)])
    with pytest.raises(ek.UsageError, match="rematch"):
        detection.summary([match(one, one, 0.1), match(one, one, 0.2)])
    assert len(detection.summary([match(one, one, 0.1), DebugInfo.from_json(EMPTY)]).per_sample) == 2


def test_what_cannot_be_summed_up_is_a_usage_error():
    box = pd.DataFrame({"x": [0.1], "y": [0.1], "width": [0.2], "height": [0.2], "label": ["a"]})
    boxes = detection.match_boxes(box, box)
    for results in ([], {}, [5], ["text"], [good_and_bad()["good"], boxes]):
        with pytest.raises(ek.UsageError):
            detection.summary(results)
    with pytest.raises(ek.UsageError, match="FOMO"):
        detection.sweep_distance([boxes])


def test_the_sweep_of_many_pictures_pools_them():
    infos = good_and_bad()
    table = detection.sweep_distance(infos, [0.2], draws=2)
    assert table["f1"].tolist() == [pytest.approx(detection.summary(infos).metrics().f1)]


def test_one_picture_alone_can_be_summed_up():
    assert len(detection.summary(good_and_bad()["half"]).per_sample) == 1
