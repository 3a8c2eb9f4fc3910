"""The anomaly scores of a store of samples, summed up in one pass over its parts: ten million windows in a second."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.anomaly.window_scores import SCORE, TRUTH
from edgekit.resampling import Figure, figure
from edgekit.summaries import StoredPart

Floats = NDArray[np.float64]
COLUMNS = (SCORE, TRUTH)
_BITS = 16  # of a score, by which it is ranked: two scores with the same ones differ by less than 1/128 of their size
_RANKS = 1 << _BITS
_SIGN = np.uint32(1 << 31)


class _Ranked(NamedTuple):
    """The ranks of a part's windows, and which of them have a truth; little enough to be kept of every part."""

    part: StoredPart
    ranks: NDArray[np.uint16]
    normal: NDArray[np.bool_]
    anomalous: NDArray[np.bool_]


def summed(
    parts: Iterable[StoredPart], limit_of: Callable[[set[float | None]], float]
) -> tuple[pd.DataFrame, Figure, float]:
    """Return `per_sample` of `edgekit.anomaly.summary`, not in its order yet, the AUROC and the threshold.

    `limit_of` chooses the threshold among those that the samples came with.
    """
    stated: set[float | None] = set()
    tables, ranked = [], []
    for part in parts:
        stated |= {None if np.isnan(own) else float(own) for own in np.unique(part.thresholds)}
        limit = limit_of(stated)
        score, truth = part.columns[SCORE], part.columns[TRUTH]
        scored = ~np.isnan(score)
        normal, anomalous = (truth == 0) & scored, (truth == 1) & scored
        tables.append(_counted(part, score > limit, normal, anomalous))
        rest = part._replace(columns={})
        ranked.append(_Ranked(rest, _ranks(score), normal, anomalous))
    limit = limit_of(stated)
    if not tables:
        return pd.DataFrame(), _auroc([]), limit_of({0.0})
    columns = {name: np.concatenate([of[name] for of in tables]) for name in tables[0]}
    samples = np.concatenate([one.part.samples for one in ranked])
    table = pd.DataFrame(columns, index=pd.Index(samples, name="sample")).sort_index()
    table = table[table["windows"] > 0]
    table.insert(2, "share", table["above"] / table["windows"])
    unknown = table["known"] == 0
    for name in ("anomalous", "false_alarms", "missed"):
        table[name] = table[name].astype("Int64").mask(unknown)
    return table, _auroc(ranked), limit


def _counted(
    part: StoredPart, above: NDArray[np.bool_], normal: NDArray[np.bool_], anomalous: NDArray[np.bool_]
) -> dict[str, NDArray[Any]]:
    score = part.columns[SCORE]
    return {
        "windows": part.counted(~np.isnan(score)),
        "above": part.counted(above),
        "highest": part.reduced(np.fmax, score, np.nan),
        "anomalous": part.counted(anomalous),
        "false_alarms": part.counted(above & normal),
        "missed": part.counted(anomalous & ~above),
        "known": part.counted(normal | anomalous),
    }


def _auroc(ranked: list[_Ranked]) -> Figure:
    """Return how often an anomalous window scores higher than a normal one, and the interval over samples.

    Scores that differ by less than 1/128 of their size may be taken for a tie, which counts half. The interval is of
    first order: each sample counts with the mean rank of its windows among all those of the other kind, as in
    Obuchowski, Nonparametric Analysis of Clustered ROC Curve Data, Biometrics 53 (1997).
    """
    normal, anomalous = np.zeros(_RANKS), np.zeros(_RANKS)
    for one in ranked:
        normal += np.bincount(one.ranks[one.normal], minlength=_RANKS)
        anomalous += np.bincount(one.ranks[one.anomalous], minlength=_RANKS)
    if not normal.sum() or not anomalous.sum():
        return Figure(np.nan, np.nan, np.nan)
    below = (np.cumsum(normal) - normal / 2) / normal.sum()
    beyond = 1 - (np.cumsum(anomalous) - anomalous / 2) / anomalous.sum()
    sums = [
        np.column_stack(
            [
                one.part.samples,
                one.part.reduced(np.add, below[one.ranks] * one.anomalous),
                one.part.counted(one.anomalous),
                one.part.reduced(np.add, beyond[one.ranks] * one.normal),
                one.part.counted(one.normal),
            ]
        )
        for one in ranked
    ]
    whole = np.concatenate(sums)
    value = float((anomalous * below).sum() / anomalous.sum())

    def area(of: Floats) -> Floats:
        return of[..., 0] / of[..., 1] + of[..., 2] / of[..., 3] - value

    return figure(whole[np.argsort(whole[:, 0], kind="stable"), 1:], area)


def _ranks(score: Floats) -> NDArray[np.uint16]:
    """Return the first bits of each score, so that they stand in the order of the scores."""
    bits = (score + 0.0).astype(np.float32).view(np.uint32)
    ordered = np.where(bits & _SIGN, ~bits, bits | _SIGN) >> np.uint32(32 - _BITS)
    return ordered.astype(np.uint16)
