"""How a block is shown, by its kind: its words, its picture, its predictions. Each kind's are in the file of its name.

`shown_kind` alone decides which kind it is; the explorers are in `edgekit.explorers.EXPLORERS`, by the same kind.
To add a kind: a file with `in_words` and `plot`, and a line in `SHOWN`; in `PREDICTED` where it predicts something of a
window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from edgekit.errors import UsageError
from edgekit.results import anomaly, classification, detection, regression, visual
from edgekit.results.drawing import Drawing, Drawn, Labels, Tables
from edgekit.results.kinds import kind_of_block
from edgekit.results.windows import scores_of
from edgekit.table_words import SCORE
from edgekit.wire.schema import Classification

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Kind(Protocol):
    """What the file of a kind offers."""

    def in_words(self, raw: Classification, scores: pd.DataFrame, threshold: float | None, expected: Labels, /) -> str:
        """Say in a few words what a block found."""

    def plot(self, block: Drawn, drawing: Drawing, /) -> Axes:
        """Draw what a block found."""


# The first has most to show of a sample, the last least.
SHOWN: Mapping[str, Kind] = {
    "anomaly": anomaly,
    "visual": visual,
    "detection": detection,
    "regression": regression,
    "classification": classification,
}


def most_telling(kind: str, block_type: str, last_layer: str | None) -> tuple[int, bool, bool]:
    """Return what to sort blocks by, the one that has most to show first: anomaly scores, a GMM before K-means, …"""
    return list(SHOWN).index(kind), not anomaly.is_mixture(block_type), last_layer != "fomo"


def shown_kind(raw: Classification) -> str:
    """Return the kind that a block is shown as.

    It is the block's own kind, unless it holds something else. Of the kinds that have one row of scores a window
    (anomaly, classification, regression) a block with an anomaly score is shown as anomaly, but a regression that has
    one number beside it as regression; one with other scores only not as anomaly, one with objects only as detection.
    """
    kind = kind_of_block(raw) or "classification"
    if kind in ("detection", "visual"):
        return kind
    windows, scores = scores_of(raw)
    if not windows:
        return "detection" if raw.structured_result or raw.details else kind
    if SCORE in scores and (kind != "regression" or len(scores) != 2):
        return "anomaly"
    return "classification" if kind == "anomaly" else kind


def shown_kinds(raw: Classification) -> list[str]:
    """Return all kinds that a block is shown as: a classifier that sends an anomaly score beside its labels has two."""
    kind = shown_kind(raw)
    both = kind == "anomaly" and kind_of_block(raw) == "classification" and len(raw.scores().columns) > 1
    return [kind, "classification"] if both else [kind]


def in_words(raw: Classification, scores: pd.DataFrame, threshold: float | None, expected: Labels) -> str:
    """Say what a block found; see `BlockResult.in_words`."""
    kind, *others = shown_kinds(raw)
    if not len(scores) and kind != "detection":
        return "no windows"
    said = SHOWN[kind].in_words(raw, scores, threshold, expected)
    if others:
        labels = classification.in_words(raw, scores.drop(columns=SCORE), threshold, expected)
        return f"{labels}; anomaly: {said}"
    return said


def plot(kind: str, block: Drawn, drawing: Drawing) -> Axes:
    """Draw what a block found, as its `shown_kind` is drawn; see `BlockResult.plot`."""
    return SHOWN[kind].plot(block, drawing)


PREDICTED: Mapping[str, Callable[[Classification, Tables, float | None], pd.DataFrame]] = {
    "anomaly": classification.predictions,  # where it has scores of labels as well
    "classification": classification.predictions,
    "regression": regression.predictions,
}


def predictions(kind: str, raw: Classification, windows: Tables, threshold: float | None) -> pd.DataFrame:
    """Say what a block predicts for each window; see `BlockResult.predictions`."""
    if kind in PREDICTED:
        return PREDICTED[kind](raw, windows, threshold)
    raise UsageError(
        f"Block {raw.learn_block.id} ({raw.learn_block.type}) is of the kind {kind} and predicts no label or "
        "number of a window. block.in_words() and block.plot() show what it says."
    )
