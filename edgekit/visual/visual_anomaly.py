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
from edgekit.threshold_rules import is_flagged, no_threshold
from edgekit.visual.grid import PLACE, Floats, cell_at, cells, checked_grid

BOX = ["label", "score", *PLACE]
_KINDS = {name: object if name == "label" else float for name in BOX}
NO_SCORE = "no score of the picture as a whole"
_SUMMABLE = 1e150  # beyond, sums run over
_SAME = 1e-3  # scores are float32 on the server, and some are sent rounded
_ROUNDING = 1e-6  # of ratios, in cells


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
            raise no_threshold("This picture", "flagged")
        if math.isnan(self.score):
            raise UsageError(
                "This picture came without a score as a whole (result.anomaly), and its cells do not decide: how they "
                "become one score is the block's to say. found.cells(threshold) lists the cells."
            )
        return bool(is_flagged(self.score, limit))

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
        """Compare boxes with the cells in them."""
        if not self._scores.size:
            return ["There are boxes, and no grid of cells."] if len(self._boxes) else []
        place, many = self._boxes[PLACE].to_numpy(float), len(self._boxes)
        inside = [part for box in place.tolist() if (part := _cells_in(box, self.shape)) is not None]
        highest = np.array([np.fmax.reduce(self._scores[part], axis=None) for part in inside])
        found = []
        if outside := many - len(inside):
            found.append(f"{outside} of {many} boxes lie outside the picture: they may be in pixels.")
        if self.threshold is not None:
            above = is_flagged(self._scores, self.threshold)
            bare = above.copy()
            for part in inside:
                bare[part] = False
            if bare.any():
                found.append(
                    f"{bare.sum()} of {above.sum()} cells at or above {self.threshold:g} are in no box: the boxes do "
                    "not show all of them."
                )
            if low := int((~is_flagged(highest, self.threshold)).sum()):
                found.append(f"{low} of {many} boxes lie on a cell below {self.threshold:g}, or without a score.")
        if not outside:
            said = self._boxes["score"].to_numpy(float)
            other = np.abs(said - highest) > np.maximum(_SAME * np.abs(highest), _SAME)  # False where either is NaN
            if other.any():
                first = int(other.argmax())
                found.append(
                    f"{other.sum()} of {many} boxes have another score than the highest cell in them: "
                    f"{said[first]:.4g}, the cell {highest[first]:.4g}."
                )
        return found

    def __repr__(self) -> str:
        return display.fit(f"<VisualAnomaly of {' · '.join(self._facts().values())}>")

    def _repr_html_(self) -> str:
        return display.card("Visual anomaly", self._facts(), note=" ".join(self.notes))

    def _facts(self) -> dict[str, str]:
        rows, columns = self.shape
        cells = "none" if np.isnan(self.max) else f"highest {self.max:.2f}, mean {self.mean:.2f}"
        grid = f"{display.counted(rows, 'row')}, {display.counted(columns, 'column')}"
        return {"grid": grid, "picture": verdict_in_words(self, self.threshold), "cells": cells}


def verdict_in_words(found: VisualAnomaly, threshold: float | None) -> str:
    """Say what the score of a picture is, of which cells it was made, and whether it is flagged."""
    if math.isnan(found.score):
        return NO_SCORE
    how = f" by {display.shown(found.method, 80)}" if found.method else ""
    if threshold is None:
        return f"score {found.score:.2f}{how}"
    return f"score {found.score:.2f}{how}, {'' if found.flagged(threshold) else 'not '}flagged at {threshold:g}"


def _cells_in(box: list[float], shape: tuple[int, int]) -> tuple[slice, slice] | None:
    """Return the rows and columns whose middles lie in a box, else where its own does; None outside the picture."""
    x, y, width, height = box
    row, column = (int(place) for place in cell_at(y=y + height / 2, x=x + width / 2, shape=shape))
    if row < 0:
        return None
    return _middles_in(y, height, shape[0], row), _middles_in(x, width, shape[1], column)


def _middles_in(start: float, length: float, parts: int, own: int) -> slice:
    least = math.ceil(max(start, 0.0) * parts - 0.5 - _ROUNDING)
    most = math.floor(min(start + length, 1.0) * parts - 0.5 + _ROUNDING)
    return slice(least, most + 1) if least <= most else slice(own, own + 1)
