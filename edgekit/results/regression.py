"""What a regression block says of a sample, in a few words."""

from __future__ import annotations

import pandas as pd

from edgekit.wire.schema import Classification


def in_words(raw: Classification, scores: pd.DataFrame, threshold: float | None) -> str:
    """Say in a few words which numbers the block predicts: their mean, lowest and highest, key by key."""
    known = scores.dropna(axis=1, how="all")
    if not known.shape[1]:
        return f"no number of {len(scores)} windows"
    parts = [_range(known[key], "" if known.shape[1] == 1 else f"{key} ") for key in known]
    return f"{'; '.join(parts)} ({len(scores)} windows)" if len(scores) > 1 else "; ".join(parts)


def _range(values: pd.Series[float], name: str) -> str:
    if len(values) == 1:
        return f"{name}{values.iloc[0]:.4g}"
    return f"{name}mean {values.mean():.4g}, {values.min():.4g} to {values.max():.4g}"
