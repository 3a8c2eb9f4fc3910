"""Many samples at once: which the model is wrong about, how often it is right, and how certain that is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import display
from edgekit.arguments import number
from edgekit.classification import store_summary
from edgekit.classification.calibration import BINS, bin_edges, binned
from edgekit.classification.confusion import coded
from edgekit.classification.gathered import labelled, uncertain
from edgekit.classification.judged import most_frequent
from edgekit.classification.summary_figures import Floats, WindowCounts, worst_first
from edgekit.errors import UsageError
from edgekit.resampling import Figure
from edgekit.summaries import HasParts, Results, Summary, figures_table
from edgekit.table_words import UNCERTAIN


def summary(results: Results, block: int | str | None = None, *, threshold: float | None = None) -> Summary:
    """Sum up how a classifier does over many samples.

    Parameters
    ----------
    results : iterable, or mapping from sample id
        Of what `Studio.classify` returned, or of its classification blocks; or what `Studio.test` returned; or an
        `edgekit.Store`, of which no more than a part is in memory.
    block : int or str, optional
        Which block: its id, type or title. Without it the only classification block.
    threshold : float, optional
        A window whose highest probability is below it is "uncertain". Without it each block's own.

    Returns
    -------
    Summary
        `.per_sample`, index `sample`: `expected` (its label; of several the most frequent), `predicted` (the label that
        most of its windows are given, of as many the one that comes first), `windows` (whose label is known), `right`,
        `uncertain` (and not right), `accuracy` (right of the windows) and `probability` (mean of the highest ones).
        Lowest accuracy first, of the same accuracy the highest probability; samples of which no label is known last.

        `.figures`: `accuracy`, `balanced_accuracy` (mean recall of the labels that are expected), `f1` (mean over the
        labels that are expected or predicted), `uncertain` (share of the windows), `calibration_error` (10 bins;
        whatever the threshold). An uncertain window is not right. Intervals are over samples: the windows of one sample
        are drawn together.

        Of structured labels `.per_sample` has the column `key` and a row a key, and the figures are named
        "key: accuracy": NaN of a key of which no window has both labels.

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
    if isinstance(results, HasParts) and (stored := _of_store(results, block, threshold)):
        return stored
    whole = labelled(results, block).reset_index(drop=True)
    table = uncertain(whole, threshold).assign(most_probable=whole["predicted"])
    unknown = (table["expected"].isna() | table["predicted"].isna()).to_numpy(bool)
    keyed = "key" in table
    parts = [(f"{key}", part) for key, part in table.groupby("key", sort=False)] if keyed else [("", table)]
    if unknown.all():
        raise _nothing_known(max((len(part) for _, part in parts), default=0))
    samples: list[pd.DataFrame] = []
    figures: dict[str, Figure] = {}
    for key, part in parts:
        front = f"{key}: " if keyed else ""
        sample, names = pd.factorize(part["sample"])
        counts = _counted(part, sample, len(names))
        per_sample = _per_sample(part, counts, sample, pd.Index(names))
        samples.append(per_sample.assign(key=key) if keyed else per_sample)
        figures |= {f"{front}{name}": found for name, found in counts.figures().items()}
    every = worst_first(pd.concat(samples))
    if keyed:
        every.insert(0, "key", every.pop("key"))
    trained = table.loc[table["category"].eq("training"), "sample"].nunique()
    return Summary(every, figures_table(figures), _note(trained, int(unknown.sum())))


def _of_store(store: HasParts, block: int | str | None, threshold: float | None) -> Summary | None:
    """Sum up a store part by part; None where its windows cannot be had as arrays."""
    limit = None if threshold is None else number("threshold", threshold, 0, 1)
    parts = store.counts_of("classification", block, limit)
    if parts is None:
        return None
    found = store_summary.summed(parts)
    if found.windows == found.missing:
        raise _nothing_known(found.windows)
    return Summary(found.per_sample(), figures_table(found.counts.figures()), _note(found.trained, found.missing))


def _nothing_known(windows: int) -> UsageError:
    return UsageError(
        f"None of {display.counted(windows, 'window')} has both a label that it should have (expected) and a predicted "
        "one: there is nothing to sum up."
    )


def _counted(table: pd.DataFrame, sample: NDArray[np.intp], size: int) -> WindowCounts:
    """Count the windows of each sample."""
    labels, expected, predicted = coded(table)
    known = (expected >= 0) & (predicted >= 0)
    believed = table["expected"].eq(table["most_probable"]).to_numpy(bool, na_value=False)[known]
    unsure = table["predicted"].eq(UNCERTAIN).to_numpy(bool, na_value=False)[known]
    sample, expected, predicted = sample[known], expected[known], predicted[known]
    right = expected == predicted

    def by_label(codes: NDArray[np.int64]) -> Floats:
        cells = np.bincount(sample * (len(labels) + 1) + codes, minlength=size * (len(labels) + 1))
        return cells.reshape(size, -1)[:, :-1].astype(float)

    return WindowCounts(
        by_label(expected),
        by_label(predicted),
        by_label(np.where(right, expected, len(labels))),
        np.bincount(sample, unsure & ~right, size).astype(float),
        _bins(table["probability"].to_numpy(float)[known], believed, sample, size),
    )


def _bins(confidence: Floats, right: NDArray[np.bool_], sample: NDArray[np.intp], size: int) -> Floats:
    """Return what calibration rests on, (samples, 3 * bins); no bins where no probabilities came."""
    if np.isnan(confidence).any():
        return np.zeros((size, 0))
    edges = bin_edges(BINS)
    by_sample = np.argsort(sample, kind="stable")
    spans = np.split(by_sample, np.searchsorted(sample[by_sample], np.arange(1, size)))
    return np.array([binned(confidence[of], right[of], edges).ravel() for of in spans])


def _per_sample(
    table: pd.DataFrame, counts: WindowCounts, sample: NDArray[np.intp], samples: pd.Index[Any]
) -> pd.DataFrame:
    labels, *codes = coded(table)
    names = np.array([*labels, UNCERTAIN, None], object)
    expected, predicted = (names[most_frequent(sample, of, len(samples), len(labels) + 1)] for of in codes)
    probability = table.groupby("sample", sort=False)["probability"].mean().reindex(samples).to_numpy(float)
    return counts.per_sample(samples, expected, predicted, probability)


def _note(trained: int, missing: int) -> str:
    notes = []
    if trained:
        notes.append(f"The model was trained on {trained} of these samples: on others it does worse.")
    if missing:
        notes.append(f"In no figure: {display.counted(missing, 'window')} without an expected or a predicted label.")
    return " ".join(notes)
