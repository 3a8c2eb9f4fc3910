"""Many samples at once: which are the most anomalous, what the threshold does to them, and how certain that is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from edgekit.anomaly import store_summary
from edgekit.anomaly.feature_columns import Floats
from edgekit.anomaly.window_scores import SAMPLE, TRUTH, WindowScores, window_scores
from edgekit.arguments import number
from edgekit.errors import UsageError
from edgekit.resampling import LEVEL, RESAMPLES, Figure, figure, interval
from edgekit.summaries import HasParts, Results, Summary, blocks_of, figures_table
from edgekit.table_words import SCORE
from edgekit.threshold_rules import is_anomaly, threshold_of_all

_NO_SCORES = "None of these windows has an anomaly score: there is nothing to sum up."
_NAN = Figure(np.nan, np.nan, np.nan)


def summary(results: Results, block: int | str | None = None, *, threshold: float | None = None) -> Summary:
    """Sum up the anomaly scores of many samples.

    Parameters
    ----------
    results : iterable, or mapping from sample id
        Of what `Studio.classify` returned, or of its anomaly blocks; or what `Studio.test` returned; or an
        `edgekit.Store`, of which no more than a part is in memory.
    block : int or str, optional
        Which block: its id, type or title. Without it the only anomaly block.
    threshold : float, optional
        A score above it is an anomaly; without it the block's own.

    Returns
    -------
    Summary
        `.per_sample`, index `sample`: `windows` (with a score), `above` (the threshold), `share` (of the windows),
        `highest` (score), `anomalous` (how many of the windows should be an anomaly; missing where no window's truth is
        known), `false_alarms`, `missed` and `known` (windows whose truth is known). First the samples with the largest
        share of wrong windows; of as many wrong ones, and without truth, those with the largest share above, then with
        the highest score.

        `.figures`: `above` (share of all windows), and of the windows whose truth is known `false_alarm_rate` (share of
        the normal ones above the threshold), `recall`, `precision`, `f1`, and `auroc`, which no threshold decides: how
        often an anomalous window scores higher than a normal one, a tie counting half. What is 0/0 is NaN.

    Raises
    ------
    UsageError
        No results, no such block, no score in it; no threshold, or several, and none is given.

    Notes
    -----
    The truth is `BlockResult.anomalous`. Intervals: `edgekit.resampling`.

    Examples
    --------
    >>> import edgekit as ek
    >>> studio = ek.connect(sandbox="motion")
    >>> summary = ek.anomaly.summary(studio.classify([11, 21, 31]), "anomaly-gmm", threshold=8)
    >>> summary.per_sample[["windows", "above", "anomalous", "false_alarms", "missed"]]
            windows  above  anomalous  false_alarms  missed
    sample
    31           17     14         17             0       3
    11           17      0          0             0       0
    21           17      0          0             0       0
    """
    if isinstance(results, HasParts) and (stored := _of_store(results, block, threshold)):
        return stored
    found = blocks_of(results, "anomaly", block)
    limit = threshold_of_all(one.threshold for _, one in found) if threshold is None else number("threshold", threshold)
    windows = pd.concat([_windows(name, one) for name, one in found], ignore_index=True)
    if not windows[SCORE].notna().any():
        raise UsageError(_NO_SCORES)
    per_sample = _per_sample(windows, limit)
    is_known = bool(windows[TRUTH].notna().any())
    figures = _figures(per_sample, _auroc(window_scores(windows, None)) if is_known else _NAN)
    return Summary(per_sample, figures_table(figures), _note(limit, is_known))


def _of_store(store: HasParts, block: int | str | None, threshold: float | None) -> Summary | None:
    """Sum up a store part by part; None where its windows cannot be had as arrays."""
    given = None if threshold is None else number("threshold", threshold)
    parts = store.counts_of("anomaly", block, given)
    if parts is None:
        return None
    found = store_summary.summed(parts)
    if found.per_sample.empty:
        raise UsageError(_NO_SCORES)
    limit = threshold_of_all(found.thresholds) if given is None else given
    if given is None and None in found.thresholds:  # by the threshold of the others
        return _of_store(store, block, limit)
    per_sample = _worst_first(found.per_sample)
    is_known = bool(per_sample["known"].any())
    return Summary(per_sample, figures_table(_figures(per_sample, found.auroc)), _note(limit, is_known))


def _note(limit: float, is_known: bool) -> str:
    note = f"A score above {limit:g} is an anomaly."
    return note if is_known else note + " Nothing says which windows should be one, so no rate is known."


def _windows(name: Any, block: Any) -> pd.DataFrame:
    scores = block.scores()
    if SCORE not in scores and len(scores):
        raise UsageError(f"{block!r} has no anomaly score. Name another block: block=… (its id or type).")
    score = scores[SCORE].to_numpy(float) if SCORE in scores else np.empty(0)
    truth = block.anomalous().to_numpy() if len(score) else pd.array([], "boolean")
    return pd.DataFrame({SAMPLE: pd.Series([name] * len(score), dtype=object), SCORE: score}).assign(
        **{TRUTH: pd.array(truth, "boolean")}
    )


def _per_sample(windows: pd.DataFrame, limit: float) -> pd.DataFrame:
    known = windows[windows[SCORE].notna()]
    above, truth = is_anomaly(known[SCORE], limit), known[TRUTH]
    parts = pd.DataFrame(
        {
            "windows": 1,
            "above": above.astype(int),
            "anomalous": truth.astype("Int64"),
            "false_alarms": (above & ~truth).astype("Int64"),
            "missed": (~above & truth).astype("Int64"),
            "known": truth.notna().astype(int),
        }
    )
    names = known[SAMPLE].infer_objects()
    grouped = parts.groupby(names, sort=False)
    table = grouped.sum(min_count=1)
    table.insert(2, "share", table["above"] / table["windows"])
    table.insert(3, "highest", known.groupby(names, sort=False)[SCORE].max())
    return _worst_first(table)


def _worst_first(table: pd.DataFrame) -> pd.DataFrame:
    wrong = ((table["false_alarms"] + table["missed"]) / table["known"]).astype("Float64").fillna(0)
    order = table.assign(wrong=wrong).sort_values(["wrong", "share", "highest"], ascending=False, kind="stable").index
    return table.loc[order].rename_axis(index="sample")


def _figures(per_sample: pd.DataFrame, auroc: Figure) -> dict[str, Figure]:
    counted = per_sample.fillna(0).astype(float)
    normal, anomalous = counted["known"] - counted["anomalous"], counted["anomalous"]
    alarms, hits = counted["false_alarms"], anomalous - counted["missed"]

    def share(part: pd.Series[float], whole: pd.Series[float]) -> Figure:
        return figure(np.column_stack([part, whole]), lambda sums: sums[..., 0] / sums[..., 1])

    return {
        "above": share(counted["above"], counted["windows"]),
        "false_alarm_rate": share(alarms, normal),
        "recall": share(hits, anomalous),
        "precision": share(hits, hits + alarms),
        "f1": share(2 * hits, hits + alarms + anomalous),
        "auroc": auroc,
    }


def _auroc(windows: WindowScores) -> Figure:
    drawn = [_area(*windows.counted(draw)) for draw in windows.draws(RESAMPLES, 0)]
    low, high = interval(drawn, LEVEL) or (np.nan, np.nan)
    return Figure(_area(*windows.counted()), low, high)


def _area(normal: Floats, anomalous: Floats) -> float:
    """How often an anomalous window scores higher than a normal one, from how many have each of the distinct scores."""
    pairs = normal.sum() * anomalous.sum()
    below = normal.cumsum() - normal / 2
    return float((anomalous * below).sum() / pairs) if pairs else float("nan")
