"""What a classification block says of a sample: in a few words, and as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from edgekit import display
from edgekit.results.drawing import Drawing, Drawn, over_time
from edgekit.wire.schema import Classification

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def in_words(raw: Classification, scores: pd.DataFrame, threshold: float | None) -> str:
    """Say in a few words of how many windows each label has the highest score."""
    if not scores.shape[1]:
        return f"{len(scores)} windows"
    counted = scores.dropna(how="all").idxmax(axis=1).value_counts()
    found = display.listing(f"{display.shown(label, 80)} {count}" for label, count in counted.items())
    return f"{found} of {len(scores)} windows"


def plot(block: Drawn, drawing: Drawing) -> Axes:
    """Draw the label probabilities over the sample's time; see `BlockResult.plot`."""
    return over_time(block, drawing)
