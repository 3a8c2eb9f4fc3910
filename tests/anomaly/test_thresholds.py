"""Sweeps, rates and suggested thresholds: against scikit-learn window by window, and what is said where they fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

import edgekit as ek
from edgekit.anomaly import rates, suggest_threshold, sweep

COLUMNS = ["threshold", "precision", "recall", "f1", "balanced_accuracy", "false_alarm_rate"]
NAN = float("nan")
# few distinct scores, so that ties are common
SCORES = st.integers(-3, 3).map(float) | st.floats(-3, 3)
WINDOWS = st.lists(st.tuples(SCORES, st.booleans()), min_size=1, max_size=40)
moderately = settings(max_examples=80)


def split(windows: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([score for score, _ in windows], float), np.array([truth for _, truth in windows], bool)


def project(recordings: int = 20, windows: int = 10, seed: int = 0) -> pd.DataFrame:
    """Return a project's table as pd.concat makes it: the last quarter of the recordings anomalous, and each recording
    with a level of its own, so that its windows are not independent."""
    random = np.random.default_rng(seed)
    tables = {}
    for sample in range(recordings):
        odd = sample >= recordings * 3 / 4
        scores = random.normal(4 * odd) + 0.3 * random.normal(size=windows)
        tables[100 + sample] = pd.DataFrame({"anomaly": scores, "anomalous": pd.array([odd] * windows, "boolean")})
    return pd.concat(tables, names=["sample", "window"])


# --- the sweep --------------------------------------------------------------------------------------------------------


def test_a_sweep_has_a_row_for_each_threshold_at_which_something_changes():
    table = sweep([1, 3, 2, 3], [False, True, False, True])
    assert list(table.columns) == COLUMNS
    assert table["threshold"].tolist() == [1, 2, 3]
    assert table["precision"].tolist()[:2] == [2 / 3, 1]
    assert table["recall"].tolist() == [1, 1, 0]
    assert table["false_alarm_rate"].tolist() == [0.5, 0, 0]


@given(WINDOWS)
@moderately
def test_every_row_is_what_scikit_learn_says_of_the_windows_above(windows):
    scores, truth = split(windows)
    table = sweep(scores, truth)
    assert table["threshold"].tolist() == sorted(set(scores))
    for row in table.itertuples():
        above = scores > row.threshold
        expected = metrics.precision_recall_fscore_support(truth, above, average="binary", zero_division=np.nan)[:3]
        np.testing.assert_allclose([row.precision, row.recall, row.f1], expected)
        if 0 < truth.sum() < len(truth):
            np.testing.assert_allclose(row.balanced_accuracy, metrics.balanced_accuracy_score(truth, above))
            np.testing.assert_allclose(row.false_alarm_rate, above[~truth].mean())


def test_the_curves_are_those_of_scikit_learn():
    table = project(seed=3)
    truth = table["anomalous"].to_numpy(bool)
    rate, recall, _ = metrics.roc_curve(truth, table["anomaly"], drop_intermediate=False)
    found = sweep(table)
    np.testing.assert_allclose(found["recall"], recall[::-1][1:])
    np.testing.assert_allclose(found["false_alarm_rate"], rate[::-1][1:])


def test_windows_without_score_or_truth_are_left_out():
    table = sweep([1, NAN, 2, 3, 9], [False, True, True, None, pd.NA])
    assert table["threshold"].tolist() == [1, 2]


@pytest.mark.parametrize(
    "truth",
    [
        [True, False, None],
        np.array([1.0, 0.0, NAN]),
        pd.array([True, False, None], dtype="boolean"),
        pd.Series([True, False, NAN], dtype=object),
    ],
)
def test_truth_may_be_anything_that_is_true_false_or_missing(truth):
    assert sweep([2, 1, 5], truth)["threshold"].tolist() == [1, 2]


def test_without_anomalous_windows_there_is_only_a_false_alarm_rate():
    table = sweep([1, 2], [False, False])
    assert table["false_alarm_rate"].tolist() == [0.5, 0]
    np.testing.assert_array_equal(table["precision"], [0, NAN])
    np.testing.assert_array_equal(table["f1"], [0, NAN])
    assert table[["recall", "balanced_accuracy"]].isna().all(axis=None)


def test_without_normal_windows_every_alarm_is_right():
    table = sweep([1, 2], [True, True])
    assert table["recall"].tolist() == [0.5, 0]
    np.testing.assert_array_equal(table["precision"], [1, NAN])
    assert table[["false_alarm_rate", "balanced_accuracy"]].isna().all(axis=None)


@pytest.mark.parametrize("scores", [[], [NAN, NAN]])
def test_nothing_to_sweep_is_an_empty_table_with_the_same_columns(scores):
    table = sweep(scores, [True, False][: len(scores)])
    assert list(table.columns) == COLUMNS
    assert len(table) == 0


def test_an_infinite_score_is_the_highest_of_all():
    table = sweep([1, np.inf, -np.inf], [False, True, False])
    assert table["threshold"].tolist() == [-np.inf, 1, np.inf]
    assert table["recall"].tolist() == [1, 1, 0]


def test_one_window_is_one_row():
    assert sweep([-0.4], [True])["recall"].tolist() == [0]


@pytest.mark.parametrize(
    ("scores", "truth", "words"),
    [
        ([1, 2], [True], "shapes"),
        ([[1, 2]], [[True, False]], "True, False or missing|shapes"),
        (["a"], [True], "table of numbers"),
        ([1], ["anomaly"], "True, False or missing"),
        ([1], [2], "True, False or missing"),
        (pd.DataFrame({"score": [1]}), [True], "no column 'anomaly'"),
        ([1], None, "needs the truth"),
        (pd.Series([1, 2]), pd.Series([True, False], index=[1, 0]), "different indices"),
    ],
)
def test_what_cannot_be_swept_is_a_usage_error(scores, truth, words):
    with pytest.raises(ek.UsageError, match=words):
        sweep(scores, truth)


# --- a suggestion -----------------------------------------------------------------------------------------------------


@given(WINDOWS, st.floats(0, 1))
@moderately
def test_a_quantile_is_numpys_of_the_normal_windows(windows, quantile):
    scores, truth = split(windows)
    if truth.all():
        return
    found = suggest_threshold(scores, truth, quantile=quantile)
    np.testing.assert_allclose(found.threshold, np.quantile(scores[~truth], quantile), atol=1e-12)


@given(WINDOWS, st.sampled_from(["f1", "balanced_accuracy"]))
@moderately
def test_no_threshold_is_better_than_the_best(windows, by):
    scores, truth = split(windows)
    if truth.all() or not truth.any():
        return
    score = metrics.f1_score if by == "f1" else metrics.balanced_accuracy_score
    best = max(score(truth, scores > threshold) for threshold in scores)
    threshold = suggest_threshold(scores, truth, by=by).threshold
    assert score(truth, scores > threshold) == pytest.approx(best)


@given(WINDOWS, st.floats(0, 20))
@moderately
def test_a_budget_is_kept_and_no_lower_threshold_would_keep_it(windows, per_hour):
    scores, truth = split(windows)
    if truth.all():
        return
    normal = scores[~truth]
    hours = len(normal) * 600_000 / 3_600_000

    def alarms(threshold: float) -> float:
        return (normal > threshold).sum() / hours

    found = suggest_threshold(scores, truth, by="false_alarms", per_hour=per_hour, increase_ms=600_000)
    assert alarms(found.threshold) <= per_hour * (1 + 1e-6)
    assert all(
        alarms(lower) > per_hour
        for lower in scores
        if lower < found.threshold and alarms(lower) > alarms(found.threshold)
    )
    assert found.rates.loc["false_alarms_per_hour", "value"] == pytest.approx(alarms(found.threshold))


def test_a_threshold_lies_half_way_between_two_scores():
    assert suggest_threshold([1, 2, 4], [False, False, True], by="f1").threshold == 3
    budget = {"by": "false_alarms", "per_hour": 0, "increase_ms": 500}
    assert suggest_threshold([1, 2, 4], [False, False, True], **budget).threshold == 3
    assert suggest_threshold([1, np.inf], [False, True], by="f1").threshold == 1


def test_without_truth_every_window_is_normal_and_a_note_says_so():
    found = suggest_threshold([1.0, 2.0, 3.0], quantile=0.5)
    assert found.threshold == 2
    assert np.isnan(found.recall)
    assert any("No truth" in note for note in found.notes)


def test_negative_scores_are_scores():
    assert suggest_threshold([-3.0, -2.0, -1.0], quantile=0.5).threshold == -2


def test_one_window_is_its_own_quantile():
    assert suggest_threshold([1.5]).threshold == 1.5


@pytest.mark.parametrize("by", ["f1", "balanced_accuracy"])
@pytest.mark.parametrize("truth", [[True, True], [False, False], [None, None], None])
def test_a_best_place_needs_both_kinds_of_windows(by, truth):
    with pytest.raises(ek.UsageError, match="normal and anomalous windows with a score, and there are"):
        suggest_threshold([1, 2], truth, by=by)


@pytest.mark.parametrize("scores", [[], [NAN]])
def test_without_a_score_there_is_no_threshold(scores):
    with pytest.raises(ek.UsageError, match="there are 0 normal and 0 anomalous"):
        suggest_threshold(scores)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"by": "luck"}, "quantile, f1, balanced_accuracy, false_alarms"),
        ({"quantile": 1.5}, "between 0 and 1"),
        ({"level": 1}, "between 0 and 1"),
        ({"by": "false_alarms", "per_hour": 1}, "increase_ms"),
        ({"by": "false_alarms", "increase_ms": 500}, "per_hour"),
        ({"by": "false_alarms", "per_hour": -1, "increase_ms": 500}, "not negative"),
        ({"samples": [1]}, "one sample for each"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(options, words):
    with pytest.raises(ek.UsageError, match=words):
        suggest_threshold([1, 2], [False, True], **options)


# --- how sure ---------------------------------------------------------------------------------------------------------


def test_the_interval_is_that_of_recordings_drawn_anew():
    table = project(12)
    found = suggest_threshold(table, quantile=0.9, resamples=400, seed=5)
    normal = table[~table["anomalous"]]["anomaly"]
    groups = [group.to_numpy() for _, group in normal.groupby("sample")]
    random = np.random.default_rng(1)
    drawn = []
    for _ in range(2000):  # as many normal recordings as a draw of all twelve happens to have
        count = max(random.binomial(12, 9 / 12), 1)
        drawn.append(np.quantile(np.concatenate([groups[i] for i in random.integers(9, size=count)]), 0.9))
    np.testing.assert_allclose(found.interval, np.quantile(drawn, [0.025, 0.975]), atol=0.15)


def test_windows_that_are_taken_for_independent_make_it_look_surer_than_it_is():
    table = project(30, 40)
    honest = suggest_threshold(table).interval
    naive = suggest_threshold(table, samples=np.arange(len(table))).interval
    assert honest[1] - honest[0] > 2 * (naive[1] - naive[0])


def test_the_interval_holds_what_it_promises():
    """Of 100 projects, the interval of the median covers the true one in about 95: binomial, three deviations."""
    hits = 0
    for seed in range(100):
        low, high = suggest_threshold(project(80, 5, seed), quantile=0.5, resamples=200, seed=seed).interval
        hits += low <= 0 <= high  # recordings' levels and noise are symmetric about 0
    assert hits >= 88


def test_the_same_seed_gives_the_same_interval_and_another_seed_another_one():
    table = project()
    assert suggest_threshold(table).interval == suggest_threshold(table).interval
    assert suggest_threshold(table).interval != suggest_threshold(table, seed=1).interval


def test_the_samples_come_from_the_index_or_from_an_argument():
    table = project()
    flat = table.reset_index()
    given = suggest_threshold(flat["anomaly"], flat["anomalous"], samples=flat["sample"])
    assert given.interval == suggest_threshold(table).interval
    assert given.interval == suggest_threshold(table["anomaly"], table["anomalous"]).interval


def test_without_samples_there_is_no_interval_and_a_note_says_so():
    found = suggest_threshold([1, 2, 3], [False, False, True])
    assert found.interval is None
    assert found.rates[["low", "high", "samples"]].isna().all(axis=None)
    assert any("No intervals" in note and "samples=" in note for note in found.notes)


def test_one_sample_leaves_nothing_to_draw():
    found = suggest_threshold([1, 2], [False, True], samples=[7, 7])
    assert found.interval is None
    assert any("one sample" in note for note in found.notes)


def test_few_samples_are_a_note():
    assert any("rest on 4 samples" in note for note in suggest_threshold(project(4)).notes)


def test_draws_of_one_kind_only_are_counted_and_left_out():
    found = suggest_threshold(project(4), by="f1")
    assert found.interval is not None
    assert any("draws had no normal or no anomalous window" in note for note in found.notes)


def test_a_budget_that_the_recordings_are_too_short_for_is_a_note():
    found = suggest_threshold(project(), by="false_alarms", per_hour=1, increase_ms=500)
    assert any("longer recordings are needed" in note for note in found.notes)
    assert any("does not make it zero" in note for note in found.notes)


# --- rates ------------------------------------------------------------------------------------------------------------


def test_rates_are_shares_of_the_windows_above_a_threshold():
    table = rates([1, 5, 5, 9], [False, False, True, True], threshold=5, increase_ms=1800_000)
    assert list(table.columns) == ["value", "low", "high", "windows", "samples"]
    assert table["value"].to_dict() == {"false_alarm_rate": 0, "recall": 0.5, "false_alarms_per_hour": 0}
    assert rates([1, 9], [False, False], threshold=5, increase_ms=1800_000)["value"].tolist()[::2] == [0.5, 1]


def test_a_suggestion_has_the_rates_of_its_threshold():
    table = project()
    found = suggest_threshold(table, by="balanced_accuracy")
    pd.testing.assert_frame_equal(found.rates, rates(table, threshold=found.threshold))
    assert (found.false_alarm_rate, found.recall) == tuple(found.rates["value"])


def test_the_interval_of_a_rate_is_that_of_the_share_when_recordings_are_drawn_anew():
    table = project(40, seed=2)
    found = rates(table, threshold=0.8, resamples=2000).loc["false_alarm_rate"]
    above = (table[~table["anomalous"]]["anomaly"] > 0.8).groupby("sample").mean()
    random = np.random.default_rng(0)
    drawn = [random.choice(above, len(above)).mean() for _ in range(4000)]
    np.testing.assert_allclose(found[["low", "high"]].astype(float), np.quantile(drawn, [0.025, 0.975]), atol=0.03)
    assert (found["windows"], found["samples"]) == (300, 30)


def test_rates_of_no_windows_are_not_a_number():
    assert rates([], [], threshold=1)["value"].isna().all()
    assert rates([], [], threshold=1)["windows"].tolist() == [0, 0]


def test_a_threshold_that_is_no_number_is_a_usage_error():
    with pytest.raises(ek.UsageError, match="not a number"):
        rates([1], [True], threshold=NAN)


# --- what is shown ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [repr, lambda found: found._repr_html_()])
def test_a_suggestion_tells_threshold_interval_rates_and_notes(form):
    text = form(suggest_threshold(project(), by="false_alarms", per_hour=400, increase_ms=500))
    for words in (
        "at most 400 false alarms an hour",
        "95%",
        "false alarm rate",
        "recall",
        "150 windows",
        " to ",
        "other samples",
    ):
        assert words in text


def test_a_suggestion_without_intervals_says_so():
    assert "no interval" in repr(suggest_threshold([1, 2]))


# --- the sandbox's project --------------------------------------------------------------------------------------------


def test_a_whole_projects_table_gives_a_threshold_near_the_blocks_own(studio):
    blocks = [result.blocks[0] for result in studio.classify(studio.samples("testing").index, block="anomaly-gmm")]
    tables: dict[int, Any] = {b.sample.id: b.windows().assign(anomalous=b.anomalous()) for b in blocks}
    windows = pd.concat(tables, names=["sample", "window"])
    found = suggest_threshold(windows, quantile=0.95)
    low, high = found.interval
    assert low < blocks[0].threshold < high
    assert found.false_alarm_rate == pytest.approx(0.05, abs=0.005)
    assert found.recall > 0.95
    assert found.rates["windows"].tolist() == [510, 340]
    assert found.rates["samples"].tolist() == [30, 20]


def test_the_table_of_an_explorer_brings_its_samples_along():
    table = pd.DataFrame({"sample": np.repeat([4, 5, 6], 20), "anomaly": np.linspace(0, 3, 60), "anomalous": False})
    by_column = suggest_threshold(table)
    by_level = suggest_threshold(table.set_index("sample", append=True))
    assert by_column.interval == by_level.interval
    assert by_column.interval is not None


def test_without_any_truth_it_says_where_to_get_it():
    with pytest.raises(ek.UsageError, match=r"assign\(anomalous=block\.anomalous\(\)\)"):
        suggest_threshold(pd.DataFrame({"anomaly": [1.0, 2.0]}), by="f1")
