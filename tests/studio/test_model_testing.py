"""Model testing and the thresholds it rests on: by variant and category, without results, after a change."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from sklearn.metrics import precision_recall_fscore_support

import edgekit as ek
from tests.faults import Server, reply
from tests.wire.test_answers import TESTED, answering

NO_RESULTS = {"success": False, "error": "No model testing results found, run 'startClassifyJob' first"}
IMPULSE = {"success": True, "impulse": {"id": 1, "inputBlocks": [], "dspBlocks": [], "learnBlocks": []}}
STARTED = {"success": True, "id": 7}
ENDED = {"success": True, "job": {"id": 7, "category": "Classify", "finished": True, "finishedSuccessful": True}}


@pytest.fixture
def own():
    """A client of a sandbox of its own: model testing and thresholds change it."""
    with ek.Sandbox() as running:
        yield ek.connect(url=running.url, api_key=running.keys["motion"])


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr("edgekit.studio.testing_calls.PAUSES", (0.0, 0.0))


# --- model testing ---


def test_each_variant_has_results_of_its_own(own):
    default, int8 = own.test(), own.test(variant="int8")
    assert list(default.predictions["sample"]) == list(int8.predictions["sample"])
    assert own.test(start=False, variant="float32").predictions.equals(default.predictions)
    assert own.test(start=False, variant="int8").predictions.equals(int8.predictions)
    scores = [testing.results[31].block(3).scores() for testing in (default, int8)]
    assert scores[0].equals(own.classify(31, 3).blocks[0].scores())
    assert scores[1].equals(own.classify(31, 3, variant="int8").blocks[0].scores())
    assert not scores[0].equals(scores[1])


def test_the_figures_the_confusion_and_the_variants_are_the_servers_own(own):
    testing = own.test()
    rows = testing.predictions
    wanted = rows["label"].mask(rows["expected_anomaly"] == "anomaly", "anomaly")
    assert testing.figures.loc["right", "value"] == rows["correct"].sum()
    assert testing.figures.loc["accuracy", "value"] == pytest.approx(rows["correct"].mean())
    counted = pd.crosstab(wanted, rows["prediction"])
    assert testing.confusion.sum().sum() == len(rows) == len(testing)
    for truth in counted.index:
        for said in counted.columns:
            assert testing.confusion.loc[truth, said] == counted.loc[truth, said]
    assert testing.confusion.columns[-1] == "uncertain"
    assert testing.per_label.loc["walking"].tolist() == [
        rows["correct"][wanted == "walking"].sum(),
        (~rows["correct"][wanted == "walking"].astype(bool)).sum(),
    ]
    by_label = rows.groupby(wanted)["correct"].mean()
    assert testing.figures.loc["balanced accuracy", "value"] == pytest.approx(by_label.mean())
    assert testing.figures.loc["accuracy of anomalies", "value"] == pytest.approx(by_label["anomaly"])
    normal = rows["correct"][wanted != "anomaly"]
    assert testing.figures.loc["accuracy without anomalies", "value"] == pytest.approx(normal.mean())
    assert testing.variants == ["float32"]
    assert own.test(variant="int8").variants == ["float32", "int8"]


def test_the_figures_of_a_classifier_are_scikit_learns(own):
    testing = own.test()
    windows = pd.concat([result.block("keras").windows() for result in testing.results.values()])
    known = windows[windows["expected"] != "badminton"]
    said = known[["running", "standing", "walking"]].idxmax(axis=1)
    judge = precision_recall_fscore_support(known["expected"], said, average="weighted")
    names = [f"Weighted average {name}" for name in ("Precision", "Recall", "F1 score")]
    assert testing.figures.loc[names, "value"].tolist() == pytest.approx(judge[:3], abs=1e-12)
    assert set(testing.figures.loc[names, "block"]) == {3}


def test_verdicts_of_new_thresholds_are_made_again_from_the_same_scores(own):
    own.test()
    own.set_threshold("anomaly-gmm", 5)
    with pytest.raises(ek.NotFoundError, match=r"studio\.regenerate_testing\(\) makes them again"):
        own.test(start=False)
    quick = own.regenerate_testing()
    assert quick.results[31].block(5).threshold == 5
    assert quick.predictions.equals(own.test().predictions)


def test_what_cannot_be_made_again_is_the_servers_no(own):
    with pytest.raises(ek.StudioError, match="No model testing results"):
        own.regenerate_testing()
    with ek.Sandbox() as running:
        pictures = ek.connect(url=running.url, api_key=running.keys["objects"])
        with pytest.raises(ek.StudioError, match="cannot be regenerated"):
            pictures.regenerate_testing()


def test_figures_of_a_learn_block_are_told_with_its_id(own):
    metric = {"name": "F1", "value": "0.67", "fullPrecisionValue": 0.6666}
    shown = {"name": "mAP", "value": "0.50"}
    by_block = [{"learnBlockId": 3, "learnBlockName": "FOMO", "additionalMetrics": [metric, shown]}]
    summary = {"success": True, "additionalMetricsByLearnBlock": by_block, "availableVariants": ["int8"]}
    with answering(TESTED, IMPULSE, summary) as (studio, _):
        testing = studio.test(start=False)
        assert testing.figures.loc["F1"].tolist() == [3, 0.6666]
        assert testing.figures.loc["mAP"].tolist() == [3, 0.5]
        assert testing.confusion.empty
        assert testing.variants == ["int8"]


def test_the_table_of_predictions_holds_nothing_that_a_file_cannot_hold(own):
    table = own.test().predictions
    assert json.loads(json.dumps(table.attrs)) == table.attrs
    assert {type(cell) for cell in table["label"]} == {str}


BOXED = {"sampleId": 2, "startMs": 0, "endMs": 0, "prediction": "1.00", "f1Score": 1.0}
BOX = {"label": "bolt", "x": 0.1, "y": 0.2, "width": 0.3, "height": 0.4, "score": 0.9}


@pytest.mark.parametrize(
    ("type_", "came"),
    [
        ("keras-object-detection", {"boundingBoxes": [BOX]}),
        ("keras-visual-anomaly", {"anomalyScores": [[1.0, 2.0], [3.0, 4.0]], "boundingBoxes": [BOX]}),
    ],
)
def test_boxes_and_grids_that_come_only_with_the_predictions_are_in_the_results(type_, came):
    (result,) = TESTED["result"]
    (block, *_) = result["classifications"]
    block = {"learnBlock": block["learnBlock"] | {"type": type_}, "result": [{"bolt": 0.9}], "expectedLabels": []}
    page = TESTED | {"result": [result | {"classifications": [block]}], "predictions": [BOXED | came]}
    with answering(page, IMPULSE) as (studio, _):
        found = studio.test(start=False).results[2].blocks[0]
    if "anomalyScores" in came:
        assert found.raw.anomaly_result[0].scores == came["anomalyScores"]
    else:
        assert found.detections()[["label", "x", "width", "score"]].to_numpy().tolist() == [["bolt", 0.1, 0.3, 0.9]]


def test_the_repr_says_how_much_of_what_is_right(own):
    testing = own.test(variant="int8")
    assert repr(testing).startswith("<ModelTesting of 50 samples in testing, int8 · ")
    assert "of 850 right" in testing._repr_html_()


def test_another_category_can_be_tested(own):
    table = own.test(category="training").predictions
    assert set(table["sample"]) == set(own.samples("training").index)
    with pytest.raises(ek.NotFoundError, match=r"No test has been run.*studio\.test\(\) runs it"):
        own.test(start=False)


def test_the_variant_goes_into_the_body_where_alone_it_counts():
    with answering(STARTED, ENDED, TESTED, IMPULSE) as (studio, server):
        studio.test(variant="int8", category="validation")
    start, _, page, _ = server.requests
    assert start.path == "/api/1/jobs/classify?category=validation"
    assert json.loads(start.body) == {"modelVariants": ["int8"]}
    assert "variant=int8" in page.path
    assert "category=validation" in page.path


def test_what_is_not_asked_for_is_not_sent():
    with answering(STARTED, ENDED, TESTED, IMPULSE) as (studio, server):
        studio.test()
    assert server.requests[0].path.endswith("/jobs/classify")
    assert json.loads(server.requests[0].body) == {}
    assert "variant" not in server.requests[2].path
    assert "category" not in server.requests[2].path


def test_a_variant_that_the_project_lacks_is_the_servers_no(own):
    with pytest.raises(ek.StudioError, match="int4"):
        own.test(variant="int4")


def test_a_category_that_is_none_is_a_usage_error(own):
    with pytest.raises(ek.UsageError, match="one of training, testing"):
        own.test(category="tested")


def test_without_results_the_next_step_is_to_run_it():
    with (
        answering(NO_RESULTS) as (studio, _),
        pytest.raises(ek.NotFoundError, match=r"studio\.test\(\) runs it") as caught,
    ):
        studio.test(start=False)
    assert "ids" not in str(caught.value)


def test_results_may_come_some_time_after_the_job():
    with answering(STARTED, ENDED, NO_RESULTS, NO_RESULTS, TESTED, IMPULSE) as (studio, _):
        assert len(studio.test()) == 1


def test_a_job_that_leaves_no_results_is_told_as_what_it_is():
    with (
        answering(STARTED, ENDED, NO_RESULTS) as (studio, server),
        pytest.raises(ek.NotFoundError, match="job succeeded, but the Studio has no results yet"),
    ):
        studio.test()
    assert sum("/result/page" in asked.path for asked in server.requests) == 3  # it is asked for again, twice


@pytest.mark.parametrize("start", [True, False])
def test_a_category_without_samples_is_told_first(own, start):
    with pytest.raises(ek.NotFoundError, match=r"It has no samples in 'validation': studio\.samples\(\)") as caught:
        own.test(category="validation", start=start)
    assert "later" not in str(caught.value)


@pytest.mark.parametrize("word", ["can_regenerate_model_summary", "should_rerun_full_job"])
def test_results_that_a_changed_threshold_emptied_say_so(word):
    summary = {"success": True, "noResultsBecauseThresholdsChanged": word}
    with (
        answering(NO_RESULTS, summary) as (studio, _),
        pytest.raises(ek.NotFoundError, match="thresholds were changed"),
    ):
        studio.test(start=False)


@pytest.mark.parametrize("asked", [{}, {"variant": "float32"}])
def test_results_of_another_variant_are_named(asked):
    summary = {"success": True, "availableVariants": ["int8"]}
    with (
        answering(NO_RESULTS, summary) as (studio, _),
        pytest.raises(
            ek.NotFoundError, match=r"another variant \('int8'\): studio\.test\(start=False, variant='int8'\)"
        ),
    ):
        studio.test(start=False, **asked)


def test_a_refusal_of_another_kind_is_not_taken_for_no_results():
    refusal = {"success": False, "error": "Learn block 3 is not trained yet"}
    with answering(refusal) as (studio, _), pytest.raises(ek.StudioError, match="Train the block"):
        studio.test(start=False)


# --- thresholds ---


def test_a_threshold_is_set_by_the_key_of_the_blocks_metadata_without_classifying(own):
    seen = own.set_threshold("keras", 0.7)
    assert (seen.block, seen.key, seen.value, seen.had_results) == (3, "min_score", 0.7, False)
    assert own.classify(31, 3).blocks[0].threshold == 0.7
    assert own.set_threshold(5, 4).key == "min_anomaly_score"


def test_what_becomes_of_model_testing_is_reported_with_the_next_step(own):
    assert "Model testing had no results: studio.test() runs it." in repr(own.set_threshold(5, 4))
    own.test()
    seen = own.set_threshold(5, 4.5)
    assert (seen.status, seen.had_results) == ("not_regenerated", True)
    assert repr(seen) == (
        "<min_anomaly_score of block 5 is now 4.5 · Model testing has no results until it runs again: studio.test() "
        "runs it.>"
    )


METADATA = "training/keras/9/metadata"
VISUAL = {"id": 9, "type": "keras-visual-anomaly", "name": "", "title": "visual", "dsp": []}


def visual(thresholds: list[dict], answer: dict) -> list:
    impulse = {"success": True, "impulse": IMPULSE["impulse"] | {"learnBlocks": [VISUAL]}}
    return [impulse, {"success": True, "thresholds": thresholds}, {"success": True} | answer]


THRESHOLDS = json.loads((Path(__file__).parents[1] / "data" / "live" / "visual-two-thresholds.json").read_text())
THRESHOLDS = THRESHOLDS["classifications"][0]["thresholds"]


@pytest.mark.parametrize(("value", "key"), [(6.0, "min_anomaly_score"), ("max", "anomaly_scoring_aggregation_method")])
def test_of_two_thresholds_the_one_that_decides_or_that_offers_the_text_is_set(value, key):
    with answering(*visual(THRESHOLDS, {})) as (studio, server):
        assert studio.set_threshold(9, value).key == key
    _, metadata, sent = server.requests
    assert metadata.path == f"/api/1/{METADATA}"
    assert json.loads(sent.body)["thresholds"] == [{"blockId": 9, "key": key, "value": value}]


def test_several_thresholds_of_which_none_is_known_to_decide_are_listed():
    odd = [{"key": "one", "value": 1}, {"key": "two", "value": 2}]
    with (
        answering(*visual(odd, {})) as (studio, _),
        pytest.raises(ek.UsageError, match="2 thresholds: one, two"),
    ):
        studio.set_threshold(9, 3)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("regenerated", r"has its results again: studio.test\(start=False\)"),
        ("started_job", "A job makes the results"),
        ("requires_job", "no results until it runs again"),
        ("something_new", r"the Studio says: something_new\): studio.test\(\) runs it"),
        (None, r"may have no results any more: studio.test\(\) runs it"),
    ],
)
def test_every_status_of_regeneration_has_a_next_step(status, said):
    answer = {"hadModelTestingResults": True, "regenerateModelTestingStatus": status}
    with answering(*visual(THRESHOLDS, answer)) as (studio, _):
        seen = studio.set_threshold(9, 3)
    assert re.search(said, seen.next_step)


@pytest.mark.parametrize("value", [True, None, [1]])
def test_what_is_no_value_of_a_threshold_is_a_usage_error(value):
    with answering(IMPULSE) as (studio, server), pytest.raises(ek.UsageError, match="a number or a text"):
        studio.set_threshold(9, value)
    assert not server.requests


def test_metadata_without_thresholds_asks_for_the_key():
    with answering(*visual([], {})) as (studio, _), pytest.raises(ek.UsageError, match="0 thresholds: none"):
        studio.set_threshold(9, 3)


def test_a_broken_answer_of_the_metadata_is_named_by_its_place():
    broken = reply(b'{"success": true, "thresholds": [{"value": 3}]}')
    impulse = reply(json.dumps(visual([], {})[0]).encode())
    with Server(impulse, broken) as server, pytest.raises(ek.ResponseError) as caught:
        ek.Studio(url=server.url, api_key="ei_0123456789", project_id=1).set_threshold(9, 3)
    assert caught.value.place == "$.thresholds[0].key"


def test_a_block_of_another_impulse_is_named_with_the_impulse_that_has_it(own):
    with pytest.raises(ek.UsageError, match=r"block 9 is of impulse 2 .*studio\.under\(2\)\.set_threshold\(9"):
        own.set_threshold(9, 3.0)
    assert own.under(2).set_threshold(9, 3.0).block == 9
    with pytest.raises(ek.UsageError, match=r"no learn block 99 in impulse 1 .*5 \(anomaly-gmm"):
        own.set_threshold(99, 3.0)


def test_windows_below_the_threshold_are_counted_beside_the_wrong_ones_they_are_among(own):
    own.set_threshold(3, 0.9)
    testing = own.test()
    figures, unsure = testing.figures["value"], (testing.predictions["prediction"] == "uncertain").sum()
    assert figures["uncertain"] == unsure > 0
    assert figures["right"] + figures["wrong"] == len(testing)
    assert f"right, {unsure} uncertain>" in repr(testing)
