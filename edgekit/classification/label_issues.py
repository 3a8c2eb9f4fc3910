"""Labels that may be wrong: those of samples to which the model gives their own label little probability."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from edgekit import display
from edgekit.classification.gathered import Windows, windows_table
from edgekit.classification.judged import expected_codes
from edgekit.classification.probabilities import Probabilities
from edgekit.errors import UsageError


def label_issues(windows: Windows, *, training: bool = False) -> pd.DataFrame:
    """Rank samples by how little the model believes their label, the least believed first.

    Parameters
    ----------
    windows : DataFrame, or results
        As for `edgekit.classification.calibration`, with the column `sample`, or the index level `sample` that
        ``pd.concat({sample_id: block.windows()}, names=["sample", "window"])`` makes; without either each window is a
        sample of its own, named by its index. A column `category` says which samples the model was trained on.
    training : bool
        Take samples of the category "training" as well. A model has learned their labels, the wrong ones too, and
        believes them more than it should: what it doubts all the same is worth a look, what it does not doubt may be
        wrong.

    Returns
    -------
    DataFrame, one row for each sample and label that it has, which merges the windows of this label (so says
    ``.attrs["merged"]``): `sample`, `given` (its label), `suggested` (the label that the model gives the highest
    probability over these windows), `quality` (from 0, surely wrong, to 1: the probability that the model gives the
    given label, mean over the windows). Of as little quality, the sample that comes first in the table stands first. Of
    a label that the model does not know it cannot say whether it is wrong: its quality is NaN, and it stands last.

    Raises
    ------
    UsageError
        Some samples are of the category "training", and `training` is not set; no window has both an expected label and
        probabilities.

    Notes
    -----
    The quality of a window is its self-confidence: Northcutt, Jiang & Chuang, "Confident Learning" (2021); cleanlab's
    ``get_label_quality_scores(method="self_confidence")``. A missing probability of the given label counts as 0.
    Probabilities are taken as they are, also where they do not sum to 1; of labels with the same highest mean the one
    whose column stands first is suggested.

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> windows = pd.DataFrame(
    ...     {"sample": [7, 7, 8], "expected": ["a", "a", "b"], "a": [0.9, 0.7, 0.8], "b": [0.1, 0.3, 0.2]}
    ... )
    >>> ek.classification.label_issues(windows)
       sample given suggested  quality
    0       8     b         a      0.2
    1       7     a         a      0.8
    """
    table = windows_table(windows)
    _refuse_training(table, training)
    found = Probabilities.of(table)
    expected = expected_codes(table, found.labels)
    known = (expected != -1) & (found.highest >= 0)
    if not known.any():
        raise UsageError(
            f"None of {display.counted(len(table), 'window')} has both a label (expected) and probabilities: no label "
            "to doubt."
        )
    values = np.nan_to_num(found.values[known])
    own = values[np.arange(len(values)), np.maximum(expected[known], 0)]
    frame = pd.DataFrame(
        {
            "sample": _samples(table).to_numpy()[known],
            "given": table["expected"].to_numpy()[known],
            "quality": np.where(expected[known] >= 0, own, np.nan),
        }
    )
    groups = frame.groupby(["sample", "given"], sort=False, dropna=False)
    number = groups.ngroup().to_numpy()
    issues = groups["quality"].mean().reset_index()
    sums = np.zeros((len(issues), len(found.labels)))
    np.add.at(sums, number, values)
    issues.insert(2, "suggested", pd.Series(found.names(sums.argmax(axis=1))))
    issues = issues.sort_values("quality", kind="stable", na_position="last", ignore_index=True)
    issues.attrs["merged"] = "windows of a sample with the same label"
    return issues


def _samples(table: pd.DataFrame) -> pd.Series[Any] | pd.Index[Any]:
    """Return of which sample each window is, by the column or the index level of this name, else by the index."""
    if "sample" in table:
        return table["sample"]
    if "sample" in table.index.names:
        return table.index.get_level_values("sample")
    return table.index.to_flat_index()


def _refuse_training(table: pd.DataFrame, told: bool) -> None:
    if told or "category" not in table:
        return
    learned = table["category"].eq("training").to_numpy(bool, na_value=False)
    if learned.any():
        count = _samples(table)[learned].nunique()
        raise UsageError(
            f"{count} of these samples are in the training set: the model has learned their labels, wrong ones too, "
            "and believes them more than it should. Give it testing samples, or take what it doubts all the same: "
            "label_issues(windows, training=True)."
        )
