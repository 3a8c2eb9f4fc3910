"""The picture of a signal: every axis over time."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from edgekit import arguments
from edgekit.plots.style import finish, line_looks, new_axes, plain


def signal(table: pd.DataFrame, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw the axes of a signal over time in seconds; where it has no time, as a single reading, axis by axis.

    Parameters
    ----------
    table : DataFrame
        Index `time_ms`, one column per axis (`Sample.signal()`); units are read from ``.attrs["units"]``.
    ax : Axes, optional
        Where to draw; a new figure without it.
    title : str
        Above the picture.

    Returns
    -------
    Axes
    """
    arguments.table("table (such as sample.signal())", table)
    seconds = arguments.array("The times (index) of the table", table.index) / 1000
    ax = ax if ax is not None else new_axes((8, 2.8))
    units = {name: unit for name, unit in table.attrs.get("units", {}).items() if unit not in ("", "N/A")}
    if len(table) == 1:
        return _reading(table, units, ax, title)
    has_time = not len(table) or bool(seconds.any())
    places = seconds if has_time else np.arange(len(table))
    for (name, values), look in zip(table.items(), line_looks(), strict=False):
        unit = f" ({units[name]})" if name in units else ""
        ax.plot(places, values, label=plain(f"{name}{unit}"), linewidth=1.2, **look)
    ax.set_ylabel("value" if units else "value (units not stated)")
    ax.set_xlabel("time in s" if has_time else "reading")
    ax.margins(x=0)
    finish(ax, title)
    return ax


def _reading(table: pd.DataFrame, units: dict[str, str], ax: Axes, title: str) -> Axes:
    """Draw a single reading: a value for each axis."""
    names = [plain(f"{name} ({units[name]})" if name in units else f"{name}") for name in table]
    for place, (name, value, look) in enumerate(zip(names, table.iloc[0].to_numpy(float), line_looks(), strict=False)):
        ax.plot([place], [value], "o", color=look["color"], label=name)
    ax.set_xticks(range(len(names)), names)
    ax.set(xlabel="axis", ylabel="value" if units else "value (units not stated)")
    finish(ax, title)
    return ax
