"""How well scores tell anomalies from what is normal, whatever the threshold: the area under the ROC curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.arguments import array, booleans, one_each
from edgekit.errors import UsageError
from edgekit.resampling import MOST_SAMPLES, Figure, figure, groups
from edgekit.visual.grid import Floats
from edgekit.visual.levels import most_levels, ranked, sums_by_level
from edgekit.visual.visual_anomaly import VisualAnomaly


def auroc(scores: Any, truth: Any) -> float:
    """Return how often an anomaly scores higher than what is normal, a tie counting half.

    Parameters
    ----------
    scores : array of any shape, or a list of grids
        Of pictures, or of cells: grids as arrays (rows, columns) or as `VisualAnomaly`, of one size or of several. What
        has no score (NaN) is left out.
    truth : of the same shape
        True where it is an anomaly; None, NaN or <NA> where that is not known, which is left out. Or how much of it is
        one, 0..1: a cell of which a box covers a third counts as a third of an anomalous cell and two thirds of a
        normal one, as if each pixel were counted (`edgekit.visual.covered`, `edgekit.visual.mask_cells`).

    Returns
    -------
    float
        1 where every anomaly scores higher than everything normal, 0.5 for scores that tell nothing; NaN without an
        anomaly, or without anything normal.

    Notes
    -----
    The area under the receiver operating characteristic (Hanley & McNeil, Radiology 143, 1982), as in
    ``sklearn.metrics.roc_auc_score``.

    Examples
    --------
    >>> import edgekit as ek
    >>> ek.visual.auroc([1.0, 2.5, 2.0, 6.1], [False, False, True, True])
    0.75
    """
    values, share = _known(scores, truth)
    rank, levels = ranked(values)
    sums = (np.bincount(rank, weight, levels).astype(float) for weight in (1 - share, share))
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(_area(*sums))


def auroc_of_samples(scores: Sequence[Floats], truth: Sequence[Floats], sample: NDArray[np.intp]) -> Figure:
    """Return the same with its interval over samples; scores and truth of each picture, and which sample it is of."""
    lengths = [grid.size for grid in scores]
    if not sum(lengths):
        return Figure(np.nan, np.nan, np.nan)
    values = np.concatenate([np.ravel(grid) for grid in scores])
    return auroc_of(values, np.concatenate([np.ravel(part) for part in truth]), np.repeat(sample, lengths))


def auroc_of(values: Floats, share: Floats, sample: NDArray[np.intp]) -> Figure:
    """Return the same of scores one by one; NaN is left out.

    The interval is made on some hundred levels of the scores, the value on all of them.
    """
    keep = ~np.isnan(values) & ~np.isnan(share)
    if not keep.any():
        return Figure(np.nan, np.nan, np.nan)
    of, samples = pd.factorize(sample[keep])
    rank, levels = ranked(values[keep], most_levels(len(samples)))
    if len(samples) > MOST_SAMPLES:  # a table of all of them would take up most of the memory
        of = groups(len(samples))[of]
    counts = [sums_by_level(rank, levels, of, weight) for weight in (1 - share[keep], share[keep])]
    found = figure(np.hstack(counts), lambda sums: _area(sums[..., :levels], sums[..., levels:]))
    return found._replace(value=auroc(values, share))


def _area(normal: Floats, anomalous: Floats) -> Floats:
    """Return the area from how many have each level, the lowest first (…, levels)."""
    below = normal.cumsum(axis=-1) - normal / 2
    pairs = normal.sum(axis=-1) * anomalous.sum(axis=-1)
    return np.asarray((anomalous * below).sum(axis=-1) / pairs)


def _known(scores: Any, truth: Any) -> tuple[Floats, Floats]:
    values, share = array("The scores", _flat(scores)), _shares(_flat(truth))
    one_each("truth", np.shape(share), np.shape(values))
    keep = ~np.isnan(values) & ~np.isnan(share)
    return values[keep], share[keep]


def _flat(given: Any) -> Any:
    """Put a list of grids of any sizes one behind the other."""
    if isinstance(given, list | tuple) and given and all(isinstance(g, np.ndarray | VisualAnomaly) for g in given):
        return np.concatenate([np.ravel(g.scores if isinstance(g, VisualAnomaly) else g) for g in given])
    return given


def _shares(truth: Any) -> Floats:
    """Return how much of each is an anomaly, NaN where that is not known."""
    try:
        given = np.asarray(truth)
    except ValueError as problem:
        raise UsageError(f"The truth is an array, or a list of arrays: {problem}.") from None
    if given.dtype.kind not in "biuf":
        flat = booleans(given.ravel()).astype("Float64").to_numpy(float, na_value=np.nan)
        return np.asarray(flat.reshape(given.shape), float)
    found = given.astype(float)
    if ((found < 0) | (found > 1)).any():
        raise UsageError("The truth is True, False or missing, or how much of it is an anomaly, from 0 to 1.")
    return found
