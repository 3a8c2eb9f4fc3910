"""The predictions of a store of samples, summed up in one pass over its parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.regression.error_figures import Floats, Sums
from edgekit.summaries import StoredPart

COLUMNS = ("expected", "predicted", "error", "within")


class Summed(NamedTuple):
    """What a store says of its samples: `per_sample` ascending by their ids, the sums, the thresholds there were."""

    per_sample: pd.DataFrame
    sums: Sums
    thresholds: set[float | None]


def summed(parts: Iterable[StoredPart], threshold: float | None) -> Summed:
    """Sum up the predictions of a store; by each sample's own threshold where none is given."""
    found: list[NDArray[np.float64]] = []
    samples, stated, middle = [], set[float | None](), np.nan
    for part in parts:
        expected, error = part.columns["expected"], part.columns["error"]
        if np.isnan(middle) and len(known := expected[~np.isnan(expected)]):
            middle = float(known.mean())
        samples.append(part.samples)
        stated |= {None if np.isnan(own) else float(own) for own in np.unique(part.thresholds)}
        within = _allowed(part, threshold)
        found.append(_summed(part, ~np.isnan(error), within, 0.0 if np.isnan(middle) else middle))
    order = np.argsort(np.concatenate(samples), kind="stable")
    columns = dict(zip(_NAMES, np.concatenate(found)[order].T, strict=True))
    windows = columns["windows"]
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
    index = pd.Index(np.concatenate(samples)[order], name="sample")
    return Summed(pd.DataFrame(table, index), Sums(*(of[windows > 0] for of in sums)), stated)


_NAMES = (*Sums._fields, "expected", "predicted")


def _allowed(part: StoredPart, threshold: float | None) -> Floats:
    """Return 1 where the error is allowed, 0 where not, NaN where that is not known."""
    if threshold is None:
        flags = part.columns["within"]
        return np.where(flags < 0, np.nan, flags)
    error = part.columns["error"]
    return np.where(np.isnan(error), np.nan, np.abs(error) <= threshold)


def _summed(part: StoredPart, known: NDArray[np.bool_], within: Floats, middle: float) -> Floats:
    """Return a row a sample of `_NAMES`: sums over the windows that have both numbers, and the largest error."""

    def total(values: Floats) -> Floats:
        return part.reduced(np.add, np.where(known, values, 0.0))

    expected, error = part.columns["expected"], part.columns["error"]
    judged = ~np.isnan(within)
    absolute, own = np.abs(error), expected - middle
    columns = Sums(
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
    return np.column_stack([*columns, total(expected), total(part.columns["predicted"])])
