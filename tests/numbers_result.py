"""A classify response of any length with a regression block: for what the sandbox's short recordings cannot show."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import edgekit as ek

CASE = Path(__file__).parent / "data" / "cases" / "regression-response.json"
INTERVAL_MS, SIZE_MS, INCREASE_MS = 20, 2000, 100


def predicted_result(windows: int, *, name: str = "long", seed: int = 0) -> ek.ClassifyResult:
    """Three axes of noise, numbers that go up and down, and predictions about them; the threshold is 1.5.

    `name` is put wherever a name from a server is shown.
    """
    random = np.random.default_rng(seed)
    readings = ((windows - 1) * INCREASE_MS + SIZE_MS) // INTERVAL_MS if windows else 0
    truth = (20 + 15 * np.sin(np.arange(windows) / max(windows / 20, 1))).round(2)
    document = json.loads(CASE.read_text())
    block, sample = document["classifications"][0], document["sample"]
    block["learnBlock"] |= {"title": name}
    block["result"] = [{"value": value} for value in (truth + random.normal(size=windows)).tolist()]
    block["expectedLabels"] = [
        {"startIndex": i, "endIndex": i, "label": str(value)} for i, value in enumerate(truth.tolist())
    ]
    block["intervalMs"] = INCREASE_MS  # the ranges count windows
    sensors = [{"name": f"{axis} {name}", "units": "m/s2"} for axis in "XYZ"]
    sample["payload"] |= {"sensors": sensors, "values": random.normal(size=(readings, 3)).round(3).tolist()}
    sample["sample"] |= {"sensors": sensors, "filename": name, "intervalMs": INTERVAL_MS, "frequency": 50}
    sample["sample"] |= {"valuesCount": readings, "totalLengthMs": readings * INTERVAL_MS}
    document |= {"windowSizeMs": SIZE_MS, "windowIncreaseMs": INCREASE_MS}
    return ek.parse(document)
