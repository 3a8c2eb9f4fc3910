"""Ranges of labels as arrays: the same out of JSON as out of structs, and None of what arrays cannot say."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.wire.ranges import ranges_of_json, ranges_of_structs
from edgekit.wire.schema import StructuredLabel

indices = st.integers(-(2**53), 2**53)
spans = st.lists(st.builds(StructuredLabel, indices, indices, st.text()))


@given(spans, st.sets(st.text()), st.booleans())
def test_ranges_are_the_same_out_of_json_as_out_of_structs(ranges, others, all_known):
    known = others | {one.label for one in ranges} if all_known else others
    found = ranges_of_json(msgspec.Raw(msgspec.json.encode(ranges)), known)
    wanted = ranges_of_structs(ranges)
    for one, other in zip(found[:3], wanted[:3], strict=True):
        assert one.dtype == other.dtype
    assert found.first.tolist() == wanted.first.tolist()
    assert found.last.tolist() == wanted.last.tolist()
    for one in (found, wanted):  # the codes may be others: of all known labels, or of those that are there
        assert [one.names[code] for code in one.code] == [span.label for span in ranges]


@pytest.mark.parametrize(
    "json",
    [
        '[{"startIndex": 0, "endIndex": 1}]',
        '[{"startIndex": 0, "endIndex": 1, "label": null}]',
        '[{"startIndex": 0.5, "endIndex": 1, "label": "idle"}]',
        '[{"startIndex": 0, "endIndex": 9007199254740994, "label": "idle"}]',
        '[{"startIndex": 0, "endIndex": 1, "label": "idle", "labelMap": {"labels": {}}}]',
        "null",
        "{}",
    ],
)
def test_what_arrays_cannot_say_is_left_to_the_structs(json):
    assert ranges_of_json(msgspec.Raw(json.encode()), {"idle"}) is None
