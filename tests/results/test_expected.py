"""What each window should have been: every way in which ranges of labels come is read back, by every method."""

from __future__ import annotations

import json
import logging
import warnings
from collections import Counter
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import edgekit as ek
from edgekit.results import labelled
from edgekit.results.expected import Counts, Method, Ranges, joined
from edgekit.results.windows import Cut
from edgekit.wire.schema import StructuredLabel
from tests.results.joining import labels_joined
from tests.results.test_windows import block_of

LIVE = Path(__file__).parents[1] / "data" / "live"
MS = 20  # between two readings as they went into the models
METHODS = st.sampled_from(
    [
        Method(),
        Method("majority-in-window"),
        Method("anywhere-in-window", ("b",)),
        Method("anywhere-in-window", ("c", "a")),
        Method("anywhere-in-window-min-percentage", ("b", "c"), 40),
        Method("brand-new"),
    ]
)


def ranges(*found: tuple[int, int, str]) -> Ranges:
    return Ranges.of(StructuredLabel(*span) for span in found)


def runs(labels: list[str]) -> Ranges:
    """Return runs of one label as the server writes them."""
    found, start = [], 0
    for label, run in groupby(labels):
        end = start + len(list(run))
        found.append((start, end - 1, label))
        start = end
    return ranges(*found)


def labelled_by(method: Method, window: list[str]) -> str:
    """Label one window the slow way."""
    if method.kind == "majority-in-window":
        counted = Counter(window)
        return next(label for label in reversed(window) if counted[label] == max(counted.values()))
    if method.kind.startswith("anywhere"):
        least = max(method.percentage / 100 * len(window), 1) if method.kind.endswith("percentage") else 1
        others = [label for label in window if label not in method.labels]
        return next((label for label in method.labels if window.count(label) >= least), (others or window)[-1])
    return window[-1]


@st.composite
def recordings(draw):
    """Draw the label of every reading, a window's readings and its increase in readings, and a method."""
    pieces = draw(st.lists(st.tuples(st.integers(1, 25), st.sampled_from("abc")), min_size=1, max_size=6))
    labels = [label for length, label in pieces for _ in range(length)]
    size = draw(st.integers(1, len(labels)))
    return labels, size, draw(st.integers(2, 12)), draw(METHODS)


def cut_of(labels, size, increase, **intervals) -> tuple[Cut, list[list[str]]]:
    windows = [labels[i : i + size] for i in range(0, len(labels) - size + 1, increase)]
    length = len(labels) * MS
    return Cut(len(windows), size * MS, increase * MS, length=length, **intervals), windows


def read(found: Ranges, cut: Cut, method: Method) -> list[str]:
    labels, doubt = labels_joined(found, cut, lambda: method)
    assert doubt == ""
    return labels.tolist()


@given(recordings())
@settings(max_examples=300)
def test_ranges_of_windows_are_read_back_where_the_blocks_interval_is_the_increase(drawn):
    labels, size, increase, method = drawn
    cut, windows = cut_of(labels, size, increase, interval=MS, own_interval=increase * MS)
    truth = [labelled_by(method, window) for window in windows]
    assert read(runs(truth), cut, Method()) == truth


@given(recordings(), st.booleans())
@settings(max_examples=300)
def test_ranges_of_readings_are_read_back_where_the_blocks_interval_is_one_between_readings(drawn, resampled):
    labels, size, increase, method = drawn
    intervals = {"payload_interval": MS, "interval": 0.8 * MS} if resampled else {"interval": MS}
    cut, windows = cut_of(labels, size, increase, own_interval=MS, **intervals)
    assert read(runs(labels), cut, method) == [labelled_by(method, window) for window in windows]


@given(recordings(), st.sampled_from(["own_interval", "payload_interval", "interval"]))
@settings(max_examples=300)
def test_a_range_for_each_window_is_read_back_where_they_overlap(drawn, known):
    labels, size, increase, method = drawn
    cut, windows = cut_of(labels, size, increase, **{known: MS})
    truth = [labelled_by(method, window) for window in windows]
    spans = [(i * increase, i * increase + size - 1, label) for i, label in enumerate(truth)]
    if size > increase and len(truth) > 1:
        assert joined(ranges(*spans), cut).counts is Counts.RANGES
        assert read(ranges(*spans), cut, Method()) == truth


@given(recordings())
@settings(max_examples=300)
def test_without_a_witness_readings_are_read_back_or_there_is_doubt(drawn):
    labels, size, increase, method = drawn
    cut, windows = cut_of(labels, size, increase, interval=MS)
    found, doubt = labels_joined(runs(labels), cut, lambda: method)
    assert found.tolist() == [labelled_by(method, window) for window in windows] or doubt


def test_an_interval_that_is_a_readings_and_the_increase_is_no_witness():
    # a window each reading: as windows and as readings they give others
    half = Cut(21, size=20, increase=10, interval=10, own_interval=10)
    assert "fit both ways" in labels_joined(ranges((0, 9, "a"), (10, 20, "b")), half)[1]


def test_intervals_that_were_rounded_are_the_same():
    cut = Cut(10, 1000, 500, interval=8.4034, length=5500, own_interval=1000 / 119)
    assert labels_joined(ranges((0, 100, "a"), (101, 150, "b")), cut)[1] == ""


def test_a_witness_that_counts_windows_leaves_windows_without_a_range_unlabelled():
    cut = Cut(4, 1000, 500, interval=10, own_interval=500)
    assert labels_joined(ranges((1, 2, "a")), cut)[0].tolist() == [None, "a", "a", None]


def test_readings_of_the_payload_are_found_without_the_blocks_interval():
    cut = Cut(10, 1000, 500, interval=16, payload_interval=20, length=5504)
    labels, doubt = labels_joined(ranges((0, 184, "A"), (185, 274, "B")), cut)
    assert ("".join(labels), doubt) == ("AAAAAABBBB", "")


# --- windows of several labels ----------------------------------------------------------------------------------------

MIXED = ranges((0, 5, "a"), (6, 6, "rare"), (7, 11, "b"), (12, 19, "c"))
TWO = Cut(2, size=100, increase=100, interval=10, own_interval=10)  # of ten readings each


@pytest.mark.parametrize(
    ("method", "labels"),
    [
        (Method("end-of-window"), ["b", "c"]),
        (Method("majority-in-window"), ["a", "c"]),
        (Method("anywhere-in-window", ("rare",)), ["rare", "c"]),
        (Method("anywhere-in-window", ("b", "a")), ["b", "b"]),
        (Method("anywhere-in-window", ()), ["b", "c"]),
        (Method("anywhere-in-window-min-percentage", ("rare", "a"), 20), ["a", "c"]),
        (Method("anywhere-in-window-min-percentage", ("b",), 20), ["b", "b"]),
        (Method("anywhere-in-window-min-percentage", ("b",), 20.1), ["b", "c"]),
        (Method("anywhere-in-window-min-percentage", ("b",), 40), ["rare", "c"]),
        (Method("anywhere-in-window-min-percentage", ("a", "rare", "b"), 70), ["b", "c"]),
    ],
)
def test_each_method_labels_a_window_of_several_labels(method, labels):
    assert labels_joined(MIXED, TWO, lambda: method)[0].tolist() == labels


def test_of_labels_with_as_many_readings_the_later_one_has_the_majority():
    one = TWO._replace(windows=1)
    found, _ = labels_joined(ranges((0, 4, "b"), (5, 9, "a")), one, lambda: Method("majority-in-window"))
    assert found.tolist() == ["a"]


def test_a_percentage_is_of_the_whole_window_also_where_it_is_padded():
    method = Method("anywhere-in-window-min-percentage", ("a",), 50)
    padded = Cut(1, size=100, increase=100, interval=10, own_interval=10)
    assert labels_joined(ranges((0, 3, "a"), (4, 5, "b")), padded, lambda: method)[0].tolist() == ["b"]


def test_the_majority_is_that_of_the_readings_that_have_a_label():
    method = Method("majority-in-window")
    found, _ = labels_joined(ranges((2, 3, "a"), (29, 29, "b")), TWO._replace(windows=3), lambda: method)
    assert found.tolist() == ["a", None, "b"]


def test_the_method_is_asked_only_where_a_window_has_several_labels():
    def never() -> Method:
        raise AssertionError

    assert labels_joined(ranges((0, 9, "a"), (10, 19, "b")), TWO, never)[0].tolist() == ["a", "b"]


def test_overlapping_ranges_are_laid_over_one_another():
    laid = ranges((0, 9, "a"), (3, 4, "b"), (8, 12, "c")).runs()
    assert list(zip(laid.first, laid.last, [laid.names[code] for code in laid.code], strict=True)) == [
        (0, 2, "a"), (3, 4, "b"), (5, 7, "a"), (8, 12, "c"),
    ]  # fmt: skip


def test_a_range_that_ends_before_it_begins_holds_nothing():
    assert labels_joined(ranges((5, 2, "a")), TWO)[0].tolist() == [None, None]


# --- responses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["interval-is-the-increase", "interval-is-the-readings", "resampled-2026", "payload-downsampled"]
)
def test_what_the_live_service_sends_is_joined_without_a_warning(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = ek.parse(LIVE / f"{name}.json").blocks[0].windows()
    assert "".join(table["expected"]) == "AAAAAABBBB"


def test_the_frequency_is_as_good_a_witness_as_the_interval():
    document = json.loads((LIVE / "resampled-2026.json").read_bytes())
    del document["classifications"][0]["intervalMs"], document["sample"]["payload"]["intervalMs"]
    result = ek.parse(document)
    assert "".join(result.blocks[0].windows()["expected"]) == "AAAAAABBBB"
    assert result.sample.signal().index[-1] == 5480


def test_without_expected_labels_the_samples_structured_labels_are_joined():
    document = json.loads((LIVE / "resampled-2026.json").read_bytes())
    document["classifications"][0]["expectedLabels"] = []
    assert "".join(ek.parse(document).blocks[0].windows()["expected"]) == "AAAAAABBBB"


def test_a_result_without_its_impulse_says_once_that_end_of_window_was_assumed(caplog):
    labelled._say_once.cache_clear()
    with caplog.at_level(logging.WARNING, "edgekit"):
        for _ in range(2):
            table = ek.parse(LIVE / "interval-is-the-readings.json").blocks[0].windows()
    assert [record.message.startswith("edgekit: end-of-window was assumed") for record in caplog.records] == [True]
    assert table.attrs["labeling_method"] == "end-of-window (assumed)"


def test_where_no_window_has_several_labels_nothing_is_assumed(caplog):
    labelled._say_once.cache_clear()
    one = [{"startIndex": 0, "endIndex": 59, "label": "a"}]
    table = block_of([{"a": 1.0}] * 11, expectedLabels=one).windows()
    assert not caplog.records
    assert "labeling_method" not in table.attrs


def test_an_outcome_is_that_of_the_reading_whose_label_the_window_has():
    """The last reading of window 5 is normal, and so is the window, whose label is that reading's."""
    spans = [{"startIndex": 0, "endIndex": 349, "label": "A"}, {"startIndex": 350, "endIndex": 549, "label": "B"}]
    outcomes = [span | {"label": {"A": "no anomaly", "B": "anomaly"}[span["label"]]} for span in spans]
    document = json.loads((LIVE / "interval-is-the-readings.json").read_bytes())
    document["classifications"][0] |= {"expectedLabels": spans, "expectedAnomalyOutcome": outcomes}
    block = ek.parse(document).blocks[0]
    np.testing.assert_array_equal(block.anomalous().astype(bool), block.windows()["expected"] == "B")


def test_without_expected_labels_an_outcome_is_that_at_the_end_of_the_window():
    document = json.loads((LIVE / "resampled-2026.json").read_bytes())
    outcomes = [
        {"startIndex": 0, "endIndex": 184, "label": "no anomaly"},
        {"startIndex": 185, "endIndex": 274, "label": "anomaly"},
    ]
    document["classifications"][0] |= {"expectedLabels": [], "expectedAnomalyOutcome": outcomes}
    block = ek.parse(document).blocks[0]
    assert block.anomalous().tolist() == [label == "B" for label in block.windows()["expected"]]
