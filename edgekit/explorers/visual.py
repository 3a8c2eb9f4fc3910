"""The explorer of visual anomalies: pictures under the heat of their cells, worst first, and a threshold to drag."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import numpy as np
import pandas as pd

from edgekit import colours, display, visual
from edgekit.anomaly import alarms
from edgekit.arguments import choice, flag, items, real, whole
from edgekit.errors import UsageError
from edgekit.explorers import titles, trait_values
from edgekit.explorers.base import pack
from edgekit.explorers.compared import Compared, Threshold, as_threshold
from edgekit.explorers.images import packed, png
from edgekit.explorers.state import State, reading
from edgekit.explorers.still import visual as still
from edgekit.explorers.still.canvas import Canvas
from edgekit.explorers.visual_pictures import VisualPictures
from edgekit.results import detection as detected
from edgekit.results.visual import SENDS_CELLS
from edgekit.studio.many import in_order
from edgekit.threshold_rules import is_detected, is_flagged
from edgekit.visual.grid import PLACE
from edgekit.visual.summary import outcomes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from PIL.Image import Image

    from edgekit.results.block import BlockResult

SHOW = ("all", "flagged", "false alarms", "misses")


class VisualState(TypedDict, total=False):
    """The traits of a `VisualExplorer`, to begin with."""

    picture: int
    cell: list[int]
    threshold: Threshold
    compared: Threshold
    show: str
    opacity: float
    log_scale: bool


class VisualExplorer(Compared):
    """Pictures under the heat of their cells, worst first, with a threshold to drag.

    Parameters
    ----------
    blocks : sequence of BlockResult
        What one visual-anomaly block says of each picture.
    **state
        Any of the traits below, to begin with.

    Attributes
    ----------
    picture : int
        The picture on show: its place in `pictures`.
    cell : list of int
        The cell one looks at, [row, column]; empty for the one with the highest score.
    threshold : float or None
        A picture whose score is at or above it is flagged, and so is a cell. At first the block's own, which stays
        marked; without one, the highest score of a picture.
    compared : float or None
        A second threshold, marked and counted beside the first, such as what `edgekit.visual.suggest_threshold`
        returned. Without it the block's own is what another threshold is compared with.
    show : str
        Which pictures can be stepped through: "all", "flagged", "false alarms" or "misses".
    opacity : float
        Of the heat over the picture, 0 to 1. The colour of a score is that of score / (score + threshold).
    log_scale : bool
        Scores on a (symmetric) logarithmic scale. At first where the highest score is over ten times the threshold.
    pictures : DataFrame
        Index `picture`, worst first at the block's own threshold: `sample` (id), `filename`, `expected`, `anomalous`
        (what it should be, missing where nothing says so), `score` (``result.anomaly``), `rows` and `columns` of its
        grid.

    Notes
    -----
    What decides about a picture is its score, which the server made of the cells as the block says: the largest, their
    mean, … At another threshold than the block's that score is compared, and not made anew. Pictures come from the
    Studio when they are looked at; `to_html` fetches all of them.
    """

    script: ClassVar[str] = "visual/explorer.js"
    state: ClassVar[tuple[str, ...]] = ("picture", "cell", "threshold", "compared", "show", "opacity", "log_scale")

    picture = State(0, whole)
    cell = State([], items)
    threshold = State(None, as_threshold)
    show = State("all", lambda name, value: choice(name, value, SHOW))
    opacity = State(0.5, real)
    log_scale = State(False, flag)

    def __init__(self, blocks: Sequence[BlockResult], **state: Any) -> None:
        self._found = found = VisualPictures.of(blocks)
        self.pictures = found.table
        self._images: dict[int, Image | None] = {}
        self._image(0)
        meta = found.meta()
        highest = float(self.pictures["score"].max())
        limit = found.threshold if found.threshold is not None else None if np.isnan(highest) else highest
        begin = {"threshold": limit, "log_scale": limit is not None and meta["highest"] > 10 * max(limit, 1e-9)}
        arrays = found.arrays() | {"heat": colours.heat()}
        super().__init__(meta | self._describe(), arrays | packed(self._known_images()), {**begin, **state})
        self.on_msg(self._send_image)

    def _describe(self) -> dict[str, Any]:
        first = self._found.pictures[0].block
        return {
            "title": titles.of_block(first, titles.of_pictures(first.sample, len(self.pictures))),
            "pictures": [
                {
                    "name": titles.of_sample(picture.block.sample),
                    "shape": self._shape(i),
                    "expected": display.shown(picture.expected) if isinstance(picture.expected, str) else "",
                }
                for i, picture in enumerate(self._found.pictures)
            ],
        }

    def _shape(self, picture: int) -> float:
        """Height over width: of the model's input where one is there, else of the stored picture, else of the grid."""
        if (image := self._images[0]) is not None:  # the input block gives all of them one size
            return image.height / image.width
        found = self._found.pictures[picture]
        size = found.block.sample.info.image_dimensions
        if size is not None and size.width > 0 and size.height > 0:
            return float(size.height / size.width)
        return found.grid.shape[0] / found.grid.shape[1] if found.grid.size else 1.0

    def _image(self, picture: int) -> Image | None:
        """Return a picture as it went into the model, fetched once; None where it cannot be had."""
        if picture not in self._images:
            self._images[picture] = detected.picture(self._found.pictures[picture].block.sample)
        return self._images[picture]

    def _known_images(self) -> list[Image | None]:
        return [self._images.get(picture) for picture in range(len(self.pictures))]

    def _send_image(self, widget: object, message: object, buffers: object) -> None:
        """Answer the browser, which asks for a picture once it is looked at."""
        wanted = message.get("picture") if isinstance(message, dict) else None
        if isinstance(wanted, int) and 0 <= wanted < len(self.pictures):
            self.send({"picture": wanted}, [png(self._image(wanted))])

    def _exported(self) -> tuple[dict[str, Any], bytes]:
        """Fetch the pictures that were not on show yet, a few at a time."""
        missing = [picture for picture in range(len(self.pictures)) if picture not in self._images]
        in_order(lambda picture, _: self._image(picture), missing, "fetch pictures")
        arrays = self._found.arrays() | {"heat": colours.heat()} | packed(self._known_images())
        layout, blob = pack(arrays)
        return {**self._meta, "layout": layout}, blob

    def _checked(self, name: str, value: Any) -> Any:
        match name:
            case "picture":
                return trait_values.place("pictures", len(self.pictures), value)
            case "threshold" | "compared":
                return trait_values.finite(name, value)
            case "opacity":
                return trait_values.finite(name, value, 0, 1)
            case "cell" if value:
                return self._checked_cell(value)
        return super()._checked(name, value)

    def _checked_cell(self, cell: list[Any]) -> list[int]:
        """Check it against the largest grid: picture and cell may come from the browser in one message."""
        rows, columns = (int(self.pictures[name].max()) for name in ("rows", "columns"))
        if len(cell) != 2:
            raise UsageError(f"cell is [row, column], or [] for the highest; got {display.quoted(cell)}.")
        if not rows:
            raise UsageError("None of these pictures has cells: cell is [].")
        return [whole("The row of cell", cell[0], 0, rows - 1), whole("The column of cell", cell[1], 0, columns - 1)]

    @property
    @reading
    def selection(self) -> pd.DataFrame:
        """The cells at or above the threshold in the picture on show: `row`, `column`, `score` and place.

        See `edgekit.visual.cells`.
        """
        return visual.cells(self._found.pictures[self.picture].grid, self._limit())

    @property
    @reading
    def verdicts(self) -> pd.DataFrame:
        """The pictures that `show` lets through: rows of `pictures` with what becomes of them at the threshold.

        Returns
        -------
        DataFrame: as `pictures`, then `flagged` (missing without a score) and `outcome`: "hit", "missed", "false
        alarm", "normal", or "not known".
        """
        table = self.pictures.copy()
        score, truth = table["score"].to_numpy(float), table["anomalous"]
        table["flagged"], table["outcome"] = outcomes(score, truth, self._limit())
        if self.show == "all":
            return table
        if self.show == "flagged":
            return table[table["flagged"].fillna(value=False)]
        return table[table["outcome"] == {"false alarms": "false alarm", "misses": "missed"}[self.show]]

    def _limit(self) -> float:
        return sys.float_info.max if self.threshold is None else self.threshold

    @property
    @reading
    def counts(self) -> pd.Series[float]:
        """What the threshold does to the pictures: `edgekit.anomaly.counts`, of those that are flagged.

        `cells` is how many cells of all pictures are at or above it.
        """
        return self._counts_at(self._limit())

    def _counts_at(self, threshold: float) -> pd.Series[float]:
        score = self.pictures["score"].to_numpy(float)
        found = alarms.counted(is_flagged(score, threshold), score, self.pictures["anomalous"])
        cells = float(is_flagged(self._found.cells, threshold).sum())
        return pd.concat([found.drop("false_alarms_per_hour"), pd.Series({"cells": cells})])

    @reading
    def standing(self) -> float:
        """Return which share of the cells of normal pictures has a lower score than the cell one looks at."""
        place, cells, truth = self._cell(), self._found.cells, self._found.cell_truth
        normal = cells[(truth == 0) & ~np.isnan(cells)]
        if place is None or not len(normal):
            return np.nan
        return float((normal < self._found.pictures[self.picture].grid[place]).mean())

    def _cell(self) -> tuple[int, int] | None:
        """Return row and column of the cell one looks at: the chosen one if this grid has it, else the highest."""
        grid = self._found.pictures[self.picture].grid
        if self.cell and self.cell[0] < grid.shape[0] and self.cell[1] < grid.shape[1]:
            return self.cell[0], self.cell[1]
        if not np.isfinite(grid).any() and not (grid == np.inf).any():
            return None
        row, column = divmod(int(np.nanargmax(grid)), grid.shape[1])
        return row, column

    def _still(self) -> Canvas:
        listed = self.verdicts.index.to_numpy(int)
        grid = self._found.pictures[self.picture].grid
        return still.picture(self._view(), self._image(self.picture), grid, self._cell(), listed)

    @reading
    def _figure(self) -> Figure:
        """Return the picture on show and both histograms as a matplotlib figure of its own."""
        from edgekit import plots
        from edgekit.plots.dark import ThemedFigure

        figure = ThemedFigure(figsize=(12.5, 4.8))  # without constrained layout, which takes as long as all else
        place = {"left": 0.02, "right": 0.82, "bottom": 0.11, "top": 0.93, "wspace": 0.6, "hspace": 0.42}
        grid = figure.add_gridspec(2, 2, width_ratios=(1.35, 1), **place)
        picture, cells, pictures = (figure.add_subplot(part) for part in (grid[:, 0], grid[0, 1], grid[1, 1]))
        self._draw_picture(picture)
        truth = self._found.cell_truth
        known = np.where(truth < 0, None, truth == 1)
        plots.histogram(self._found.cells, known, self.threshold, ax=cells, things="cells")
        plots.histogram(
            self.pictures["score"], self.pictures["anomalous"], self.threshold, ax=pictures, things="pictures"
        )
        return figure

    def _draw_picture(self, axes: Axes) -> None:
        from edgekit import plots

        found, row = self._found.pictures[self.picture], self.pictures.loc[self.picture]
        table, image = visual.cells(found.grid), self._image(self.picture)
        boxes = pd.DataFrame(found.boxes, columns=PLACE)[is_detected(found.box_scores, self._limit())]
        score = "no score" if np.isnan(row["score"]) else f"score {row['score']:.2f}"
        title = f"{display.short(row['filename'])} · {score}"
        plots.cells(table, self.threshold, image=image, boxes=boxes, ax=axes, title=title)

    def _lines(self) -> list[str]:
        counts, verdicts = self.counts, self.verdicts
        limit = "no threshold" if self.threshold is None else f"threshold {self.threshold:.6g}"
        by = f" on the score by {self._found.method}" if self._found.method else ""
        lines = [
            f"{limit}{by}: {counts['above']:.0f} of {display.counted(len(self.pictures), 'picture')} flagged",
        ]
        if self.pictures["anomalous"].notna().any():
            lines[-1] += f", {display.counted(int(counts['fp']), 'false alarm')}, {counts['fn']:.0f} missed"
        row = self.pictures.loc[self.picture]
        expected = f", expected {display.shown(row['expected'])}" if isinstance(row["expected"], str) else ""
        score = "no score" if np.isnan(row["score"]) else f"score {row['score']:.2f}"
        cells = f"no grid of cells came ({SENDS_CELLS} sends it)"
        if size := row["rows"] * row["columns"]:
            cells = f"{len(self.selection)} of {display.counted(size, 'cell')} at or above"
        lines.append(
            f"picture {self.picture + 1} of {len(self.pictures)}: sample {row['sample']}{expected}, {score}, {cells}"
        )
        if (looked := self._cell()) is not None:
            stands = "" if np.isnan(self.standing()) else f", higher than {self.standing():.1%} of normal cells"
            cell = self._found.pictures[self.picture].grid[looked]
            lines.append(f"cell row {looked[0]}, column {looked[1]}: score {cell:.2f}{stands}")
        if self.show != "all":
            lines.append(f"{self.show}: {display.counted(len(verdicts), 'picture')}")
        return lines
