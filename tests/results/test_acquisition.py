"""A device's file opens as a sample: JSON or CBOR, with its readings, its units and its signature."""

from __future__ import annotations

import hashlib
import hmac
import json

import cbor2
import pytest

import edgekit as ek

PAYLOAD = {
    "device_name": "ac:de:48:00:11:22",
    "device_type": "watch",
    "interval_ms": 12.5,
    "sensors": [{"name": "accX", "units": "m/s2"}, {"name": "accY", "units": "m/s2"}],
    "values": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
}
HMAC_KEY = "fed53116f20684c067774ebf9e7bcbdc"


def acquired(write=json.dumps, **changes):
    """A signed file's bytes, as a device writes them."""
    document = {"protected": {"ver": "v1", "alg": "HS256"}, "signature": "0" * 64, "payload": PAYLOAD | changes}
    written = write(document)
    unsigned = written.encode() if isinstance(written, str) else written
    signature = hmac.new(HMAC_KEY.encode(), unsigned, hashlib.sha256).hexdigest()
    return unsigned.replace(b"0" * 64, signature.encode())


@pytest.mark.parametrize("write", [json.dumps, cbor2.dumps])
def test_a_devices_file_opens_as_a_sample(tmp_path, write):
    path = tmp_path / "idle.1.cbor"
    path.write_bytes(acquired(write))
    sample = ek.parse_sample(path)
    signal = sample.signal()
    assert signal.index.tolist() == [0, 12.5, 25]
    assert signal.to_dict("list") == {"accX": [1, 3, 5], "accY": [2, 4, 6]}
    assert signal.attrs["units"] == {"accX": "m/s2", "accY": "m/s2"}
    assert (sample.filename, sample.interval_ms, sample.length_ms, sample.kind) == ("idle.1.cbor", 12.5, 37.5, "signal")
    assert sample.plot() is not None


@pytest.mark.parametrize("write", [json.dumps, cbor2.dumps])
def test_its_signature_is_checked_over_the_bytes_that_were_read(write):
    sample = ek.parse_sample(acquired(write))
    assert sample.verify(HMAC_KEY)
    assert not sample.verify("another key")
    assert not ek.parse_sample(acquired(write).replace(b"watch", b"match")).verify(HMAC_KEY)


def test_upper_case_hex_is_a_signature_as_well():
    content = acquired()
    signature = json.loads(content)["signature"].encode()
    assert ek.parse_sample(content.replace(signature, signature.upper())).verify(HMAC_KEY)


@pytest.mark.parametrize(
    ("protected", "signature", "said"),
    [
        ({"alg": "none"}, "0" * 64, "no HS256 signature to check: its algorithm is 'none'"),
        ({"alg": "HS256"}, 0, "was not signed: its algorithm is HS256, but its signature is 0"),
        ({"alg": "HS256"}, "emptySignature", "was not signed: its algorithm is HS256"),
    ],
)
def test_why_there_is_nothing_to_verify_is_said(protected, signature, said):
    document = {"protected": protected, "signature": signature, "payload": PAYLOAD}
    with pytest.raises(ek.UsageError, match=said):
        ek.parse_sample(json.dumps(document)).verify(HMAC_KEY)


def test_a_single_sensors_values_may_be_flat():
    sample = ek.parse_sample(acquired(sensors=PAYLOAD["sensors"][:1], values=[1, 2, 3]))
    assert sample.signal()["accX"].tolist() == [1, 2, 3]


def test_what_the_api_sends_of_a_sample_opens_as_well(studio, tmp_path):
    result = studio.classify(31)
    result.save(tmp_path / "answer.json")
    assert ek.parse_sample(tmp_path / "answer.json").signal().equals(result.sample.signal())
    info = {"id": 31, "filename": "a", "category": "testing", "label": "b", "intervalMs": 100, "frequency": 10}
    info |= {"sensors": PAYLOAD["sensors"], "valuesCount": 3}
    payload = {"sensors": PAYLOAD["sensors"], "values": PAYLOAD["values"]}
    sample = ek.parse_sample({"success": True, "sample": info, "payload": payload, "totalPayloadLength": 3})
    assert sample.signal().index.tolist() == [0, 100, 200]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"interval_ms": 0}, "$.payload.interval_ms"),
        ({"interval_ms": "10"}, "$.payload.interval_ms"),
        ({"sensors": "accX"}, "$.payload.sensors"),
        ({"values": 7}, "$.payload.values"),
    ],
)
def test_a_broken_file_names_the_place(change, place):
    with pytest.raises(ek.ResponseError) as broken:
        ek.parse_sample(acquired(**change))
    assert place in str(broken.value)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"\xff\xd8\xff\xe0 a picture", "neither"),
        (b"[1, 2]", "neither"),
        ({"success": True, "totalCount": 0, "result": [], "predictions": []}, "a page of model testing"),
        ({"success": False, "error": "No sample with id 99"}, "No sample with id 99"),
        ("no_such_file.json", "neither JSON nor a file"),
    ],
)
def test_what_is_no_sample_is_told(source, said):
    with pytest.raises(ek.EdgekitError, match=said):
        ek.parse_sample(source)
