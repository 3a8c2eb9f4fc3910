"""Pictures of scores and label probabilities: over time, their distribution, what a threshold does to them, and why."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from mpl_toolkits.axes_grid1 import make_axes_locatable
from numpy.typing import ArrayLike, NDArray

from edgekit import arguments, display
from edgekit.colours import ALARM, COLOURS, SHADE, WINDOWS
from edgekit.errors import UsageError
from edgekit.plots.style import along, finish, line_looks, new_axes, plain
from edgekit.table_words import BEFORE_SHARES, FRAME, SCORE, label_of
from edgekit.threshold_rules import is_anomaly

_BINS = 40
_FARTHEST = 1e150  # drawn no farther out
_MARKED = 200  # windows; of more, markers would hide the line
_BARS = 12  # of an explanation: with more, names no longer fit beside them


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

    Each value stands at the middle of its window; windows without time (pictures, single readings) stand one after the
    other. Where a block has both score and probabilities, they share the time
    axis, the probabilities above.

    Parameters
    ----------
    table : DataFrame
        `start_ms`, `end_ms`, `expected` and one column per score (`BlockResult.windows()`).
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
    threshold = _limit(threshold)
    arguments.table("table (such as block.windows())", table, ["start_ms", "end_ms"])
    if segments is not None:
        arguments.table("segments", segments, ["start_ms", "end_ms"])
    length_ms = arguments.number("length_ms", 0 if length_ms is None else length_ms, 0, arguments.FINITE)
    ax = ax if ax is not None else new_axes((8, 2.8))
    labels = table.drop(columns=[*FRAME, SCORE], errors="ignore")
    places = along(table, length_ms)
    top = ax
    if SCORE in table:
        _score(ax, places.middle, table, threshold)
        if segments is not None and places.label != "window":
            start, end = segments[["start_ms", "end_ms"]].to_numpy(float).T / 1000
            spans = list(zip(start, end - start, strict=True))  # in one artist: there may be thousands
            ax.broken_barh(spans, (0, 1), transform=ax.get_xaxis_transform(), color=ALARM, alpha=SHADE[0], linewidth=0)
        if labels.shape[1]:
            top = make_axes_locatable(ax).append_axes("top", "100%", pad=0.15, sharex=ax)
            top.tick_params(labelbottom=False)
    if labels.shape[1]:
        _probabilities(top, places.middle, labels)
    ax.set_xlim(min(places.start.min(initial=0), 0), places.length)
    ax.set_xlabel(places.label)
    finish(ax, title if top is ax else "")
    if top is not ax:
        finish(top, title)
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

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> windows = pd.DataFrame({"anomaly": [0.2, 0.5, 4.0], "expected": ["walking", "walking", "badminton"]})
    >>> ek.plots.scores(windows, threshold=3).get_xlabel()
    'anomaly score'
    """
    threshold = _limit(threshold)
    arguments.table("table", table, [SCORE, arguments.text("by", by)])
    ax = ax if ax is not None else new_axes((8, 3.2))
    scored = table.dropna(subset=SCORE)
    labels = scored[by].where(scored[by].notna(), "no label")
    for (name, group), look in zip(scored.groupby(labels, sort=False)[SCORE], line_looks(), strict=False):
        ax.ecdf(
            _drawable(group), label=plain(f"{name} ({display.counted(len(group), 'window')})"), linewidth=1.6, **look
        )
    _threshold(ax, threshold)
    _score_axis(ax, table[SCORE])
    ax.set_xlabel("anomaly score")
    ax.set_ylabel("share of windows at or below")
    finish(ax, "")
    return ax


def histogram(
    scores: ArrayLike,
    anomalous: ArrayLike | None = None,
    threshold: float | None = None,
    ax: Axes | None = None,
    *,
    things: str = "windows",
) -> Axes:
    """Draw how many windows have which anomaly score, normal and anomalous windows apart.

    Parameters
    ----------
    scores : array (windows,)
        Windows without a finite score are left out.
    anomalous : array (windows,) of booleans, optional
        True where a window should be an anomaly, missing (None, <NA>) where that is not known
        (`edgekit.BlockResult.anomalous`).
    threshold : float, optional
        Drawn as a line.
    ax : Axes, optional
        Where to draw; a new figure without it.
    things : str
        What has these scores: windows, or pictures, or their cells.

    Returns
    -------
    Axes
        Bins widen with the score as the axis does: straight up to 1, logarithmic beyond.
    """
    threshold, values = _limit(threshold), _drawable(scores)
    if values.ndim != 1:
        raise UsageError(f"The scores are a list of numbers, got shape {values.shape}.")
    flags = arguments.booleans(np.full(len(values), None) if anomalous is None else anomalous)
    arguments.one_each("truth", flags.shape, values.shape)
    ax = ax if ax is not None else new_axes((8, 2.8))
    groups = {"normal": (flags.eq(False), "-"), "anomalous": (flags, "--"), "not known": (flags.isna(), ":")}
    finite = np.isfinite(values)
    low, high = min(values[finite], default=0.0), max(values[finite], default=0.0)
    bins = np.sinh(np.linspace(np.arcsinh(min(low, 0)), np.arcsinh(max(high, 1)), _BINS + 1))
    bins[0], bins[-1] = min(low, bins[0]), max(high, bins[-1])  # there and back again may lose the last digit
    for name, (group, style) in groups.items():
        chosen = values[group.fillna(False).to_numpy(bool) & finite]
        if len(chosen):
            counts, colour = np.histogram(chosen, bins)[0], WINDOWS[name].light
            ax.stairs(counts, bins, fill=True, color=colour, alpha=0.25)
            said = display.counted(len(chosen), things.removesuffix("s"), things)
            ax.stairs(counts, bins, color=colour, linestyle=style, linewidth=1.4, label=f"{name} ({said})")
    _threshold(ax, threshold)
    _score_axis(ax, values)
    ax.set_xlabel("anomaly score")
    ax.set_ylabel(things)
    finish(ax, "")
    return ax


def sweep(table: pd.DataFrame, threshold: float | None = None, ax: Axes | None = None) -> Axes:
    """Draw what every threshold does: one line per figure.

    Parameters
    ----------
    table : DataFrame
        `threshold`, ascending, and one column per figure (`edgekit.anomaly.sweep`).
    threshold : float, optional
        Drawn as a line.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes
    """
    threshold = _limit(threshold)
    arguments.table("table (what edgekit.anomaly.sweep() returned)", table, ["threshold"])
    ax = ax if ax is not None else new_axes((8, 3.2))
    figures = table.drop(columns="threshold")
    for (name, values), look in zip(figures.items(), line_looks(), strict=False):
        label = plain(str(name).replace("_", " "))
        ax.plot(_drawable(table["threshold"]), values, drawstyle="steps-post", label=label, linewidth=1.4, **look)
    _threshold(ax, threshold)
    _score_axis(ax, table["threshold"])
    ax.set_ylim(-0.02, 1.02)
    ax.set_xlabel("threshold")
    ax.set_ylabel("share")
    finish(ax, "")
    return ax


def explanation(shares: pd.Series, ax: Axes | None = None) -> Axes:
    """Draw how much each feature contributes to a window's distance, the largest on top.

    Parameters
    ----------
    shares : Series
        One share a feature: a row of `edgekit.BlockResult.explain` (what stands before the features there is left out).
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes
        Shares below 0 (a feature that makes the window more usual, given the others) go to the left. Only the largest
        are drawn where there are many.
    """
    if not isinstance(shares, pd.Series):
        raise UsageError(f"shares is one row of block.explain(), a Series, not {type(shares).__name__}.")
    own = shares.drop(labels=list(BEFORE_SHARES), errors="ignore")
    features = pd.Series(arguments.array("The shares", own), own.index)
    total = features.sum()
    features = 100 * features / (total if total > 0 else 1)
    drawn = features.iloc[np.argsort(features.abs().to_numpy(float), kind="stable")].iloc[-_BARS:]
    ax = ax if ax is not None else new_axes((8, 0.8 + 0.3 * max(len(drawn), 1)))
    bars = ax.barh(range(len(drawn)), drawn, color=COLOURS[0])
    for bar, share in zip(bars, drawn, strict=True):
        if share < 0:
            bar.set(fill=False, hatch="/////", edgecolor=COLOURS[0])
    ax.bar_label(bars, [f"{share:.0f} %" if total > 0 else "" for share in drawn], padding=3)
    ax.set_yticks(range(len(drawn)), [plain(name) for name in drawn.index])
    ax.axvline(0, color="black", linewidth=0.8)
    ax.margins(x=0.12)
    left_out = f" ({len(drawn)} of {display.counted(len(features), 'feature')})" if len(drawn) < len(features) else ""
    ax.set_xlabel(f"share of the squared distance in %{left_out}")
    ax.set_ylabel("feature")
    finish(ax, "")
    return ax


def _drawable(values: ArrayLike) -> NDArray[np.float64]:
    """Keep finite values where matplotlib's scales can still count: beyond, margins and ticks run over."""
    given = arguments.array("The scores", values)
    return np.where(np.isfinite(given), np.clip(given, -_FARTHEST, _FARTHEST), given)


def _limit(threshold: float | None) -> float | None:
    return None if threshold is None else arguments.number("threshold", threshold)


def _threshold(ax: Axes, threshold: float | None) -> None:
    if threshold is not None:
        ax.axvline(float(_drawable(threshold)), color="black", linewidth=1, label=f"threshold {threshold:.4g}")


def _score_axis(ax: Axes, scores: ArrayLike) -> None:
    """Straight up to 1, logarithmic beyond: normal scores are near 0, and anomalies may be anywhere."""
    values = _drawable(scores)
    ax.set_xscale("symlog", linthresh=1)
    ax.set_xlim(left=np.min(values[np.isfinite(values)], initial=0.0))


def _score(ax: Axes, places: NDArray[np.float64], table: pd.DataFrame, threshold: float | None) -> None:
    scores = _drawable(table[SCORE])
    few = len(table) <= _MARKED
    marked = {"marker": "o", "markersize": 4, "linewidth": 1.2} if few else {"linewidth": 0.8}
    ax.plot(places, scores, color=COLOURS[0], label="anomaly score", **marked)
    ax.set_ylabel("anomaly score")
    if threshold is None:
        return
    height = float(_drawable(threshold))
    ax.axhline(height, color="black", linestyle="--", linewidth=1, label=f"threshold {threshold:.4g}")
    above = is_anomaly(table[SCORE].to_numpy(float), threshold)
    if above.any():
        marker = WINDOWS["above"].marker
        size = 5 if few else 2
        ax.plot(places[above], scores[above], marker, color=ALARM, markersize=size, label="above the threshold")


def _probabilities(ax: Axes, places: NDArray[np.float64], labels: pd.DataFrame) -> None:
    for (name, values), look in zip(labels.items(), line_looks(), strict=False):
        ax.plot(places, values, label=plain(label_of(name)), marker=".", linewidth=1.2, **look)
    ax.set_ylabel("probability" if np.nanmax(labels.to_numpy(), initial=0) <= 1 else "value")
