"""A classify response of any length with an anomaly block: for what the sandbox's short recordings cannot show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

import edgekit as ek

SEED = Path(__file__).parent / "data" / "seed-classify-response.json"
INTERVAL_MS, SIZE_MS, INCREASE_MS = 20, 2000, 100


def scored_result(windows: int, *, name: str = "long", anomalous: float = 0.1, seed: int = 0) -> ek.ClassifyResult:
    """Parse `scored_document`."""
    return ek.parse(scored_document(windows, name=name, anomalous=anomalous, seed=seed))


def scored_document(windows: int, *, name: str = "long", anomalous: float = 0.1, seed: int = 0) -> dict[str, Any]:
    """Three axes of noise, scores with a few high ones, and ranges of readings that should be an anomaly.

    `name` is put wherever a name from a server is shown.
    """
    random = np.random.default_rng(seed)
    readings = ((windows - 1) * INCREASE_MS + SIZE_MS) // INTERVAL_MS if windows else 0
    truth = random.random(windows) < anomalous
    scores = np.where(truth, random.exponential(6, windows), np.abs(random.normal(size=windows)))
    document = json.loads(SEED.read_text())
    block, sample = document["classifications"][0], document["sample"]
    block["learnBlock"] |= {"id": 5, "type": "anomaly-gmm", "title": name}
    block["result"] = [{"anomaly": score, name: 1.0} for score in scores.tolist()]
    block["thresholds"][0] |= {"key": "min_anomaly_score", "value": 3.0}
    block["expectedLabels"] = [{"startIndex": 0, "endIndex": max(windows - 1, 0), "label": name}]
    block["expectedAnomalyOutcome"] = [
        {"startIndex": i, "endIndex": i, "label": "anomaly" if is_one else "no anomaly"}
        for i, is_one in enumerate(truth.tolist())
    ]
    for key in ("anomalyResult", "structuredResult", "details"):
        block.pop(key)
    sensors = [{"name": f"{axis} {name}", "units": "m/s2"} for axis in "XYZ"]
    sample["payload"] |= {"sensors": sensors, "values": random.normal(size=(readings, 3)).round(3).tolist()}
    sample["payload"] |= {"intervalMs": INTERVAL_MS, "cropStart": 0, "cropEnd": readings}
    sample["sample"] |= {"sensors": sensors, "filename": name, "label": name, "intervalMs": INTERVAL_MS}
    sample["sample"] |= {"valuesCount": readings, "totalLengthMs": readings * INTERVAL_MS, "structuredLabels": []}
    document |= {"windowSizeMs": SIZE_MS, "windowIncreaseMs": INCREASE_MS}
    return document
