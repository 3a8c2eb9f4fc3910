"""A payload that holds some of the readings: they lie where they were, it is said, and what needs all asks for all."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib.figure
import numpy as np
import pytest

import edgekit as ek
from edgekit.results.sample import Sample
from tests.faults import Server, reply

LIVE = Path(__file__).parents[1] / "data" / "live"
PART = LIVE / "payload-downsampled.json"


@pytest.fixture
def part() -> Sample:
    return ek.parse(PART).sample


def changed(**changes: object) -> Sample:
    document = json.loads(PART.read_bytes())
    document["sample"] |= changes
    return ek.parse(document).sample


def test_the_readings_lie_over_the_true_length(part):
    time = part.signal().index
    assert (time[0], time[1], time[-1]) == (0, 100, 5400)
    assert part.length_ms == 5500


@pytest.mark.parametrize("read", [repr, Sample._repr_html_, lambda sample: sample.signal().attrs["shown"]])
def test_a_sample_says_that_some_of_its_readings_came(part, read):
    assert "1 reading in 10 shown" in read(part)
    assert part.raw.payload.values  # decoded, it says the same
    assert "1 reading in 10 shown" in read(part)


def test_a_plot_says_so(part):
    axes = matplotlib.figure.Figure().subplots()
    assert "1 reading in 10 shown" in part.plot(axes).get_title("left")


def test_the_explorers_say_so(part):
    assert "1 reading in 10 shown" in ek.explore(part).text()
    assert "1 reading in 10 shown" in ek.explore(ek.parse(PART).blocks[0]).text()
    assert ek.explore(part)._meta["shown"]


def test_an_odd_share_is_told_in_three_figures():
    assert changed(totalPayloadLength=551).shown == "1 reading in 10 shown"
    assert changed(totalPayloadLength=500).shown == "1 reading in 9.09 shown"
    assert changed(totalPayloadLength=56).shown == "55 of 56 readings shown"


@pytest.mark.parametrize("total", [55, 54, 0, -3])
def test_where_all_readings_came_nothing_is_said(total):
    sample = changed(totalPayloadLength=total)
    assert sample.shown == ""
    assert "shown" not in repr(sample)
    assert sample.signal().index[-1] == 540
    assert sample.whole() is sample


def test_without_a_total_the_stored_readings_are_counted():
    assert changed(totalPayloadLength=None).shown == "1 reading in 10 shown"


def test_an_absurd_interval_does_no_harm():
    document = json.loads(PART.read_bytes())
    document["sample"]["totalPayloadLength"] = None
    document["sample"]["payload"]["intervalMs"] = 5e-324
    assert len(ek.parse(document).sample.signal()) == 55


def test_flat_values_are_counted_too():
    document = json.loads(PART.read_bytes())
    document["sample"]["payload"]["values"] = [1.5] * 55
    for sample in (ek.parse(document).sample, ek.parse(json.dumps(document)).sample):
        assert sample.shown == "1 reading in 10 shown"


def test_a_datastream_has_a_total_of_its_own():
    payload = {"device_type": "x", "sensors": [{"name": "mic", "units": "wav"}], "values": [1, 2], "intervalMs": 4}
    sample = changed(datastreamPayloads=[{"index": 0, "payload": payload, "totalPayloadLength": 8}])
    assert sample.signal(datastream=0).index.tolist() == [0, 16]


def test_every_reading_of_a_file_is_refused_with_the_reason(part):
    with pytest.raises(ek.UsageError, match=r"1 reading in 10 shown.*studio\.sample\(70001\)"):
        part.whole()


# --- of a Studio ------------------------------------------------------------------------------------------------------


def test_a_limit_spreads_readings_over_the_whole_sample_and_every_reading_can_be_fetched(studio):
    whole, few = studio.sample(12), studio.sample(12, limit=10)
    assert few.shown == "1 reading in 10 shown"
    np.testing.assert_array_equal(few.signal(), whole.signal().iloc[::10])
    np.testing.assert_array_equal(few.signal().index, whole.signal().index[::10])
    np.testing.assert_array_equal(few.whole().signal(), whole.signal())
    assert few.verify("edgekit-sandbox-motion-hmac-key")  # by the bytes as uploaded, not by these readings


def test_a_limit_above_the_length_is_no_limit(studio):
    assert studio.sample(12, limit=1000).shown == ""


def test_a_slice_is_exact(studio):
    part = studio.slice(12, 20, 30)
    assert part.shown == ""
    assert part.signal().index.tolist() == list(range(0, 1000, 100))


class Thinning:
    """A Studio's calls where the server never sends every reading."""

    def __init__(self, studio: ek.Studio) -> None:
        self._studio = studio

    def sample(self, sample: int) -> Sample:
        return self._studio.sample(sample, limit=5)


def test_a_server_that_thins_whatever_is_asked_for_is_an_error(studio):
    few = Sample(studio.sample(12, limit=5).raw, Thinning(studio))
    with pytest.raises(ek.ResponseError, match=r"1 reading in 20 shown.*studio\.slice\(12, start, end\)"):
        few.whole()


def sliced(readings: int, total: int, start: int, end: int) -> Sample:
    """Ask a server of ours for a slice; it sends so many readings, and this ``totalPayloadLength``."""
    answer = json.loads(PART.read_bytes())["sample"]
    answer["payload"]["values"] = [[0.0]] * readings
    answer["totalPayloadLength"] = total
    with Server(reply({"success": True} | answer)) as server:
        return ek.Studio(url=server.url, api_key="ei_x", project_id=1, retries=0).slice(70001, start, end)


@pytest.mark.parametrize("total", [10, 100])
def test_a_slice_that_was_thinned_is_an_error(total):
    with pytest.raises(ek.ResponseError, match="5 of 10 readings"):
        sliced(5, total, 0, 10)


def test_a_slice_beyond_the_end_is_as_long_as_there_are_readings():
    assert sliced(5, 100, 95, 200).signal().index.tolist() == [0, 10, 20, 30, 40]
