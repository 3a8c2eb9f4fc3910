"""Values of traits that several explorers have: which are taken, and what a wrong one is told."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import TypeVar

from edgekit.display import listing, quoted
from edgekit.errors import UsageError

T = TypeVar("T")


def place(things: str, count: int, value: int) -> int:
    """Take the number of one of so many "windows"; where there are none, 0."""
    if 0 <= value < max(count, 1):
        return value
    raise UsageError(f"There are {things} 0 to {count - 1}, not {value}.")


def finite(name: str, value: float, low: float = -math.inf, high: float = math.inf) -> float:
    """Take a finite number from `low` to `high`."""
    if math.isfinite(value) and low <= value <= high:
        return value
    what = f"number from {low:g} to {high:g}" if high < math.inf else "finite number"
    least = f", {low:g} or more" if low > -math.inf and high == math.inf else ""
    raise UsageError(f"{name} is a {what}{least}; got {value}.")


def label(value: str, labels: Collection[str]) -> str:
    """Take one of the labels, or an empty text for any."""
    if not value or value in labels:
        return value
    raise UsageError(f"There is no label {quoted(value)}; there are: {listing(map(quoted, labels))}.")


def sample(value: T, ids: Collection[T]) -> T:
    """Take the id of one of the samples, or None for none."""
    if value is None or value in ids:
        return value
    raise UsageError(f"There is no sample {value} here.")
