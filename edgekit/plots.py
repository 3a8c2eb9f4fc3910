"""Static pictures with matplotlib: a table goes in, the Axes it was drawn on comes out.

Colours are Okabe and Ito's, told apart by the colour-blind; lines differ in style as well, for print.
"""

from __future__ import annotations

from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from mpl_toolkits.axes_grid1 import make_axes_locatable

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")
STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))
ALARM = "#D55E00"
_SCORE = "anomaly"
_LONGEST = 80  # characters of a name; a longer one would push the picture out of its frame
_FRAME = ["start_ms", "end_ms", "expected"]


def signal(table: pd.DataFrame, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw the axes of a signal over time in seconds.

    Parameters
    ----------
    table : DataFrame
        Index `time_ms`, one column an axis (`Sample.signal()`); units are read from ``.attrs["units"]``.
    ax : Axes, optional
        Where to draw; a new figure without it.
    title : str
        Above the picture.

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else _new((8, 2.8))
    seconds = table.index.to_numpy(float) / 1000
    units = {name: unit for name, unit in table.attrs.get("units", {}).items() if unit not in ("", "N/A")}
    for (name, values), look in zip(table.items(), _looks(), strict=False):
        unit = f" ({units[name]})" if name in units else ""
        ax.plot(seconds, values, label=_plain(f"{name}{unit}"), linewidth=1.2, **look)
    ax.set_ylabel("value" if units else "value (units not stated)")
    ax.set_xlabel("time in s")
    ax.margins(x=0)
    _finish(ax, title)
    return ax


def windows(
    table: pd.DataFrame,
    threshold: float | None = None,
    segments: pd.DataFrame | None = None,
    *,
    length_ms: float | None = None,
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """Draw what a learn block says over time: its anomaly score with the threshold, its label probabilities.

    Each value stands at the middle of its window. Where a block has both score and probabilities, they share the time
    axis, the probabilities above.

    Parameters
    ----------
    table : DataFrame
        `start_ms`, `end_ms`, `expected` and one column a score (`BlockResult.windows()`).
    threshold : float, optional
        A score above it is an anomaly.
    segments : DataFrame, optional
        `start_ms` and `end_ms` of the time to shade (`edgekit.anomaly.segments`).
    length_ms : float, optional
        Length of the sample: the picture covers all of it, also where no window lies.
    ax : Axes, optional
        Where to draw; a new figure without it.
    title : str
        Above the picture.

    Returns
    -------
    Axes
        The one with the anomaly score, where there is one.
    """
    ax = ax if ax is not None else _new((8, 2.8))
    labels = table.drop(columns=[*_FRAME, _SCORE], errors="ignore")
    top = ax
    if _SCORE in table:
        _score(ax, table, threshold)
        if segments is not None:
            for start, end in segments[["start_ms", "end_ms"]].to_numpy(float) / 1000:
                ax.axvspan(start, end, color=ALARM, alpha=0.15, linewidth=0)
        if labels.shape[1]:
            top = make_axes_locatable(ax).append_axes("top", "100%", pad=0.15, sharex=ax)
            top.tick_params(labelbottom=False)
    if labels.shape[1]:
        _probabilities(top, table, labels)
    ax.set_xlim(0, max(length_ms or 0, table["end_ms"].max() if len(table) else 0, 1) / 1000)
    ax.set_xlabel("time in s (middle of each window)")
    _finish(ax, title if top is ax else "")
    if top is not ax:
        _finish(top, title)
    return ax


def scores(table: pd.DataFrame, by: str = "expected", threshold: float | None = None, ax: Axes | None = None) -> Axes:
    """Draw the distribution of anomaly scores as one cumulative line a group: how many windows score at most x.

    Parameters
    ----------
    table : DataFrame
        A column `anomaly` and the column `by`.
    by : str
        What to group by.
    threshold : float, optional
        Drawn as a line: what lies left of it is not an anomaly.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes
    """
    ax = ax if ax is not None else _new((8, 3.2))
    scored = table.dropna(subset=_SCORE)
    labels = scored[by].where(scored[by].notna(), "no label")
    for (name, group), look in zip(scored.groupby(labels, sort=False)[_SCORE], _looks(), strict=False):
        ax.ecdf(group, label=_plain(f"{name} ({len(group)} windows)"), linewidth=1.6, **look)
    if threshold is not None:
        ax.axvline(threshold, color="black", linewidth=1, label=f"threshold {threshold:g}")
    ax.set_xscale("symlog", linthresh=1)
    ax.set_xlim(left=min(0.0, table[_SCORE].min()))
    ax.set_xlabel("anomaly score")
    ax.set_ylabel("share of windows at or below")
    _finish(ax, "")
    return ax


def _new(size: tuple[float, float]) -> Axes:
    return plt.subplots(figsize=size, layout="constrained")[1]


def _plain(text: object) -> str:
    """Keep names from a server from being read as formulas, hidden by a leading underscore, endless or no Unicode."""
    whole = str(text).encode("utf-8", "replace").decode("utf-8")
    shown = (whole if len(whole) <= _LONGEST else whole[: _LONGEST - 1] + "…").replace("$", r"\$")
    return f" {shown}" if shown.startswith("_") else shown


def _looks() -> Any:
    return ({"color": colour, "linestyle": style} for colour, style in cycle(zip(COLOURS, STYLES, strict=True)))


def _score(ax: Axes, table: pd.DataFrame, threshold: float | None) -> None:
    seconds = (table["start_ms"] + table["end_ms"]) / 2000
    ax.plot(seconds, table[_SCORE], color=COLOURS[0], marker="o", markersize=4, linewidth=1.2, label="anomaly score")
    ax.set_ylabel("anomaly score")
    if threshold is None:
        return
    ax.axhline(threshold, color="black", linestyle="--", linewidth=1, label=f"threshold {threshold:g}")
    above = (table[_SCORE] > threshold).to_numpy()
    if above.any():
        ax.plot(seconds[above], table[_SCORE][above], "D", color=ALARM, markersize=5, label="above the threshold")


def _probabilities(ax: Axes, table: pd.DataFrame, labels: pd.DataFrame) -> None:
    seconds = (table["start_ms"] + table["end_ms"]) / 2000
    for (name, values), look in zip(labels.items(), _looks(), strict=False):
        ax.plot(seconds, values, label=_plain(name), marker=".", linewidth=1.2, **look)
    ax.set_ylabel("probability" if np.nanmax(labels.to_numpy(), initial=0) <= 1 else "value")


def _finish(ax: Axes, title: str) -> None:
    ax.spines[["top", "right"]].set_visible(False)
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize="small")
    if title:
        ax.set_title(_plain(title), loc="left", fontsize="medium")
