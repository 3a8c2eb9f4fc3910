"""Ranges of labels as arrays, out of the JSON of a block's ``expectedLabels`` or out of its structs.

A block may send a range for each of 100,000 windows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from edgekit.wire.grids import array_of_rows

EXACT = 2**53  # whole numbers up to here are floats as well
Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
_SHORT = 1000  # bytes of JSON


class Range(Protocol):
    """What `edgekit.wire.schema.StructuredLabel` has; `end_index` is inclusive."""

    start_index: int
    end_index: int
    label: str
    label_map: Any


class LabelRanges(NamedTuple):
    """Labels over the indices `first` to `last`, inclusive; not to be written to.

    `code` is each range's place in `names`, the labels without repetition; -1 is no label.
    """

    first: Floats
    last: Floats
    code: Codes
    names: tuple[str, ...]


def ranges_of_structs(ranges: Sequence[Range]) -> LabelRanges:
    """Turn a struct per range into arrays; an index beyond 2**53 counts as that."""
    first, last = _indices([one.start_index for one in ranges]), _indices([one.end_index for one in ranges])
    return LabelRanges(first, last, *coded([one.label for one in ranges]))


def coded(labels: Collection[str | None]) -> tuple[Codes, tuple[str, ...]]:
    """Return the code of each label, -1 of None, and the labels without repetition, in order of first appearance."""
    names = tuple(name for name in dict.fromkeys(labels) if name is not None)
    place: dict[str | None, int] = {**{name: code for code, name in enumerate(names)}, None: -1}
    return np.fromiter([place[label] for label in labels], np.intp, len(labels)), names


def ranges_of_json(json: msgspec.Raw, labels: Iterable[str]) -> LabelRanges | None:
    """Decode ranges of two whole numbers and a label; None for any other, and for what is wrong.

    Where all are among these `labels` no text is made for any of them.
    """
    content, known = memoryview(json), tuple(sorted(labels))
    return _of_short(bytes(content), known) if len(content) <= _SHORT else _decoded(content, known)


@lru_cache(maxsize=256)
def _of_short(json: bytes, labels: tuple[str, ...]) -> LabelRanges | None:
    """Decode what all blocks of an answer have, and often the next answer."""
    found = _decoded(json, labels)
    for array in () if found is None else found[:3]:
        array.flags.writeable = False
    return found


def _decoded(json: bytes | memoryview, labels: tuple[str, ...]) -> LabelRanges | None:
    for known in dict.fromkeys((labels, ())):
        try:
            ranges = _decoder(known).decode(json)
        except ValueError:
            continue
        names = known or tuple(dict.fromkeys([one.label for one in ranges]))
        place = {name: float(code) for code, name in enumerate(names)}
        columns = [
            [one.start_index for one in ranges],
            [one.end_index for one in ranges],
            [place[one.label] for one in ranges],
        ]
        first, last, code = array_of_rows(columns, len(ranges))
        if _whole(first) and _whole(last):
            return LabelRanges(first, last, code.astype(np.intp), names)
    return None


@lru_cache(maxsize=64)
def _decoder(labels: tuple[str, ...]) -> msgspec.json.Decoder[list[Any]]:
    """Make a decoder of ranges with one of these labels, or any; floats, of which arrays are made faster."""
    text = Literal[labels] if labels else str
    fields = [("start_index", float), ("end_index", float), ("label", text)]
    one = msgspec.defstruct("Range", fields, rename="camel", gc=False, forbid_unknown_fields=True)
    return msgspec.json.Decoder(list[one])  # type: ignore[valid-type]


def _whole(index: Floats) -> bool:
    return bool(((index == np.rint(index)) & (np.abs(index) <= EXACT)).all())


def _indices(indices: Sequence[int]) -> Floats:
    try:
        found = np.fromiter(indices, np.int64, len(indices))
    except OverflowError:
        found = np.array([max(-EXACT, min(index, EXACT)) for index in indices])
    return found.astype(float).clip(-EXACT, EXACT)
