"""What a regression block says of a sample: in a few words, and as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from edgekit.results.drawing import Drawing, Drawn, over_time
from edgekit.wire.schema import Classification

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def in_words(raw: Classification, scores: pd.DataFrame, threshold: float | None) -> str:
    """Say in a few words which numbers the block predicts: their mean, lowest and highest, key by key."""
    known = scores.dropna(axis=1, how="all")
    if not known.shape[1]:
        return f"no number of {len(scores)} windows"
    parts = [_range(known[key], "" if known.shape[1] == 1 else f"{key} ") for key in known]
    return f"{'; '.join(parts)} ({len(scores)} windows)" if len(scores) > 1 else "; ".join(parts)


def plot(block: Drawn, drawing: Drawing) -> Axes:
    """Draw the predicted numbers over the sample's time; see `BlockResult.plot`."""
    return over_time(block, drawing)


def _range(values: pd.Series[float], name: str) -> str:
    if len(values) == 1:
        return f"{name}{values.iloc[0]:.4g}"
    return f"{name}mean {values.mean():.4g}, {values.min():.4g} to {values.max():.4g}"
