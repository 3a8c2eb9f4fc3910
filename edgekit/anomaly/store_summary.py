"""The anomaly scores of a store of samples, summed up in one pass over its parts: ten million windows in a second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.anomaly.window_scores import SCORE, TRUTH
from edgekit.resampling import Figure, figure
from edgekit.summaries import Counts, StoredPart, ValuesOfEach, reduced

Floats = NDArray[np.float64]
COLUMNS = (SCORE, TRUTH)
_BITS = 16  # of a score, by which it is ranked: two scores with the same ones differ by less than 1/128 of their size
_RANKS = 1 << _BITS
_SIGN = np.uint32(1 << 31)


class Summed(NamedTuple):
    """What a store says of its samples: `per_sample` ascending by their ids, the AUROC, the thresholds there were."""

    per_sample: pd.DataFrame
    auroc: Figure
    thresholds: set[float | None]


def summed(parts: Iterable[Counts]) -> Summed:
    """Put together what was counted of each part."""
    found = [part.columns for part in parts]
    if not found:
        return Summed(pd.DataFrame(), _auroc([]), set())
    stated = {None if np.isnan(own) else float(own) for of in found for own in np.unique(of["threshold"])}
    columns = {name: np.concatenate([of[name] for of in found]) for name in _SHOWN}
    samples = np.concatenate([of["sample"] for of in found])
    table = pd.DataFrame(columns, index=pd.Index(samples, name="sample")).sort_index()
    table = table[table["windows"] > 0]
    table.insert(2, "share", table["above"] / table["windows"])
    unknown = table["known"] == 0
    for name in ("anomalous", "false_alarms", "missed"):
        table[name] = table[name].astype("Int64").mask(unknown)
    return Summed(table, _auroc(found), stated)


_SHOWN = ("windows", "above", "highest", "anomalous", "false_alarms", "missed", "known")


def counts(part: StoredPart, threshold: float | None) -> Counts:
    """Count the windows of each sample of a part; by the sample's own threshold where none is given.

    `ranks` are those of the windows whose truth is known, for the AUROC: of each sample the normal ones first.
    """
    score, truth = part.columns[SCORE], part.columns[TRUTH]
    scored = ~np.isnan(score)
    normal, anomalous = (truth == 0) & scored, (truth == 1) & scored
    above = score > (np.repeat(part.thresholds, part.windows) if threshold is None else threshold)
    known = part.counted(normal | anomalous)
    columns = {
        "sample": part.samples,
        "threshold": part.thresholds,
        "windows": part.counted(scored),
        "above": part.counted(above),
        "highest": part.reduced(np.fmax, score, np.nan),
        "anomalous": part.counted(anomalous),
        "false_alarms": part.counted(above & normal),
        "missed": part.counted(anomalous & ~above),
        "known": known,
    }
    return Counts(columns | {"ranks": ValuesOfEach(_known_ranks(part, score, normal, anomalous), known)})


def _known_ranks(
    part: StoredPart, score: Floats, normal: NDArray[np.bool_], anomalous: NDArray[np.bool_]
) -> NDArray[np.uint16]:
    known = normal | anomalous
    ranks = _ranks(score[known])
    place = 2 * np.repeat(np.arange(len(part.samples)), part.windows)[known] + anomalous[known]
    if (place[1:] < place[:-1]).any():
        ranks = ranks[np.argsort(place, kind="stable")]
    return ranks


def _auroc(parts: Sequence[Mapping[str, Any]]) -> Figure:
    """Return how often an anomalous window scores higher than a normal one, and the interval over samples.

    Scores that differ by less than 1/128 of their size may be taken for a tie, which counts half. The interval is of
    first order: each sample counts with the mean rank of its windows among all those of the other kind, as in
    Obuchowski, Nonparametric Analysis of Clustered ROC Curve Data, Biometrics 53 (1997).
    """
    both = np.zeros(2 * _RANKS)
    for of in parts:
        both += np.bincount(_places(of), minlength=2 * _RANKS)
    normal, anomalous = both[:_RANKS], both[_RANKS:]
    if not normal.sum() or not anomalous.sum():
        return Figure(np.nan, np.nan, np.nan)
    below = (np.cumsum(normal) - normal / 2) / normal.sum()
    beyond = 1 - (np.cumsum(anomalous) - anomalous / 2) / anomalous.sum()
    share = np.concatenate([beyond, below])
    sums = []
    for of in parts:
        counts = _by_truth(of)
        added = reduced(np.add, share[_places(of)], counts, 0)
        sums.append(np.column_stack([of["sample"], added[1::2], counts[1::2], added[::2], counts[::2]]))
    whole = np.concatenate(sums)
    value = float((anomalous * below).sum() / anomalous.sum())

    def area(of: Floats) -> Floats:
        return of[..., 0] / of[..., 1] + of[..., 2] / of[..., 3] - value

    return figure(whole[np.argsort(whole[:, 0], kind="stable"), 1:], area)


def _by_truth(of: Mapping[str, Any]) -> NDArray[np.int64]:
    """Return how many ranks are of normal windows and how many of anomalous ones, sample by sample."""
    found: NDArray[np.int64] = np.column_stack([of["known"] - of["anomalous"], of["anomalous"]]).ravel()
    return found


def _places(of: Mapping[str, Any]) -> NDArray[np.int64]:
    """Return the rank of each window, those of anomalous ones behind all of the normal ones."""
    counts = _by_truth(of)
    found: NDArray[np.int64] = np.repeat(np.tile([0, _RANKS], len(counts) // 2), counts) + of["ranks"].values
    return found


def _ranks(score: Floats) -> NDArray[np.uint16]:
    """Return the first bits of each score, so that they stand in the order of the scores."""
    bits = (score + 0.0).astype(np.float32).view(np.uint32)
    ordered = np.where(bits & _SIGN, ~bits, bits | _SIGN) >> np.uint32(32 - _BITS)
    return ordered.astype(np.uint16)
