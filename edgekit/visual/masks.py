"""How much of each cell is anomalous, by boxes or by a mask; masks in the frame of the model's input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from edgekit import arguments
from edgekit.arguments import array
from edgekit.detection.boxes import RESIZE_MODES, checked_size
from edgekit.errors import UsageError
from edgekit.visual.grid import PLACE, Floats, cell_at

Mask = NDArray[np.bool_]


def covered(boxes: pd.DataFrame, shape: tuple[int, int]) -> Floats:
    """Return how much of each cell lies in a box.

    Parameters
    ----------
    boxes : DataFrame
        `x`, `y` (top left), `width`, `height`, ratios 0..1 of the picture as it went into the model, as in
        `edgekit.BlockResult.truth_boxes`. Boxes may overlap.
    shape : (rows, columns)
        Of the grid.

    Returns
    -------
    array (rows, columns), 0..1

    Examples
    --------
    >>> import pandas as pd
    >>> import edgekit as ek
    >>> boxes = pd.DataFrame({"x": [0.25], "y": [0.0], "width": [0.5], "height": [0.5]})
    >>> ek.visual.covered(boxes, (2, 2))
    array([[0.5, 0.5],
           [0. , 0. ]])
    """
    rows, columns = shape
    place = array("The boxes", arguments.table("boxes", boxes, PLACE)[PLACE]).reshape(-1, 4)
    if not np.isfinite(place).all():
        raise UsageError("The boxes have places that are no numbers.")
    left, top = np.clip(place[:, 0], 0, 1), np.clip(place[:, 1], 0, 1)
    right, bottom = np.clip(place[:, 0] + place[:, 2], 0, 1), np.clip(place[:, 1] + place[:, 3], 0, 1)
    # Between two neighbours of all edges nothing changes: each such part lies in a box or does not.
    across = np.unique(np.concatenate([np.arange(columns + 1) / max(columns, 1), left, right]))
    down = np.unique(np.concatenate([np.arange(rows + 1) / max(rows, 1), top, bottom]))
    x, y = (across[1:] + across[:-1]) / 2, (down[1:] + down[:-1]) / 2
    inside = np.zeros((len(y), len(x)), bool)
    for box in zip(left, top, right, bottom, strict=True):
        inside |= ((y > box[1]) & (y < box[3]))[:, None] & ((x > box[0]) & (x < box[2]))
    area = inside * np.diff(down)[:, None] * np.diff(across)
    rightwards, downwards = np.meshgrid(x, y)
    row, column = cell_at(rightwards, downwards, shape)
    sums = np.bincount((row * columns + column).ravel(), area.ravel(), rows * columns)
    return np.asarray(np.clip(sums * rows * columns, 0, 1).reshape(rows, columns))


def checked_mask(mask: Any, name: str = "mask") -> Mask:
    """Take a mask as booleans: anything but 0 is an anomaly; of a picture in colour any of its colours."""
    try:
        found = np.asarray(mask)
    except (ValueError, TypeError) as problem:
        raise UsageError(f"{name} is an array (height, width): {problem}.") from None
    if found.ndim == 3 and found.shape[2] in (1, 3):
        found = np.asarray(found.any(axis=2))
    if found.ndim != 2 or not found.size or found.dtype.kind not in "biuf":
        raise UsageError(
            f"{name} is an array (height, width) in which an anomaly is not 0, got {found.dtype} of shape "
            f"{found.shape}."
        )
    if found.dtype.kind == "f" and np.isnan(found).any():
        raise UsageError(f"{name} has values that are no numbers (NaN): give 0 where the picture is not anomalous.")
    return np.asarray(found != 0)


def cells_of_pixels(size: tuple[int, int], shape: tuple[int, int]) -> NDArray[np.intp]:
    """Return in which cell (counted row by row) the middle of each pixel lies, (height, width)."""
    height, width = size
    if height < shape[0] or width < shape[1]:
        raise UsageError(
            f"A mask of {width} by {height} pixels is too small for a grid of {shape[0]} rows and {shape[1]} columns: "
            "some cells would have no pixel. Give the mask in the size of the picture."
        )
    row, _ = cell_at(0.5, (np.arange(height) + 0.5) / height, shape)
    _, column = cell_at((np.arange(width) + 0.5) / width, 0.5, shape)
    return np.asarray(row[:, None] * shape[1] + column)


def mask_cells(mask: ArrayLike, shape: tuple[int, int]) -> Floats:
    """Return how much of each cell a mask covers.

    Parameters
    ----------
    mask : array (height, width)
        Not 0 where the picture is anomalous: the picture as it went into the model, at any resolution. Each pixel
        belongs to the cell in which its middle lies. `mask_to_input` makes it of a mask of the stored picture.
    shape : (rows, columns)
        Of the grid.

    Returns
    -------
    array (rows, columns), 0..1
    """
    pixels = checked_mask(mask)
    if not shape[0] * shape[1]:
        return np.zeros(shape)
    code = cells_of_pixels(pixels.shape, shape).ravel()
    counts = np.bincount(code, pixels.ravel(), shape[0] * shape[1]) / np.bincount(code, minlength=shape[0] * shape[1])
    return np.asarray(counts.reshape(shape))


def mask_to_input(mask: ArrayLike, input_size: tuple[float, float], resize_mode: str = "squash") -> Mask:
    """Turn a mask of the stored picture into one of the model's input, as its input block turns the picture.

    Parameters
    ----------
    mask : array (height, width)
        Of the stored picture; not 0 where it is anomalous.
    input_size : (width, height)
        Of the impulse's input block, in pixels.
    resize_mode : {"squash", "fit-short", "fit-long"}
        As for `edgekit.detection.to_input`. What is padded is not anomalous.

    Returns
    -------
    array (height, width) of bool: each pixel has the value at its middle.
    """
    pixels = checked_mask(mask)
    arguments.choice("resize_mode", resize_mode, RESIZE_MODES)
    target = checked_size(input_size, "input_size")
    image = np.array(pixels.shape[::-1], float)
    scale = np.broadcast_to(RESIZE_MODES[resize_mode](target / image), 2)
    place = [
        np.floor((np.arange(round(side)) + 0.5 - (side - length * by) / 2) / by).astype(int)
        for side, length, by in zip(target, image, scale, strict=True)
    ]
    column, row = (np.clip(at, 0, int(length) - 1) for at, length in zip(place, image, strict=True))
    inside = ((place[1] == row)[:, None]) & (place[0] == column)
    return np.asarray(pixels[np.ix_(row, column)] & inside)
