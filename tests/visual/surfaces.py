"""Responses of a visual-anomaly block, made of grids: for what the sandbox's few pictures cannot show."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np

import edgekit as ek

DATA = Path(__file__).parents[1] / "data"
CASE = json.loads((DATA / "live" / "visual-response.json").read_text())


def surface(
    grid: Any, label: str = "no anomaly", *, sample: int = 3, score: float | None = None, boxes: Any = (), **fields: Any
) -> ek.ClassifyResult:
    """A result whose block scored these cells; its picture is 320 by 240, `boxes` in its pixels."""
    document = copy.deepcopy(CASE)
    block, info = document["classifications"][0], document["sample"]["sample"]
    cells = np.asarray(grid, float)
    block["anomalyResult"] = [{"scores": [[None if np.isnan(c) else c for c in row] for row in cells.tolist()]}]
    block["result"] = [{"anomaly": float(np.nanmax(cells)) if score is None else score}]
    block["expectedLabels"] = [{"startIndex": 0, "endIndex": 0, "label": label}]
    block |= fields
    info |= {"id": sample, "filename": f"surface{sample:02}", "label": label}
    info["boundingBoxes"] = [
        dict(zip(("label", "x", "y", "width", "height"), ("anomaly", *box), strict=True)) for box in boxes
    ]
    return ek.parse(document)
