"""The clusters of a K-means anomaly block: against scikit-learn and SciPy, and what makes none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans as Trained
from sklearn.preprocessing import StandardScaler

import edgekit as ek
from edgekit.anomaly import KMeans

SEEDS = st.integers(0, 2**32 - 1)
quickly = settings(max_examples=60)
WIDE = pd.DataFrame({"a": [1.0, 5.0], "b": [2.0, 6.0], "c": [3.0, 7.0], "d": [4.0, 8.0]})


def clusters(**changes: Any) -> KMeans:
    """Return a cluster of radius 1 at the origin and one of radius 6 ten to its right; features are in hundreds."""
    plain = {"centers": [[0, 0], [10, 0]], "radii": [1, 6], "mean": [0, 0], "scale": [100, 100]}
    return KMeans(**plain | changes)


def drawn(seed: int, n: int, m: int) -> tuple[KMeans, np.ndarray]:
    random = np.random.default_rng(seed)
    model = KMeans(
        random.normal(scale=3, size=(n, m)), random.uniform(0, 2, n), random.normal(size=m), random.uniform(0.1, 9, m)
    )
    return model, random.normal(scale=20, size=(15, m))


# --- the score --------------------------------------------------------------------------------------------------------


def test_the_score_is_negative_inside_a_cluster_and_zero_on_its_edge():
    assert clusters().score([[0, 0], [0, 100], [0, 300]]).tolist() == [-1, 0, 2]


@given(SEEDS, st.integers(1, 6), st.integers(1, 5))
@quickly
def test_the_score_is_the_distance_to_the_nearest_edge(seed, n, m):
    model, x = drawn(seed, n, m)
    edges = cdist((x - model.mean) / model.scale, model.centers) - model.radii
    np.testing.assert_allclose(model.score(x), edges.min(axis=1), rtol=1e-12, atol=1e-12)
    assert model.explain(x)["cluster"].tolist() == edges.argmin(axis=1).tolist()


def test_clusters_that_scikit_learn_trained_hold_all_their_training_windows():
    x = np.random.default_rng(0).normal(size=(300, 4)) * [1, 10, 100, 1000]
    scaler = StandardScaler().fit(x)
    trained = Trained(5, n_init=1, random_state=0).fit(scaler.transform(x))
    distance = trained.transform(scaler.transform(x)).min(axis=1)
    radii = [distance[trained.labels_ == k].max() for k in range(5)]
    model = KMeans(trained.cluster_centers_, radii, scaler.mean_, scaler.scale_)
    assert model.score(x).max() == pytest.approx(0, abs=1e-9)
    assert (model.score(x * 10) > 0).mean() > 0.8


def test_a_window_with_a_missing_feature_has_no_score():
    assert np.isnan(clusters().score([[np.nan, 0], [0, 0]])).tolist() == [True, False]
    assert np.isnan(clusters().explain([[np.nan, 0]])["distance"][0])


def test_no_windows_have_no_scores():
    assert clusters().score(np.empty((0, 2))).shape == (0,)
    assert len(clusters().explain(np.empty((0, 2)))) == 0


# --- why a window scores as it does -----------------------------------------------------------------------------------


def test_the_cluster_that_answers_is_the_one_whose_edge_is_nearest():
    table = clusters().explain([[450, 0]])  # nearer to the first centre, inside the second cluster
    assert table.to_dict("list") == {"cluster": [1], "distance": [5.5], "feature 0": [30.25], "feature 1": [0]}
    assert table.index.name == "window"


@given(SEEDS, st.integers(1, 6), st.integers(1, 5))
@quickly
def test_the_shares_sum_to_the_square_of_the_distance_which_is_score_and_radius(seed, n, m):
    model, x = drawn(seed, n, m)
    table = model.explain(x)
    np.testing.assert_allclose(table.iloc[:, 2:].sum(axis=1), table["distance"] ** 2)
    np.testing.assert_allclose(table["distance"] - model.radii[table["cluster"]], model.score(x), atol=1e-12)


@pytest.mark.parametrize("axes", [(0, 1), (1, 3), (3, 0)])
@pytest.mark.parametrize("form", [pd.DataFrame, np.asarray])
def test_the_features_are_picked_from_a_wider_table(axes, form):
    np.testing.assert_array_equal(clusters(axes=axes).score(form(WIDE)), clusters().score(WIDE.to_numpy()[:, axes]))


def test_an_explanation_names_the_picked_features():
    assert list(clusters(axes=(3, 0)).explain(WIDE).columns) == ["cluster", "distance", "d", "a"]


@pytest.mark.parametrize("model", [clusters(), ek.Gmm([[0, 0]], [np.eye(2)], [1], 0, 1)], ids=["clusters", "mixture"])
def test_a_feature_called_like_a_column_before_it_is_kept_apart(model):
    table = model.explain(pd.DataFrame({"distance": [1.0], "score": [2.0]}))
    assert list(table.columns)[1:] == ["distance", "distance_share", "score_share"]


# --- what does not fit is a usage error -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"centers": []},
        {"centers": [0, 0]},
        {"centers": [[0, 0, 0], [1, 1, 1]]},
        {"centers": [[0, 0], [np.nan, 0]]},
        {"radii": [1]},
        {"radii": [1, -1]},
        {"radii": ["a", "b"]},
        {"mean": [0]},
        {"scale": [1, 0]},
        {"scale": [1, np.inf]},
        {"axes": (0,)},
        {"axes": (0, -1)},
        {"centers": np.empty((1, 0)), "radii": [1], "mean": [], "scale": [], "axes": (0,)},
    ],
)
def test_parts_that_make_no_clusters_are_usage_errors(changes):
    with pytest.raises(ek.UsageError):
        clusters(**changes)


def test_features_of_another_shape_are_a_usage_error_that_names_what_was_expected():
    with pytest.raises(ek.UsageError, match=r"Expected features of shape \(windows, 2\).*columns \[1, 5\]"):
        clusters(axes=(1, 5)).score(WIDE)


def test_clusters_show_their_size():
    assert repr(clusters()) == "<KMeans of 2 clusters over 2 features>"


# --- the Studio's -----------------------------------------------------------------------------------------------------


def test_the_studios_clusters_score_every_window_as_the_server_does(studio):
    model = studio.kmeans("anomaly")
    assert repr(model) == "<KMeans of 8 clusters over 6 features>"
    scores = studio.classify(31).block("anomaly").windows()["anomaly"]
    np.testing.assert_allclose(model.score(studio.features(31, 2)), scores, rtol=0, atol=1e-6)


def test_clusters_are_only_for_k_means_blocks(studio):
    with pytest.raises(ek.UsageError, match="no K-means block"):
        studio.kmeans("anomaly-gmm")
    with pytest.raises(ek.StudioError, match="no anomaly block"):
        studio.kmeans(3)


def test_clusters_that_make_no_sense_are_the_servers_fault(studio, monkeypatch):
    metadata = studio.anomaly_metadata(4)
    metadata.scale = [0.0] * 6
    monkeypatch.setattr("edgekit.studio.impulse_calls.anomaly_metadata", lambda calls, block: metadata)
    with pytest.raises(ek.ResponseError, match=r"anomaly/4/metadata: .* at \$\.clusters: .*above 0"):
        studio.kmeans(4)
