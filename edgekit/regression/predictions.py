"""What a regression predicts for each window, beside what it should be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import arguments
from edgekit.display import listing
from edgekit.errors import UsageError
from edgekit.table_words import FRAME, SCORE
from edgekit.threshold_rules import is_beyond

_OF_MANY = ("sample", "window", "category")  # columns of `edgekit.windows`
_NO_PREDICTIONS = (*_OF_MANY, *FRAME, SCORE, "anomalous")
_VALUE = "value"  # the Studio's name of a prediction


def predictions(windows: pd.DataFrame, threshold: float | None = None) -> pd.DataFrame:
    """Put predicted and expected numbers side by side.

    Parameters
    ----------
    windows : DataFrame
        ``BlockResult.windows()`` of a regression block, or `edgekit.windows` of many results: `start_ms`, `end_ms`,
        `expected`, and one column of numbers.
    threshold : float, optional
        The largest absolute error that is allowed; not negative, in the unit of the label. It can exceed 1.

    Returns
    -------
    DataFrame, the index of `windows`: its `sample`, `window` and `category` if it has them, then `start_ms`, `end_ms`,
    `expected`, `predicted`, `error` (predicted - expected), `within` (nullable boolean: the absolute error is at most
    the threshold). A label that is no finite number, such as "idle", is NaN, and so is one that is missing; `error` is
    NaN where either number is, and `within` missing there and without a threshold.

    Raises
    ------
    UsageError
        There is no column of numbers, or more than one and none is called "value"; the threshold is negative or NaN.

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> windows = pd.DataFrame({"start_ms": [0, 1000], "end_ms": [1000, 2000], "expected": ["17.0"] * 2})
    >>> ek.regression.predictions(windows.assign(value=[17.3, 21.0]), threshold=1.5).round(1)
       start_ms  end_ms  expected  predicted  error  within
    0         0    1000      17.0       17.3    0.3    True
    1      1000    2000      17.0       21.0    4.0   False
    """
    arguments.table("windows (such as block.windows() of a regression block)", windows, FRAME)
    limit = None if threshold is None else tolerance(threshold)
    expected, predicted = as_numbers(windows["expected"]), _predicted(windows)
    error = predicted - expected
    columns = {"expected": expected, "predicted": predicted, "error": error, "within": is_within(error, limit)}
    front = [name for name in _OF_MANY if name in windows]
    return windows[[*front, "start_ms", "end_ms"]].assign(**columns)


def tolerance(threshold: float) -> float:
    """Take a threshold: the largest absolute error that is allowed."""
    return arguments.number("threshold", threshold, 0)


def is_within(error: NDArray[np.float64], threshold: float | None) -> Any:
    """Say of each error whether it is allowed; missing where it is NaN, and without a threshold."""
    unknown = np.isnan(error) if threshold is not None else np.ones(len(error), bool)
    return pd.arrays.BooleanArray(~is_beyond(error, threshold or 0.0), unknown)


def as_numbers(labels: Iterable[Any]) -> NDArray[np.float64]:
    """Read labels as numbers; NaN where one is missing, no number, or none that is finite."""
    if isinstance(labels, pd.Series) and labels.dtype == float:
        numbers = labels.to_numpy()
        return np.where(np.isfinite(numbers), numbers, np.nan)
    column = pd.Series(labels, dtype=object)
    distinct = {label: _number(label) for label in column.dropna().unique()}
    return column.map(distinct).to_numpy(float)


def _number(label: Any) -> float:
    try:
        found = float(label) if "_" not in str(label) else np.nan  # Python reads "1_7" as 17
    except (TypeError, ValueError, OverflowError):
        return np.nan
    return found if np.isfinite(found) else np.nan


def _predicted(windows: pd.DataFrame) -> NDArray[np.float64]:
    names = [name for name in windows if name not in _NO_PREDICTIONS]
    chosen = [_VALUE] if _VALUE in names else names
    if len(chosen) == 1:
        return arguments.array(f"The column {chosen[0]} of the windows", windows[chosen[0]])
    if not len(windows):
        return np.empty(0)
    have = f"these are several: {listing(names)}" if names else "there is none"
    raise UsageError(f"A regression predicts one number for each window, and {have}. Keep one of the columns.")
