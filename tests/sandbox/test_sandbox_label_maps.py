"""The second impulse of "routine": two questions a window, answered with label maps as the API has them."""

from __future__ import annotations

import pytest

import edgekit as ek
from edgekit.sandbox import routine

JOINED = 31  # "morning": standing, walking, running, walking


@pytest.fixture(scope="module")
def studio(sandbox):
    return ek.connect(url=sandbox.url, api_key=sandbox.keys["routine"])


def test_the_answers_are_the_classifiers_and_result_is_empty(studio):
    block, plain = studio.classify(JOINED, impulse=2).blocks[0], studio.classify(JOINED, "keras").blocks[0].windows()
    assert block.raw.result == []
    assert block.raw.result_count == len(block.raw.label_map_scores) == len(plain)
    for scores, (_, row) in zip(block.raw.label_map_scores, plain.iterrows(), strict=True):
        assert scores["activity"] == {name: row[name] for name in ("running", "standing", "walking")}
        assert scores["moving"]["no"] == row["standing"]
        assert scores["moving"]["yes"] == pytest.approx(row["running"] + row["walking"])


def test_edgekit_reads_them_as_columns_and_predictions(studio):
    block = studio.classify(JOINED, impulse=2).blocks[0]
    windows = block.windows()
    assert {"activity: walking", "moving: yes", "moving: no"} <= set(windows.columns)
    predictions = block.predictions()
    assert predictions["key"].unique().tolist() == ["activity", "moving"]
    assert len(predictions) == 2 * len(windows)
    assert predictions["correct"].astype(bool).mean() > 0.8


def test_one_sample_has_a_label_map_and_others_have_ranges(studio):
    info = studio.sample(routine.MAPPED).info
    assert info.label_map == {"labels": {"activity": "standing", "moving": "no"}}
    ranges = studio.sample(JOINED).info.structured_labels
    assert [one.label for one in ranges] == ["standing", "walking", "running", "walking"]


def test_model_testing_asks_for_both_answers():
    with ek.Sandbox() as running:
        own = ek.connect(url=running.url, api_key=running.keys["routine"], impulse=2)
        testing = own.test()
        figures = testing.figures
    rows = testing.predictions
    assert (rows["correct"] == (rows["label"] == rows["prediction"])).all()
    assert figures.loc["accuracy", "value"] == pytest.approx(rows["correct"].mean())
    assert figures.loc["Accuracy of moving", "value"] >= figures.loc["Accuracy of activity", "value"]
