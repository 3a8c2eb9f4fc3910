"""Object detection's part of bench.py: 10,000 pictures matched and counted, as many debugInfoJson strings decoded.

Each picture has 0 to 9 truths and as many predictions of three labels, most of them near a truth ("dense": 0 to 39).
The peer of matching is the rule written down in plain Python on lists that are ready to use; edgekit starts from
tables. "Both countings" adds one-to-one counting, in the peer by scipy's linear_sum_assignment, label by label. The
peer of decoding is `json.loads`, which checks nothing; edgekit checks every type and every index on the way.
"""

import json
import math
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from edgekit import detection
from edgekit.detection.matching import counts, rates
from edgekit.detection.scene import Objects, Scene
from tests.bench_table import Row, ratio

PICTURES = 10_000
LIMIT = 0.2
Points = list[tuple[float, float, int]]


def pictures(most: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make up truths and predictions as two tables."""
    random = np.random.default_rng(0)
    picture = np.repeat(np.arange(PICTURES), random.integers(0, most + 1, PICTURES))
    size = len(picture)
    place, label = random.random((size, 2)), random.integers(1, 4, size)
    truths = pd.DataFrame({"picture": picture, "x": place[:, 0], "y": place[:, 1], "label": label})
    moved = place + random.normal(scale=0.05, size=(size, 2))
    other = np.where(random.random(size) < 0.1, random.integers(1, 4, size), label)
    return truths, pd.DataFrame({"picture": picture, "x": moved[:, 0], "y": moved[:, 1], "label": other})


def as_lists(table: pd.DataFrame) -> list[Points]:
    lists: list[Points] = [[] for _ in range(PICTURES)]
    for picture, x, y, label in table.itertuples(index=False):
        lists[picture].append((x, y, label))
    return lists


def in_plain_python(truths: Points, predictions: Points) -> tuple[int, int, int, float, float, float]:
    taken, tp = set(), 0
    for px, py, predicted in predictions:
        best, best_distance = None, math.inf
        for j, (tx, ty, true) in enumerate(truths):
            if predicted == true:
                distance = math.hypot(px - tx, py - ty)
                if distance <= LIMIT and distance < best_distance:
                    best, best_distance = j, distance
        if best is not None:
            tp += 1
            taken.add(best)
    fp, fn = len(predictions) - tp, len(truths) - len(taken)
    if not tp + fp + fn:
        return tp, fp, fn, 1.0, 1.0, 1.0
    precision, recall = tp / (tp + fp) if tp + fp else 0.0, tp / (tp + fn) if tp + fn else 0.0
    return tp, fp, fn, precision, recall, 2 * tp / (2 * tp + fp + fn)


def one_to_one_in_plain_python(truths: Points, predictions: Points) -> int:
    """Count the pairs of an optimal one-to-one assignment, label by label."""
    hits = 0
    for label in {label for *_, label in truths} & {label for *_, label in predictions}:
        some, others = ([row for row in rows if row[2] == label] for rows in (predictions, truths))
        cost = np.array([[math.hypot(px - tx, py - ty) for tx, ty, _ in others] for px, py, _ in some])
        cost[cost > LIMIT] = 1e6
        hits += int((cost[linear_sum_assignment(cost)] < 1e6).sum())
    return hits


def matching(name: str, most: int) -> list[Row]:
    truths, predictions = pictures(most)
    lists = list(zip(as_lists(truths), as_lists(predictions), strict=True))

    def studios() -> list[np.ndarray]:
        groups = [table["picture"].to_numpy() for table in (truths, predictions)]
        scene = Scene(
            *(
                Objects.from_table(table, "points", picture=group)
                for table, group in zip((truths, predictions), groups, strict=True)
            )
        )
        found = counts(scene, scene.same(LIMIT), *groups, PICTURES, one_to_one=False)
        return [*found, *rates(*found)]

    def peer() -> list[tuple[int, int, int, float, float, float]]:
        return [in_plain_python(*picture) for picture in lists]

    def both() -> pd.DataFrame:
        return detection.per_picture(truths, predictions, LIMIT)

    def peer_both() -> list[Any]:
        return [(in_plain_python(*picture), one_to_one_in_plain_python(*picture)) for picture in lists]

    np.testing.assert_allclose(np.column_stack(studios()), peer())
    paired = both()["tp_one_to_one"].reindex(range(PICTURES), fill_value=0)
    assert paired.tolist() == [found for _, found in peer_both()]
    return [
        ratio(f"{name}, the Studio's counting: plain Python", studios, peer, "≥ 2"),
        ratio(f"{name}, both countings: plain Python and scipy", both, peer_both, "≥ 5"),
    ]


def rows() -> list[Row]:
    """Return the rows of the table."""
    truths, predictions = pictures(9)
    groups = [table.groupby("picture") for table in (truths, predictions)]
    nothing = truths.iloc[:0]
    infos = [
        detection.match(*(group.get_group(i) if i in group.groups else nothing for group in groups), LIMIT)
        for i in range(PICTURES)
    ]
    texts = [info.to_json() for info in infos]
    assert [json.loads(detection.DebugInfo.from_json(text).to_json()) for text in texts] == list(map(json.loads, texts))
    return [
        *matching("10,000 pictures matched", 9),
        *matching("10,000 dense pictures matched", 39),
        ratio(
            "10,000 debugInfoJson decoded and checked: json.loads",
            lambda: [detection.DebugInfo.from_json(text) for text in texts],
            lambda: [json.loads(text) for text in texts],
            "≤ 1.5",
        ),
    ]
