"""Which label each window is given: that of the highest probability, or "uncertain"."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.arguments import number
from edgekit.classification.judged import expected_codes
from edgekit.classification.probabilities import Probabilities
from edgekit.table_words import UNCERTAIN
from edgekit.threshold_rules import is_uncertain

TIMES = ("start_ms", "end_ms")
Floats = NDArray[np.float64]


def predictions(windows: pd.DataFrame, threshold: float | None = None) -> pd.DataFrame:
    """Say which label each window is given, and whether that is right.

    Parameters
    ----------
    windows : DataFrame
        One column of probabilities (floats) for each label, and `expected`: ``BlockResult.windows()``, or many of them
        put together by ``pd.concat``.
    threshold : float, optional
        From 0 to 1. A window whose highest probability is below it is "uncertain". Without it no window is.

    Returns
    -------
    DataFrame, the windows' index and what they have of `sample`, `category`, `start_ms` and `end_ms`, then

    `expected`
        The label that the window should have, missing where that is not known.
    `predicted`
        The label with the highest probability, or "uncertain"; missing where the window has no probability at all.
    `probability`
        That highest probability; NaN where there is none.
    `correct`
        Nullable boolean: whether both are the same; <NA> where either is missing. "uncertain" is not correct, as the
        Studio counts, and so is each window of a label that the model does not know. Where a label is itself called
        "uncertain", see the notes.

    Raises
    ------
    UsageError
        The table has no probabilities, or those of several keys, or is one of predictions already; `expected` has
        numbers, as of a regression; the threshold is not from 0 to 1.

    Notes
    -----
    Of labels with the same highest probability the one whose column stands first is taken. Probabilities are compared
    as they are, also where they do not sum to 1.

    A label may itself be called "uncertain". The table has one word for both: a window that should have this label is
    correct where it is "uncertain", whether the model took it for that label or no label was probable enough. All
    figures of `edgekit.classification` count so.

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> windows = pd.DataFrame({"expected": ["idle", "wave"], "idle": [0.9, 0.55], "wave": [0.1, 0.45]})
    >>> ek.classification.predictions(windows, threshold=0.6)
      expected  predicted  probability  correct
    0     idle       idle         0.90     True
    1     wave  uncertain         0.55    False
    """
    limit = -np.inf if threshold is None else number("threshold", threshold, 0, 1)
    found = Probabilities.of(windows)
    codes, names = given(found, limit)
    has_label = "expected" in windows
    truth = expected_codes(windows, names) if has_label else np.full(len(windows), -1)
    table = {name: windows[name] for name in ("sample", "category", *TIMES) if name in windows}
    table["expected"] = windows["expected"] if has_label else pd.Series(pd.NA, windows.index, "str")
    table["predicted"] = pd.Series(found.names(codes, UNCERTAIN), windows.index)
    table["probability"] = pd.Series(found.confidence, windows.index)
    correct = pd.arrays.BooleanArray(truth == codes, (truth == -1) | (codes == -1))
    return pd.DataFrame({**table, "correct": pd.Series(correct, windows.index)})


def given(found: Probabilities, threshold: float | Floats) -> tuple[NDArray[np.intp], list[str]]:
    """Return which label each window is given below a threshold (one, or one a window), and the labels.

    "uncertain" is the last of them, unless it is the name of a label. A window without a probability has -1.
    """
    names = found.labels if UNCERTAIN in found.labels else [*found.labels, UNCERTAIN]
    unsure = is_uncertain(found.confidence, threshold)
    return np.where(unsure, names.index(UNCERTAIN), found.highest) if unsure.any() else found.highest, names


def judged(table: pd.DataFrame) -> pd.DataFrame:
    """Add `correct` to a table with `expected` and `predicted`: <NA> where either is missing."""
    missing = (table["expected"].isna() | table["predicted"].isna()).to_numpy(bool)
    same = (table["expected"] == table["predicted"]).to_numpy(bool, na_value=False)
    return table.assign(correct=pd.arrays.BooleanArray(same, missing))
