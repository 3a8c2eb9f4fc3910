"""The explorer of a classifier: confusion matrix, windows with the most confident mistake first, a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import classification, display
from edgekit.arguments import choice, text, texts, whole
from edgekit.errors import UsageError
from edgekit.explorers import titles, trait_values
from edgekit.explorers.classified_windows import ORDERS, ClassifiedWindows, Given, fetch_signals, first_key
from edgekit.explorers.compared import Compared, Threshold, as_threshold
from edgekit.explorers.state import State, reading
from edgekit.explorers.still import classification as still
from edgekit.explorers.still.canvas import Canvas
from edgekit.explorers.still.classification import TILES
from edgekit.explorers.timeline import Timeline
from edgekit.table_words import UNCERTAIN

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from edgekit.results.block import BlockResult

SHOWS = ("all", "right", "wrong", "uncertain")
_PAGE = 48  # windows in small pictures: as many as the widest screen has room for


class ClassificationState(TypedDict, total=False):
    """The state of a `ClassificationExplorer`, to begin with; `key`, of structured labels, stays as it is."""

    window: int
    threshold: Threshold
    compared: Threshold
    matrix_cell: Sequence[str]
    label: str
    sample: int | None
    show: str
    order: str
    axes: Sequence[str]
    key: str | None


class ClassificationExplorer(Compared):
    """What a classifier says of the windows of one sample or of many.

    Parameters
    ----------
    blocks : sequence of BlockResult
        What one classification block says of each sample.
    key : str, optional
        Of structured labels, which have a label for each of several keys: which key; the first without it.
    **state
        Any of the traits below, to begin with.

    Attributes
    ----------
    window : int
        The chosen window: its row in `windows`. At first the most confident mistake.
    threshold : float
        From 0 to 1: a window whose highest probability is below it is "uncertain". At first the block's own, which
        stays marked.
    compared : float or None
        A second threshold, marked and counted beside the first, such as one out of `edgekit.classification.sweep`.
        Without it the block's own is what another threshold is compared with.
    matrix_cell : list of str
        A cell of the confusion matrix, [expected, predicted]: only its windows are on show. Empty for all.
    label, sample, show : str, int or None, str
        Only windows that should have this label (empty: any), of this sample (None: any), or that are "right", "wrong"
        or "uncertain" ("all": any).
    order : str
        "mistakes first" (the most confident one first, then right windows, the least confident first), "doubtful labels
        first" (see `edgekit.classification.label_issues`) or "as recorded".
    axes : list of str
        The axes of the signal on show.
    windows : DataFrame
        Index `window`: `sample` (id), then the block's own table of windows (times from the sample's start).
    """

    script: ClassVar[str] = "classification/explorer.js"
    state: ClassVar[tuple[str, ...]] = (
        "window", "threshold", "compared", "matrix_cell", "label", "sample", "show", "order", "axes",
    )  # fmt: skip

    window = State(0, whole)
    threshold = State(0.0, as_threshold)
    matrix_cell = State([], texts)
    label = State("", text)
    sample = State(None, whole)
    show = State("all", lambda name, value: choice(name, value, SHOWS))
    order = State(ORDERS[0], lambda name, value: choice(name, value, ORDERS))
    axes = State([], texts)

    def __init__(self, blocks: Sequence[BlockResult], **state: Unpack[ClassificationState]) -> None:
        own: dict[str, Any] = {**state}
        self._key = first_key(blocks, own.pop("key", None))
        self._classified = classified = ClassifiedWindows.of(blocks, self._key)
        self.windows = classified.windows
        fetch_signals(blocks)
        self._timeline = timeline = Timeline([block.sample for block in blocks], classified.reach())
        title = titles.of_block(blocks[0], display.shown(self._key or ""), timeline.title())
        limit = blocks[0].uncertain_below()
        begin: dict[str, Any] = {"threshold": limit or 0.0, "axes": timeline.axes}
        mistakes = classified.in_order(ORDERS[0])
        if len(self.windows):
            begin["window"] = int(mistakes[0])
        meta = timeline.meta() | classified.meta() | {"title": title, "uncertain": UNCERTAIN, "own": limit}
        begin |= own
        chosen = begin.get("window", 0)
        on_show = [*mistakes[:_PAGE].tolist(), *([chosen] if self._is_window(chosen) else [])]
        first = timeline.first_arrays(self._around(on_show)) | classified.arrays(on_show, begin.get("order"))
        super().__init__(meta, first, begin, timeline.later, classified.later)

    def _is_window(self, value: object) -> bool:
        return isinstance(value, int) and 0 <= value < len(self.windows)

    def _around(self, windows: list[int]) -> list[list[float]]:
        """Return the stretches of time of these windows, each with half a window on both sides."""
        start, end = (self.windows[name].to_numpy()[windows].astype(float) for name in ("start_ms", "end_ms"))
        shift, half = self._timeline.starts[self._classified.place[windows]], (end - start) / 2
        return np.column_stack([shift + start - half, shift + end + half]).tolist()  # type: ignore[no-any-return]

    def _on_show(self) -> dict[str, Any]:
        chosen = [self.window] if len(self.windows) else []
        classified, timeline = self._classified, self._timeline
        found: dict[str, Any] = {
            "sample": classified.place,
            "start": self.windows["start_ms"].to_numpy(float) + timeline.starts[classified.place],
            "chosen_probabilities": classified.found.values[chosen].astype("f4"),
        }
        if timeline.is_long:
            shown = self._shown()
            at = np.flatnonzero(shown == self.window)
            first = int(at[0]) // TILES * TILES if len(at) else 0
            found |= timeline.part(self._around([*shown[first : first + TILES].tolist(), *chosen]))
        return found

    def _checked(self, name: str, value: Any) -> Any:
        labels = self._classified.names
        match name:
            case "window":
                return trait_values.place("windows", len(self.windows), value)
            case "threshold" | "compared":
                return trait_values.finite(name, value, 0, 1)
            case "matrix_cell" if value and not self._is_cell(value):
                raise UsageError(
                    f"matrix_cell is [expected, predicted] or [] for none; got {display.quoted(value)}. The labels are "
                    f"{display.listing(map(display.quoted, labels))}; predicted may also be {UNCERTAIN!r}."
                )
            case "label":
                return trait_values.label(value, labels)
            case "sample":
                return trait_values.sample(value, self._classified.meta()["ids"])
            case "axes":
                return self._timeline.checked_axes(value)
        return super()._checked(name, value)

    def _is_cell(self, value: list[str]) -> bool:
        labels = self._classified.names
        return len(value) == 2 and value[0] in labels and value[1] in (*labels, UNCERTAIN)

    @reading
    def predictions(self) -> pd.DataFrame:
        """Return which label each window is given at the threshold; see `edgekit.classification.predictions`."""
        return classification.predictions(self.windows, self.threshold)

    def _given(self) -> Given:
        """Return the same as arrays, made once within a reading."""
        return self._kept("given", lambda: self._classified.given(self.threshold))

    @property
    @reading
    def selection(self) -> pd.DataFrame:
        """The windows on show, in their order: `predictions` of those that all filters leave."""
        return self.predictions().iloc[self._shown()]

    @property
    @reading
    def confusion(self) -> pd.DataFrame:
        """Which label was taken for which at the threshold, in windows; see `edgekit.classification.confusion`."""
        return classification.confusion(self.predictions())

    @property
    @reading
    def counts(self) -> pd.Series[float]:
        """What the threshold does to the windows that can be judged.

        `windows` (how many), `uncertain` (how many below it, and not right by that), `coverage` (share of the others),
        `accuracy` (share of the others that are right; NaN where all are uncertain).
        """
        return self._counted(self._given())

    def _counts_at(self, threshold: float) -> pd.Series[float]:
        return self._counted(self._classified.given(threshold))

    @staticmethod
    def _counted(found: Given) -> pd.Series[float]:
        total, kept = int(found.judged.sum()), int((found.judged & ~found.uncertain).sum())
        return pd.Series(
            {
                "windows": float(total),
                "uncertain": float(total - kept),
                "coverage": kept / total if total else np.nan,
                "accuracy": int(found.right.sum()) / kept if kept else np.nan,
            }
        )

    def _shown(self) -> NDArray[np.int32]:
        """Return the windows that all filters leave, in the order on show."""
        found, names = self._given(), self._classified.names
        conditions = []
        if self.matrix_cell:
            expected, predicted = self.matrix_cell
            given = found.unsure if predicted == UNCERTAIN else names.index(predicted)
            conditions.append((found.expected == names.index(expected)) & (found.predicted == given))
        if self.label:
            conditions.append(found.expected == names.index(self.label))
        if self.sample is not None:
            ids = np.array([block.sample.id for block in self._classified.blocks])
            conditions.append((ids == self.sample)[self._classified.place])
        if self.show != "all":
            wrong = found.judged & ~found.right & ~found.uncertain
            conditions.append({"right": found.right, "wrong": wrong, "uncertain": found.uncertain}[self.show])
        order = self._classified.in_order(self.order)
        return order[np.logical_and.reduce(conditions)[order]] if conditions else order

    def _still(self) -> Canvas:
        return still.picture(self._view(), self._shown())

    @reading
    def _figure(self) -> Figure:
        """Return confusion matrix, reliability curve and the chosen window as a matplotlib figure of its own."""
        from edgekit import plots
        from edgekit.plots.dark import ThemedFigure
        from edgekit.plots.style import plain

        # with places of its own: to find them by layout takes longer than to draw
        figure = ThemedFigure(figsize=(11, 7))
        grid = figure.add_gridspec(
            2,
            2,
            width_ratios=(1.5, 1),
            height_ratios=(2.2, 1),
            left=0.19,
            right=0.87,
            top=0.95,
            bottom=0.08,
            hspace=0.85,
        )
        matrix, curve, signal = (figure.add_subplot(part) for part in (grid[0, 0], grid[0, 1], grid[1, 0]))
        title = str(self._meta["title"])
        if self._classified.judged:
            counts = self.confusion.rename(index=display.short, columns=display.short)
            plots.confusion(counts, ax=matrix, title=title)
            plots.reliability(self._classified.curve(), ax=curve)
            curve.axvline(self.threshold, color="black", linewidth=1)
            for value in self._marked().values():
                curve.axvline(value, color="black", linewidth=1, linestyle=":")
        else:
            matrix.set_title(plain(title), loc="left", fontsize="medium")
            matrix.text(0.5, 0.5, "no expected labels", ha="center", transform=matrix.transAxes)
            for axes in (matrix, curve):
                axes.set_axis_off()
        self._draw_window(signal)
        said = "\n".join(
            plain(part) for line in display.lines(self.text(), 200).split("\n")[1:] for part in wrap(line, 42)
        )
        figure.text(0.74, 0.02, said, fontsize="small", va="bottom")
        return figure

    def _draw_window(self, axes: Axes) -> None:
        """Draw the signal of the chosen window by itself."""
        from edgekit import plots

        shown = self._timeline.signal[self.axes]
        if len(self.windows):
            begin = float(self._timeline.starts[self._classified.place[self.window]])
            start, end = (float(time) + begin for time in self.windows[["start_ms", "end_ms"]].iloc[self.window])
            shown = shown[(shown.index >= start) & (shown.index < end)]
            shown.index = shown.index - begin
        if shown.empty:
            axes.set_axis_off()
        else:
            plots.signal(shown.rename(columns=display.short), ax=axes, title=f"window {self.window}")

    def _lines(self) -> list[str]:
        counts, shown = self.counts, self._shown()
        lines = []
        if counts["windows"]:
            lines.append(
                f"threshold {self.threshold:.6g}: {int(counts['uncertain'])} of "
                f"{display.counted(int(counts['windows']), 'window')} uncertain, of the others "
                f"{counts['accuracy']:.1%} right"
            )
        else:
            lacks = " and a probability" if (self._classified.expected >= 0).any() else ""
            lines.append(f"threshold {self.threshold:.6g}: no window has an expected label{lacks}")
        if self.compared is not None:
            other = self._counts_at(self.compared)
            unsure = display.counted(int(other["uncertain"]), "window")
            lines.append(
                f"compared with {self.compared:.6g}: {unsure} uncertain, of the others {other['accuracy']:.1%} right"
            )
        lines.append(f"{len(shown)} of {display.counted(len(self.windows), 'window')} on show, {self.order}")
        if len(self.windows):
            lines.append(f"window {self.window}: {self._say()}")
        return lines

    def _say(self) -> str:
        found, window, names = self._given(), self.window, [*self._classified.names, UNCERTAIN]
        expected, predicted = found.expected[window], found.predicted[window]
        probability = self._classified.found.confidence[window]
        return (
            f"sample {self.windows['sample'].iloc[window]}, "
            f"expected {names[expected] if expected >= 0 else 'not known'}, "
            f"predicted {f'{names[predicted]} ({probability:.2f})' if predicted >= 0 else 'nothing'}"
        )
