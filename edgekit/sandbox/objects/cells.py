"""The grid of cells that the object models look at: each cell's surroundings, as gradients.

A picture of `SIDE` pixels each way has cells of `CELL` pixels. A cell's context is `CONTEXT` by `CONTEXT` cells with it
in the middle, described by how strong the gradient is in each of `DIRECTIONS` directions in every patch of `PATCH`
pixels, relative to the strength around the patch: faint and bold strokes look alike. It is HOG, kept as a map.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SIDE, CELL, CONTEXT, PATCH, DIRECTIONS = 96, 8, 5, 4, 6
GRID = SIDE // CELL
FAINT = 0.02  # gradients this weak are noise and stay weak


def contexts(rows: Floats, step: int = CELL) -> Floats:
    """Return the context of every cell of one picture: (cells, features), row by row.

    Parameters
    ----------
    rows : ndarray, shape (1, SIDE · SIDE)
        Grey values 0..1, as the DSP block gives them.
    step : int
        Pixels from one cell to the next; `PATCH` looks at half-way cells as well, for more to train on.
    """
    return _contexts(rows.tobytes(), step)


@lru_cache(maxsize=4)  # all blocks, in every variant, look at the same picture
def _contexts(rows: bytes, step: int) -> Floats:
    strength = gradients(np.frombuffer(rows).reshape(SIDE, SIDE))
    rim, width = (CONTEXT - 1) // 2 * CELL // PATCH, CONTEXT * CELL // PATCH
    padded = np.pad(strength, ((0, 0), (rim, rim), (rim, rim)), mode="reflect")
    views = np.lib.stride_tricks.sliding_window_view(padded, (width, width), axis=(1, 2))
    chosen = views[:, :: step // PATCH, :: step // PATCH].transpose(1, 2, 0, 3, 4)
    found = chosen.reshape(-1, DIRECTIONS * width * width)
    found.flags.writeable = False
    return found


def gradients(grey: Floats) -> Floats:
    """Return how strong the gradient is in each direction in each patch: (DIRECTIONS, patches, patches)."""
    padded = np.pad(grey, 1, mode="edge")
    across, down = padded[1:-1, 2:] - padded[1:-1, :-2], padded[2:, 1:-1] - padded[:-2, 1:-1]
    length, turn = np.hypot(across, down), np.arctan2(down, across) / (2 * np.pi) * DIRECTIONS
    lower = np.floor(turn).astype(int)
    share = turn - lower  # between two directions, both get their share
    rows, columns = np.indices(grey.shape)
    maps = np.zeros((DIRECTIONS, *grey.shape))
    maps[lower % DIRECTIONS, rows, columns] = length * (1 - share)
    maps[(lower + 1) % DIRECTIONS, rows, columns] += length * share
    patches = len(grey) // PATCH
    pooled = maps.reshape(DIRECTIONS, patches, PATCH, patches, PATCH).mean(axis=(2, 4))
    around = blurred((pooled**2).sum(axis=0), 2)
    relative: Floats = pooled / np.sqrt(around + FAINT**2)
    return relative


def blurred(values: Floats, sigma: float) -> Floats:
    """Return what SciPy's ``gaussian_filter`` does, bit for bit; importing that takes longer than the whole sandbox."""
    reach = round(4 * sigma)
    weights = np.exp(-0.5 / sigma**2 * np.arange(-reach, reach + 1) ** 2)
    weights /= weights.sum()
    for _ in range(2):  # down, then across
        size = len(values)
        padded = np.pad(values, ((reach, reach), (0, 0)), mode="symmetric")
        rows = [padded[i : i + size] for i in range(2 * reach + 1)]
        values = rows[reach] * weights[reach]
        for i in range(reach):
            values = values + (rows[i] + rows[-1 - i]) * weights[i]
        values = values.T
    return values


def centres(step: int = CELL) -> Floats:
    """Return each cell's centre as a box without size: (cells, 4), ratios of the picture, left, top, right, bottom."""
    along = (np.arange(0, SIDE - CELL + 1, step) + CELL / 2) / SIDE
    down, across = (axis.ravel() for axis in np.meshgrid(along, along, indexing="ij"))
    return np.stack([across, down, across, down], axis=1)


def grid(values: Floats) -> Floats:
    """Return (cells, n) as (rows, columns, n)."""
    return values.reshape(GRID, GRID, -1)
