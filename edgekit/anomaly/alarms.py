"""What a threshold does to the windows of a recording: how many are above it, and when."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from edgekit.anomaly.features import numbers
from edgekit.errors import UsageError


def counts(scores: ArrayLike, groups: ArrayLike, threshold: float) -> pd.DataFrame:
    """Count the windows on each side of a threshold, group by group.

    Parameters
    ----------
    scores : array (windows,)
        NaN scores are left out.
    groups : array (windows,)
        What each window belongs to: its label, say.
    threshold : float
        A score above it is an anomaly.

    Returns
    -------
    DataFrame indexed by group in order of first appearance: `windows`, `above`, `share` (of the group, 0..1).
    """
    values, labels = numbers(scores), np.asarray(groups, object)
    if values.shape != labels.shape or values.ndim != 1:
        raise UsageError(f"There must be one group for each score, got shapes {labels.shape} and {values.shape}.")
    table = pd.DataFrame({"group": labels, "score": values}).dropna(subset="score")
    grouped = table.assign(above=table["score"] > threshold).groupby("group", sort=False, dropna=False)["above"]
    return pd.DataFrame({"windows": grouped.size(), "above": grouped.sum(), "share": grouped.mean()}).rename_axis(
        "label"
    )


def segments(windows: pd.DataFrame, threshold: float, score: str = "anomaly") -> pd.DataFrame:
    """Merge windows above a threshold into time ranges: overlapping or touching windows make one event.

    Parameters
    ----------
    windows : DataFrame
        With `start_ms`, `end_ms` and the score, in order of time (``BlockResult.windows()``).
    threshold : float
        A score above it is an anomaly.
    score : str
        The column that holds the score.

    Returns
    -------
    DataFrame, one row a segment: `start_ms`, `end_ms`, `peak` (highest score), `windows` (how many).
    """
    missing = {"start_ms", "end_ms", score} - set(windows.columns)
    if missing:
        raise UsageError(f"The table of windows has no column {sorted(missing)}; it has {list(windows.columns)}.")
    above = windows.loc[windows[score] > threshold, ["start_ms", "end_ms", score]].sort_values(
        "start_ms", kind="stable"
    )
    gap = above["start_ms"] > above["end_ms"].cummax().shift()
    grouped = above.groupby(gap.cumsum().to_numpy())
    merged = grouped.agg(
        start_ms=("start_ms", "first"), end_ms=("end_ms", "max"), peak=(score, "max"), windows=(score, "size")
    )
    return merged.reset_index(drop=True)
