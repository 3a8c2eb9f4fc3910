"""What the client makes of answers that arrive whole and are odd; a server of ours gives them as asked for."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import edgekit as ek
from edgekit.results.uploaded import decoded_image
from tests.conftest import SEED
from tests.faults import Server, reply

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
        studio.classify(2, block=2, deprecated=deprecated)
    version = "" if deprecated else "v2/"
    assert [request.path for request in server.requests] == [
        f"/api/1/classify/{version}2?includeDebugInfo=true",
        f"/api/1/classify/{version}2?includeDebugInfo=false",
        f"/api/1/classify/anomaly-gmm/{version}2/2",
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
        testing = studio.test(start=False)
    assert testing.results[2].window_increase_ms == 500
    assert testing.predictions["f1"].dtype == float


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


# --- what is asked for by id is what comes ---


def test_another_sample_or_block_than_was_asked_for_is_named_as_such():
    sample = RESULT["sample"] | {"success": True}
    asks = {
        "asked for sample 3, and the answer is about sample 2": [
            (RESULT, lambda studio: studio.classify(3)),
            (RESULT, lambda studio: studio.classify(3, deprecated=True)),
            (RESULT, lambda studio: studio.classify(3, block=2)),
            (RESULT, lambda studio: studio.classify([3])),
            (sample, lambda studio: studio.sample(3)),
            (sample, lambda studio: studio.slice(3, 0, 1)),
            (
                RESULT | {"results": [{"variant": "int8", "classifications": []}]},
                lambda studio: studio.compare_variants(3, ["int8"]),
            ),
            (
                {"success": True, "data": [{"X": [1.0], "sample": {"id": 2, "startMs": 0, "endMs": 9}}]},
                lambda studio: studio.features(3, 1),
            ),
        ],
        "asked for block 5, and the answer is about block 2": [
            (RESULT, lambda studio: studio.classify(2, block=5)),
            (RESULT, lambda studio: studio.classify(2, block=5, deprecated=True)),
        ],
        "asked for job 5, and the answer is about job 6": [
            ({"success": True, "job": {"id": 6}}, lambda studio: studio.job(5)),
        ],
    }
    for said, calls in asks.items():
        for answer, ask in calls:
            with answering(answer) as (studio, _), pytest.raises(ek.ResponseError, match=said) as caught:
                ask(studio)
            assert "/api/1/" in str(caught.value)
            assert caught.value.place.endswith("id")


# --- pictures ---


def picture(size: tuple[int, int] = (8, 6), kind: str = "PNG", mode: str = "RGB") -> bytes:
    content = io.BytesIO()
    Image.new(mode, size).save(content, kind)
    return content.getvalue()


def a_bomb(width: int, height: int) -> bytes:
    """Return a PNG that says it is so large; its pixels are missing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def refused(content: bytes) -> str:
    with answering(RESULT, content) as (studio, _):
        sample = studio.classify(2).sample
        with pytest.raises(ek.ResponseError, match="expected a picture") as caught:
            sample.image()
    with answering(content) as (studio, _), pytest.raises(ek.ResponseError, match="expected a picture"):
        studio.image(2)
    return str(caught.value)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_that_is_cut_short_is_a_response_error(kind):
    whole = picture((64, 64), kind)
    for end in {0, 1, 8, 20, 40, len(whole) // 2, len(whole) - 20}:
        refused(whole[:end])


@pytest.mark.parametrize("size", [(9000, 8000), (10_000, 10_000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_too_large_to_decode_is_a_response_error_before_it_is_decoded(size):
    tracemalloc.start()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # Pillow warns of some sizes and refuses others
        said = refused(a_bomb(*size))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000
    assert "\n" not in said


def test_a_picture_of_text_that_unpacks_without_end_is_a_response_error():
    text = PngInfo()
    text.add_text("comment", "a" * 50_000_000, zip=True)
    content = io.BytesIO()
    Image.new("RGB", (8, 8)).save(content, "PNG", pnginfo=text)
    refused(content.getvalue())


@given(st.integers(0, 10_000), st.integers(0, 255), st.sampled_from(["PNG", "JPEG"]))
@settings(max_examples=200)
def test_one_wrong_byte_gives_a_picture_or_a_response_error(place, value, kind):
    content = bytearray(picture((32, 24), kind))
    content[place % len(content)] = value
    with suppress(ek.ResponseError):
        assert decoded_image(bytes(content), "GET /x").size
