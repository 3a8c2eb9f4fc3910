"""Scores as levels: the distinct ones, or so few of them that a table of samples by levels fits into memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edgekit.visual.grid import Floats

_NUMBERS, _MOST, _LEAST = 2**23, 512, 32  # in such a table; levels


def most_levels(samples: int) -> int:
    """Return how many levels a table of so many samples may have."""
    return int(np.clip(_NUMBERS // max(samples, 1), _LEAST, _MOST))


def ranked(values: ArrayLike, most: int | None = None) -> tuple[NDArray[np.intp], int]:
    """Say on which level each score stands, 0 the lowest, and how many levels there are.

    Equal scores share a level. Where there are more than `most` distinct ones, neighbours share one as well, about as
    many on each level.
    """
    given = np.asarray(values, float)
    distinct, rank = np.unique(given, return_inverse=True)
    if most is not None and len(distinct) > most:
        edges = np.unique(np.sort(given)[np.linspace(0, len(given) - 1, most + 1).astype(int)[1:-1]])
        return np.searchsorted(edges, given, side="right"), len(edges) + 1
    return rank, len(distinct)


def sums_by_level(rank: NDArray[np.intp], levels: int, sample: NDArray[np.intp], weight: Floats) -> Floats:
    """Add up weights by sample and level, (samples, levels)."""
    samples = int(sample.max(initial=-1)) + 1
    flat = np.bincount(sample * levels + rank, weight, samples * levels)
    return np.asarray(flat.reshape(samples, levels), float)
