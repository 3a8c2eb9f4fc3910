"""Documents that users have beside a classify answer: named, with what opens them; the runner's answer is opened."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import edgekit as ek

RUNNER = {"timing": {"dsp": 3, "classification": 1, "anomaly": 0}}
NO_SIGNATURE = {"protected": {"ver": "v1", "alg": "none"}, "signature": "0" * 64}
DOCUMENTS = [
    (NO_SIGNATURE | {"payload": {"values": [[1.0]]}}, "an acquisition file", "ek.parse_sample"),
    ({"success": True, "sample": {}, "payload": {}, "totalPayloadLength": 1}, "a sample", "ek.parse_sample"),
    ({"version": 1, "type": "bounding-box-labels", "boundingBoxes": {}}, "bounding_boxes.labels", "Upload it"),
    ({"version": 1, "type": "structured-labels", "structuredLabels": {}}, "structured_labels.labels", "Upload it"),
    ({"version": 1, "files": []}, "info.labels", "Upload it"),
    ({"success": True, "totalCount": 0, "result": [], "predictions": []}, "model testing", "studio.test(start=False)"),
    ({"success": True, "job": {"id": 7, "finished": True}, "error": None}, "the state of a job", "waits for it"),
    ({"success": True, "id": 7}, "the number of a job", "studio.classify"),
    ({"success": True, "samples": [], "totalCount": 0}, "a list of samples", "studio.classify"),
    ({"success": True, "impulse": {}}, "an impulse", "studio.classify"),
]


@pytest.mark.parametrize(("document", "name", "next_step"), DOCUMENTS)
@pytest.mark.parametrize("way", [json.dumps, dict, lambda document: json.dumps(document).encode()])
def test_a_neighbours_document_is_named_for_what_it_is_with_what_opens_it(document, name, next_step, way):
    with pytest.raises(ek.ResponseError) as refused:
        ek.parse(way(document))
    assert name in str(refused.value)
    assert next_step in str(refused.value)
    assert "report it" not in str(refused.value)


def test_the_runners_scores_are_one_window():
    result = ek.parse(RUNNER | {"result": {"anomaly": -0.42, "classification": {"idle": 0.99, "wave": 0.01}}})
    (block,) = result.blocks
    assert block.kind == "classification"
    assert block.scores().to_dict("list") == {"idle": [0.99], "wave": [0.01], "anomaly": [-0.42]}
    assert block.windows()["expected"].isna().all()
    assert block.in_words() == "idle 1 of 1 window; anomaly: highest score -0.42"
    with pytest.raises(ek.ResponseError, match=r"the Linux runner's answer.*ek\.parse\(path\) opens it"):
        ek.parse_sample(RUNNER | {"result": {"anomaly": -0.42}})


def test_the_runners_boxes_stay_in_pixels_until_the_inputs_size_is_given():
    box = {"label": "face", "value": 0.91, "x": 16, "y": 8, "width": 8, "height": 8}
    (block,) = ek.parse(RUNNER | {"result": {"bounding_boxes": [box]}}).blocks
    table = block.detections(input_size=(32, 32))
    assert table[["label", "score", "x", "y", "width", "height"]].iloc[0].to_list() == [
        "face", 0.91, 0.5, 0.25, 0.25, 0.25,
    ]  # fmt: skip


def test_the_runners_cells_are_those_of_one_picture():
    cell = {"label": "anomaly", "value": 6.1, "x": 32, "y": 16, "width": 16, "height": 16}
    found = {"anomaly": 6.1, "visual_anomaly_max": 6.1, "visual_anomaly_mean": 1.9, "visual_anomaly_grid": [cell]}
    (block,) = ek.parse(RUNNER | {"result": found}).blocks
    assert block.kind == "visual"
    seen = block.visual_anomaly()
    assert (seen.score, seen.max, seen.mean) == (6.1, 6.1, 1.9)
    assert seen.boxes[["x", "y", "width", "height", "score"]].iloc[0].to_list() == [32, 16, 16, 16, 6.1]


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["label", "value", "x"]), inner),
    max_leaves=6,
)
parts = st.sampled_from(["classification", "anomaly", "bounding_boxes", "visual_anomaly_grid", "visual_anomaly_max"])


@given(st.dictionaries(parts, json_values))
def test_a_broken_answer_of_the_runner_is_a_response_error_and_nothing_else(result):
    document = RUNNER | {"result": result}
    with contextlib.suppress(ek.ResponseError):
        ek.parse(document).blocks[0].windows()
