"""Principal components: scikit-learn's are the judge."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

import edgekit as ek
from edgekit.projection import principal_components


@pytest.mark.parametrize("shape", [(60, 7), (9, 40), (2, 3)], ids=["more windows", "more features", "two windows"])
@pytest.mark.parametrize("scale", [True, False])
def test_points_and_shares_are_scikit_learns_but_for_the_sign(shape, scale):
    generator = np.random.default_rng(4)
    features = generator.normal(size=shape) @ generator.normal(size=(shape[1], shape[1])) + 5
    found = principal_components(features, scale=scale)
    judge = PCA(2, svd_solver="full")
    points = judge.fit_transform(StandardScaler().fit_transform(features) if scale else features)
    kept = slice(0, min(2, shape[0] - 1))
    np.testing.assert_allclose(np.abs(found.points[:, kept]), np.abs(points[:, kept]), rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(found.shares, judge.explained_variance_ratio_, rtol=1e-8, atol=1e-12)
    largest = np.abs(found.loadings).argmax(axis=0)
    assert (found.loadings[largest, [0, 1]] >= 0).all()


def test_a_feature_that_is_the_same_everywhere_says_nothing():
    features = np.random.default_rng(5).normal(size=(20, 3))
    with_constant = np.insert(features, 1, 1e9 / 3, axis=1)
    one, other = principal_components(features), principal_components(with_constant)
    np.testing.assert_allclose(one.points, other.points, atol=1e-9)
    np.testing.assert_allclose(other.loadings[1], 0, atol=1e-12)
    same = principal_components(np.ones((4, 2)))
    assert (same.points == 0).all()
    assert same.shares.tolist() == [0, 0]


def test_a_window_with_a_missing_feature_lies_nowhere_and_moves_no_other():
    features = np.random.default_rng(6).normal(size=(20, 3))
    missing = np.vstack([features, [np.nan, 0, 0], [np.inf, 0, 0]])
    found = principal_components(missing)
    assert np.isnan(found.points[20:]).all()
    np.testing.assert_array_equal(found.points[:20], principal_components(features).points)


@pytest.mark.parametrize(
    ("features", "said"),
    [([1.0, 2.0], "of shape"), (np.empty((3, 0)), "of shape"), ([[1.0, 2.0]], "two windows"), ("text", "numbers")],
)
def test_what_is_no_table_of_features_is_refused(features, said):
    with pytest.raises(ek.UsageError, match=said):
        principal_components(features)
