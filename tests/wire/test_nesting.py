"""Deep nesting is refused by edgekit's own limit, wherever a document comes in, whatever Python's own limit is."""

from __future__ import annotations

import copy
import json
import pickle
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import edgekit as ek
from edgekit.nesting import LEVELS, too_deep, without
from edgekit.wire.decoding import decode
from edgekit.wire.schema import ClassifyResponse
from edgekit.wire.schema.base import unread
from tests.conftest import SEED as FILE
from tests.faults import Server, reply

SEED: dict[str, Any] = json.loads(FILE.read_bytes())
BEYOND = (LEVELS + 1, 300, 900, 2_000, 50_000)
KINDS = {"arrays": ("[", "]"), "objects": ('{"a":', "}"), "both": ('{"a": [', "]}")}


def nested(levels: int, opening: str = "[", closing: str = "]") -> str:
    """A tree of as many levels as each of the two has brackets."""
    times = levels // len(closing)
    return opening * times + "1" + closing * times


def with_metadata(tree: str) -> str:
    """The documented response with a tree at level 5: document, sample, sample, metadata, tree."""
    document = copy.deepcopy(SEED)
    document["sample"]["sample"]["metadata"] = {"tree": "HERE"}
    return json.dumps(document).replace('"HERE"', tree)


def levels_of(tree: Any) -> int:
    """Count plainly."""
    if isinstance(tree, dict | list):
        return 1 + max(map(levels_of, tree.values() if isinstance(tree, dict) else tree), default=0)
    return 0


@pytest.mark.parametrize("levels", BEYOND)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("field", ["metadata", "unknown"])
def test_a_response_that_is_nested_too_deeply_is_refused(field, kind, levels):
    tree = nested(levels + 1, *KINDS[kind])
    text = with_metadata(tree) if field == "metadata" else json.dumps(SEED).replace("{", f'{{"new": {tree}, ', 1)
    for document in (text, text.encode()):
        with pytest.raises(ek.ResponseError, match=f"nested too deeply .more than {LEVELS} levels"):
            ek.parse(document)


def test_the_limit_is_the_same_for_text_and_for_what_was_decoded_already():
    last = with_metadata(nested(LEVELS - 4))
    for document in (last, json.loads(last)):
        result = ek.parse(document)
        copied = pickle.loads(pickle.dumps(copy.deepcopy(result)))
        assert repr(copied.raw) == repr(result.raw)
    first = with_metadata(nested(LEVELS - 3))
    for document in (first, json.loads(first)):
        with pytest.raises(ek.ResponseError, match="nested too deeply"):
            ek.parse(document)


def test_a_dict_that_holds_itself_is_refused():
    document = copy.deepcopy(SEED)
    document["new"] = document
    with pytest.raises(ek.ResponseError, match="nested too deeply"):
        ek.parse(document)


@pytest.mark.parametrize("levels", BEYOND)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("quoted", [False, True])
def test_debug_info_that_is_nested_too_deeply_is_refused(kind, levels, quoted):
    text = f'{{"assignments": [], "new": {nested(levels, *KINDS[kind])}}}'
    with pytest.raises(ek.ResponseError, match="nested too deeply"):
        ek.detection.DebugInfo.from_json(json.dumps(text) if quoted else text)


def test_every_answer_of_a_server_has_the_limit_too():
    projects = {"success": True, "projects": [{"id": 1, "name": "one"}], "new": "HERE"}
    body = json.dumps(projects).replace('"HERE"', nested(300)).encode()
    with Server(reply(body)) as server, pytest.raises(ek.ResponseError, match="nested too deeply"):
        ek.Studio(url=server.url, api_key="ei_x").projects()


def test_a_program_that_moved_pythons_limit_meets_the_same_one():
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(50_000)
    try:
        with pytest.raises(ek.ResponseError, match="nested too deeply"):
            ek.parse(with_metadata(nested(2_000)))
    finally:
        sys.setrecursionlimit(before)


texts = st.text('[]{}"\\a', max_size=6)
trees = st.recursive(
    st.none() | st.integers() | texts, lambda t: st.lists(t, max_size=3) | st.dictionaries(texts, t, max_size=3)
)


@given(trees, st.integers(LEVELS - 4, LEVELS + 1), st.sampled_from([None, 1]))
def test_levels_are_counted_as_a_plain_walk_counts_them(tree, more, indent):
    for _ in range(more):
        tree = [tree, "]"]
    right = levels_of(tree) > LEVELS
    assert too_deep(json.dumps(tree, indent=indent).encode()) is right


def test_a_document_of_many_shallow_lists_is_none():
    assert not too_deep(b"[" + b'{"a": [1, 2], "b": "]]"}, ' * 10_000 + b"{}]")


def test_what_was_checked_is_cut_out_and_nothing_else():
    content = FILE.read_bytes()
    response = decode(content, ClassifyResponse)
    lists = unread(response.lazy_parts())
    pieces = [bytes(piece) for piece in lists]
    rest = without(content, lists)
    assert len(pieces) >= 2
    assert len(rest) == len(content) - sum(map(len, pieces))
    for piece in pieces:
        content = content.replace(piece, b"", 1)
    assert rest == content


def test_a_piece_of_another_memory_cuts_nothing():
    assert without(b"[[1]]", [bytearray(b"[1]")]) == b"[[1]]"
