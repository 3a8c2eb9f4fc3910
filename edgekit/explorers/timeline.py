"""Signals of one sample or of several laid end to end, on one axis of time: what the tracks of an explorer show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count, cycle
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import colours, display
from edgekit.arguments import numbers, texts
from edgekit.errors import UsageError
from edgekit.explorers import titles
from edgekit.explorers.base import Explorer
from edgekit.explorers.state import State

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from edgekit.results.block import BlockResult
    from edgekit.results.sample import Sample

COLUMNS = 2000  # more than a picture has pixels from left to right
_LONG = 100_000  # values: 400 kB
_LETTERS = 72  # of a figure's band from left to right
_NAMED = 10  # letters: a sample with room for as many has its name to itself, else it runs on over the next ones
_BAND: dict[str, Any] = {"fontsize": "x-small", "va": "center", "clip_on": True}
LABELS_GUESSED = "which label belongs to which window is a guess that may be wrong (AmbiguousLabelsWarning)"  # a note


def at_least_one(thing: str, given: Sequence[object]) -> None:
    """Refuse an empty list of samples, or of blocks, to lay end to end."""
    if not given:
        raise UsageError(f"There is no {thing} to explore: give one, or a list of them.")


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
    timed : bool
        Whether anything lasts: pictures and single readings have no time.
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
        self.timed = any(len(signal) > 1 for signal in signals) or any(reach)
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
        self.signal = (pd.concat(shifted) if len(shifted) > 1 else shifted[0]).rename_axis(index="time_ms")
        self.axes = [str(name) for name in self.signal]
        self._breaks = np.cumsum([0, *map(len, signals[:-1])])
        self._part: tuple[list[list[int]], dict[str, NDArray[Any]]] | None = None  # which readings, and what was sent

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what the front end draws from, the whole signal."""
        return self._labels_as_arrays() | self.readings()

    def first_arrays(self, stretches: Iterable[Sequence[float]]) -> dict[str, NDArray[Any]]:
        """Return the same with only the readings that are on show at first, where the signal is long."""
        return self._labels_as_arrays() | (self.part(stretches) if self.is_long else self.readings())

    @property
    def is_long(self) -> bool:
        """Whether the first picture would wait for the signal: then what is not on show yet is sent after it."""
        return self.signal.size > _LONG

    @property
    def later(self) -> Callable[[], Mapping[str, NDArray[Any]]] | None:
        """What gives the readings that `first_arrays` left out, if any."""
        return self.readings if self.is_long else None

    def readings(self) -> dict[str, NDArray[Any]]:
        """Return the whole signal: times, axis by axis its values, and at which reading each sample begins.

        Of parts of it, each of these begins anew as well: no line leads over what lies between.
        """
        values = self.signal.to_numpy("f4")
        return {
            "time": self.signal.index.to_numpy("f8"),
            "signal": values.T.ravel(),
            "breaks": self._breaks.astype("i4"),
        }

    def part(self, stretches: Iterable[Sequence[float]]) -> dict[str, NDArray[Any]]:
        """Return the same of some stretches of time only ([start, end], [] for all), each thinned where it is long."""
        ends = [stretch or (0.0, self.end) for stretch in stretches]
        edges = _merged(np.searchsorted(self.signal.index.to_numpy(float), np.reshape(ends, (-1, 2)).astype(float)))
        if self._part is None or self._part[0] != edges:  # the still picture shows what was just sent
            self._part = edges, self._readings_of(edges)
        return self._part[1]

    def _readings_of(self, edges: Sequence[Sequence[int]]) -> dict[str, NDArray[Any]]:
        """Return these readings, from … to …, as `readings` does, each stretch thinned where it is long."""
        time, values = self.signal.index.to_numpy(float), self.signal.to_numpy()
        parts = [_thinned(time[start:end], values[start:end], COLUMNS) for start, end in edges]
        times = np.concatenate([part[0] for part in parts]) if parts else time[:0]
        kept = np.concatenate([part[1] for part in parts]) if parts else values[:0]
        breaks = np.searchsorted(times, self.starts)
        begins = np.cumsum([0, *(len(part[0]) for part in parts)])[:-1]
        return {
            "time": times,
            "signal": kept.T.astype("f4").ravel(),
            "breaks": np.sort(np.concatenate([breaks, np.setdiff1d(begins, breaks)])).astype("i4"),
        }

    def _labels_as_arrays(self) -> dict[str, NDArray[Any]]:
        return {
            "label_from": self.labels["start_ms"].to_numpy("f8"),
            "label_to": self.labels["end_ms"].to_numpy("f8"),
            "label_code": pd.Categorical(self.labels["label"], self._label_names()).codes.astype("i4"),
        }

    def meta(self) -> dict[str, Any]:
        """Return the texts and ranges that go with `arrays`; a range is [smallest, largest] finite value of an axis."""
        ends = [*self.starts[1:].tolist(), self.end]
        units = {name: unit for name, unit in self._units.items() if unit not in ("", "N/A")}
        return {
            "end": self.end,
            "timed": self.timed,
            "shown": self.shown,
            "axes": self.axes,
            "names": [f"{name} ({units[name]})" if name in units else name for name in self.axes],
            "unit": "signal" if units else "signal (units not stated)",
            "ranges": [_range(self.signal[name].to_numpy(float)) for name in self.signal],
            "label_names": self._label_names(),
            "samples": [
                {"start": start, "end": end, "name": sample.filename, "label": sample.label}
                for sample, start, end in zip(self.samples, self.starts.tolist(), ends, strict=True)
            ],
        }

    @cached_property
    def labels(self) -> pd.DataFrame:
        """Which label holds where: `start_ms`, `end_ms` on the common axis of time, `label`; in order of time."""
        found = [sample.label_ranges() for sample in self.samples]  # a table of each sample takes 50 times as long
        table = pd.DataFrame([one for ranges in found for one in ranges], columns=["label", "start", "end"])
        counts = list(map(len, found))
        interval = np.repeat([float(sample.interval_ms) for sample in self.samples], counts)
        first, after = (table[name].to_numpy(float) for name in ("start", "end"))
        shift = self.starts.repeat(counts)
        times = {"start_ms": first * interval + shift, "end_ms": (after + 1) * interval + shift}
        return pd.DataFrame(times).assign(label=table["label"])

    def _label_names(self) -> list[str]:
        return self._distinct_labels

    @cached_property
    def _distinct_labels(self) -> list[str]:
        return [str(label) for label in self.labels["label"].unique()]

    def title(self) -> str:
        """Name the sample, or say how many there are, and whether all of their readings came."""
        return titles.of_samples(self.samples, self.shown)

    def draw(self, ax: Axes, axes: Sequence[str], span: Sequence[float], title: str = "") -> None:
        """Draw the axes on show over the stretch of time on show."""
        self._draw(self.signal, ax, axes, title, all_of_it=not span)
        for start in self.starts[1:] / 1000:
            ax.axvline(start, color="black", linewidth=0.5, alpha=0.5)
        self.limit(ax, span)

    @property
    def has_band(self) -> bool:
        """Whether it needs telling whose time it is: of several samples, or of one whose label changes."""
        return len(self.samples) > 1 or len(self._label_names()) > 1

    def draw_band(self, ax: Axes, span: Sequence[float]) -> None:
        """Draw whose time it is: the samples' names above, and below them which label holds."""
        start, end = span or (0.0, self.end)
        wide = (end - start) / _LETTERS  # of a letter, in ms
        colour = dict(zip(self._label_names(), cycle(colours.COLOURS), strict=False))
        for label, left, right in _runs(self.labels, start, end):
            ax.axvspan(left / 1000, right / 1000, ymax=0.48, facecolor=colour[label], alpha=0.3, linewidth=0)
            if text := _fitted(label, (right - left) / wide):
                ax.text(left / 1000, 0.24, f" {text}", transform=ax.get_xaxis_transform(), **_BAND)
        free = start
        for sample, begin, stop in zip(self.samples, self.starts, [*self.starts[1:], self.end], strict=True):
            left, right = max(begin, start), min(stop, end)
            if right <= left:
                continue
            ax.axvline(left / 1000, color="black", linewidth=0.5, alpha=0.5)
            own = right - left if right - left >= _NAMED * wide else min(end - left, 2 * _NAMED * wide)
            text = _fitted(str(sample.filename), own / wide)
            if left >= free and text:
                ax.text(left / 1000, 0.76, f" {text}", transform=ax.get_xaxis_transform(), **_BAND)
                free = left + (len(text) + 1) * wide
        ax.set(yticks=[], ylim=(0, 1))
        ax.tick_params(bottom=False, labelbottom=False)
        ax.spines[:].set_visible(False)
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
        from edgekit import plots

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


def laid_out(blocks: Sequence[BlockResult], counts: Iterable[int]) -> dict[str, NDArray[Any]]:
    """Return how many windows each sample has, how long they are, and from one's start to the next one's, in ms.

    Of that the front end makes when each window starts and stops: three numbers a sample, not three a window.
    """
    return {
        "count": np.array(list(counts), "i4"),
        "size": np.array([float(block.result.window_size_ms) for block in blocks]),
        "increase": np.array([float(block.result.window_increase_ms) for block in blocks]),
    }


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
    time, kept = _thinned(signal.index.to_numpy(float), signal.to_numpy(), columns)
    if len(time) == len(signal):
        return signal
    return pd.DataFrame(kept, index=pd.Index(time, name=signal.index.name), columns=signal.columns)


def _merged(stretches: NDArray[np.intp]) -> list[list[int]]:
    """Return stretches of readings, from … to …, in order, those that touch or overlap as one; none that is empty."""
    first, last = stretches[stretches[:, 0] < stretches[:, 1]].T
    if not len(first):
        return []
    order = np.argsort(first, kind="stable")
    first, reach = first[order], np.maximum.accumulate(last[order])
    begins = np.flatnonzero(first > np.append(-1, reach[:-1]))
    ends = np.append(begins[1:], len(first)) - 1
    return np.column_stack([first[begins], reach[ends]]).tolist()  # type: ignore[no-any-return]


def _thinned(
    time: NDArray[np.float64], readings: NDArray[Any], columns: int
) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Do as `thinned` does, with times (readings,) and values (readings, axes)."""
    if len(time) <= 4 * columns or time[0] == time[-1]:
        return time, readings
    share = time - time[0]
    share *= columns / (time[-1] - time[0])
    stretch = share.astype(np.int32)
    first = np.append(0, np.flatnonzero(stretch[1:] != stretch[:-1]) + 1)
    values = np.ascontiguousarray(readings.T, dtype=float)
    ends = [of.reduceat(values, first, axis=1) for of in (np.fmin, np.fmax)]  # both pass over NaN
    return time[first].repeat(2), np.stack(ends, axis=2).reshape(len(values), -1).T


def _runs(labels: pd.DataFrame, low: float, high: float) -> Iterator[tuple[str, float, float]]:
    """Yield the label ranges within [low, high), those of one label that follow each other as one."""
    on_show = labels[(labels["end_ms"] > low) & (labels["start_ms"] < high)]
    run = on_show["label"].ne(on_show["label"].shift()).cumsum()
    for _, part in on_show.groupby(run, sort=False):
        yield part["label"].iloc[0], max(part["start_ms"].iloc[0], low), min(part["end_ms"].max(), high)


def _fitted(name: str, letters: float) -> str:
    """Return as much of a name as fits; nothing where less than three letters would."""
    from edgekit.plots.style import plain

    shown = plain(display.short(name))
    room = int(letters) - 1
    return shown if len(shown) <= room else f"{shown[: room - 1]}…" if room > 2 else ""


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
    least, most = (float(values.min()), float(values.max())) if len(values) else (np.nan, np.nan)
    if np.isfinite([least, most]).all():  # NaN, where there is any, is the least of all and the most
        return [least, most]
    finite = values[np.isfinite(values)]
    return [float(finite.min()), float(finite.max())] if len(finite) else [None, None]
