"""The explorer of a signal: every axis over time, the reading under the pointer, figures of the time on show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, Unpack

import pandas as pd

from edgekit import display
from edgekit.arguments import real
from edgekit.errors import UsageError
from edgekit.explorers.state import State, reading
from edgekit.explorers.still import signal as still
from edgekit.explorers.still.canvas import Canvas
from edgekit.explorers.timeline import Timeline, TimelineExplorer, at_least_one

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from edgekit.results.sample import Sample


class SignalState(TypedDict, total=False):
    """The state of a `SignalExplorer`, to begin with."""

    time_ms: float
    span: Sequence[float]
    axes: Sequence[str]


class SignalExplorer(TimelineExplorer):
    """The signal of one sample, or of several laid end to end.

    Parameters
    ----------
    samples : sequence of Sample
        Time series; at least one of them with readings.
    **state
        Any of the traits below, to begin with.

    Attributes
    ----------
    time_ms : float
        The time under the pointer, in ms from the first sample's start.
    span : list of float
        The time on show, [start, end] in ms; empty for all of it.
    axes : list of str
        The axes on show.
    """

    script: ClassVar[str] = "signal/explorer.js"
    state: ClassVar[tuple[str, ...]] = ("time_ms", "span", "axes")

    time_ms = State(0.0, real)

    def __init__(self, samples: Sequence[Sample], **state: Unpack[SignalState]) -> None:
        at_least_one("sample", samples)
        if len(samples) == 1:
            samples[0].signal()  # raises where it is not a table of numbers, and says what it is
        self._timeline = timeline = Timeline(samples)
        if timeline.signal.empty:
            raise UsageError("These samples hold no readings: there is nothing to draw over time.")
        meta = timeline.meta() | {"title": timeline.title()}
        super().__init__(meta, timeline.arrays(), {"axes": timeline.axes, **state})

    def _checked(self, name: str, value: Any) -> Any:
        if name == "time_ms" and not 0 <= value <= self._timeline.end:
            raise UsageError(f"The samples last from 0 to {self._timeline.end:g} ms; got {value:g}.")
        return super()._checked(name, value)

    @property
    @reading
    def selection(self) -> pd.DataFrame:
        """The readings on show, those in [start, end) of `span`: index `time_ms`, one column per axis on show.

        ``.attrs["shown"]`` says so where the server sent only some of them; see `Sample.whole`.
        """
        signal: pd.DataFrame = self._timeline.signal[self.axes]
        start, end = self.span or (0.0, self._timeline.end)
        found = signal[(signal.index >= start) & (signal.index < end)]
        if self._timeline.shown:
            found.attrs["shown"] = self._timeline.shown
        return found

    def _still(self) -> Canvas:
        return still.picture(self._view())

    @reading
    def _figure(self) -> Figure:
        """Return the signal on show, with a line at the time under the pointer, as a matplotlib figure of its own."""
        from edgekit.plots.dark import ThemedFigure

        figure = ThemedFigure(figsize=(9.6, 3.2), layout="constrained")
        band = self._timeline.has_band
        grid = figure.add_gridspec(1 + band, 1, height_ratios=(8, 1)[: 1 + band])
        axes = figure.add_subplot(grid[0])
        self._timeline.draw(axes, self.axes, self.span, title=str(self._meta["title"]))
        axes.axvline(self.time_ms / 1000, color="black", linewidth=1)
        if band:
            self._timeline.draw_band(figure.add_subplot(grid[1]), self.span)
        return figure

    def _lines(self) -> list[str]:
        shown, readings = self.selection, display.counted(len(self._timeline.signal), "reading")
        return [f"{len(shown)} of {readings} on show, axes {', '.join(self.axes) or 'none'}"]
