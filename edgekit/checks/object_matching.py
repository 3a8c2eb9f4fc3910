"""Which object of a picture is which one of another time: arrays in and out, of a million pictures at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.detection.matching import optimal
from edgekit.detection.scene import BOX, Objects, Scene

Rows = NDArray[np.intp]
_STILL = 1e-6  # a place that differs by less, as a share of it, is the same one


def matched(old: pd.DataFrame, new: pd.DataFrame, old_pictures: Rows, new_pictures: Rows) -> tuple[Rows, Rows]:
    """Pair objects of one picture whose boxes overlap: first those of the same label, then what is left.

    As many pairs as can be, then those that overlap most. What stands still is its own partner, also without area.

    Parameters
    ----------
    old, new : DataFrame
        Objects: `verdict` (the label), `x`, `y`, `width`, `height`.
    old_pictures, new_pictures : array of int
        In which picture each is.

    Returns
    -------
    tuple of two arrays of int
        The rows of the pairs in `old`, ascending, and in `new`.
    """
    codes, _ = pd.factorize(np.concatenate([table["verdict"].to_numpy(object) for table in (old, new)]))
    one = Objects(_places(old), codes[: len(old)], old_pictures)
    other = Objects(_places(new), codes[len(old) :], new_pictures)
    still = _still(one, other)
    moving = [np.flatnonzero(~those) for those in still]
    pairs = _overlapping(_some(one, moving[0]), _some(other, moving[1]))
    first, second = (
        np.concatenate([np.flatnonzero(those), rows[of_pairs]])
        for those, rows, of_pairs in zip(still, moving, pairs, strict=True)
    )
    order = np.argsort(first, kind="stable")
    return first[order], second[order]


def _places(table: pd.DataFrame) -> NDArray[np.float64]:
    return np.column_stack([table[name].to_numpy(float) for name in BOX])


def _some(objects: Objects, rows: Rows) -> Objects:
    return Objects(objects.place[rows], objects.label[rows], objects.picture[rows])


def _still(old: Objects, new: Objects) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say of which objects nothing in their picture moved, nor was called something else: the n-th is the n-th."""
    pictures = 1 + max((int(one.picture.max()) for one in (old, new) if len(one)), default=0)
    counts = [np.bincount(one.picture, minlength=pictures) for one in (old, new)]
    still = counts[0] == counts[1]
    first, second = (np.flatnonzero(still[one.picture]) for one in (old, new))
    changed = (old.label[first] != new.label[second]) | (old.picture[first] != new.picture[second])
    changed |= ~np.isclose(new.place[second], old.place[first], rtol=_STILL, atol=0, equal_nan=True).all(axis=1)
    still[old.picture[first[changed]]] = still[new.picture[second[changed]]] = False
    return still[old.picture], still[new.picture]


def _overlapping(old: Objects, new: Objects) -> tuple[Rows, Rows]:
    near = Scene(old, new).every()
    near = near.where(near.distance < 1)  # 1 - IoU
    alike = optimal(near.where(new.label[near.prediction] == old.label[near.truth]), 1)
    left = ~(np.isin(near.prediction, alike.prediction) | np.isin(near.truth, alike.truth))
    others = optimal(near.where(left), 1)
    return np.concatenate([alike.truth, others.truth]), np.concatenate([alike.prediction, others.prediction])
