"""A classify response of any length with a classification block: what the sandbox's short recordings cannot show."""

from __future__ import annotations

import numpy as np

import edgekit as ek
from tests.scores import INCREASE_MS, scored_document


def labelled_result(windows: int, labels: int = 8, *, seed: int = 0, last: str | None = None) -> ek.ClassifyResult:
    """Three axes of noise, and probabilities that are right about two times in three; `last` names the last label."""
    random = np.random.default_rng(seed)
    values = random.dirichlet(np.full(labels, 0.5), windows)
    truth = np.where(random.random(windows) < 2 / 3, values.argmax(axis=1), random.integers(0, labels, windows))
    names = [f"label {i}" for i in range(labels)]
    names[-1] = last or names[-1]
    document = scored_document(windows, seed=seed)
    block = document["classifications"][0]
    block["learnBlock"] |= {"id": 6, "type": "keras", "title": "labels"}
    block["result"] = [dict(zip(names, row, strict=True)) for row in values.tolist()]
    block["thresholds"] = [{"key": "min_score", "value": 0.6, "description": "", "helpText": ""}]
    block["expectedLabels"] = [
        {"startIndex": i, "endIndex": i, "label": names[k]} for i, k in enumerate(truth.tolist())
    ]
    block["intervalMs"] = INCREASE_MS
    block.pop("expectedAnomalyOutcome")
    return ek.parse(document)
