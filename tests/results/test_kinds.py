"""What kind a block is decides what it says and which explorer opens: its type first, then what it sent."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import edgekit as ek
from edgekit.explorers import EXPLORERS
from edgekit.results.by_kind import SHOWN
from edgekit.results.kinds import KINDS, kind_of
from tests.results.test_parse import BLOCK, SEED, changed

HOUSE = Path(ek.__file__).parent
TOLD_BY_TYPE = re.compile(
    r"""["'](?:object-detection|visual-anomaly|visual|anomaly)["'] (?:not )?in |in \("anomaly", "anomaly-gmm"""
)


def block(kind: str, **fields: Any) -> Any:
    document = changed(f"{BLOCK}.learnBlock.type", kind)
    for name in ("structuredResult", "details", "anomalyResult"):
        document = changed(f"{BLOCK}.{name}", fields.pop(name, None), document)
    for name, value in fields.items():
        document = changed(f"{BLOCK}.{name}", value, document)
    return ek.parse(document).blocks[0]


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in KINDS.items() for name in names])
def test_the_type_decides_whatever_the_response_holds(kind, name):
    assert kind_of(name) == kind
    assert block(name, **{key: SEED["classifications"][0][key] for key in ("structuredResult", "details")}).kind == kind


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"result": [{"anomaly": 1.0}]}, "anomaly"),
        ({"result": [{"idle": 0.5, "wave": 0.5}]}, "classification"),
        ({"result": [{"anomaly": 1.0}], "anomalyResult": [{"scores": [[1.0, 0.5], [0.5, 0.5]]}]}, "visual"),
        ({"result": [{"idle": 1.0}], "structuredResult": [{"boxes": [], "scores": []}]}, "detection"),
        ({"result": []}, None),
    ],
)
def test_of_a_type_that_is_not_known_what_it_sent_decides(fields, kind):
    assert block("something-new", **fields).kind == kind


def test_types_to_come_of_a_known_family_are_of_its_kind():
    assert kind_of("next-object-detection") == "detection"
    assert kind_of("next-visual-anomaly-gmm") == "visual"


def test_every_kind_has_words_and_a_picture_and_an_explorer_is_of_a_kind():
    assert set(SHOWN) == set(KINDS)
    assert set(EXPLORERS) <= set(KINDS)


@pytest.mark.parametrize(
    ("name", "fields", "shown"),
    [
        ("keras", {"result": [{"idle": 0.5, "anomaly": 1.0}]}, "anomaly"),
        ("keras", {"result": [], "structuredResult": [{"boxes": [], "scores": []}]}, "detection"),
        ("anomaly", {"result": [{"idle": 0.5}]}, "classification"),
        ("anomaly", {"result": []}, "anomaly"),
        ("keras-visual-anomaly", {"result": [{"anomaly": 1.0}]}, "visual"),
        ("keras-object-detection", {"result": [{"anomaly": 1.0}]}, "detection"),
    ],
)
def test_a_block_is_shown_as_its_kind_unless_it_holds_something_else(name, fields, shown):
    assert block(name, **fields).shown_kind == shown


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"value": 17.3}], "17.3"),
        ([{"value": number} for number in (17.3, 16.8, 18.1, 21.0)], "mean 18.3, 16.8 to 21 (4 windows)"),
        ([{"value": None}] * 2, "no number of 2 windows"),
        ([], "no windows"),
    ],
)
def test_a_regression_block_speaks_in_numbers(rows, words):
    assert block("keras-regression", result=rows).in_words() == words


@pytest.mark.parametrize("name", [name for names in KINDS.values() for name in names])
def test_a_block_of_each_kind_says_something_of_whatever_it_holds(name):
    for rows in ([], [{}], [{"anomaly": 1.0}], [{"idle": 0.5}], [{"idle": None, "anomaly": None}] * 2):
        assert block(name, result=rows).in_words()
    assert json.dumps(block(name).in_words())


def test_nothing_but_the_kinds_looks_at_a_type_to_tell_what_a_block_can_do():
    found = {
        file.relative_to(HOUSE).as_posix()
        for room in ("results", "explorers", "studio", "doctor", "plots")
        for file in (HOUSE / room).rglob("*.py")
        if TOLD_BY_TYPE.search(file.read_text(encoding="utf-8"))
    }
    assert found <= {"results/kinds.py"}
