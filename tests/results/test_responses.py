"""Whole responses of both generations, made up by Hypothesis: valid ones become tables, broken ones name the place."""

from __future__ import annotations

import copy
import gc
import json
import weakref
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import edgekit as ek
from tests.conftest import SEED

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
IDS = st.integers(1, 2**31)
SCORES = st.floats(-1e6, 1e6) | st.integers(-1000, 1000)
TYPES = ["anomaly", "anomaly-gmm", "keras", "keras-regression", "keras-object-detection", "something-new"]


def record(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


RANGE = record({"startIndex": st.integers(0, 99), "endIndex": st.integers(0, 99), "label": NAMES}, {})
THRESHOLD = record(
    {"key": NAMES, "value": SCORES | NAMES},
    {"description": NAMES, "helpText": NAMES, "suggestedValue": SCORES, "dropdownOptions": st.just([])},
)
BLOCK = record(
    {"id": IDS, "type": st.sampled_from(TYPES), "name": NAMES, "title": NAMES, "dsp": st.lists(IDS, max_size=2)},
    {"createdBy": NAMES, "createdAt": NAMES, "trainingProcessor": st.just({"gpu": True})},
)
NEWER = {
    "expectedAnomalyOutcome": st.lists(RANGE, max_size=2),
    "isMultiLabel": st.booleans(),
    "intervalMs": st.floats(0.01, 1e4),
    "frequencyHz": st.floats(0.1, 1e5),
    "labelMapResult": st.just([{"a": "b"}]),
    "labelMapScores": st.just([{"a": {"b": 0.5}}]),
    "resultCount": st.integers(0, 99),
}


@st.composite
def classifications(draw: st.DrawFn) -> dict[str, Any]:
    keys = draw(st.lists(NAMES, unique=True, max_size=4))
    windows = draw(st.lists(record(dict.fromkeys(keys, SCORES), {"anomaly": SCORES}), max_size=6))
    older = {"expectedLabels": st.lists(RANGE, max_size=3), "thresholds": st.lists(THRESHOLD, max_size=3)}
    both = record({"learnBlock": BLOCK}, older | {"minimumConfidenceRating": SCORES})
    return draw(both) | {"result": windows} | draw(st.just({}) | record({}, NEWER))


@st.composite
def responses(draw: st.DrawFn) -> dict[str, Any]:
    axes = draw(st.lists(NAMES, unique=True, min_size=1, max_size=3))
    sensors = [{"name": name, "units": "m/s2"} for name in axes]
    values = draw(st.lists(st.lists(SCORES, min_size=len(axes), max_size=len(axes)), max_size=5))
    sample = {
        "id": draw(IDS), "filename": draw(NAMES), "category": draw(NAMES), "label": draw(NAMES), "sensors": sensors,
        "intervalMs": draw(st.floats(0.01, 1e4)), "frequency": 1.0, "valuesCount": len(values),
    }  # fmt: skip
    return {
        "success": True,
        "classifications": draw(st.lists(classifications(), max_size=3)),
        "sample": {"sample": sample, "payload": {"sensors": sensors, "values": values}},
        "windowSizeMs": draw(st.integers(0, 10_000)),
        "windowIncreaseMs": draw(st.integers(0, 10_000)),
    }


MODERATE = settings(max_examples=60)


@pytest.mark.filterwarnings("ignore::edgekit.AmbiguousLabelsWarning")  # ranges drawn at random fit no windows
@given(responses())
@MODERATE
def test_a_valid_response_becomes_tables_that_hold_all_of_it(document):
    result = ek.parse(json.dumps(document).encode())
    assert len(result.blocks) == len(document["classifications"])
    payload = document["sample"]["payload"]
    values = np.array(payload["values"], float).reshape(-1, len(payload["sensors"]))
    np.testing.assert_array_equal(result.sample.signal(), values)
    for block, sent in zip(result.blocks, document["classifications"], strict=True):
        table = block.windows()
        rows = sent["result"]
        if not any(rows) and (maps := sent.get("labelMapScores", sent.get("labelMapResult"))):
            rows = [{"a: b": of["a"]["b"]} if of["a"] != "b" else {} for of in maps]
        assert len(table) == len(rows)
        assert list(table.columns[:3]) == ["start_ms", "end_ms", "expected"]
        keys = list(dict.fromkeys(key for row in rows for key in row))
        assert table.shape[1] == 3 + len(keys)
        assert (table["end_ms"] - table["start_ms"] == document["windowSizeMs"]).all()
        assert np.isclose(np.nansum(table.iloc[:, 3:]), sum(sum(row.values()) for row in rows), atol=1e-3)
        assert block.threshold is None or isinstance(block.threshold, float | int)
        assert repr(block)
        assert block._repr_html_()


@given(responses())
@MODERATE
def test_bytes_text_and_decoded_documents_read_the_same(document):
    text = json.dumps(document)
    assert ek.parse(text).raw == ek.parse(text.encode()).raw == ek.parse(document).raw


REQUIRED = {
    "$": ["success", "classifications", "sample", "windowSizeMs", "windowIncreaseMs"],
    "$.sample": ["sample", "payload"],
    "$.sample.sample": ["id", "filename", "category", "label", "sensors", "intervalMs", "frequency", "valuesCount"],
    "$.classifications[0]": ["learnBlock", "result"],
    "$.classifications[0].learnBlock": ["id", "type", "name", "title", "dsp"],
}


@given(responses().filter(lambda document: document["classifications"]), st.data())
@MODERATE
def test_whatever_the_response_a_missing_field_or_a_wrong_type_is_named_by_its_place(document, data):
    parent = data.draw(st.sampled_from(sorted(REQUIRED)))
    field = data.draw(st.sampled_from(REQUIRED[parent]))
    wrong = data.draw(st.none() | st.just([[]]))
    broken = copy.deepcopy(document)
    node: Any = broken
    for step in parent.replace("[0]", ".0").split(".")[1:]:
        node = node[int(step)] if step == "0" else node[step]
    if wrong is None:
        del node[field]
    else:
        node[field] = wrong
    with pytest.raises(ek.ResponseError) as caught:
        ek.parse(json.dumps(broken))
    assert caught.value.place.startswith(f"{parent}.{field}")


def test_a_million_windows_are_a_table():
    window = b'{"idle": 0.25, "wave": 0.75, "anomaly": -0.5}'
    document = {
        "success": True,
        "classifications": [
            {"learnBlock": {"id": 1, "type": "anomaly", "name": "", "title": "", "dsp": []}, "result": "HERE"}
        ],
        "sample": {
            "sample": {
                "id": 1, "filename": "", "category": "", "label": "", "sensors": [], "intervalMs": 1, "frequency": 1,
                "valuesCount": 0,
            },
            "payload": {"sensors": [], "values": []},
        },
        "windowSizeMs": 10,
        "windowIncreaseMs": 1,
    }  # fmt: skip
    content = json.dumps(document).encode().replace(b'"HERE"', b"[" + b",".join([window] * 10**6) + b"]")
    table = ek.parse(content).blocks[0].windows()
    assert table.shape == (10**6, 6)
    assert table["anomaly"].eq(-0.5).all()
    assert table["start_ms"].iloc[-1] == 10**6 - 1


def test_what_nobody_holds_any_more_is_gone_without_the_garbage_collector():
    gc.disable()
    try:
        result = ek.parse(SEED)
        block = result.blocks[0]
        alive = weakref.ref(result)
        del result
        assert alive() is block.result
        del block
        assert alive() is None
    finally:
        gc.enable()


def test_a_block_is_the_same_however_it_is_asked_for():
    result = ek.parse(SEED)
    assert result.block(0) is result.blocks[0] is result.block("anomaly") is result.block(2)
    assert repr(copy.deepcopy(result).blocks) == repr(result.blocks)
