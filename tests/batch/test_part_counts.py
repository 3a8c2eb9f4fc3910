"""What is counted while a part is made gives the summary that its windows give."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import edgekit as ek
from edgekit.anomaly import store_summary
from edgekit.batch import part_counts
from edgekit.summaries import StoredPart

BLOCKS = [("classification", "keras"), ("anomaly", "anomaly"), ("anomaly", "anomaly-gmm")]


def copied(store, folder, without):
    """A copy of a store without the tables of this name."""
    shutil.copytree(store.folder, folder)
    for file in folder.glob(f"parts/*/{without}-*.parquet"):
        file.unlink()
    return ek.Store(folder)


def same(found, expected):
    for name in ("per_sample", "figures"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(expected, name), check_exact=True)
    assert found.note == expected.note


def test_a_store_without_counts_has_the_same_summaries(motion_store, project, tmp_path):
    old = copied(motion_store, tmp_path / "old", "counts")
    for kind, block in BLOCKS:
        summary = getattr(ek, kind).summary
        same(summary(motion_store, block), summary(old, block))
    meat = ek.batch.classify(project("meat"), tmp_path / "meat", [1, 2, 173])
    same(ek.regression.summary(meat), ek.regression.summary(copied(meat, tmp_path / "old meat", "counts")))


def test_a_summary_by_the_own_thresholds_reads_no_window(motion_store, tmp_path):
    store = copied(motion_store, tmp_path / "store", "none")
    for name in ("windows", "predictions"):
        for file in store.folder.glob(f"parts/*/{name}-*.parquet"):
            file.write_bytes(b"damaged")
    for kind, block in BLOCKS:
        same(getattr(ek, kind).summary(store, block), getattr(ek, kind).summary(motion_store, block))
        with pytest.raises(ek.ResponseError, match="is damaged"):
            getattr(ek, kind).summary(store, block, threshold=0.5)


def test_counts_come_out_of_their_file_as_they_were(motion_store):
    number = {block.type: block.id for block in motion_store.impulse.learn_blocks}["anomaly-gmm"]
    (file,) = motion_store.folder.glob(f"parts/*/counts-{number}.parquet")
    counts = part_counts.read(pq.read_table(file))
    (again,) = motion_store.counts_of("anomaly", number, float(counts.columns["threshold"][0]))
    assert counts.columns.keys() == again.columns.keys()
    ranks = counts.columns.pop("ranks"), again.columns.pop("ranks")
    for one, other in zip(*ranks, strict=True):
        np.testing.assert_array_equal(one, other)
    for name, values in counts.columns.items():
        np.testing.assert_array_equal(values, again.columns[name])


def stored(thresholds, truth, scores):
    """Two parts of two samples of three windows each, as a store yields what is counted of them."""
    parts = [
        StoredPart(np.array(ids), np.full(2, 3), np.array(limits), {"anomalous": np.array(flags), "anomaly": values})
        for ids, limits, flags, values in zip([[2, 4], [1, 3]], thresholds, truth, scores, strict=True)
    ]
    return SimpleNamespace(
        parts_of=lambda *_: iter(parts),
        counts_of=lambda kind, block, limit: (store_summary.counts(part, limit) for part in parts),
    )


def test_normal_and_anomalous_windows_of_one_sample_are_told_apart():
    truth = [[1, 0, -1, 0, 0, 1], [1, 1, 0, 0, 1, 0]]
    scores = np.random.default_rng(0).lognormal(size=(2, 6))
    scores[1, 4] = np.nan
    found = ek.anomaly.summary(stored([[1.0] * 2] * 2, truth, scores))
    flat, flags = scores.ravel(), np.ravel(truth)
    normal, anomalous = flat[flags == 0], flat[(flags == 1) & ~np.isnan(flat)]
    assert found.figures["value"]["auroc"] == np.mean(anomalous[:, None] > normal)
    assert found.per_sample.sort_index()["known"].tolist() == [3, 2, 2, 3]


def test_samples_without_a_threshold_are_judged_by_that_of_the_others():
    scores = np.arange(12.0).reshape(2, 6)
    truth = np.zeros((2, 6), int)
    found = ek.anomaly.summary(stored([[np.nan, 4.0], [4.0, np.nan]], truth, scores))
    assert found.per_sample["above"].to_dict() == {1: 3, 2: 0, 3: 3, 4: 1}
    with pytest.raises(ek.UsageError, match=r"several thresholds \(3.0, 4.0\)"):
        ek.anomaly.summary(stored([[3.0, 4.0], [4.0, 3.0]], truth, scores))
