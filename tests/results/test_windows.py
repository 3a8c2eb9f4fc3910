"""The tables of a block: its windows, what each should have been, thresholds and segments."""

from __future__ import annotations

import copy
import json
import time
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import edgekit as ek
from tests.conftest import SEED as FILE

SEED: dict[str, Any] = json.loads(FILE.read_bytes())
Rows = list[dict[str, Any]]


def response(*blocks: dict[str, Any], size: Any = 100, increase: Any = 50, sample: Any = ()) -> ek.ClassifyResult:
    """Parse the documented example with other blocks and windows; its readings are 10 ms apart."""
    document = copy.deepcopy(SEED) | {"windowSizeMs": size, "windowIncreaseMs": increase, "classifications": []}
    document["sample"]["sample"] |= {"label": "idle", "intervalMs": 10} | dict(sample)
    for number, block in enumerate(blocks):
        learn = {"id": 10 + number, "type": "keras", "name": "NN", "title": f"Block {number}", "dsp": [1]}
        learn |= block.get("learnBlock", {})
        document["classifications"].append({"result": [{}]} | block | {"learnBlock": learn})
    return ek.parse(json.dumps(document))


def block_of(rows: Rows, *, size: Any = 100, increase: Any = 50, sample: Any = (), **fields: Any) -> ek.BlockResult:
    return response({"result": rows} | fields, size=size, increase=increase, sample=sample).blocks[0]


def expected(count: int, *spans: tuple[int, int, str], **options: Any) -> list[str | None]:
    """Return what `count` windows should have been, by the spans (first, last, label) of ``expectedLabels``."""
    labels = [{"startIndex": first, "endIndex": last, "label": label} for first, last, label in spans]
    column = block_of([{"a": 1.0}] * count, expectedLabels=labels, **options).windows()["expected"]
    return [None if pd.isna(label) else label for label in column]


def thresholds(*pairs: tuple[str, Any]) -> Rows:
    return [{"key": key, "value": value, "description": "d", "helpText": "h"} for key, value in pairs]


# --- columns ----------------------------------------------------------------------------------------------------------


def test_a_row_per_window_with_time_label_and_every_score():
    table = block_of([{"idle": 0.9, "wave": 0.1}, {"idle": 0.2, "wave": 0.8}]).windows()
    assert table.index.name == "window"
    assert list(table.index) == [0, 1]
    assert list(table.columns) == ["start_ms", "end_ms", "expected", "idle", "wave"]
    assert table["wave"].tolist() == [0.1, 0.8]


def test_the_documented_example_is_one_window():
    table = ek.parse(SEED).blocks[0].windows()
    assert list(table.columns) == ["start_ms", "end_ms", "expected", "idle", "wave", "anomaly"]
    assert table.iloc[0].tolist() == [0, 2996, "<string>", 0.0002, 0.9998, -0.42]


def test_labels_stand_in_order_of_first_appearance_and_anomaly_last():
    table = block_of([{"b": 1}, {"anomaly": 2, "z": 3, "b": 4}, {"a": 5}]).windows()
    assert list(table.columns[3:]) == ["b", "z", "a", "anomaly"]


def test_anomaly_is_last_also_where_all_windows_have_the_same_keys():
    assert list(block_of([{"anomaly": 1, "a": 2}] * 2).windows().columns[3:]) == ["a", "anomaly"]


def test_a_missing_key_and_a_null_are_nan():
    table = block_of([{"a": 1, "b": None}, {"b": 2}]).windows()
    np.testing.assert_array_equal(table[["a", "b"]], [[1, np.nan], [np.nan, 2]])


def test_scores_are_floats_also_where_the_server_sends_whole_numbers_or_nulls_only():
    table = block_of([{"a": 1, "b": None}] * 2).windows()
    assert table[["a", "b"]].dtypes.tolist() == [float, float]


def test_windows_begin_an_increase_apart_and_last_a_window_size():
    table = block_of([{}] * 3, size=2000, increase=80).windows()
    assert table["start_ms"].tolist() == [0, 80, 160]
    assert table["end_ms"].tolist() == [2000, 2080, 2160]


def test_window_size_and_increase_may_be_fractional():
    table = block_of([{}] * 2, size=62.5, increase=31.25).windows()
    assert table["start_ms"].tolist() == [0, 31.25]
    assert table["end_ms"].tolist() == [62.5, 93.75]


def test_labels_that_are_called_like_the_frame_get_a_suffix():
    table = block_of([{"start_ms": 0.1, "expected": 0.2, "end_ms": 0.3}], sample={"label": "x"}).windows()
    assert list(table.columns) == ["start_ms", "end_ms", "expected", "start_ms_score", "expected_score", "end_ms_score"]
    assert table.iloc[0].tolist() == [0, 100, "x", 0.1, 0.2, 0.3]


def test_a_label_may_be_called_like_a_suffixed_one():
    assert block_of([{"start_ms": 0.1, "start_ms_score": 0.2}]).windows().shape[1] == 5


def test_no_windows_are_an_empty_table_with_the_frame():
    table = block_of([]).windows()
    assert list(table.columns) == ["start_ms", "end_ms", "expected"]
    assert len(table) == 0


def test_the_table_is_the_callers_own():
    block = block_of([{"a": 0.5}])
    table = block.windows()
    table.loc[0, "a"] = 9
    assert block.windows().loc[0, "a"] == 0.5


@pytest.mark.parametrize("odd", [{}, {"idle": None}, {"other": 1.0}])
def test_ten_thousand_windows_are_quick(odd):
    rows = [{"idle": 0.2, "wave": 0.8, "anomaly": 1.0}] * 10_000 + [odd]
    block = block_of(rows)
    start = time.process_time()  # not by a clock: others may be using the processor
    assert len(block.windows()) == 10_001
    assert time.process_time() - start < 0.5


LABELS = st.sampled_from(["anomaly", "expected", "start_ms", "idle"]) | st.text(
    st.characters(codec="utf-8"), max_size=5
)
ROWS = st.lists(st.dictionaries(LABELS, st.none() | st.floats(allow_nan=False, allow_infinity=False)), max_size=6)


@given(ROWS)
def test_every_score_is_in_the_table_and_nothing_else(rows):
    table = block_of(rows).windows()
    assert len(table) == len(rows)
    names = list(dict.fromkeys(name for row in rows for name in row if name != "anomaly"))
    names += ["anomaly"] if any("anomaly" in row for row in rows) else []
    assert table.shape[1] == 3 + len(names)
    values = np.array([[row.get(name) for name in names] for row in rows], float).reshape(len(rows), len(names))
    np.testing.assert_array_equal(table.iloc[:, 3:].to_numpy(float), values)


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 2**63},
        {"increase": 2**63},
        {"increase": 2**62},
        {"size": 10**400},
        {"increase": 10**400},
        {"increase": 1e308},
        {"sample": {"intervalMs": 10**400}},
        {"sample": {"totalLengthMs": 10**400}},
    ],
)
def test_a_number_that_is_no_time_is_refused_or_does_no_harm(changes):
    try:
        block = block_of([{}] * 3, expectedLabels=[{"startIndex": 0, "endIndex": 9, "label": "a"}], **changes)
    except ek.ResponseError:
        return
    assert block.windows()["start_ms"].is_monotonic_increasing
    assert block.sample._repr_html_()


def test_expected_labels_may_begin_at_any_index():
    assert expected(2, (2**53 - 1, 2**53, "a")) == ["a", "a"]


def test_an_absurd_interval_is_no_reason_for_a_warning():
    assert len(expected(2, (0, 9, "a"), sample={"intervalMs": 5e-324})) == 2


# --- what a window should have been -----------------------------------------------------------------------------------


def test_without_expected_labels_every_window_should_be_the_samples_label():
    assert expected(2, sample={"label": "wave"}) == ["wave", "wave"]


def test_without_any_label_nothing_is_expected():
    assert expected(2, sample={"label": ""}) == [None, None]


def test_ranges_that_span_as_many_entries_as_there_are_windows_count_windows():
    assert expected(4, (0, 1, "a"), (2, 3, "b")) == ["a", "a", "b", "b"]


def test_ranges_of_windows_may_begin_anywhere():
    assert expected(2, (123, 123, "a"), (124, 124, "b")) == ["a", "b"]


def test_ranges_may_come_in_any_order():
    assert expected(3, (2, 2, "b"), (0, 1, "a")) == ["a", "a", "b"]


def test_other_ranges_count_readings_and_a_window_takes_the_label_at_its_end():
    # windows of ten readings, five apart: they end with reading 9, 14, 19
    assert expected(3, (0, 13, "a"), (14, 29, "b")) == ["a", "b", "b"]


def test_the_last_index_of_a_range_belongs_to_it():
    assert expected(3, (0, 14, "a"), (15, 29, "b")) == ["a", "a", "b"]


def test_a_window_that_ends_between_two_readings_takes_the_reading_that_it_covers():
    # [0, 105) covers the reading at 100 ms
    assert expected(1, (0, 9, "a"), (10, 29, "b"), size=105) == ["b"]
    assert expected(1, (0, 10, "a"), (11, 29, "b"), size=105) == ["a"]


def test_a_window_padded_beyond_the_last_reading_takes_the_last_label():
    assert expected(1, (0, 4, "a"), (5, 9, "b"), size=5000) == ["b"]


def test_between_two_ranges_nothing_is_expected():
    assert expected(3, (0, 9, "a"), (19, 29, "b")) == ["a", None, "b"]


def test_before_the_first_range_nothing_is_expected():
    assert expected(3, (19, 29, "b")) == [None, None, "b"]


def test_the_blocks_interval_counts_before_the_samples():
    spans = [(0, 13, "a"), (14, 29, "b")]
    assert expected(3, *spans, sample={"intervalMs": 99}, intervalMs=10) == ["a", "b", "b"]


def test_without_any_interval_nothing_is_expected():
    assert expected(2, (0, 9, "a"), sample={"intervalMs": 0}) == [None, None]


@pytest.mark.parametrize(
    "hertz",
    [
        10,
        50,
        62.5,
        100,
        104,
        119,
        48,
        833,
    ],
)
def test_the_reading_at_a_windows_end_is_found_exactly(hertz):
    size, increase, count = 1000, 250, 60
    ends = [size + increase * i for i in range(count)]
    last = [ceil(Fraction(end) * Fraction(hertz) / 1000) - 1 for end in ends]
    spans = [(reading, reading, str(reading)) for reading in range(last[-1] + 1)]
    found = expected(count, *spans, size=size, increase=increase, sample={"intervalMs": 1000 / hertz})
    assert found == [str(reading) for reading in last]


# --- choosing a block -------------------------------------------------------------------------------------------------

THREE = (
    {"learnBlock": {"id": 2, "type": "keras", "title": "Gestures"}},
    {"learnBlock": {"id": 0, "type": "anomaly-gmm", "title": "Odd ones", "name": "GMM"}},
    {"learnBlock": {"id": 7, "type": "keras", "title": "More gestures"}},
)


@pytest.mark.parametrize(
    ("key", "found"),
    [(2, 2), (7, 7), (0, 0), (1, 0), (-1, 7), (-3, 2), ("anomaly-gmm", 0), ("Gestures", 2), ("GMM", 0)],
)
def test_a_block_answers_to_its_id_else_position_else_type_else_title(key, found):
    assert response(*THREE).block(key).id == found


def test_blocks_of_one_type_are_told_apart_by_their_last_layer():
    learn = {"type": "keras-object-detection", "title": "Things"}
    found = response(*({"learnBlock": learn, "objectDetectionLastLayer": layer} for layer in ("fomo", "yolox")))
    assert [block.last_layer for block in found.blocks] == ["fomo", "yolox"]
    assert found.block("yolox").id == 11
    with pytest.raises(ek.UsageError, match=r"10 \(keras-object-detection, fomo, 'Things'\), 11 \(.*, yolox, "):
        found.block("keras-object-detection")


def test_an_id_counts_before_a_position():
    assert response(*THREE).block(0).title == "Odd ones"


def test_the_blocks_are_in_the_order_of_the_server():
    assert [block.id for block in response(*THREE).blocks] == [2, 0, 7]


@pytest.mark.parametrize("key", [3, -4, 99, "kmeans", "", "keras "])
def test_a_block_that_is_not_there_is_an_error_that_lists_what_is(key):
    with pytest.raises(ek.UsageError, match="No block answers") as caught:
        response(*THREE).block(key)
    for words in ("2 (keras, 'Gestures')", "0 (anomaly-gmm, 'Odd ones')", "7 (keras, 'More gestures')", "Ask by id"):
        assert words in str(caught.value)


def test_a_type_that_two_blocks_have_is_an_error():
    with pytest.raises(ek.UsageError, match="More than one block answers to 'keras'"):
        response(*THREE).block("keras")


def test_a_result_without_blocks_says_so():
    with pytest.raises(ek.UsageError, match="has: none"):
        response().block(0)


def test_an_id_out_of_a_table_will_do():
    assert response(*THREE).block(pd.Series([7])[0]).id == 7


# --- thresholds -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value"), [("anomaly-gmm", 3.0), ("anomaly", 3.0), ("keras-visual-anomaly", 3.0), ("keras", 0.5)]
)
def test_of_several_thresholds_the_key_decides(kind, value):
    several = thresholds(("other", 9), ("min_score", 0.5), ("min_anomaly_score", 3.0))
    assert block_of([{}], learnBlock={"type": kind}, thresholds=several).threshold == value


def test_the_only_threshold_counts_whatever_its_key():
    block = block_of([{}], learnBlock={"type": "anomaly-gmm"}, thresholds=thresholds(("brand_new", 4)))
    assert block.threshold == 4


def test_of_several_thresholds_with_other_keys_none_counts_but_the_minimum_rating():
    several = thresholds(("one", 1), ("two", 2))
    assert block_of([{}], thresholds=several, minimumConfidenceRating=0.6).threshold == 0.6


def test_without_thresholds_the_minimum_rating_counts():
    assert block_of([{}], minimumConfidenceRating=0.6).threshold == 0.6


def test_without_anything_there_is_no_threshold():
    assert block_of([{}]).threshold is None


def test_a_threshold_of_zero_is_a_threshold():
    assert block_of([{}], thresholds=thresholds(("min_score", 0)), minimumConfidenceRating=0.6).threshold == 0


def test_a_threshold_may_come_as_text():
    assert block_of([{}], thresholds=thresholds(("min_score", "0.25"))).threshold == 0.25


@pytest.mark.parametrize("value", ["strict", None])
def test_a_threshold_that_is_no_number_is_passed_over(value):
    block = block_of([{}], thresholds=thresholds(("min_score", value)), minimumConfidenceRating=0.6)
    assert block.threshold == 0.6


def test_the_table_of_thresholds_has_what_the_server_says_of_each():
    table = ek.parse(SEED).blocks[0].thresholds
    assert list(table.columns) == [
        "key",
        "value",
        "description",
        "help_text",
        "suggested_value",
        "suggested_value_text",
        "dropdown_options",
    ]
    assert table.iloc[0].tolist()[:3] == ["min_score", 0.5, "Score threshold"]


def test_the_table_of_no_thresholds_has_the_same_columns():
    table = block_of([{}]).thresholds
    assert list(table.columns) == list(ek.parse(SEED).blocks[0].thresholds.columns)
    assert len(table) == 0


# --- segments ---------------------------------------------------------------------------------------------------------

SCORES = [{"anomaly": score} for score in (0.1, 5.0, 6.0, 0.2, 0.3, 0.1, 7.0)]


def test_segments_use_the_blocks_own_threshold():
    found = block_of(SCORES, thresholds=thresholds(("min_anomaly_score", 5.5))).segments()
    assert found.to_dict("list") == {"start_ms": [100, 300], "end_ms": [200, 400], "peak": [6, 7], "windows": [1, 1]}


def test_segments_take_another_threshold():
    found = block_of(SCORES, thresholds=thresholds(("min_anomaly_score", 5.5))).segments(1)
    assert found["windows"].tolist() == [2, 1]


def test_segments_without_any_threshold_are_an_error_that_says_what_to_do():
    with pytest.raises(ek.UsageError, match=r"segments\(threshold=…\)"):
        block_of(SCORES).segments()


def test_segments_of_a_block_without_anomaly_scores_are_an_error():
    with pytest.raises(ek.UsageError, match="no column"):
        block_of([{"idle": 1}]).segments(0.5)


# --- how they show themselves -----------------------------------------------------------------------------------------


def test_a_block_of_scores_tells_how_many_windows_are_above():
    block = block_of(SCORES, thresholds=thresholds(("min_anomaly_score", 5.5)))
    assert "2 of 7 windows above 5.5, highest score 7.00" in repr(block)


def test_a_block_of_labels_tells_how_often_each_won():
    assert "wave 2, idle 1 of 3 windows" in repr(block_of([{"idle": 0.1, "wave": 0.9}] * 2 + [{"idle": 1, "wave": 0}]))


@pytest.mark.parametrize("rows", [[], [{}], [{"a": None}], [{"a": None, "anomaly": None}]])
def test_a_block_with_nothing_to_tell_still_shows_itself(rows):
    block = block_of(rows, thresholds=thresholds(("min_score", 1)))
    assert repr(block).startswith("<BlockResult 10 keras")
    assert "Block 0" in block._repr_html_()


def test_names_from_a_server_are_escaped_in_html():
    nasty = "<script>alert('x')</script>&"
    learn = {"title": nasty, "type": nasty, "name": nasty}
    help_text = thresholds(("min_score", 0.5))[0] | {"helpText": nasty, "key": nasty}
    block = {"result": [{nasty: 1.0}], "learnBlock": learn, "thresholds": [help_text]}
    result = response(block, sample={"label": nasty, "filename": nasty, "metadata": {nasty: nasty}})
    for shown in (result, result.blocks[0], result.sample):
        assert "<script>" not in shown._repr_html_()
        assert "&lt;script&gt;" in shown._repr_html_()
