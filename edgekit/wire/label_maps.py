"""Structured labels: a label for each of several keys, such as activity and place, and the probabilities of each.

These fields are of newer servers, and their shape is not fixed yet: what is not as described here counts as not sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, zip_longest
from typing import Any

from edgekit.wire.scores import Row, Scores, scores_of_rows


def label_of(label_map: Any, key: str) -> str | None:
    """Return the label that ``labelMap`` ({labels: {key: label}}) has for a key."""
    found = _mapping(_mapping(label_map).get("labels")).get(key)
    return found if isinstance(found, str) else None


def keys_of(*windows: Iterable[Any] | None) -> list[str]:
    """Return the keys of ``labelMapScores`` and ``labelMapResult``, one item per window, in order of appearance."""
    items = chain.from_iterable(one or () for one in windows)
    return list(dict.fromkeys(chain.from_iterable(map(_mapping, items))))


def scores_of_key(scores: list[Any] | None, results: list[Any] | None, key: str) -> Scores:
    """Return the probabilities of one key's labels out of ``labelMapScores`` ({key: {label: probability}} a window).

    There are as many windows as the longer of the two fields has items.
    """
    rows = [_row(_mapping(of).get(key)) for of, _ in zip_longest(scores or (), results or ())]
    return scores_of_rows(rows)


def results_of_key(scores: list[Any] | None, results: list[Any] | None, key: str) -> list[str | None]:
    """Return the label of each window that the server itself gives a key in ``labelMapResult``."""
    found = [_mapping(of).get(key) for _, of in zip_longest(scores or (), results or ())]
    return [label if isinstance(label, str) else None for label in found]


def _row(of: Any) -> Row:
    return {label: float(value) if _is_number(value) else None for label, value in _mapping(of).items()}


def _is_number(value: Any) -> bool:
    return isinstance(value, float) or (type(value) is int and abs(value) <= 2**53)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
