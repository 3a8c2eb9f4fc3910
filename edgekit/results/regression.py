"""What a regression block says of a sample: the number of each window, in a few words, and as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from edgekit import display, regression
from edgekit.errors import UsageError, warn
from edgekit.regression.predictions import as_numbers
from edgekit.results import decision
from edgekit.results.drawing import Drawing, Drawn, Labels, Tables, over_time
from edgekit.table_words import SCORE
from edgekit.threshold_rules import is_beyond
from edgekit.wire.schema import Classification

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_VALUE = "value"  # the Studio's name of what a regression predicts


def in_words(raw: Classification, scores: pd.DataFrame, threshold: float | None, expected: Labels) -> str:
    """Say in a few words what is predicted: the mean, what was expected, and how far off it is.

    Without an expected number the lowest and the highest prediction stand in its place, key by key.
    """
    known = scores.dropna(axis=1, how="all").drop(columns=SCORE, errors="ignore")
    if not known.shape[1]:
        return f"no number of {display.counted(len(scores), 'window')}"
    wanted = as_numbers(expected())
    column = _VALUE if _VALUE in known else next(iter(known))
    error = known[column].to_numpy(float) - wanted
    if (_VALUE in known or known.shape[1] == 1) and not np.isnan(error).all():
        return _judged(known[column], wanted, error[~np.isnan(error)], threshold)
    parts = [_range(known[key], "" if known.shape[1] == 1 else f"{key} ") for key in known]
    return f"{'; '.join(parts)} ({len(scores)} windows)" if len(scores) > 1 else "; ".join(parts)


def _judged(found: pd.Series[float], wanted: np.ndarray, error: np.ndarray, threshold: float | None) -> str:
    low, high = np.nanmin(wanted), np.nanmax(wanted)
    parts = [
        f"{'' if len(found) == 1 else 'mean '}{found.mean():.4g}",
        f"expected {low:.4g}" + ("" if low == high else f" to {high:.4g}"),
        f"{'' if len(found) == 1 else 'largest '}error {np.abs(error).max():.4g}",
    ]
    if threshold is not None:
        beyond = int(is_beyond(error, threshold).sum())
        one = f"{'beyond' if beyond else 'within'} {threshold:g}"
        parts.append(one if len(found) == 1 else f"{beyond} of {len(error)} beyond {threshold:g}")
    return ", ".join(parts)


def predictions(raw: Classification, tables: Tables, threshold: float | None) -> pd.DataFrame:
    """Put predicted and expected numbers side by side; see `edgekit.BlockResult.predictions`."""
    limit = allowed(raw) if threshold is None else threshold
    return regression.predictions(tables(None), limit)


def allowed(raw: Classification) -> float | None:
    """Return the largest absolute error that the block itself allows; None where it has no such."""
    own = decision.stated(raw)
    if own is None or own >= 0:
        return own
    warn(
        f"The threshold of block {raw.learn_block.id} is {own:g}, which is no error that is allowed: it was ignored. "
        "Give one from 0, predictions(threshold=…)."
    )
    return None


def plot(block: Drawn, drawing: Drawing) -> Axes:
    """Draw predicted and expected numbers over the sample's time; see `BlockResult.plot`."""
    from edgekit import plots

    limit = block.threshold if drawing.threshold is None else drawing.threshold
    windows = block.windows()
    try:
        table = regression.predictions(windows)
    except UsageError:  # none, or several numbers a window: nothing says which is the prediction
        return over_time(block, drawing)
    length = block.sample.length_ms
    return plots.predicted_over_time(table, limit, length_ms=length, ax=drawing.ax, title=drawing.title)


def _range(values: pd.Series[float], name: str) -> str:
    if len(values) == 1:
        return f"{name}{values.iloc[0]:.4g}"
    return f"{name}mean {values.mean():.4g}, {values.min():.4g} to {values.max():.4g}"
