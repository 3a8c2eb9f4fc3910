"""Which side of a threshold a score is on, also one that is equal to it; and what is told where there is no threshold.

One function for each kind of block, here and in the front end (``explorers/front/shared/threshold_rules.js``); a test
holds the two together. Each takes a number, an array or a Series, and says the same of a score that is missing (NaN) as
of one on the harmless side: no anomaly, not flagged, not uncertain, not beyond.

The Studio: "a score above the threshold is an anomaly". Of pictures Edge Impulse's own code has "at or above" in two
places and "above" in one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edgekit.display import listing
from edgekit.errors import UsageError

Flags: TypeAlias = NDArray[np.bool_]


def is_anomaly(score: ArrayLike, threshold: ArrayLike) -> Flags:
    """Say which windows are anomalies: their score is above the threshold. One that is equal to it is not."""
    found: Flags = np.greater(score, threshold)
    return found


def is_flagged(score: ArrayLike, threshold: ArrayLike) -> Flags:
    """Say which pictures and cells are flagged: their score is at or above the threshold. One that is equal is."""
    found: Flags = np.greater_equal(score, threshold)
    return found


def is_uncertain(probability: ArrayLike, threshold: ArrayLike) -> Flags:
    """Say of which windows no label is probable enough: the highest probability is below the threshold.

    One that is equal to the threshold is enough.
    """
    found: Flags = np.less(probability, threshold)
    return found


def is_detected(score: ArrayLike, threshold: ArrayLike) -> Flags:
    """Say which objects and boxes count as found: all but those with a score below the threshold.

    One that is equal to the threshold does, and so does one that came without a score.
    """
    found: Flags = np.logical_not(np.less(score, threshold))
    return found


def is_beyond(error: ArrayLike, threshold: ArrayLike) -> Flags:
    """Say which errors of a regression are larger than allowed, whatever their sign; one that is equal is allowed."""
    found: Flags = np.greater(np.abs(error), threshold)
    return found


def anomalies_at_each(counted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Count the anomalies at each of the distinct scores as the threshold: how many have a higher score.

    `counted` is how many have each of these scores, the lowest first: `is_anomaly` at all of them in one go.
    """
    found: NDArray[np.float64] = counted.sum() - counted.cumsum()
    return found


def threshold_of_all(thresholds: Iterable[float | None]) -> float:
    """Return the threshold that the results of a summary have in common; None among them is of one without.

    Raises
    ------
    UsageError
        None has one, or they have several.
    """
    stated = {one for one in thresholds if one is not None}
    if len(stated) == 1:
        return float(stated.pop())
    raise no_threshold("These results", "summary", stated)


def no_threshold(what: str, call: str, several: Collection[float] = ()) -> UsageError:
    """Say that what was given, "Block 5", came without a threshold, or with `several`, and which call takes one."""
    why = f"with several thresholds ({listing(sorted(several))})" if several else "without a threshold"
    return UsageError(f"{what} came {why}: give one, {call}(threshold=…).")
