"""What a threshold does to the windows of a recording: how many are above it, and when."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from edgekit.anomaly.feature_columns import Floats
from edgekit.arguments import array, booleans, number, one_each, table, text
from edgekit.errors import UsageError
from edgekit.threshold_rules import Flags, is_anomaly

HOUR_MS = 3_600_000


def per_label(scores: ArrayLike, labels: ArrayLike, threshold: float) -> pd.DataFrame:
    """Count the windows above a threshold, label by label; `counts` goes by which windows are anomalies.

    Parameters
    ----------
    scores : array (windows,)
        NaN scores are left out.
    labels : array (windows,)
        The label of each window, or any other group it belongs to.
    threshold : float
        A score above it is an anomaly.

    Returns
    -------
    DataFrame indexed by `label` in order of first appearance: `windows`, `above`, `share` (0..1 of
    the label's windows).

    Examples
    --------
    >>> import edgekit as ek
    >>> ek.anomaly.per_label([0.2, 4.0, 5.0], ["walking", "badminton", "badminton"], threshold=3)
               windows  above  share
    label
    walking          1      0    0.0
    badminton        2      2    1.0
    """
    values, limit = array("The scores", scores), number("threshold", threshold)
    names = np.asarray(labels, object)
    one_each("label", names.shape, values.shape)
    if values.ndim != 1:
        raise UsageError(f"The scores are those of windows, one after the other; got an array of shape {values.shape}.")
    known = pd.DataFrame({"label": names, "score": values}).dropna(subset="score")
    above = known.assign(above=is_anomaly(known["score"], limit)).groupby("label", sort=False, dropna=False)["above"]
    return pd.DataFrame({"windows": above.size(), "above": above.sum(), "share": above.mean()})


def counts(
    scores: ArrayLike, truth: ArrayLike, threshold: float, *, increase_ms: ArrayLike | None = None
) -> pd.Series[float]:
    """Count the normal and the anomalous windows above a threshold; `rates` gives shares of them, with intervals.

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

    Examples
    --------
    >>> import edgekit as ek
    >>> ek.anomaly.counts([0.2, 0.5, 4.0], [False, False, True], threshold=0.3)[["tp", "fp", "fn", "tn"]].to_dict()
    {'tp': 1.0, 'fp': 1.0, 'fn': 0.0, 'tn': 1.0}
    """
    values, limit = array("The scores", scores), number("threshold", threshold)
    return counted(is_anomaly(values, limit), values, truth, increase_ms)


def counted(above: Flags, values: Floats, truth: ArrayLike, increase_ms: ArrayLike | None = None) -> pd.Series[float]:
    """Count as `counts` does, where `above` says of each score on which side of the threshold it is."""
    known = booleans(truth)
    one_each("truth", known.shape, values.shape)
    scored = ~np.isnan(values)
    anomalous, normal = (known.eq(kind).fillna(False).to_numpy(bool) & scored for kind in (True, False))
    tp, fp = float((above & anomalous).sum()), float((above & normal).sum())
    fn, tn = float(anomalous.sum()) - tp, float(normal.sum()) - fp
    lasts = _lasts(increase_ms, values.shape)
    hours = float(lasts[normal].sum()) / HOUR_MS
    found = {"above": float(above.sum()), "tp": tp, "fp": fp, "fn": fn, "tn": tn}
    shares = {"precision": (tp, tp + fp), "recall": (tp, tp + fn), "false_alarms_per_hour": (fp, hours)}
    return pd.Series(found | {name: part / whole if whole else np.nan for name, (part, whole) in shares.items()})


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
    DataFrame, one row per segment: `start_ms`, `end_ms`, `peak` (highest score), `windows` (how many).

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> windows = pd.DataFrame(
    ...     {"start_ms": [0, 500, 1000, 5000], "end_ms": [2000, 2500, 3000, 7000], "anomaly": [0.5, 3.2, 4.1, 6.0]}
    ... )
    >>> ek.anomaly.segments(windows, threshold=3)
       start_ms  end_ms  peak  windows
    0       500    3000   4.1        2
    1      5000    7000   6.0        1
    """
    needed = ["start_ms", "end_ms", text("score", score)]
    table("windows (such as block.windows() of an anomaly block)", windows, needed)
    limit = number("threshold", threshold)
    for name in needed:
        array(f"{name} of the windows", windows[name])
    above = windows.loc[is_anomaly(windows[score], limit), needed].sort_values("start_ms", kind="stable")
    gap = above["start_ms"] > above["end_ms"].cummax().shift()
    grouped = above.groupby(gap.cumsum().to_numpy())
    merged = grouped.agg(
        start_ms=("start_ms", "first"), end_ms=("end_ms", "max"), peak=(score, "max"), windows=(score, "size")
    )
    return merged.reset_index(drop=True)


def _lasts(increase_ms: ArrayLike | None, shape: tuple[int, ...]) -> Floats:
    """Return the time that each window stands for; NaN where that is not known."""
    found = np.array(np.nan) if increase_ms is None else array("increase_ms", increase_ms)
    if found.shape not in ((), shape):
        raise UsageError(f"increase_ms is one number, or one for each score; got shape {found.shape}.")
    return np.broadcast_to(found, shape)
