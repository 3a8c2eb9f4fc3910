"""The figures of `summary`, and its table of samples: what follows from how many windows of each sample are what."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.classification.calibration import BINS, error_of
from edgekit.resampling import Figure, figure

Floats = NDArray[np.float64]
Texts = NDArray[Any]


class WindowCounts(NamedTuple):
    """Windows of each sample whose expected and predicted label are known; arrays (samples, …).

    `expected`, `predicted` and `right` are counts by label, `uncertain` is one count; `bins` is what calibration rests
    on, (samples, 3 * bins), without bins where no probabilities came.
    """

    expected: Floats
    predicted: Floats
    right: Floats
    uncertain: Floats
    bins: Floats

    def figures(self) -> dict[str, Figure]:
        """Return each figure of `Summary.figures` with its interval."""
        size = self.expected.shape[1]
        windows = self.expected.sum(axis=1)
        shares = np.column_stack([self.right.sum(axis=1), self.uncertain, windows])
        by_label = np.hstack([self.right, self.expected, self.predicted])

        def parts(sums: Floats) -> tuple[Floats, Floats, Floats]:
            return sums[..., :size], sums[..., size : 2 * size], sums[..., 2 * size :]

        def recall(sums: Floats) -> Floats:
            right, expected, _ = parts(sums)
            return _mean(right / expected, expected > 0)

        def f1(sums: Floats) -> Floats:
            right, expected, predicted = parts(sums)
            return _mean(2 * right / (expected + predicted), expected + predicted > 0)

        return {
            "accuracy": figure(shares, lambda sums: sums[..., 0] / sums[..., 2]),
            "balanced_accuracy": figure(by_label, recall),
            "f1": figure(by_label, f1),
            "uncertain": figure(shares, lambda sums: sums[..., 1] / sums[..., 2]),
            "calibration_error": self._calibration(),
        }

    def _calibration(self) -> Figure:
        if not self.bins.shape[1]:
            return Figure(np.nan, np.nan, np.nan)
        return figure(self.bins, lambda sums: error_of(sums.reshape(*sums.shape[:-1], 3, BINS)))

    def per_sample(
        self, samples: pd.Index[Any], expected: Texts, predicted: Texts, probability: Floats
    ) -> pd.DataFrame:
        """Return `Summary.per_sample`, the worst first: with the most frequent labels and the mean of probabilities."""
        windows, right = self.expected.sum(axis=1), self.right.sum(axis=1)
        with np.errstate(invalid="ignore"):
            accuracy = right / windows
        table = pd.DataFrame(
            {
                "expected": pd.array(expected, "str"),
                "predicted": pd.array(predicted, "str"),
                "windows": windows.astype(int),
                "right": right.astype(int),
                "uncertain": self.uncertain.astype(int),
                "accuracy": accuracy,
                "probability": probability,
            },
            index=samples.rename("sample"),
        )
        return worst_first(table)


def worst_first(per_sample: pd.DataFrame) -> pd.DataFrame:
    """Lowest accuracy first, of the same accuracy the highest probability; without a known label last."""
    accuracy = per_sample["accuracy"].fillna(np.inf).to_numpy(float)
    return per_sample.iloc[np.lexsort((-per_sample["probability"].fillna(-1).to_numpy(float), accuracy))]


def _mean(values: Floats, over: NDArray[np.bool_]) -> Floats:
    mean: Floats = np.where(over, values, 0).sum(axis=-1) / over.sum(axis=-1)
    return mean
