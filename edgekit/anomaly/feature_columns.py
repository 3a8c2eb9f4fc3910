"""What the anomaly models share: the features they look at, picked out of a table and named."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from edgekit.arguments import array
from edgekit.errors import UsageError
from edgekit.table_words import BEFORE_SHARES

Floats = NDArray[np.float64]
Axes = tuple[int, ...] | None


def axes_of(axes: ArrayLike | None, width: int, kind: str) -> Axes:
    """Check which columns of a wider table a model over `width` features looks at."""
    if axes is None:
        return None
    found = tuple(int(axis) for axis in array("axes", axes).ravel())
    if len(found) != width or any(axis < 0 for axis in found):
        raise UsageError(f"A {kind} over {width} features has {width} axes, counted from 0; got {found}.")
    return found


def selected(features: ArrayLike | pd.DataFrame, axes: Axes, width: int, kind: str) -> Floats:
    """Return the model's own features, (windows, width), out of those or of all features of the DSP block."""
    values = array("The features", features)
    if values.ndim == 2 and values.shape[1] != width and axes and values.shape[1] > max(axes):
        values = values[:, list(axes)]
    if values.ndim != 2 or values.shape[1] != width:
        raise UsageError(
            f"Expected features of shape (windows, {width}), got {values.shape}. The {kind} was trained on "
            f"{f'columns {list(axes)} of the features' if axes else f'{width} features'}."
        )
    return values


def shares_table(shares: Floats, features: ArrayLike | pd.DataFrame, axes: Axes) -> pd.DataFrame:
    """Return one row per window and one column per feature, named as in the table of features.

    A feature that is itself called like one of the columns that will stand before it gets ``_share`` appended.
    """
    width = shares.shape[1]
    if isinstance(features, pd.DataFrame):
        names = [str(name) for name in features.columns]
        names = names if len(names) == width or not axes else [names[axis] for axis in axes]
    else:
        names = [f"feature {axis}" for axis in axes or range(width)]
    names = [f"{name}_share" if name in BEFORE_SHARES else name for name in names]
    return pd.DataFrame(shares, columns=names).rename_axis(index="window")
