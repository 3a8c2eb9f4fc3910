"""Which label a window is given: highest probability, ties, thresholds, labels that the model does not know."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score

import edgekit as ek
from edgekit.classification import predictions


def windows(expected: list[str | None], **labels: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"expected": pd.Series(expected, dtype="str"), **labels})


def test_the_highest_probability_decides_and_below_the_threshold_a_window_is_uncertain():
    given = windows(["a", "a", "b"], a=[0.9, 0.55, 0.3], b=[0.1, 0.45, 0.7])
    found = predictions(given, threshold=0.6)
    assert found["predicted"].tolist() == ["a", "uncertain", "b"]
    assert found["probability"].tolist() == [0.9, 0.55, 0.7]
    assert found["correct"].tolist() == [True, False, True]
    assert predictions(given)["predicted"].tolist() == ["a", "a", "b"]


def test_a_probability_at_the_threshold_is_not_below_it():
    assert predictions(windows(["a"], a=[0.6], b=[0.4]), 0.6)["predicted"].tolist() == ["a"]


def test_of_equal_probabilities_the_first_column_is_taken_also_where_they_do_not_sum_to_one():
    found = predictions(windows(["b", "a"], b=[0.7, 0.2], a=[0.7, 0.2]))
    assert found["predicted"].tolist() == ["b", "b"]
    assert found["probability"].tolist() == [0.7, 0.2]


def test_what_is_missing_stays_missing():
    found = predictions(windows(["a", None, "a"], a=[np.nan, 0.9, np.nan], b=[np.nan, 0.1, 0.4]), 0.3)
    assert found["predicted"].isna().tolist() == [True, False, False]
    assert found["predicted"].tolist()[1:] == ["a", "b"]
    assert np.isnan(found["probability"][0])
    assert found["correct"].isna().tolist() == [True, True, False]
    assert found["correct"][2] == False  # noqa: E712


def test_a_label_that_the_model_does_not_know_is_never_right():
    assert predictions(windows(["new"], a=[1.0]))["correct"].tolist() == [False]


def test_one_label_and_no_windows_are_tables_as_well():
    assert predictions(windows(["a"], a=[0.2]))["predicted"].tolist() == ["a"]
    empty = predictions(windows([], a=[]))
    assert list(empty.columns) == ["expected", "predicted", "probability", "correct"]
    assert empty.empty


def test_accuracy_is_scikit_learns():
    random = np.random.default_rng(0)
    values = random.dirichlet([1, 1, 1], 500)
    truth = random.choice(["x", "y", "z"], 500)
    found = predictions(windows(list(truth), **dict(zip("xyz", values.T.tolist(), strict=True))))
    assert found["correct"].mean() == accuracy_score(truth, np.array(list("xyz"))[values.argmax(axis=1)])


def test_sample_category_and_times_stay_beside_and_are_no_labels():
    given = windows(["a"], a=[0.8]).assign(sample=4.0, category="testing", start_ms=0.0, end_ms=100.0, anomaly=9.0)
    found = predictions(given)
    assert list(found.columns[:4]) == ["sample", "category", "start_ms", "end_ms"]
    assert found["predicted"].tolist() == ["a"]


@pytest.mark.parametrize("threshold", [-0.1, 1.1, 5, np.nan, "0.5", True])
def test_a_threshold_is_a_probability(threshold):
    with pytest.raises(ek.UsageError, match="threshold takes numbers"):
        predictions(windows(["a"], a=[0.8]), threshold)


@pytest.mark.parametrize("table", [None, [0.5], pd.DataFrame({"expected": ["a"]}), pd.DataFrame({"a": ["x"]})])
def test_a_table_without_probabilities_is_refused(table):
    with pytest.raises(ek.UsageError):
        predictions(table)
