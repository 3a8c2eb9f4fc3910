"""From bytes to a table of windows and to readings: edgekit next to json, pandas and msgspec.

What is parsed: 100,000 windows with three labels and an anomaly score, and the readings of three axes they were cut
from. "100 Hz" steps on by one reading a window (17 minutes of recording), "62.5 Hz" by five, which is 80 ms (2.2
hours): the longer the recording, the more of every parser's time goes into readings that the table does not show.
edgekit checks them and leaves them as JSON until they are asked for (see edgekit/wire/lazy.py); the rows "and the
readings" ask for them. "A range of labels per window" has what the documented example has for its one window: edgekit
joins the labels, the peer leaves them alone. The peers with a target make their table with json_normalize; DataFrame is
the faster way that pandas has for flat windows.
"""

import gc
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import numpy as np
import pandas as pd

import edgekit as ek
from tests.bench_table import Row, ratio

WINDOWS = 100_000
LABELS = ("idle", "snake", "wave")


def response(interval_ms: int, readings_a_window: int, *, range_each: bool = False) -> bytes:
    """Make a classify response with the fields the API documents, as compact as a server sends it.

    One label over all of it, or with `range_each` a range of ``expectedLabels`` for every window.
    """
    random = np.random.default_rng(0)
    scores = np.column_stack([random.dirichlet(np.ones(len(LABELS)), WINDOWS), random.normal(size=WINDOWS)]).round(4)
    size_ms, increase_ms = 3000, interval_ms * readings_a_window
    count = (increase_ms * (WINDOWS - 1) + size_ms) // interval_ms
    values = random.normal(scale=10, size=(count, 3)).round(4).tolist()
    hertz, date = 1000 / interval_ms, "2023-11-07T05:31:56Z"
    sensors = [{"name": name, "units": "m/s2"} for name in ("accX", "accY", "accZ")]
    sample = {"id": 2, "filename": "idle01.d8Ae", "label": "idle", "category": "testing", "sensors": sensors}
    sample |= {"created": date, "lastModified": date, "added": date, "coldstorageFilename": "idle01.json"}
    sample |= {"intervalMs": interval_ms, "originalIntervalMs": interval_ms, "frequency": hertz}
    sample |= {"originalFrequency": hertz, "valuesCount": count, "chartType": "chart", "deviceType": "DISCO-L475VG"}
    sample |= {"boundingBoxes": [], "boundingBoxesType": "object_detection", "projectId": 1, "sha256Hash": "0" * 64}
    sample |= dict.fromkeys(("isDisabled", "isProcessing", "processingError", "isCropped", "signatureValidate"), False)
    payload = {"device_type": "DISCO-L475VG", "sensors": sensors, "values": values}
    whole = [{"startIndex": 0, "endIndex": count - 1, "label": "idle"}]
    each = [{"startIndex": i, "endIndex": i, "label": LABELS[i // 500 % len(LABELS)]} for i in range(WINDOWS)]
    learn_block = {"id": 5, "type": "keras", "name": "NN Classifier", "dsp": [2], "title": "Classification (Keras)"}
    block = {
        "learnBlock": learn_block | {"createdBy": "createImpulse", "createdAt": date},
        "result": [dict(zip((*LABELS, "anomaly"), scored, strict=True)) for scored in scores.tolist()],
        "minimumConfidenceRating": 0.6,
        "expectedLabels": each if range_each else whole,
        "thresholds": [{"key": "min_score", "description": "Score threshold", "helpText": "Discarded", "value": 0.6}],
    }
    document = {"success": True, "classifications": [block], "alreadyInDatabase": True}
    document |= {"sample": {"sample": sample, "payload": payload, "totalPayloadLength": count}}
    document |= {"windowSizeMs": size_ms, "windowIncreaseMs": increase_ms}
    return json.dumps(document, separators=(",", ":")).encode()


def with_edgekit(data: bytes) -> pd.DataFrame:
    return ek.parse(data).blocks[0].windows()


Scores = Callable[[list[dict[str, float]]], pd.DataFrame]


def timed(table: pd.DataFrame, size_ms: float, increase_ms: float) -> pd.DataFrame:
    table["start_ms"] = np.arange(len(table)) * increase_ms
    table["end_ms"] = table["start_ms"] + size_ms
    return table


def with_json(data: bytes, scores: Scores) -> pd.DataFrame:
    answer = json.loads(data)
    return timed(scores(answer["classifications"][0]["result"]), answer["windowSizeMs"], answer["windowIncreaseMs"])


def with_msgspec_alone(data: bytes) -> object:
    """Decode without types and without a table: with the collector paused, as edgekit does it, nothing is faster."""
    gc.disable()
    try:
        return msgspec.json.decode(data)
    finally:
        gc.enable()


def with_readings(data: bytes) -> tuple[pd.DataFrame, np.ndarray]:
    result = ek.parse(data)
    return result.blocks[0].windows(), result.sample.signal().to_numpy()


def with_json_and_readings(data: bytes) -> tuple[pd.DataFrame, np.ndarray]:
    answer = json.loads(data)
    table = pd.json_normalize(answer["classifications"][0]["result"])
    table = timed(table, answer["windowSizeMs"], answer["windowIncreaseMs"])
    return table, np.array(answer["sample"]["payload"]["values"], float)


Peers = list[tuple[str, Callable[[bytes], Any], str]]
COMMON: Peers = [
    ("json.loads + json_normalize", partial(with_json, scores=pd.json_normalize), "≥ 5"),
    ("json.loads + DataFrame", partial(with_json, scores=pd.DataFrame), ""),
    ("msgspec.json.decode, untyped, no table", msgspec.json.decode, "≤ 1.5"),
    ("the same with the garbage collector paused", with_msgspec_alone, ""),
]


def parsing(recording: str, data: bytes, peers: Peers) -> list[Row]:
    """Compare the ways from bytes to a table, having checked that they find the same numbers."""
    table = with_edgekit(data)
    rows = []
    for name, peer, target in peers:
        found = peer(data)
        if isinstance(found, pd.DataFrame):
            pd.testing.assert_frame_equal(table[list(found)], found, check_names=False)
        del found
        rows.append(ratio(f"{recording}: {name}", partial(with_edgekit, data), partial(peer, data), target))
    return rows


def readings(recording: str, data: bytes) -> list[Row]:
    """Compare again, with the readings asked for as well."""
    assert (with_readings(data)[1] == with_json_and_readings(data)[1]).all()
    name = f"{recording}: json.loads + json_normalize, and the readings"
    return [ratio(name, partial(with_readings, data), partial(with_json_and_readings, data), "≥ 1")]


def recordings() -> dict[str, bytes]:
    return {"100 Hz": response(10, 1), "62.5 Hz": response(16, 5)}


def rows() -> list[Row]:
    found = []
    for recording, data in recordings().items():
        found += parsing(recording, data, COMMON) + readings(recording, data)
    name, peer, _ = COMMON[0]
    return found + parsing(
        "100 Hz, a range of labels per window", response(10, 1, range_each=True), [(name, peer, "≥ 6")]
    )
