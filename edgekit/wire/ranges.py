"""Ranges of labels as arrays, out of the JSON of a block's ``expectedLabels`` or out of its structs.

A block may send a range for each of 100,000 windows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, Any, Literal, NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

EXACT = 2**53  # whole numbers up to here are floats as well
_Whole = Annotated[float, msgspec.Meta(ge=-EXACT, le=EXACT, multiple_of=1)]
Floats = NDArray[np.float64]
_FIRST, _LAST, _LABEL = map(attrgetter, ("start_index", "end_index", "label"))


class Range(Protocol):
    """What `edgekit.wire.schema.StructuredLabel` has; `end_index` is inclusive."""

    start_index: int
    end_index: int
    label: str
    label_map: Any


class LabelRanges(NamedTuple):
    """Labels over the indices `first` to `last`, inclusive; not to be written to."""

    first: Floats
    last: Floats
    label: NDArray[Any]


def ranges_of_structs(ranges: Sequence[Range]) -> LabelRanges:
    """Turn a struct per range into three arrays; an index beyond 2**53 counts as that."""
    label = np.fromiter(map(_LABEL, ranges), object, len(ranges))
    return LabelRanges(_indices(_FIRST, ranges), _indices(_LAST, ranges), label)


def ranges_of_json(json: msgspec.Raw, labels: Iterable[str]) -> LabelRanges | None:
    """Decode ranges of two whole numbers and a label; None for any other, and for what is wrong.

    Where all are among these `labels` no text is made for each of them.
    """
    for known in dict.fromkeys((tuple(sorted(labels)), ())):
        try:
            ranges = _decoder(known).decode(json)
        except ValueError:
            continue
        first, last = (np.fromiter(map(which, ranges), float, len(ranges)) for which in (_FIRST, _LAST))
        return LabelRanges(first, last, np.fromiter(map(_LABEL, ranges), object, len(ranges)))
    return None


@lru_cache(maxsize=64)
def _decoder(labels: tuple[str, ...]) -> msgspec.json.Decoder[list[Any]]:
    """Make a decoder of ranges with one of these labels, or any; floats, of which arrays are made faster."""
    text = Literal[labels] if labels else str
    fields = [("start_index", _Whole), ("end_index", _Whole), ("label", text)]
    one = msgspec.defstruct("Range", fields, rename="camel", gc=False, forbid_unknown_fields=True)
    return msgspec.json.Decoder(list[one])  # type: ignore[valid-type]


def _indices(which: Callable[[Range], int], ranges: Sequence[Range]) -> Floats:
    try:
        found = np.fromiter(map(which, ranges), np.int64, len(ranges))
    except OverflowError:
        found = np.array([max(-EXACT, min(which(one), EXACT)) for one in ranges])
    return found.astype(float).clip(-EXACT, EXACT)
