"""Expected labels joined to windows: what the indices count is a guess, and where it matters a warning says so."""

from __future__ import annotations

import warnings
from itertools import accumulate, pairwise
from math import ceil

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import edgekit as ek
from edgekit.results.expected import Ranges
from edgekit.results.windows import Cut
from edgekit.wire.schema import StructuredLabel
from tests.results.joining import labels_joined
from tests.results.test_windows import block_of

# windows of ten readings, five apart; a recording of 60 readings has 11 of them
CUT = Cut(11, size=100, increase=50, interval=10, length=600)


def spans(*ranges: tuple[int, int, str]) -> Ranges:
    return Ranges.of(StructuredLabel(*span) for span in ranges)


def doubt(*ranges: tuple[int, int, str], **changes: float) -> str:
    return labels_joined(spans(*ranges), CUT._replace(**changes))[1]


# --- no doubt ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("last", [10, 59])
def test_ranges_over_all_windows_or_all_readings_are_no_question(last):
    assert doubt((0, 4, "a"), (5, last, "b")) == ""


@pytest.mark.parametrize("last", [0, 3, 10, 59, 1000, 10**30])
def test_one_label_all_over_is_no_question_whatever_the_indices_count(last):
    labels, reason = labels_joined(spans((0, last, "a")), CUT)
    assert labels.tolist() == ["a"] * 11
    assert reason == ""


def test_a_recording_may_end_a_step_before_its_last_window_or_after():
    assert doubt((0, 4, "a"), (5, 54, "b")) == ""
    assert doubt((0, 4, "a"), (5, 79, "b")) == ""


def test_one_window_may_be_padded():
    assert doubt((0, 4, "a"), (5, 9, "b"), windows=1, size=5000) == ""


def test_a_result_may_be_cut_short_of_its_recording():
    assert doubt((0, 4, "a"), (5, 599, "b"), length=6000) == ""


def test_no_ranges_or_no_windows_are_no_question():
    assert doubt() == ""
    assert doubt((0, 4, "a"), (5, 9, "b"), windows=0) == ""


# --- doubt ------------------------------------------------------------------------------------------------------------


def test_ranges_too_few_for_windows_and_too_short_for_readings_are_doubtful():
    reason = doubt((0, 4, "a"), (5, 8, "b"))
    assert reason.startswith("they fit neither way: 9 entries are not one for each of the 11 windows")
    assert "as readings they end at 90 ms, and the last window at 600 ms" in reason


def test_readings_of_another_frequency_are_doubtful():
    # labels at 100 Hz, and the response says 12.5
    assert "long after the last window, at 600 ms" in doubt((0, 9, "a"), (10, 59, "b"), interval=80)


def test_ranges_that_begin_after_the_windows_are_doubtful():
    assert "begin at 700 ms, when the last window, at 600 ms, is over" in doubt((70, 75, "a"), (76, 99, "b"))


def test_readings_without_an_interval_cannot_be_joined():
    labels, reason = labels_joined(spans((0, 9, "a"), (10, 59, "b")), CUT._replace(interval=0))
    assert labels.tolist() == [None] * 11
    assert "names no interval" in reason
    assert "No window was given a label" in reason


def test_ranges_that_fit_both_ways_and_differ_are_doubtful():
    # windows half a reading apart: 21 of them in the 21 readings
    half = Cut(21, size=100, increase=5, interval=10)
    labels, reason = labels_joined(spans((0, 9, "a"), (10, 20, "b")), half)
    assert labels.tolist() == ["a"] * 10 + ["b"] * 11
    assert reason.startswith("they fit both ways: there is one entry for each of the 21 windows")
    assert "9 windows would have another label" in reason


def test_ranges_that_fit_both_ways_and_agree_are_no_question():
    # a window for each reading
    assert labels_joined(spans((0, 9, "a"), (10, 20, "b")), Cut(21, size=10, increase=10, interval=10))[1] == ""


LABELS = st.lists(st.tuples(st.integers(1, 30), st.sampled_from("abc")), min_size=2, max_size=6)


@given(LABELS, st.integers(1, 12), st.integers(1, 12), st.booleans())
@settings(max_examples=500)
def test_a_wrong_guess_is_never_silent(lengths, size, increase, count_windows):
    """Whichever the server counts: the labels are the true ones, or there is doubt, or nothing tells the two apart."""
    bounds = [0, *accumulate(length for length, _ in lengths)]
    entries = bounds[-1]
    named = spans(*((i, j - 1, label) for (i, j), (_, label) in zip(pairwise(bounds), lengths, strict=True)))
    label_at = [label for length, label in lengths for _ in range(length)]
    if count_windows:
        truth, windows = label_at, entries
        readings = (windows - 1) * increase + size
    else:
        assume(size <= entries)
        readings, windows = entries, (entries - size) // increase + 1
        truth = [label_at[ceil(i * increase + size) - 1] for i in range(windows)]
    cut = Cut(windows, size=size * 10, increase=increase * 10, interval=10, length=readings * 10)
    labels, reason = labels_joined(named, cut)
    assert labels.tolist() == truth or reason


# --- how it is said ---------------------------------------------------------------------------------------------------

ODD = [{"startIndex": 0, "endIndex": 4, "label": "a"}, {"startIndex": 5, "endIndex": 8, "label": "b"}]


def test_the_warning_names_sample_block_field_and_reason():
    block = block_of([{"a": 1.0}] * 11, expectedLabels=ODD)
    with pytest.warns(ek.AmbiguousLabelsWarning) as caught:
        block.windows()
    [warning] = caught
    for words in ("expectedLabels of sample 2, block 10", "neither way", "Check some windows"):
        assert words in str(warning.message)
    assert warning.filename == __file__


def test_looking_at_a_block_warns_of_nothing():
    block = block_of([{"a": 1.0, "anomaly": 2.0}] * 11, expectedLabels=ODD)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "highest score 2.00" in repr(block)
        assert block._repr_html_()


def test_a_guess_can_be_made_an_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error", ek.AmbiguousLabelsWarning)
        with pytest.raises(ek.AmbiguousLabelsWarning):
            block_of([{"a": 1.0}] * 11, expectedLabels=ODD).windows()


# --- many ranges ------------------------------------------------------------------------------------------------------


def test_where_ranges_overlap_the_later_one_counts():
    assert labels_joined(spans((0, 10, "a"), (3, 4, "b")), CUT)[0].tolist() == ["a"] * 3 + ["b"] * 2 + ["a"] * 6


def test_a_label_for_each_of_many_windows_is_joined_to_it():
    count = 100_000
    each = spans(*((i, i, str(i % 7)) for i in range(count)))
    labels, reason = labels_joined(each, Cut(count, size=100, increase=50, interval=10))
    assert reason == ""
    assert labels.tolist() == [str(i % 7) for i in range(count)]


def test_indices_beyond_all_measure_do_no_harm():
    huge = 10**400
    for ranges in [(0, huge, "a"), (huge, huge + 1, "b")], [(-huge, -1, "a"), (0, 3, "b")]:
        assert len(labels_joined(spans(*ranges), CUT)[0]) == 11
