"""Truths and predictions of one picture or of many, as arrays, and the pairs between them.

Everything here works on all pictures at once: a picture is a number that two objects must share to be a pair.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from edgekit import arguments
from edgekit.display import quoted
from edgekit.errors import UsageError

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
CENTRE = ("x", "y")
BOX = ("x", "y", "width", "height")
LARGEST = 1e9  # coordinates: far beyond any picture, and their squares are still numbers
_PORTION = 2**15  # pairs worked on at once
NOT_IN_TRAINING = -1  # the label of a truth whose class the model was not trained on


@dataclass(frozen=True, eq=False)
class Objects:
    """Truths or predictions: `place` (n, 2) centres x, y or (n, 4) boxes x, y, width, height; a label, a picture."""

    place: Floats
    label: NDArray[Any]
    picture: Indices

    @classmethod
    def from_table(
        cls, table: pd.DataFrame, what: str, columns: Sequence[str] = CENTRE, picture: Indices | None = None
    ) -> Objects:
        """Read a table with `columns` and `label`; a UsageError says what is amiss."""
        arguments.table(what, table, [*columns, "label"])
        place = arguments.array(f"{', '.join(columns)} of the {what}", table[list(columns)])
        if not (np.abs(place) <= LARGEST).all():  # NaN is not either
            row = int(np.flatnonzero(~(np.abs(place) <= LARGEST).all(axis=1))[0])
            raise UsageError(f"Row {row} of the {what} has no {', '.join(columns)} that a picture could have.")
        if (place[:, 2:] < 0).any():
            row = int(np.flatnonzero((place[:, 2:] < 0).any(axis=1))[0])
            raise UsageError(f"Row {row} of the {what} has a negative width or height.")
        return cls(
            np.asfortranarray(place),
            labels(table["label"], what),
            np.zeros(len(table), np.intp) if picture is None else picture,
        )

    def __len__(self) -> int:
        return len(self.label)

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Which of them count: all but truths of a class that is not in training."""
        return np.asarray(self.label != NOT_IN_TRAINING, bool)


def labels(values: ArrayLike | pd.Series[Any], what: str) -> NDArray[Any]:
    """Return labels as whole numbers where all are, else as a mix of numbers and texts; anything else is refused."""
    found = np.asarray(values)
    if not len(found):
        return np.empty(0, int)
    if found.dtype.kind in "iu":
        return found.astype(int)
    each = values if isinstance(values, list) else found.tolist()  # an array of a mixed list holds texts only
    plain = [_label(value, row, what) for row, value in enumerate(each)]
    return np.array(plain, int if all(isinstance(label, int) for label in plain) else object)


def _label(value: Any, row: int, what: str) -> int | str:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 2**53 and value == int(value):
        return int(value)
    raise UsageError(f"A label is a whole number or a text; row {row} of the {what} has {quoted(value)}.")


class Pairs(NamedTuple):
    """Pairs of a prediction and a truth of one picture, by their rows, and how far apart they are."""

    prediction: Indices
    truth: Indices
    distance: Floats

    def where(self, keep: NDArray[Any]) -> Pairs:
        """Return some of the pairs."""
        return Pairs(self.prediction[keep], self.truth[keep], self.distance[keep])

    def within(self, limit: float) -> Pairs:
        """Return the pairs up to `limit` apart."""
        return self if limit == np.inf else self.where(self.distance <= limit)


@dataclass(frozen=True, eq=False)
class Scene:
    """The truths and predictions of one picture or of many.

    The distance of two centres is Euclidean; of two boxes 1 - IoU, so that near is small for both.
    """

    truths: Objects
    predictions: Objects

    @classmethod
    def merged(cls, scenes: Sequence[Scene]) -> Scene:
        """Put pictures together; the picture's number is its place in `scenes`."""
        return cls(_merged([scene.truths for scene in scenes]), _merged([scene.predictions for scene in scenes]))

    def same(self, limit: float = np.inf) -> Pairs:
        """Return every pair of one label up to `limit` apart, in order of prediction, then truth."""
        codes, names = pd.factorize(np.concatenate([self.truths.label, self.predictions.label]))
        pictures = np.concatenate([self.truths.picture, self.predictions.picture])
        groups = pictures * (len(names) + 1) + codes
        return self._pairs(groups[: len(self.truths)], groups[len(self.truths) :], limit)

    def every(self, limit: float = np.inf) -> Pairs:
        """Return every pair of one picture up to `limit` apart, also of different labels."""
        return self._pairs(self.truths.picture, self.predictions.picture, limit)

    def _pairs(self, truth_group: Indices, prediction_group: Indices, limit: float) -> Pairs:
        order = np.argsort(truth_group, kind="stable")
        grouped = truth_group[order]
        start = np.searchsorted(grouped, prediction_group, "left")
        count = np.searchsorted(grouped, prediction_group, "right") - start
        before = np.cumsum(count) - count  # pairs of earlier predictions
        # A portion at a time: arrays that stay in the cache cost a third of what millions of pairs at once do.
        edges = np.flatnonzero(np.diff(before // _PORTION, prepend=-1))
        parts = []
        for low, high in itertools.pairwise([*edges.tolist(), len(count)]):
            prediction = np.repeat(np.arange(low, high), count[low:high])
            place = np.arange(before[low], before[low] + len(prediction)) + (start - before)[prediction]
            truth = order[place]
            distance = distances(self.predictions.place, prediction, self.truths.place, truth)
            parts.append(Pairs(prediction, truth, distance).within(limit))
        if not parts:
            return Pairs(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))
        return Pairs(*map(np.concatenate, zip(*parts, strict=True)))


def distances(one: Floats, rows: Indices, other: Floats, columns: Indices) -> Floats:
    """Return the distance of centres `one` (n, 2) and `other` (m, 2), pair by pair, or 1 - IoU of boxes (n, 4)."""
    if one.shape[1] != len(CENTRE):
        return 1 - overlap(one[rows], other[columns])
    across = one[:, 0][rows] - other[:, 0][columns]
    down = one[:, 1][rows] - other[:, 1][columns]
    return np.asarray(np.sqrt(across * across + down * down))


def overlap(one: Floats, other: Floats) -> Floats:
    """Return the IoU of boxes (n, 4), row by row; two boxes without area have none."""
    low = np.maximum(one[:, :2], other[:, :2])
    high = np.minimum(one[:, :2] + one[:, 2:], other[:, :2] + other[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    union = np.prod(one[:, 2:], axis=1) + np.prod(other[:, 2:], axis=1) - shared
    ratio = np.divide(shared, union, out=np.zeros(len(one)), where=union > 0)
    return np.asarray(np.minimum(ratio, 1.0))


def _merged(parts: Sequence[Objects]) -> Objects:
    picture = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    place = np.concatenate([part.place for part in parts]) if parts else np.empty((0, 2))
    kinds = [part.label for part in parts if len(part)]
    return Objects(place, np.concatenate(kinds) if kinds else np.empty(0, int), picture)
