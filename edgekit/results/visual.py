"""What a visual-anomaly block says of a picture as a whole: flagged or not, by which score, and how that came to be.

The score is ``result[…].anomaly``. It was the largest cell until February 2026; since then the block's threshold
``anomaly_scoring_aggregation_method`` says what it is (largest, mean, …). So ``anomalyResult``, which has the cells,
never decides.
"""

from __future__ import annotations

import pandas as pd

from edgekit.results.decision import aggregation
from edgekit.wire.schema import Classification
from edgekit.wire.scores import SCORE


def flagged(scores: pd.Series[float], threshold: float) -> pd.Series[bool]:
    """Say of each picture (a video has several) whether it is flagged: its score is at or above the threshold.

    Edge Impulse's own code has "at or above" in two places and "above" in one.
    """
    return scores >= threshold


def in_words(raw: Classification, scores: pd.DataFrame, threshold: float | None) -> str:
    """Say in a few words whether the picture is flagged: at which threshold, by what of its cells."""
    method = aggregation(raw.thresholds)
    how = f" by {method}" if method else ""
    cells = [c for found in raw.anomaly_result or [] for row in found.scores or [] for c in row if c is not None]
    beside = f"; highest cell {max(cells):.2f}" if cells else ""
    known = scores[SCORE].dropna() if SCORE in scores else pd.Series(dtype=float)
    if known.empty:
        return f"no score of the picture as a whole{beside}"
    if threshold is None:
        return f"score {known.max():.2f}{how}, no threshold{beside}"
    found = flagged(known, threshold)
    if len(scores) > 1:
        front = f"{found.sum()} of {len(scores)} pictures flagged at {threshold:g}"
        return f"{front}, highest score {known.max():.2f}{how}{beside}"
    verdict, side = ("flagged", "at or above") if found.all() else ("not flagged", "below")
    return f"{verdict}: score {known.iloc[0]:.2f}{how}, {side} {threshold:g}{beside}"
