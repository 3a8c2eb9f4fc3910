"""What the client makes of answers that arrive whole and are odd; a server of ours gives them as asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import edgekit as ek

from .conftest import SEED
from .faults import Server, reply

KEY = "ei_0f1e2d3c4b5a69788796a5b4c3d2e1f0"
RESULT = json.loads(SEED.read_text())


@contextmanager
def answering(*answers: bytes | dict, api_key: str = KEY) -> Iterator[tuple[ek.Studio, Server]]:
    """Yield a client of a server that gives these answers, the last of them over and over."""
    with Server(*map(reply, answers)) as server:
        yield ek.Studio(url=server.url, api_key=api_key, project_id=1, retries=0), server


@pytest.mark.parametrize("key", ["k", "key", "e", "label"])
def test_a_short_key_that_is_part_of_every_word_does_not_damage_an_answer(key):
    with answering(RESULT, api_key=key) as (studio, _):
        assert studio.classify(2).blocks[0].windows()["wave"].tolist() == [0.9998]


@pytest.mark.parametrize("content", [b'{"headers": "x-api-key: KEY"}', b"<p>KEY</p>", b"KEY", b"\x89PNG\r\n\x1a\nKEY"])
def test_a_key_in_the_place_of_a_picture_is_not_shown(content):
    with (
        answering(content.replace(b"KEY", KEY.encode())) as (studio, _),
        pytest.raises(ek.ResponseError, match="picture") as caught,
    ):
        studio.image(2)
    assert KEY not in str(caught.value)
    assert " at 0x" not in str(caught.value)


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><p>Please log in", b"\n <HTML><p>Please log in"])
def test_a_login_page_is_no_sample(page):
    with answering(page) as (studio, _), pytest.raises(ek.ResponseError, match="HTML page"):
        studio.original(2)


def test_bytes_as_uploaded_are_left_as_they_are():
    content = b'{"payload": "' + KEY.encode() + b'"}'
    with answering(content) as (studio, _):
        assert studio.original(2) == content


def test_an_answer_with_classifications_is_the_result_whatever_id_it_has():
    with answering(RESULT | {"id": 7}) as (studio, server):
        assert studio.classify(2).sample.id == 2
    assert len(server.requests) == 1


@pytest.mark.parametrize("deprecated", [False, True])
def test_both_forms_of_the_call_ask_for_debug_info(deprecated):
    with answering(RESULT) as (studio, server):
        studio.classify(2, deprecated=deprecated)
        studio.classify(2, deprecated=deprecated, debug=False)
        studio.classify(2, block=5, deprecated=deprecated)
    version = "" if deprecated else "v2/"
    assert [request.path for request in server.requests] == [
        f"/api/1/classify/{version}2?includeDebugInfo=true",
        f"/api/1/classify/{version}2?includeDebugInfo=false",
        f"/api/1/classify/anomaly-gmm/{version}5/2",
    ]


def test_a_server_that_gives_the_same_page_again_and_again_is_given_up():
    page = {"success": True, "samples": [RESULT["sample"]["sample"]], "totalCount": 10**9}
    with answering(page) as (studio, server), pytest.raises(ek.ResponseError, match=r"raw-data: .* the same page"):
        studio.samples("training")
    assert len(server.requests) == 2


TESTED = {
    "success": True,
    "result": [{"sampleId": 2, "sample": RESULT["sample"]["sample"], "classifications": RESULT["classifications"]}],
    "predictions": [{"sampleId": 2, "startMs": 0, "endMs": 2000, "prediction": "idle"}],
    "totalCount": 1,
}


def test_model_testing_ends_with_the_same_page_again_too():
    with (
        answering(TESTED | {"totalCount": 10**9}) as (studio, server),
        pytest.raises(ek.ResponseError, match="the same page"),
    ):
        studio.test(start=False)
    assert len(server.requests) == 2


def test_model_testing_slides_the_window_as_the_impulse_says_for_classification():
    cut = {"id": 1, "type": "time-series", "name": "", "title": "", "windowSizeMs": 2000, "windowIncreaseMs": 80}
    impulse = {"dspBlocks": [], "learnBlocks": [], "inputBlocks": [cut | {"classificationWindowIncreaseMs": 500}]}
    with answering(TESTED, {"success": True, "impulse": impulse}) as (studio, _):
        table = studio.test(start=False)
    assert table.attrs["results"][2].window_increase_ms == 500
    assert table["f1"].dtype == float


HUGE = 10**400


@pytest.mark.parametrize(
    "place", [("classifications", 0, "expectedLabels", 0, "endIndex"), ("sample", "sample", "valuesCount")]
)
def test_a_count_beyond_all_reason_is_named_by_its_place(place):
    document = json.loads(SEED.read_text())
    *inner, last = place
    node = document
    for step in inner:
        node = node[step]
    node[last] = HUGE
    for source in (document, json.dumps(document)):
        with pytest.raises(ek.ResponseError, match=last):
            ek.parse(source)


def test_a_label_over_more_readings_than_there_can_be_is_named_by_its_place():
    document = json.loads(SEED.read_text())
    document["sample"]["sample"]["structuredLabels"] = [{"startIndex": 0, "endIndex": HUGE, "label": "idle"}]
    with pytest.raises(ek.ResponseError, match=r"structuredLabels\[0\].endIndex"):
        ek.parse(document)


MIXTURE = {"success": True, "means": [[0.0]], "covariances": [[[1.0]]], "weights": [1.0]}


@pytest.mark.parametrize("axes", [[HUGE], [-1], [0, 1]])
def test_axes_that_cannot_be_are_a_response_error_that_names_the_call(axes):
    about = {"success": True, "mean": [0.0], "scale": [1.0], "axes": axes}
    with (
        answering(MIXTURE, about) as (studio, _),
        pytest.raises(ek.ResponseError, match="GET /api/1/training/anomaly/5/"),
    ):
        studio.gmm(5)


def test_windows_with_different_numbers_of_features_name_the_call_and_the_place():
    rows = {"success": True, "data": [{"X": [1.0, 2.0]}, {"X": [1.0]}]}
    with answering(rows) as (studio, _), pytest.raises(ek.ResponseError, match=r"GET /api/1/dsp/.*\$\.data\[1\]\.X"):
        studio.features(2, 3)


@pytest.mark.parametrize("answer", [b'{"success": true, "samples": [', {"success": True}, b"[]"])
def test_what_the_api_does_not_promise_says_what_to_do_next(answer):
    with answering(answer) as (studio, _), pytest.raises(ek.ResponseError, match=r"GET /api/1/raw-data: .* Try again"):
        studio.samples()


def test_the_servers_no_says_what_to_do_next():
    with (
        answering({"success": False, "error": "No such sample."}) as (studio, _),
        pytest.raises(ek.StudioError, match=r"No such sample\. Check .*studio\.samples\(\)") as caught,
    ):
        studio.sample(2)
    assert caught.value.status == 200
