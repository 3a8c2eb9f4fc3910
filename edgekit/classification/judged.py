"""Windows of which both is known: which label they should have, and how probable the model takes each label to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.arguments import table
from edgekit.classification.probabilities import Probabilities
from edgekit.errors import UsageError


def expected_codes(windows: pd.DataFrame, labels: list[str]) -> NDArray[np.int64]:
    """Return which of the labels each window should have: -1 where that is missing, -2 for one that is none of them."""
    codes, names = factorized(table("windows (such as block.windows())", windows, ["expected"])["expected"])
    place = {label: number for number, label in enumerate(labels)}
    found: NDArray[np.int64] = np.array([*(place.get(name, -2) for name in names), -1])[codes]
    return found


def factorized(labels: pd.Series[Any]) -> tuple[NDArray[np.int64], list[Any]]:
    """Return which of the distinct labels each one is, -1 where it is missing, and these."""
    try:
        codes, names = pd.factorize(labels)
    except TypeError:
        raise UsageError(
            f"{labels.name} has no text for each window but lists or the like, as of detected objects: these functions "
            "are about one label a window."
        ) from None
    return codes, list(names)


def most_frequent(sample: NDArray[np.intp], codes: NDArray[np.intp], samples: int, labels: int) -> NDArray[np.intp]:
    """Return the code that most windows of each sample have, of as many the one that comes first.

    `sample` says of which of the `samples` each window is, `codes` is one of the `labels`, or -1 where it is missing. A
    sample without a code has -1.
    """
    place, cell = np.arange(len(codes)), sample * labels + codes
    if (missing := codes < 0).any():
        place, cell = place[~missing], cell[~missing]
    counts = np.bincount(cell, minlength=samples * labels)
    first = np.zeros(samples * labels, np.int64)
    first[cell[::-1]] = place[::-1]  # of several the last one written stays
    rank = (counts * (len(codes) + 1) - first).reshape(samples, labels)
    rank[counts.reshape(samples, labels) == 0] = -1
    found: NDArray[np.intp] = rank.argmax(axis=1)
    found[~(rank >= 0).any(axis=1)] = -1
    return found


def judged_windows(windows: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the highest probability of each window that has one and an expected label, and whether it is right."""
    found = Probabilities.of(windows)
    expected = expected_codes(windows, found.labels)
    known = (expected != -1) & (found.highest >= 0)
    if not known.any():
        raise UsageError(
            f"None of these {len(windows)} windows has both a label that it should have (expected) and probabilities: "
            "nothing says which of them are right."
        )
    if known.all():
        return found.confidence, found.highest == expected
    return found.confidence[known], (found.highest == expected)[known]
