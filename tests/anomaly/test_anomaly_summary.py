"""Many samples of an anomaly block: which are worst, and figures whose intervals are over samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

import edgekit as ek


@dataclass
class Block:
    """What an anomaly block says of one sample."""

    found: list[float]
    truth: list[bool | None]
    threshold: float | None = 1.0
    kind: str = "anomaly"
    id: int = 5
    sample: Any = field(default_factory=lambda: SimpleNamespace(id=3))

    def scores(self) -> pd.DataFrame:
        return pd.DataFrame({"anomaly": self.found})

    def anomalous(self) -> pd.Series[Any]:
        return pd.Series(self.truth, dtype="boolean")


CASE = {
    1: Block([0.2, 0.5], [False, False]),
    2: Block([0.2, 4.0, 0.3], [False, False, True]),
    3: Block([4.0, 5.0], [True, True]),
    4: Block([3.0], [None]),
    5: Block([np.nan, 0.1], [False, False]),
}


def test_samples_with_the_largest_share_of_wrong_windows_come_first():
    table = ek.anomaly.summary(CASE).per_sample
    assert table.index.tolist() == [2, 3, 4, 1, 5]
    assert table.index.name == "sample"
    assert table.loc[2].to_dict() == {
        "windows": 3, "above": 1, "share": 1 / 3, "highest": 4, "anomalous": 1, "false_alarms": 1, "missed": 1,
        "known": 3,
    }  # fmt: skip
    assert pd.isna(table.loc[4, "anomalous"])
    assert table.loc[5, "windows"] == 1


def test_figures_are_of_the_windows_whose_truth_is_known():
    figures = ek.anomaly.summary(CASE).figures
    assert figures["value"].to_dict() == pytest.approx(
        {
            "above": 4 / 9,
            "false_alarm_rate": 1 / 5,
            "recall": 2 / 3,
            "precision": 2 / 3,
            "f1": 2 / 3,
            "auroc": 12.5 / 15,
        }
    )
    assert (figures["low"] <= figures["value"]).all()
    assert (figures["high"] >= figures["value"]).all()


def test_the_auroc_is_scikit_learns_ties_included():
    random = np.random.default_rng(2)
    scores, truth = random.integers(0, 9, 200).astype(float), random.random(200) < 0.3
    cut = {i: Block(scores[i::10].tolist(), truth[i::10].tolist()) for i in range(10)}
    found = ek.anomaly.summary(cut).figures.loc["auroc"]
    assert found["value"] == pytest.approx(roc_auc_score(truth, scores), abs=1e-12)
    assert found["low"] < found["value"] < found["high"]


def test_the_rates_and_their_intervals_are_those_of_rates():
    random = np.random.default_rng(3)
    scores, truth = random.random(300), random.random(300) < 0.4
    samples = np.repeat(np.arange(20), 15)
    cut = {i: Block(scores[samples == i].tolist(), truth[samples == i].tolist(), 0.6) for i in range(20)}
    expected = ek.anomaly.rates(scores, truth, threshold=0.6, samples=samples)
    found = ek.anomaly.summary(cut).figures
    for rate in ("false_alarm_rate", "recall"):
        assert found.loc[rate, "value"] == pytest.approx(expected.loc[rate, "value"], abs=1e-12)
        assert found.loc[rate, ["low", "high"]].to_numpy() == pytest.approx(
            expected.loc[rate, ["low", "high"]], abs=0.05
        )


def test_without_truth_the_shares_above_remain_and_the_note_says_why():
    summed = ek.anomaly.summary({1: Block([0.2, 4.0], [None, None]), 2: Block([0.2, 0.1], [None, None])})
    assert summed.per_sample.index.tolist() == [1, 2]
    assert summed.figures["value"].notna().to_dict()["above"]
    assert summed.figures["value"].drop("above").isna().all()
    assert "Nothing says" in summed.note


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ({1: Block([0.2], [None], None)}, "without a threshold"),
        ({1: Block([0.2], [None], 1.0), 2: Block([0.2], [None], 2.0)}, "several thresholds"),
        ({1: Block([np.nan], [None])}, "None of these windows"),
        ({1: Block([], [])}, "None of these windows"),
    ],
)
def test_what_cannot_be_summed_up_is_told(results, said):
    with pytest.raises(ek.UsageError, match=said):
        ek.anomaly.summary(results)


def test_model_testing_and_a_list_of_results_are_summed_up_alike(studio):
    ids = studio.samples("testing").index[:6]
    results = studio.classify(ids)
    one = ek.anomaly.summary(results, "anomaly-gmm")
    other = ek.anomaly.summary(SimpleNamespace(results=dict(zip(ids, results, strict=True))), "anomaly-gmm")
    pd.testing.assert_frame_equal(one.per_sample, other.per_sample)
    pd.testing.assert_frame_equal(one.figures, other.figures)
    assert repr(one).startswith("<Summary of 6 samples · above ")


def test_a_block_without_scores_is_refused(studio):
    with pytest.raises(ek.UsageError, match="no anomaly score"):
        ek.anomaly.summary(studio.classify([1]), "keras")
