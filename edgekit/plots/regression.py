"""Pictures of a regression: predicted against expected numbers, the errors over the range, both over time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from edgekit import arguments, axis_names
from edgekit.colours import ERRORS
from edgekit.plots.style import along, finish, new_axes
from edgekit.threshold_rules import is_beyond

Floats = NDArray[np.float64]
_ERROR = axis_names.ERROR.replace("\N{MINUS SIGN}", "-")
_MANY, _DUST = 2000, 20_000  # points: more than these are drawn small and translucent; as single pixels


def predicted(
    predictions: pd.DataFrame, threshold: float | None = None, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw each window's predicted number against the expected one.

    Parameters
    ----------
    predictions : DataFrame
        `expected` and `predicted` (``BlockResult.predictions()`` of a regression block, or many of them put together).
        Windows without one of the two are left out.
    threshold : float, optional
        The largest absolute error that is allowed: a band about the diagonal, and other points beyond it.
    ax : Axes, optional
        Where to draw; a new figure without it.
    title : str
        Above the picture.

    Returns
    -------
    Axes
        Both axes in the unit of the label, with one scale. On the diagonal the prediction is right.

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> table = pd.DataFrame({"expected": [17.0, 20.0], "predicted": [17.3, 24.0]})
    >>> ek.plots.predicted(table, threshold=1.5).get_ylabel()
    'predicted'
    """
    expected, found, limit = _read(predictions, threshold)
    ax = ax if ax is not None else new_axes((5.2, 4.2))
    low, high = _range(np.concatenate([expected, found]))
    ends = np.array([low, high])
    if limit is not None:
        ax.fill_between(ends, ends - limit, ends + limit, color=ERRORS["within"].light, alpha=0.1, linewidth=0)
    ax.plot(ends, ends, color="0.35", linewidth=1)
    _points(ax, expected, found, found - expected, limit)
    ax.set(xlim=(low, high), ylim=(low, high), aspect="equal", xlabel=axis_names.EXPECTED, ylabel=axis_names.PREDICTED)
    finish(ax, title)
    return ax


def residuals(
    predictions: pd.DataFrame, threshold: float | None = None, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw each window's error (predicted - expected) over the expected number: where in the range the errors lie.

    Parameters
    ----------
    predictions, threshold, ax, title
        As for `predicted`; the threshold is a band about 0.

    Returns
    -------
    Axes
        Both axes in the unit of the label.

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> table = pd.DataFrame({"expected": [17.0, 20.0], "predicted": [17.3, 24.0]})
    >>> ek.plots.residuals(table, threshold=1.5).get_ylabel()
    'error (predicted - expected)'
    """
    expected, found, limit = _read(predictions, threshold)
    ax = ax if ax is not None else new_axes((6.4, 3.2))
    if limit is not None:
        ax.axhspan(-limit, limit, color=ERRORS["within"].light, alpha=0.1, linewidth=0)
    ax.axhline(0, color="0.35", linewidth=1)
    _points(ax, expected, found - expected, found - expected, limit)
    ax.set(xlim=_range(expected), xlabel=axis_names.EXPECTED, ylabel=_ERROR)
    finish(ax, title)
    return ax


def predicted_over_time(
    predictions: pd.DataFrame,
    threshold: float | None = None,
    *,
    length_ms: float | None = None,
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """Draw the predicted and the expected number of each window over the sample's time.

    Parameters
    ----------
    predictions, threshold, ax, title
        As for `predicted`, with `start_ms` and `end_ms` as well; the threshold is a band about the expected numbers.
    length_ms : float, optional
        Length of the sample: the picture covers all of it, also where no window lies.

    Returns
    -------
    Axes
        Each prediction at the middle of its window, each expected number over all of it.
    """
    arguments.table("predictions (such as block.predictions())", predictions, ["start_ms", "end_ms"])
    expected, found, limit = _read(predictions, threshold, all_rows=True)
    length = arguments.number("length_ms", 0 if length_ms is None else length_ms, 0, arguments.FINITE)
    places = along(predictions, length)
    start, end = places.start, places.end
    ax = ax if ax is not None else new_axes((8, 2.8))
    if limit is not None:
        for low, high, value in zip(start, end, expected, strict=True):
            ax.fill_between([low, high], value - limit, value + limit, color=ERRORS["within"].light, alpha=0.1, lw=0)
    ax.hlines(expected, start, end, color="0.35", linewidth=1.5, label="expected")
    middle = places.middle
    ax.plot(middle, found, color=ERRORS["within"].light, linewidth=1)
    _points(ax, middle, found, found - expected, limit)
    ax.set(xlim=(min(start.min(initial=0), 0), places.length), xlabel=places.label)
    ax.set_ylabel(axis_names.PREDICTED)
    finish(ax, title)
    return ax


def _read(predictions: Any, threshold: Any, *, all_rows: bool = False) -> tuple[Floats, Floats, float | None]:
    names = ("expected", "predicted")
    arguments.table("predictions (such as block.predictions() of a regression block)", predictions, names)
    expected, found = (arguments.array(f"The column {name}", predictions[name]) for name in names)
    limit = None if threshold is None else arguments.number("threshold", threshold, 0, arguments.FINITE)
    keep = np.ones(len(found), bool) if all_rows else np.isfinite(expected) & np.isfinite(found)
    return expected[keep], found[keep], limit


def _points(ax: Axes, x: Floats, y: Floats, error: Floats, limit: float | None) -> None:
    beyond = is_beyond(error, limit) if limit is not None else np.zeros(len(x), bool)
    size, opacity = (5.0, 1.0) if len(x) <= _MANY else (2.0, 0.4)
    dust = len(x) > _DUST
    for name, rows in (("within", ~beyond), ("beyond", beyond)):
        if rows.any():
            look = ERRORS[name]
            label = f"{_SAID[name].format(limit)}: {int(rows.sum())}" if limit is not None else f"windows: {len(x)}"
            ax.plot(
                x[rows], y[rows], "," if dust else look.marker, color=look.light, markersize=size, alpha=opacity,
                label=label, markeredgewidth=0,
            )  # fmt: skip


_SAID = {"within": "error up to {:g}", "beyond": "larger error"}


def _range(values: Floats) -> tuple[float, float]:
    """Return ends with some room about the values."""
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    room = 0.05 * (high - low) or 1.0
    return low - room, high + room
