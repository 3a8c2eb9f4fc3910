"""From values to pixels, and where the ticks of an axis stand: as in `front/shared/scales.js` and `ticks.js`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Context
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edgekit.explorers.still.canvas import Box

Floats = NDArray[np.float64]

# px around a track's picture; the axis only below the last track
LEFT, RIGHT, TOP, AXIS = 54, 20, 4, 20


class Scale(NamedTuple):
    """An even scale from `low` to `high`, which lie at the pixels `start` and `end`; `bend` comes before."""

    low: float
    high: float
    start: float
    end: float
    bend: Callable[[Floats], Floats] = np.asarray

    def __call__(self, values: ArrayLike) -> Floats:
        """Return where values lie."""
        return self.start + self.share(values) * (self.end - self.start)

    def at(self, value: float) -> float:
        """Return where one value lies."""
        return float(self(value))

    def share(self, values: ArrayLike) -> Floats:
        """Return values as shares of the way from `low` to `high`."""
        low, high = self.bend(np.array([self.low, self.high])).tolist()
        spread = high - low if high > low else 1.0
        return np.asarray((self.bend(np.asarray(values, float)) - low) / spread)

    def between(self, start: float, end: float) -> Scale:
        """Return the same scale between other pixels."""
        return self._replace(start=start, end=end)


def bent(values: Floats) -> Floats:
    """Bend values as the (symmetric) logarithmic scale of scores does."""
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def time_scale(box: Box, low: float, high: float) -> Scale:
    """Return where the times of a stretch lie in a track."""
    return Scale(low, high, box.left + LEFT, box.left + LEFT + max(box.wide - LEFT - RIGHT, 1))


def value_scale(box: Box, low: float, high: float, bend: Callable[[Floats], Floats] = np.asarray) -> Scale:
    """Return how high values lie in a track."""
    return Scale(low, high, box.bottom - 2, box.top + TOP, bend)


def score_scale(lowest: float, highest: float, *, logarithmic: bool) -> Scale:
    """Return the scale of scores, from 0 to 1: with a rim, straight or (symmetric) logarithmic above 1."""
    rim = 0.04 * max(highest - min(lowest, 0), 1e-6)
    low = lowest - rim if lowest < 0 else 0.0
    return Scale(low, max(highest, low + rim) + rim, 0, 1, bent if logarithmic else np.asarray)


def score_ticks(scale: Scale, count: float) -> tuple[list[float], list[str]]:
    """Return the ticks of a scale of scores, and their texts."""
    if scale.bend is bent:
        places = decades(scale.low, scale.high)
        return places, [decade_text(place) for place in places]
    places = ticks(scale.low, scale.high, count)
    return places, tick_texts(places)


def ticks(low: float, high: float, count: float) -> list[float]:
    """Return round places, at most about `count` of them, from low to high."""
    rough = (high - low) / max(count, 1)
    if not 0 < rough < math.inf:
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((factor * power for factor in (1, 2, 5, 10) if factor * power >= rough), 10 * power)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


def tick_texts(places: Sequence[float]) -> list[str]:
    """Return the places as texts, all with as many decimals as the closest two need to differ."""
    if not places:
        return []
    gaps = [b - a for a, b in pairwise(places)]
    most = max(map(abs, places))
    step = min(*gaps, abs(places[0]) or math.inf, most or 1.0, math.inf)
    long = most >= 1e6 or step < 1e-4  # then in powers of ten
    digits = min(max(math.ceil(math.log10((most if long else 1) / step) - 1e-9), 0), 6)
    return [_minus(_power(place, digits) if long else f"{place:.{digits}f}") for place in places]


def decades(low: float, high: float) -> list[float]:
    """Return places on a (symmetric) logarithmic scale: 0, 1, 3, 10, … and below 0 alike; fewer where they crowd."""
    powers, power = [], 1.0
    while power <= max(-low, high):
        powers.append(power)
        power *= 10
    every = math.ceil(len(powers) / 8)
    sizes = powers[::every] if len(powers) > 4 else [size for one in powers for size in (one, 3 * one)]
    places = [*(-size for size in sizes), 0.0, *sizes]
    return sorted(place for place in places if low <= place <= high)


def decade_text(place: float) -> str:
    """Return a place of `decades` as a text."""
    return _minus(f"{place:g}" if abs(place) < 1e5 else _power(place, 0).replace("+", ""))


def _power(value: float, digits: int) -> str:
    """Return a number in powers of ten as JavaScript writes it."""
    exact = Context(prec=digits + 1, rounding=ROUND_HALF_UP).create_decimal_from_float(value)
    digit, exponent = f"{exact or 0.0:.{digits}e}".split("e")
    return f"{digit}e{int(exponent):+d}"


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}", 1)
