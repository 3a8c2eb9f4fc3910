"""What the matching distance does to the figures, and what chance alone would score."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from edgekit.arguments import items, whole
from edgekit.detection.matching import checked_distance, most, nearest, rates
from edgekit.detection.scene import Floats, Objects, Scene

DISTANCES = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3)
MOST_DRAWS = 100_000
_SHARES = ("precision", "recall", "f1")


def sweep(scene: Scene, distances: Iterable[float] | None = None, *, draws: int = 20, seed: int = 0) -> pd.DataFrame:
    """Return the figures over matching distances, with random placement beside them.

    Parameters
    ----------
    scene : Scene
        Centres of one picture or of many (ratios 0..1).
    distances : list of float, optional
        In ratios of the picture; by default from 0.01 to 0.3.
    draws : int
        How often the predictions are placed at random.
    seed : int
        Of the random placement.

    Returns
    -------
    DataFrame, one row per distance: `distance`; `precision`, `recall`, `f1` by the Studio's counting; the same with the
    suffix `_one_to_one` by one-to-one counting; and all six again with the prefix `random_`: what as many predictions
    of the same labels score that lie anywhere in the picture with the same chance, averaged over `draws`. Where chance
    scores high the distance is too wide for how densely the objects lie.
    """
    limits = [
        checked_distance(value, "A matching distance")
        for value in (DISTANCES if distances is None else items("distances", distances))
    ]
    draws = whole("draws", draws, 1, MOST_DRAWS)
    random = np.random.default_rng(whole("seed", seed, 0))
    found = _figures(scene, limits)
    chance = np.mean([_figures(_scattered(scene, random), limits) for _ in range(draws)], axis=0)
    names = [*_SHARES, *(f"{name}_one_to_one" for name in _SHARES)]
    table = pd.DataFrame(found, columns=names)
    table.insert(0, "distance", np.array(limits, float))
    return table.join(pd.DataFrame(chance, columns=[f"random_{name}" for name in names]))


def _scattered(scene: Scene, random: np.random.Generator) -> Scene:
    predictions = scene.predictions
    place = random.random((len(predictions), 2))
    return Scene(scene.truths, Objects(place, predictions.label, predictions.picture))


def _figures(scene: Scene, limits: list[float]) -> Floats:
    """Return precision, recall, F1 by both countings, (limits, 6)."""
    total, counted = len(scene.predictions), scene.truths.counted
    same = scene.same(max(limits, default=0.0))
    best = nearest(same)
    taken_at = np.full(len(scene.truths), np.inf)  # from which distance on some prediction takes this truth
    np.minimum.at(taken_at, best.truth, best.distance)
    rows = []
    for limit in limits:
        tp = np.count_nonzero(best.distance <= limit)
        missed = np.count_nonzero(taken_at[counted] > limit)
        pairs = most(same.within(limit), total, len(scene.truths))
        paired = np.count_nonzero(pairs >= 0)
        rows.append([*rates(tp, total - tp, missed), *rates(paired, total - paired, counted.sum() - paired)])
    return np.array(rows, float).reshape(len(limits), 2 * len(_SHARES))
