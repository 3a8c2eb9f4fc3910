"""The labels of a store of samples, summed up in one pass over its parts: ten million windows in about a second."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.classification.calibration import BINS, bin_edges
from edgekit.classification.judged import most_frequent, most_frequent_of
from edgekit.classification.summary_figures import Floats, WindowCounts
from edgekit.summaries import Coded, Counts, StoredPart
from edgekit.table_words import UNCERTAIN
from edgekit.threshold_rules import is_uncertain

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


def summed(parts: Iterable[Counts]) -> Summed:
    """Put together what was counted of each part."""
    found = list(parts)
    labels = list(dict.fromkeys([UNCERTAIN, *(name for part in found for name in part.labels)]))
    place_of = {name: place for place, name in enumerate(labels)}
    places = [np.array([*map(place_of.get, part.labels), -1], np.int32) for part in found]
    samples, windows = (_joined(found, name) for name in ("sample", "windows"))
    order = np.argsort(samples, kind="stable")
    order = order[windows[order] > 0]
    columns = sorted(range(1, len(labels)), key=labels.__getitem__)
    if any(part.columns["expected"][:, 0].any() for part in found):  # a label of that name
        columns.append(0)

    def by_label(name: str) -> Floats:
        whole, end = np.zeros((len(samples), len(labels))), 0
        for part, place in zip(found, places, strict=True):
            of = part.columns[name]
            whole[end : end + len(of), place[:-1]] = of
            end += len(of)
        return whole[order]

    def most(name: str) -> NDArray[Any]:
        codes = [place[part.columns[name]] for part, place in zip(found, places, strict=True)]
        names: NDArray[Any] = np.array([*labels, None], object)[np.concatenate(codes)[order]]
        return names

    predicted, right = by_label("predicted"), by_label("right")
    bins = _joined(found, "bins")[order]
    counted = WindowCounts(
        by_label("expected")[:, columns],
        predicted[:, columns],
        right[:, columns],
        predicted[:, 0] - right[:, 0],
        bins[:, :0] if np.isnan(bins).any() else bins,
    )
    return Summed(
        pd.Index(samples[order], name="sample"),
        counted,
        most("most_expected"),
        most("most_predicted"),
        _joined(found, "probability")[order],
        int(windows.sum()),
        int(_joined(found, "missing").sum()),
        int(_joined(found, "trained").sum()),
    )


def _joined(parts: list[Counts], name: str) -> NDArray[Any]:
    return np.concatenate([part.columns[name] for part in parts])


def counts(part: StoredPart, threshold: float | None) -> Counts:
    """Count the windows of each sample of a part; by the sample's own threshold where none is given.

    `expected`, `predicted` and `right` have a number for each of the labels, of which `UNCERTAIN` is the first;
    `most_expected` and `most_predicted` say which of them is the most frequent, -1 for none.
    """
    labels = _Labels({UNCERTAIN: 0})
    expected, most_probable = (labels.codes(part.columns[name]) for name in ("expected", "most_probable"))
    probability = part.columns["probability"]
    if threshold is None:
        predicted = labels.codes(part.columns["predicted"])
    else:
        predicted = np.where(is_uncertain(probability, threshold), labels[UNCERTAIN], most_probable)
    with np.errstate(invalid="ignore"):
        has_one = ~np.isnan(probability)
        mean = part.reduced(np.add, np.where(has_one, probability, 0.0)) / part.counted(has_one)
    of_samples = {
        "sample": part.samples,
        "threshold": part.thresholds,
        "windows": part.windows,
        "missing": part.counted((expected < 0) | (predicted < 0)),
        "trained": part.columns["category"].are(_TRAINING) & (part.windows > 0),
        "probability": mean,
    }
    return Counts(of_samples | _by_label(part, len(labels), expected, predicted, most_probable), list(labels))


class _Labels(dict[str, int]):
    """All labels so far, in the order in which they came; `UNCERTAIN` first, a label only where one is expected."""

    def codes(self, column: Coded) -> Codes:
        """Return which label each window has; -1 where that is missing."""
        of_name = [self.setdefault(name, len(self)) for name in column.names]
        return np.array([*of_name, -1], np.int32).take(column.codes, mode="wrap")  # -1, the last one, as well


def _by_label(
    part: StoredPart, size: int, expected: Codes, predicted: Codes, most_probable: Codes
) -> dict[str, NDArray[Any]]:
    count, confidence = len(part.samples), part.columns["probability"]
    sample = np.repeat(np.arange(count), part.windows)
    known, most = (expected >= 0) & (predicted >= 0), None
    if not known.all():
        most = [most_frequent(sample, codes, count, size) for codes in (expected, predicted)]
        sample, expected, predicted = sample[known], expected[known], predicted[known]
        confidence, most_probable = confidence[known], most_probable[known]
    first = sample * size

    def by_label(codes: Codes, which: NDArray[np.bool_] | None = None) -> NDArray[np.int32]:
        return np.bincount(first + codes, which, count * size).reshape(count, size).astype(np.int32)

    both = by_label(expected), by_label(predicted)
    if most is None:  # the same windows, which are counted already
        most = [most_frequent_of(of, sample, codes) for of, codes in zip(both, (expected, predicted), strict=True)]
    right = expected == predicted
    return {
        "expected": both[0],
        "predicted": both[1],
        "right": by_label(expected, right),
        "bins": _bins(sample, count, confidence, expected == most_probable),
        "most_expected": most[0],
        "most_predicted": most[1],
    }


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
