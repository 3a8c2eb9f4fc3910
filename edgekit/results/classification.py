"""What a classification block says of a sample: in a few words, as a picture, and which label each window is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from edgekit import classification, display
from edgekit.classification.predictions import judged
from edgekit.errors import UsageError, warn
from edgekit.results.decision import deciding, number
from edgekit.results.drawing import Drawing, Drawn, Labels, Tables, over_time
from edgekit.results.kinds import kind_of_block
from edgekit.results.windows import scores_of
from edgekit.table_words import FRAME, SCORE, label_of
from edgekit.wire.label_maps import results_of_key
from edgekit.wire.schema import Classification

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def in_words(raw: Classification, scores: pd.DataFrame, threshold: float | None, expected: Labels) -> str:
    """Say in a few words of how many windows each label has the highest score, key by key."""
    keys = raw.keys()
    if not keys and not scores.shape[1]:
        return display.counted(len(scores), "window")
    if not keys:
        return f"{_counted(scores)} of {display.counted(len(scores), 'window')}"
    parts = [f"{display.shown(key, 80)}: {_of_key(raw, key)}" for key in keys]
    return f"{'; '.join(parts)} of {display.counted(len(scores), 'window')}"


def predictions(raw: Classification, tables: Tables, threshold: float | None) -> pd.DataFrame:
    """Say which label each window is given; see `edgekit.BlockResult.predictions`."""
    limit = uncertain_below(raw) if threshold is None else threshold
    keys = raw.keys()
    if not keys:
        windows = tables(None)
        if len(windows) and not set(raw.scores().columns) - {SCORE}:
            block = raw.learn_block
            raise UsageError(
                f"Block {block.id} ({block.type}) gives no probabilities of labels, so none is predicted. "
                "block.windows() has what it gives."
            )
        return classification.predictions(windows, limit)
    return pd.concat([_predicted(raw, key, tables(key), limit) for key in keys]).sort_index(kind="stable")


def _predicted(raw: Classification, key: str, windows: pd.DataFrame, limit: float | None) -> pd.DataFrame:
    """Say which of one key's labels each window is given: where no probabilities came, what the server itself says."""
    said = pd.Series(results_of_key(raw.label_map_scores, raw.label_map_result, key), windows.index, "str")
    if set(windows) <= set(FRAME):
        table = judged(windows.assign(predicted=said, probability=np.nan))
    else:
        table = classification.predictions(windows, limit)
    table.insert(0, "key", key)
    return table


def uncertain_below(raw: Classification) -> float | None:
    """Return the probability below which the block itself calls a window uncertain; None where it has no such."""
    thresholds, own = raw.thresholds, raw.minimum_confidence_rating
    if kind_of_block(raw) != "classification":  # its other thresholds are of anomaly scores
        thresholds, own = [t for t in thresholds if t.key == "min_score"], None
    found = deciding(thresholds, "keras")
    own = own if found is None else number(found.value)
    if own is None or 0 <= own <= 1:
        return own
    warn(
        f"The threshold of block {raw.learn_block.id} is {own:g}, which is no probability: it was ignored. "
        "Give one from 0 to 1, predictions(threshold=…)."
    )
    return None


def _of_key(raw: Classification, key: str) -> str:
    """Say of how many windows each of a key's labels is predicted; see `_predicted`."""
    windows, columns = scores_of(raw, key)
    if columns:
        return _counted(pd.DataFrame(columns, index=range(windows)))
    return _listed(pd.Series(results_of_key(raw.label_map_scores, raw.label_map_result, key), dtype=object))


def _counted(scores: pd.DataFrame) -> str:
    return _listed(scores.dropna(how="all").idxmax(axis=1).map(label_of))


def _listed(labels: pd.Series[Any]) -> str:
    counted = labels.value_counts()
    return display.listing(f"{display.shown(label, 80)} {count}" for label, count in counted.items()) or "no label"


def plot(block: Drawn, drawing: Drawing) -> Axes:
    """Draw the label probabilities over the sample's time; see `BlockResult.plot`."""
    return over_time(block, drawing)
