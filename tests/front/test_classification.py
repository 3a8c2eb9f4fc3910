"""The explorer of a classifier counts as edgekit.classification does: one rule in two languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from edgekit import classification

MODULES = ("classification/counts.js",)
RANDOM = np.random.default_rng(2)
LABELS = ["a", "b", "c"]
VALUES = RANDOM.dirichlet([0.8] * 3, 300)
VALUES[:5] = np.nan
EXPECTED = [None if i % 11 == 0 else LABELS[k] for i, k in enumerate(RANDOM.integers(0, 3, 300))]
WINDOWS = pd.DataFrame({"expected": pd.Series(EXPECTED, dtype="str"), **dict(zip(LABELS, VALUES.T, strict=True))})
FOUND = classification.predictions(WINDOWS)
DATA = {
    "expected": pd.Categorical(FOUND["expected"], LABELS).codes.tolist(),
    "highest": pd.Categorical(FOUND["predicted"], LABELS).codes.tolist(),
    "confidence": [None if np.isnan(p) else p for p in FOUND["probability"]],
    "id": (np.arange(300) // 30).tolist(),
}


@pytest.mark.parametrize("threshold", [0.4, 0.9])
def test_a_label_called_uncertain_has_the_last_column(call, threshold):
    named = WINDOWS.rename(columns={"c": "uncertain"}).assign(expected=WINDOWS["expected"].replace("c", "uncertain"))
    found = call(
        "(({cells, ...rest}) => ({cells: [...cells], ...rest}))(confusionAt(x[0], 3, 2, x[1]))", [DATA, threshold]
    )
    predicted = classification.predictions(named, threshold)
    assert found["cells"] == classification.confusion(predicted).to_numpy().ravel().tolist()
    assert found["right"] == predicted["correct"].sum()
    right = predicted["correct"].to_numpy(float, na_value=np.nan) == 1
    unsure = predicted["predicted"].eq("uncertain").to_numpy(bool, na_value=False) & ~right
    assert found["uncertain"] == (unsure & predicted["correct"].notna()).sum()
    for show, kept in {"right": right, "uncertain": unsure}.items():
        anything = {"threshold": threshold, "expected": -1, "predicted": -1, "label": -1, "sample": None, "show": show}
        found = call("[...filtered(x[0], 2, x[1], x[2])]", [DATA, list(range(300)), anything])
        assert found == np.flatnonzero(kept).tolist()


@pytest.mark.parametrize("threshold", [0, 0.4, 0.6, 0.95, 1])
def test_the_confusion_matrix_and_its_figures_are_pythons(call, threshold):
    found = call(
        "(({cells, ...rest}) => ({cells: [...cells], ...rest}))(confusionAt(x[0], 3, 3, x[1]))", [DATA, threshold]
    )
    predicted = classification.predictions(WINDOWS, threshold)
    assert found["cells"] == classification.confusion(predicted).to_numpy().ravel().tolist()
    judged = predicted[predicted["correct"].notna()]
    sure = judged[judged["predicted"] != "uncertain"]
    assert (found["judged"], found["uncertain"]) == (len(judged), len(judged) - len(sure))
    assert found["coverage"] == pytest.approx(len(sure) / len(judged))
    assert found["accuracy"] == (pytest.approx(float(sure["correct"].mean())) if len(sure) else None)


def test_filters_leave_the_same_windows_in_the_same_order(call):
    order = RANDOM.permutation(300).tolist()
    anything = {"threshold": 0.6, "expected": -1, "predicted": -1, "label": -1, "sample": None, "show": "all"}
    predicted = classification.predictions(WINDOWS, 0.6)
    unsure = predicted["predicted"].eq("uncertain").to_numpy(bool, na_value=False)
    correct = predicted["correct"].to_numpy(float, na_value=np.nan)
    cases = {
        "all": ({}, np.ones(300, bool)),
        "right": ({"show": "right"}, correct == 1),
        "wrong": ({"show": "wrong"}, (correct == 0) & ~unsure),
        "uncertain": ({"show": "uncertain"}, unsure),
        "label": ({"label": 1}, WINDOWS["expected"].eq("b").to_numpy(bool, na_value=False)),
        "sample": ({"sample": 3}, np.arange(300) // 30 == 3),
        "cell": (
            {"expected": 0, "predicted": 2},
            (predicted["expected"].eq("a") & predicted["predicted"].eq("c")).to_numpy(bool, na_value=False),
        ),
    }
    for chosen, kept in cases.values():
        found = call("[...filtered(x[0], 3, x[1], x[2])]", [DATA, order, anything | chosen])
        assert found == [i for i in order if kept[i]]
