"""The explorer of anomaly scores: signal, scores, a threshold to drag, one window in detail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, Unpack

import numpy as np
import pandas as pd

from edgekit import anomaly, display
from edgekit.arguments import choice, flag, whole
from edgekit.explorers import titles, trait_values
from edgekit.explorers.anomaly_windows import AnomalyWindows
from edgekit.explorers.compared import Compared, Threshold, as_threshold
from edgekit.explorers.state import State, reading
from edgekit.explorers.still import anomaly as still
from edgekit.explorers.still.canvas import Canvas
from edgekit.explorers.timeline import Timeline, TimelineExplorer
from edgekit.table_words import SCORE
from edgekit.threshold_rules import is_anomaly

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.gridspec import GridSpec

    from edgekit.results.block import BlockResult
    from edgekit.results.features import Features


STOPS = ("alarms", "events", "false alarms", "misses")


class AnomalyState(TypedDict, total=False):
    """The state of an `AnomalyExplorer`, to begin with."""

    window: int
    threshold: Threshold
    compared: Threshold
    span: Sequence[float]
    axes: Sequence[str]
    log_scale: bool
    stops: str


class AnomalyExplorer(Compared, TimelineExplorer):
    """Signal and anomaly scores of one sample, or of several laid end to end, with a threshold to drag.

    Parameters
    ----------
    blocks : sequence of BlockResult
        What an anomaly block says of each sample.
    **state
        Any of the traits below, to begin with.

    Attributes
    ----------
    window : int
        The chosen window: its row in `windows`.
    threshold : float or None
        A score above it is an anomaly. At first the block's own, which stays marked; without one, the highest score.
    compared : float or None
        A second threshold, marked and counted beside the first, such as what `edgekit.anomaly.suggest_threshold`
        returned. Without it the block's own is what another threshold is compared with.
    span : list of float
        The stretch of time on show, [start, end] in ms; empty for all of it.
    axes : list of str
        The axes of the signal on show.
    log_scale : bool
        Scores on a (symmetric) logarithmic scale. At first where the highest score is over ten times the threshold.
    stops : str
        Where the keys n and p stop: at "alarms", "events", "false alarms" or "misses".
    windows : DataFrame
        Index `window`: `sample` (id), then the block's own table of windows (times from the sample's start), then
        `anomalous` (what the response says it should be, missing where it does not say) and, where it is known,
        `signed_score`.

    Notes
    -----
    Signed scores and explanations are recomputed from the parameters that the Studio publishes; for a result that was
    opened from a file there are none. Components and clusters have numbers only: `name_parts` says which label each
    stands for, once the training windows were fetched.
    """

    script: ClassVar[str] = "anomaly/explorer.js"
    state: ClassVar[tuple[str, ...]] = ("window", "threshold", "compared", "span", "axes", "log_scale", "stops")

    window = State(0, whole)
    threshold = State(None, as_threshold)
    log_scale = State(False, flag)
    stops = State("alarms", lambda name, value: choice(name, value, STOPS))

    def __init__(self, blocks: Sequence[BlockResult], **state: Unpack[AnomalyState]) -> None:
        self._data = data = AnomalyWindows.of(blocks)
        self.windows = data.windows
        self._timeline = timeline = Timeline([block.sample for block in blocks], data.reach())
        meta = timeline.meta() | data.meta() | {"title": titles.of_block(data.block, timeline.title())}
        self._start, self._end = (
            self.windows[name].to_numpy(float) + timeline.starts[data.block_of] for name in ("start_ms", "end_ms")
        )
        limit = meta["highest"] if data.block.threshold is None else float(data.block.threshold)
        begin: dict[str, Any] = {
            "threshold": limit,
            "axes": timeline.axes,
            "log_scale": meta["highest"] > 10 * max(limit, 1e-9),
        }
        begin |= state
        window = begin.get("window", 0)
        arrays = timeline.first_arrays([[]]) | data.arrays(window if isinstance(window, int) else 0)
        super().__init__(meta, arrays, begin, timeline.later, data.later)

    def _checked(self, name: str, value: Any) -> Any:
        match name:
            case "window":
                return trait_values.place("windows", len(self.windows), value)
            case "threshold" | "compared":
                return trait_values.finite(name, value)
        return super()._checked(name, value)

    @property
    @reading
    def selection(self) -> pd.DataFrame:
        """The windows above the threshold: rows of `windows`."""
        return self.windows[is_anomaly(self.windows[SCORE], self._limit())]

    @property
    @reading
    def counts(self) -> pd.Series[float]:
        """What the threshold does to the windows, and in how many events; see `edgekit.anomaly.counts`."""
        return self._counts_at(self._limit())

    def _counts_at(self, limit: float) -> pd.Series[float]:
        increase = self._data.increases[self._data.block_of]
        counted = anomaly.counts(self.windows[SCORE], self.windows["anomalous"], limit, increase_ms=increase)
        return pd.concat([counted, pd.Series({"events": float(self._events_at(limit))})])

    def name_parts(self, features: Features) -> pd.DataFrame:
        """Say of each component or cluster which label most of its training windows have, here and beside each window.

        Parameters
        ----------
        features : Features
            Of the training windows: ``studio.set_features("training")``.

        Returns
        -------
        DataFrame, index `part`; see `edgekit.anomaly.parts`.

        Raises
        ------
        UsageError
            They are of another DSP block than this learn block takes, or the results came from a file.

        Examples
        --------
        >>> import edgekit as ek
        >>> studio = ek.connect(sandbox="motion")
        >>> explorer = ek.explore(studio.classify(31).block("anomaly-gmm"))
        >>> explorer.name_parts(studio.set_features("training"))
              windows     label  of_label
        part
        0         100   running       100
        1         164  standing       164
        2          70   running        70
        3         176   walking       170
        """
        found = anomaly.parts(self._data.parts_of(features), features.windows["label"])
        words = {
            str(part): f"mostly {display.shown(row.label)} ({row.of_label} of {row.windows} training windows)"
            for part, row in zip(found.index, found.itertuples(), strict=True)
            if isinstance(row.label, str)
        }
        self._meta = {**self._meta, "part_names": words}
        return found

    @reading
    def segments(self) -> pd.DataFrame:
        """Merge the windows above the threshold into events, sample by sample; times on the explorer's own axis."""
        limit = self._limit()
        found = [anomaly.segments(part, limit) for _, part in self._on_timeline().groupby(self._data.block_of)]
        return pd.concat(found, ignore_index=True)

    def _events_at(self, limit: float) -> int:
        """Count the `segments` without a table of them."""
        above = is_anomaly(self.windows[SCORE].to_numpy(float), limit)
        sample = self._data.block_of[above]
        order = np.lexsort((self._start[above], sample))
        start, end = self._start[above][order], self._end[above][order]
        apart = (start[1:] > np.maximum.accumulate(end)[:-1]) | (np.diff(sample[order]) > 0)
        return int(apart.sum()) + bool(len(start))

    def _limit(self) -> float:
        return np.inf if self.threshold is None else self.threshold

    def _on_timeline(self) -> pd.DataFrame:
        # a dtype, not a type: for that, pandas silences the warnings of all threads
        score = self.windows[[SCORE]].astype(np.dtype(float))
        return score.assign(start_ms=self._start, end_ms=self._end)

    def _on_show(self) -> dict[str, Any]:
        data, counts = self._data, np.bincount(self._data.block_of, minlength=len(self._data.sizes))
        found = {"sample": data.block_of, "start": self._start, "first": np.cumsum([0, *counts[:-1]])}
        chosen = data.beside([self.window]) if len(self.windows) else {}
        return found | chosen | (self._timeline.part([self.span]) if self._timeline.is_long else {})

    def _still(self) -> Canvas:
        return still.picture(self._view())

    @reading
    def _figure(self) -> Figure:
        """Return the same view as a matplotlib figure of its own, without pyplot."""
        from edgekit import plots
        from edgekit.plots.dark import ThemedFigure

        figure = ThemedFigure(figsize=(11, 6.4), layout="constrained")
        grid = figure.add_gridspec(4, 2, width_ratios=(3, 1), height_ratios=(1, 0.16, 1.1, 0.9))
        signal, scores, bins, band = (figure.add_subplot(grid[i, 0]) for i in (0, 2, 3, 1))
        self._timeline.draw(signal, self.axes, self.span, title=str(self._meta["title"]))
        self._timeline.draw_band(band, self.span)
        self._draw_scores(scores)
        plots.histogram(self.windows[SCORE], self.windows["anomalous"], self.threshold, ax=bins)
        if len(self.windows):
            start, end = self._on_timeline()[["start_ms", "end_ms"]].iloc[self.window] / 1000
            for axes in (signal, scores):
                axes.axvspan(start, end, facecolor="black", alpha=0.12)
        self._draw_window(figure, grid)
        return figure

    def _draw_window(self, figure: Figure, grid: GridSpec) -> None:
        """Draw beside the tracks what is known of the chosen window."""
        from edgekit import plots
        from edgekit.plots.style import plain

        data = self._data
        said = "\n".join(plain(line.replace(": ", ":\n")) for line in self.text().split("\n")[1:])
        figure.text(0.74, 0.02, said, fontsize="small", va="bottom")
        if not len(self.windows):
            return
        beside = (grid[:2, 1], data.probabilities, "probability"), (grid[2, 1], data.shares, "share")
        for place, table, name in beside:
            if table.shape[1]:
                shares = table.iloc[self.window].rename(display.short)
                axes = plots.explanation(shares, ax=figure.add_subplot(place))
                axes.set(xlabel=f"{name} in %", ylabel="")

    def _draw_scores(self, axes: Axes) -> None:
        from edgekit import plots
        from edgekit.plots.style import finish

        table = self._on_timeline()
        last = np.flatnonzero(np.diff(self._data.block_of))  # the line of one sample does not go on in the next one's
        gaps = table.iloc[last].assign(**{SCORE: np.nan})
        apart = pd.concat([table, gaps]).sort_index(kind="stable")
        plots.windows(apart, self.threshold, self.segments(), length_ms=self._timeline.end, ax=axes)
        for name, value in self._marked().items():
            axes.axhline(value, color="black", linestyle=":", linewidth=1, label=f"{name} {value:.4g}")
            finish(axes, None)
        if self.log_scale:
            axes.set_yscale("symlog", linthresh=1)
            axes.autoscale_view(scalex=False)  # margins as this scale counts: the highest score is not cut off
        self._timeline.limit(axes, self.span)

    def _lines(self) -> list[str]:
        counts = self.counts
        limit = "no threshold" if self.threshold is None else f"threshold {self.threshold:.6g}"
        events = display.counted(int(counts["events"]), "event")
        of = display.counted(len(self.windows), "window")
        lines = [f"{limit}: {int(counts['above'])} of {of} above, in {events}"]
        if self.compared is not None:
            other = self._counts_at(self.compared)
            above, events = (
                display.counted(int(other["above"]), "window"),
                display.counted(int(other["events"]), "event"),
            )
            lines.append(f"compared with {self.compared:.6g}: {above} above, in {events}")
        if len(self.windows):
            lines.append(f"window {self.window}: {self._data.say(self.window)}")
        return lines
