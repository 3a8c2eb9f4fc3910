"""The explorer of a regression: predicted against expected, the errors over the range, a threshold to drag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, Unpack

import numpy as np
import pandas as pd

from edgekit import display, regression
from edgekit.arguments import texts, whole
from edgekit.errors import UsageError
from edgekit.explorers import titles, trait_values
from edgekit.explorers.compared import Compared, Threshold, as_threshold
from edgekit.explorers.images import packed, thumbnails
from edgekit.explorers.ranking import ascending
from edgekit.explorers.state import State, reading
from edgekit.explorers.still import regression as still
from edgekit.explorers.still.canvas import Canvas
from edgekit.explorers.timeline import Timeline, laid_out
from edgekit.resampling import RESAMPLES
from edgekit.threshold_rules import is_beyond

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from edgekit.results.block import BlockResult

_SURE = 2000  # samples up to which the figures get an interval: drawing more of them anew would take seconds


class RegressionState(TypedDict, total=False):
    """The state of a `RegressionExplorer`, to begin with."""

    window: int
    threshold: Threshold
    compared: Threshold
    axes: Sequence[str]


class RegressionExplorer(Compared):
    """Predicted against expected numbers of one sample or of many, their errors, and the signal behind each.

    Parameters
    ----------
    blocks : sequence of BlockResult
        What a regression block says of each sample.
    **state
        Any of the traits below, to begin with.

    Attributes
    ----------
    window : int
        The chosen window: its row in `windows`. At first the one that is furthest off.
    threshold : float
        The largest absolute error that is allowed. At first the block's own, which stays marked; without one, the
        largest there is.
    compared : float or None
        A second threshold, marked and counted beside the first. Without it the block's own is what another threshold
        is compared with.
    axes : list of str
        The axes of the signal on show.
    windows : DataFrame
        Index `window`: `sample` (id), then `start_ms`, `end_ms`, `expected`, `predicted` and `error` of
        `edgekit.regression.predictions`.

    Raises
    ------
    UsageError
        No window has both an expected and a predicted number.
    """

    script: ClassVar[str] = "regression/explorer.js"
    state: ClassVar[tuple[str, ...]] = ("window", "threshold", "compared", "axes")

    window = State(0, whole)
    threshold = State(0.0, as_threshold)
    axes = State([], texts)

    def __init__(self, blocks: Sequence[BlockResult], **state: Unpack[RegressionState]) -> None:
        first = blocks[0]
        tables = [block.predictions().drop(columns="within") for block in blocks]
        self._place = np.repeat(np.arange(len(blocks)), list(map(len, tables))).astype("i4")
        self.windows = pd.concat(tables, ignore_index=True).rename_axis(index="window")
        self.windows.insert(0, "sample", np.array([block.sample.id for block in blocks])[self._place])
        error = self.windows["error"].abs().to_numpy(float)
        known = int(np.isfinite(error).sum())
        self._worst_first = ascending(-np.nan_to_num(error, nan=-1.0))[:known].astype("i4")
        if not known:
            windows = display.counted(len(error), "window")
            raise UsageError(
                f"None of {windows} has both an expected and a predicted number, and this explorer is about their "
                "difference. A regression is judged by labels that are numbers, such as '17.5'. block.plot() draws "
                "what was predicted."
            )
        resamples = RESAMPLES if len(blocks) <= _SURE else 0
        self._figures = regression.errors(self.windows, resamples=resamples).drop(index="within")
        self._images = thumbnails(blocks, pd.unique(self._place[self._worst_first]).tolist())
        self._timeline = Timeline([block.sample for block in blocks], _reach(tables))
        limit = float(error[self._worst_first[0]]) if first.threshold is None else first.threshold
        begin: dict[str, Any] = {"window": int(self._worst_first[0]), "threshold": limit, "axes": self._timeline.axes}
        begin |= state
        window = begin["window"]
        first_on_show = window if isinstance(window, int) and 0 <= window < len(self.windows) else 0
        super().__init__(self._describe(first, limit), self._arrays(blocks, first_on_show), begin, self._timeline.later)

    def _describe(self, first: BlockResult, limit: float) -> dict[str, Any]:
        numbers = self.windows[["expected", "predicted"]].to_numpy(float)
        numbers = numbers[np.isfinite(numbers).all(axis=1)]
        widest = float(self.windows["error"].abs().max())
        return self._timeline.meta() | {
            "title": titles.of_block(first, self._timeline.title()),
            "own": first.threshold,
            "lowest": float(numbers.min()),
            "highest": float(numbers.max()),
            "widest": max(widest, 1.25 * limit) or 1.0,  # with room to drag the threshold beyond where it begins
            "figures": [
                {"name": _NAMES[str(name)], "value": value, "low": _finite(low), "high": _finite(high)}
                for name, value, low, high in self._figures.itertuples()
                if np.isfinite(value)
            ],
            "pictures": any(image is not None for image in self._images),
            "note": "; ".join(self._notes()),
        }

    def _notes(self) -> list[str]:
        lost = len(self.windows) - len(self._worst_first)
        of = display.counted(len(self.windows), "window")
        notes = [f"{lost} of {of} without an expected or a predicted number"] if lost else []
        if len(self._images) > _SURE:
            notes.append(f"no intervals of more than {_SURE} samples here: edgekit.regression.errors() has them")
        return notes

    def _arrays(self, blocks: Sequence[BlockResult], window: int) -> dict[str, Any]:
        return self._timeline.first_arrays([self._sample_of(window)]) | {
            **laid_out(blocks, np.bincount(self._place, minlength=len(blocks))),
            "expected": self.windows["expected"].to_numpy(float),
            "predicted": self.windows["predicted"].to_numpy(float),
            "worst": self._worst_first,
            **packed(self._images),
        }

    def _checked(self, name: str, value: Any) -> Any:
        match name:
            case "window":
                return trait_values.place("windows", len(self.windows), value)
            case "threshold" | "compared":
                return trait_values.finite(name, value, 0)
            case "axes":
                return self._timeline.checked_axes(value)
        return super()._checked(name, value)

    @property
    @reading
    def selection(self) -> pd.DataFrame:
        """The windows whose error is larger than the threshold: rows of `windows`, the furthest off first."""
        error = self.windows["error"].abs().to_numpy(float)[self._worst_first]
        beyond: pd.DataFrame = self.windows.iloc[self._worst_first[is_beyond(error, self.threshold)]]
        return beyond

    @property
    @reading
    def counts(self) -> pd.Series[float]:
        """How many windows are `within` the threshold and `beyond` it, and `share`: of the windows, how many within."""
        return self._counts_at(self.threshold)

    def _counts_at(self, threshold: float) -> pd.Series[float]:
        error = self.windows["error"].abs().to_numpy(float)[self._worst_first]
        known, beyond = len(error), int(is_beyond(error, threshold).sum())
        return pd.Series({"within": known - beyond, "beyond": beyond, "share": (known - beyond) / known}, dtype=float)

    def _sample_of(self, window: int) -> list[float]:
        """Return the stretch of time of a window's sample."""
        place = int(self._place[window])
        ends = [*self._timeline.starts.tolist(), self._timeline.end]
        return ends[place : place + 2]

    def _on_show(self) -> dict[str, Any]:
        start = self._timeline.starts[self._place]
        found = {"sample": self._place} | {
            name: self.windows[column].to_numpy(float) + start
            for name, column in (("start", "start_ms"), ("stop", "end_ms"))
        }
        return found | (self._timeline.part([self._sample_of(self.window)]) if self._timeline.is_long else {})

    def _still(self) -> Canvas:
        return still.picture(self._view())

    @reading
    def _figure(self) -> Figure:
        """Return the same view as a matplotlib figure of its own, without pyplot."""
        from edgekit import plots
        from edgekit.plots.dark import ThemedFigure
        from edgekit.plots.style import plain

        figure = ThemedFigure(figsize=(11, 6.4))
        room = {"left": 0.07, "right": 0.84, "top": 0.95, "bottom": 0.09, "hspace": 0.36, "wspace": 0.22}
        grid = figure.add_gridspec(2, 2, width_ratios=(1, 1.5), height_ratios=(1.5, 1), **room)
        scatter, errors, signal = (figure.add_subplot(place) for place in (grid[0, 0], grid[0, 1], grid[1, :]))
        plots.predicted(self.windows, self.threshold, ax=scatter, title=str(self._meta["title"]))
        if (legend := scatter.get_legend()) is not None:
            legend.remove()  # that of the errors beside it tells the same
        plots.residuals(self.windows, self.threshold, ax=errors)
        for value in self._marked().values():
            for shift in (value, -value):
                errors.axhline(shift, color="black", linewidth=1, linestyle=":")
        row = self.windows.iloc[self.window]
        for axes, height in ((scatter, row["predicted"]), (errors, row["error"])):
            axes.plot(row["expected"], height, "o", color="black", markersize=11, markerfacecolor="none")
        place = int(self._place[self.window])
        if (image := self._images[place]) is not None:
            signal.imshow(image)
            signal.set_axis_off()
            signal.set_title(plain(self._say()), loc="left", fontsize="medium")
            return figure
        length = self._timeline.draw_sample(place, signal, self.axes, title=plain(self._say()))
        if row["start_ms"] > 0 or row["end_ms"] < length:
            signal.axvspan(row["start_ms"] / 1000, row["end_ms"] / 1000, facecolor="black", alpha=0.12)
        return figure

    def _say(self) -> str:
        row, sample = self.windows.iloc[self.window], self._timeline.samples[self._place[self.window]]
        numbers = f"predicted {row['predicted']:.4g}, expected {row['expected']:.4g}, error {row['error']:.4g}"
        return f"window {self.window}, {display.shown(sample.filename)}: {numbers}"

    def _lines(self) -> list[str]:
        counts, known = self.counts, display.counted(len(self._worst_first), "window")
        figures = self._figures["value"].to_dict()
        other = None if self.compared is None else self._counts_at(self.compared)
        return [
            f"error up to {self.threshold:.6g}: {int(counts['within'])} of {known} within",
            *([] if other is None else [f"compared with {self.compared:.6g}: {other['within']:.0f} within"]),
            f"mean absolute error {figures['mae']:.4g}, bias {figures['bias']:.4g}",
            self._say(),
        ]


_NAMES = {"mae": "mean absolute", "rmse": "root mean square", "bias": "bias", "largest": "largest", "r2": "R²"}


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _reach(tables: Sequence[pd.DataFrame]) -> list[float]:
    """Return when the last window of each sample ends, in ms from the sample's start."""
    return [float(table["end_ms"].max()) if len(table) else 0.0 for table in tables]
