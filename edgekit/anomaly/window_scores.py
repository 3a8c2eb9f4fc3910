"""Scores with the truth about them and the samples they come from, counted score by score; and drawn anew by sample.

Why samples are drawn, and not windows: see `edgekit.resampling`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from edgekit.anomaly.feature_columns import Floats
from edgekit.arguments import array, booleans, codes
from edgekit.errors import UsageError
from edgekit.resampling import Ints, draws
from edgekit.table_words import SCORE

TRUTH, SAMPLE = "anomalous", "sample"


@dataclass(frozen=True, eq=False)
class WindowScores:
    """Windows that have a score and a truth.

    Attributes
    ----------
    values : array
        The distinct scores, ascending.
    rank : array (windows,)
        Which of them each window has.
    anomalous : array (windows,) of bool
    sample : array (windows,) of int, or None
        Which sample each window belongs to, counted from 0; None where that is not known.
    assumed : bool
        The caller did not say which windows are anomalies: all were taken for normal.
    """

    values: Floats
    rank: Ints
    anomalous: NDArray[np.bool_]
    sample: Ints | None
    assumed: bool

    @property
    def samples(self) -> int:
        """How many samples there are; 0 where that is not known."""
        return 0 if self.sample is None or not len(self.sample) else int(self.sample.max()) + 1

    def counted(self, draw: Ints | None = None) -> tuple[Floats, Floats]:
        """Count the normal and the anomalous windows at each distinct score, each sample as often as it was drawn."""
        weight = np.ones(len(self.rank)) if draw is None or self.sample is None else draw[self.sample].astype(float)
        every: Floats = np.bincount(self.rank, weight, len(self.values)).astype(float)
        anomalous: Floats = np.bincount(self.rank, weight * self.anomalous, len(self.values)).astype(float)
        return every - anomalous, anomalous

    def draws(self, times: int, seed: int) -> Ints:
        """Draw as many samples as there are, with replacement: how often each one came, (times, samples).

        One sample, or none that is known, leaves nothing to draw.
        """
        return draws(self.samples, times, seed)


def window_scores(
    scores: ArrayLike | pd.DataFrame, truth: ArrayLike | None, samples: ArrayLike | None = None
) -> WindowScores:
    """Read scores, truth and samples from arrays, Series or a table of windows; see `edgekit.anomaly.sweep`."""
    if isinstance(scores, pd.DataFrame):
        if SCORE not in scores:
            raise UsageError(f"The table of windows has no column {SCORE!r}; it has {list(scores.columns)}.")
        truth = scores[TRUTH] if truth is None and TRUTH in scores else truth
        samples = scores[SAMPLE] if samples is None and SAMPLE in scores else samples
        scores = scores[SCORE]
    if samples is None and isinstance(scores, pd.Series) and SAMPLE in scores.index.names:
        samples = scores.index.get_level_values(SAMPLE)
    if isinstance(scores, pd.Series) and isinstance(truth, pd.Series) and not scores.index.equals(truth.index):
        raise UsageError("Scores and truth are Series with different indices. To go by position: truth.to_numpy().")
    values = array("The scores", scores)
    known, anomalous = (np.ones(values.shape, bool), np.zeros(values.shape, bool)) if truth is None else _truth(truth)
    named = None if samples is None else codes("samples", samples)
    if values.ndim != 1 or any(part is not None and part.shape != values.shape for part in (known, named)):
        shapes = [np.shape(part) for part in (scores, truth, samples) if part is not None]
        raise UsageError(f"There must be one truth and one sample for each score, got shapes {shapes}.")
    keep = known & ~np.isnan(values)
    distinct, rank = np.unique(values[keep], return_inverse=True)
    return WindowScores(
        distinct,
        rank,
        anomalous[keep],
        None if named is None else pd.factorize(named[keep])[0],
        truth is None,
    )


def _truth(truth: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which windows have a truth, and which are anomalous."""
    flags = booleans(truth)
    return flags.notna().to_numpy(), flags.fillna(False).to_numpy(bool)
