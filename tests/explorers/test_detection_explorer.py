"""The detection explorer from Python: state, selection, counts, the static twin."""

from __future__ import annotations

import base64
from dataclasses import replace

import pandas as pd
import pytest
from matplotlib import pyplot as plt

import edgekit as ek
from edgekit.explorers import DetectionExplorer
from edgekit.results import detection as detected
from edgekit.verdicts import compare
from tests.objects_result import detected_result


@pytest.fixture(scope="module")
def objects(sandbox) -> ek.Studio:
    return ek.connect(url=sandbox.url, api_key=sandbox.keys["objects"])


@pytest.fixture(scope="module")
def results(objects) -> list[ek.ClassifyResult]:
    return objects.classify(objects.samples("testing").index[::5])


@pytest.fixture
def explorer(results) -> DetectionExplorer:
    return ek.explore(results)


def fomo(result: ek.ClassifyResult) -> ek.BlockResult:
    return next(block for block in result.blocks if block.raw.object_detection_last_layer == "fomo")


def test_pictures_stand_worst_first_with_their_sample(results, explorer):
    summed = ek.detection.summary([fomo(result) for result in results]).per_sample
    assert explorer.pictures["sample"].tolist() == summed.index.tolist()
    assert explorer.pictures["f1_one_to_one"].is_monotonic_increasing


def test_at_the_start_it_counts_as_the_server_does(results, explorer):
    for picture, sample in enumerate(explorer.pictures["sample"]):
        block = fomo(next(result for result in results if result.sample.id == sample))
        explorer.picture = picture
        assert explorer.counts.loc[("this picture", "Studio"), "f1"] == pytest.approx(block.raw.structured_result[0].f1)


def test_it_begins_at_the_blocks_own_threshold_and_numbers_pictures_from_one(results, explorer):
    assert explorer.threshold == fomo(results[0]).threshold > 0
    assert f"picture 1 of {len(results)}: sample" in explorer.text()


def test_counts_over_all_pictures_are_those_of_the_summary(results, explorer):
    summed = ek.detection.summary([fomo(result) for result in results])
    assert tuple(explorer.counts.loc[("all pictures", "Studio")]) == summed.metrics()
    assert tuple(explorer.counts.loc[("all pictures", "one-to-one")]) == summed.metrics(one_to_one=True)


def test_a_prediction_has_the_score_of_the_box_its_centre_came_from(results):
    for result in results:
        block = fomo(result)
        found = detected.with_scores(block.raw, 0, block.debug_info())
        boxes = block.detections()
        assert sorted(found["score"]) == sorted(boxes["score"])
        assert found["score"].notna().all()


def test_the_selection_follows_both_sliders(explorer):
    explorer.picture = int(explorer.pictures["predictions"].idxmax())
    whole = len(explorer.selection)
    explorer.threshold = 0.95
    kept = explorer.selection
    assert len(kept) < whole
    explorer.min_distance = 0.0
    assert set(explorer.selection["kind"]) <= {"background", "missed", "too far", "hit", "not in training"}


@pytest.mark.parametrize(
    ("trait", "value", "said"),
    [
        ("picture", -1, "pictures 0 to"),
        ("picture", 10_000, "pictures 0 to"),
        ("threshold", 1.5, "from 0 to 1"),
        ("min_distance", -0.1, "from 0 to 1"),
        ("min_distance", float("nan"), "from 0 to 1"),
        ("min_iou", 0.0, "above 0"),
        ("chosen", ["no such side", 1], "chosen is"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(explorer, trait, value, said):
    before = getattr(explorer, trait)
    with pytest.raises(ek.UsageError, match=said):
        setattr(explorer, trait, value)
    assert getattr(explorer, trait) == before


def test_a_picture_and_a_stable_text_stand_beside_the_widget(explorer):
    data, _ = explorer._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == repr(explorer)
    assert "this picture, Studio: F1" in data["text/plain"]


def test_boxes_have_an_overlap_instead_of_a_distance(results):
    blocks = [next(b for b in result.blocks if b.raw.object_detection_last_layer != "fomo") for result in results]
    explorer = ek.explore(blocks)
    before = explorer.counts.loc[("all pictures", "one-to-one"), "tp"]
    explorer.min_iou = 0.9
    assert explorer.counts.loc[("all pictures", "one-to-one"), "tp"] < before
    assert isinstance(explorer.matched(), ek.detection.BoxMatch)


def test_centres_and_boxes_are_not_mixed(results):
    with pytest.raises(ek.UsageError, match="one kind at a time"):
        ek.explore([block for block in results[0].blocks if block.detects])


def test_without_debug_info_the_centres_of_the_boxes_are_matched_and_a_note_says_so(objects, results):
    alone = objects.classify(results[0].sample.id, block=fomo(results[0]).id)
    explorer = ek.explore(alone)
    assert "1 of 1 picture came without debug info" in explorer._meta["note"]
    with_it = ek.explore(fomo(results[0]))
    assert explorer.counts.loc["this picture"].equals(with_it.counts.loc["this picture"])
    assert explorer.selection["label"].tolist() == with_it.selection["label"].tolist()
    assert set(with_it.selection["label"]) <= set(with_it._meta["labels"])  # names, no numbers


def test_a_result_from_a_file_is_explored_without_pictures(tmp_path):
    explorer = ek.explore(detected_result(4, 6), min_distance=0.1)
    assert "could not be fetched" in explorer._meta["note"]
    assert explorer.figure()
    explorer.to_html(tmp_path / "report.html")


@pytest.mark.parametrize(("truths", "predictions"), [(0, 0), (0, 3), (3, 0)])
def test_empty_sides_are_no_trouble(truths, predictions):
    explorer = ek.explore(detected_result(truths, predictions))
    assert len(explorer.selection) == truths + predictions
    assert explorer.figure()


def test_the_selection_numbers_predictions_as_chosen_does_whatever_the_threshold_hides():
    explorer = ek.explore(detected_result(5, 8))
    whole = explorer.selection.query("object == 'prediction'")
    scores = explorer._pictures[0].predictions["score"]
    explorer.threshold = float(scores.median())
    found = explorer.selection
    kept = found.query("object == 'prediction'")
    assert kept["index"].tolist() == scores.index[scores >= explorer.threshold].tolist()
    assert kept["x"].tolist() == whole["x"].iloc[kept["index"]].tolist()
    hits = found.query("kind == 'hit'").set_index(["object", "index"])["partner"]
    assert len(hits)
    assert all(hits["prediction"][partner] == truth for truth, partner in hits["truth"].items())


def test_the_static_twins_show_labels_and_scores_too():
    result = detected_result(3, 4, name="a name that is far too long to be written beside a centre")
    explorer, scores = ek.explore(result), result.blocks[0].detections()["score"]
    for ax in (explorer.figure().axes[0], result.blocks[0].plot()):
        texts = [text.get_text() for text in ax.texts]
        assert [text.split("… ")[1] for text in texts if "… " in text] == [f"{score:.2f}" for score in scores]
        assert max(map(len, texts)) <= 24 + len(" 0.99")
    explorer.threshold = float(scores.sort_values().iloc[2])
    assert sum("… " in text.get_text() for text in explorer.figure().axes[0].texts) == 2
    plt.close("all")


def test_two_variants_stand_side_by_side_those_pictures_first_on_which_the_second_loses_most(objects):
    samples = [139, 159, 160, 179]
    classified = [objects.classify(samples, variant=variant) for variant in ("float32", "int8")]
    found = tuple({result.sample.id: result for result in results} for results in classified)
    one = pd.DataFrame({"sample": samples, "start_ms": 0, "end_ms": 0, "label": "", "prediction": "", "correct": True})
    compared = replace(compare(one, one, ("float32", "int8")), results=found)
    explorer = ek.explore(compared, block="fomo")
    ones, others = compared.results
    assert explorer.models == ["float32", "int8"]
    assert len(explorer.pictures) == len(ones) == len(others)
    assert explorer.pictures["difference"].is_monotonic_increasing
    worst = int(explorer.pictures["sample"].iloc[0])
    figures = explorer.comparison["f1"]
    for name, results in zip(explorer.models, compared.results, strict=True):
        one = ek.detection.summary([results[worst].block("fomo")]).metrics(one_to_one=True)
        every = ek.detection.summary([result.block("fomo") for result in results.values()]).metrics(one_to_one=True)
        assert figures["this picture", name] == pytest.approx(one.f1)
        assert figures["all pictures", name] == pytest.approx(every.f1)
    assert figures["this picture", "int8"] < figures["this picture", "float32"]
    assert "this picture, int8: F1" in explorer.text()
    assert len(explorer.figure().axes) == 2
    explorer.threshold = 0.9
    assert len(explorer.matched(model=1).predictions) < len(explorer._others[0].predictions)
    assert ek.explore(list(ones.values())[:1]).comparison.empty  # one model


def test_models_without_a_picture_in_common_are_refused(results):
    with pytest.raises(ek.EdgekitError, match="beside takes"):
        ek.explore(results, block="fomo", beside=3)
    with pytest.raises(ek.EdgekitError, match="no picture"):
        DetectionExplorer([fomo(results[0])], beside=[fomo(results[1])], models=("a", "b"))
