"""The sandbox's project of pictures, asked by Edge Impulse's own generated client; see `test_conformance`.

The client's models have two gaps where pictures are concerned. They are stated here, and nothing else is let pass.
"""

from __future__ import annotations

import json

import pytest

import edgekit as ek
from tests.official import NEWER, differences, of

PROJECT = {"project_id": 2}
SAMPLE, DSP, CENTROIDS, BOXES = 150, 2, 3, 4
CALLS = [
    (route, call, PROJECT | arguments)
    for route, call, arguments in [
        ("GET raw-data", "RawDataApi.list_samples", {"category": "testing", "limit": 60}),
        ("GET raw-data/{}", "RawDataApi.get_sample", {"sample_id": SAMPLE}),
        ("GET impulse", "ImpulseApi.get_impulse", {}),
        ("GET dsp/{}/features/labels", "DSPApi.get_dsp_feature_labels", {"dsp_id": DSP}),
        (
            "GET dsp/{}/features/get-graph/classification/{}",
            "DSPApi.dsp_get_features_for_sample",
            {"dsp_id": DSP, "sample_id": SAMPLE},
        ),
        ("GET classify/{}", "ClassifyApi.classify_sample", {"sample_id": SAMPLE}),
        (
            "GET classify/anomaly-gmm/{}/{}",
            "ClassifyApi.classify_sample_by_learn_block",
            {"block_id": BOXES, "sample_id": SAMPLE},
        ),
        ("POST classify/v2/{}", "ClassifyApi.classify_sample_v2", {"sample_id": SAMPLE, "include_debug_info": True}),
        (
            "POST classify/anomaly-gmm/v2/{}/{}",
            "ClassifyApi.classify_sample_by_learn_block_v2",
            {"block_id": CENTROIDS, "sample_id": SAMPLE},
        ),
        (
            "POST classify/v2/{}/variants",
            "ClassifyApi.classify_sample_for_variants",
            {"sample_id": SAMPLE, "variants": '["int8", "float32"]'},
        ),
        ("GET training/keras/{}/metadata", "LearnApi.get_keras_metadata", {"learn_id": CENTROIDS}),
        ("POST jobs/classify", "JobsApi.start_classify_job", {"start_classify_job_request": {}}),
        ("GET classify/all/result/page", "ClassifyApi.get_classify_job_result_page", {"limit": 3}),
        ("GET classify/all/result", "ClassifyApi.get_classify_job_result", {}),
    ]
]
ROUTES = list(dict.fromkeys(route for route, _, _ in CALLS))

# A picture's values are one text that refers to its file, as it is uploaded; the models know numbers only.
NO_NUMBERS = "payload.values: value is not a valid list"
# Boxes are judged by mAP alone; the models want the centroids' figures of every detector.
NOT_FOR_BOXES = {f"structuredResult.{name}: field required" for name in ("f1", "precision", "recall")}


@pytest.fixture(scope="module")
def heard(asking):
    """What the installed client made of every call, to a sandbox of its own."""
    with ek.Sandbox() as own:
        return asking.ask(own.url, own.keys["objects"], CALLS)


@pytest.mark.parametrize("route", ROUTES)
def test_every_answer_validates_with_the_clients_model_but_for_two_gaps_of_it(heard, route):
    for one in of(heard, route):
        assert one["answer"]["success"] is True
        assert {".".join(problem.split(".")[-2:]) for problem in one["problems"]} <= {NO_NUMBERS} | NOT_FOR_BOXES


def test_the_centroid_block_alone_validates_but_for_the_reference_to_the_picture(heard):
    (one,) = of(heard, "POST classify/anomaly-gmm/v2/{}/{}")
    assert one["problems"] == [f"sample.{NO_NUMBERS}"]


@pytest.mark.parametrize("route", ROUTES)
def test_the_client_reads_every_field_but_those_of_newer_servers(heard, route):
    for one in of(heard, route):
        assert one["raised"] is None
        lost = differences(one["answer"], one["returned"])
        assert {".".join(field.split(".")[-2:]) for field in lost} <= NEWER


def test_the_client_reads_the_detections_that_edgekit_is_given(sandbox, client, asking):
    with asking.connected(sandbox.url, sandbox.keys["objects"]) as connection:
        answer = client.ClassifyApi(connection).classify_sample(2, SAMPLE)
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["objects"])
    for block, ours in zip(answer.classifications, studio.classify(SAMPLE).blocks, strict=True):
        (theirs,), (raw,) = block.structured_result, ours.raw.structured_result
        assert (theirs.boxes, theirs.scores, theirs.labels) == (raw.boxes, raw.scores, raw.labels)
        assert block.object_detection_last_layer == ours.raw.object_detection_last_layer
    document = json.loads(answer.classifications[0].structured_result[0].debug_info_json)
    assert document == json.loads(studio.classify(SAMPLE).blocks[0].raw.structured_result[0].debug_info_json)


def test_the_bytes_of_a_picture_reach_the_client_where_it_leaves_them_alone(sandbox, client, asking):
    with asking.connected(sandbox.url, sandbox.keys["objects"]) as connection:
        response = client.RawDataApi(connection).get_sample_as_image(2, SAMPLE, _preload_content=False)
    assert response.data.startswith(b"\x89PNG")
