"""The picture of a signal: every axis over time, or of audio how loud which frequency is."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib import mlab
from matplotlib.axes import Axes

from edgekit import arguments
from edgekit.errors import UsageError
from edgekit.plots.style import finish, line_looks, new_axes, plain

SHORTEST = 64  # readings of a spectrogram
_WIDEST = 512  # readings of one of its columns; half of them are the next one's as well
_QUIETEST = -80  # dB: what is quieter looks like silence


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


def spectrogram(table: pd.DataFrame, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw how loud each frequency of an audio signal is over time.

    Parameters
    ----------
    table : DataFrame
        Index `time_ms`, at least 64 readings at one interval; the first column is drawn (`Sample.signal()`).
    ax : Axes, optional
        Where to draw; a new figure without it.
    title : str
        Above the picture.

    Returns
    -------
    Axes
        Time in s, frequency in Hz up to half the sampling rate, and dB below the loudest place. By
        `matplotlib.mlab.specgram`: Hann windows of up to 512 readings, each half over the next one.

    Raises
    ------
    UsageError
        There are fewer readings, or no time between them.

    Examples
    --------
    >>> import edgekit as ek
    >>> import numpy as np
    >>> import pandas as pd
    >>> time = pd.Index(np.arange(4000) / 8, name="time_ms")
    >>> ek.plots.spectrogram(pd.DataFrame({"audio": np.sin(2 * np.pi * 0.44 * time)}, time)).get_ylabel()
    'frequency in Hz'
    """
    arguments.table("table (such as sample.signal())", table)
    time = arguments.array("The times (index) of the table", table.index)
    if len(table) < SHORTEST or not table.shape[1] or time[-1] <= time[0]:
        raise UsageError(f"A spectrogram takes at least {SHORTEST} readings over time, got {len(table)}.")
    values = arguments.array("The readings", table.iloc[:, 0])
    rate = 1000 * (len(time) - 1) / (time[-1] - time[0])
    width = min(_WIDEST, 2 ** int(np.log2(len(values) / 4)))
    parts = mlab.specgram(values, NFFT=width, Fs=rate, noverlap=width // 2, detrend="mean")
    power, frequency, middle = (np.asarray(part, float) for part in parts)
    loudest = np.nanmax(power, initial=0.0) or 1.0
    loudness = 10 * np.log10(np.maximum(power / loudest, 10 ** (_QUIETEST / 10)))
    ax = ax if ax is not None else new_axes((8, 2.8))
    half = width / 4 / rate
    extent = (time[0] / 1000 + middle[0] - half, time[0] / 1000 + middle[-1] + half, 0.0, float(frequency[-1]))
    image = ax.imshow(loudness, origin="lower", aspect="auto", extent=extent, vmin=_QUIETEST, vmax=0, cmap="magma")
    if ax.figure is not None:
        ax.figure.colorbar(image, ax=ax, label="dB below the loudest")
    ax.set(xlabel="time in s", ylabel="frequency in Hz")
    finish(ax, title)
    return ax
