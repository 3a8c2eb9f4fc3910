"""The scores of all windows as arrays, out of the JSON of a block's ``result`` or out of its dicts."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from json import JSONDecoder
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from edgekit.table_words import SCORE

_HEAD = 65_536  # bytes in which the first window is looked for
_FIRST = JSONDecoder().raw_decode
_PACK = msgspec.msgpack.Encoder().encode

Row = dict[str, float | None]
Columns = dict[str, NDArray[np.float64]]


class Scores(NamedTuple):
    """How many windows there are, and an array for each key of their ``result``: to be copied, not to be written to."""

    windows: int
    columns: Columns


def scores_of_rows(rows: list[Row]) -> Scores:
    """Turn a dict per window into an array per key; the usual case, the same keys in every window, without a copy."""
    names = list(rows[0]) if rows else []
    count = len(rows)
    try:
        if sum(map(len, rows)) != count * len(names):
            raise KeyError
        columns = {name: np.fromiter(map(itemgetter(name), rows), float, count) for name in names}
    except (KeyError, TypeError):  # windows with other keys, or null scores
        names = list(dict.fromkeys(chain.from_iterable(rows)))
        columns = {name: np.array([row.get(name) for row in rows], float) for name in names}
    return Scores(count, _anomaly_last(columns))


def scores_of_json(json: msgspec.Raw) -> Scores | None:
    """Decode windows that all have the same keys, and a number for each; None for any other, and for what is wrong."""
    try:
        names = _names(json)
        rows = _decoder(names).decode(json)
    except (ValueError, TypeError):  # other keys in some window, a null, a name no struct can have: or a fault
        return None
    return Scores(len(rows), _anomaly_last(_columns(rows, names)))


def _columns(rows: list[msgspec.Struct], names: tuple[str, ...]) -> Columns:
    """Read the numbers off by way of MessagePack, twice as fast as struct by struct.

    There a window is a head, and for each key its name, a mark and the 8 bytes of a float: in every window as long.
    """
    packed, window = _PACK(rows), _window(names)
    table = np.frombuffer(packed, window, offset=len(packed) - window.itemsize * len(rows))
    return {name: table[str(i)]["score"].astype(float) for i, name in enumerate(names)}


@lru_cache(maxsize=64)
def _window(names: tuple[str, ...]) -> np.dtype[Any]:
    keys = [len(_PACK(name)) for name in names]
    head = len(_PACK(dict.fromkeys(names))) - sum(keys) - len(names)
    return np.dtype(
        [("head", f"S{head}")] + [(str(i), [("key", f"S{n + 1}"), ("score", ">f8")]) for i, n in enumerate(keys)]
    )


def _names(json: msgspec.Raw) -> tuple[str, ...]:
    """Return the keys of the first window; ValueError where it has none."""
    text = bytes(memoryview(json)[:_HEAD]).decode("utf-8", "ignore")
    first, _ = _FIRST(text.lstrip("[ \n\r\t"))
    if not isinstance(first, dict) or not first:
        raise ValueError
    return tuple(first)


@lru_cache(maxsize=64)
def _decoder(names: tuple[str, ...]) -> msgspec.json.Decoder[list[msgspec.Struct]]:
    """Make a decoder of windows that all have these keys and numbers; no garbage collector has to watch them."""
    fields = [(f"score_{i}", float, msgspec.field(name=name)) for i, name in enumerate(names)]
    window = msgspec.defstruct("Window", fields, gc=False, forbid_unknown_fields=True)
    return msgspec.json.Decoder(list[window])  # type: ignore[valid-type]


def _anomaly_last(columns: Columns) -> Columns:
    """Put the anomaly score behind the labels' scores."""
    if SCORE in columns:
        columns[SCORE] = columns.pop(SCORE)
    return columns
