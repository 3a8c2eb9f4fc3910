"""What a visual-anomaly block says of many pictures: one table of pictures, worst first, and the cells of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import display
from edgekit.errors import EdgekitError, UsageError
from edgekit.results import labelled
from edgekit.results import visual as seen
from edgekit.results.block_windows import Labels
from edgekit.results.decision import aggregation
from edgekit.table_words import SCORE
from edgekit.visual.grid import PLACE
from edgekit.visual.summary import cells_in_boxes, outcomes, worst_first

if TYPE_CHECKING:
    from edgekit.results.block import BlockResult

_CELLS = {
    "all": ("cell", "cells"),
    "normal": ("cell of normal pictures", "cells of normal pictures"),
    "anomalous": ("cell of anomalous pictures", "cells of anomalous pictures"),
}
_BOXED = _CELLS | {"anomalous": ("cell in true boxes", "cells in true boxes")}
_PICTURES = {
    "all": ("picture", "pictures"),
    "normal": ("normal picture", "normal pictures"),
    "anomalous": ("anomalous picture", "anomalous pictures"),
}
Floats = NDArray[np.float64]


class _Picture(NamedTuple):
    """One window of a block; boxes and true boxes have rows x, y (top left), width, height, as ratios.

    `sparse`: the grid is made of the boxes, all other cells are NaN.
    """

    block: BlockResult
    window: int
    grid: Floats
    score: float
    outcome: str | None
    expected: str | None
    boxes: Floats
    box_scores: Floats
    truths: Floats
    sparse: bool


@dataclass(frozen=True, eq=False)
class VisualPictures:
    """All pictures, worst first.

    Attributes
    ----------
    pictures : list
        Of each the block, the window, the grid (rows, columns), the boxes.
    table : DataFrame
        See `VisualExplorer.pictures`.
    threshold : float or None
        The block's own; None without one, or where the blocks differ.
    method : str
        How the cells became a picture's score, in the server's words; empty where it does not say.
    note : str
        What to know of the data.
    """

    pictures: list[_Picture]
    table: pd.DataFrame
    threshold: float | None
    method: str
    note: str

    @classmethod
    def of(cls, blocks: Sequence[BlockResult]) -> Self:
        """Ask each block for its pictures."""
        if other := [block for block in blocks if block.shown_kind != "visual"]:
            raise UsageError(
                f"Block {other[0].id} ({display.shown(other[0].type)}) says nothing of the cells of a picture: explore "
                "each kind of block by itself."
            )
        if len(ids := {block.id for block in blocks}) > 1:
            raise UsageError(
                f"These are results of several learn blocks ({display.listing(map(str, sorted(ids)))}), whose scores "
                "have no scale in common: explore one at a time."
            )
        known = Labels()
        found = [picture for block in blocks for picture in _pictures(block, known)]
        limits = {block.threshold for block in blocks}
        threshold = limits.pop() if len(limits) == 1 else None
        table = _worst_first(_table(found), threshold)
        ordered = [found[i] for i in table.index]
        methods = dict.fromkeys(aggregation(block._answer.thresholds) for block in blocks)
        bare = sum(not picture.grid.size for picture in ordered)
        notes = ["the blocks came with several thresholds"] if limits else []
        of = display.counted(len(ordered), "picture")
        notes += [f"{bare} of {of} came without a grid of cells; {seen.SENDS_CELLS} sends it"] if bare else []
        sparse = sum(picture.sparse for picture in ordered)
        notes += [f"only the flagged cells came of {sparse} of {of}"] if sparse else []
        return cls(
            ordered,
            table.reset_index(drop=True).rename_axis(index="picture"),
            threshold,
            display.listing(filter(None, methods)),
            "; ".join(notes),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what the front end draws from: grids one after the other, row by row."""
        pictures = self.pictures
        return {
            "score": self.table["score"].to_numpy("f8"),
            "truth": self.table["anomalous"].to_numpy("i1", na_value=-1),
            "rows": self.table["rows"].to_numpy("i4"),
            "columns": self.table["columns"].to_numpy("i4"),
            "cell": self.cells,
            "cell_truth": self.cell_truth,
            "box_place": _stacked(picture.boxes.ravel() for picture in pictures),
            "box_score": _stacked(picture.box_scores for picture in pictures),
            "box_at": _starts(len(picture.boxes) for picture in pictures),
            "truth_place": _stacked(picture.truths.ravel() for picture in pictures),
            "truth_at": _starts(len(picture.truths) for picture in pictures),
        }

    def meta(self) -> dict[str, Any]:
        """Return the texts and ranges that go with `arrays`."""
        scores = np.concatenate([self.cells, self.table["score"].to_numpy(float)])
        finite = scores[np.isfinite(scores)]
        return {
            "lowest": float(finite.min(initial=0.0)),
            "highest": max(float(finite.max(initial=0.0)) or 1.0, 1.25 * (self.threshold or 0.0)),
            "method": self.method,
            "own": self.threshold,
            "cell_kinds": _BOXED if self.has_boxes else _CELLS,
            "picture_kinds": _PICTURES,
            "sends_cells": seen.SENDS_CELLS,
            "note": self.note,
        }

    @cached_property
    def has_boxes(self) -> bool:
        """Whether true boxes say which part of a picture is anomalous."""
        return any(len(picture.truths) for picture in self.pictures)

    @cached_property
    def cells(self) -> Floats:
        """Return the scores of all cells of all pictures."""
        return _stacked(picture.grid.ravel() for picture in self.pictures)

    @cached_property
    def cell_truth(self) -> NDArray[np.int8]:
        """Say of each cell what it should be: 1 anomalous, 0 normal, -1 not known.

        Cells of normal pictures are normal. Where boxes say which part of a picture is anomalous
        (`edgekit.visual.summary`), the cells that lie in them by half or more are, and of the others of that picture it
        is not known: a defect may reach beyond its box.
        Without any box all cells of anomalous pictures count as anomalous.
        """
        boxed = self.has_boxes
        return _stacked(map(partial(_cell_truth, boxed=boxed), self.pictures, self.table["anomalous"]), "i1")


def _pictures(block: BlockResult, known: Labels) -> list[_Picture]:
    raw = block._answer  # as it came: `raw` would make an object of every cell
    windows, columns = raw.scores()
    scores, found = columns.get(SCORE, np.empty(0)), raw.anomaly_result or []
    labels = known.of_block(block)
    expected, outcomes = labels.labels.texts.tolist(), labels.outcomes.texts.tolist()
    truths, grids = _true_boxes(block), block.grids()
    pictures = []
    for window in range(max(windows, len(found), 1)):
        here = window < len(found)
        boxes, grid, notes = seen.with_cells(found[window], grids[window]) if here else ([], np.empty((0, 0)), ())
        pictures.append(
            _Picture(
                block,
                window,
                grid,
                float(scores[window]) if window < len(scores) else np.nan,
                outcomes[window] if window < len(outcomes) else None,
                expected[window] if window < len(expected) else None,
                np.array([box[2:] for box in boxes], float).reshape(-1, 4),
                np.array([box[1] for box in boxes], float),
                truths,
                bool(notes),
            )
        )
    return pictures


def _true_boxes(block: BlockResult) -> Floats:
    """Return the boxes that the sample has in the Studio, where it has any."""
    if not block.sample.info.bounding_boxes:
        return np.empty((0, 4))
    try:
        return block.truth_boxes()[PLACE].to_numpy(float)
    except EdgekitError:  # of a picture whose size is not known, say
        return np.empty((0, 4))


def _table(pictures: Sequence[_Picture]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sample": [picture.block.sample.id for picture in pictures],
            "filename": [picture.block.sample.filename for picture in pictures],
            "expected": pd.Series([picture.expected for picture in pictures], dtype=object),
            "anomalous": labelled.anomalous(labelled.Expected.of([picture.outcome for picture in pictures])).array,
            "score": [picture.score for picture in pictures],
            "rows": [picture.grid.shape[0] for picture in pictures],
            "columns": [picture.grid.shape[1] for picture in pictures],
        }
    )


def _worst_first(table: pd.DataFrame, threshold: float | None) -> pd.DataFrame:
    highest = float(table["score"].max())
    limit = threshold if threshold is not None else 0.0 if np.isnan(highest) else highest
    _, outcome = outcomes(table["score"].to_numpy(float), table["anomalous"], limit)
    return worst_first(table.assign(outcome=outcome), limit).drop(columns="outcome")


def _cell_truth(picture: _Picture, anomalous: Any, boxed: bool) -> NDArray[np.int8]:
    if anomalous is not pd.NA and not anomalous:
        return np.zeros(picture.grid.size, np.int8)
    boxes = pd.DataFrame(picture.truths, columns=PLACE) if len(picture.truths) else None
    share = None if boxes is None else cells_in_boxes(boxes, (picture.grid.shape[0], picture.grid.shape[1]), anomalous)
    if share is None:
        all_of_it = not boxed and anomalous is not pd.NA
        return np.full(picture.grid.size, 1 if all_of_it else -1, np.int8)
    return np.where(share.ravel() >= 0.5, 1, -1).astype(np.int8)


def _stacked(parts: Iterable[NDArray[Any]], dtype: str = "f8") -> NDArray[Any]:
    return np.concatenate([np.empty(0, dtype), *parts]).astype(dtype)


def _starts(lengths: Iterable[int]) -> NDArray[np.int32]:
    return np.cumsum([0, *lengths]).astype("i4")
