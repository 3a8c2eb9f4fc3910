"""What a confidence threshold does: how many windows keep a label, and how many of those are right."""

from __future__ import annotations

import numpy as np
import pandas as pd

from edgekit.classification.gathered import Windows, windows_table
from edgekit.classification.judged import judged_windows


def sweep(windows: Windows) -> pd.DataFrame:
    """Say what every confidence threshold does: one row for each at which something changes.

    Parameters
    ----------
    windows : DataFrame, or results
        As for `edgekit.classification.calibration`.

    Returns
    -------
    DataFrame, ascending: `threshold` (each highest probability that occurs; a window below it is "uncertain"),
    `coverage` (the share of the windows that are not), `accuracy` (the share of these that are right). Windows without
    an expected label or without probabilities are left out.

    Raises
    ------
    UsageError
        No window has both.

    Notes
    -----
    A window that is uncertain is neither right nor wrong here, which shows what a threshold buys: ``predictions`` and
    the Studio's accuracy count it as wrong, so that of theirs is `coverage` · `accuracy`. Known as a
    risk-coverage curve: El-Yaniv & Wiener, "On the Foundations of Noise-free Selective Classification" (2010).

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> windows = pd.DataFrame({"expected": ["a", "a", "b"], "a": [0.9, 0.7, 0.8], "b": [0.1, 0.3, 0.2]})
    >>> ek.classification.sweep(windows).round(2)
       threshold  coverage  accuracy
    0        0.7      1.00      0.67
    1        0.8      0.67      0.50
    2        0.9      0.33      1.00
    """
    confidence, right = judged_windows(windows_table(windows))
    order = np.argsort(confidence, kind="stable")
    ascending = confidence[order]
    first = np.flatnonzero(np.append(True, ascending[1:] != ascending[:-1]))  # where each distinct probability begins
    before = np.concatenate([[0], np.cumsum(right[order])])
    covered = len(order) - first
    accuracy = (before[-1] - before[first]) / covered
    return pd.DataFrame({"threshold": ascending[first], "coverage": covered / len(order), "accuracy": accuracy})
