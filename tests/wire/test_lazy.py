"""What is read of a response's bytes at once, and what is left for later: nothing but the time it takes may show it."""

from __future__ import annotations

import json
import math
import pickle
import subprocess
import sys
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import edgekit as ek
from edgekit.wire import scores
from edgekit.wire.decoding import decode
from edgekit.wire.schema import Classification, ClassifyResponse, Payload, Values
from edgekit.wire.schema.base import unread
from tests import conftest
from tests.results.test_parse import BLOCK, HMAC_KEY, INFO, SEED, changed, error_of, newer

VALUES = "$.sample.payload.values"
quickly = settings(max_examples=300)


def content(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


def scored(rows: list[Any]) -> dict[str, Any]:
    return changed(f"{BLOCK}.result", rows, changed(f"{BLOCK}.expectedLabels", []))


def is_json(struct: Payload | Classification) -> bool:
    return bool(unread([struct]))


def asked_for(document: dict[str, Any]) -> ek.ClassifyResult:
    """Read a document and ask for all that was left for later: the tables are then made of dicts and lists."""
    result = ek.parse(document)
    for block in result.raw.classifications:
        assert block.result == block.result
    assert not any(map(is_json, result.raw.classifications))
    return result


def agree(document: dict[str, Any]) -> ek.ClassifyResult:
    """Read a document from its bytes as from the dict, of which nothing is left for later."""
    ours, plain = ek.parse(content(document)), asked_for(document)
    left = list(map(is_json, ours._response.classifications))
    for a, b in zip(ours.blocks, plain.blocks, strict=True):
        pd.testing.assert_frame_equal(a.windows(), b.windows())
        pd.testing.assert_frame_equal(a.scores(), b.scores())
        assert repr(a) == repr(b)
    assert list(map(is_json, ours._response.classifications)) == left
    assert ours.raw == plain.raw
    assert not any(map(is_json, ours.raw.classifications))
    return ours


def with_readings(text: str) -> bytes:
    return content(changed(VALUES, "HERE")).replace(b'"HERE"', text.encode())


# --- scores -----------------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    ["idle", "wave", "anomaly", "", "start_ms", 'a"b', "a\\b", "a\nb", "é", "$.x[0]", "a`b", "\U0001f600"]
)
NUMBERS = st.none() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.dictionaries(NAMES, NUMBERS, max_size=4), max_size=5))
@quickly
def test_windows_of_any_keys_in_any_order_are_the_same_from_bytes(rows):
    agree(scored(rows))


@given(st.lists(NAMES, unique=True, min_size=1, max_size=4), st.data())
@quickly
def test_windows_of_the_same_keys_are_the_same_from_bytes(names, data):
    finite = st.floats(allow_nan=False, allow_infinity=False)
    rows = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(names, finite)), max_size=5))
    agree(scored([dict(data.draw(st.permutations(list(row.items())))) for row in rows]))


@pytest.mark.parametrize("document", [SEED, newer(), scored([]), scored([{}, {}])], ids=["old", "new", "none", "empty"])
def test_both_generations_are_the_same_from_bytes(document):
    agree(document)


def test_the_first_window_may_have_more_keys_than_are_looked_at():
    names = [f"a label of many, number {i}" for i in range(4000)]
    assert len(content(dict.fromkeys(names, 0.5))) > scores._HEAD
    assert list(agree(scored([dict.fromkeys(names, 0.5)] * 2)).blocks[0].scores()) == names


def test_of_two_equal_keys_of_a_window_the_last_counts():
    text = json.dumps(scored(["HERE"])).replace('"HERE"', '{"idle": 1, "wave": 2, "idle": 3}')
    assert ek.parse(text).blocks[0].scores().loc[0].to_dict() == {"idle": 3, "wave": 2}
    assert ek.parse(text).blocks[0].raw.result == [{"idle": 3, "wave": 2}]


def test_what_somebody_does_to_a_table_stays_in_that_table():
    block = ek.parse(content(SEED)).blocks[0]
    for read in (block.windows, block.scores):
        before = read()
        table = read()
        table["idle"] += 1
        table.loc[0, "wave"] = 7
        table["idle"].to_numpy(copy=False)
        pd.testing.assert_frame_equal(read(), before)


@pytest.mark.parametrize("wrong", ["0.5", True, [], {}])
def test_a_wrong_score_far_down_is_named_by_its_place(wrong):
    rows = [{"idle": 0.5, "a b": 0.5} for _ in range(1000)]
    rows[700]["a b"] = wrong
    assert error_of(content(scored(rows))).place == error_of(scored(rows)).place == f"{BLOCK}.result[700]['a b']"


@pytest.mark.parametrize("wrong", [[], "idle", 5, None])
def test_a_window_that_is_no_object_is_named_by_its_place(wrong):
    rows = [{"idle": 0.5}, wrong]
    assert error_of(content(scored(rows))).place == error_of(scored(rows)).place == f"{BLOCK}.result[1]"


# --- readings ---------------------------------------------------------------------------------------------------------

SPACE = st.text(" \n\r\t", max_size=2)
NUMBER = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers().map(str),
    st.sampled_from(["null", "-0", "1E5", "1e+5", "1e400", "1e-400", "0.0e-0"]),
)
ANYTHING = NUMBER | st.sampled_from(
    ['"1"', "true", "false", "{}", '"[]"', "nul", "01", "1.", "-", "1 2", "lun", "[1,]"]
)


def listed(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(st.tuples(SPACE, items, SPACE).map("".join), max_size=4).map(lambda found: f"[{','.join(found)}]")


@given(listed(listed(listed(ANYTHING) | ANYTHING) | ANYTHING) | ANYTHING)
@quickly
def test_readings_are_left_as_json_only_where_they_can_be_decoded(text):
    try:
        msgspec.json.decode(text, type=Values)
    except msgspec.MsgspecError:
        error_of(with_readings(text))
    else:
        assert ek.parse(with_readings(text)).raw.sample.payload.values == msgspec.json.decode(text, type=Values)


@given(listed(listed(st.floats(-1e9, 1e9).map(lambda number: f"{number:.6f}"))))
@quickly
def test_readings_that_are_numbers_are_left_as_json(text):
    assert is_json(decode(with_readings(text), ClassifyResponse).sample.payload)


READING = st.floats(-1e9, 1e9).map(lambda number: f"{number:.6f}") | st.integers(-(2**70), 2**70).map(str)


@given(listed(st.tuples(READING, READING | st.just("null")).map(lambda row: f"[{','.join(row)}]")))
@settings(max_examples=60)
def test_a_signal_is_the_same_made_of_json_as_of_lists(text):
    sensors = [{"name": name, "units": "g"} for name in "xy"]
    result = ek.parse(changed("$.sample.payload.sensors", sensors, json.loads(with_readings(text))))
    straight = result.sample.signal()
    straight.iloc[:1] = 0  # a table of its own each time
    straight = result.sample.signal()
    assert result.raw.sample.payload.values == msgspec.json.decode(text, type=Values)
    pd.testing.assert_frame_equal(straight, result.sample.signal())


@pytest.mark.parametrize("wrong", [True, {}, [[1]]])
def test_a_wrong_reading_far_down_is_named_by_its_place(wrong):
    readings = [[0.5, 1.0, 2.0] for _ in range(1000)]
    readings[700][1] = wrong
    document = changed(VALUES, readings)
    assert error_of(content(document)).place == error_of(document).place == f"{VALUES}[700][1]"


def test_a_wrong_reading_of_a_datastream_is_named_by_its_place():
    document = changed("$.sample.datastreamPayloads[0].payload.values", [[True]], newer())
    assert error_of(content(document)).place == "$.sample.datastreamPayloads[0].payload.values[0][0]"


@pytest.mark.parametrize(
    ("place", "source"), [(VALUES, SEED), ("$.sample.datastreamPayloads[0].payload.values", newer())]
)
@pytest.mark.parametrize("digits", [309, 310, 311, 312, 400])
def test_a_reading_that_no_float_can_hold_is_named_at_once(place, source, digits):
    document = changed(place, [["HERE", 1, 2]], source)
    for shift in range(4):
        text = json.dumps(document).replace('"HERE"', " " * shift + "9" * digits)
        assert error_of(text).place == f"{place}[0][0]"
        assert "out of range" in str(error_of(text))
    assert error_of(changed(place, [[int("9" * digits), 1, 2]], source)).place == f"{place}[0][0]"


def test_a_reading_of_many_digits_that_a_float_can_hold_is_read():
    text = f"[[0.{'9' * 400}], [{'9' * 308}], [1]]"
    assert ek.parse(with_readings(text)).sample.signal().to_numpy().tolist() == [[1.0], [1e308], [1.0]]


# --- when what is left is decoded -------------------------------------------------------------------------------------


def test_nothing_is_decoded_until_it_is_asked_for():
    result = ek.parse(content(newer()))
    for block in result.blocks:
        assert len(block.windows())
        assert block.in_words() in result._repr_html_() + repr(block)
    lists = result._response.lazy_parts()
    assert all(map(is_json, lists))
    assert result.raw is result.raw
    assert not any(map(is_json, lists))


def test_a_signal_makes_no_lists_and_a_block_decodes_what_is_its_own():
    result = ek.parse(content(SEED))
    payload, block, grids = result._response.lazy_parts()
    assert len(result.sample.signal())
    assert (is_json(payload), is_json(block), is_json(grids)) == (True, True, True)
    result = ek.parse(content(SEED))
    payload, block, grids = result._response.lazy_parts()
    assert result.blocks[0].raw.result
    assert (is_json(payload), is_json(block), is_json(grids)) == (True, False, False)
    assert result.raw.sample is result.sample.raw


def test_what_was_read_can_be_walked_through_by_msgspecs_own_means():
    for raw in (ek.parse(content(SEED)).raw, ek.parse(SEED).raw):
        found = msgspec.to_builtins(raw, enc_hook=lambda secret: "")
        assert found["classifications"][0]["result"] == SEED["classifications"][0]["result"]
        assert found["sample"]["payload"]["values"] == SEED["sample"]["payload"]["values"]


def test_a_struct_shows_and_writes_the_same_decoded_or_not():
    read, asked = decode(content(SEED), ClassifyResponse), asked_for(SEED).raw
    written = [json.loads(msgspec.json.encode(response.classifications[0])) for response in (read, asked)]
    assert written[0] == written[1]
    assert is_json(read.classifications[0])
    assert repr(read) == repr(asked)
    assert read == asked


def test_a_struct_made_by_hand_holds_what_it_is_given():
    payload = Payload(sensors=[], values=[[1.0], [2.0]])
    assert payload.values == [[1.0], [2.0]]
    assert (payload.count(), is_json(payload)) == (2, False)
    assert payload == Payload(sensors=[], values=[[1], [2]]) != Payload(sensors=[], values=[])


def test_a_block_shows_the_same_struct_as_its_result():
    result = ek.parse(content(SEED))
    assert result.blocks[0].raw is result.raw.classifications[0]


def test_what_somebody_changes_in_raw_counts():
    block = ek.parse(content(scored([{"idle": 0.25}] * 3))).blocks[0]
    assert list(block.windows()["idle"]) == [0.25] * 3
    block.raw.result[1]["idle"] = None
    del block.raw.result[2]
    np.testing.assert_array_equal(block.windows()["idle"], [0.25, math.nan])


@pytest.mark.parametrize("asked", [False, True])
def test_a_result_read_from_bytes_survives_a_pickle_and_leaves_its_key_behind(asked):
    result = ek.parse(content(changed(f"{INFO}.signatureKey", HMAC_KEY)))
    if asked:
        assert result.raw.sample.payload.values
        assert result.blocks[0].raw.result
    stored = pickle.dumps(result)
    back = pickle.loads(stored)
    assert HMAC_KEY.encode() not in stored
    assert HMAC_KEY not in repr(result.raw)
    pd.testing.assert_frame_equal(back.blocks[0].windows(), result.blocks[0].windows())
    pd.testing.assert_frame_equal(back.sample.signal(), result.sample.signal())
    assert back.blocks[0].raw == result.blocks[0].raw


def test_many_threads_that_decode_for_the_first_time_at_once_do_not_end_the_process():
    program = f"""if True:
        import gc, sys, threading
        from pathlib import Path
        import edgekit as ek
        seed = Path({str(conftest.SEED)!r}).read_bytes()
        sys.setswitchinterval(1e-6)
        gc.set_threshold(1)
        together = threading.Barrier(8)
        threads = [threading.Thread(target=lambda: (together.wait(), ek.parse(seed))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(gc.isenabled())
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")
