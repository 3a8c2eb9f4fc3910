"""Which prediction belongs to which truth, and the figures that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edgekit.arguments import FINITE, number
from edgekit.detection.scene import Floats, Indices, Pairs, Scene

# The two countings by the name they have wherever figures are shown, with the `one_to_one` that asks for them.
COUNTINGS: Mapping[str, bool] = {"Studio": False, "one-to-one": True}
# How near a prediction and a truth have to be, unless another limit is asked for: the distance of two centres, in
# ratios of the picture (the Studio's normalised_min_distance), and the overlap of two boxes.
MIN_DISTANCE, MIN_IOU = 0.2, 0.5
# Beyond the limit a prediction is "too far", and from here on it has nothing to do with the truth: so many times the
# distance of centres, and of boxes this 1 - IoU, an overlap of one tenth.
FAR_TIMES, FAR_OVERLAP = 2, 0.9


class Metrics(NamedTuple):
    """How many predictions and truths found each other, and the shares that follow.

    Attributes
    ----------
    tp, fp, fn : int
        True positives, false positives (predictions without a truth), false negatives (truths without a prediction).
    precision, recall, f1 : float
        tp / (tp + fp), tp / (tp + fn), 2 tp / (2 tp + fp + fn). All 1.0 where nothing was there and nothing was found;
        a share that is otherwise 0 / 0 is 0.0. That is how the Studio's published code has it.
    """

    tp: int
    fp: int
    fn: int
    precision: float
    recall: float
    f1: float

    @classmethod
    def of(cls, tp: int, fp: int, fn: int) -> Metrics:
        """Work out the shares."""
        precision, recall, f1 = rates(tp, fp, fn)
        return cls(int(tp), int(fp), int(fn), float(precision), float(recall), float(f1))

    def __repr__(self) -> str:
        shares = f"precision={self.precision:.3f}, recall={self.recall:.3f}, f1={self.f1:.3f}"
        return f"Metrics(tp={self.tp}, fp={self.fp}, fn={self.fn}, {shares})"


def rates(tp: ArrayLike, fp: ArrayLike, fn: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return precision, recall and F1 for arrays of counts; see `Metrics` for the rule."""
    hits, wrong, missed = (np.asarray(part, float) for part in (tp, fp, fn))
    nothing = hits + wrong + missed == 0

    def share(part: Floats, whole: Floats) -> Floats:
        ratio: Floats = np.where(nothing, 1.0, part / np.maximum(whole, 1))
        return ratio

    return share(hits, hits + wrong), share(hits, hits + missed), share(2 * hits, 2 * hits + wrong + missed)


def checked_distance(value: float, name: str = "min_distance") -> float:
    """Return a distance that can mean something."""
    return number(f"{name} (ratios of the picture, {MIN_DISTANCE} in the Studio)", value, 0, FINITE)


def nearest(pairs: Pairs, limit: float = np.inf) -> Pairs:
    """Give each prediction its nearest truth within the limit, one truth to as many predictions as come.

    This is the Studio's published rule: the limit is inclusive, and of two truths equally near the first one counts.
    `pairs` are those of one label, in order of prediction, then truth (`Scene.same`).
    """
    near = pairs.within(limit)
    if not len(near.prediction):
        return near
    starts = np.flatnonzero(np.diff(near.prediction, prepend=-1))
    least = np.minimum.reduceat(near.distance, starts)
    rows = np.flatnonzero(near.distance == np.repeat(least, np.diff(starts, append=len(near.prediction))))
    return near.where(rows[np.diff(near.prediction[rows], prepend=-1) != 0])


def optimal(pairs: Pairs, limit: float) -> Pairs:
    """Pair one prediction with one truth: as many pairs within the limit as can be, then the least total distance.

    Pairs that compete with no other, or for one object only, are settled at once for all pictures; what is left goes to
    `scipy.optimize.linear_sum_assignment`, one tangle of competing pairs at a time.
    """
    near = pairs.within(limit)
    if not len(near.prediction):
        return near
    tangle = _tangles(near)
    order = np.lexsort((near.truth, near.prediction, near.distance, tangle))
    near, tangle = near.where(order), tangle[order]
    starts = np.flatnonzero(np.diff(tangle, prepend=-1))
    ends = np.append(starts[1:], len(tangle))
    first_prediction, first_truth = near.prediction[starts], near.truth[starts]
    size = ends - starts
    one_prediction = np.add.reduceat(near.prediction == np.repeat(first_prediction, size), starts) == size
    one_truth = np.add.reduceat(near.truth == np.repeat(first_truth, size), starts) == size
    simple = one_prediction | one_truth
    chosen = [starts[simple]]  # the nearest of each: it stands first
    for start, end in zip(starts[~simple], ends[~simple], strict=True):
        chosen.append(start + _assigned(near.where(np.arange(start, end))))
    picked = near.where(np.concatenate(chosen))
    return picked.where(np.argsort(picked.prediction, kind="stable"))


def most(near: Pairs, predictions: int, truths: int) -> Indices:
    """Return the truth of each prediction (-1: none) in a one-to-one matching with as many pairs as can be.

    It has as many pairs as `optimal`, without regard to their distances, for all pictures at once (Hopcroft and Karp,
    `scipy.sparse.csgraph.maximum_bipartite_matching`): enough where only the counts matter. `near` are the pairs within
    the limit, in order of prediction.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    if not len(near.prediction):
        return np.full(predictions, -1)
    ones, starts = np.ones(len(near.prediction), np.int8), np.searchsorted(near.prediction, np.arange(predictions + 1))
    places = near.truth.astype(np.int32), starts.astype(np.int32)  # older SciPy matches no others
    graph = csr_array((ones, *places), shape=(predictions, truths))
    return np.asarray(maximum_bipartite_matching(graph, perm_type="column"), np.intp)


class Counts(NamedTuple):
    """tp, fp and fn, one each for every group."""

    tp: NDArray[Any]
    fp: NDArray[Any]
    fn: NDArray[Any]


def counts(
    scene: Scene, near: Pairs, truth_group: Indices, prediction_group: Indices, groups: int, *, one_to_one: bool
) -> Counts:
    """Count hits and misses group by group (pictures, classes); truths not in training count for nothing.

    `near` are the pairs that may be hits: those of one label within the limit (`Scene.same`).
    """
    found = np.zeros(len(scene.predictions), bool)
    taken = np.zeros(len(scene.truths), bool)
    if one_to_one:
        truth = most(near, len(found), len(taken))
        found = truth >= 0
        taken[truth[found]] = True
    else:
        near = nearest(near)
        found[near.prediction] = True
        taken[near.truth] = True
    missed = scene.truths.counted & ~taken

    def count(group: Indices, keep: NDArray[np.bool_]) -> NDArray[Any]:
        return np.bincount(group[keep], minlength=groups)

    return Counts(count(prediction_group, found), count(prediction_group, ~found), count(truth_group, missed))


def _tangles(pairs: Pairs) -> NDArray[np.int32]:
    """Return the connected component of each pair: pairs that share a prediction or a truth, directly or in a chain."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    offset = int(pairs.prediction.max()) + 1
    size = offset + int(pairs.truth.max()) + 1
    ones = np.ones(len(pairs.prediction), np.int8)
    graph = coo_array((ones, (pairs.prediction, pairs.truth + offset)), shape=(size, size))
    component: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return component[pairs.prediction]


def _assigned(pairs: Pairs) -> Indices:
    """Return which of one tangle's pairs make the best assignment."""
    from scipy.optimize import linear_sum_assignment

    rows, row = np.unique(pairs.prediction, return_inverse=True)
    columns, column = np.unique(pairs.truth, return_inverse=True)
    shape = len(rows), len(columns)
    scale = pairs.distance.max() or 1.0
    cost = np.full(shape, float(min(shape) + 1))  # dearer than all allowed pairs together: never instead of one
    cost[row, column] = pairs.distance / scale
    place = np.full(shape, -1)
    place[row, column] = np.arange(len(row))
    chosen: Indices = place[linear_sum_assignment(cost)]
    return chosen[chosen >= 0]
