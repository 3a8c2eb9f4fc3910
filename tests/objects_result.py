"""Classify responses with any number of objects in a picture: for what the sandbox's pictures cannot show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import edgekit as ek

SEED = Path(__file__).parent / "data" / "seed-classify-response.json"


def detected_result(
    truths: int, predictions: int, *, seed: int = 0, name: str = "class", cell: float = 0.02, sample: int | None = None
) -> ek.ClassifyResult:
    """A FOMO block's answer about one picture of three classes: centres, boxes of one cell, scores, debug info."""
    random = np.random.default_rng(seed)

    def points(count: int) -> pd.DataFrame:
        places = random.uniform(0.05, 0.95, (count, 2)).round(4)
        return pd.DataFrame(places, columns=["x", "y"]).assign(label=random.integers(1, 4, count))

    there, found = points(truths), points(predictions)
    near = random.choice(truths, predictions) if truths else []
    if truths:  # most of them near a truth, often of its class
        found[["x", "y"]] = (there[["x", "y"]].to_numpy()[near] + random.normal(0, 0.03, (predictions, 2))).clip(0, 1)
        found["label"] = np.where(random.random(predictions) < 0.8, there["label"].to_numpy()[near], found["label"])
    document: dict[str, Any] = json.loads(SEED.read_text())
    block = document["classifications"][0]
    block["learnBlock"] |= {"id": 3, "type": "keras-object-detection", "title": name}
    corner = found[["x", "y"]].to_numpy(float) - cell / 2
    scores = random.uniform(0.5, 1, predictions).round(3).tolist()
    block["structuredResult"] = [
        {
            "boxes": [[x, y, cell, cell] for x, y in corner.tolist()],
            "scores": scores,
            "labels": [f"{name} {label}" for label in found["label"]],
            "mAP": 0,
            "f1": 0,
            "precision": 0,
            "recall": 0,
            "debugInfoJson": ek.detection.match(there, found).to_json(),
        }
    ]
    block["details"] = [
        {
            "boxes": [[y, x, y + cell, x + cell] for x, y in corner.tolist()],
            "labels": [int(label) - 1 for label in found["label"]],
            "scores": scores,
        }
    ]
    block |= {"result": [{}], "objectDetectionLastLayer": "fomo", "expectedLabels": []}
    block.pop("anomalyResult")
    document["sample"]["sample"] |= {"filename": name, "imageDimensions": {"width": 96, "height": 96}}
    if sample is not None:
        document["sample"]["sample"]["id"] = sample
    return ek.parse(document)
