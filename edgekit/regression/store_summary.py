"""The predictions of a store of samples, summed up in one pass over its parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from edgekit.regression.error_figures import Floats, Sums
from edgekit.summaries import Counts, StoredPart
from edgekit.threshold_rules import is_beyond

COLUMNS = ("expected", "predicted", "error", "within")


class Summed(NamedTuple):
    """What a store says of its samples: `per_sample` ascending by their ids, the sums, the thresholds there were."""

    per_sample: pd.DataFrame
    sums: Sums
    thresholds: set[float | None]


def summed(parts: Iterable[Counts]) -> Summed:
    """Put together what was counted of each part."""
    found = [part.columns for part in parts]
    if not found:
        return Summed(pd.DataFrame(), Sums(*(np.zeros(0) for _ in Sums._fields)), set())
    order = np.argsort(np.concatenate([of["sample"] for of in found]), kind="stable")
    columns = {name: np.concatenate([of[name] for of in found])[order] for name in found[0]}
    windows = columns["windows"]
    middles = columns["middle"]  # of each part its own: all are counted from that of the first one
    middle = middles[~np.isnan(middles)][:1].sum()
    shift = np.where(np.isnan(middles), 0.0, middles) - middle
    columns["own_squared"] += shift * (2 * columns["own"] + shift * windows)
    columns["own"] += shift * windows
    sums = Sums(*(columns[name] for name in Sums._fields))
    with np.errstate(invalid="ignore", divide="ignore"):
        table = {
            "windows": windows.astype(int),
            "expected": columns["expected"] / windows,
            "predicted": columns["predicted"] / windows,
            "mae": sums.absolute / windows,
            "bias": sums.error / windows,
            "largest": columns["largest"],
            "within": sums.within / sums.judged,
        }
    stated = {None if np.isnan(own) else float(own) for own in np.unique(columns["threshold"])}
    index = pd.Index(columns["sample"], name="sample")
    return Summed(pd.DataFrame(table, index), Sums(*(of[windows > 0] for of in sums)), stated)


def counts(part: StoredPart, threshold: float | None) -> Counts:
    """Sum up the windows of each sample of a part; by the sample's own threshold where none is given.

    `Sums`, with `own` and `own_squared` counted from `middle`: the mean of the part's expected numbers.
    """
    expected, error = part.columns["expected"], part.columns["error"]
    known, within = ~np.isnan(error), _allowed(part, threshold)
    numbers = expected[~np.isnan(expected)]
    middle = float(numbers.mean()) if len(numbers) else np.nan

    def total(values: Floats) -> Floats:
        return part.reduced(np.add, np.where(known, values, 0.0))

    judged = ~np.isnan(within)
    absolute, own = np.abs(error), expected - middle
    sums = Sums(
        windows=part.counted(known).astype(float),
        absolute=total(absolute),
        squared=total(error**2),
        error=total(error),
        own=total(own),
        own_squared=total(own**2),
        judged=part.counted(known & judged).astype(float),
        within=total(np.where(judged, within, 0.0)),
        largest=part.reduced(np.fmax, np.where(known, absolute, np.nan), np.nan),
    )
    others = {"expected": total(expected), "predicted": total(part.columns["predicted"])}
    of_samples = {"sample": part.samples, "threshold": part.thresholds, "middle": np.full(len(part.samples), middle)}
    return Counts(of_samples | sums._asdict() | others)


def _allowed(part: StoredPart, threshold: float | None) -> Floats:
    """Return 1 where the error is allowed, 0 where not, NaN where that is not known."""
    if threshold is None:
        flags = part.columns["within"]
        return np.where(flags < 0, np.nan, flags)
    error = part.columns["error"]
    return np.where(np.isnan(error), np.nan, ~is_beyond(error, threshold))
