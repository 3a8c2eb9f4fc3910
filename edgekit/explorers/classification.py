"""The explorer of a classifier: confusion matrix, windows with the most confident mistake first, a threshold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import classification, display
from edgekit.arguments import choice, text, texts, whole
from edgekit.classification import UNCERTAIN
from edgekit.errors import UsageError
from edgekit.explorers.classified_windows import ORDERS, ClassifiedWindows, fetch_signals, first_key
from edgekit.explorers.compared import Compared, Threshold, as_threshold
from edgekit.explorers.state import State, reading
from edgekit.explorers.still import classification as still
from edgekit.explorers.still.canvas import Canvas
from edgekit.explorers.still.classification import TILES
from edgekit.explorers.timeline import Timeline

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
        of_key = f" · {self._key}" if self._key is not None else ""
        title = f"{display.shown(blocks[0].title)}{display.shown(of_key)} · {timeline.title()}"
        start = self.windows["start_ms"].to_numpy(float) + timeline.starts[classified.place]
        limit = blocks[0].uncertain_below()
        begin: dict[str, Any] = {"threshold": limit or 0.0, "axes": timeline.axes}
        if len(self.windows):
            begin["window"] = int(classified.orders[ORDERS[0]][0])
        meta = timeline.meta() | classified.meta() | {"title": title, "uncertain": UNCERTAIN, "own": limit}
        begin |= own
        chosen = begin.get("window", 0)
        on_show = [*classified.orders[ORDERS[0]][:_PAGE], *([chosen] if isinstance(chosen, int) else [])]
        arrays = timeline.first_arrays(self._around(on_show)) | classified.arrays() | {"start": start}
        super().__init__(meta, arrays, begin, timeline.later)

    def _around(self, windows: Iterable[int]) -> list[list[float]]:
        """Return the stretches of time of these windows, each with half a window on both sides."""
        known = [window for window in windows if 0 <= window < len(self.windows)]
        start, end = self.windows[["start_ms", "end_ms"]].iloc[known].to_numpy(float).T
        shift, half = self._timeline.starts[self._classified.place[known]], (end - start) / 2
        return np.column_stack([shift + start - half, shift + end + half]).tolist()  # type: ignore[no-any-return]

    def _on_show(self) -> dict[str, Any]:
        if not self._timeline.is_long:
            return {}
        shown = self._shown(self._predictions())
        at = np.flatnonzero(shown == self.window)
        first = int(at[0]) // TILES * TILES if len(at) else 0
        return self._timeline.part(self._around([*shown[first : first + TILES].tolist(), self.window]))

    def _checked(self, name: str, value: Any) -> Any:
        labels = self._classified.names
        match name:
            case "window" if not 0 <= value < max(len(self.windows), 1):
                raise UsageError(f"There are windows 0 to {len(self.windows) - 1}, not {value}.")
            case "threshold" | "compared" if not 0 <= value <= 1:
                raise UsageError(f"A threshold is a number from 0 to 1, got {value}.")
            case "matrix_cell" if value and not self._is_cell(value):
                raise UsageError(
                    f"matrix_cell is [expected, predicted] or [] for none; got {display.quoted(value)}. The labels are "
                    f"{display.listing(map(display.quoted, labels))}; predicted may also be {UNCERTAIN!r}."
                )
            case "label" if value and value not in labels:
                named = display.listing(map(display.quoted, labels))
                raise UsageError(f"There is no label {display.quoted(value)}; there are: {named}.")
            case "sample" if value is not None and value not in self._classified.meta()["ids"]:
                raise UsageError(f"There is no sample {value} here.")
            case "axes":
                return self._timeline.checked_axes(value)
        return super()._checked(name, value)

    def _is_cell(self, value: list[str]) -> bool:
        labels = self._classified.names
        return len(value) == 2 and value[0] in labels and value[1] in (*labels, UNCERTAIN)

    @reading
    def predictions(self) -> pd.DataFrame:
        """Return which label each window is given at the threshold; see `edgekit.classification.predictions`."""
        return self._predictions().copy()

    def _predictions(self) -> pd.DataFrame:
        """Return the same, made once within a reading; not to be written to."""
        return self._kept("predictions", lambda: classification.predictions(self.windows, self.threshold))

    @property
    @reading
    def selection(self) -> pd.DataFrame:
        """The windows on show, in their order: `predictions` of those that all filters leave."""
        found = self._predictions()
        return found.iloc[self._shown(found)]

    @property
    @reading
    def confusion(self) -> pd.DataFrame:
        """Which label was taken for which at the threshold, in windows; see `edgekit.classification.confusion`."""
        return classification.confusion(self._predictions())

    @property
    @reading
    def counts(self) -> pd.Series[float]:
        """What the threshold does to the windows that can be judged.

        `windows` (how many), `uncertain` (how many below it, and not right by that), `coverage` (share of the others),
        `accuracy` (share of the others that are right; NaN where all are uncertain).
        """
        return self._counted(self._predictions())

    def _counts_at(self, threshold: float) -> pd.Series[float]:
        return self._counted(classification.predictions(self.windows, threshold))

    @staticmethod
    def _counted(found: pd.DataFrame) -> pd.Series[float]:
        right = found["correct"].to_numpy(float, na_value=np.nan)
        sure = (found["predicted"].ne(UNCERTAIN).to_numpy(bool, na_value=True) | (right == 1)) & ~np.isnan(right)
        total, kept = int((~np.isnan(right)).sum()), int(sure.sum())
        return pd.Series(
            {
                "windows": float(total),
                "uncertain": float(total - kept),
                "coverage": kept / total if total else np.nan,
                "accuracy": float(right[sure].mean()) if kept else np.nan,
            }
        )

    def _shown(self, found: pd.DataFrame) -> NDArray[np.int32]:
        """Return the windows that all filters leave, in the order on show."""
        kept = np.ones(len(found), bool)
        predicted, expected = found["predicted"], found["expected"]
        correct = found["correct"].to_numpy(float, na_value=np.nan)
        unsure = predicted.eq(UNCERTAIN).to_numpy(bool, na_value=False) & (correct != 1)
        if self.matrix_cell:
            kept &= expected.eq(self.matrix_cell[0]).to_numpy(bool, na_value=False)
            kept &= predicted.eq(self.matrix_cell[1]).to_numpy(bool, na_value=False)
        if self.label:
            kept &= expected.eq(self.label).to_numpy(bool, na_value=False)
        if self.sample is not None:
            kept &= found["sample"].to_numpy() == self.sample
        if self.show != "all":
            kept &= {"right": correct == 1, "wrong": (correct == 0) & ~unsure, "uncertain": unsure}[self.show]
        order = self._classified.orders[self.order]
        return order[kept[order]]

    def _still(self) -> Canvas:
        return still.picture(self._view(), self._shown(self._predictions()))

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

    @reading
    def text(self) -> str:
        """Say in a few lines what is on show."""
        found = self._predictions()
        counts, shown = self._counted(found), self._shown(found)
        lines = [f"ClassificationExplorer: {self._meta['title']}"]
        if counts["windows"]:
            lines.append(
                f"threshold {self.threshold:.6g}: {int(counts['uncertain'])} of "
                f"{display.counted(int(counts['windows']), 'window')} uncertain, of the others "
                f"{counts['accuracy']:.1%} right"
            )
        else:
            lacks = " and a probability" if found["expected"].notna().any() else ""
            lines.append(f"threshold {self.threshold:.6g}: no window has an expected label{lacks}")
        if self.compared is not None:
            other = self._counts_at(self.compared)
            unsure = display.counted(int(other["uncertain"]), "window")
            lines.append(
                f"compared with {self.compared:.6g}: {unsure} uncertain, of the others {other['accuracy']:.1%} right"
            )
        lines.append(f"{len(shown)} of {display.counted(len(self.windows), 'window')} on show, {self.order}")
        if len(self.windows):
            lines.append(f"window {self.window}: {self._say(found.iloc[self.window])}")
        return "\n".join(lines)

    def _say(self, row: pd.Series[Any]) -> str:
        expected = row["expected"] if isinstance(row["expected"], str) else "not known"
        predicted = f"{row['predicted']} ({row['probability']:.2f})" if isinstance(row["predicted"], str) else "nothing"
        return f"sample {row['sample']}, expected {expected}, predicted {predicted}"
