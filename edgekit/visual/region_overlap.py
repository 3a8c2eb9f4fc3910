"""Per-region overlap: whether cells above a threshold cover the anomalies, each anomaly counting the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.arguments import are_several, number
from edgekit.errors import UsageError
from edgekit.resampling import Figure, figure
from edgekit.visual.grid import Floats, checked_grid
from edgekit.visual.levels import most_levels, ranked, sums_by_level
from edgekit.visual.masks import cells_of_pixels, checked_mask
from edgekit.visual.visual_anomaly import VisualAnomaly

LIMIT = 0.3  # of the false-positive rate, as in MVTec AD
_CORNERS = np.ones((3, 3), int)  # regions that touch at a corner are one


class Regions(NamedTuple):
    """One picture: score of each cell, which share of its regions lies in each, its normal pixels; how many regions."""

    scores: Floats
    share: Floats
    normal: Floats
    regions: int


def region_overlap(scores: Any, masks: Any, *, limit: float = LIMIT) -> float:
    """Return how much of each anomalous region is found, over all thresholds that seldom alarm elsewhere.

    Parameters
    ----------
    scores : list of grids (rows, columns)
        As arrays or as `VisualAnomaly`; one grid, or an array of grids, as well. A cell without a score is never found.
    masks : list of arrays (height, width)
        One for each grid: not 0 where the picture, as it went into the model, is anomalous; all 0 for a normal picture.
    limit : float
        Up to which false-positive rate, of the normal pixels of all pictures.

    Returns
    -------
    float
        0..1, 1 where every region is covered before a single normal pixel is; NaN without any region, or without any
        normal pixel.

    Notes
    -----
    The normalised area under the PRO curve of MVTec AD (Bergmann et al., International Journal of Computer Vision 129,
    2021, section 5.2): at each threshold, which share of each connected region (touching corners count) is at or above
    it, on average over the regions, against the false-positive rate. A cell's score is that of all of its pixels.

    Examples
    --------
    >>> import edgekit as ek
    >>> mask = [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]
    >>> ek.visual.region_overlap([[1.0, 0.8], [0.9, 6.1]], mask)
    1.0
    """
    limit = number("limit", limit, 0, 1, above=True)
    grids, given = _listed(scores), _listed(masks)
    if len(grids) != len(given):
        raise UsageError(f"There must be one mask for each grid, got {len(grids)} grids and {len(given)} masks.")
    pictures = [regions_of(grid, mask) for grid, mask in zip(grids, given, strict=True)]
    return _exactly(pictures, limit)


def region_overlap_of_samples(pictures: Sequence[Regions], sample: NDArray[np.intp], limit: float = LIMIT) -> Figure:
    """Return the same with its interval over samples, made on some hundred levels of the scores."""
    lengths = [len(picture.scores) for picture in pictures]
    if not sum(lengths):
        return Figure(np.nan, np.nan, np.nan)
    codes = pd.factorize(sample)[0]
    of = np.repeat(codes, lengths)
    scores, share, normal = (np.concatenate(parts) for parts in list(zip(*pictures, strict=True))[:3])
    rank, levels = ranked(scores, most_levels(int(codes.max()) + 1))
    regions = np.bincount(codes, [picture.regions for picture in pictures])
    counts = [sums_by_level(rank, levels, of, weight) for weight in (share, normal)]
    found = figure(
        np.column_stack([*counts, regions]),
        lambda sums: _area(sums[..., :levels], sums[..., levels:-1], sums[..., -1:], limit),
    )
    return found._replace(value=_exactly(pictures, limit))


def regions_of(scores: Any, mask: Any) -> Regions:
    """Measure the regions of one picture cell by cell."""
    from scipy import ndimage

    grid = scores.scores if isinstance(scores, VisualAnomaly) else checked_grid(scores)
    pixels = checked_mask(mask)
    if not grid.size:
        return Regions(np.empty(0), np.empty(0), np.empty(0), 0)
    code = cells_of_pixels((pixels.shape[0], pixels.shape[1]), (grid.shape[0], grid.shape[1]))
    label, regions = ndimage.label(pixels, _CORNERS)
    anomalous, cell, sizes = pixels.ravel(), code.ravel(), np.bincount(label.ravel())
    pairs, counts = np.unique((label.ravel() * grid.size + cell)[anomalous], return_counts=True)
    region, of = np.divmod(pairs, grid.size)
    share = np.bincount(of, counts / sizes[region], grid.size).astype(float)
    normal = np.bincount(cell[~anomalous], minlength=grid.size).astype(float)
    return Regions(np.where(np.isnan(grid), -np.inf, grid).ravel(), share, normal, int(regions))


def _exactly(pictures: Sequence[Regions], limit: float) -> float:
    if not pictures:
        return float("nan")
    scores, share, normal = (np.concatenate(parts) for parts in list(zip(*pictures, strict=True))[:3])
    rank, levels = ranked(scores)
    found, alarms = (np.bincount(rank, weight, levels).astype(float) for weight in (share, normal))
    regions = np.array([sum(picture.regions for picture in pictures)], float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(_area(found, alarms, regions, limit))


def _area(share: Floats, normal: Floats, regions: Floats, limit: float) -> Floats:
    """Return the area under overlap against false-positive rate up to `limit`, from sums by level, the lowest first."""
    overlap, rate = (
        np.concatenate([np.zeros((*part.shape[:-1], 1)), part[..., ::-1].cumsum(axis=-1) / whole], axis=-1)
        for part, whole in ((share, regions), (normal, normal.sum(axis=-1, keepdims=True)))
    )
    begin, end = rate[..., :-1], rate[..., 1:]
    cut = np.minimum(end, limit)
    wide = np.maximum(cut - begin, 0)
    slope = np.diff(overlap, axis=-1) / np.where(end > begin, end - begin, 1)
    area = (wide * (overlap[..., :-1] + slope * wide / 2)).sum(axis=-1) / limit
    known = (regions[..., 0] > 0) & (normal.sum(axis=-1) > 0)
    return np.asarray(np.where(known, area, np.nan))


def _listed(given: Any) -> list[Any]:
    """Return one grid or mask, or several, as a list."""
    if isinstance(given, VisualAnomaly):
        return [given]
    if are_several(given):
        found = list(given)
        if found and not isinstance(found[0], VisualAnomaly) and np.ndim(found[0]) < 2:
            return [given]
        return found
    raise UsageError("Expected a list of grids, and a list of as many masks.")
