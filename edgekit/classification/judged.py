"""Windows of which both is known: which label they should have, and how probable the model takes each label to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import display
from edgekit.arguments import table
from edgekit.classification.probabilities import Probabilities
from edgekit.errors import UsageError


def expected_codes(windows: pd.DataFrame, labels: list[str]) -> NDArray[np.int64]:
    """Return which of the labels each window should have: -1 where that is missing, -2 for one that is none of them."""
    codes, names = factorized(table("windows (such as block.windows())", windows, ["expected"])["expected"])
    place = {label: number for number, label in enumerate(labels)}
    found: NDArray[np.int64] = np.array([*(place.get(str(name), -2) for name in names), -1])[codes]
    return found


def factorized(labels: pd.Series[Any]) -> tuple[NDArray[np.int64], list[Any]]:
    """Return which of the distinct labels each one is, -1 where it is missing, and these.

    Whole numbers may be names of labels; others are what a regression predicts, which is refused.
    """
    if pd.api.types.is_float_dtype(labels) and labels.notna().any():
        raise UsageError(
            f"{labels.name} has numbers, not labels: this is a regression. ek.regression.errors(predictions) and "
            "ek.regression.summary(results) measure it. (Whole numbers that are names: .astype('Int64').)"
        )
    try:
        codes, names = pd.factorize(labels)
    except TypeError:
        raise UsageError(
            f"{labels.name} has no text for each window but lists or the like, as of detected objects: these functions "
            "are about one label a window."
        ) from None
    return codes, list(names)


def most_frequent(
    sample: NDArray[np.intp], codes: NDArray[np.integer[Any]], samples: int, labels: int
) -> NDArray[np.intp]:
    """Return the code that most windows of each sample have, of as many the one that comes first.

    `sample` says of which of the `samples` each window is, `codes` is one of the `labels`, or -1 where it is missing. A
    sample without a code has -1.
    """
    if (missing := codes < 0).any():
        sample, codes = sample[~missing], codes[~missing]
    counts = np.bincount(sample * labels + codes, minlength=samples * labels).reshape(samples, labels)
    return most_frequent_of(counts, sample, codes)


def most_frequent_of(
    counts: NDArray[np.integer[Any]], sample: NDArray[np.intp], codes: NDArray[np.integer[Any]]
) -> NDArray[np.intp]:
    """Return the same out of how many windows of each sample have each code, (samples, labels); no code is missing."""
    most = counts.max(axis=1, initial=0, keepdims=True)
    candidates = (counts == most) & (most > 0)
    first = np.zeros(counts.shape, np.int64)
    tied = np.flatnonzero((candidates.sum(axis=1) > 1)[sample])[::-1]
    first[sample[tied], codes[tied]] = tied  # of several the one written last stays
    found: NDArray[np.intp] = np.where(candidates, first, len(codes)).argmin(axis=1)
    found[most[:, 0] == 0] = -1
    return found


def judged_windows(windows: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the highest probability of each window that has one and an expected label, and whether it is right."""
    found = Probabilities.of(windows)
    expected = expected_codes(windows, found.labels)
    known = (expected != -1) & (found.highest >= 0)
    if not known.any():
        raise UsageError(
            f"None of {display.counted(len(windows), 'window')} has both a label that it should have (expected) and "
            "probabilities: nothing says which of them are right."
        )
    if known.all():
        return found.confidence, found.highest == expected
    return found.confidence[known], (found.highest == expected)[known]
