"""Signals of one sample or of several laid end to end, on one axis of time: what the tracks of an explorer show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import display, plots
from edgekit.arguments import numbers, texts
from edgekit.errors import UsageError
from edgekit.explorers.base import Explorer
from edgekit.explorers.state import State

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from edgekit.results.sample import Sample

COLUMNS = 2000  # more than a picture has pixels from left to right


class Timeline:
    """Samples one after the other; times in ms from the first one's start.

    Parameters
    ----------
    samples : sequence of Sample
    reach : sequence of float, optional
        When the last window of each sample is over: a padded one ends after the readings, and is on show all the same.

    Attributes
    ----------
    starts : array (samples,)
        When each sample begins.
    end : float
        When the last one ends.
    signal : DataFrame
        Index `time_ms`, one column per axis; samples that lack an axis hold NaN there, samples without numbers nothing.
    axes : list of str
        The signal's columns.
    shown : str
        Which share of the readings came, where not all of them did; else empty.
    """

    def __init__(self, samples: Sequence[Sample], reach: Sequence[float] = ()) -> None:
        self.samples = list(samples)
        signals = [_signal(sample) for sample in samples]
        lengths = [max(float(s.length_ms), _end(signal), 1.0) for s, signal in zip(samples, signals, strict=True)]
        if reach:
            lengths = list(map(max, lengths, reach))
        self.starts: NDArray[np.float64] = np.cumsum([0.0, *lengths[:-1]])
        self.end = float(sum(lengths))
        self.shown = display.listing(dict.fromkeys(s.shown for s in samples if s.shown))
        self._units: dict[str, str] = {}
        for signal in signals:
            self._units = signal.attrs.get("units", {}) | self._units
        shifted = [s.set_axis(s.index + start) for s, start in zip(signals, self.starts, strict=True)]
        for part in shifted:
            part.attrs = {}  # pandas would compare and copy them at every step
        self.signal = pd.concat(shifted).rename_axis(index="time_ms")
        self.axes = [str(name) for name in self.signal]
        self._breaks = np.cumsum([0, *map(len, signals[:-1])])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what the front end draws the signal from."""
        values = self.signal.to_numpy("f4")
        return {
            "time": self.signal.index.to_numpy("f8"),
            "signal": np.ascontiguousarray(values.T),
            "breaks": self._breaks.astype("i4"),
        }

    def meta(self) -> dict[str, Any]:
        """Return the texts and ranges that go with `arrays`; a range is [smallest, largest] finite value of an axis."""
        ends = [*self.starts[1:].tolist(), self.end]
        units = {name: unit for name, unit in self._units.items() if unit not in ("", "N/A")}
        return {
            "end": self.end,
            "shown": self.shown,
            "axes": self.axes,
            "names": [f"{name} ({units[name]})" if name in units else name for name in self.axes],
            "unit": "signal" if units else "signal (units not stated)",
            "ranges": [_range(self.signal[name].to_numpy(float)) for name in self.signal],
            "samples": [
                {"start": start, "end": end, "name": sample.filename, "label": sample.label}
                for sample, start, end in zip(self.samples, self.starts.tolist(), ends, strict=True)
            ],
        }

    def labels(self) -> list[tuple[float, float, str]]:
        """Return which label holds where, as (start, end, label), on the common axis of time."""
        found: list[tuple[float, float, str]] = []
        for sample, shift in zip(self.samples, self.starts.tolist(), strict=True):
            ranges = sample.labels()[["start_ms", "end_ms", "label"]].itertuples(index=False, name=None)
            found += [(start + shift, end + shift, label) for start, end, label in ranges]
        return found

    def title(self) -> str:
        """Name the sample, or say how many there are, and whether all of their readings came."""
        first = self.samples[0]
        name = (
            f"{display.shown(first.filename)} · {display.shown(first.label)}"
            if len(self.samples) == 1
            else f"{len(self.samples)} samples"
        )
        return f"{name} · {self.shown}" if self.shown else name

    def draw(self, ax: Axes, axes: Sequence[str], span: Sequence[float], title: str = "") -> None:
        """Draw the axes on show over the stretch of time on show."""
        self._draw(self.signal, ax, axes, title, all_of_it=not span)
        for start in self.starts[1:] / 1000:
            ax.axvline(start, color="black", linewidth=0.5, alpha=0.5)
        self.limit(ax, span)

    def draw_sample(self, place: int, ax: Axes, axes: Sequence[str], title: str = "") -> float:
        """Draw the axes on show over one sample, in time from its start; return how long it is in ms."""
        begin, end = [*self._breaks, len(self.signal)][place : place + 2]
        shift, stop = [*self.starts, self.end][place : place + 2]
        part = self.signal.iloc[begin:end]
        self._draw(part.set_axis(part.index - shift), ax, axes, title)
        ax.set_xlim(0, (stop - shift) / 1000)
        return float(stop - shift)

    def _draw(self, signal: pd.DataFrame, ax: Axes, axes: Sequence[str], title: str, *, all_of_it: bool = True) -> None:
        chosen = signal[[name for name in self.axes if name in axes]]
        shown = (thinned(chosen) if all_of_it and len(chosen) else chosen).rename(columns=display.short)
        shown.attrs["units"] = {display.short(name): display.short(unit) for name, unit in self._units.items()}
        plots.signal(shown, ax=ax, title=title)

    def limit(self, ax: Axes, span: Sequence[float]) -> None:
        """Show only the stretch `span` ([start, end] in ms; empty for all of it)."""
        start, end = span or (0.0, self.end)
        ax.set_xlim(start / 1000, end / 1000)

    def checked_span(self, span: Sequence[float]) -> list[float]:
        """Return the part of a time range that the samples cover; UsageError where it is not a time range."""
        if not span:
            return []
        if len(span) != 2 or not 0 <= span[0] < span[1] or span[0] >= self.end:
            raise UsageError(f"A span is [start, end] in ms within 0 to {self.end:g}, or [] for all; got {list(span)}.")
        return [float(span[0]), float(min(span[1], self.end))]

    def checked_axes(self, axes: Sequence[str]) -> list[str]:
        """Return the axes in the signal's order; UsageError where one is not there."""
        if unknown := [name for name in axes if name not in self.axes]:
            raise UsageError(
                f"There is no axis {display.quoted(unknown[0])}; there are: {', '.join(self.axes) or 'none'}."
            )
        return [name for name in self.axes if name in axes]


class TimelineExplorer(Explorer):
    """What explorers over time share: the stretch of time and the axes of the signal on show."""

    _timeline: Timeline

    span = State([], numbers)
    axes = State([], texts)

    def _checked(self, name: str, value: Any) -> Any:
        if name == "span":
            return self._timeline.checked_span(value)
        if name == "axes":
            return self._timeline.checked_axes(value)
        return super()._checked(name, value)


def thinned(signal: pd.DataFrame, columns: int = COLUMNS) -> pd.DataFrame:
    """Keep of every axis the smallest and the largest reading of each of `columns` equal stretches of time.

    Drawn that many pixels wide, it looks like the whole: no peak is lost. Where all readings of a stretch are missing
    both are NaN, and the line has a gap; a narrower gap cannot be seen. A signal hardly longer than that stays as it
    is. Index `time_ms`, ascending, in and out; both readings of a stretch stand at its first one's time.
    """
    time = signal.index.to_numpy(float)
    if len(time) <= 4 * columns or time[0] == time[-1]:
        return signal
    stretch = ((time - time[0]) * (columns / (time[-1] - time[0]))).astype(int)
    first = np.flatnonzero(np.diff(stretch, prepend=-1))
    values = np.ascontiguousarray(signal.to_numpy(float).T)
    ends = [of.reduceat(values, first, axis=1) for of in (np.fmin, np.fmax)]  # both pass over NaN
    kept = np.stack(ends, axis=2).reshape(len(values), -1)
    return pd.DataFrame(kept.T, index=signal.index[first].repeat(2), columns=signal.columns)


def _signal(sample: Sample) -> pd.DataFrame:
    try:
        signal = sample.signal()
    except UsageError:  # a picture, say: its scores have a time all the same
        return pd.DataFrame(index=pd.Index([], dtype=float, name="time_ms"))
    names, units = _distinct(signal), signal.attrs.get("units", {})
    signal.attrs["units"] = {name: units.get(own, "") for name, own in zip(names, signal, strict=True)}
    return signal.set_axis(names, axis="columns")


def _distinct(names: Iterable[object]) -> list[str]:
    """Return names that can be shown and told apart, for axes to be chosen by: two of one name get a number."""
    found: list[str] = []
    for name in map(display.printable, names):
        numbered = (f"{name} ({i})" for i in count(2))
        found.append(name if name not in found else next(other for other in numbered if other not in found))
    return found


def _end(signal: pd.DataFrame) -> float:
    if len(signal) < 2:
        return 0.0
    last, before = signal.index[-1], signal.index[-2]
    return float(2 * last - before)


def _range(values: NDArray[np.float64]) -> list[float | None]:
    finite = values[np.isfinite(values)]
    return [float(finite.min()), float(finite.max())] if len(finite) else [None, None]
