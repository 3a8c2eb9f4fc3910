"""The AUROC out of ranks is the AUROC of the scores, but for ties of what differs by less than 1/128."""

from __future__ import annotations

import numpy as np
import pytest

import edgekit as ek
from edgekit.anomaly.ranked_auroc import Ranked, auroc
from edgekit.visual.auroc import auroc_of

SAMPLES, CELLS = 60, 50


def cells(random, *, whole):
    """Scores of the cells of pictures, and how much of each is anomalous: NaN where that is not known."""
    share = random.uniform(size=(SAMPLES, CELLS)) * (random.random((SAMPLES, CELLS)) < 0.3)
    share = np.ceil(share) if whole else share
    scores = random.lognormal(share + random.normal(0, 0.3, (SAMPLES, 1)), 0.7)
    share[random.random(share.shape) < 0.1] = np.nan
    scores[random.random(share.shape) < 0.1] = np.nan
    return scores, share


@pytest.mark.parametrize("whole", [True, False])
def test_ranks_give_the_auroc_of_the_scores_and_its_interval(whole):
    scores, share = cells(np.random.default_rng(0), whole=whole)
    place = np.repeat(np.arange(SAMPLES), CELLS)
    expected = auroc_of(scores.ravel(), share.ravel(), place)
    parts = [
        Ranked.of(
            np.arange(SAMPLES)[of], np.repeat(np.arange(SAMPLES // 2), CELLS), scores[of].ravel(), share[of].ravel()
        )
        for of in (slice(SAMPLES // 2, None), slice(SAMPLES // 2))
    ]
    found = auroc(parts)
    assert found.value == pytest.approx(expected.value, abs=5e-4)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=5e-3)
    if whole:  # as without shares, where all of a window is anomalous
        assert auroc([part._replace(shares=None) for part in parts]) == found


def test_negative_scores_and_zeros_stand_in_their_order():
    scores, share = np.array([-5.0, -0.0, 0.0, -1e-3, 7.0, 1e9]), np.array([0.0, 0.0, 1.0, 1.0, 0.0, 1.0])
    ranked = Ranked.of(np.array([1]), np.zeros(6, int), scores, share)
    assert auroc([ranked]).value == pytest.approx(ek.visual.auroc(scores, share))
