"""Many samples at once: which the model is wrong about, how often it is right, and how certain that is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.classification.calibration import BINS, bin_edges, binned, error_of
from edgekit.classification.confusion import coded
from edgekit.classification.gathered import labelled, uncertain
from edgekit.classification.predictions import UNCERTAIN
from edgekit.errors import UsageError
from edgekit.resampling import Figure, figure
from edgekit.summaries import Results, Summary, figures_table

Floats = NDArray[np.float64]


def summary(results: Results, block: int | str | None = None, *, threshold: float | None = None) -> Summary:
    """Sum up how a classifier does over many samples.

    Parameters
    ----------
    results : iterable, or mapping from sample id
        Of what `Studio.classify` returned, or of its classification blocks; or what `Studio.test` returned.
    block : int or str, optional
        Which block: its id, type or title. Without it the only classification block.
    threshold : float, optional
        A window whose highest probability is below it is "uncertain". Without it each block's own.

    Returns
    -------
    Summary
        `.per_sample`, index `sample`: `expected` (its label; of several the most frequent), `predicted` (the label that
        most of its windows are given, of as many the one that comes first), `windows` (whose label is known), `right`,
        `uncertain`, `accuracy` (right of the windows) and `probability` (mean of the highest ones). Lowest accuracy
        first, of the same accuracy the highest probability; samples of which no label is known last.

        `.figures`: `accuracy`, `balanced_accuracy` (mean recall of the labels that are expected), `f1` (mean over the
        labels that are expected or predicted), `uncertain` (share of the windows), `calibration_error` (10 bins;
        whatever the threshold). An uncertain window is not right. Intervals are over samples: the windows of one sample
        are drawn together.

        Of structured labels `.per_sample` has the column `key` and a row a key, and the figures are named
        "key: accuracy".

    Raises
    ------
    UsageError
        No results, no such block; no window has both an expected and a predicted label.

    Examples
    --------
    >>> import edgekit as ek
    >>> studio = ek.connect(sandbox="motion")
    >>> summary = ek.classification.summary(studio.classify([41, 51, 61, 71]))
    >>> summary.per_sample[["expected", "predicted", "windows", "right"]]
             expected predicted  windows  right
    sample
    71      badminton   running       17      0
    41       standing  standing       17     17
    51        running   running       17     17
    61        walking   walking       17     17
    """
    whole = labelled(results, block).reset_index(drop=True)
    table = uncertain(whole, threshold).assign(most_probable=whole["predicted"])
    keyed = "key" in table
    parts = [(f"{key}", part) for key, part in table.groupby("key", sort=False)] if keyed else [("", table)]
    samples: list[pd.DataFrame] = []
    figures: dict[str, Figure] = {}
    for key, part in parts:
        front = f"{key}: " if keyed else ""
        counted = _counted(part)
        per_sample = _per_sample(part, counted)
        samples.append(per_sample.assign(key=key) if keyed else per_sample)
        figures |= {f"{front}{name}": found for name, found in counted.figures().items()}
    every = pd.concat(samples)
    if keyed:
        every.insert(0, "key", every.pop("key"))
    return Summary(_worst_first(every), figures_table(figures), _note(table))


class _Counts:
    """How many windows of each sample are what: arrays (samples, …)."""

    def __init__(self, sample: NDArray[np.intp], samples: pd.Index[Any], table: pd.DataFrame) -> None:
        labels, expected, predicted = coded(table)
        known = (expected >= 0) & (predicted >= 0)
        if not known.any():
            raise UsageError(
                f"None of these {len(table)} windows has both a label that it should have (expected) and a predicted "
                "one: there is nothing to sum up."
            )
        self.samples, self.size = samples, len(samples)
        self.sample, expected, predicted = sample[known], expected[known], predicted[known]
        right = expected == predicted
        self.expected = self._by_label(expected, len(labels))
        self.predicted = self._by_label(predicted, len(labels) + 1)[:, :-1]
        self.right = self._by_label(np.where(right, expected, len(labels)), len(labels) + 1)[:, :-1]
        self.uncertain = np.bincount(self.sample, table["predicted"].eq(UNCERTAIN).to_numpy(bool)[known], self.size)
        believed = table["expected"].eq(table["most_probable"]).to_numpy(bool, na_value=False)
        self.bins = self._bins(table["probability"].to_numpy(float)[known], believed[known])

    def _by_label(self, codes: NDArray[np.int64], labels: int) -> Floats:
        cells = np.bincount(self.sample * labels + codes, minlength=self.size * labels)
        return cells.reshape(self.size, labels).astype(float)

    def _bins(self, confidence: Floats, right: NDArray[np.bool_]) -> Floats:
        """Return what calibration rests on, (samples, 3 * bins); no bins where no probabilities came."""
        if np.isnan(confidence).any():
            return np.zeros((self.size, 0))
        edges = bin_edges(BINS)
        by_sample = np.argsort(self.sample, kind="stable")
        spans = np.split(by_sample, np.searchsorted(self.sample[by_sample], np.arange(1, self.size)))
        return np.array([binned(confidence[of], right[of], edges).ravel() for of in spans])

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


def _mean(values: Floats, over: NDArray[np.bool_]) -> Floats:
    mean: Floats = np.where(over, values, 0).sum(axis=-1) / over.sum(axis=-1)
    return mean


def _counted(table: pd.DataFrame) -> _Counts:
    codes, names = pd.factorize(table["sample"])
    return _Counts(codes, pd.Index(names), table)


def _per_sample(table: pd.DataFrame, counts: _Counts) -> pd.DataFrame:
    windows, right = counts.expected.sum(axis=1), counts.right.sum(axis=1)
    grouped = table.groupby("sample", sort=False)
    with np.errstate(invalid="ignore"):
        accuracy = right / windows
    return pd.DataFrame(
        {
            "expected": _most_frequent(table, "expected", counts.samples),
            "predicted": _most_frequent(table, "predicted", counts.samples),
            "windows": windows.astype(int),
            "right": right.astype(int),
            "uncertain": counts.uncertain.astype(int),
            "accuracy": accuracy,
            "probability": grouped["probability"].mean().reindex(counts.samples).to_numpy(float),
        },
        index=counts.samples.rename("sample"),
    )


def _most_frequent(table: pd.DataFrame, column: str, samples: pd.Index[Any]) -> pd.Series[str]:
    """Return the text that most of each sample's windows have, of as many the first; missing where none has any."""
    known = table[table[column].notna()]
    counts = known.groupby(["sample", column], sort=False).size().reset_index(name="windows")
    first = counts.sort_values("windows", ascending=False, kind="stable").drop_duplicates("sample")
    return first.set_index("sample")[column].reindex(samples)


def _worst_first(per_sample: pd.DataFrame) -> pd.DataFrame:
    accuracy = per_sample["accuracy"].fillna(np.inf).to_numpy(float)
    return per_sample.iloc[np.lexsort((-per_sample["probability"].fillna(-1).to_numpy(float), accuracy))]


def _note(table: pd.DataFrame) -> str:
    notes = []
    if learned := table.loc[table["category"].eq("training"), "sample"].nunique():
        notes.append(f"The model was trained on {learned} of these samples: on others it does worse.")
    if missing := int((table["expected"].isna() | table["predicted"].isna()).sum()):
        notes.append(f"{missing} windows without an expected or a predicted label are in no figure.")
    return " ".join(notes)
