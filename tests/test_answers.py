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
