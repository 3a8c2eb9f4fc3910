"""How every static picture looks: names that cannot break it, its legend, its frame."""

from __future__ import annotations

from itertools import count
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from edgekit.arguments import text
from edgekit.colours import COLOURS, STYLES
from edgekit.plots.dark import ThemedFigure

_LONGEST = 80  # characters of a name; a longer one would push the picture out of its frame


def new_axes(size: tuple[float, float]) -> Axes:
    """Return the Axes of a new figure of `size` in inches."""
    from matplotlib import pyplot as plt

    return plt.subplots(figsize=size, layout="constrained", FigureClass=ThemedFigure)[1]


def plain(text: object) -> str:
    """Keep names from a server from being read as formulas, hidden by a leading underscore, endless or no Unicode."""
    whole = str(text).encode("utf-8", "replace").decode("utf-8").replace("\r", " ")
    shown = (whole if len(whole) <= _LONGEST else whole[: _LONGEST - 1] + "…").replace("$", r"\$")
    return f" {shown}" if shown.startswith("_") else shown


class Along(NamedTuple):
    """Where windows lie on the axis: start, middle (where a value stands) and end of each, its length and its name."""

    start: NDArray[np.float64]
    middle: NDArray[np.float64]
    end: NDArray[np.float64]
    length: float
    label: str


def along(windows: pd.DataFrame, length_ms: float) -> Along:
    """Lay windows along time in seconds; those without time (pictures, single readings) one after the other."""
    start, end = np.asarray(windows[["start_ms", "end_ms"]].to_numpy(float).T, np.float64)
    if len(windows) and not length_ms and not (end > 0).any():
        place = np.arange(len(windows), dtype=np.float64)
        return Along(place - 0.5, place, place + 0.5, len(windows) - 0.5, "window")
    length = max(length_ms, end.max(initial=0), 1) / 1000
    return Along(start / 1000, (start + end) / 2000, end / 1000, length, "time in s (middle of each window)")


def finish(ax: Axes, title: str | None) -> None:
    """Draw legend, title and the two sides of the frame that carry a scale."""
    ax.spines[["top", "right"]].set_visible(False)
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize="small")
    if title is not None and text("title", title):
        ax.set_title(plain(title), loc="left", fontsize="medium")


def line_looks() -> Any:
    """Colour and style of one line after the other: after six the colours begin anew, with other styles."""
    n = len(COLOURS)
    return ({"color": COLOURS[i % n], "linestyle": STYLES[(i + i // n) % n]} for i in count())
