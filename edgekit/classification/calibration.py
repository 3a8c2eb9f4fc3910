"""How far probabilities can be believed: how often a window is right of which the model was so sure."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.arguments import whole
from edgekit.classification.gathered import Windows, windows_table
from edgekit.classification.judged import judged_windows

BINS, MOST_BINS = 10, 10_000


def calibration(windows: Windows, bins: int = BINS) -> pd.DataFrame:
    """Say for windows of which the model was about equally sure how often it was right.

    Parameters
    ----------
    windows : DataFrame, or results
        As for `edgekit.classification.predictions`: `expected` and a column of probabilities for each label; or what
        `Studio.classify` or `Studio.test` returned.
    bins : int
        Into how many parts of equal width the probabilities from 0 to 1 are put.

    Returns
    -------
    DataFrame, one row a bin: `low`, `high` (a probability p is in the bin where low < p <= high; those not above 0 in
    the first, those above 1 in the last), `probability` (mean of the highest probabilities of its windows), `right`
    (the share of them whose label is right), `windows` (how many). Of a bin without windows both are NaN.

    Raises
    ------
    UsageError
        No window has both an expected label and probabilities.

    Notes
    -----
    Of a calibrated model `probability` and `right` agree. The bins are those of scikit-learn's ``calibration_curve``,
    given the highest probability and whether it was right. Probabilities are taken as they are, also where they do not
    sum to 1. The windows of one sample resemble each other: of few samples the curve looks more certain than it is.

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> windows = pd.DataFrame({"expected": ["a", "a", "b"], "a": [0.9, 0.7, 0.8], "b": [0.1, 0.3, 0.2]})
    >>> ek.classification.calibration(windows, bins=2).round(2)
       low  high  probability  right  windows
    0  0.0   0.5          NaN    NaN        0
    1  0.5   1.0          0.8   0.67        3
    """
    return curve_of(*judged_windows(windows_table(windows)), bins)


def calibration_error(windows: Windows, bins: int = BINS) -> float:
    """Return how far probability and share of right windows are apart on average.

    Parameters
    ----------
    windows, bins
        As for `calibration`.

    Returns
    -------
    float from 0 (calibrated) to 1: the mean over all windows of the difference in their bin, of whatever sign; the
    expected calibration error of Guo, Pleiss, Sun & Weinberger, "On Calibration of Modern Neural Networks" (2017).

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> windows = pd.DataFrame({"expected": ["a", "a", "b"], "a": [0.9, 0.7, 0.8], "b": [0.1, 0.3, 0.2]})
    >>> round(ek.classification.calibration_error(windows, bins=2), 4)
    0.1333
    """
    return float(error_of(binned(*judged_windows(windows_table(windows)), bin_edges(bins))))


def curve_of(confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = BINS) -> pd.DataFrame:
    """Return what `calibration` does, of windows whose highest probability and verdict are known."""
    edges = bin_edges(bins)
    sums = binned(confidence, right, edges)
    with np.errstate(invalid="ignore"):
        columns = {"low": edges[:-1], "high": edges[1:], "probability": sums[1] / sums[0], "right": sums[2] / sums[0]}
    return pd.DataFrame(columns).assign(windows=sums[0].astype(np.int64))


def bin_edges(bins: int) -> NDArray[np.float64]:
    """Return where the bins begin and end."""
    return np.linspace(0, 1, whole("bins", bins, 1, MOST_BINS) + 1)


def binned(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], edges: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return for each bin how many windows it has, their probabilities' sum, and how many are right: (3, bins)."""
    place, size = np.searchsorted(edges[1:-1], confidence), len(edges) - 1
    return np.array(
        [np.bincount(place, weights, size) for weights in (np.ones(len(place)), confidence, right.astype(float))]
    )


def error_of(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the calibration error of what `binned` returned, (…, 3, bins)."""
    error: NDArray[np.float64] = np.abs(sums[..., 1, :] - sums[..., 2, :]).sum(axis=-1) / sums[..., 0, :].sum(axis=-1)
    return error
