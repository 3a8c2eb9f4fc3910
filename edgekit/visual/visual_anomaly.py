"""What a visual-anomaly model says of one picture: its grid of cells, its boxes, its one score, its verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from edgekit import arguments, display
from edgekit.arguments import number, real
from edgekit.errors import UsageError
from edgekit.visual.grid import PLACE, Floats, cell_at, cells, checked_grid

BOX = ["label", "score", *PLACE]
_KINDS = {name: object if name == "label" else float for name in BOX}
_SUMMABLE = 1e150  # beyond, sums run over
_SAME = 1e-3  # scores are float32 on the server, and some are sent rounded


class VisualAnomaly:
    """What a visual-anomaly model says of one picture.

    Parameters
    ----------
    scores : array (rows, columns)
        A score for each cell, row 0 on top; NaN for a cell without one.
    score : float
        Of the picture as a whole: what decides. NaN where it is not known.
    boxes : DataFrame, or list of such rows, optional
        `label`, `score`, `x`, `y` (top left), `width`, `height`, ratios 0..1 of the picture as it went into the model.
    mean, max : float, optional
        Of the cells, as the server says; without them they are those of `scores`.
    threshold : float, optional
        The picture is flagged where `score` is at or above it.
    method : str
        How the cells became the picture's score, in the server's words; empty where it does not say.
    notes : sequence of str
        What to know before trusting it.

    Examples
    --------
    >>> import edgekit as ek
    >>> found = ek.visual.VisualAnomaly([[0.5, 0.8], [6.1, 1.0]], score=6.1, threshold=4.5)
    >>> found.flagged(), found.max, round(found.mean, 3)
    (True, 6.1, 2.1)
    """

    def __init__(
        self,
        scores: ArrayLike,
        *,
        score: float = math.nan,
        boxes: pd.DataFrame | Sequence[tuple[Any, ...]] | None = None,
        mean: float | None = None,
        max: float | None = None,
        threshold: float | None = None,
        method: str = "",
        notes: Sequence[str] = (),
    ) -> None:
        self._scores = checked_grid(scores).copy()
        self._scores.flags.writeable = False
        self.score = real("score", score)
        self.threshold = None if threshold is None else number("threshold", threshold)
        self.method = method
        self._given_boxes = list(boxes or ()) if not isinstance(boxes, pd.DataFrame) else boxes.copy()
        known = self._scores[~np.isnan(self._scores)]
        with np.errstate(over="ignore", invalid="ignore"):  # a server may send numbers whose sum is none
            made = (float(known.mean()), float(known.max())) if len(known) else (math.nan, math.nan)
        self.mean = made[0] if mean is None else real("mean", mean)
        self.max = made[1] if max is None else real("max", max)
        self._given = tuple(notes)

    @property
    def scores(self) -> Floats:
        """Array (rows, columns) of the cells' scores: ``scores[row, column]``, row 0 on top; not to be written to."""
        return self._scores

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns the grid has."""
        rows, columns = self._scores.shape
        return rows, columns

    @property
    def boxes(self) -> pd.DataFrame:
        """Table of the server's boxes: `label`, `score`, `x`, `y`, `width`, `height`, ratios 0..1 of the input."""
        return self._boxes.copy()

    @cached_property
    def _boxes(self) -> pd.DataFrame:
        """Made when it is asked for: a summary of ten thousand pictures needs none."""
        given = self._given_boxes
        table = given if isinstance(given, pd.DataFrame) else pd.DataFrame(given, columns=BOX)
        return arguments.table("boxes", table, BOX)[BOX].astype(_KINDS).reset_index(drop=True)

    def cells(self, threshold: float | None = None) -> pd.DataFrame:
        """List the cells with their places: those at or above `threshold`, without one all of them.

        Returns
        -------
        DataFrame
            `row`, `column`, `score`, `x`, `y`, `width`, `height`; see `edgekit.visual.cells`.
        """
        return cells(self._scores, threshold)

    def flagged(self, threshold: float | None = None) -> bool:
        """Say whether the picture is an anomaly: whether its score is at or above `threshold`, else the block's.

        The score is ``result.anomaly``. The server makes it of the cells as the block says (`method`): the largest
        cell, their mean, … So the largest cell alone decides nothing. Equality is an anomaly: Edge Impulse's own code
        has "at or above" in two places and "above" in one.

        Raises
        ------
        UsageError
            The picture has no score, or there is no threshold.
        """
        limit = self.threshold if threshold is None else number("threshold", threshold)
        if limit is None:
            raise UsageError("This picture came without a threshold: give one, flagged(threshold=…).")
        if math.isnan(self.score):
            raise UsageError(
                "This picture came without a score as a whole (result.anomaly), and its cells do not decide: how they "
                "become one score is the block's to say. found.cells(threshold) lists the cells."
            )
        return self.score >= limit

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What to know before trusting it: what the server's own figures do not agree about."""
        return (*self._given, *self._disagreements())

    def _disagreements(self) -> list[str]:
        found = []
        cells = self._scores
        if cells.size and np.isfinite(cells).all() and np.abs(cells).max() < _SUMMABLE:
            for name, said, made in (("mean", self.mean, cells.mean()), ("largest", self.max, cells.max())):
                if abs(said - made) > max(_SAME * abs(made), _SAME):
                    found.append(f"The server says that the {name} of the cells is {said:.4g}; it is {made:.4g}.")
        return found + self._boxes_that_disagree()

    def _boxes_that_disagree(self) -> list[str]:
        """Compare boxes with the cells at their centres."""
        if not self._scores.size:
            return ["There are boxes, and no grid of cells."] if len(self._boxes) else []
        place = self._boxes[PLACE].to_numpy(float)
        row, column = cell_at(place[:, 0] + place[:, 2] / 2, place[:, 1] + place[:, 3] / 2, self.shape)
        found = []
        if outside := int((row < 0).sum()):
            found.append(f"{outside} of {len(place)} boxes lie outside the picture: they may be in pixels.")
        if self.threshold is not None:
            boxed = {cell for cell in zip(row.tolist(), column.tolist(), strict=True) if cell[0] >= 0}
            above = set(zip(*(part.tolist() for part in np.nonzero(self._scores >= self.threshold)), strict=True))
            if bare := _uncovered(above, self._boxes, self.shape):
                found.append(
                    f"{bare} of {len(above)} cells at or above {self.threshold:g} are in no box: the boxes do not show "
                    "all of them."
                )
            if low := len(boxed - above):
                found.append(f"{low} of {len(place)} boxes lie on a cell below {self.threshold:g}, or without a score.")
        return found

    def __repr__(self) -> str:
        return display.fit(f"<VisualAnomaly of {' · '.join(self._facts().values())}>")

    def _repr_html_(self) -> str:
        return display.card("Visual anomaly", self._facts(), note=" ".join(self.notes))

    def _facts(self) -> dict[str, str]:
        rows, columns = self.shape
        verdict = "no score of the picture as a whole"
        if not math.isnan(self.score):
            how = f" by {display.shown(self.method, 80)}" if self.method else ""
            verdict = f"score {self.score:.2f}{how}"
            if self.threshold is not None:
                side = "flagged at" if self.flagged() else "not flagged at"
                verdict = f"{verdict}, {side} {self.threshold:g}"
        cells = "none" if np.isnan(self.max) else f"highest {self.max:.2f}, mean {self.mean:.2f}"
        grid = f"{display.counted(rows, 'row')}, {display.counted(columns, 'column')}"
        return {"grid": grid, "picture": verdict, "cells": cells}


def _uncovered(above: set[tuple[int, int]], boxes: pd.DataFrame, shape: tuple[int, int]) -> int:
    """Count the cells whose middle lies in no box."""
    if not above:
        return 0
    middle = (np.array(sorted(above)) + 0.5) / np.array(shape)
    y, x = middle[:, :1], middle[:, 1:]
    left, top, width, height = boxes[PLACE].to_numpy(float).T
    inside = (x >= left) & (x <= left + width) & (y >= top) & (y <= top + height)
    return int((~inside.any(axis=1)).sum())
