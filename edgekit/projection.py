"""Many features as two numbers a window: where it lies, what colours it, and which windows a polygon holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.arguments import array
from edgekit.errors import UsageError

Floats = NDArray[np.float64]
BY = ("label", "correct", "score")  # what a window's colour may say
_LABELS = 18  # with a colour and marker each


@dataclass(frozen=True, eq=False)
class Projection:
    """Where windows lie on the first principal components.

    Attributes
    ----------
    points : array (windows, components)
        NaN for a window with a feature that is missing.
    shares : array (components,)
        Which share of the features' variance each component has.
    loadings : array (features, components)
        How much of each component each feature, scaled, has.
    """

    points: Floats
    shares: Floats
    loadings: Floats


def principal_components(features: pd.DataFrame | Floats, components: int = 2, *, scale: bool = True) -> Projection:
    """Lay windows out by their first principal components (PCA).

    Parameters
    ----------
    features : DataFrame or array (windows, features)
        A column of numbers for each feature.
    components : int
        How many numbers a window is given. Components that the features do not have are 0.
    scale : bool
        Divide each feature by its standard deviation first, for they have different units. One that is the same in all
        windows says nothing and counts as 0.

    Returns
    -------
    Projection

    Raises
    ------
    UsageError
        It is no table of numbers, or no two windows have all features.

    Notes
    -----
    As scikit-learn's PCA after its StandardScaler, but for the sign of a component, which no rule gives: here the
    feature that has most of it has a positive share. Source: I. T. Jolliffe, Principal Component Analysis, 2nd edition
    (2002), chapter 2.

    Examples
    --------
    >>> from edgekit.projection import principal_components
    >>> found = principal_components([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    >>> found.shares.round(3).tolist()
    [1.0, 0.0]
    """
    values = array("The features", features)
    if values.ndim != 2 or not values.shape[1]:
        raise UsageError(f"Expected features of shape (windows, features), got {values.shape}.")
    whole = np.isfinite(values).all(axis=1)
    if whole.sum() < 2:
        raise UsageError(
            f"Principal components take two windows with all features; of {len(values)} {whole.sum()} are."
        )
    known = values[whole]
    centred = known - known.mean(axis=0)
    if scale:
        deviation = centred.std(axis=0)
        level = np.abs(known).max(axis=0) * 1e-12  # a feature that is the same everywhere, but for rounding
        centred = np.where(deviation > level, centred / np.where(deviation > level, deviation, 1.0), 0.0)
    loadings, variance = _directions(centred, components)
    points = np.full((len(values), components), np.nan)
    points[whole] = centred @ loadings
    total = float((centred**2).sum())
    return Projection(points, variance / total if total else np.zeros(components), loadings)


def _directions(centred: Floats, components: int) -> tuple[Floats, Floats]:
    """Return the first directions, (features, components), and the sum of squares along each.

    By the smaller of the two matrices of products: of pictures there are more features than windows.
    """
    windows, width = centred.shape
    if width <= windows:
        squares, directions = np.linalg.eigh(centred.T @ centred)
    else:
        squares, sides = np.linalg.eigh(centred @ centred.T)
        directions = centred.T @ sides / np.sqrt(np.maximum(squares, 1e-300))
    squares, directions = squares[::-1], directions[:, ::-1]
    found = np.zeros((width, components))
    sums = np.zeros(components)
    kept = min(components, int((squares > max(squares[0], 0) * 1e-12).sum()))
    found[:, :kept], sums[:kept] = directions[:, :kept], squares[:kept]
    largest = np.abs(found).argmax(axis=0)
    return found * np.where(found[largest, range(components)] < 0, -1.0, 1.0), sums


def inside(polygon: Floats, x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Say which points lie inside a polygon, (corners, 2), by the even-odd rule; a point that is NaN does not.

    The front end does the same arithmetic, so that both select the same windows (`front/features/lasso.js`).
    """
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    found = np.zeros(len(x), bool)
    near = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
    px, py = x[near], y[near]
    odd = np.zeros(len(near), bool)
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, 1, axis=0), strict=True):
        if ay != by:
            odd ^= ((ay > py) != (by > py)) & (px < (bx - ax) * (py - ay) / (by - ay) + ax)
    found[near] = odd
    return found


def shades(table: pd.DataFrame, by: str) -> Any:
    """Return the numbers that colour the points, where it is a matter of more or less; else None."""
    if by == "score":
        return table["score"].to_numpy(float)
    if by == "label" and len(table):
        codes, names = pd.factorize(table["label"])
        numbers = pd.to_numeric(pd.Series(names), errors="coerce").to_numpy(float)
        return numbers[codes] if np.isfinite(numbers).all() and (codes >= 0).all() else None
    return None


def labels_of(table: pd.DataFrame) -> tuple[list[str], NDArray[np.int32]]:
    """Return the labels in alphabetical order, and which of them each window has.

    Of more than `_LABELS` the most common ones keep their names; the others are "other labels", the last.
    """
    labels = table["label"].fillna("no label").astype(str)
    common = labels.value_counts(sort=True).index[:_LABELS]
    names = sorted(common)
    codes = pd.Index(names).get_indexer(pd.Index(labels)).astype(np.int32)
    if (codes < 0).any():
        names = [*names, "other labels"]
        codes[codes < 0] = len(names) - 1
    return names, codes
