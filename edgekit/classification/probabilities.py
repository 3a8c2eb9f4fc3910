"""Which columns of a table of windows are probabilities of labels, and what they say together."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import display
from edgekit.arguments import table
from edgekit.errors import UsageError

# Columns of tables of windows that are not the probability of a label of that name; such a label's has `OF_LABEL` after
# the name. Every other column of floats but "anomaly" is a label's.
OWN_COLUMNS = ("start_ms", "end_ms", "expected", "anomalous", "signed_score", "sample", "window", "category", "key")
OF_LABEL = "_score"
_OF_PREDICTIONS = {"predicted", "probability", "correct"}


Texts: TypeAlias = "pd.api.extensions.ExtensionArray"


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
                f"block.windows(key={display.quoted(keys[0])}), of many results "
                f"ek.windows(results, key={display.quoted(keys[0])})."
            )
        if set(given.columns) >= _OF_PREDICTIONS and not pd.api.types.is_float_dtype(given["predicted"]):
            raise UsageError(
                "This is a table of predictions, which has only the highest probability of each window. Give the table "
                "of windows, block.windows(), or the results themselves."
            )
        kinds = zip(given.columns, given.dtypes, strict=True)
        own = {*OWN_COLUMNS, "anomaly"}
        columns = [name for name, dtype in kinds if name not in own and pd.api.types.is_float_dtype(dtype)]
        labels = [_label(name) for name in columns]
        if not labels and len(given):
            raise UsageError(
                "The windows have no column of probabilities (floats) for a label; "
                f"their columns: {display.listing(map(str, given.columns))}. A classifier gives one for each label "
                "that it was trained with: a block that never saw a label gives none."
            )
        values = given[columns].to_numpy(float)
        if not values.size:
            return cls(labels, values, np.full(len(values), -1), np.full(len(values), np.nan))
        highest = values.argmax(axis=1)  # of a window with a NaN: that one
        confidence = values[np.arange(len(values)), highest]
        if (some := np.isnan(confidence)).any():
            missing = np.isnan(values[some])
            known = np.where(missing, -np.inf, values[some])
            none, place = missing.all(axis=1), known.argmax(axis=1)
            highest[some] = np.where(none, -1, place)
            confidence[some] = np.where(none, np.nan, known[np.arange(len(known)), place])
        return cls(labels, values, highest, confidence)

    def names(self, codes: NDArray[np.intp], *more: str) -> Texts:
        """Return the label of each code, missing for -1; the codes after the last label's are those of `more`."""
        names: Texts = pd.array([*self.labels, *more], dtype="str")
        return names.take(codes, allow_fill=bool((codes < 0).any()))


def _label(column: object) -> str:
    found = str(column)  # a column made of an array is named by a number
    name = found.removesuffix(OF_LABEL)
    return name if name in OWN_COLUMNS else found
