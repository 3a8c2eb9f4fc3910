"""The labels of a store of samples, summed up in one pass over its parts: ten million windows in about a second."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.classification.calibration import BINS, bin_edges
from edgekit.classification.judged import most_frequent, most_frequent_of
from edgekit.classification.predictions import UNCERTAIN
from edgekit.classification.window_counts import Floats, WindowCounts
from edgekit.summaries import Coded, StoredPart

COLUMNS = ("expected", "predicted", "most_probable", "probability", "category")
_TRAINING = "training"
Codes = NDArray[np.integer[Any]]


class Summed(NamedTuple):
    """What a store says of its samples, ascending by their ids.

    `expected` and `predicted` are the labels that most windows of each sample should have and were given, `probability`
    is the mean of their highest ones. `windows` is how many there are, `missing` how many of them without a label,
    `trained` how many samples the model has learned from.
    """

    samples: pd.Index[Any]
    counts: WindowCounts
    expected: NDArray[Any]
    predicted: NDArray[Any]
    probability: Floats
    windows: int
    missing: int
    trained: int

    def per_sample(self) -> pd.DataFrame:
        """Return `per_sample` of `edgekit.classification.summary`."""
        return self.counts.per_sample(self.samples, self.expected, self.predicted, self.probability)


class _Labels(dict[str, int]):
    """All labels so far, in the order in which they came; `UNCERTAIN` first, a label only where one is expected."""

    def codes(self, column: Coded) -> Codes:
        """Return which label each window has; -1 where that is missing."""
        of_name = [self.setdefault(name, len(self)) for name in column.names]
        return np.array([*of_name, -1], np.int32).take(column.codes, mode="wrap")  # -1, the last one, as well


class _Part(NamedTuple):
    """Of a part's samples: windows by label (samples, labels so far), and the most frequent labels as codes."""

    samples: NDArray[np.int64]
    windows: NDArray[np.int64]
    expected: NDArray[np.int32]
    predicted: NDArray[np.int32]
    right: NDArray[np.int32]
    bins: Floats
    most_expected: Codes
    most_predicted: Codes
    probability: Floats


def summed(parts: Iterable[StoredPart], threshold: float | None) -> Summed:
    """Sum up the predictions of a store; by each sample's own threshold where none is given."""
    labels = _Labels({UNCERTAIN: 0})
    found, windows, missing, trained = [], 0, 0, 0
    for part in parts:
        expected, most_probable = (labels.codes(part.columns[name]) for name in ("expected", "most_probable"))
        probability = part.columns["probability"]
        if threshold is None:
            predicted = labels.codes(part.columns["predicted"])
        else:
            predicted = np.where(probability < threshold, labels[UNCERTAIN], most_probable)
        unknown = (expected < 0) | (predicted < 0)
        windows, missing = windows + len(unknown), missing + int(unknown.sum())
        trained += int((part.columns["category"].are(_TRAINING) & (part.windows > 0)).sum())
        found.append(_counted(part, len(labels), expected, predicted, most_probable))
    return _together(labels, found, windows, missing, trained)


def _counted(part: StoredPart, size: int, expected: Codes, predicted: Codes, most_probable: Codes) -> _Part:
    count, confidence = len(part.samples), part.columns["probability"]
    sample = np.repeat(np.arange(count), part.windows)
    has_one = ~np.isnan(confidence)
    with np.errstate(invalid="ignore"):
        mean = part.reduced(np.add, np.where(has_one, confidence, 0.0)) / part.counted(has_one)
    known, most = (expected >= 0) & (predicted >= 0), None
    if not known.all():
        most = [most_frequent(sample, codes, count, size) for codes in (expected, predicted)]
        sample, expected, predicted = sample[known], expected[known], predicted[known]
        confidence, most_probable = confidence[known], most_probable[known]
    first = sample * size

    def by_label(codes: Codes, which: NDArray[np.bool_] | None = None) -> NDArray[np.int32]:
        return np.bincount(first + codes, which, count * size).reshape(count, size).astype(np.int32)

    counts = by_label(expected), by_label(predicted)
    if most is None:  # the same windows, which are counted already
        most = [most_frequent_of(of, sample, codes) for of, codes in zip(counts, (expected, predicted), strict=True)]
    right = expected == predicted
    bins = _bins(sample, count, confidence, expected == most_probable)
    return _Part(part.samples, part.windows, *counts, by_label(expected, right), bins, most[0], most[1], mean)


def _bins(sample: Codes, count: int, confidence: Floats, right: NDArray[np.bool_]) -> Floats:
    """Return what calibration rests on, (samples, 3 * bins); NaN where a window has no probability."""
    if np.isnan(confidence).any():
        return np.full((count, 3 * BINS), np.nan)
    place = np.zeros(len(confidence), np.int8)
    for edge in bin_edges(BINS)[1:-1]:  # a tenth of the time of searching among them
        place += (confidence > edge).view(np.int8)
    cell = sample * BINS + place
    sums = [np.bincount(cell, weights, count * BINS) for weights in (None, confidence, right)]
    return np.hstack([one.reshape(count, BINS) for one in sums])


def _together(labels: _Labels, parts: list[_Part], windows: int, missing: int, trained: int) -> Summed:
    samples = np.concatenate([part.samples for part in parts])
    order = np.argsort(samples, kind="stable")
    order = order[np.concatenate([part.windows for part in parts])[order] > 0]
    names = np.array([*labels, None], object)
    columns = sorted(range(1, len(labels)), key=lambda code: names[code])
    if any(part.expected[:, 0].any() for part in parts):  # a label of that name
        columns.append(0)

    def by_label(name: str) -> Floats:
        whole = np.zeros((len(samples), len(labels)))
        end = 0
        for part in parts:
            of = getattr(part, name)
            whole[end : end + len(of), : of.shape[1]] = of
            end += len(of)
        return whole[order]

    def joined(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts])[order]

    predicted, right = by_label("predicted"), by_label("right")
    bins = joined("bins")
    found = WindowCounts(
        by_label("expected")[:, columns],
        predicted[:, columns],
        right[:, columns],
        predicted[:, 0] - right[:, 0],
        bins[:, :0] if np.isnan(bins).any() else bins,
    )
    expected, given = (names[joined(name)] for name in ("most_expected", "most_predicted"))
    index = pd.Index(samples[order], name="sample")
    return Summed(index, found, expected, given, joined("probability"), windows, missing, trained)
