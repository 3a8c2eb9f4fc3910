"""Where the cells of a grid lie: in the picture as it went into the model, and in the stored picture."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from edgekit import arguments
from edgekit.arguments import array, number
from edgekit.detection.boxes import RESIZE_MODES, checked_size
from edgekit.errors import UsageError
from edgekit.threshold_rules import is_flagged

PLACE = ["x", "y", "width", "height"]
Floats = NDArray[np.float64]


def checked_grid(scores: ArrayLike) -> Floats:
    """Take a grid of scores (rows, columns), as an array; NaN for a cell without one."""
    found = array("The scores of the cells", scores)
    if found.ndim == 1 and not len(found):
        found = found.reshape(0, 0)
    if found.ndim != 2:
        raise UsageError(f"The scores of the cells are an array (rows, columns), got shape {found.shape}.")
    return found


def cells(scores: ArrayLike, threshold: float | None = None) -> pd.DataFrame:
    """List the cells of a grid with their places.

    Parameters
    ----------
    scores : array (rows, columns)
        NaN for a cell without a score.
    threshold : float, optional
        Only the cells at or above it; without it every cell, also those without a score.

    Returns
    -------
    DataFrame, one row a cell, row by row: `row`, `column` (from 0, row 0 on top), `score`, `x`, `y` (top left),
    `width`, `height`: ratios 0..1 of the picture as it went into the model.

    Notes
    -----
    The cells part the picture evenly, as the Studio and the devices draw them. What the model looks at for a cell is
    larger than the cell and overlaps with its neighbours'.

    Examples
    --------
    >>> import edgekit as ek
    >>> ek.visual.cells([[0.5, 0.8], [6.1, 1.0]], threshold=4.5)
       row  column  score    x    y  width  height
    0    1       0    6.1  0.0  0.5    0.5     0.5
    """
    grid = checked_grid(scores)
    rows, columns = grid.shape
    if threshold is None:
        row, column = np.divmod(np.arange(grid.size), max(columns, 1))
    else:
        row, column = np.nonzero(is_flagged(grid, number("threshold", threshold)))
    return pd.DataFrame(
        {
            "row": row,
            "column": column,
            "score": grid[row, column],
            "x": column / max(columns, 1),
            "y": row / max(rows, 1),
            "width": 1 / max(columns, 1),
            "height": 1 / max(rows, 1),
        }
    )


def cell_at(x: ArrayLike, y: ArrayLike, shape: tuple[int, int]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Say in which cell a place lies.

    Parameters
    ----------
    x, y : float or arrays
        Ratios 0..1 of the picture as it went into the model. A place between two cells belongs to the right or lower
        one, one on the picture's right or lower edge to the last.
    shape : (rows, columns)
        Of the grid (``scores.shape``).

    Returns
    -------
    row, column
        From 0; -1, both of them, of a place outside the picture.

    Examples
    --------
    >>> import edgekit as ek
    >>> row, column = ek.visual.cell_at(0.3, 0.9, (5, 5))
    >>> int(row), int(column)
    (4, 1)
    """
    across, down = array("x", x), array("y", y)
    rows, columns = shape
    inside = (across >= 0) & (across <= 1) & (down >= 0) & (down <= 1) & (rows > 0) & (columns > 0)
    return _part(down, rows, inside), _part(across, columns, inside)


def _part(place: Floats, parts: int, inside: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Say in which of the equal parts of 0..1 a place lies, by the very edges that `cells` gives."""
    edges = np.arange(1, parts) / max(parts, 1)
    found = np.searchsorted(edges, np.where(inside, place, 0), side="right")
    return np.where(inside, found, -1)


def to_stored(
    places: pd.DataFrame, image_size: tuple[float, float], input_size: tuple[float, float], resize_mode: str = "squash"
) -> pd.DataFrame:
    """Turn places in the model's input into places in the stored picture; `edgekit.detection.to_input` goes back.

    Parameters
    ----------
    places : DataFrame
        `x`, `y` (top left), `width`, `height` as ratios 0..1 of the model's input, and whatever else: cells or boxes.
    image_size, input_size : (width, height)
        Of the stored picture, and of the impulse's input block, in pixels.
    resize_mode : {"squash", "fit-short", "fit-long"}
        What the input block does: stretch both sides, crop the long side around its middle, or pad the short one.

    Returns
    -------
    DataFrame
        The same in pixels of the stored picture, cut at its edge. What lies in the padding alone is left out.

    Examples
    --------
    A picture of 320 by 240 pixels, its middle cropped to a square:

    >>> import edgekit as ek
    >>> cells = ek.visual.cells([[0.5, 0.8], [6.1, 1.0]], threshold=4.5)
    >>> ek.visual.to_stored(cells, (320, 240), (160, 160), "fit-short")
       row  column  score     x      y  width  height
    0    1       0    6.1  40.0  120.0  120.0   120.0
    """
    image, target = checked_size(image_size, "image_size"), checked_size(input_size, "input_size")
    arguments.choice("resize_mode", resize_mode, RESIZE_MODES)
    place = array("The places", arguments.table("places", places, PLACE)[PLACE])
    scale = np.broadcast_to(RESIZE_MODES[resize_mode](target / image), 2)
    start = (place[:, :2] * target - (target - image * scale) / 2) / scale
    end = start + place[:, 2:] * target / scale
    start, end = np.clip(start, 0, image), np.clip(end, 0, image)
    inside = np.flatnonzero((end > start).all(axis=1))
    moved = dict(zip(PLACE, np.hstack([start, end - start]).T, strict=True))
    table: pd.DataFrame = places.assign(**moved).iloc[inside].reset_index(drop=True)
    return table
