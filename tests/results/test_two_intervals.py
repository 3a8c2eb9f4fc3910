"""A sample that the impulse resamples: labels and lengths count stored readings, the payload's values are resampled."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import edgekit as ek
from edgekit.sandbox import routine
from edgekit.wire.schema import LabelingMethod

LIVE = Path(__file__).parents[1] / "data" / "live"
RESAMPLED, AS_STORED = 32, 31  # samples of the project "routine"


@pytest.fixture(scope="module")
def studio(sandbox):
    return ek.connect(url=sandbox.url, api_key=sandbox.keys["routine"])


def test_the_labels_of_a_resampled_sample_end_where_the_sample_ends():
    sample = ek.parse(LIVE / "resampled-2026.json").sample
    assert sample.labels()[["label", "start_ms", "end_ms"]].to_numpy().tolist() == [["A", 0, 3696], ["B", 3696, 5504]]
    assert sample.length_ms == 5504
    assert sample.signal().index[[0, 1, -1]].tolist() == [0, 20, 5480]


def test_the_card_tells_both_frequencies():
    card = ek.parse(LIVE / "resampled-2026.json").sample._repr_html_()
    assert "344 readings at 62.5 Hz" in card
    assert "by the impulse to 50 Hz" in card


def test_without_a_length_it_is_that_of_the_stored_readings():
    document = json.loads((LIVE / "resampled-2026.json").read_bytes())
    del document["sample"]["sample"]["totalLengthMs"]
    assert ek.parse(document).sample.length_ms == 344 * 16


@pytest.mark.parametrize("fetch", ["sample", "classify"])
def test_both_intervals_come_over_the_wire(studio, fetch):
    answer = getattr(studio, fetch)(RESAMPLED)
    sample = answer if fetch == "sample" else answer.sample
    assert (sample.info.interval_ms, sample.payload.interval_ms) == (80, 100)
    assert (sample.info.values_count, sample.raw.total_payload_length, len(sample.signal())) == (375, 300, 300)
    assert sample.length_ms == sample.labels()["end_ms"].iloc[-1] == sample.signal().index[-1] + 100 == 30_000


def test_the_stored_readings_are_in_slices_and_in_the_original(studio):
    sample = studio.sample(RESAMPLED)
    assert studio.slice(sample, 0, 5).signal().index.tolist() == [0, 80, 160, 240, 320]
    original = json.loads(sample.original())["payload"]
    assert (original["interval_ms"], len(original["values"])) == (80, 375)
    assert sample.verify("edgekit-sandbox-routine-hmac-key")


def test_the_listing_counts_stored_readings(studio):
    row = studio.samples().loc[RESAMPLED]
    assert (row["frequency_hz"], row["readings"], row["length_ms"]) == (12.5, 375, 30_000)


def test_an_explorer_shows_labels_and_windows_on_one_axis_of_time(studio):
    explorer = ek.explore(studio.sample(RESAMPLED))
    assert explorer._meta["end"] == 30_000
    drawn = explorer._timeline.arrays()
    assert drawn["label_from"].tolist() == [0, 10_000, 20_000]
    assert drawn["label_to"].tolist() == [10_000, 20_000, 30_000]


# --- a wearer who changes the activity --------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", range(31, 31 + len(routine.PARTS)))
def test_the_label_of_each_window_is_the_one_that_the_studio_trains_by(studio, sample):
    result = studio.classify(sample)
    truth = [row.y_label for row in _feature_rows(studio, sample)]
    assert len(set(truth)) > 1
    for block in result.blocks:
        table = block.windows()
        assert table["expected"].tolist() == truth
        assert table.attrs["labeling_method"] == "majority-in-window"
        assert block.anomalous().tolist() == [label == "badminton" for label in truth]


def _feature_rows(studio, sample):
    from edgekit.wire import schema

    return studio._calls.get(schema.FeaturesResponse, "dsp", 2, "features", "get-graph", "classification", sample).data


def test_the_end_of_the_window_would_give_others(studio):
    table = studio.classify(AS_STORED).blocks[0].windows()
    labels = studio.sample(AS_STORED).labels()
    end = [labels.loc[labels["end_ms"] >= at, "label"].iloc[0] for at in table["end_ms"]]
    assert (table["expected"] != end).sum() == 3  # one at each change


def test_model_testing_goes_by_the_same_labels(studio):
    testing = studio.test()
    table, results = testing.predictions, testing.results
    for sample, rows in table.groupby("sample"):
        assert rows["label"].tolist() == results[sample].blocks[0].windows()["expected"].tolist()
        assert rows["end_ms"].iloc[-1] <= results[sample].sample.length_ms


def test_the_method_is_asked_for_once_for_many_results(sandbox):
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["routine"])
    asked = []
    impulse = studio.impulse
    studio.impulse = lambda: asked.append(1) or impulse()
    for result in studio.classify([31, 32, 33]):
        [block.windows() for block in result.blocks]
    assert len(asked) == 1


def labelled_by(sandbox, method) -> list[str]:
    """Classify "match" (walking, badminton, standing), the impulse naming another method."""
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["routine"])
    impulse = studio.impulse()
    impulse.input_blocks[0].labeling_method_multi_label = method
    studio.impulse = lambda: impulse
    return studio.classify(RESAMPLED).blocks[0].windows()["expected"].tolist()


@pytest.mark.parametrize(
    ("method", "badminton"),
    [
        (LabelingMethod(type="end-of-window"), (17, 20)),
        (None, (17, 20)),  # the Studio's default
        (LabelingMethod(type="anywhere-in-window", labels=["badminton"]), (17, 23)),
        (LabelingMethod(type="anywhere-in-window-min-percentage", labels=["badminton"], min_percentage=75), (19, 19)),
        (LabelingMethod(type="majority-in-window"), (18, 20)),
    ],
)
def test_expected_follows_the_method_of_the_impulse(sandbox, method, badminton):
    """Windows of 2 s every 0.5 s; the match is from 10 s to 20 s, so that windows 17 to 39 see some of it."""
    expected = labelled_by(sandbox, method)
    found = [i for i, label in enumerate(expected) if label == "badminton"]
    first, count = badminton
    assert found == list(range(first, first + count))


def test_an_impulse_that_cannot_be_fetched_is_told_with_the_reason(sandbox, caplog):
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["routine"])
    result = studio.classify(RESAMPLED)

    def gone():
        raise ek.StudioError("no impulse today")

    studio.impulse = gone
    table = result.blocks[0].windows()
    assert table.attrs["labeling_method"] == "end-of-window (assumed)"
    assert "no impulse today" in caplog.text


def test_the_readings_are_those_of_motion(sandbox, studio):
    motion = ek.connect(url=sandbox.url, api_key=sandbox.keys["motion"])
    listed = motion.samples()
    parts = studio.sample(AS_STORED).info.metadata["source"].split(" of the project")[0].split(", ")
    ids = [int(listed.index[listed["filename"] == name][0]) for name in parts]
    assert (listed.loc[ids, "category"] == "testing").all()
    joined = np.concatenate([motion.sample(i).signal() for i in ids])
    np.testing.assert_array_equal(studio.sample(AS_STORED).signal(), joined)
