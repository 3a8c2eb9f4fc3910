"""Labels of object detection are lists: in samples, filters, tables and model testing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import edgekit as ek
from edgekit.results import label_lists
from edgekit.wire.schema import BoundingBox, SampleInfo
from tests.wire.test_answers import answering

LIVE = Path(__file__).parents[1] / "data" / "live"
PAGE = json.loads((LIVE / "od-testing-page.json").read_text())
IMPULSE = {"inputBlocks": [], "dspBlocks": [], "learnBlocks": []}
DETECTS = {"id": 3, "type": "keras-object-detection", "name": "", "title": "", "dsp": []}


def info(label: str, boxes: list[str] | None = None, method: str | None = None) -> SampleInfo:
    return SampleInfo(
        id=1, filename="", category="", label=label, interval_ms=0, frequency=0, sensors=[], values_count=1,
        bounding_boxes=None if boxes is None else [BoundingBox(name, 0, 0, 1, 1) for name in boxes],
        project_labeling_method=method,
    )  # fmt: skip


@pytest.fixture(scope="module")
def objects(sandbox):
    return ek.connect(url=sandbox.url, api_key=sandbox.keys["objects"])


# --- the text and the list ---


@pytest.mark.parametrize(
    ("text", "found"),
    [("bolt, bolt, nut", ["bolt", "bolt", "nut"]), ("bolt", ["bolt"]), ("-", []), ("", []), (None, []), (" - ", [])],
)
def test_a_text_is_as_many_labels_as_it_names(text, found):
    assert label_lists.split(text) == found


NAMES = st.text(st.characters(exclude_characters=",", exclude_categories=["Cs"]), min_size=1).filter(
    lambda name: name.strip() == name != "-"
)


@given(st.lists(NAMES, max_size=5))
def test_what_the_studio_joins_is_taken_apart_again(names):
    assert label_lists.split(", ".join(names) or "-") == names


@pytest.mark.parametrize(
    ("sample", "label"),
    [
        (info("bolt, nut", method="object_detection"), ["bolt", "nut"]),
        (info("-", [], "object_detection"), []),
        (info("", ["nut"], "object_detection"), ["nut"]),
        (info("nut, small, bolt", ["nut, small", "bolt"], "object_detection"), ["nut, small", "bolt"]),
        (info("nut, bolt", ["bolt", "nut"]), ["nut", "bolt"]),
        (info("nut, bolt"), "nut, bolt"),
        (info("left, right", method="single_label"), "left, right"),
        (info("-", method="single_label"), "-"),
        (info("healthy", ["<string>"]), "healthy"),  # as in the documented example
    ],
)
def test_only_a_label_of_objects_is_a_list_and_boxes_know_it_better_than_its_text(sample, label):
    assert label_lists.label(sample) == label


# --- the sandbox's pictures, listed and filtered ---


def test_samples_have_a_list_of_labels_each(objects):
    table = objects.samples("testing")
    infos = {sample: objects.sample(sample).info for sample in table.index[::8]}
    for sample, about in infos.items():
        assert table["label"][sample] == [box.label for box in about.bounding_boxes]
    assert any(len(set(labels)) < len(labels) for labels in table["label"])
    assert [] in table["label"].tolist()
    assert table["label"].explode().dropna().isin(["zero", "three", "five", "seven", "coin"]).all()


def test_samples_of_signals_keep_their_one_label(studio):
    assert all(isinstance(label, str) for label in studio.samples()["label"])


def test_a_filter_finds_the_pictures_with_such_an_object(objects):
    every = objects.samples("testing")
    for wanted in (["coin"], ["zero", "coin"], ["-"], ["nothing of that name"]):
        found = objects.samples("testing", labels=wanted)
        kept = [row for row in every.index if set(every["label"][row] or ["-"]) & set(wanted)]
        assert list(found.index) == kept


def test_a_filter_does_not_rely_on_the_servers_own(objects):
    infos = [
        {"id": i, "filename": "", "category": "testing", "label": label, "intervalMs": 0, "frequency": 0, "sensors": [],
         "valuesCount": 1, "projectLabelingMethod": "object_detection"}
        for i, label in enumerate(["bolt, nut", "nut", "-", "nut, nut, bolt"])
    ]  # fmt: skip
    page = {"success": True, "samples": infos, "totalCount": len(infos)}
    with answering(page) as (studio, server):
        assert list(studio.samples("testing", labels="bolt").index) == [0, 3]
        assert list(studio.samples("testing", labels="bolt", limit=1).index) == [0]
        assert list(studio.samples("testing", labels="-").index) == [2]
    assert not any("labels" in request.path for request in server.requests)


# --- model testing ---


@pytest.mark.parametrize("blocks", [[], [DETECTS]])
def test_model_testing_lists_the_objects_of_each_picture(blocks):
    impulse = {"success": True, "impulse": IMPULSE | {"learnBlocks": blocks}}
    with answering(PAGE, impulse) as (studio, _):
        table = studio.test(start=False).predictions
    assert table["sample"].tolist() == [1, 2]
    assert table["label"].tolist() == [["bolt", "bolt", "bolt"], []]
    assert table["f1"].tolist() == [0.67, 1.0]
    assert table["prediction"].tolist() == ["0.67", "1.00"]


def test_model_testing_of_a_classifier_keeps_commas_in_its_labels():
    impulse = {"success": True, "impulse": IMPULSE | {"learnBlocks": [DETECTS | {"type": "keras"}]}}
    with answering(PAGE, impulse) as (studio, _):
        assert studio.test(start=False).predictions["label"].tolist() == ["bolt, bolt, bolt", "-"]


def test_the_sandbox_tests_pictures_as_the_studio_does():
    with ek.Sandbox() as running:
        own = ek.connect(url=running.url, api_key=running.keys["objects"])
        testing = own.test()
        whole = own._calls.get(dict, "classify", "all", "result")
    table = testing.predictions
    assert table.set_index("sample")["label"].to_dict() == own_labels(testing)
    assert table["prediction"].tolist() == [f"{f1:.2f}" for f1 in table["f1"]]
    assert list(whole["accuracy"]["summaryPerClass"]) == ["F1 score"]
    assert {row["label"] for row in whole["predictions"]} >= {"-"}


def own_labels(testing):
    return {
        sample: [box.label for box in result.sample.info.bounding_boxes] for sample, result in testing.results.items()
    }


# --- how a picture's result shows itself ---


def test_a_result_names_what_should_be_in_the_picture(objects):
    table = objects.samples("testing")
    empty = next(sample for sample, labels in table["label"].items() if not labels)
    assert "no objects" in objects.classify(empty)._repr_html_()
    coins = objects.samples("testing", labels="coin")["label"]
    assert f"coin {len(coins.iloc[0])}" in objects.classify(coins.index[0])._repr_html_()


def test_what_each_picture_should_hold_is_a_list_too(objects):
    table = objects.samples("testing")
    for sample in table.index[::12]:
        result = objects.classify(sample)
        for block in result.blocks:
            assert block.windows()["expected"].tolist() == [table["label"][sample]]
        ranges = result.sample.labels()
        assert ranges["label"].tolist() == table["label"][sample]
        assert ranges["start"].dtype == int


def test_a_picture_shows_its_size_and_objects_and_no_time(objects):
    table = objects.samples("testing")
    sample = objects.sample(next(i for i, labels in table["label"].items() if len(labels) > len(set(labels))))
    for shown in (repr(sample), sample._repr_html_()):
        assert " by " in shown
        assert " pixels" in shown
        assert label_lists.in_words(sample.info) in shown
        assert "0 s" not in shown
        assert "0 Hz" not in shown


def test_in_words_counts_the_objects():
    assert label_lists.in_words(info("nut, bolt, bolt", method="object_detection")) == "bolt 2, nut 1"
    assert label_lists.in_words(info("-", method="object_detection")) == "no objects"
    assert label_lists.in_words(info("nut, bolt")) == "nut, bolt"
