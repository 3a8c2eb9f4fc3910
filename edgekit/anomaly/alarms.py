"""What a threshold does to the windows of a recording: how many are above it, and when."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from edgekit.anomaly.columns import numbers
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


def tally(
    scores: ArrayLike, truth: ArrayLike, threshold: float, *, increase_ms: ArrayLike | None = None
) -> pd.Series[float]:
    """Count what one threshold does to normal and anomalous windows; for intervals of the rates see `rates`.

    Parameters
    ----------
    scores : array (windows,)
        NaN scores are left out.
    truth : array (windows,) of booleans
        True where a window is an anomaly; one without truth (None, NaN, <NA>) counts in `above` only.
    threshold : float
        A score above it is an anomaly.
    increase_ms : float or array (windows,), optional
        From one window's start to the next one's: the time that each window stands for.

    Returns
    -------
    Series: `above` (all windows), `tp`, `fp`, `fn`, `tn`, `precision`, `recall`, `false_alarms_per_hour` (of normal
    windows, for an hour of them). What is 0/0 is NaN, and so is the last without `increase_ms`.
    """
    values, known = numbers(scores), pd.Series(np.asarray(truth, object)).astype("boolean")
    if values.shape != known.shape:
        raise UsageError(f"There must be one truth for each score, got shapes {known.shape} and {values.shape}.")
    above, scored = values > threshold, ~np.isnan(values)
    anomalous, normal = (known.eq(kind).fillna(False).to_numpy(bool) & scored for kind in (True, False))
    tp, fp = float((above & anomalous).sum()), float((above & normal).sum())
    fn, tn = float(anomalous.sum()) - tp, float(normal.sum()) - fp
    lasts = np.broadcast_to(np.nan if increase_ms is None else numbers(increase_ms), values.shape)
    hours = float(lasts[normal].sum()) / 3_600_000
    counted = {"above": float(above.sum()), "tp": tp, "fp": fp, "fn": fn, "tn": tn}
    shares = {"precision": (tp, tp + fp), "recall": (tp, tp + fn), "false_alarms_per_hour": (fp, hours)}
    return pd.Series(counted | {name: part / whole if whole else np.nan for name, (part, whole) in shares.items()})


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
        raise UsageError(
            f"The table of windows has no column {sorted(missing)}; it has {list(windows.columns)}. What "
            f"block.windows() gives of an anomaly block has them all."
        )
    above = windows.loc[windows[score] > threshold, ["start_ms", "end_ms", score]].sort_values(
        "start_ms", kind="stable"
    )
    gap = above["start_ms"] > above["end_ms"].cummax().shift()
    grouped = above.groupby(gap.cumsum().to_numpy())
    merged = grouped.agg(
        start_ms=("start_ms", "first"), end_ms=("end_ms", "max"), peak=(score, "max"), windows=(score, "size")
    )
    return merged.reset_index(drop=True)
