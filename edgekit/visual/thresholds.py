"""A threshold for pictures, chosen on pictures, and how certain it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from edgekit import anomaly
from edgekit.anomaly import Suggestion
from edgekit.arguments import array, choice
from edgekit.errors import UsageError
from edgekit.resampling import LEVEL, RESAMPLES
from edgekit.summaries import HasBlocks, HasKind, HasResults
from edgekit.threshold_rules import is_anomaly, is_flagged
from edgekit.visual.grid import Floats, checked_grid
from edgekit.visual.summary import per_picture
from edgekit.visual.visual_anomaly import VisualAnomaly

WAYS = ("quantile", "f1", "balanced_accuracy")
METHODS: dict[str, Callable[[Floats], Any]] = {"max": np.max, "mean": np.mean}


def suggest_threshold(
    images: Any,
    truth: ArrayLike | None = None,
    *,
    by: str = "quantile",
    quantile: float = 0.99,
    method: str = "max",
    block: int | str | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Suggestion:
    """Choose a threshold for the scores of pictures, and say how certain it is.

    Parameters
    ----------
    images : results, or scores of pictures
        What `Studio.classify` or `Studio.test` returned, or blocks of it, or `VisualAnomaly`: then a picture's score is
        ``result.anomaly``, and of results the truth is known (`edgekit.BlockResult.anomalous`). Or `per_sample` of
        `summary`. Or one number a picture; or grids (rows, columns), whose cells become a score by `method`.
    truth : array (pictures,) of booleans, optional
        True where a picture is an anomaly; pictures without truth (None, <NA>) are left out. Where neither this nor the
        results tell, every picture is taken for normal.
    by : str
        ``"quantile"``: a quantile of the normal pictures' scores; ``"f1"`` or ``"balanced_accuracy"``: the threshold
        where that is highest.
    quantile : float
        For ``"quantile"``: which one, linear between scores.
    method : {"max", "mean"}
        How the cells of grids become a picture's score. The block's own is told by `VisualAnomaly.method`.
    block : int or str, optional
        Of results: which block; see `edgekit.visual.summary`.
    level, resamples, seed
        Of the intervals: see `edgekit.anomaly.suggest_threshold`.

    Returns
    -------
    edgekit.anomaly.Suggestion
        Its interval is over pictures (of a video: over samples), not over cells: the cells of one picture resemble each
        other, and as if they were independent they would make the threshold look more certain than it is.

    Raises
    ------
    UsageError
        There is no normal picture with a score, or, for F1 and balanced accuracy, no anomalous one.

    Examples
    --------
    >>> import edgekit as ek
    >>> suggestion = ek.visual.suggest_threshold([2.1, 2.4, 2.2, 3.0, 2.7], quantile=1)
    >>> round(suggestion.threshold, 3), suggestion.by
    (3.0, 'quantile 1 of the normal pictures')
    >>> suggestion.notes[1]
    'No truth was given: every picture was taken for normal, and alarms on anomalies count as false.'
    """
    choice("by", by, WAYS)
    scores, known, samples = _read(images, method, block)
    found = anomaly.suggest_threshold(
        scores,
        known if truth is None else truth,
        by=by,
        quantile=quantile,
        samples=samples,
        level=level,
        resamples=resamples,
        seed=seed,
        unit="pictures",
    )
    normal = int(found.rates["pictures"].to_dict()["false_alarm_rate"])
    if by == "quantile" and normal * (1 - quantile) < 1:
        more = (
            f"{normal} normal pictures say little of quantile {quantile:g}: it is their highest score, or close to it. "
            f"A rate of false alarms below 1 in {normal + 1} cannot be told from so few."
        )
        found = replace(found, notes=(more, *found.notes))
    # where a picture at the threshold is flagged and a window is not
    if (is_flagged(scores, found.threshold) != is_anomaly(scores, found.threshold)).any():
        found = replace(found, threshold=float(np.nextafter(found.threshold, np.inf)))
    return found


def _read(images: Any, method: str, block: int | str | None) -> tuple[Any, Any, Any]:
    """Return score, truth (None: not known of any) and sample of each picture."""
    choice("method", method, METHODS)
    images = list(images) if isinstance(images, Iterator) else images
    if isinstance(images, HasKind | HasBlocks | HasResults) or _first(images, HasKind | HasBlocks):
        images = per_picture(images, block)
    if isinstance(images, pd.DataFrame):
        if "score" not in images:
            raise UsageError("The table of pictures has no column 'score'; summary(results).per_sample has one.")
        truth = images["anomalous"] if "anomalous" in images and images["anomalous"].notna().any() else None
        return images["score"].to_numpy(float), None if truth is None else truth.array, images.index
    if isinstance(images, VisualAnomaly):
        images = [images]
    if _first(images, VisualAnomaly):
        scores = np.array([found.score for found in images], float)
    elif _is_grids(images):
        scores = np.array([_of_cells(grid, method) for grid in images], float)
    else:
        scores = array("The scores of the pictures", images)
    if scores.ndim != 1:
        raise UsageError(f"There must be one score for each picture, got shape {scores.shape}.")
    return scores, None, np.arange(len(scores))


def _first(images: Any, kind: Any) -> bool:
    """Say whether this is a list that begins with something of a kind, or a mapping to it."""
    found = list(images.values()) if isinstance(images, dict) else images
    return isinstance(found, list | tuple) and bool(found) and isinstance(found[0], kind)


def _is_grids(images: Any) -> bool:
    if isinstance(images, np.ndarray):
        return images.ndim == 3
    return isinstance(images, list | tuple) and bool(images) and np.ndim(images[0]) == 2


def _of_cells(grid: Any, method: str) -> float:
    cells = checked_grid(grid)
    known = cells[~np.isnan(cells)]
    return float(METHODS[method](known)) if known.size else float("nan")
