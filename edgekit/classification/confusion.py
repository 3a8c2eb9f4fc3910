"""Which label is taken for which other one: the confusion matrix, and the figures of each label."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import display
from edgekit.classification.gathered import Windows, predictions_table
from edgekit.classification.judged import factorized
from edgekit.errors import UsageError
from edgekit.table_words import UNCERTAIN, label_order


def confusion(predictions: Windows) -> pd.DataFrame:
    """Count which label was predicted for windows of which label.

    Parameters
    ----------
    predictions : DataFrame, or results
        `expected` and `predicted` (``BlockResult.predictions()``, `predictions`, or many of them put together by
        ``pd.concat``); or what `Studio.classify` or `Studio.test` returned, of which each block's own threshold counts.

    Returns
    -------
    DataFrame of int, index `expected`, columns `predicted`: how many windows. Rows and columns are the labels that
    occur as either, sorted; the last column is "uncertain", also where no window is.

    Raises
    ------
    UsageError
        No window has both a label that it should have and a predicted one; predictions of several keys.

    Notes
    -----
    A label that is never predicted has a column of zeros: one that the model does not know, say, because it is in the
    testing set only. A label that is predicted and never expected has a row of zeros. Windows of which either is
    missing are left out; ``.attrs["left_out"]`` says how many. A label that is itself called "uncertain" has the last
    row, and its column is the last one: what is in both is correct, as in `predictions`.

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> windows = pd.DataFrame(
    ...     {"expected": ["idle", "wave", "wave"], "idle": [0.9, 0.55, 0.1], "wave": [0.1, 0.45, 0.9]}
    ... )
    >>> ek.classification.confusion(ek.classification.predictions(windows, threshold=0.6))
    predicted  idle  wave  uncertain
    expected
    idle          1     0          0
    wave          0     1          1
    """
    labels, counts, left_out = counted(predictions_table(predictions))
    columns = labels if UNCERTAIN in labels else [*labels, UNCERTAIN]
    matrix = pd.DataFrame(counts, pd.Index(labels, name="expected"), pd.Index(columns, name="predicted"))
    matrix.attrs["left_out"] = left_out
    return matrix


def report(predictions: Windows) -> pd.DataFrame:
    """Say of each label how often it was found, and how often it was right where it was predicted.

    Parameters
    ----------
    predictions
        As for `confusion`.

    Returns
    -------
    DataFrame, index `label`, sorted: `precision` (the share of the windows predicted so that are so), `recall` (the
    share of the windows that are so that were predicted so), `f1`, `support` (how many windows are so).

    Raises
    ------
    UsageError
        As for `confusion`.

    Notes
    -----
    As scikit-learn's ``precision_recall_fscore_support`` with ``zero_division=nan``: what is 0/0 is NaN, precision of a
    label that is never predicted, recall of one that is never expected. An "uncertain" window counts against the recall
    of its label and against no precision, but that of a label which is itself called "uncertain".

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> windows = pd.DataFrame({"expected": ["idle", "wave", "wave"], "idle": [0.9, 0.6, 0.1], "wave": [0.1, 0.4, 0.9]})
    >>> ek.classification.report(ek.classification.predictions(windows))
           precision  recall        f1  support
    label
    idle         0.5     1.0  0.666667        1
    wave         1.0     0.5  0.666667        2
    """
    labels, counts, _ = counted(predictions_table(predictions))
    right, predicted, support = np.diag(counts).astype(float), counts[:, : len(labels)].sum(axis=0), counts.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = {
            "precision": right / predicted,
            "recall": right / support,
            "f1": 2 * right / (predicted + support),
            "support": support,
        }
    return pd.DataFrame(columns, pd.Index(labels, name="label"))


def counted(table: pd.DataFrame) -> tuple[list[str], NDArray[np.int64], int]:
    """Return the labels, how many windows of each (row) were predicted as each and as uncertain (last column).

    Where a label is called "uncertain" there are as many columns as rows. The third is how many windows were left out
    because either is missing.
    """
    labels, expected, predicted = coded(table)
    known = (expected >= 0) & (predicted >= 0)
    if not known.any():
        raise UsageError(
            f"None of {display.counted(len(table), 'window')} has both a label that it should have (expected) and a "
            "predicted one: there is nothing to compare."
        )
    size = len(labels)
    across = size if UNCERTAIN in labels else size + 1
    cells = expected[known] * across + predicted[known]
    counts = np.bincount(cells, minlength=size * across).reshape(size, across)
    return labels, counts, int((~known).sum())


def coded(table: pd.DataFrame) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Return the labels, sorted, and which of them each window should have and was given; -1 where that is missing.

    A window that is uncertain has the code after the last label's, or that of the label of this name, which is last.
    """
    expected, truths = factorized(table["expected"])
    predicted, guesses = factorized(table["predicted"])
    texts = [[str(label) for label in names] for names in (truths, guesses)]
    labels = label_order({*texts[0], *(text for text in texts[1] if text != UNCERTAIN)})
    place = {UNCERTAIN: len(labels)} | {label: number for number, label in enumerate(labels)}
    of_truth, of_guess = (np.array([*(place[text] for text in of), -1]) for of in texts)
    return labels, of_truth[expected], of_guess[predicted]
