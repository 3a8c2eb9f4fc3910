"""How a learner's answer is read and compared: each kind of answer says kindly what it takes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from edgekit import display
from edgekit.display import counted

CLOSE = 0.00501  # two decimals


class NotRead(Exception):
    """An answer of another type than is wanted; the text says what it is, and how to get at what is wanted."""


class NotAnswered(Exception):
    """The dots are still there."""


def _not_near(mine: Any, theirs: Any) -> str:
    return ""


class Kind(NamedTuple):
    """A kind of answer: what it is called, how one is read out of what was given, when two are the same.

    `near` returns the hint for an answer that is right but for how it is written, else nothing.
    """

    wanted: str
    read: Callable[[Any], Any]
    same: Callable[[Any, Any], bool]
    near: Callable[[Any, Any], str] = _not_near


def _one(given: Any) -> Any:
    """Return the single value that was given, of a NumPy scalar or array without a dimension as well."""
    if given is ...:
        raise NotAnswered
    if isinstance(given, np.generic | np.ndarray) and np.ndim(given) == 0:
        return given.item()
    return given


def described(given: Any) -> str:
    """Say what an answer is, without showing what is in it."""
    if given is None:
        return "None: nothing came out of the line"
    for kind, words in _WORDS:
        if isinstance(given, kind):
            return words(given)
    return "a function or method: call it, with ()" if callable(given) else f"of type {_type(given)}"


def _is_flag(given: object) -> bool:
    return isinstance(given, bool | np.bool)


def _type(given: object) -> str:
    return display.shown(type(given).__name__, 60)


_WORDS: tuple[tuple[Any, Callable[[Any], str]], ...] = (  # the first that fits
    (bool | np.bool, lambda given: "True or False"),
    (str, lambda given: "a text"),
    (pd.DataFrame, lambda given: f"a table of {counted(len(given), 'row')} and {counted(given.shape[1], 'column')}"),
    (pd.Series | pd.Index | np.ndarray, lambda given: f"a column of {counted(np.size(given), 'value')}"),
    (Real, lambda given: f"a number ({_type(given)})"),
    (Mapping | Sequence | set, lambda given: f"a {_type(given)} of {len(given)}"),
)


def _number(given: Any, wanted: str) -> float:
    value = _one(given)
    if isinstance(value, Real) and not _is_flag(value):
        with suppress(OverflowError, ValueError, TypeError):
            if math.isfinite(number := float(value)):
                return number
        raise NotRead(f"This number is not finite. The answer is {wanted}.")
    help_ = ""
    if isinstance(value, str):
        with suppress(ValueError):
            float(value)
            help_ = " Leave out the quotation marks."
    elif isinstance(value, pd.DataFrame):
        help_ = " len(table) counts its rows."
    elif isinstance(value, pd.Series | np.ndarray | list | tuple) and len(value) == 1:
        help_ = " It holds one value: take it out, with [0] or .iloc[0]."
    raise NotRead(f"This is {described(value)}. The answer is {wanted}.{help_}")


def _equal(mine: Any, theirs: Any) -> bool:
    return bool(mine == theirs)


def _close(mine: float, theirs: float) -> bool:
    return math.isclose(mine, theirs, rel_tol=1e-9, abs_tol=CLOSE)


def _text(given: Any, wanted: str) -> str:
    value = _one(given)
    if isinstance(value, str):
        return value.strip()
    raise NotRead(f"This is {described(value)}. The answer is {wanted}.")


def _pair(given: Any, wanted: str) -> tuple[float, float]:
    value = _one(given)
    if isinstance(value, Real) and not _is_flag(value):
        raise NotRead(
            f"This is {described(value)}. The answer is {wanted}. The number of a row of the table is none: read what "
            "stands in that row."
        )
    if isinstance(value, str | Mapping) or not isinstance(value, Sequence | np.ndarray | pd.Series | pd.Index):
        raise NotRead(f"This is {described(value)}. The answer is {wanted}.")
    if len(value) != 2:
        raise NotRead(f"This is {described(value)}. The answer is {wanted}.")
    first, second = (_number(one, "a number in each place") for one in list(value))
    return first, second


def _pairs_close(mine: tuple[float, float], theirs: tuple[float, float]) -> bool:
    return all(map(_close, mine, theirs))


def _per_cent(mine: float | tuple[float, ...], theirs: float | tuple[float, ...]) -> str:
    is_it = all(map(_close, np.ravel(mine) / 100, np.ravel(theirs)))
    if is_it:
        return "That is in per cent. A share lies between 0 and 1."
    return "That is more than 1. A share lies between 0 and 1: divide by the whole." if np.max(mine) > 1 else ""


def _other_letters(mine: str, theirs: str) -> str:
    letters = [re.sub(r"[\W_]", "", name).casefold() for name in (mine, theirs)]
    return "Nearly: write the name exactly as the table does." if letters[0] == letters[1] else ""


COUNT = Kind("a whole number", lambda given: _number(given, "a whole number"), _equal)
NUMBER = Kind("a number", lambda given: _number(given, "a number"), _close)
SHARE = Kind("a share between 0 and 1", lambda given: _number(given, "a share between 0 and 1"), _close, _per_cent)
TEXT = Kind("a text", lambda given: _text(given, "a text, in quotation marks"), _equal, _other_letters)
CELL = Kind("a pair (row, column)", lambda given: _pair(given, "a pair (row, column)"), _equal)
INTERVAL = Kind("a pair (low, high)", lambda given: _pair(given, "a pair (low, high)"), _pairs_close, _per_cent)


def parting(scores: Sequence[float] | np.ndarray) -> Kind:
    """Return the kind of a threshold on these scores: two are the same where the same number of scores is above them.

    Above no score, and below all of them, any number would do: there it has to be the same one, to two decimals.
    """
    values = np.sort(np.asarray(scores, float))

    def above(threshold: float) -> int:
        return len(values) - int(np.searchsorted(values, threshold, side="right"))

    def same(mine: float, theirs: float) -> bool:
        is_between = 0 < above(mine) < len(values)
        return above(mine) == above(theirs) and (is_between or _close(mine, theirs))

    def near(mine: float, theirs: float) -> str:
        if above(mine) > above(theirs):
            return "Too many windows are above that one: try a higher one, and count."
        return "Few enough windows are above that one, but a lower threshold does it too: try one, and count."

    return Kind("a threshold", lambda given: _number(given, "a number"), same, near)


def function_of(inputs: Sequence[Any], wanted: str) -> Kind:
    """Return the kind of a function that is right if it returns the right whole number for each of these inputs."""

    def read(given: Any) -> tuple[float, ...]:
        if given is ...:
            raise NotAnswered
        if not callable(given):
            raise NotRead(f"This is {described(_one(given))}. The answer is {wanted}: give its name, without ().")
        return tuple(_returned(given, one) for one in inputs)

    return Kind(wanted, read, _equal)


def _returned(function: Callable[[Any], Any], given: Any) -> float:
    try:
        value = function(given)
    except Exception as problem:  # a learner's function may raise anything
        raise NotRead(
            f"Your function fails for {given!r}: {type(problem).__name__}: {display.shown(problem, 120)}"
        ) from None
    if value is None or value is ...:
        raise NotAnswered
    return _number(value, "a whole number, from your function")
