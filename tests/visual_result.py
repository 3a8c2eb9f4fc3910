"""Classify responses of a visual-anomaly block, with any grid: for what the sandbox's pictures cannot show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

import edgekit as ek

SEED = Path(__file__).parent / "data" / "seed-classify-response.json"
THRESHOLD = 4.5


def seen_result(
    scores: ArrayLike | None,
    *,
    score: float | None = None,
    anomalous: bool | None = None,
    boxes: Sequence[dict[str, float]] = (),
    truth_boxes: Sequence[dict[str, Any]] = (),
    threshold: float | None = THRESHOLD,
    method: str | None = None,
    sample: int = 1,
    name: str = "picture",
) -> ek.ClassifyResult:
    """One picture: a grid (rows, columns), NaN for null, None for no grid at all; its score, else the largest cell.

    `name` is put wherever a name from a server is shown.
    """
    document: dict[str, Any] = json.loads(SEED.read_text())
    block, info = document["classifications"][0], document["sample"]["sample"]
    for key in ("anomalyResult", "structuredResult", "details"):
        block.pop(key)
    block["learnBlock"] |= {"id": 7, "type": "keras-visual-anomaly", "title": name}
    block["thresholds"] = []
    block.pop("minimumConfidenceRating", None)
    if threshold is not None:
        text = {"description": "", "helpText": ""}
        block["thresholds"] = [{"key": "min_anomaly_score", "value": threshold, **text}]
        if method:
            option = [{"value": method, "description": f"The {method} of all cells"}]
            key = "anomaly_scoring_aggregation_method"
            block["thresholds"].append({"key": key, "value": method, "dropdownOptions": option, **text})
    if scores is not None:
        grid = np.asarray(scores, float)
        cells = np.where(np.isnan(grid), None, grid).tolist()
        known = grid[~np.isnan(grid)]
        score = float(known.max()) if score is None and len(known) else score
        block["anomalyResult"] = [{"boxes": list(boxes), "scores": cells, "meanScore": 0, "maxScore": 0}]
    block["result"] = [{} if score is None else {"anomaly": score}]
    label = {True: "anomaly", False: "no anomaly", None: name}[anomalous]
    block["expectedLabels"] = [{"startIndex": 0, "endIndex": 0, "label": label}]
    if anomalous is not None:
        block["expectedAnomalyOutcome"] = block["expectedLabels"]
    info |= {"id": sample, "filename": name, "label": label, "imageDimensions": {"width": 96, "height": 96}}
    info |= {"boundingBoxes": list(truth_boxes), "structuredLabels": [], "totalLengthMs": 0, "intervalMs": 0}
    document |= {"windowSizeMs": 0, "windowIncreaseMs": 0}
    return ek.parse(document)


def seen_results(count: int, side: int = 20, *, seed: int = 0, **options: Any) -> list[ek.ClassifyResult]:
    """Many pictures of side x side cells, a third of them with a few cells that stand out."""
    random = np.random.default_rng(seed)
    found = []
    for i in range(count):
        anomalous = bool(random.random() < 1 / 3)
        scores = np.abs(random.normal(size=(side, side))) + random.exponential(0.2)
        if anomalous:
            row, column = random.integers(0, max(side - 2, 1), 2)
            scores[row : row + 3, column : column + 3] += random.exponential(5)
        found.append(seen_result(scores.round(4), anomalous=anomalous, sample=i, **options))
    return found
