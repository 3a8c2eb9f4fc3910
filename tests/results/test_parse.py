"""parse(): what it reads, what it refuses and how it says so, and that nothing else ever comes out of it."""

from __future__ import annotations

import copy
import json
import pickle
import re
import traceback
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import edgekit as ek
from edgekit.wire import schema
from edgekit.wire.decoding import decode
from edgekit.wire.schema.base import Answer
from tests.conftest import SEED as FILE

SEED: dict[str, Any] = json.loads(FILE.read_bytes())
HMAC_KEY = "fed53116f20684c067774ebf9e7bcbdc"
BLOCK = "$.classifications[0]"
INFO = "$.sample.sample"


def changed(place: str, value: Any = ..., document: dict[str, Any] = SEED) -> dict[str, Any]:
    """Return a copy of the document with `value` put at a place (``$.a[0].b``), or with the place taken out."""
    steps = [int(index) if index else name for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", place)]
    return altered(document, steps, value)


def altered(document: Any, path: Sequence[str | int], value: Any) -> Any:
    document = copy.deepcopy(document)
    node = document
    for step in path[:-1]:
        node = node[step]
    if value is ...:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return document


def newer() -> dict[str, Any]:
    """Return the example as a newer server would send it."""
    ranges = [{"startIndex": 0, "endIndex": 3, "label": "anomaly"}]
    news = {
        f"{BLOCK}.learnBlock.type": "keras-freeform",
        f"{BLOCK}.thresholds[0].value": "strict",
        f"{BLOCK}.thresholds[0].dropdownOptions": [{"description": "Strict", "value": "strict"}],
        f"{BLOCK}.expectedAnomalyOutcome": ranges,
        f"{BLOCK}.isMultiLabel": True,
        f"{BLOCK}.intervalMs": 16.5,
        f"{BLOCK}.frequencyHz": 60.6,
        f"{BLOCK}.labelMapResult": [{"start": 1}],
        f"{BLOCK}.labelMapScores": [0.5],
        f"{BLOCK}.resultCount": 7,
        f"{BLOCK}.objectDetectionLastLayer": "qc-yolox",
        f"{INFO}.category": "validation",
        f"{INFO}.datastreams": [{"name": "imu"}],
        f"{INFO}.labelMap": {"1": "idle"},
        f"{INFO}.lastUpdatedBy": "a colleague",
        "$.sample.payload.intervalMs": 16.5,
        "$.sample.payload.frequencyHz": 60.6,
        "$.sample.datastreamPayloads": [{"index": 0, "payload": SEED["sample"]["payload"], "totalPayloadLength": 1}],
    }
    document = SEED
    for place, value in news.items():
        document = changed(place, value, document)
    return document


BOTH = pytest.mark.parametrize("document", [SEED, newer()], ids=["older", "newer"])


def nodes(node: Any, place: str = "$") -> dict[str, Any]:
    """Return every node of a document, or of the structs it became, by its place."""
    if isinstance(node, msgspec.Struct):
        node = {field.encode_name: getattr(node, field.name) for field in msgspec.structs.fields(node)}
    found = {place: node}
    if isinstance(node, dict):
        steps = [(f".{name}", value) for name, value in node.items()]
    else:
        steps = [(f"[{i}]", value) for i, value in enumerate(node)] if isinstance(node, list) else []
    for step, value in steps:
        found |= nodes(value, place + step)
    return found


def leaves(node: Any) -> dict[str, Any]:
    values = {place: value for place, value in nodes(node).items() if not value or not isinstance(value, dict | list)}
    return {place: getattr(value, "reveal", lambda value=value: value)() for place, value in values.items()}


def error_of(source: Any) -> ek.ResponseError:
    with pytest.raises(ek.ResponseError) as caught:
        ek.parse(source)
    assert type(caught.value) is ek.ResponseError
    assert caught.value.__cause__ is None
    return caught.value


# --- everything the API documents can be read -------------------------------------------------------------------------


@BOTH
def test_every_field_of_the_documented_example_is_readable(document):
    sent, read = leaves(document), leaves(ek.parse(document).raw)
    assert len(sent) > 90
    assert {place: read.get(place, "lost") for place in sent} == sent


@BOTH
def test_bytes_text_dict_path_and_path_as_text_agree(document, tmp_path):
    file = tmp_path / "response.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    sources = [json.dumps(document), json.dumps(document).encode(), file, str(file)]
    assert all(ek.parse(source).raw == ek.parse(document).raw for source in sources)


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    file = tmp_path / "response.json"
    file.write_bytes(b"\xef\xbb\xbf" + FILE.read_bytes())
    assert ek.parse(file).raw == ek.parse(FILE).raw


@pytest.mark.parametrize("source", [b"\xef\xbb\xbf" + FILE.read_bytes(), "\ufeff" + FILE.read_text()])
def test_bytes_and_text_may_begin_with_a_byte_order_mark(source):
    assert ek.parse(source).raw == ek.parse(FILE).raw


def test_white_space_around_a_document_does_not_matter():
    assert ek.parse(f"\n\t {json.dumps(SEED)} \n").raw == ek.parse(SEED).raw


@BOTH
def test_unknown_fields_pass_wherever_they_stand(document):
    known = ek.parse(document).raw
    of_any_shape = re.compile(r"\.(result\[|metadata|datastreams|labelMap)")
    for place, node in nodes(document).items():
        if isinstance(node, dict) and not of_any_shape.search(place):
            document = changed(f"{place}.fromTheFuture", {"nested": [1, {"deep": None}]}, document)
    assert ek.parse(document).raw == known


@pytest.mark.parametrize(
    "place",
    [
        f"{BLOCK}.learnBlock.type",
        f"{BLOCK}.learnBlock.createdBy",
        f"{BLOCK}.objectDetectionLastLayer",
        f"{INFO}.chartType",
        f"{INFO}.category",
        f"{INFO}.boundingBoxesType",
        f"{INFO}.projectLabelingMethod",
        f"{INFO}.signatureMethod",
    ],
)
def test_unknown_enum_values_pass(place):
    assert leaves(ek.parse(changed(place, "from-the-future")).raw)[place] == "from-the-future"


def test_scores_may_be_negative_whole_or_null():
    [block] = ek.parse(changed(f"{BLOCK}.result", [{"anomaly": -0.42, "a": 1, "b": None}])).blocks
    assert block.raw.result == [{"anomaly": -0.42, "a": 1.0, "b": None}]


def test_of_two_equal_keys_the_last_counts():
    text = json.dumps(SEED).replace('"windowSizeMs": 2996', '"windowSizeMs": 1, "windowSizeMs": 2996')
    assert ek.parse(text).window_size_ms == 2996


def test_a_deep_tree_beside_the_known_fields_is_refused_not_a_crash():
    text = json.dumps(SEED).replace('"warning"', f'"deep": {"[" * 100_000}{"]" * 100_000}, "warning"')
    assert "nested too deeply" in str(error_of(text))


# --- what is missing or of the wrong type is named by its place -------------------------------------------------------

REQUIRED = [
    "$.success",
    "$.classifications",
    "$.windowSizeMs",
    "$.windowIncreaseMs",
    "$.sample",
    "$.sample.payload",
    "$.sample.payload.sensors",
    "$.sample.payload.values",
    "$.sample.payload.sensors[0].name",
    "$.sample.payload.sensors[0].units",
    INFO,
    *(f"{INFO}.{name}" for name in ["id", "filename", "category", "label", "intervalMs", "frequency"]),
    *(f"{INFO}.{name}" for name in ["sensors", "valuesCount", "sensors[0].name", "sensors[0].units"]),
    *(f"{INFO}.structuredLabels[0].{name}" for name in ["startIndex", "endIndex", "label"]),
    *(f"{INFO}.boundingBoxes[0].{name}" for name in ["label", "x", "y", "width", "height"]),
    *(f"{INFO}.imageDimensions.{name}" for name in ["width", "height"]),
    *(f"{BLOCK}.{name}" for name in ["learnBlock", "result"]),
    *(f"{BLOCK}.learnBlock.{name}" for name in ["id", "type", "name", "title", "dsp"]),
    *(f"{BLOCK}.thresholds[0].{name}" for name in ["key", "value"]),
    *(f"{BLOCK}.expectedLabels[0].{name}" for name in ["startIndex", "endIndex", "label"]),
    *(f"{BLOCK}.anomalyResult[0].boxes[0].{name}" for name in ["label", "x", "y", "width", "height", "score"]),
    *(f"{BLOCK}.structuredResult[0].{name}" for name in ["boxes", "scores"]),
]
OPTIONAL = [
    place
    for place in nodes(SEED)
    if place not in REQUIRED and not place.endswith("]") and not place.startswith(f"{BLOCK}.result") and place != "$"
]


@pytest.mark.parametrize("place", REQUIRED)
def test_a_missing_required_field_is_named_by_its_place(place):
    error = error_of(changed(place))
    assert error.place == place
    assert f"{place}: this required field is missing" in str(error)


@pytest.mark.parametrize("place", OPTIONAL)
def test_all_other_fields_may_be_missing(place):
    read = leaves(ek.parse(changed(place)).raw)
    assert not read.get(place)


@pytest.mark.parametrize("place", nodes(SEED))
def test_a_wrong_type_is_named_by_its_place(place):
    wrong = 5 if isinstance(nodes(SEED)[place], dict) else {"wrong": True}
    document = wrong if place == "$" else changed(place, wrong)
    error = error_of(json.dumps(document).encode())
    assert error.place == place
    assert f"at {place}: Expected " in str(error)


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ({"idle": "0.5"}, f"{BLOCK}.result[0].idle"),
        ({"wave": 1, "idle": True}, f"{BLOCK}.result[0].idle"),
        ({"wave": None, "a b": []}, f"{BLOCK}.result[0]['a b']"),
        ({"$.x[0]": "y"}, f"{BLOCK}.result[0]['$.x[0]']"),
    ],
)
@pytest.mark.parametrize("form", [json.dumps, lambda document: document], ids=["text", "dict"])
def test_a_score_that_is_no_number_is_named_by_its_label(row, place, form):
    error = error_of(form(changed(f"{BLOCK}.result", [row])))
    assert error.place == place
    assert "Expected `float" in str(error)


def test_the_error_names_the_window():
    rows = [{"idle": 0.5}] * 3 + [{"idle": "x"}]
    assert error_of(changed(f"{BLOCK}.result", rows)).place == f"{BLOCK}.result[3].idle"


def test_a_field_that_must_be_there_may_not_be_null():
    assert error_of(changed(f"{BLOCK}.learnBlock.id", None)).place == f"{BLOCK}.learnBlock.id"


def test_a_key_that_is_no_text_is_named_by_its_place():
    assert error_of({5: "five"}).place == "$"


# --- what is no document at all ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"", "an empty document"),
        (b" \n\t ", "an empty document"),
        ("", "an empty document"),
        (b"<!DOCTYPE html><html>", "an HTML page"),
        (b"\n  <HTML><h1>502</h1>", "an HTML page"),
        ("<html><h1>Sign in</h1>", "an HTML page"),
        (b"<?xml version='1.0'?><a/>", "malformed"),
        (b"{", "breaks off"),
        (b'{"success": tru', "breaks off"),
        (b"{'success': True}", "malformed"),
        (b'{"success": NaN}', "malformed"),
        (b'{"success": Infinity}', "malformed"),
        (b'{"success": true,}', "malformed"),
        (FILE.read_bytes() + b"{}", "malformed: trailing"),
        (b"\xff\xfe{\x00}\x00", "malformed"),
        (b'{"success": "\xff"}', "Expected `bool`"),
        (b"\x00" * 100, "malformed"),
        (b"null", "Expected `object`, got `null`"),
        (b"5", "Expected `object`, got `int`"),
        (b"[]", "Expected `object`, got `array`"),
        (b"[" * 100_000, "Expected `object`, got `array`"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"windowSizeMs": 1e400}', "out of range"),
    ],
)
def test_what_is_no_response_is_refused_in_plain_words(document, words):
    assert words in str(error_of(document))


def test_text_that_is_no_utf_8_is_refused():
    document = json.dumps(SEED).encode().replace(b"idle01", b"idle\xff\xfe")
    assert "utf-8" in str(error_of(document))


def test_a_document_cut_anywhere_is_refused():
    document = json.dumps(SEED).encode()
    for end in range(len(document)):
        error_of(document[:end])


@pytest.mark.parametrize("number", ["1e400", "-1e400", "9" * 5000])
def test_a_number_that_no_float_can_hold_is_refused(number):
    text = json.dumps(changed("$.windowSizeMs", 987654321)).replace("987654321", number)
    assert error_of(text).place == "$.windowSizeMs"


def test_a_score_that_no_float_can_hold_is_named_by_its_label():
    text = json.dumps(SEED).replace("0.9998", "1e400")
    assert error_of(text).place == f"{BLOCK}.result[0].wave"


@pytest.mark.parametrize("name", ["missing.json", "missing/response.json", "with\0zero", "x" * 5000, "\ud800"])
def test_a_file_that_cannot_be_read_says_so(name, tmp_path):
    assert "file that can be read" in str(error_of(f"{tmp_path}/{name}"))
    assert "a file that can be read" in str(error_of(tmp_path / name))


def test_a_folder_is_no_file(tmp_path):
    assert "directory" in str(error_of(tmp_path)).lower()


def test_an_empty_file_says_so(tmp_path):
    file = tmp_path / "response.json"
    file.touch()
    error = error_of(file)
    assert "an empty document" in str(error)
    assert "response.json" in str(error)


@pytest.mark.parametrize("source", [None, 5, [SEED], object()])
def test_what_can_be_no_source_is_a_usage_error(source):
    with pytest.raises(ek.UsageError, match="bytes, a text, a dict or a path"):
        ek.parse(source)


# --- when the server says no ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [dict, json.dumps, lambda document: json.dumps(document).encode()])
def test_success_false_is_a_studio_error_with_the_servers_text(form):
    with pytest.raises(ek.StudioError, match="Sample <7> was not found") as caught:
        ek.parse(form({"success": False, "error": "Sample <7> was not found"}))
    assert type(caught.value) is ek.StudioError
    assert caught.value.status == 200


def test_success_false_counts_even_on_a_whole_response():
    with pytest.raises(ek.StudioError, match="half done"):
        ek.parse(SEED | {"success": False, "error": "half done"})


@pytest.mark.parametrize("rest", [{}, {"error": None}, {"error": ""}])
def test_a_no_without_a_reason_says_that_there_is_none(rest):
    with pytest.raises(ek.StudioError, match="no reason given"):
        ek.parse({"success": False} | rest)


@pytest.mark.parametrize("error", [{"message": "too long"}, ["too long"], 5])
def test_success_false_is_a_studio_error_whatever_its_reason(error):
    with pytest.raises(ek.StudioError):
        ek.parse({"success": False, "error": error})


def test_a_warning_and_an_error_beside_success_do_not_matter():
    assert ek.parse(SEED | {"error": "<b>", "warning": "old"}).warning == "old"


def test_the_number_of_a_job_is_told_as_one_with_the_next_step():
    error = error_of({"success": True, "id": 12})
    assert error.place == "$"
    assert "the number of a job" in str(error)
    assert "Send the same call again" in str(error)


# --- the HMAC key of a sample is never shown --------------------------------------------------------------------------


@pytest.fixture
def signed() -> ek.ClassifyResult:
    return ek.parse(changed(f"{INFO}.signatureKey", HMAC_KEY))


def test_the_hmac_key_can_be_asked_for(signed):
    assert signed.sample.info.signature_key.reveal() == HMAC_KEY


def test_the_hmac_key_is_in_no_repr(signed):
    for shown in (signed, signed.raw, signed.sample, signed.sample.raw, signed.sample.info, signed.blocks[0]):
        assert HMAC_KEY not in f"{shown!r} {shown!s} {shown}"


def test_the_hmac_key_is_in_no_html(signed):
    for shown in (signed, signed.sample, signed.blocks[0]):
        assert HMAC_KEY not in shown._repr_html_()


def test_the_hmac_key_is_in_no_pickle(signed):
    for stored in (signed, signed.raw, signed.sample):
        assert HMAC_KEY.encode() not in pickle.dumps(stored)


def test_the_hmac_key_cannot_be_stored_as_json_by_accident(signed):
    with pytest.raises(TypeError):
        msgspec.json.encode(signed.raw)


def test_the_hmac_key_is_in_no_error():
    document = changed(f"{INFO}.sensors", 5, changed(f"{INFO}.signatureKey", HMAC_KEY))
    assert HMAC_KEY not in "".join(traceback.format_exception(error_of(document)))
    assert HMAC_KEY not in str(error_of(changed(f"{INFO}.signatureKey", [HMAC_KEY])))


def test_a_result_survives_a_pickle(signed):
    back = pickle.loads(pickle.dumps(signed))
    assert back.blocks[0].windows().equals(signed.blocks[0].windows())
    assert back.sample.signal().equals(signed.sample.signal())


# --- whatever comes ---------------------------------------------------------------------------------------------------

# Numbers as they occur; those near the limits of a machine have a test of their own in test_windows.
NUMBERS = st.integers(-(2**40), 2**40) | st.floats(1e-6, 1e9) | st.floats(-1e9, -1e-6) | st.just(0.0)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=9)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
EXAMPLES = [SEED, newer()]
quickly = settings(max_examples=250)


def paths(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    for step, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield (*path, step)
        yield from paths(value, (*path, step))


def survives(source: Any) -> bool:
    """Parse: no other errors than the two may come out, and of a result its tables work. True where it is a result."""
    try:
        result = ek.parse(source)
    except (ek.ResponseError, ek.StudioError):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ek.AmbiguousLabelsWarning)  # an increase of -1 ms, say, leaves labels in doubt
        for block in result.blocks:
            raw = block.raw
            maps = raw.label_map_scores or [], raw.label_map_result or []
            assert len(block.windows()) == (max(map(len, maps)) if raw.keys() else len(raw.result))
            assert block._repr_html_()
    return bool(result._repr_html_())


@given(st.binary(max_size=300))
@quickly
def test_whatever_the_bytes_only_two_errors_come_out(content):
    assert not survives(content)


@given(VALUES)
@quickly
def test_whatever_the_json_only_two_errors_come_out(value):
    assert not survives(json.dumps(value).encode())


@given(
    st.sampled_from(range(len(EXAMPLES))), st.lists(st.tuples(st.integers(0, 999), st.just(...) | VALUES), max_size=3)
)
@quickly
def test_the_example_with_nodes_deleted_or_replaced_is_read_or_refused(which, changes):
    document = EXAMPLES[which]
    for number, value in changes:
        places = list(paths(document))
        document = altered(document, places[number % len(places)], value)
    assert survives(json.dumps(document).encode()) == survives(document)


@given(st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 255)), min_size=1, max_size=4))
@quickly
def test_the_example_with_bytes_replaced_is_read_or_refused(changes):
    content = bytearray(FILE.read_bytes())
    for number, byte in changes:
        content[number % len(content)] = byte
    survives(bytes(content))


ANSWERS = [kind for kind in vars(schema).values() if isinstance(kind, type) and issubclass(kind, Answer)]


@pytest.mark.parametrize("kind", [*ANSWERS, schema.ClassifyResponse], ids=lambda kind: kind.__name__)
def test_a_no_is_a_no_whatever_was_asked(kind):
    for rest in ({}, {"projects": [], "impulse": None, "samples": [], "totalCount": 0, "labels": [], "data": []}):
        with pytest.raises(ek.StudioError, match="You have no permission"):
            decode({"success": False, "error": "You have no permission"} | rest, kind)
