"""The front end's matching, held against `edgekit.detection`: the same kinds and the same counts."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment

import edgekit as ek

MODULES = ("detection/matching.js", "detection/counts.js", "detection/gains.js", "detection/labels.js")
RANDOM = np.random.default_rng(0)
KINDS = """(([truths, predictions, limit, far, boxes]) => {
  const found = matchKinds(truths, predictions, limit, far, boxes ? boxDistance : centreDistance);
  const counts = countsOf(truths, found);
  const rates = Object.fromEntries(Object.entries(counts).map(([name, one]) => [name, ratesOf(one)]));
  return [found, counts, rates, gainsOf(counts["one-to-one"], kindsIn([found]))];
})(x)"""


def objects(count: int, labels: tuple[int, ...], boxes: bool) -> pd.DataFrame:
    table = pd.DataFrame(RANDOM.uniform(0, 0.6, (count, 2)), columns=["x", "y"])
    if boxes:
        table[["width", "height"]] = RANDOM.uniform(0.1, 0.4, (count, 2))
    return table.assign(label=RANDOM.choice(labels, count) if count else np.empty(0, int))


def plain(table: pd.DataFrame) -> list[dict[str, float]]:
    return table.rename(columns={"width": "w", "height": "h"}).to_dict("records")


@pytest.mark.parametrize("boxes", [False, True])
@pytest.mark.parametrize("sizes", [(0, 0), (0, 3), (3, 0), (1, 1), (5, 8), (8, 5), (40, 30)])
@pytest.mark.parametrize("limit", [0.0, 0.05, 0.2, 0.5])
def test_kinds_and_counts_are_those_of_python(call, boxes, sizes, limit):
    truths, predictions = objects(sizes[0], (-1, 1, 2, 3), boxes), objects(sizes[1], (1, 2, 3), boxes)
    if boxes:
        matched = ek.detection.match_boxes(truths, predictions, 1 - limit)
    else:
        matched = ek.detection.match(truths, predictions, limit)
    found, counts, rates, gains = call(KINDS, [plain(truths), plain(predictions), matched.limit, matched.far, boxes])
    errors = matched.errors()
    for side, name in (("prediction", "predictions"), ("truth", "truths")):
        wanted = errors[errors["object"] == side].sort_values("index")
        assert [one["kind"] for one in found[name]] == wanted["kind"].tolist()
        assert [one["partner"] for one in found[name]] == wanted["partner"].fillna(-1).tolist()
    assert counts.keys() == ek.detection.COUNTINGS.keys()
    for counting, one_to_one in ek.detection.COUNTINGS.items():
        metrics = matched.metrics(one_to_one=one_to_one)
        assert tuple(counts[counting][name] for name in ("tp", "fp", "fn")) == metrics[:3]
        assert [rates[counting][name] for name in ("precision", "recall", "f1")] == pytest.approx(metrics[3:])
    wanted = ek.detection.gains(errors).query("count > 0")
    assert {one["kind"]: one["count"] for one in gains} == wanted["count"].to_dict()
    assert {one["kind"]: one["gain"] for one in gains} == pytest.approx(wanted["gain"].to_dict())


def test_labels_of_objects_close_together_do_not_cover_each_other(call):
    close = [{"x": 200 + 3 * i, "y": 150 + 2 * i, "width": 60, "below": bool(i % 2)} for i in range(9)]
    found = call("labelPlaces(x, {width: 400, height: 300})", close)
    for i, one in enumerate(found):
        assert 0 <= one["left"] <= 400 - 60
        for other in found[:i]:
            assert abs(one["middle"] - other["middle"]) >= 14 or abs(one["left"] - other["left"]) >= 60
    assert not found[0]["moved"]
    alone = call("labelPlaces(x, {width: 400, height: 300})", [{"x": 390, "y": 5, "width": 60, "below": False}])
    assert alone[0]["left"] + 60 <= 400


def test_on_a_grid_where_ties_are_many_the_counts_agree(call):
    for seed in range(20):
        random = np.random.default_rng(seed)
        tables = [
            pd.DataFrame(random.integers(0, 6, (12, 2)) / 12, columns=["x", "y"]).assign(
                label=random.integers(1, 3, 12)
            )
            for _ in range(2)
        ]
        matched = ek.detection.match(*tables, 0.1)
        _, counts, *_ = call(KINDS, [plain(tables[0]), plain(tables[1]), 0.1, 0.2, False])
        for counting, one_to_one in ek.detection.COUNTINGS.items():
            assert tuple(counts[counting].values()) == matched.metrics(one_to_one=one_to_one)[:3]


def test_the_assignment_is_optimal(call):
    for rows, columns in [(3, 3), (2, 7), (7, 2), (20, 25)]:
        costs = RANDOM.uniform(size=(rows, columns))
        found = call("optimalPairs(x.length, x[0].length, (r, c) => x[r][c])", costs.tolist())
        best = costs[linear_sum_assignment(costs)].sum()
        assert sum(costs[r, c] for r, c in enumerate(found) if c >= 0) == pytest.approx(best)


def test_more_pairs_come_before_shorter_ones(call):
    found = call("optimalPairs(2, 2, (r, c) => [[0.01, 0.9], [0.02, NaN]][r][c])")
    assert found == [1, 0]


def test_every_picture_of_the_sandbox_is_matched_alike(call, sandbox):
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["objects"])
    results = studio.classify(studio.samples("testing").index)
    explorer = ek.explore(results)
    for picture in range(len(explorer.pictures)):
        matched = explorer.matched(picture)
        found, *_ = call(KINDS, [plain(matched.truths), plain(matched.predictions), matched.limit, matched.far, False])
        kinds = Counter(
            (side, one["kind"])
            for side, name in (("prediction", "predictions"), ("truth", "truths"))
            for one in found[name]
        )
        errors = matched.errors()
        assert kinds == Counter(zip(errors["object"], errors["kind"], strict=True))


@pytest.mark.parametrize(("limit", "hits"), [(0.2, 1), (0.19, 0)])
def test_the_distance_is_inclusive_in_both_countings(call, limit, hits):
    truths, predictions = ([{"x": x, "y": 0, "label": 1}] for x in (0, 0.2))
    found, counts, *_ = call(KINDS, [truths, predictions, limit, limit, False])
    assert [one["tp"] for one in counts.values()] == [hits, hits]
    assert found["truths"][0]["kind"] == ("hit" if hits else "missed")
