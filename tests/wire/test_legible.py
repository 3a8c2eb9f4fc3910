"""Every text of a document can be written and shown, and nothing else of it changes."""

# ruff: noqa: RUF001
from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import edgekit as ek
from edgekit.legible import legible
from tests.conftest import SEED
from tests.faults import Server, reply

DOCUMENT = json.loads(SEED.read_text())
HALVES = [r"\ud83d", r"\ude00", r"\ud83d\ud83d", r"\ude00\ud83d", r"\uD83Dx", r"x\uDBFF", r"\\\ud83d"]
ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
TEXTS = st.text(st.characters(codec=None) | st.sampled_from('\ud83d\ude00\x1b\x07\x9b\u202e\u2066\\/"u\b\f\n😀'))
TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


def legible_tree(tree: Any) -> Any:
    """Make every text of decoded JSON legible: the plain walk that `legible` saves."""
    match tree:
        case str():
            return ODD.sub(written, tree)
        case dict():
            return {legible_tree(name): legible_tree(value) for name, value in tree.items()}
        case list():
            return [legible_tree(part) for part in tree]
    return tree


def written(found: re.Match[str]) -> str:
    code = ord(found[0])
    return "?" if 0xD800 <= code < 0xE000 else f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


@given(TREES)
def test_a_document_and_its_decoded_form_become_legible_alike(tree):
    document = legible(json.dumps(tree).encode())
    assert msgspec.json.decode(document) == legible_tree(json.loads(json.dumps(tree)))
    assert not ODD.search(json.dumps(json.loads(document), ensure_ascii=False).replace("\\n", ""))


@given(TREES)
def test_text_that_stands_as_it_is_becomes_legible_too(tree):
    raw = json.dumps(tree, ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert msgspec.json.decode(legible(raw)) == legible_tree(json.loads(json.dumps(tree)))


@given(st.recursive(st.integers() | st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs"])), st.lists))
def test_what_is_legible_already_stays_the_very_same_bytes(tree):
    for document in (json.dumps(tree).encode(), json.dumps(tree, ensure_ascii=False).encode()):
        assert legible(document) == document


@pytest.mark.parametrize("half", HALVES)
def test_half_a_pair_in_one_name_leaves_the_listing_readable(half):
    first, second = (DOCUMENT["sample"]["sample"] | {"id": i, "filename": name} for i, name in ((2, "HALF"), (3, "😀")))
    page = {"success": True, "samples": [first, second], "totalCount": 2}
    empty = {"success": True, "samples": [], "totalCount": 0}
    with Server(reply(json.dumps(page).replace("HALF", f"a{half}b").encode()), reply(empty)) as server:
        studio = ek.Studio(url=server.url, api_key="ei_x", project_id=1, retries=0)
        samples = studio.samples()
    assert samples["filename"][3] == "😀"
    assert "?" in samples["filename"][2]
    assert samples["filename"][2].startswith("a")
    assert samples["filename"][2].endswith("b")
    repr(samples).encode()


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("form", ["bytes", "text", "dict", "text as it is"])
def test_half_a_pair_in_a_response_is_replaced(half, form):
    text = json.dumps(DOCUMENT).replace("idle01", f"a{half}b").replace('"wave"', f'"{half}"')
    document = {
        "bytes": text.encode(),
        "text": text,
        "dict": json.loads(text),
        "text as it is": json.dumps(json.loads(text), ensure_ascii=False),
    }[form]
    result = ek.parse(document)
    for shown in (result.sample.filename, repr(result), result._repr_html_(), repr(result.blocks[0].windows())):
        shown.encode()
    assert "?" in result.sample.filename
    assert any("?" in name for name in result.blocks[0].windows())
    assert repr(result.raw).encode()


@pytest.mark.parametrize("half", HALVES)
def test_half_a_pair_in_debug_info_is_replaced(half):
    point = f'{{"x": 0.5, "y": 0.5, "label": "a{half}b"}}'
    found = ek.detection.DebugInfo.from_json(f'{{"y_trues": [{point}], "y_preds": [{point}], "assignments": []}}')
    assert "?" in found.truths["label"][0]
    repr(found).encode()


@pytest.mark.parametrize("odd", ["\x1b]0;title\x07", "\x1b[2J", "\x07", "\x9b2J", "\u202e", "\u2066", "\x7f", "\b"])
def test_what_drives_a_terminal_reaches_no_table(odd):
    text = json.dumps(DOCUMENT).replace("idle01", json.dumps(f"a{odd}b")[1:-1]).replace('"wave"', json.dumps(f"w{odd}"))
    for document in (text.encode(), json.loads(text), json.dumps(json.loads(text), ensure_ascii=False)):
        result = ek.parse(document)
        shown = (
            f"{result!r} {result.blocks[0].windows()!r} {result.blocks[0]!r} {result.sample.labels()!r} {result.raw!r}"
        )
        assert not ODD.search(shown)


def test_two_names_that_differ_in_what_is_not_seen_remain_two():
    text = json.dumps(DOCUMENT).replace(
        '"result": [{', r'"result": [{"a\u001b": 0.25, "a\u0007": 0.5, "a\b": 0.75, "a\u202e": 1.0, '
    )
    for document in (text, json.loads(text)):
        scores = ek.parse(document).blocks[0].scores().iloc[0]
        assert scores[[r"a\x1b", r"a\x07", r"a\x08", r"a\u202e"]].tolist() == [0.25, 0.5, 0.75, 1.0]


def test_marks_that_a_language_is_written_with_stay():
    name = "نمی\u200cخواهم 👩\u200d🔬 e\u0301 \u200fعربي"
    result = ek.parse(json.dumps(DOCUMENT).replace("idle01", name))
    assert result.sample.filename.startswith(name)
