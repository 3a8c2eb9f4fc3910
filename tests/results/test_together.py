"""The windows of many results in one table, ready for what counts them."""

from __future__ import annotations

import pandas as pd
import pytest

import edgekit as ek


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
