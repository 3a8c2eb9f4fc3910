"""A sample out of a file: what a device uploaded (the acquisition format), or what the API sent of a sample."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgekit import display
from edgekit.errors import ResponseError
from edgekit.results import neighbours
from edgekit.results.result import parse, read
from edgekit.results.sample import Sample
from edgekit.results.uploaded import acquisition_document
from edgekit.wire.decoding import decode
from edgekit.wire.schema import SampleData
from edgekit.wire.secret import sealed


@sealed
def parse_sample(source: bytes | str | dict[str, Any] | Path) -> Sample:
    """Open a sample from a file: without the Studio, without scores.

    Parameters
    ----------
    source : bytes, str, dict or Path
        An acquisition file (JSON or CBOR), the answer of ``GET …/raw-data/{sampleId}``, or a classify answer, whose
        sample is taken: its bytes, the decoded document, or the path of a file.

    Returns
    -------
    Sample. Of an acquisition file its id is 0 and its label empty: the file has neither. `Sample.verify` checks the
    signature of the bytes that were read.

    Raises
    ------
    ResponseError
        The file cannot be read, or is no sample: the text names the place, and what the file is where that is known.

    Examples
    --------
    >>> import edgekit as ek
    >>> sample = ek.parse_sample(
    ...     {
    ...         "protected": {"ver": "v1", "alg": "none"},
    ...         "signature": "0" * 64,
    ...         "payload": {
    ...             "device_type": "watch",
    ...             "interval_ms": 10,
    ...             "sensors": [{"name": "accX", "units": "m/s2"}],
    ...             "values": [[1.0], [2.0]],
    ...         },
    ...     }
    ... )
    >>> sample.signal()
             accX
    time_ms
    0         1.0
    10        2.0
    """
    content, name = read(source)
    document = acquisition_document(content) if isinstance(content, bytes) else content
    if not isinstance(document, Mapping):
        raise ResponseError(f"{name}: expected a sample, in JSON or CBOR, got neither. Check the path.")
    if "classifications" in document:
        return parse(source).sample
    if neighbours.is_acquisition(document):
        original = content if isinstance(content, bytes) else None
        data = decode(_answer(document, name, source), SampleData, name)
        return Sample(data, original=original)
    if {"sample", "payload"} <= document.keys() or document.get("success") is False:
        return Sample(decode(content, SampleData, name))
    known = neighbours.neighbour(document)
    told = f"{known.name}. {known.next_step}" if known else "a document of another kind. Check the path."
    if neighbours.is_runner_answer(document):
        told = "the Linux runner's answer: scores, without what they are of. ek.parse(path) opens it."
    raise ResponseError(f"{name}: expected a sample, got {told}")


def _answer(document: Mapping[str, Any], name: str, source: object) -> dict[str, Any]:
    """Write an acquisition file as the API sends a sample."""
    payload = document["payload"]
    if not isinstance(payload, Mapping):
        raise _wrong(name, "payload", "an object", payload)
    interval, values = payload.get("interval_ms"), payload.get("values")
    if isinstance(interval, bool) or not isinstance(interval, int | float) or not 0 < interval < math.inf:
        raise _wrong(name, "payload.interval_ms", "milliseconds between two readings", interval)
    if not isinstance(payload.get("sensors"), list):
        raise _wrong(name, "payload.sensors", "a list of axes", payload.get("sensors"))
    if not isinstance(values, list):
        raise _wrong(name, "payload.values", "a list of readings", values)
    reference = next((text for text in values if isinstance(text, str)), "")
    info = {
        "id": 0,
        "filename": os.path.basename(source) if isinstance(source, str | Path) and os.path.exists(source) else "",
        "category": "",
        "label": "",
        "intervalMs": interval,
        "frequency": 1000 / interval,
        "sensors": payload.get("sensors"),
        "valuesCount": len(values),
        "chartType": "image" if reference.startswith("Ref-BINARY-image") else "chart",
        "deviceName": payload.get("device_name"),
        "deviceType": payload.get("device_type"),
    }
    return {"sample": info, "payload": dict(payload), "totalPayloadLength": len(values)}


def _wrong(name: str, place: str, expected: str, value: object) -> ResponseError:
    return ResponseError(
        f"{name}: not an acquisition file at $.{place}: expected {expected}, got {display.quoted(value)}. The format: "
        "https://docs.edgeimpulse.com/reference/data-ingestion/data-acquisition-format",
        f"$.{place}",
    )
