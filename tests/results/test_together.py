"""The windows of many results in one table, ready for what counts them."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import edgekit as ek
from edgekit.classification import gathered
from tests.conftest import SEED


@pytest.fixture(scope="module")
def results():
    studio = ek.connect(sandbox="motion")
    return studio.classify([31, 71, 1])


def test_each_window_stands_under_its_sample(results):
    windows = ek.windows(results, "anomaly-gmm")
    assert list(windows.columns[:5]) == ["sample", "window", "start_ms", "end_ms", "expected"]
    assert windows["sample"].unique().tolist() == [31, 71, 1]
    for result in results:
        own = windows[windows["sample"] == result.sample.id].set_index("window")
        table = result.block("anomaly-gmm").windows()
        pd.testing.assert_frame_equal(own[list(table)], table)


def test_the_table_is_what_the_figures_of_scores_take(results):
    windows = ek.windows(results, "anomaly-gmm")
    blocks = [result.block("anomaly-gmm") for result in results]
    truth = pd.concat([block.anomalous() for block in blocks], ignore_index=True)
    swept = ek.anomaly.sweep(pd.concat([block.windows() for block in blocks], ignore_index=True), truth)
    pd.testing.assert_frame_equal(ek.anomaly.sweep(windows.assign(anomalous=truth)), swept)


def test_which_of_several_blocks_has_to_be_said(results):
    with pytest.raises(ek.UsageError, match="3 blocks"):
        ek.windows(results)
    one = ek.windows([result.block("keras") for result in results])
    assert len(one) == sum(len(result.block("keras").windows()) for result in results)


def test_no_results_have_no_windows():
    with pytest.raises(ek.UsageError, match="There are no results"):
        ek.windows([])


def test_a_block_is_found_by_its_kind_too(results):
    assert ek.windows(results, "classification").equals(ek.windows(results, "keras"))
    assert results[0].block("anomaly").type == "anomaly"  # a type before a kind


def test_labels_that_are_called_like_columns_are_labels_all_the_same():
    names = ["sample", "category", "window", "expected", "idle"]
    document = json.loads(SEED.read_text())
    block = document["classifications"][0]
    block["learnBlock"] |= {"type": "keras"}
    block["result"] = [{name: 0.8 if name == said else 0.05 for name in names} for said in names]
    block["expectedLabels"] = [{"startIndex": i, "endIndex": i, "label": name} for i, name in enumerate(names)]
    block["structuredResult"] = block["details"] = None
    block["intervalMs"] = document["windowIncreaseMs"]
    results = [ek.parse(document), ek.parse(document)]
    together = ek.windows(results)
    assert together["sample"].unique().tolist() == [results[0].sample.id]
    for windows in (together, gathered.windows(results), results[0].blocks[0].windows()):
        found = ek.classification.predictions(windows)
        assert found["predicted"].tolist() == found["expected"].tolist()
        assert found["correct"].all()
    assert results[0].blocks[0].predictions()["predicted"].tolist() == names
    confusion = ek.classification.confusion(ek.classification.predictions(together))
    assert confusion.loc["category", "category"] == 2
