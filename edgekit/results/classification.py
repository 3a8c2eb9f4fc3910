"""What a classification block says of a sample, in a few words."""

from __future__ import annotations

import pandas as pd

from edgekit import display
from edgekit.wire.schema import Classification


def in_words(raw: Classification, scores: pd.DataFrame, threshold: float | None) -> str:
    """Say in a few words of how many windows each label has the highest score."""
    if not scores.shape[1]:
        return f"{len(scores)} windows"
    counted = scores.dropna(how="all").idxmax(axis=1).value_counts()
    found = display.listing(f"{display.shown(label, 80)} {count}" for label, count in counted.items())
    return f"{found} of {len(scores)} windows"
