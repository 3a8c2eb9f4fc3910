"""The area under the ROC curve, of pictures and of cells: scikit-learn is the judge."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

import edgekit as ek
from edgekit.visual.auroc import auroc_of_samples
from edgekit.visual.levels import ranked

moderately = settings(max_examples=80, deadline=None)
ties = st.integers(0, 6).map(lambda value: value / 4)


@moderately
@given(st.lists(st.tuples(ties, st.booleans()), min_size=2, max_size=60))
def test_it_is_scikit_learns_with_ties_as_well(pairs) -> None:
    scores, truth = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
    found = ek.visual.auroc(scores, truth)
    if truth.all() or not truth.any():
        assert np.isnan(found)
    else:
        assert found == pytest.approx(roc_auc_score(truth, scores), abs=1e-12)


def test_cells_that_are_anomalous_in_part_count_as_pixels_do() -> None:
    random = np.random.default_rng(0)
    scores = random.random((7, 6, 5)).round(2)
    pixels = random.integers(0, 17, scores.shape)  # of 16 a cell
    per_pixel = np.repeat(scores.ravel(), 16)
    truth = (np.arange(16) < pixels.reshape(-1, 1)).ravel()
    found = ek.visual.auroc(scores, pixels.clip(0, 16) / 16)
    assert found == pytest.approx(roc_auc_score(truth, per_pixel), abs=1e-12)


def test_grids_of_several_sizes_are_taken_together_and_nothing_known_is_left_out() -> None:
    grids = [np.array([[1.0, np.nan]]), np.array([[2.0], [3.0]])]
    truth = [np.array([[0.0, 1.0]]), np.array([[np.nan], [1.0]])]
    assert ek.visual.auroc(grids, truth) == 1.0
    assert ek.visual.auroc([ek.visual.VisualAnomaly(grid) for grid in grids], truth) == 1.0


@pytest.mark.parametrize("truth", [[False, None, True], pd.array([False, None, True], "boolean"), [0, np.nan, 1]])
def test_the_truth_may_be_missing_in_every_form(truth) -> None:
    assert ek.visual.auroc([1.0, 9.0, 2.0], truth) == 1.0


@pytest.mark.parametrize(
    ("scores", "truth", "said"),
    [
        ([1.0], [True, False], "one truth for each score"),
        ([1.0, 2.0], [0.0, 2.0], "from 0 to 1"),
        (["a"], [True], "no table of numbers"),
        ([1.0], ["yes"], "True, False or missing"),
        ([[1.0], [1.0, 2.0]], [True], "no table of numbers"),
        ([1.0, 2.0], [[1.0], [1.0, 2.0]], "The truth is an array"),
    ],
)
def test_what_cannot_be_compared_is_told(scores, truth, said) -> None:
    with pytest.raises(ek.UsageError, match=said):
        ek.visual.auroc(scores, truth)


def test_the_interval_is_over_samples_and_holds_the_value() -> None:
    random = np.random.default_rng(2)
    truth = np.repeat([0.0, 1.0], 40)
    scores = [random.normal(loc, size=(3, 3)) for loc in truth]
    cells = [np.full((3, 3), one) for one in truth]
    value, low, high = auroc_of_samples(scores, cells, np.arange(80))
    assert value == ek.visual.auroc(scores, cells)
    assert low < value < high
    one = auroc_of_samples(scores, cells, np.zeros(80, int))  # all of one sample: nothing to draw
    assert one.value == value
    assert np.isnan(one.low)


@moderately
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=200), st.integers(1, 20))
def test_levels_keep_the_order_and_are_as_few_as_asked_for(values, most) -> None:
    rank, levels = ranked(values, most)
    assert rank.min() >= 0
    assert rank.max() < levels <= max(most, 1)
    order = np.argsort(values, kind="stable")
    assert (np.diff(rank[order]) >= 0).all()
