"""Which columns of a table of windows are probabilities of labels, and what they say together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import display
from edgekit.arguments import table
from edgekit.errors import UsageError
from edgekit.table_words import OWN_COLUMNS, SCORE, label_of

_OF_PREDICTIONS = {"predicted", "probability", "correct"}
_OFF_ONE = 0.05  # by how much probabilities that sum to 1 may miss it: int8 outputs, numbers that were rounded
_STEP = 1 / 256  # of int8 outputs
_ROUNDED = 1e-9  # by how much sums of floats differ that are the same


Texts: TypeAlias = "pd.api.extensions.ExtensionArray"


def anomaly_is_a_label(scores: Mapping[str, NDArray[np.float64]]) -> bool:
    """Say whether "anomaly" is a label of the classifier whose scores these are, and not the anomaly score.

    The API has one name for both. A classifier's probabilities sum to 1 in each window, and an anomaly score stands
    beside labels that do so without it. Hence "anomaly" is a label where all columns together sum to 1, within 0.05 in
    every window that has a number there, and come nearer to it than the others alone, in the mean. Outputs of int8,
    which are whole steps of 1/256, may miss that by one step: there a column of 0 is a label as well. Where it has no
    label beside it, and where probabilities sum to 1 neither with it nor without, it is the score.

    A block that gives anomaly scores, by its type, has no such label, and need not be asked for:
    `edgekit.results.windows.scores_of` asks for classifiers only, and calls the label's column "anomaly_score".
    """
    own = scores[SCORE]
    known = ~np.isnan(own)
    if len(scores) == 1 or not known.any() or own[known].min() < 0 or own[known].max() > 1 + _OFF_ONE:
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        every = np.array([values[known] for values in scores.values()])
        whole = np.nansum(every, axis=0)
        off, without = np.abs(whole - 1), np.abs(whole - own[known] - 1)
        are_steps = bool((np.nan_to_num(every) % _STEP == 0).all())
        nearer = float((without - off).mean())
    return bool((off <= _OFF_ONE).all()) and (nearer > _ROUNDED or (are_steps and nearer >= -_STEP))


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
        floats = [place for place, dtype in enumerate(given.dtypes) if pd.api.types.is_float_dtype(dtype)]
        names = list(given.columns)
        places = [place for place in floats if names[place] not in OWN_COLUMNS]
        if places and SCORE in names:  # of a table of the caller's own; in block.windows() it is the score
            with_it = [place for place in floats if place in places or names[place] == SCORE]
            scores = {str(names[place]): given.iloc[:, place].to_numpy(float) for place in with_it}
            if SCORE in scores and anomaly_is_a_label(scores):
                places = with_it
        labels = [label_of(names[place]) for place in places]
        if not labels and len(given):
            raise UsageError(
                "The windows have no column of probabilities (floats) for a label; "
                f"their columns: {display.listing(map(str, names))}. A classifier gives one for each label "
                "that it was trained with: a block that never saw a label gives none."
            )
        if len({*labels}) < len(labels):
            twice = next(label for label in labels if labels.count(label) > 1)
            raise UsageError(
                f"The windows have several columns of probabilities for {display.quoted(twice)}: keep one a label."
            )
        values = given.iloc[:, places].to_numpy(float)
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
