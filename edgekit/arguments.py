"""What a caller gave, checked: each function returns it as it is used, or says in a UsageError what it takes.

An argument is named as the caller wrote it. What was given is quoted, but for what looks like a key.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import extras
from edgekit.display import listing, quoted
from edgekit.errors import UsageError

FINITE = sys.float_info.max  # the highest number: neither infinite nor NaN
LARGEST = 2**53  # whole numbers up to here are the same as floats, in Python, in the browser and in JSON

extras.tell_of_files(pd.DataFrame)  # here, because whatever makes a table imports this


def real(name: str, value: Any) -> float:
    """Take a number of any kind, NumPy's as well; also infinite or NaN."""
    if isinstance(value, Real) and not _is_flag(value):
        with suppress(OverflowError, ValueError):
            return float(value)
    raise UsageError(f"{name} takes numbers, got {quoted(value)}.")


def number(name: str, value: Any, low: float = -math.inf, high: float = math.inf, *, above: bool = False) -> float:
    """Take a number from `low` (or `above` it) to `high`; never NaN."""
    found = real(name, value)
    if (low < found if above else low <= found) and found <= high:
        return found
    raise UsageError(f"{name} takes numbers{_between(low, high, above)}, got {quoted(value)}.")


def whole(name: str, value: Any, low: int = -LARGEST, high: int = LARGEST) -> int:
    """Take a whole number of any kind from `low` to `high`."""
    if isinstance(value, Integral) and not _is_flag(value) and low <= (found := int(value)) <= high:
        return found
    between = _between(low if low > -LARGEST else -math.inf, high if high < LARGEST else math.inf, above=False)
    raise UsageError(f"{name} takes whole numbers{between}, got {quoted(value)}.")


def flag(name: str, value: Any) -> bool:
    """Take True or False, NumPy's as well."""
    if _is_flag(value):
        return bool(value)
    raise UsageError(f"{name} is True or False, got {quoted(value)}.")


def text(name: str, value: Any) -> str:
    """Take a text."""
    if isinstance(value, str):
        return value
    raise UsageError(f"{name} takes a text, got {quoted(value)}.")


def choice(name: str, value: Any, options: Collection[str]) -> str:
    """Take one of several texts."""
    if isinstance(value, str) and value in options:
        return value
    raise UsageError(f"{name} is one of {', '.join(options)}; got {quoted(value)}.")


def are_several(value: object) -> bool:
    """Say whether this is several things rather than one: no text, no table, no array of nothing but one value."""
    is_one = isinstance(value, str | bytes | Mapping | pd.DataFrame)
    return isinstance(value, Iterable) and not is_one and getattr(value, "ndim", 1) > 0


def items(name: str, value: Any) -> list[Any]:
    """Take a list, or what is like one."""
    if isinstance(value, list | tuple | range | pd.Index | pd.Series) or (isinstance(value, np.ndarray) and value.ndim):
        return list(value)
    raise UsageError(f"{name} takes a list, got {quoted(value)}.")


def numbers(name: str, value: Any) -> list[float]:
    """Take a list of numbers."""
    return [real(f"Each of {name}", one) for one in items(name, value)]


def texts(name: str, value: Any) -> list[str]:
    """Take a list of texts; a single text stands for a list of one."""
    return [text(f"Each of {name}", one) for one in ([value] if isinstance(value, str) else items(name, value))]


def array(name: str, values: Any) -> NDArray[np.float64]:
    """Take numbers of any shape as an array of float64; a UsageError for anything else."""
    try:
        if not np.iscomplexobj(values):
            return np.asarray(values, float)
        reason = "complex numbers are no scores"
    except (ValueError, TypeError, OverflowError) as problem:
        reason = str(problem)
    raise UsageError(f"{name} are no table of numbers: {reason}.")


def booleans(truth: Any) -> pd.Series[Any]:
    """Take a truth for each window, in any form, as nullable booleans."""
    if isinstance(truth, pd.Series) and truth.dtype == pd.BooleanDtype():
        return truth.reset_index(drop=True)
    try:
        return pd.Series(np.asarray(truth, object)).astype(pd.BooleanDtype())
    except (TypeError, ValueError, OverflowError) as problem:
        raise UsageError(f"The truth is True, False or missing for each window: {problem}.") from None


def one_each(name: str, shape: tuple[int, ...], scores: tuple[int, ...]) -> None:
    """Refuse a truth, or a label, for each score, that is not of the scores' shape."""
    if shape != scores:
        raise UsageError(f"There must be one {name} for each score, got shapes {shape} and {scores}.")


def table(name: str, value: Any, columns: Iterable[str] = ()) -> pd.DataFrame:
    """Take a table with these columns."""
    wanted = list(columns)
    if not isinstance(value, pd.DataFrame):
        needed = f" with columns {', '.join(wanted)}" if wanted else ""
        raise UsageError(f"{name} is a table (DataFrame){needed}, not {type(value).__name__}.")
    if missing := [column for column in wanted if column not in value]:
        raise UsageError(f"{name} has no column {missing}; it has: {listing(value.columns)}.")
    return value


def codes(name: str, values: Any) -> NDArray[np.intp]:
    """Take one name of any kind for each window; return which of the distinct ones each is, counted from 0."""
    try:
        found = np.asarray(values)
        if found.ndim == 1:
            return np.asarray(pd.factorize(found, use_na_sentinel=False)[0], np.intp)
        reason = f"their shape is {found.shape}"
    except (ValueError, TypeError) as problem:
        reason = str(problem)
    raise UsageError(f"{name} are a list of numbers or texts: {reason}.")


def _is_flag(value: object) -> bool:
    return isinstance(value, bool | np.bool)


def _between(low: float, high: float, above: bool) -> str:
    if high < FINITE:
        return f" above {low:g} and up to {high:g}" if above else f" between {low:g} and {high:g}"
    if low == -math.inf:
        return ""
    return f" above {low:g}" if above else f" from {low:g} up" if low else ", not negative"
