"""Anomaly scores: the mixture against SciPy and scikit-learn, counts, and segments against a plain reference."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import mahalanobis
from scipy.special import logsumexp
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

import edgekit as ek
from edgekit import anomaly

SEEDS = st.integers(0, 2**32 - 1)
quickly = settings(max_examples=60)


def parameters(seed: int, components: int, features: int) -> dict[str, Any]:
    """Draw a mixture whose covariances are well conditioned and correlated."""
    random = np.random.default_rng(seed)
    roots = random.normal(size=(components, features, features))
    return {
        "means": random.normal(scale=3, size=(components, features)),
        "covariances": roots @ roots.swapaxes(1, 2) + 0.3 * np.eye(features),
        "weights": random.dirichlet(np.full(components, 5.0)),
        "score_mean": random.normal(-10, 3),
        "score_scale": random.uniform(0.5, 4),
    }


def gmm(**changes: Any) -> ek.Gmm:
    """Return two standard normal components over two features, ten apart."""
    plain = {"means": [[0, 0], [10, 0]], "covariances": [np.eye(2)] * 2, "weights": [0.5, 0.5]}
    return ek.Gmm(**plain | {"score_mean": -3.0, "score_scale": 1.0} | changes)


def log_likelihood(of: dict[str, Any], x: np.ndarray) -> np.ndarray:
    parts = [
        np.log(weight) + np.atleast_1d(multivariate_normal(mean, covariance).logpdf(x))
        for mean, covariance, weight in zip(of["means"], of["covariances"], of["weights"], strict=True)
    ]
    return logsumexp(parts, axis=0)


# --- the score --------------------------------------------------------------------------------------------------------


@given(SEEDS, st.integers(1, 5), st.integers(1, 6))
@quickly
def test_the_score_is_that_of_scipys_normal_distributions(seed, components, features):
    of = parameters(seed, components, features)
    x = np.random.default_rng(seed).normal(scale=4, size=(20, features))
    z = (log_likelihood(of, x) - of["score_mean"]) / of["score_scale"]
    np.testing.assert_allclose(ek.Gmm(**of).score(x), np.abs(z), rtol=1e-9, atol=1e-9)


@given(SEEDS, st.integers(1, 5), st.integers(1, 8))
@quickly
def test_solving_with_the_cholesky_roots_gives_what_the_inverses_give_to_the_twelfth_digit(seed, components, features):
    of = parameters(seed, components, features)
    x = np.random.default_rng(seed).normal(scale=4, size=(20, features))
    gap, precision = x[:, None] - of["means"], np.linalg.inv(of["covariances"])
    distance = np.einsum("wki,kij,wkj->wk", gap, precision, gap)
    log_det = np.linalg.slogdet(of["covariances"])[1]
    joint = np.log(of["weights"]) - 0.5 * (features * np.log(2 * np.pi) + log_det + distance)
    mixture, nearest = ek.Gmm(**of), joint.argmax(axis=1)
    np.testing.assert_allclose(mixture.log_likelihood(x), logsumexp(joint, axis=1), rtol=1e-12, atol=1e-12)
    table, rows = mixture.explain(x), np.arange(len(x))
    shares = gap[rows, nearest] * np.einsum("wij,wj->wi", precision[nearest], gap[rows, nearest])
    assert table["component"].tolist() == nearest.tolist()
    scale = np.abs(shares).sum(axis=1).max()
    np.testing.assert_allclose(table.iloc[:, 2:].to_numpy(), shares, rtol=1e-12, atol=1e-12 * scale)


@pytest.mark.parametrize("apart", [1e-3, 1e-6, 1e-9])
def test_features_that_hardly_differ_have_the_distance_that_fractions_give(apart):
    alike = 1 - apart
    mixture = gmm(means=[[0, 0]], covariances=[[[1, alike], [alike, 1]]], weights=[1.0])
    x = np.random.default_rng(0).normal(size=(50, 2))
    r, points = Fraction(alike), [(Fraction(a), Fraction(b)) for a, b in x.tolist()]
    exact = [float((a + b) ** 2 / (2 * (1 + r)) + (a - b) ** 2 / (2 * (1 - r))) for a, b in points]
    np.testing.assert_allclose(mixture.explain(x)["distance"], exact, rtol=4 * np.finfo(float).eps / apart)


@pytest.mark.parametrize("components", [1, 3, 8])
def test_the_score_is_that_of_a_mixture_which_scikit_learn_trained(components):
    x = np.random.default_rng(components).normal(size=(400, 5)) * [1, 2, 3, 4, 5]
    trained = GaussianMixture(components, random_state=0).fit(x)
    usual = trained.score_samples(x)
    ours = ek.Gmm(trained.means_, trained.covariances_, trained.weights_, usual.mean(), usual.std())
    np.testing.assert_allclose(ours.log_likelihood(x), usual, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.score(x), np.abs((usual - usual.mean()) / usual.std()), rtol=1e-9, atol=1e-9)


def test_lists_as_the_api_sends_them_will_do():
    of = parameters(1, 2, 3)
    x = np.ones((1, 3))
    as_lists = {name: np.asarray(value).tolist() for name, value in of.items()}
    np.testing.assert_array_equal(ek.Gmm(**as_lists).score(x.tolist()), ek.Gmm(**of).score(x))


@given(SEEDS)
@quickly
def test_the_score_is_the_size_of_the_signed_score(seed):
    mixture = ek.Gmm(**parameters(seed, 3, 3))
    x = np.random.default_rng(seed).normal(scale=5, size=(30, 3))
    np.testing.assert_array_equal(mixture.score(x), np.abs(mixture.signed_score(x)))


def test_less_likely_than_usual_is_positive_and_more_likely_negative():
    near, far = gmm().signed_score([[0, 0], [5, 5]])
    assert near < 0 < far


def test_the_score_grows_with_the_distance():
    assert (np.diff(gmm().signed_score([[0, y] for y in range(20)])) > 0).all()


def test_what_is_far_away_still_has_a_finite_score():
    assert np.isfinite(gmm().score([[1e100, -1e100]])).all()


def test_a_window_with_a_missing_feature_has_no_score():
    assert np.isnan(gmm().score([[np.nan, 0], [0, 0]])).tolist() == [True, False]


def test_no_windows_have_no_scores():
    assert gmm().score(np.empty((0, 2))).shape == (0,)
    assert len(gmm().explain(np.empty((0, 2)))) == 0


def test_a_mixture_shows_its_size():
    assert repr(gmm()) == "<Gmm of 2 components over 2 features>"


def test_a_component_of_weight_zero_counts_for_nothing():
    one = gmm(means=[[0, 0]], covariances=[np.eye(2)], weights=[1.0])
    assert gmm(weights=[1.0, 0.0]).score([[1, 2]]) == one.score([[1, 2]])


# --- why a window scores as it does -----------------------------------------------------------------------------------


@given(SEEDS, st.integers(1, 4), st.integers(1, 5))
@quickly
def test_the_shares_of_the_features_sum_to_the_mahalanobis_distance(seed, components, features):
    of = parameters(seed, components, features)
    x = np.random.default_rng(seed).normal(scale=4, size=(10, features))
    table = ek.Gmm(**of).explain(x)
    for (_, row), window in zip(table.iterrows(), x, strict=True):
        k = int(row["component"])
        distance = mahalanobis(window, of["means"][k], np.linalg.inv(of["covariances"][k])) ** 2
        np.testing.assert_allclose([row["distance"], row.iloc[2:].sum()], distance, rtol=1e-9, atol=1e-9)


@given(SEEDS, st.integers(2, 4))
@quickly
def test_the_component_that_answers_is_the_most_probable_one(seed, components):
    of = parameters(seed, components, 3)
    x = np.random.default_rng(seed).normal(scale=4, size=(10, 3))
    each = [
        np.log(of["weights"][k]) + multivariate_normal(of["means"][k], of["covariances"][k]).logpdf(x)
        for k in range(components)
    ]
    assert ek.Gmm(**of).explain(x)["component"].tolist() == np.argmax(each, axis=0).tolist()


def test_a_feature_that_alone_is_off_has_all_of_the_distance():
    table = gmm().explain([[0, 3]])
    assert table.to_dict("list") == {"component": [0], "distance": [9], "feature 0": [0], "feature 1": [9]}
    assert table.index.name == "window"


def test_the_features_keep_the_names_of_the_table():
    table = gmm().explain(pd.DataFrame({"accX RMS": [1.0], "accY RMS": [2.0]}))
    assert list(table.columns) == ["component", "distance", "accX RMS", "accY RMS"]


# --- axes: the mixture sees some of the features ----------------------------------------------------------------------

WIDE = pd.DataFrame({"a": [1.0, 5.0], "b": [2.0, 6.0], "c": [3.0, 7.0], "d": [4.0, 8.0]})


@pytest.mark.parametrize("axes", [(0, 1), (1, 3), (3, 0)])
@pytest.mark.parametrize("form", [pd.DataFrame, np.asarray, lambda table: table.to_numpy().tolist()])
def test_the_mixtures_features_are_picked_from_a_wider_table(axes, form):
    mixture = gmm(covariances=[np.diag([1, 4])] * 2, axes=axes)
    np.testing.assert_array_equal(mixture.score(form(WIDE)), mixture.score(WIDE.to_numpy()[:, axes]))


def test_an_explanation_names_the_picked_features():
    assert list(gmm(axes=(3, 0)).explain(WIDE).columns[2:]) == ["d", "a"]
    assert list(gmm(axes=(3, 0)).explain(WIDE.to_numpy()).columns[2:]) == ["feature 3", "feature 0"]


def test_features_that_are_picked_already_are_taken_as_they_are():
    mixture = gmm(axes=(1, 3))
    np.testing.assert_array_equal(mixture.score(WIDE[["b", "d"]]), mixture.score(WIDE))


# --- what does not fit is a usage error -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"covariances": [np.eye(2)]},
        {"covariances": np.ones((2, 2))},
        {"covariances": [np.eye(3)] * 2},
        {"weights": [1.0]},
        {"means": [[0, 0, 0], [1, 1, 1]]},
        {"axes": (0,)},
        {"axes": (0, 1, 2)},
        {"axes": ()},
        {"covariances": [np.eye(2), -np.eye(2)]},
        {"covariances": [np.eye(2), np.zeros((2, 2))]},
        {"covariances": [np.eye(2), [[1, 2], [2, 1]]]},
    ],
)
def test_parts_that_make_no_mixture_are_usage_errors(changes):
    with pytest.raises(ek.UsageError):
        gmm(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"means": np.zeros((1, 2, 2))},
        {"covariances": [[1], [1, 2]]},
        {"weights": ["a", "b"]},
        {"covariances": [np.eye(2), np.full((2, 2), np.nan)]},
        {"score_scale": 0.0},
        {"weights": [1.5, -0.5]},
    ],
)
def test_parts_that_are_no_numbers_or_make_no_score_are_usage_errors(changes):
    with pytest.raises(ek.UsageError):
        gmm(**changes)


@pytest.mark.parametrize(
    "features", [[0, 0], [[0]], [[0, 0, 0]], np.zeros((1, 1, 2)), pd.DataFrame({"a": [1.0]}), [], 5]
)
def test_features_of_another_shape_are_usage_errors(features):
    with pytest.raises(ek.UsageError, match=r"Expected features of shape \(windows, 2\), got"):
        gmm().score(features)


def test_a_table_too_narrow_for_the_axes_is_a_usage_error_that_names_them():
    with pytest.raises(ek.UsageError, match=r"columns \[1, 5\]"):
        gmm(axes=(1, 5)).score(WIDE)


@pytest.mark.parametrize("features", [[["a", "b"]], [[1, 2], [3]]])
def test_features_that_are_no_table_of_numbers_are_usage_errors(features):
    with pytest.raises(ek.UsageError):
        gmm().score(features)


# --- counts -----------------------------------------------------------------------------------------------------------


def test_each_labels_windows_above_the_threshold_are_counted():
    table = anomaly.per_label([1, 9, 8, 2, 7], ["wave", "idle", "idle", "wave", "wave"], 5)
    assert table.index.tolist() == ["wave", "idle"]  # in order of first appearance
    assert table["windows"].tolist() == [3, 2]
    assert table["above"].tolist() == [1, 2]
    assert table["share"].tolist() == [1 / 3, 1]


def test_a_score_at_the_threshold_is_not_above_it():
    assert anomaly.per_label([5], ["a"], 5)["above"].tolist() == [0]


def test_windows_without_a_score_are_not_counted():
    assert anomaly.per_label([1, np.nan, 9], ["a", "a", "b"], 5)["windows"].tolist() == [1, 1]


def test_no_windows_make_an_empty_table():
    assert list(anomaly.per_label([], [], 5).columns) == ["windows", "above", "share"]


@pytest.mark.parametrize(("scores", "labels"), [(3.0, ["a"]), ([[1, 2], [3, 4]], list("abcd")), ([[1]], [["a"]])])
def test_scores_and_labels_of_another_shape_are_refused(scores, labels):
    with pytest.raises(ek.UsageError, match="shape"):
        anomaly.per_label(scores, labels, 5)


@given(st.lists(st.tuples(st.floats(-5, 5) | st.just(np.nan), st.sampled_from("abc"))), st.floats(-5, 5))
def test_counts_add_up(pairs, threshold):
    scores, labels = [score for score, _ in pairs], [label for _, label in pairs]
    table = anomaly.per_label(scores, labels, threshold)
    assert table["windows"].sum() == sum(not np.isnan(score) for score in scores)
    assert table["above"].sum() == sum(score > threshold for score in scores)


def test_windows_without_a_label_are_a_group_of_their_own():
    assert anomaly.per_label([1, 9], [None, "a"], 5)["windows"].sum() == 2


def test_scores_and_labels_that_do_not_match_are_a_usage_error():
    with pytest.raises(ek.UsageError):
        anomaly.per_label([1, 2, 3], ["a", "b"], 5)


# --- segments ---------------------------------------------------------------------------------------------------------


def table_of(scores: list[float], size: float = 100, increase: float = 100) -> pd.DataFrame:
    start = np.arange(len(scores)) * increase
    return pd.DataFrame({"start_ms": start, "end_ms": start + size, "anomaly": np.array(scores, float)})


def test_windows_that_touch_or_overlap_make_one_segment():
    touching = anomaly.segments(table_of([0, 5, 7, 0]), 1)
    assert touching.to_dict("list") == {"start_ms": [100], "end_ms": [300], "peak": [7], "windows": [2]}
    overlapping = anomaly.segments(table_of([5, 0, 6], size=250), 1)
    assert overlapping.to_dict("list") == {"start_ms": [0], "end_ms": [450], "peak": [6], "windows": [2]}


def test_windows_apart_make_segments_of_their_own():
    found = anomaly.segments(table_of([5, 0, 6]), 1)
    assert found.to_dict("list") == {"start_ms": [0, 200], "end_ms": [100, 300], "peak": [5, 6], "windows": [1, 1]}


def test_a_score_at_the_threshold_or_missing_makes_no_segment():
    assert len(anomaly.segments(table_of([1, np.nan]), 1)) == 0


def test_no_segments_are_an_empty_table_with_the_same_columns():
    for scores in ([], [0.0], [np.nan]):
        assert list(anomaly.segments(table_of(scores), 1).columns) == ["start_ms", "end_ms", "peak", "windows"]


def test_segments_of_another_column():
    table = table_of([0, 0]).assign(idle=[0.9, 0.1])
    assert anomaly.segments(table, 0.5, score="idle")["windows"].tolist() == [1]


@pytest.mark.parametrize("missing", ["start_ms", "end_ms", "anomaly"])
def test_a_table_without_what_is_needed_is_a_usage_error_that_names_it(missing):
    with pytest.raises(ek.UsageError, match=f"no column \\['{missing}'\\]"):
        anomaly.segments(table_of([1.0]).drop(columns=missing), 0)


def test_segments_leave_the_table_as_it_was():
    table = table_of([0, 5])
    before = table.copy()
    anomaly.segments(table, 1)
    pd.testing.assert_frame_equal(table, before)


SCORES = st.lists(st.floats(0, 10) | st.just(np.nan), max_size=40)


@given(SCORES, st.floats(0, 10), st.integers(1, 50), st.integers(1, 50))
def test_segments_are_apart_in_order_and_cover_exactly_the_windows_above(scores, threshold, size, increase):
    table = table_of(scores, size, increase)
    found = anomaly.segments(table, threshold)
    assert (found["end_ms"].iloc[:-1].to_numpy() < found["start_ms"].iloc[1:].to_numpy()).all()
    above = table[table["anomaly"] > threshold]
    covered = {ms for start, end in found[["start_ms", "end_ms"]].to_numpy() for ms in range(start, end)}
    assert covered == {ms for start, end in above[["start_ms", "end_ms"]].to_numpy(int) for ms in range(start, end)}
    for segment in found.itertuples():
        inside = above[(above["start_ms"] >= segment.start_ms) & (above["end_ms"] <= segment.end_ms)]
        assert (segment.windows, segment.peak) == (len(inside), inside["anomaly"].max())
    assert found["windows"].sum() == len(above)


@given(SCORES, st.floats(0, 10), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(scores, threshold, random):
    table = table_of(scores, size=30, increase=20)
    order = random.sample(range(len(scores)), len(scores))
    pd.testing.assert_frame_equal(anomaly.segments(table.iloc[order], threshold), anomaly.segments(table, threshold))


def test_a_component_stands_for_the_label_that_most_of_its_windows_have():
    found = anomaly.parts([1, 1, 1, 0, 0, 3], ["walk", "run", "run", "idle", "walk", None])
    assert found.loc[1].tolist() == [3, "run", 2]
    assert found.loc[0].tolist() == [2, "idle", 1]  # of two labels equally frequent the first by name
    assert found.loc[3, "windows"] == 1
    assert pd.isna(found.loc[3, "label"])
    with pytest.raises(ek.UsageError, match="one label for each window, got 1 for 2"):
        anomaly.parts([0, 1], ["walk"])
