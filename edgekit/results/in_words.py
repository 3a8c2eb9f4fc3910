"""What a block says of a sample in a few words: each kind's words are in the room of its name."""

from __future__ import annotations

import pandas as pd

from edgekit.results import anomaly, classification, detection, regression, visual
from edgekit.results.kinds import kind_of_block
from edgekit.wire.schema import Classification
from edgekit.wire.scores import SCORE

_IN_WORDS = {
    "anomaly": anomaly.in_words,
    "classification": classification.in_words,
    "detection": detection.in_words,
    "regression": regression.in_words,
    "visual": visual.in_words,
}


def in_words(raw: Classification, scores: pd.DataFrame, threshold: float | None) -> str:
    """Say what a block found; see `BlockResult.in_words`."""
    kind = kind_of_block(raw) or "classification"
    if not len(scores) and kind != "detection":
        return "no windows"
    if kind not in ("detection", "visual"):  # what holds anomaly scores tells of them, and what holds none cannot
        kind = "anomaly" if SCORE in scores else "classification" if kind == "anomaly" else kind
    return _IN_WORDS[kind](raw, scores, threshold)
