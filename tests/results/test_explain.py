"""Why a window scored as it did, asked of the Studio the result came from; and which windows should be anomalies."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

import edgekit as ek
from tests.conftest import SEED as FILE

SEED: dict[str, Any] = json.loads(FILE.read_bytes())
FEATURES = [f"{axis} RMS" for axis in ("accX", "accY", "accZ", "gyrX", "gyrY", "gyrZ")]


def outcome_of(spans: list[tuple[int, int, str]] | None, count: int = 4) -> ek.BlockResult:
    """Parse the documented example with windows of ten readings, five apart, and these outcomes."""
    document = copy.deepcopy(SEED) | {"windowSizeMs": 100, "windowIncreaseMs": 50}
    document["sample"]["sample"]["intervalMs"] = 10
    block = document["classifications"][0]
    block |= {"result": [{"anomaly": 1.0}] * count, "expectedLabels": []}
    if spans is not None:
        block["expectedAnomalyOutcome"] = [{"startIndex": i, "endIndex": j, "label": word} for i, j, word in spans]
    return ek.parse(document).blocks[0]


# --- explain ----------------------------------------------------------------------------------------------------------


def test_a_gmm_block_explains_each_window_by_component_and_features(studio):
    table = studio.classify(31).block("anomaly-gmm").explain()
    assert list(table.columns) == ["score", "recomputed", "signed_score", "component", "distance", *FEATURES]
    assert table.index.name == "window"
    assert len(table) == 17
    np.testing.assert_allclose(table["recomputed"], table["score"], rtol=0, atol=1e-6)
    np.testing.assert_array_equal(table["signed_score"].abs(), table["recomputed"])
    np.testing.assert_allclose(table[FEATURES].sum(axis=1), table["distance"])


def test_a_k_means_block_explains_each_window_by_cluster_and_features(studio):
    table = studio.classify(31).block("anomaly").explain()
    assert list(table.columns) == ["score", "recomputed", "cluster", "distance", *FEATURES]
    np.testing.assert_allclose(table["recomputed"], table["score"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(table[FEATURES].sum(axis=1), table["distance"] ** 2)


def test_it_explains_the_servers_scores_as_they_came(studio):
    result = studio.classify(12)
    result.block("anomaly-gmm").raw.result[3]["anomaly"] = 99.0
    table = result.block("anomaly-gmm").explain()
    assert table.loc[3, "score"] == 99
    assert table.loc[3, "recomputed"] < 5


def test_a_block_without_anomaly_scores_has_nothing_to_explain(studio):
    with pytest.raises(ek.UsageError, match=r"Block 3 \(keras\) has no anomaly score.*5 \(anomaly-gmm"):
        studio.classify(31).block("keras").explain()


def test_a_result_from_a_file_says_whom_to_ask():
    document = copy.deepcopy(SEED)
    document["classifications"][0]["learnBlock"]["type"] = "anomaly-gmm"
    block = ek.parse(document).blocks[0]
    for ask in (block.explain, block.features):
        with pytest.raises(ek.UsageError, match=r"came from a file.*ek\.connect\(\)\.classify\(2\)\.block\(\d+\)"):
            ask()


def test_features_of_another_number_of_windows_are_an_error_that_says_what_to_do(studio):
    block = studio.classify(31).block("anomaly-gmm")
    del block.raw.result[-1]
    with pytest.raises(ek.ResponseError, match=r"17 windows.*scored 16.*Classify the sample again"):
        block.explain()


class TwoDsps:
    """A Studio whose block looks at two DSP blocks that name their features alike."""

    def features(self, sample: int, dsp: int) -> pd.DataFrame:
        return pd.DataFrame({"x RMS": [float(dsp)] * 4}, index=pd.RangeIndex(4, name="window"))

    def gmm(self, block: int) -> ek.Gmm:
        return ek.Gmm([[0, 0]], [np.eye(2)], [1], 0, 1)


def test_the_features_of_several_dsp_blocks_stand_side_by_side_in_the_blocks_order():
    block = outcome_of(None)
    block.raw.learn_block.type, block.raw.learn_block.dsp = "anomaly-gmm", [7, 3]
    block.result.source = TwoDsps()
    table = block.explain()
    assert list(table.columns[-2:]) == ["7: x RMS", "3: x RMS"]
    assert table.loc[0, ["7: x RMS", "3: x RMS"]].tolist() == [49, 9]


def test_the_features_a_block_looked_at_are_the_studios(studio):
    pd.testing.assert_frame_equal(studio.classify(31).block("keras").features(), studio.features(31, 2))


# --- rescore ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", ["anomaly-gmm", "anomaly"])
def test_every_score_of_every_sample_can_be_recomputed(studio, block):
    samples = list(studio.samples().index)
    assert len(samples) == 80
    for sample in samples:
        table = studio.rescore(block, sample)
        assert list(table.columns) == ["score", "recomputed", "difference"]
        assert table.index.name == "window"
        np.testing.assert_allclose(table["difference"], table["recomputed"] - table["score"], atol=1e-15)
        assert table["difference"].abs().max() <= 1e-6


def test_a_score_that_is_not_the_models_shows_as_a_difference(studio, monkeypatch):
    gmm = studio.gmm("anomaly-gmm")
    other = ek.Gmm(gmm.means * 1.01, gmm.covariances, gmm.weights, gmm.score_mean, gmm.score_scale, gmm.axes)
    monkeypatch.setattr(studio, "gmm", lambda block: other)
    assert studio.rescore("anomaly-gmm", 31)["difference"].abs().max() > 1e-2


def test_only_an_anomaly_block_can_be_rescored(studio):
    with pytest.raises(ek.UsageError, match="no anomaly score"):
        studio.rescore("keras", 12)


# --- anomalous --------------------------------------------------------------------------------------------------------


def test_outcomes_are_joined_to_windows():
    found = outcome_of([(0, 13, "no anomaly"), (14, 24, "anomaly")]).anomalous()
    assert (found.name, found.index.name, str(found.dtype)) == ("anomalous", "window", "boolean")
    assert found.tolist() == [False, True, True, True]


def test_outcomes_that_are_one_for_each_window_count_windows():
    assert outcome_of([(0, 2, "anomaly"), (3, 3, "no anomaly")]).anomalous().tolist() == [True, True, True, False]


@pytest.mark.parametrize("spans", [None, [], [(0, 24, "something new")]])
def test_where_the_response_does_not_say_nobody_knows(spans):
    found = outcome_of(spans).anomalous()
    assert len(found) == 4
    assert found.isna().all()


def test_no_windows_have_no_outcomes():
    found = outcome_of([(0, 24, "anomaly")], count=0).anomalous()
    assert (len(found), str(found.dtype)) == (0, "boolean")


def test_a_guess_about_outcomes_is_a_warning():
    with pytest.warns(ek.AmbiguousLabelsWarning, match="expectedAnomalyOutcome of sample 2.*neither way"):
        outcome_of([(0, 5, "anomaly"), (6, 9, "no anomaly")], count=20).anomalous()


@pytest.mark.parametrize(("sample", "anomalous"), [(1, False), (31, True)])
def test_the_sandbox_says_which_windows_should_be_anomalies(studio, sample, anomalous):
    for block in studio.classify(sample).blocks:
        assert block.anomalous().tolist() == [anomalous] * 17
