"""Documents that users have beside a classify answer: what each is, and what opens it.

`parse` asks here where a document is not the answer of a classify call. The Linux runner's answer is opened: it says of
one window what a classify answer says of many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
import numpy as np

from edgekit.classification.probabilities import anomaly_is_a_label
from edgekit.table_words import SCORE

Document = Mapping[str, Any]


class Neighbour(NamedTuple):
    """A kind of document: the keys that tell it, its name in a sentence, and the next step."""

    keys: frozenset[str]
    name: str
    next_step: str


_ACQUISITION = frozenset({"protected", "signature", "payload"})
_NEIGHBOURS = [
    Neighbour(
        _ACQUISITION,
        "an acquisition file: what a device uploaded, without any scores",
        "ek.parse_sample(path) opens it as a Sample.",
    ),
    Neighbour(
        frozenset({"sample", "payload"}),
        "a sample with its values (GET …/raw-data/{sampleId}), without any scores",
        "ek.parse_sample(path) opens it as a Sample.",
    ),
    Neighbour(
        frozenset({"version", "boundingBoxes"}),
        "a bounding_boxes.labels file: the true boxes of uploaded pictures",
        "Upload it with its pictures; studio.sample(id).info.bounding_boxes has them then.",
    ),
    Neighbour(
        frozenset({"version", "structuredLabels"}),
        "a structured_labels.labels file: the labels of uploaded samples, range by range",
        "Upload it with its samples; studio.sample(id).labels() has them then.",
    ),
    Neighbour(
        frozenset({"version", "files"}),
        "an info.labels file: the names and labels of uploaded samples",
        "Upload it with its samples; studio.samples() lists them then.",
    ),
    Neighbour(
        frozenset({"result", "predictions"}),
        "a page of model testing (GET …/classify/all/result/page)",
        "studio.test(start=False) reads all pages.",
    ),
    Neighbour(
        frozenset({"job"}),
        "the state of a job (GET …/jobs/{jobId}/status), not what the job made",
        "Send the classify call again when the job has finished; studio.classify(sample) waits for it.",
    ),
    Neighbour(
        frozenset({"samples", "totalCount"}),
        "a list of samples (GET …/raw-data), without any scores",
        "studio.classify(id) classifies one of them.",
    ),
    Neighbour(
        frozenset({"impulse"}),
        "the description of an impulse (GET …/impulse), without any scores",
        "studio.classify(id) classifies a sample with it.",
    ),
    Neighbour(
        frozenset({"success", "id"}),
        "the number of a job that the call has started, not what the job made",
        "Send the same call again when the job has finished; studio.classify(sample) does both.",
    ),
]


def document_of(content: bytes | Document) -> Document | None:
    """Return a document as a dict; None where it is no JSON object."""
    if isinstance(content, bytes):
        try:
            content = msgspec.json.decode(content)
        except (ValueError, RecursionError):
            return None
    return content if isinstance(content, Mapping) else None


def is_acquisition(document: Document) -> bool:
    """Say whether this is what a device uploaded."""
    return document.keys() >= _ACQUISITION


def neighbour(document: Document) -> Neighbour | None:
    """Say which kind of document this is, if it is one of those known."""
    if "classifications" in document:
        return None
    return next((kind for kind in _NEIGHBOURS if kind.keys <= document.keys()), None)


# --- the runner's answer ----------------------------------------------------------------------------------------------


def is_runner_answer(document: Document) -> bool:
    """Say whether this is the Linux runner's answer."""
    result = document.get("result")
    return isinstance(result, Mapping) and bool(result.keys() & _MAKERS.keys())


def runner_answer(document: Document) -> dict[str, Any] | None:
    """Turn the Linux runner's answer into a classify answer of one window; None for any other document.

    Boxes stay in pixels of the model's input, as the runner gives them.
    """
    if not is_runner_answer(document):
        return None
    result = document["result"]
    scores = dict(result["classification"]) if isinstance(result.get("classification"), Mapping) else {}
    kind, parts = "anomaly", {}
    for key, (block_type, made) in _MAKERS.items():
        if key in result:
            kind, parts = block_type, made(result)
            break
    blocks = [_block(1, kind, scores) | parts]
    if SCORE in result and _is_taken_for_a_label(result[SCORE], scores):
        blocks.append(_block(2, "anomaly", {SCORE: result[SCORE]}))
    elif SCORE in result:
        scores[SCORE] = result[SCORE]
    info = {"id": 0, "filename": "runner", "category": "", "label": "", "intervalMs": 0, "frequency": 0}
    return {
        "success": True,
        "classifications": blocks,
        "sample": {
            "sample": {**info, "sensors": [], "valuesCount": 0},
            "payload": {"device_type": "", "sensors": [], "values": []},
        },
        "windowSizeMs": 0,
        "windowIncreaseMs": 0,
    }


def _is_taken_for_a_label(score: Any, labels: Document) -> bool:
    """Say whether the anomaly score has to stand apart: among these labels it would be taken for one of them."""
    beside = {**labels, SCORE: score}
    if SCORE in labels or not all(isinstance(value, int | float) for value in beside.values()):
        return SCORE in labels
    try:
        return anomaly_is_a_label({name: np.array([value], float) for name, value in beside.items()})
    except OverflowError:  # a number that no float holds: what reads the answer says so
        return False


def _block(number: int, kind: str, scores: Document) -> dict[str, Any]:
    learn = {"id": number, "type": kind, "name": "Linux runner", "title": "Linux runner", "dsp": []}
    return {"learnBlock": learn, "result": [scores]}


def _boxes(result: Document) -> dict[str, Any]:
    found = _listed(result, "bounding_boxes")
    return {
        "structuredResult": [
            {
                "boxes": [[box.get(side) for side in _SIDES] for box in found],
                "scores": [box.get("value") for box in found],
                "labels": [box.get("label") for box in found],
            }
        ]
    }


def _cells(result: Document) -> dict[str, Any]:
    found = _listed(result, "visual_anomaly_grid")
    cells = [{**{key: cell.get(key) for key in ("label", *_SIDES)}, "score": cell.get("value")} for cell in found]
    mean, highest = result.get("visual_anomaly_mean"), result.get("visual_anomaly_max")
    return {"anomalyResult": [{"boxes": cells, "meanScore": mean, "maxScore": highest}]}


def _listed(result: Document, key: str) -> list[Document]:
    found = result[key]
    return [box for box in found if isinstance(box, Mapping)] if isinstance(found, list) else []


def _nothing(result: Document) -> dict[str, Any]:
    return {}


_SIDES = ("x", "y", "width", "height")
_MAKERS: dict[str, tuple[str, Callable[[Document], dict[str, Any]]]] = {
    "visual_anomaly_grid": ("keras-visual-anomaly", _cells),
    "bounding_boxes": ("keras-object-detection", _boxes),
    "classification": ("keras", _nothing),
    "anomaly": ("anomaly", _nothing),
}
