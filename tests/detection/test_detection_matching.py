"""Matching of centres: the Studio's published rule, one-to-one counting, and what distance and chance do to them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import edgekit as ek
from edgekit import detection
from edgekit.detection import Metrics, match

QUICKLY = settings(max_examples=150)
Rows = list[tuple[float, float, int]]
RATIO = st.floats(0, 1) | st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.5])
TRUTHS = st.lists(st.tuples(RATIO, RATIO, st.sampled_from([-1, 1, 2])), max_size=6)
PREDICTIONS = st.lists(st.tuples(RATIO, RATIO, st.sampled_from([1, 2])), max_size=6)
LIMIT = st.sampled_from([0.0, 0.05, 0.2, 0.5, 2.0])


def points(rows: Rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["x", "y", "label"]).astype({"x": float, "y": float, "label": int})


def distance(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the Euclidean distance, to the last bit as edgekit works it out: ties must be the same ties."""
    across, down = one[0] - other[0], one[1] - other[1]
    return math.sqrt(across * across + down * down)


def published(truths: Rows, predictions: Rows, limit: float) -> list[tuple[int, int]]:
    """State the Studio's rule in plain Python."""
    pairs = []
    for i, (px, py, predicted) in enumerate(predictions):
        best, best_distance = None, math.inf
        for j, (tx, ty, true) in enumerate(truths):
            gap = distance((px, py), (tx, ty))
            if predicted == true and gap <= limit and gap < best_distance:
                best, best_distance = j, gap
        if best is not None:
            pairs.append((i, best))
    return pairs


def best_by_trying(truths: Rows, predictions: Rows, limit: float) -> tuple[int, float]:
    """Try every one-to-one pairing; return the most pairs, and their least total distance."""
    best = (0, 0.0)
    for size in range(1, min(len(truths), len(predictions)) + 1):
        for some in itertools.combinations(range(len(predictions)), size):
            for others in itertools.permutations(range(len(truths)), size):
                total = 0.0
                for i, j in zip(some, others, strict=True):
                    (px, py, predicted), (tx, ty, true) = predictions[i], truths[j]
                    gap = distance((px, py), (tx, ty))
                    total += gap if predicted == true and gap <= limit else math.inf
                if total < math.inf and (size > best[0] or total < best[1]):
                    best = (size, total)
    return best


def greedy(truths: Rows, predictions: Rows, limit: float) -> int:
    """Count the pairs when each prediction in turn takes the nearest truth that is left."""
    left = dict(enumerate(truths))
    for x, y, label in predictions:
        near = [(distance((x, y), t), j) for j, t in left.items() if t[2] == label]
        if near and min(near)[0] <= limit:
            del left[min(near)[1]]
    return len(truths) - len(left)


# --- the published rule -----------------------------------------------------------------------------------------------


@given(TRUTHS, PREDICTIONS, LIMIT)
@QUICKLY
def test_the_matching_is_the_published_rule(truths, predictions, limit):
    info = match(points(truths), points(predictions), limit)
    pairs = published(truths, predictions, limit)
    assert list(zip(info.assignments["prediction"], info.assignments["truth"], strict=True)) == pairs
    taken, placed = {j for _, j in pairs}, {i for i, _ in pairs}
    assert info.unassigned_truths == [j for j in range(len(truths)) if j not in taken]
    assert info.unassigned_predictions == [i for i in range(len(predictions)) if i not in placed]
    missed = [j for j in info.unassigned_truths if truths[j][2] != -1]
    assert info.metrics()[:3] == (len(pairs), len(predictions) - len(placed), len(missed))
    assert info.min_distance == limit


@given(TRUTHS, PREDICTIONS)
@QUICKLY
def test_the_pairwise_distances_are_all_pairs_of_one_label(truths, predictions):
    table = match(points(truths), points(predictions)).pairwise
    expected = [(i, j) for i, p in enumerate(predictions) for j, t in enumerate(truths) if p[2] == t[2]]
    assert list(zip(table["prediction"], table["truth"], strict=True)) == expected
    for i, j, gap in table.itertuples(index=False):
        assert gap == pytest.approx(math.dist(predictions[i][:2], truths[j][:2]), abs=1e-12)


def test_several_predictions_may_take_one_truth_and_each_is_a_true_positive():
    info = match(points([(0.5, 0.5, 1)]), points([(0.5, 0.5, 1), (0.55, 0.5, 1), (0.5, 0.6, 1)]))
    assert info.metrics() == (3, 0, 0, 1.0, 1.0, 1.0)
    assert info.metrics(one_to_one=True) == (1, 2, 0, pytest.approx(1 / 3), 1.0, 0.5)


def test_the_distance_is_inclusive():
    truths, predictions = points([(0.25, 0.5, 1)]), points([(0.5, 0.5, 1)])
    assert match(truths, predictions, 0.25).metrics().tp == 1
    assert match(truths, predictions, np.nextafter(0.25, 0)).metrics().tp == 0


def test_of_two_truths_equally_near_the_first_counts():
    info = match(points([(0.4, 0.5, 1), (0.6, 0.5, 1)]), points([(0.5, 0.5, 1)]))
    assert info.assignments["truth"].tolist() == [0]


def test_a_truth_that_is_not_in_training_is_listed_but_not_counted():
    info = match(points([(0.5, 0.5, -1)]), points([]))
    assert (len(info.truths), info.unassigned_truths) == (1, [0])
    assert info.metrics() == info.metrics(one_to_one=True) == (0, 0, 0, 1.0, 1.0, 1.0)


def test_without_ground_truth_every_prediction_is_a_false_positive():
    assert match(points([]), points([(0.5, 0.5, 1)])).metrics() == (0, 1, 0, 0.0, 0.0, 0.0)


def test_labels_may_be_names():
    truths = pd.DataFrame({"x": [0.5, 0.1], "y": [0.5, 0.1], "label": ["bolt", "nut"]})
    info = match(truths, truths.iloc[::-1])
    assert info.assignments["label"].tolist() == ["nut", "bolt"]
    assert detection.DebugInfo.from_json(info.to_json()).truths["label"].tolist() == ["bolt", "nut"]


def test_the_index_of_a_table_does_not_matter():
    truths = points([(0.1, 0.1, 1), (0.9, 0.9, 1)])
    odd = truths.set_axis([7, 7])
    pd.testing.assert_frame_equal(match(odd, odd).assignments, match(truths, truths).assignments)


# --- one-to-one -------------------------------------------------------------------------------------------------------

FEW = st.lists(st.tuples(RATIO, RATIO, st.sampled_from([1, 2])), max_size=4)


@given(FEW, FEW, LIMIT)
@settings(max_examples=100)
def test_one_to_one_has_the_most_pairs_and_among_those_the_least_total_distance(truths, predictions, limit):
    info = match(points(truths), points(predictions), limit, one_to_one=True)
    most, total = best_by_trying(truths, predictions, limit)
    assert len(info.assignments) == most
    assert info.assignments["distance"].sum() == pytest.approx(total, abs=1e-9)
    assert info.assignments["truth"].is_unique
    assert info.assignments["prediction"].is_unique
    assert (info.assignments["distance"] <= limit).all()


@given(TRUTHS, PREDICTIONS, LIMIT)
@QUICKLY
def test_one_to_one_hits_lie_between_a_greedy_pairing_and_the_studios_counting(truths, predictions, limit):
    info = match(points(truths), points(predictions), limit)
    paired = info.metrics(one_to_one=True)
    assert greedy(truths, predictions, limit) <= paired.tp <= info.metrics().tp
    assert paired == match(points(truths), points(predictions), limit, one_to_one=True).metrics()
    counted = sum(label != -1 for *_, label in truths)
    assert (paired.tp + paired.fp, paired.tp + paired.fn) == (len(predictions), counted)


def test_where_greed_loses_a_pair_one_to_one_counting_does_not():
    truths, predictions = [(0.2, 0.5, 1), (0.4, 0.5, 1)], [(0.3, 0.5, 1), (0.55, 0.5, 1)]
    predictions[0] = (0.31, 0.5, 1)  # nearer to the second truth, which the other one needs
    assert greedy(truths, predictions, 0.16) == 1
    assert match(points(truths), points(predictions), 0.16).metrics(one_to_one=True).tp == 2


def test_rematching_keeps_the_way_of_counting_and_the_names():
    truths, predictions = points([(0.5, 0.5, 1)]), points([(0.5, 0.5, 1), (0.6, 0.5, 1)])
    again = match(truths, predictions, 0.01, one_to_one=True, names={1: "bolt"}).rematch(0.3)
    assert (again.min_distance, again.metrics().tp, again.names) == (0.3, 1, {1: "bolt"})
    assert match(truths, predictions, 0.01).rematch(0.3).metrics().tp == 2


# --- metrics ----------------------------------------------------------------------------------------------------------


def test_nothing_there_and_nothing_found_is_perfect_and_a_share_of_nothing_else_zero():
    assert Metrics.of(0, 0, 0) == (0, 0, 0, 1.0, 1.0, 1.0)
    assert Metrics.of(0, 3, 0) == (0, 3, 0, 0.0, 0.0, 0.0)
    assert Metrics.of(0, 0, 3) == (0, 0, 3, 0.0, 0.0, 0.0)
    assert Metrics.of(3, 1, 2) == (3, 1, 2, 0.75, 0.6, pytest.approx(2 / 3))


# --- many pictures at once --------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(TRUTHS, PREDICTIONS), max_size=5), LIMIT, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_many_pictures_at_once_have_the_figures_of_each_alone(pictures, limit, random):
    def together(side: int) -> pd.DataFrame:
        rows = [(f"p{i}", *row) for i, picture in enumerate(pictures) for row in picture[side]]
        random.shuffle(rows)
        return pd.DataFrame(rows, columns=["picture", "x", "y", "label"]).astype({"x": float, "y": float})

    table = detection.per_picture(together(0), together(1), limit)
    assert set(table.index) == {f"p{i}" for i, (truths, predictions) in enumerate(pictures) if truths or predictions}
    for i, (truths, predictions) in enumerate(pictures):
        if f"p{i}" in table.index:
            info, row = match(points(truths), points(predictions), limit), table.loc[f"p{i}"]
            names = list(Metrics._fields)
            assert row[names].tolist() == pytest.approx(list(info.metrics()))
            paired = [f"{name}_one_to_one" for name in names]
            assert row[paired].tolist() == pytest.approx(list(info.metrics(one_to_one=True)))


# --- distances and chance ---------------------------------------------------------------------------------------------


@given(TRUTHS, PREDICTIONS)
@settings(max_examples=40)
def test_the_sweep_has_the_figures_of_every_distance(truths, predictions):
    info = match(points(truths), points(predictions))
    table = info.sweep_distance([0.0, 0.05, 0.2, 1.0], draws=1)
    for _, row in table.iterrows():
        again = info.rematch(row["distance"])
        for suffix, found in (("", again.metrics()), ("_one_to_one", again.metrics(one_to_one=True))):
            assert row[f"precision{suffix}"] == pytest.approx(found.precision)
            assert row[f"recall{suffix}"] == pytest.approx(found.recall)
            assert row[f"f1{suffix}"] == pytest.approx(found.f1)


def test_chance_scores_what_geometry_says():
    """One truth in the middle: a random point lies within 0.2 of it with probability pi · 0.2²."""
    table = match(points([(0.5, 0.5, 1)]), points([(0.0, 0.0, 1)])).sweep_distance([0.1, 0.2], draws=4000)
    assert table["random_f1"].tolist() == pytest.approx([math.pi * 0.01, math.pi * 0.04], abs=0.015)
    assert table["f1"].tolist() == [0, 0]


def test_on_a_dense_picture_chance_alone_scores_high_at_the_studios_distance():
    grid = [((i + 0.5) / 6, (j + 0.5) / 4, 1) for i in range(6) for j in range(4)]
    table = match(points(grid), points(grid)).sweep_distance([0.05, 0.2]).set_index("distance")
    assert table.loc[0.2, "f1"] == table.loc[0.05, "f1"] == 1
    assert table.loc[0.2, "random_f1"] > 0.7 > 0.3 > table.loc[0.05, "random_f1"]


def test_the_sweep_is_the_same_every_time_and_another_with_another_seed():
    info = match(points([(0.5, 0.5, 1)] * 3), points([(0.2, 0.5, 1)] * 3))
    pd.testing.assert_frame_equal(info.sweep_distance(), info.sweep_distance(seed=0))
    assert not info.sweep_distance(seed=1).equals(info.sweep_distance())


# --- what makes no sense is a usage error -----------------------------------------------------------------------------

GOOD = points([(0.5, 0.5, 1)])


@pytest.mark.parametrize("limit", [-0.1, float("nan"), float("inf"), "far", None, 10**400])
def test_a_distance_that_means_nothing_is_a_usage_error(limit):
    with pytest.raises(ek.UsageError, match="min_distance"):
        match(GOOD, GOOD, limit)


@pytest.mark.parametrize(
    "table",
    [
        GOOD.drop(columns="label"),
        GOOD.assign(x=float("nan")),
        GOOD.assign(x="left"),
        GOOD.assign(label=None),
        GOOD.assign(label=1.5),
        GOOD.assign(label=float("inf")),
        GOOD.assign(label=[(1, 2)]),
        [(0.5, 0.5, 1)],
    ],
)
def test_a_table_that_holds_no_points_is_a_usage_error(table):
    for pair in ((table, GOOD), (GOOD, table)):
        with pytest.raises(ek.UsageError):
            match(*pair)


def test_a_sweep_needs_distances_and_draws():
    info = match(GOOD, GOOD)
    for arguments in ({"draws": 0}, {"draws": 1.5}, {"distances": [-1]}, {"distances": ["far"]}):
        with pytest.raises(ek.UsageError):
            info.sweep_distance(**arguments)
    assert len(info.sweep_distance([])) == 0


def test_pictures_without_a_name_are_a_usage_error():
    with pytest.raises(ek.UsageError, match="column picture"):
        detection.per_picture(GOOD, GOOD)


def test_coordinates_that_no_picture_has_are_a_usage_error():
    far = points([(1e6, -1e6, 1), (0, 0, 1)])
    assert match(far, far.iloc[::-1]).metrics().tp == 2
    with pytest.raises(ek.UsageError, match="Row 0"):
        match(GOOD, far * 1e6)


def test_of_two_truths_side_by_side_one_to_one_counting_may_miss_fewer():
    """As the docstring of metrics() says: a lower precision is certain, a lower recall is not."""
    truths = pd.DataFrame({"x": [0.5, 0.52], "y": 0.5, "label": 1})
    predictions = pd.DataFrame({"x": [0.5, 0.4], "y": 0.5, "label": 1})
    found = detection.match(truths, predictions)
    assert found.metrics()[:3] == (2, 0, 1)
    assert found.metrics(one_to_one=True)[:3] == (2, 0, 0)


def test_the_distances_of_a_sweep_are_inclusive():
    there, found = (pd.DataFrame({"x": [x], "y": [0.0], "label": [1]}) for x in (0.0, 0.2))
    swept = match(there, found).sweep_distance([0.2, 0.19], draws=1)
    assert swept["f1"].tolist() == swept["f1_one_to_one"].tolist() == [1.0, 0.0]
    assert swept["recall"].tolist() == [1.0, 0.0]
