"""What the client makes of answers that arrive whole and are odd: from a server of ours that gives any answer asked for."""

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
