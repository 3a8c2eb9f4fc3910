"""Intervals of figures over samples: how far a figure would move with other samples of the same kind.

Whole samples are drawn with replacement, not windows. The windows of one recording overlap and resemble each other; as
if they were independent, they would make every figure look more certain than it is. Percentile intervals as in Efron &
Tibshirani, An Introduction to the Bootstrap (1993), chapter 13; whole groups drawn as in Davison & Hinkley, Bootstrap
Methods and their Application (1997), section 3.8.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edgekit.arguments import array, number, whole
from edgekit.errors import UsageError

RESAMPLES, LEVEL = 1000, 0.95
_MOST_RESAMPLES = 1_000_000
MOST_SAMPLES, _GROUPS = 2000, 1000
_AT_ONCE = 2**21  # numbers in memory at once, of draws

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Figure(NamedTuple):
    """A figure and its interval; NaN for an interval where fewer than two samples, or too few draws, give one."""

    value: float
    low: float
    high: float


def checked_level(level: float) -> float:
    """Take the share of the draws that an interval holds."""
    found = number("level", level, 0, 1)
    if 0 < found < 1:
        return found
    raise UsageError(f"level lies between 0 and 1, such as {LEVEL}; got {found:g}.")


def checked_draws(resamples: int, seed: int) -> tuple[int, int]:
    """Take how often samples are drawn anew, and the seed of the draws."""
    return whole("resamples", resamples, 0, _MOST_RESAMPLES), whole("seed", seed, 0)


def draws(samples: int, times: int, seed: int) -> Ints:
    """Draw as many samples as there are, with replacement: how often each one came, (times, samples).

    Fewer than two samples leave nothing to draw: then there are no rows.
    """
    if samples < 2:
        return np.zeros((0, max(samples, 1)), np.int64)
    return np.random.default_rng(seed).multinomial(samples, np.full(samples, 1 / samples), size=times)


def interval(drawn: ArrayLike, level: float) -> tuple[float, float] | None:
    """Return the middle `level` of what came of the draws; None where most came to nothing (NaN)."""
    values = array("The draws", drawn)
    values = np.sort(values[~np.isnan(values)])
    if not len(values) or len(values) < np.size(drawn) / 2:
        return None
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], method="nearest")
    return float(low), float(high)


def figure(
    counts: ArrayLike,
    statistic: Callable[[Floats], Floats],
    *,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> Figure:
    """Return a figure made of sums over samples, with its interval.

    Parameters
    ----------
    counts : array (samples, k)
        What each sample adds: how many of its windows are right, and how many it has, say.
    statistic : callable
        From sums (…, k) to figures (…): ``lambda sums: sums[..., 0] / sums[..., 1]``. What is 0/0 is NaN.
    resamples, level, seed
        How often samples are drawn anew, which share of the draws the interval holds, and the seed of the draws.

    Notes
    -----
    More than 2,000 samples are put into 1,000 groups by chance, and groups are drawn: how far the sums of groups spread
    says as much, and it takes no longer with a million samples.

    Examples
    --------
    >>> import numpy as np
    >>> from edgekit.resampling import figure
    >>> right, windows = [9, 10, 4, 10], [10, 10, 10, 10]
    >>> figure(np.column_stack([right, windows]), lambda sums: sums[..., 0] / sums[..., 1])
    Figure(value=0.825, low=0.55, high=1.0)
    """
    given = array("The counts", counts)
    value = _value(given, statistic)
    if len(given) > MOST_SAMPLES:
        with np.errstate(divide="ignore", invalid="ignore"):
            of_groups = statistic(_draws_of_groups(resamples, seed) @ _grouped(given, seed))
        return Figure(value, *(interval(of_groups, level) or (np.nan, np.nan)))
    samples = len(given)
    rows = max(1, _AT_ONCE // max(samples, 1))
    random = np.random.default_rng(seed)
    share = np.full(samples, 1 / max(samples, 1))
    drawn: list[Floats] = []
    with np.errstate(divide="ignore", invalid="ignore"):
        if samples > 1:
            for begin in range(0, resamples, rows):
                chosen = random.multinomial(samples, share, size=min(rows, resamples - begin))
                drawn.append(np.atleast_1d(statistic(chosen @ given)))
    low, high = interval(np.concatenate(drawn), level) or (np.nan, np.nan) if drawn else (np.nan, np.nan)
    return Figure(value, low, high)


def _value(counts: Floats, statistic: Callable[[Floats], Floats]) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(statistic(counts.sum(axis=0)))


@lru_cache(maxsize=1)
def _draws_of_groups(resamples: int, seed: int) -> Floats:
    return draws(_GROUPS, resamples, seed).astype(float)


@lru_cache(maxsize=1)
def groups(samples: int, seed: int = 0) -> Ints:
    """Say in which of 1,000 groups each of many samples is: by chance, and all groups of nearly the same size.

    `figure` gives the same interval for the sums of these groups as for the samples.
    """
    return np.random.default_rng(seed).permutation(samples) % _GROUPS


def _grouped(counts: Floats, seed: int) -> Floats:
    """Add up the samples of each group."""
    group = groups(len(counts), seed)
    return np.column_stack([np.bincount(group, column, _GROUPS) for column in counts.reshape(len(counts), -1).T])
