"""The sliding window's table, on plain values: when each window is, what it scored, what it should have been."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from edgekit.classification.probabilities import anomaly_is_a_label
from edgekit.results.kinds import kind_of_block
from edgekit.table_words import SCORE, column_of
from edgekit.wire.schema import Classification
from edgekit.wire.scores import Columns, Scores

_APART = 20  # scores: so many columns stay arrays of their own; more are laid side by side, for pandas' later steps
EXACT = 2**53  # whole numbers up to here are the same as floats; beyond, no time or index is meant


class Cut(NamedTuple):
    """How a recording was cut into `windows` windows, in milliseconds; what is 0 is not known.

    `interval` is from one reading of the stored sample to the next, `payload_interval` the same after resampling;
    `own_interval` is what the block says of its labels' ranges. `length` is the sample's.
    """

    windows: int
    size: float
    increase: float
    interval: float = 0
    length: float = 0
    payload_interval: float = 0
    own_interval: float = 0

    def times(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the start and the end of each window in milliseconds; window i starts at i · increase."""
        size, increase = self.size, self.increase
        if max(abs(size), abs(increase)) * self.windows >= EXACT:
            size, increase = float(size), float(increase)
        start = np.arange(self.windows) * increase
        return start, start + size

    def end(self) -> float:
        """Return the end of the last window in milliseconds."""
        return float((self.windows - 1) * self.increase + self.size)


def windows_table(scores: Columns, cut: Cut, expected: ExtensionArray | NDArray[np.float64]) -> pd.DataFrame:
    """Put time, expected label and scores side by side; see `edgekit.BlockResult.windows`."""
    start, end = cut.times()
    columns: dict[str, Any] = {"start_ms": start, "end_ms": end, "expected": expected}
    apart = len(scores) <= _APART
    for name, values in scores.items():
        columns[name] = values.copy() if apart else values
    arrays = dict(enumerate(columns.values()))
    table = pd.DataFrame(arrays, index=pd.RangeIndex(cut.windows, name="window"), copy=not apart)
    table.columns = _index(tuple(columns)).view()
    return table


@lru_cache(maxsize=64)
def _index(names: tuple[str, ...]) -> pd.Index[str]:
    """Make the index of columns, which takes a quarter of a short table's time; many results have the same names."""
    return pd.Index(list(names))


def scores_of(raw: Classification, key: str | None = None) -> Scores:
    """Return a block's scores as arrays, by the names of their columns in a table of windows, which has its own.

    "anomaly" is the anomaly score: a classifier's label of this name has the column "anomaly_score", as any label has
    that is called as another column is (`edgekit.classification.probabilities` says how the two are told apart). Of
    structured labels see `edgekit.wire.schema.Classification.scores`.
    """
    windows, columns = raw.scores(key)
    has_score = SCORE in columns and key is None
    if has_score and kind_of_block(raw) == "classification":
        has_score = not anomaly_is_a_label(columns)
    names = _columns(tuple(columns), has_score)
    return Scores(windows, columns if names is None else dict(zip(names, columns.values(), strict=True)))


@lru_cache(maxsize=64)
def _columns(keys: tuple[str, ...], has_score: bool) -> tuple[str, ...] | None:
    """Return what the columns of scores are called; None where all are called as their keys."""
    names = tuple(key if has_score and key == SCORE else column_of(key) for key in keys)
    return None if names == keys else names
