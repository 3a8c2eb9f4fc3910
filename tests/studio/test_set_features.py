"""Features of a whole set: from the sandbox over HTTP, and from servers that answer otherwise."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

import edgekit as ek
from edgekit.studio.feature_calls import read_npy
from tests.wire.test_answers import answering

LABELS = {"success": True, "labels": ["one", "two", "three", "four"]}
VALUES = np.arange(12.0).reshape(3, 4)


def graph(axes, order=(0, 1, 2), **more):
    rows = [
        {
            "X": {str(axis): VALUES[i, axis] for axis in dict.fromkeys(axes)},
            "y": 1,
            "yLabel": "idle",
            "sample": {"id": 7 - i // 2, "name": "a", "startMs": 500 * i, "endMs": 500 * i + 1000},
        }
        for i in order
    ]
    return {"success": True, "totalSampleCount": 3, "data": rows, "skipFirstFeatures": 0} | more


def npy(values) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


REFUSED = {"success": False, "error": "no such file"}


@pytest.mark.parametrize("category", ["training", "testing"])
def test_it_is_the_features_of_every_sample_of_the_set(studio, category):
    found = studio.set_features(category)
    assert list(found.windows) == ["sample", "window", "start_ms", "end_ms", "label"]
    assert found.windows["sample"].unique().tolist() == studio.samples(category).index.tolist()
    for sample in found.windows["sample"].unique()[::7]:
        rows = found.windows["sample"] == sample
        alone = studio.features(sample, found.dsp)
        np.testing.assert_allclose(found.values[rows], alone, rtol=1e-6)
        assert list(found.values) == list(alone)
        windows = studio.classify(sample, "anomaly-gmm").blocks[0].windows()
        assert found.windows.loc[rows, "window"].tolist() == windows.index.tolist()
        assert found.windows.loc[rows, "start_ms"].tolist() == windows["start_ms"].tolist()
        assert found.windows.loc[rows, "label"].tolist() == windows["expected"].tolist()


def test_another_impulse_has_other_windows_and_features(studio):
    assert len(studio.set_features("training", impulse=2)) > len(studio.set_features("training"))


def test_rows_come_by_sample_and_time_in_whichever_order_the_server_has_them():
    with answering(LABELS, graph([0, 1, 2], (2, 1, 0)), npy(VALUES[::-1].astype("f4"))) as (studio, _):
        found = studio.set_features(dsp=3)
    assert found.windows[["sample", "window", "start_ms"]].values.tolist() == [[6, 0, 1000], [7, 0, 0], [7, 1, 500]]
    assert found.values.to_numpy().tolist() == VALUES[[2, 0, 1]].tolist()
    assert repr(found) == "<Features of 3 windows of 2 samples in training · 4 features of DSP block 3>"


@pytest.mark.parametrize(
    "file",
    [REFUSED, npy(VALUES[:2]), npy(VALUES[[1, 0, 2]]), npy(np.array(["a"])), b"\x93NUMPY", b"none", npy(VALUES)[:-1]],
    ids=["none", "other windows", "another order", "texts", "cut", "no NumPy", "short"],
)
def test_without_a_file_that_fits_features_are_asked_for_three_at_a_time(file):
    with answering(LABELS, graph([0, 1, 2]), file, graph([3])) as (studio, _):
        found = studio.set_features(dsp=3)
    assert found.values.to_numpy().tolist() == VALUES[[2, 0, 1]].tolist()
    assert list(found.values) == LABELS["labels"]


def test_a_server_that_gives_other_windows_each_time_is_refused():
    with (
        answering(LABELS, graph([0, 1, 2]), REFUSED, graph([3], (0, 2, 1))) as (studio, _),
        pytest.raises(ek.ResponseError, match="other windows than the first"),
    ):
        studio.set_features(dsp=3)


def test_what_the_studio_puts_before_the_features_is_left_out():
    shifted = graph([0, 1, 2])
    for row in shifted["data"]:
        row["X"] = {str(int(axis) + 3): value for axis, value in row["X"].items()}
    with answering(LABELS, graph([0, 1, 2], skipFirstFeatures=3), shifted, npy(VALUES)) as (studio, _):
        assert studio.set_features(dsp=3).values.to_numpy().tolist() == VALUES[[2, 0, 1]].tolist()


def test_a_part_of_a_set_says_so_and_a_set_without_features_what_to_do():
    with answering(LABELS, graph([0, 1, 2], totalSampleCount=900), npy(VALUES)) as (studio, _):
        assert "3 of 900 windows" in repr(studio.set_features(dsp=3))
    with answering(LABELS, graph([], ())) as (studio, _), pytest.raises(ek.NotFoundError, match="Generate features"):
        studio.set_features(dsp=3)
    alone = graph([0, 1, 2])
    del alone["data"][1]["sample"]
    with answering(LABELS, alone) as (studio, _), pytest.raises(ek.ResponseError, match=r"data\[1\].sample"):
        studio.set_features(dsp=3)


def test_which_dsp_block_is_meant_is_asked_where_there_are_several(sandbox):
    surface = ek.connect(url=sandbox.url, api_key=sandbox.keys["surface"])
    with pytest.raises(ek.UsageError, match="Which DSP block"):
        surface.set_features()
    with pytest.raises(ek.StudioError, match="No DSP block with id 99"):
        surface.set_features(dsp=99)
    with pytest.raises(ek.UsageError, match="category"):
        surface.set_features("all", dsp=2)


def test_a_file_is_read_without_taking_more_memory_than_it_has_bytes():
    assert read_npy(npy(VALUES)).tolist() == VALUES.tolist()
    assert read_npy(npy(np.asfortranarray(VALUES))).tolist() == VALUES.tolist()
    assert read_npy(npy(np.zeros((2, 3, 4), "i2"))).shape == (2, 12)
    huge = npy(VALUES).replace(b"(3, 4)", b"(3, 4000000000000)")
    for other in (huge, npy(np.zeros(4)), npy(np.zeros((0, 4))), npy(np.array([[None]])), b"\x93NUMPY\x01\x00\xff\xff"):
        assert read_npy(other) is None


def test_results_are_joined_to_the_same_windows_whatever_they_are_of(sandbox, studio):
    features = studio.set_features("testing")
    block = studio.classify(31, "anomaly-gmm").blocks[0]
    scored = features.with_results(block).windows
    there = scored["sample"] == 31
    assert scored.loc[there, "score"].tolist() == block.windows()["anomaly"].tolist()
    assert scored.loc[there, "correct"].tolist() == (block.windows()["anomaly"] > block.threshold).tolist()
    assert scored.loc[~there, ["score", "correct"]].isna().all(axis=None)
    with pytest.raises(ek.UsageError, match="None of these results"):
        studio.set_features("training").with_results(block)
    judged = features.with_results(studio.classify(studio.samples("testing").index[:3]), "keras").windows
    assert judged["correct"].notna().sum() == 51
    meat = ek.connect(url=sandbox.url, api_key=sandbox.keys["meat"])
    fat = meat.set_features("testing").with_results(meat.classify(meat.samples("testing").index)).windows
    predictions = pd.concat([r.blocks[0].predictions() for r in meat.classify(meat.samples("testing").index)])
    assert fat["correct"].tolist() == predictions["within"].tolist()
    assert fat["score"].tolist() == predictions["error"].tolist()


def test_a_map_of_the_studio_is_joined_by_window_and_missing_where_there_is_none(studio):
    assert studio.feature_map() is None
    assert studio.feature_map(3) is None
    assert studio.set_features("testing").studio_map() is None
    short = studio.under(2)  # its classifier is a network, whose embeddings are laid out
    table = short.feature_map(8)
    assert list(table) == ["sample", "window", "start_ms", "end_ms", "label", "category", "x", "y"]
    assert table["category"].value_counts().to_dict() == {
        category: len(short.set_features(category)) for category in ("training", "testing")
    }
    found = short.set_features("testing").studio_map()
    assert found[["x", "y"]].notna().all(axis=None)
    spread = found.groupby("label")[["x", "y"]].mean()
    assert np.ptp(spread["x"]) > 3 * found[found["label"] == "standing"]["x"].std()
    at = graph([0, 1], (1,)) | {"hasFeatures": True}
    with answering(LABELS, graph([0, 1, 2]), npy(VALUES), at) as (server, _):
        found = server.set_features(dsp=3).studio_map()
    assert found[["x", "y"]].fillna(-1).values.tolist() == [[-1, -1], [-1, -1], [4, 5]]
    with answering(LABELS, graph([0, 1, 2]), npy(VALUES), REFUSED) as (server, _):
        assert server.set_features(dsp=3).studio_map() is None


def test_a_picture_has_a_colour_for_labels_answers_and_scores(studio, sandbox):
    features = studio.set_features("testing")
    ax = ek.plots.features(features)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        f"{label}: {count}" for label, count in features.windows["label"].value_counts().sort_index().items()
    ]
    with pytest.raises(ek.UsageError, match="with_results"):
        ek.plots.features(features, "score")
    with pytest.raises(ek.UsageError, match="by"):
        ek.plots.features(features, "colour")
    scored = features.with_results(studio.classify([31]), "anomaly-gmm")
    assert len(ek.plots.features(scored, "score").figure.axes) == 2
    assert [t.get_text() for t in ek.plots.features(scored, "correct").get_legend().get_texts()][-1] == "not known: 833"
    objects = ek.connect(url=sandbox.url, api_key=sandbox.keys["objects"])
    named = ek.plots.features(objects.set_features("training")).get_legend().get_texts()
    assert len(named) == 19
    assert named[-1].get_text().startswith("other labels: ")
