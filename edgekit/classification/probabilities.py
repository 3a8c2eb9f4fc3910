"""Which columns of a table of windows are probabilities of labels, and what they say together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import display
from edgekit.arguments import table
from edgekit.errors import UsageError

# What else stands in tables of windows as numbers; every other column of floats is a label's probability.
NOT_LABELS = ("start_ms", "end_ms", "expected", "anomaly", "anomalous", "signed_score", "sample", "category", "key")


class Probabilities(NamedTuple):
    """What a classifier says of each window.

    Attributes
    ----------
    labels : list of str
        The labels that the classifier knows, in the order of the table's columns.
    values : array (windows, labels)
        The probability of each; NaN where the window has none.
    highest : array (windows,) of int
        Which label has the highest one: of several the first, -1 where all are NaN.
    confidence : array (windows,)
        The highest one, NaN where all are.
    """

    labels: list[str]
    values: NDArray[np.float64]
    highest: NDArray[np.intp]
    confidence: NDArray[np.float64]

    @classmethod
    def of(cls, windows: pd.DataFrame) -> Probabilities:
        """Take the probabilities out of a table of windows; UsageError where it has none, or those of several keys."""
        given = table("windows (such as block.windows())", windows)
        if len(keys := given.attrs.get("keys", ())) > 1:
            named = display.listing(map(display.quoted, keys))
            raise UsageError(
                f"These windows have a label for each of {len(keys)} keys ({named}): take one at a time, "
                f"block.windows(key={display.quoted(keys[0])})."
            )
        kinds = zip(given.columns, given.dtypes, strict=True)
        labels = [name for name, dtype in kinds if name not in NOT_LABELS and pd.api.types.is_float_dtype(dtype)]
        if not labels and len(given):
            raise UsageError(
                "The windows have no column of probabilities (floats) for a label; "
                f"their columns: {display.listing(map(str, given.columns))}."
            )
        values = given[labels].to_numpy(float)
        if not values.size:
            return cls(labels, values, np.full(len(values), -1), np.full(len(values), np.nan))
        missing = np.isnan(values)
        known = np.where(missing, -np.inf, values) if missing.any() else values
        highest = known.argmax(axis=1)
        confidence = known[np.arange(len(known)), highest]
        none = missing.all(axis=1)
        return cls(labels, values, np.where(none, -1, highest), np.where(none, np.nan, confidence))

    def names(self, codes: NDArray[np.intp]) -> pd.Series[str]:
        """Return the label of each code, missing for -1."""
        return pd.Series(pd.array(self.labels, dtype="str").take(codes, allow_fill=True))
