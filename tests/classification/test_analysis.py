"""Confusion, report, calibration, sweep and doubtful labels, with scikit-learn's and cleanlab's arithmetic as judge."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support

import edgekit as ek
from edgekit import classification
from edgekit.classification import (
    calibration,
    calibration_error,
    confusion,
    label_issues,
    predictions,
    report,
    store_summary,
    sweep,
)
from edgekit.results import sample_verdict
from edgekit.summaries import Coded, StoredPart
from tests.labels_result import labelled_result

LABELS = ["a", "b", "c", "d"]


def drawn(seed: int, windows: int = 400, known: int = 3) -> pd.DataFrame:
    """Draw windows of labels of which the model knows the first few."""
    random = np.random.default_rng(seed)
    values = random.dirichlet([0.7] * known, windows)
    truth = [LABELS[i] for i in random.integers(0, len(LABELS), windows)]
    columns = dict(zip(LABELS, values.T, strict=False))
    return pd.DataFrame({"sample": random.integers(0, 12, windows), "expected": truth, **columns})


def right(windows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    found = predictions(windows)
    return found["probability"].to_numpy(float), found["correct"].to_numpy(bool)


# --- the judge is scikit-learn ----------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.4, 0.6, 0.9]), st.integers(1, 4))
def test_confusion_and_report_are_scikit_learns(seed, threshold, known):
    found = predictions(drawn(seed, known=known), threshold)
    labels = sorted({*found["expected"], *found["predicted"]} - {"uncertain"})
    judge = confusion_matrix(found["expected"], found["predicted"], labels=[*labels, "uncertain"])
    matrix = confusion(found)
    assert list(matrix.index) == labels
    assert list(matrix.columns) == [*labels, "uncertain"]
    np.testing.assert_array_equal(matrix, judge[:-1])
    of_each = precision_recall_fscore_support(
        found["expected"], found["predicted"], labels=labels, zero_division=np.nan
    )
    np.testing.assert_allclose(report(found).T, np.array(of_each, float), rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.integers(1, 20))
def test_calibration_is_scikit_learns_curve(seed, bins):
    windows = drawn(seed)
    confidence, correct = right(windows)
    share, mean = calibration_curve(correct, confidence, n_bins=bins)
    curve = calibration(windows, bins)
    filled = curve[curve["windows"] > 0]
    np.testing.assert_allclose(filled["right"], share, rtol=0, atol=1e-12)
    np.testing.assert_allclose(filled["probability"], mean, rtol=0, atol=1e-12)
    assert curve["windows"].sum() == len(windows)
    weights = filled["windows"] / len(windows)
    assert calibration_error(windows, bins) == pytest.approx(float((weights * abs(share - mean)).sum()), abs=1e-12)


def test_every_row_of_a_sweep_is_what_predictions_say_at_that_threshold():
    windows = drawn(3, 60)
    windows.loc[:4, LABELS[:3]] = [0.5, 0.3, 0.2]  # ties
    swept = sweep(windows)
    assert swept["threshold"].is_monotonic_increasing
    assert swept["threshold"].is_unique
    for threshold, coverage, accuracy in swept.itertuples(index=False):
        found = predictions(windows, threshold)
        sure = found[found["predicted"] != "uncertain"]
        assert coverage == pytest.approx(len(sure) / len(found), abs=1e-12)
        assert accuracy == pytest.approx(float(sure["correct"].mean()), abs=1e-12)


# --- edges ------------------------------------------------------------------------------------------------------------


def test_windows_without_a_label_or_a_prediction_are_left_out_and_counted():
    columns = {"a": [0.9, 0.9, np.nan, 0.2], "b": [0.1, 0.1, np.nan, 0.8]}
    windows = pd.DataFrame({"expected": ["a", None, "b", "a"], **columns})
    matrix = confusion(predictions(windows))
    assert matrix.to_numpy().tolist() == [[1, 1, 0], [0, 0, 0]]
    assert matrix.attrs == {"left_out": 2}
    assert calibration(windows)["windows"].sum() == 2
    assert sweep(windows)["coverage"].tolist() == [1, 0.5]


def test_one_label_only_is_a_matrix_of_one_row():
    matrix = confusion(predictions(pd.DataFrame({"expected": ["a", "a"], "a": [0.9, 0.3]}), 0.5))
    assert matrix.to_numpy().tolist() == [[1, 1]]
    assert list(matrix.columns) == ["a", "uncertain"]


def test_a_label_called_uncertain_shares_the_last_column():
    table = pd.DataFrame({"expected": ["uncertain", "a", "b"], "predicted": ["uncertain", "uncertain", "b"]})
    matrix = confusion(table)
    assert list(matrix.index) == list(matrix.columns) == ["a", "b", "uncertain"]
    assert matrix.to_numpy().tolist() == [[0, 0, 1], [0, 1, 0], [0, 0, 1]]


def test_what_is_uncertain_is_right_in_every_figure_where_that_is_what_it_should_be():
    result = labelled_result(60, 3, last="uncertain")
    (block,) = result.blocks
    found = block.predictions()
    same = (found["expected"] == found["predicted"]).to_numpy(bool)
    assert found["correct"].tolist() == same.tolist()
    matrix, figures = confusion(found), report(found)
    assert list(matrix.columns) == list(matrix.index) == ["label 0", "label 1", "uncertain"]
    right = matrix.loc["uncertain", "uncertain"]
    most_probable = block.predictions(0)
    assert right > (most_probable["correct"] & most_probable["predicted"].eq("uncertain")).sum() > 0
    assert figures.loc["uncertain", "precision"] == right / matrix["uncertain"].sum()
    assert figures.loc["uncertain", "recall"] == right / matrix.loc["uncertain"].sum()
    summary = classification.summary(result)
    assert summary.figures["value"]["accuracy"] == same.mean() == np.diag(matrix).sum() / 60
    assert summary.figures["value"]["balanced_accuracy"] == pytest.approx(figures["recall"].mean(), abs=1e-12)
    assert summary.per_sample["uncertain"].tolist() == [matrix["uncertain"].sum() - right]
    assert sample_verdict.table({1: result})["right"].tolist() == [same.sum()]
    part = StoredPart(np.array([1]), np.array([60]), np.array([0.6]), stored(found, most_probable))
    for threshold in (None, 0.6):
        summed = store_summary.summed([store_summary.counts(part, threshold)])
        assert summed.counts.right.sum() == same.sum()
        assert summed.counts.uncertain.tolist() == summary.per_sample["uncertain"].tolist()
        assert summed.counts.figures()["f1"].value == summary.figures["value"]["f1"]


def stored(found, most_probable):
    """Return predictions as the columns of a store's part."""
    named = {
        "expected": found["expected"],
        "predicted": found["predicted"],
        "most_probable": most_probable["predicted"],
    }
    coded = {name: pd.factorize(column) for name, column in named.items()}
    texts = {name: Coded(codes.astype(np.int32), list(names)) for name, (codes, names) in coded.items()}
    category = Coded(np.array([0], np.int32), ["testing"])
    return texts | {"probability": found["probability"].to_numpy(), "category": category}


def test_no_window_is_uncertain_without_a_threshold_and_every_value_has_its_row_in_a_sweep():
    windows = pd.DataFrame({"expected": ["a", "a", "a"], "a": [-np.inf, -1.0, np.inf], "b": [-np.inf, -0.5, np.inf]})
    assert predictions(windows)["predicted"].tolist() == ["a", "b", "a"]
    assert sweep(windows).to_numpy().tolist() == [[-np.inf, 1.0, 2 / 3], [-0.5, 2 / 3, 0.5], [np.inf, 1 / 3, 1.0]]


def test_probabilities_beyond_their_range_count_in_the_outer_bins():
    windows = pd.DataFrame({"expected": ["a", "a", "a"], "a": [1.5, -0.5, 0.5], "b": [0.0, -1.0, 0.25]})
    curve = calibration(windows, 2)
    assert curve["windows"].tolist() == [2, 1]
    assert curve["probability"].tolist() == [0.0, 1.5]


@pytest.mark.parametrize("function", [calibration, calibration_error, label_issues, sweep])
def test_without_any_expected_label_there_is_nothing_to_judge(function):
    with pytest.raises(ek.UsageError, match="None of 2 windows"):
        function(pd.DataFrame({"expected": pd.Series([None, None], dtype="str"), "a": [0.9, 0.3]}))


@pytest.mark.parametrize("function", [confusion, report])
def test_nothing_to_compare_is_said(function):
    for table in (predictions(pd.DataFrame({"expected": [None], "a": [0.9]})), predictions(pd.DataFrame({"a": []}))):
        with pytest.raises(ek.UsageError, match="nothing to compare"):
            function(table)
    with pytest.raises(ek.UsageError, match=r"no column \['predicted'\]"):
        function(pd.DataFrame({"expected": ["a"]}))


@pytest.mark.parametrize("bins", [0, -1, 2.5, "ten", 10**9, True])
def test_bins_are_a_moderate_whole_number(bins):
    with pytest.raises(ek.UsageError, match="bins"):
        calibration(drawn(1), bins)


def test_several_keys_are_refused_with_how_to_take_one():
    table = pd.DataFrame({"key": ["x", "y"], "expected": ["a", "b"], "predicted": ["a", "b"]})
    with pytest.raises(ek.UsageError, match=r"predictions\['key'\] == 'x'"):
        confusion(table)


def test_lists_of_labels_are_no_labels():
    windows = pd.DataFrame({"expected": [["a"], ["b"]], "predicted": ["a", "b"], "a": [0.9, 0.1]})
    for function in (predictions, confusion, calibration, label_issues, sweep):
        with pytest.raises(ek.UsageError, match="one label a window"):
            function(windows)


@pytest.mark.parametrize("function", [predictions, calibration, label_issues, sweep])
def test_windows_of_a_block_that_never_saw_a_label_are_told_as_such(function):
    with pytest.raises(ek.UsageError, match=r"no column of probabilities.*never saw a label"):
        function(pd.DataFrame({"start_ms": [0, 1], "expected": ["a", "b"]}))


@pytest.mark.parametrize("function", [predictions, calibration, calibration_error, label_issues, sweep])
def test_a_table_of_predictions_is_not_taken_for_probabilities(function):
    with pytest.raises(ek.UsageError, match=r"table of predictions.*block\.windows\(\)"):
        function(predictions(drawn(1)))


@pytest.mark.parametrize("function", [predictions, confusion, calibration, label_issues, sweep])
def test_numbers_are_no_labels(function):
    windows = pd.DataFrame({"expected": [17.0, np.nan], "predicted": [17.5, 18.0], "value": [17.5, 18.0]})
    with pytest.raises(ek.UsageError, match=r"this is a regression\. ek\.regression\.errors"):
        function(windows)


def test_whole_numbers_may_be_names_of_labels():
    windows = pd.DataFrame([[0.9, 0.1], [0.2, 0.8]]).assign(expected=[0, 0])
    assert predictions(windows)["correct"].tolist() == [True, False]
    assert confusion(predictions(windows)).to_numpy().tolist() == [[1, 1, 0], [0, 0, 0]]


def test_a_sample_without_a_name_is_a_sample_as_well():
    issues = label_issues(pd.DataFrame({"sample": [np.nan, 1.0], "expected": ["a", "a"], "a": [0.9, 0.1]}))
    assert issues["quality"].tolist() == [0.1, 0.9]


@pytest.mark.parametrize("function", [predictions, calibration, calibration_error, label_issues, sweep])
def test_columns_may_be_named_by_anything_but_no_two_alike(function):
    windows = pd.DataFrame({"expected": [True, False], True: [0.9, 0.2], False: [0.1, 0.8]})
    named = windows.rename(columns=str)
    found = [function(table) for table in (windows, named)]
    assert found[0].equals(found[1]) if isinstance(found[0], pd.DataFrame) else found[0] == found[1]
    with pytest.raises(ek.UsageError, match="several columns of probabilities for 'True'"):
        function(pd.concat([windows, named[["True"]]], axis=1))


# --- doubtful labels --------------------------------------------------------------------------------------------------


def test_quality_is_the_mean_probability_of_the_given_label():
    windows = drawn(5, known=4)
    issues = label_issues(windows)
    assert list(issues.columns) == ["sample", "given", "suggested", "quality"]
    assert issues.attrs == {"merged": "windows of a sample with the same label"}
    assert len(issues) == len(windows[["sample", "expected"]].drop_duplicates())
    for sample, label, suggested, quality in issues.itertuples(index=False):
        of = windows[(windows["sample"] == sample) & (windows["expected"] == label)]
        assert quality == pytest.approx(of[label].mean(), abs=1e-12)
        assert suggested == of[LABELS].mean().idxmax()
    assert issues["quality"].is_monotonic_increasing


def test_the_sample_may_be_a_level_of_the_index():
    windows = drawn(5, known=4)
    windows["sample"] = windows["sample"].sort_values().to_numpy()
    levels = windows.assign(window=windows.groupby("sample").cumcount()).set_index(["sample", "window"])
    pd.testing.assert_frame_equal(label_issues(levels), label_issues(windows))
    alone = label_issues(levels.rename_axis(index=["id", "window"]))
    assert sorted(alone["sample"]) == sorted(levels.index)


def test_one_window_a_sample_has_cleanlabs_self_confidence():
    windows = drawn(6, 50, known=4).drop(columns="sample")
    issues = label_issues(windows)
    values = windows[LABELS].to_numpy()
    own = values[np.arange(50), [LABELS.index(label) for label in windows["expected"]]]  # cleanlab's definition
    assert issues["sample"].tolist() == np.argsort(own, kind="stable").tolist()
    np.testing.assert_allclose(issues["quality"], np.sort(own), rtol=0, atol=1e-12)


def test_a_label_that_the_model_does_not_know_is_not_doubted():
    issues = label_issues(pd.DataFrame({"sample": [1, 2], "expected": ["new", "b"], "a": [0.9, 0.8], "b": [0.1, 0.2]}))
    assert issues["sample"].tolist() == [2, 1]
    assert np.isnan(issues["quality"][1])


def test_samples_the_model_was_trained_on_are_refused_with_the_reason_unless_told():
    windows = drawn(7).assign(category="testing")
    windows.loc[windows["sample"] == 3, "category"] = "training"
    with pytest.raises(ek.UsageError, match=r"1 of these samples are in the training set.*training=True"):
        label_issues(windows)
    assert 3 in label_issues(windows, training=True)["sample"].tolist()
    assert 3 not in label_issues(windows[windows["category"] != "training"])["sample"].tolist()


# --- results in place of tables ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def results(studio):
    return studio.classify([1, 41, 51, 71])


def test_results_give_what_their_tables_give(results):
    blocks = [result.block("keras") for result in results]
    table = pd.concat([block.predictions() for block in blocks])
    pd.testing.assert_frame_equal(confusion(results), confusion(table))
    pd.testing.assert_frame_equal(report(results), report(blocks))
    windows = ek.windows(results, "keras")
    pd.testing.assert_frame_equal(sweep(results), sweep(windows))
    with pytest.raises(ek.UsageError, match="training set"):
        label_issues(results)
    with pytest.raises(ek.UsageError, match="training set"):
        label_issues(windows)
    assert label_issues(results[1:])["sample"].tolist()[-1] == 71  # badminton: the model does not know it


def test_a_summary_has_samples_worst_first_and_figures_over_samples(results):
    summary = classification.summary(results)
    assert summary.per_sample.index.tolist()[0] == 71
    assert summary.per_sample.loc[71, ["expected", "right", "windows"]].tolist() == ["badminton", 0, 17]
    found = pd.concat([result.block("keras").predictions() for result in results])
    figures = summary.figures["value"]
    assert figures["accuracy"] == pytest.approx(found["correct"].mean(), abs=1e-12)
    expected, predicted = found["expected"].astype(object), found["predicted"].astype(object)
    with pytest.warns(UserWarning, match="not in y_true") if set(predicted) - set(expected) else np.errstate():
        judge = balanced_accuracy_score(expected, predicted)
    assert figures["balanced_accuracy"] == pytest.approx(judge, abs=1e-12)
    labels = sorted({*expected, *predicted} - {"uncertain"})
    macro = f1_score(expected, predicted, labels=labels, average="macro", zero_division=np.nan)
    assert figures["f1"] == pytest.approx(macro, abs=1e-12)
    windows = ek.windows(results, "keras")
    assert figures["calibration_error"] == pytest.approx(calibration_error(windows), abs=1e-12)
    assert (summary.figures["low"] <= figures).all()
    doubting = classification.summary(results, threshold=0.999).figures["value"]
    assert doubting["calibration_error"] == figures["calibration_error"]
    assert doubting["uncertain"] > figures["uncertain"]
    assert "trained on 1 of these samples" in summary.note


def test_structured_labels_are_summed_up_key_by_key():
    from tests.results.test_predictions import label_maps

    summary = classification.summary(label_maps())
    assert list(summary.per_sample["key"]) == ["activity", "place"]
    assert summary.per_sample["accuracy"].tolist() == [0.5, 1.0]
    assert summary.figures.loc["activity: accuracy", "value"] == 0.5
    assert summary.figures.loc["place: f1", "value"] == 1.0
    assert summary.figures["low"].isna().all()
    assert repr(summary).startswith("<Summary of 1 sample ")


def test_a_key_of_which_nothing_is_known_leaves_the_others_their_figures():
    from tests.results.test_predictions import label_maps

    scores = [{"activity": {"walk": None, "run": None}, "place": {"belt": 0.9, "wrist": 0.1}}] * 2
    summary = classification.summary(label_maps(labelMapScores=scores))
    assert summary.figures.loc["place: accuracy", "value"] == 1
    assert summary.figures.filter(like="activity", axis=0)["value"].isna().all()
    assert summary.per_sample.set_index("key")["windows"].to_dict() == {"place": 2, "activity": 0}
    assert summary.note == "In no figure: 2 windows without an expected or a predicted label."
    unlabelled = label_maps(expectedLabels=[])
    with pytest.raises(ek.UsageError, match="None of 2 windows has both"):
        classification.summary(unlabelled)


def test_structured_labels_of_several_keys_are_not_mixed_up():
    from tests.results.test_predictions import label_maps

    results, how = [label_maps(), label_maps()], r"a label for each of 2 keys.*ek\.windows\(results, key='activity'\)"
    for function in (calibration, label_issues, sweep):
        for source in (results, ek.windows(results), results[0].windows()):
            with pytest.raises(ek.UsageError, match=how):
                function(source)
    with pytest.raises(ek.UsageError, match=how):
        confusion(results)
    found = confusion(predictions(ek.windows(results, key="activity")))
    assert found.to_numpy().sum() == 4
    assert set(found.index) == {"run", "walk"}


def test_a_summary_without_expected_labels_is_refused():
    from tests.results.test_windows import response

    block = response({"result": [{"a": 0.9}], "expectedLabels": []}, sample={"label": ""}).blocks[0]
    with pytest.raises(ek.UsageError, match="nothing to sum up"):
        classification.summary(block)
