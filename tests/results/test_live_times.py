"""Answers as the live service sends them, one field missing, null or of another type: it is told, or does no harm."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import edgekit as ek

LIVE = Path(__file__).parents[1] / "data" / "live"
A, B = ["A", 0, 5500], [["A", 0, 3696], ["B", 3696, 5504]]
RIGHT = {  # the last reading's time, and which label holds where
    "payload-downsampled": (5400, [A]),
    "resampled-2026": (5480, B),
    "interval-is-the-increase": (5490, [A]),
    "interval-is-the-readings": (5490, [A]),
}
OPTIONAL = {"expectedLabels": "the sample's label is expected then", "structuredLabels": "it has one label then"}
Place = tuple[str | int, ...]


def fields(node: Any, place: Place = ()) -> Iterator[Place]:
    items = node.items() if isinstance(node, dict) else enumerate(node[:2]) if isinstance(node, list) else ()
    for key, value in items:
        yield from fields(value, (*place, key))
        if isinstance(node, dict):
            yield (*place, key)


def damaged(document: dict[str, Any], place: Place) -> Iterator[dict[str, Any]]:
    for damage in ("missing", None, {"of": "another type"}, ["of another type"], "no number"):
        found = copy.deepcopy(document)
        node: Any = found
        for key in place[:-1]:
            node = node[key]
        was = node[place[-1]]
        if damage == "missing":
            del node[place[-1]]
        elif type(damage) is type(was):
            continue
        else:
            node[place[-1]] = damage
        yield found


@pytest.mark.parametrize("name", RIGHT)
def test_one_damaged_field_is_told_or_does_no_harm(name):
    document = json.loads((LIVE / f"{name}.json").read_bytes())
    told = 0
    for place in fields(document):
        for answer in damaged(document, place):
            try:
                result = ek.parse(json.dumps(answer))
            except ek.ResponseError as error:
                told += bool(error.place)
                continue
            sample = result.sample
            table = result.blocks[0].windows()
            assert sample._repr_html_()
            if place[-1] in OPTIONAL:
                assert set(table["expected"]) <= {"A", "B"}
                continue
            assert "".join(table["expected"]) == "AAAAAABBBB", place
            labels = sample.labels()[["label", "start_ms", "end_ms"]].to_numpy().tolist()
            assert (sample.signal().index[-1], labels) == RIGHT[name], place
    assert told > 50
