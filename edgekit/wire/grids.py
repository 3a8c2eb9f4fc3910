"""Rows of numbers as an array, out of their JSON: the cells of a picture, the readings of a sample."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from edgekit.wire.lazy import without_collector

_ROWS = msgspec.json.Decoder(list[list[float]])
_PACK = msgspec.msgpack.Encoder().encode

Grid = NDArray[np.float64]


def grid_of_json(json: msgspec.Raw) -> Grid | None:
    """Decode rows of one length with a number for each cell; None for any other rows, and for what is wrong."""
    with without_collector(memoryview(json)):
        try:
            rows = _ROWS.decode(json)
        except ValueError:  # a null, or a fault
            return None
        columns = len(rows[0]) if rows else 0
        if not columns or set(map(len, rows)) != {columns}:
            return None
        return array_of_rows(rows, columns)


def array_of_rows(rows: list[list[float]], columns: int) -> Grid:
    """Read floats off by way of MessagePack, several times as fast as one by one; all rows have so many `columns`.

    There a row is a head, and for each cell a mark and the 8 bytes of a float: each row as long.
    """
    packed, row = _PACK(rows), _row(columns)
    table = np.frombuffer(packed, row, offset=len(packed) - row.itemsize * len(rows))
    return np.asarray(table["cells"]["score"], np.float64)


@lru_cache(maxsize=64)
def _row(columns: int) -> np.dtype[Any]:
    head = len(_PACK([None] * columns)) - columns
    return np.dtype([("head", f"V{head}"), ("cells", [("mark", "V1"), ("score", ">f8")], (columns,))])
