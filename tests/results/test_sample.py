"""Samples of every kind the API knows."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import hmac
import io
import json

import cbor2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import edgekit as ek
from edgekit.results.sample import Sample
from edgekit.results.uploaded import decoded_image, verified
from tests.conftest import SEED


def sample(payload=None, datastreams=None, **info) -> Sample:
    """Make the documented example's sample with other fields."""
    document = copy.deepcopy(json.loads(SEED.read_text()))
    document["sample"]["sample"] |= info
    document["sample"]["payload"] |= payload or {}
    document["sample"]["totalPayloadLength"] = len(document["sample"]["payload"]["values"])
    document["sample"]["datastreamPayloads"] = datastreams
    return ek.parse(document).sample


def test_a_single_sensors_values_may_be_flat():
    signal = sample({"values": [1, 2.5, 3], "sensors": [{"name": "audio", "units": "wav"}]}, intervalMs=0.0625).signal()
    assert signal.shape == (3, 1)
    assert signal.index[2] == 0.125
    assert signal.attrs["units"] == {"audio": "wav"}


def test_a_null_reading_is_nan():
    assert np.isnan(sample({"values": [[1], [None]]}).signal().iloc[1, 0])


def test_no_readings_are_an_empty_table():
    signal = sample({"values": []}).signal()
    assert list(signal.columns) == ["accX"]
    assert len(signal) == 0


@pytest.mark.parametrize(
    "values", [[["Ref-BINARY-image/jpeg (1234 bytes) abc"]], ["Ref-BINARY-video/mp4 (1 bytes) abc"], [[1], [1, 2]]]
)
def test_what_is_no_table_of_numbers_says_so(values):
    with pytest.raises(ek.UsageError, match=r"no table of numbers.*sample\.image\(\)"):
        sample({"values": values}, chartType="image").signal()


def test_values_that_do_not_fit_the_axes_say_so():
    with pytest.raises(ek.UsageError, match="1 axis but 2 values"):
        sample({"values": [[1, 2], [3, 4]]}).signal()


def test_each_datastream_has_its_own_time():
    streams = [
        {
            "index": 1,
            "payload": {
                "device_type": "x", "sensors": [{"name": "mic", "units": "wav"}], "values": [1, 2], "intervalMs": 4,
            },
            "totalPayloadLength": 2,
        }
    ]  # fmt: skip
    both = sample(datastreams=streams)
    assert list(both.signal(datastream=1).index) == [0, 4]
    assert list(both.signal().columns) == ["accX"]
    with pytest.raises(ek.UsageError, match=r"it has \[1\]"):
        both.signal(datastream=3)


def test_structured_labels_are_ranges_in_readings_and_ms():
    spans = [{"startIndex": 0, "endIndex": 9, "label": "a"}, {"startIndex": 10, "endIndex": 14, "label": "b"}]
    table = sample(structuredLabels=spans, intervalMs=20).labels()
    assert table.to_dict("list") == {
        "label": ["a", "b"], "start": [0, 10], "end": [9, 14], "start_ms": [0, 200], "end_ms": [200, 300],
    }  # fmt: skip


def test_one_label_is_one_range_over_everything():
    table = sample(structuredLabels=[], valuesCount=5, intervalMs=10).labels()
    assert table.to_dict("list") == {
        "label": ["healthy-machine"], "start": [0], "end": [4], "start_ms": [0], "end_ms": [50],
    }  # fmt: skip


def test_a_crop_starts_at_time_zero():
    cropped = sample({"values": [[1], [2]], "cropStart": 100, "cropEnd": 102})
    assert list(cropped.signal().index) == [0, 16]
    assert cropped.raw.payload.crop_start == 100


@pytest.mark.parametrize("call", ["image", "original"])
def test_a_sample_from_a_file_says_where_to_fetch_the_rest(call):
    with pytest.raises(ek.UsageError, match=r"studio\.sample\(2\)"):
        getattr(sample(), call)()


# --- pictures ---


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_png_and_jpeg_become_pictures(kind):
    buffer = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(buffer, kind)
    assert decoded_image(buffer.getvalue(), "here").size == (8, 6)


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"success": true}', b"\x89PNG\r\n\x1a\nbroken", b"GIF89a"])
def test_what_is_no_picture_is_a_response_error(content):
    with pytest.raises(ek.ResponseError, match="here"):
        decoded_image(content, "here")


# --- signatures ---


def signed(document: dict, key: str) -> bytes:
    unsigned = json.dumps(document | {"signature": "0" * 64}).encode()
    return unsigned.replace(b"0" * 64, hmac.new(key.encode(), unsigned, hashlib.sha256).hexdigest().encode())


def test_the_signature_covers_the_very_bytes():
    document = {"protected": {"ver": "v1", "alg": "HS256"}, "payload": {"values": [[1.0]]}}
    content = signed(document, "k")
    assert verified(content, "k")
    assert not verified(json.dumps(json.loads(content), separators=(",", ":")).encode(), "k")


def signed_cbor(document: dict, key: str) -> bytes:
    unsigned = cbor2.dumps(document | {"signature": "0" * 64})
    return unsigned.replace(b"0" * 64, hmac.new(key.encode(), unsigned, hashlib.sha256).hexdigest().encode())


PICTURE = {"values": [f"Ref-BINARY-image/jpeg (12345 bytes) {'ab' * 32}"]}


def test_cbor_is_verified_by_its_signature_also_where_a_picture_has_a_hash():
    content = signed_cbor({"protected": {"ver": "v1", "alg": "HS256"}, "payload": PICTURE}, "k")
    assert verified(content, "k")
    assert not verified(content, "other")
    assert not verified(content + b"\0", "k")


def test_cbor_is_verified_by_its_very_bytes_however_they_were_written():
    # lengths in more bytes than needed, as some encoders write them: written anew it would be other bytes
    content = signed_cbor({"protected": {"alg": "HS256"}}, "k")
    longer = content.replace(b"isignature", b"\x78\x09signature").replace(content[-64:], b"0" * 64)
    longer = longer.replace(b"0" * 64, hmac.new(b"k", longer, hashlib.sha256).hexdigest().encode())
    assert verified(longer, "k")


def test_a_signature_that_is_not_the_documents_own_is_none():
    inner = {"alg": "HS256", "signature": "ab" * 32}
    for document in (
        {"payload": inner},
        {"protected": {"alg": "HS256"}, "payload": inner},
        {"protected": [inner]},
        [inner],
    ):
        with pytest.raises(ek.UsageError, match="signature"):
            verified(cbor2.dumps(document), "k")


@given(st.binary(max_size=60), st.integers(0, 40), st.integers(0, 40))
def test_cut_or_changed_bytes_are_refused_or_not_verified(noise, start, length):
    content = signed_cbor({"protected": {"ver": "v1", "alg": "HS256"}, "payload": {"values": [[1.5, 2]]}}, "k")
    changed = content[:start] + noise + content[start + length :]
    for given_bytes in (noise, changed):
        with contextlib.suppress(ek.UsageError):
            assert not verified(given_bytes, "k") or given_bytes == content


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xe0 a jpeg",
        b"",
        b"{}",
        b"[" * 100_000,
        b"\x81" * 100_000,
        b"\x9b\x7f" + b"\xff" * 7,
        signed({"protected": {"alg": "none"}}, "k"),
        json.dumps({"protected": {"alg": "HS256"}, "signature": 3}).encode(),
        signed({"protected": {"alg": "HS256"}, "x": 1}, "k") * 2,
    ],
)
def test_what_carries_no_signature_to_check_says_so(content):
    with pytest.raises(ek.UsageError, match="signature"):
        verified(content, "k")
