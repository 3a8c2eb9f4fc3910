"""A whole set's features as points: each window where its first two principal components lie."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from edgekit import arguments, display
from edgekit.colours import ANSWERS, COLOURS, HEAT
from edgekit.errors import UsageError
from edgekit.plots.style import finish, new_axes, plain
from edgekit.projection import BY, labels_of, shades

_MANY = 5000  # points; beyond, they are drawn smaller
_MARKERS = "os^DvPX*"


class HasPoints(Protocol):
    """The features of a whole set; what `Studio.set_features` returns is one."""

    def points(self) -> pd.DataFrame:
        """Return one row a window, with `x` and `y`."""


def features(points: HasPoints | pd.DataFrame, by: str = "label", *, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw every window of a set as a point; alike ones lie side by side.

    Parameters
    ----------
    points : Features or DataFrame
        What `Studio.set_features` returned; or a table with `x` and `y`, such as `Features.studio_map`, and the column
        by which to colour.
    by : str
        What the colour says: "label", "correct" (right or wrong) or "score"; the last two are there after
        `Features.with_results`. Labels that are all numbers are coloured as scores are.
    ax : Axes, optional
        Where to draw; a new figure without it.
    title : str
        Above the picture.

    Returns
    -------
    Axes
        The axes say which share of the features' variance each component has, where that is known.

    Raises
    ------
    UsageError
        There is nothing by which to colour so.

    Examples
    --------
    >>> import edgekit as ek
    >>> ax = ek.plots.features(ek.connect(sandbox="motion").set_features("testing"))
    >>> ax.get_xlabel()
    'component 1 (66.5 % of the variance)'
    """
    arguments.choice("by", by, BY)
    table = points if isinstance(points, pd.DataFrame) else points.points()
    arguments.table("points (such as features.points())", table, ["x", "y"])
    if by not in table:
        raise UsageError(f"These points have no {by}: features.with_results(studio.test()) adds it.")
    ax = ax if ax is not None else new_axes((7.2, 4.8))
    size = 14.0 if len(table) <= _MANY else 3.0
    if (scores := shades(table, by)) is not None:
        drawn = ax.scatter(table["x"], table["y"], c=scores, cmap=HEAT, s=size, linewidths=0)
        ax.figure.colorbar(drawn, ax=ax, label=by)
    else:
        for name, look, rows in _groups(table, by):
            part = table[rows]
            ax.scatter(part["x"], part["y"], s=size, linewidths=0, label=plain(f"{name}: {len(part)}"), **look)
    shares = table.attrs.get("shares", ())
    for number, (name, share) in enumerate(zip("xy", shares or (None, None), strict=True), start=1):
        known = f"component {number} ({100 * share:.1f} % of the variance)" if share is not None else ""
        ax.set(**{f"{name}label": known})
    if not shares:
        ax.set(xticks=[], yticks=[])  # the numbers of such a map mean nothing
    finish(ax, title)
    return ax


def _groups(table: pd.DataFrame, by: str) -> list[tuple[str, dict[str, Any], Any]]:
    if by == "correct":
        correct = table["correct"].to_numpy(float, na_value=np.nan)
        rows = {"right": correct == 1, "wrong": correct == 0, "uncertain": np.isnan(correct)}
        named = {"uncertain": "not known"}
        return [
            (named.get(kind, kind), {"color": ANSWERS[kind].light, "marker": ANSWERS[kind].marker}, found)
            for kind, found in rows.items()
            if found.any()
        ]
    names, codes = labels_of(table)
    return [
        (
            display.short(name),
            {"color": COLOURS[i % len(COLOURS)], "marker": _MARKERS[i // len(COLOURS) % len(_MARKERS)]},
            codes == i,
        )
        for i, name in enumerate(names)
    ]
