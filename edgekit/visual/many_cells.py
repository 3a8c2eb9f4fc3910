"""The cells of many pictures in one table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.arguments import number
from edgekit.errors import UsageError
from edgekit.summaries import Results, each_block
from edgekit.threshold_rules import is_flagged
from edgekit.visual.grid import PLACE, Floats, cells


def cells_of(results: Results, block: int | str | None = None, *, threshold: float | None = None) -> pd.DataFrame:
    """Put the cells of many pictures into one table.

    Parameters
    ----------
    results : iterable, or mapping from sample id
        Of what `Studio.classify` returned, or of its visual-anomaly blocks; or what `Studio.test` returned.
    block : int or str, optional
        Which block: its id, type or title. Without it the only visual-anomaly block.
    threshold : float, optional
        Only the cells at or above it; without it every cell, also those without a score.

    Returns
    -------
    DataFrame, one row a cell: `sample` (its id), `window` (of a video, else 0), then the columns of
    `edgekit.visual.cells`. Grids may differ in size.

    Raises
    ------
    UsageError
        No results, or no such block.
    ResponseError
        The rows of a grid are not of one length.

    Examples
    --------
    >>> import edgekit as ek
    >>> studio = ek.connect(sandbox="surface")
    >>> cells = ek.visual.cells_of(studio.classify(studio.samples("testing").index[:3]), block=4)
    >>> len(cells), list(cells)[:5]
    (243, ['sample', 'window', 'row', 'column', 'score'])
    """
    limit = None if threshold is None else number("threshold", threshold)
    samples: list[Any] = []
    windows: list[int] = []
    grids: list[Floats] = []
    for sample, one in each_block(results, "visual", block):
        if not hasattr(one, "grids"):
            raise UsageError(f"{one!r} is no learn block's result, and has no cells.")
        found = one.grids()
        samples += [sample] * len(found)
        windows += range(len(found))
        grids += found
    table = cells_of_grids(grids, samples, windows)
    return table if limit is None else table[is_flagged(table["score"], limit)].reset_index(drop=True)


def cells_of_grids(grids: Sequence[Floats], samples: Sequence[Any], windows: Sequence[int]) -> pd.DataFrame:
    """Put the cells of grids into one table, each with its sample and window; see `cells_of`."""
    sizes = [grid.size for grid in grids]
    places = [_places(*grid.shape) for grid in grids] or [_places(0, 0)]
    row, column, x, y, width, height = (np.concatenate(part) for part in zip(*places, strict=True))
    return pd.DataFrame(
        {
            "sample": np.repeat(pd.Index(samples).to_numpy(), sizes),
            "window": np.repeat(np.array(windows, int), sizes),
            "row": row,
            "column": column,
            "score": np.concatenate([grid.ravel() for grid in grids]) if grids else np.empty(0),
            "x": x,
            "y": y,
            "width": width,
            "height": height,
        },
        copy=False,  # each array is new
    )


@lru_cache(maxsize=64)
def _places(rows: int, columns: int) -> tuple[NDArray[Any], ...]:
    """Return row, column, x, y, width and height of the cells of a grid, as `edgekit.visual.cells` has them."""
    table = cells(np.zeros((rows, columns)))
    return tuple(table[name].to_numpy() for name in ("row", "column", *PLACE))
