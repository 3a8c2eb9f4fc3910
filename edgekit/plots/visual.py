"""Static pictures of visual anomaly: the cells of a grid over their picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PatchCollection
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from edgekit import arguments
from edgekit.colours import ALARM, HEAT, heat_shares
from edgekit.plots.detection import pixels_of
from edgekit.plots.style import finish, new_axes, plain
from edgekit.threshold_rules import is_flagged

_HALO = [withStroke(linewidth=3, foreground=(1, 1, 1, 0.8))]
_PLACE = ["x", "y", "width", "height"]
_OPACITY = 0.6  # of the cells over a picture
_BENEATH = 0.9  # boxes: most are flagged cells, whose outline they would hide
_TICKS = (0, 0.25, 1, 4)  # of the colour bar, in thresholds


def cells(
    table: pd.DataFrame,
    threshold: float | None = None,
    *,
    image: Any = None,
    boxes: pd.DataFrame | None = None,
    ax: Axes | None = None,
    title: str = "",
    note: str = "",
) -> Axes:
    """Draw the cells of a grid over their picture, those at or above the threshold outlined.

    Parameters
    ----------
    table : DataFrame
        `row`, `column`, `score`, `x`, `y`, `width`, `height` (`VisualAnomaly.cells()`); places are ratios 0..1 of the
        picture as it went into the model. A cell without a score (NaN) is hatched.
    threshold : float, optional
        The colour of a score is that of score / (score + threshold): so pictures compare, whatever their thresholds.
        Without it the highest score takes its place, and no cell is outlined.
    image : PIL image or array (height, width[, 3]), optional
        Lies beneath, stretched to the frame of the cells.
    boxes : DataFrame, optional
        `x`, `y`, `width`, `height` (`VisualAnomaly.boxes`), drawn dashed, beneath the outlines of cells.
    ax : Axes, optional
        Where to draw; a new figure without it.
    title : str
        Above the picture.
    note : str
        Below the picture.

    Returns
    -------
    Axes
        x to the right, y down, both 0..1, with a colour bar in scores beside it.

    Examples
    --------
    >>> import edgekit as ek
    >>> found = ek.visual.VisualAnomaly([[0.5, 0.8], [6.1, 1.0]], score=6.1, threshold=4.5)
    >>> ek.plots.cells(found.cells(), found.threshold).get_xlabel()
    'no picture, only its cells'
    """
    arguments.table("table (such as block.visual_anomaly().cells())", table, ["row", "column", "score", *_PLACE])
    limit = None if threshold is None else arguments.number("threshold", threshold)
    pixels = None if image is None else pixels_of(image)
    grid, extent = _grid(table)
    ax = ax if ax is not None else new_axes((6.4, 4.4))
    shape = pixels.shape[0] / pixels.shape[1] if pixels is not None else _shape(grid)
    if pixels is not None:
        ax.imshow(pixels, cmap="gray", extent=(0, 1, 1, 0), interpolation="nearest")
    if grid.size:
        known = grid[np.isfinite(grid)]
        scale = limit if limit is not None else float(np.max(known, initial=0.0)) or 1.0
        opacity = 1.0 if pixels is None else _OPACITY
        shares = np.ma.masked_invalid(heat_shares(grid, scale))
        ax.imshow(shares, cmap=HEAT, vmin=0, vmax=1, extent=extent, interpolation="nearest", alpha=opacity)
        _colour_bar(ax, scale, limit)
    _outline(ax, table[table["score"].isna()], "no score", edgecolor="#808080", linewidth=0, hatch="////")
    if limit is not None:
        above = table[is_flagged(table["score"], limit)]
        _outline(ax, above, f"at or above {limit:.4g}: {len(above)}", edgecolor=ALARM, linewidth=2, path_effects=_HALO)
    if boxes is not None:
        arguments.table("boxes", boxes, _PLACE)
        style = {"edgecolor": "black", "linewidth": 1.2, "linestyle": "--", "path_effects": _HALO, "zorder": _BENEATH}
        _outline(ax, boxes, f"boxes of the server: {len(boxes)}", **style)
    ax.set(xlim=(0, 1), ylim=(1, 0), aspect=shape, xticks=[], yticks=[])
    said = [arguments.text("note", note), "" if pixels is not None else "no picture, only its cells"]
    ax.set_xlabel(plain("; ".join(filter(None, said))), loc="left")
    finish(ax, title)
    ax.spines[["top", "right"]].set_visible(True)
    return ax


def _grid(table: pd.DataFrame) -> tuple[NDArray[np.float64], tuple[float, float, float, float]]:
    """Return the scores as an array (rows, columns) and where it lies; a cell that is not in the table is NaN."""
    if not len(table):
        return np.empty((0, 0)), (0, 1, 1, 0)
    row, column = (arguments.array(f"The {name}s", table[name]).astype(int) for name in ("row", "column"))
    grid = np.full((row.max() + 1, column.max() + 1), np.nan)
    grid[row, column] = arguments.array("The scores", table["score"])
    width, height = table[["width", "height"]].iloc[0].to_numpy(float)
    return grid, (0, grid.shape[1] * width, grid.shape[0] * height, 0)


def _shape(grid: NDArray[np.float64]) -> float:
    """Height over width where there is no picture: as if the cells were squares."""
    return grid.shape[0] / grid.shape[1] if grid.size else 1.0


def _outline(ax: Axes, places: pd.DataFrame, label: str, **style: Any) -> None:
    rows = places[_PLACE].dropna().to_numpy(float)
    if not len(rows):
        return
    patches = [Rectangle((x, y), width, height) for x, y, width, height in rows]
    ax.add_collection(PatchCollection(patches, facecolor="none", **style))
    ax.add_patch(Rectangle((0, 0), 0, 0, facecolor="none", label=label, **style))  # for the legend


def _colour_bar(ax: Axes, scale: float, threshold: float | None) -> None:
    """Draw the colours in scores: even in score / (score + threshold), labelled with scores."""
    if scale <= 0:
        return
    scores = np.array(_TICKS) * scale
    mappable = ScalarMappable(Normalize(0, 1), HEAT)
    bar = ax.get_figure().colorbar(mappable, ax=ax, location="left", shrink=0.8, pad=0.03)  # type: ignore[union-attr]
    bar.set_ticks(heat_shares(scores, scale).tolist(), labels=[f"{score:.3g}" for score in scores])
    bar.set_label("score of a cell")
    if threshold is not None:
        bar.ax.axhline(0.5, color=ALARM, linewidth=2)
