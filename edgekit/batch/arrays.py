"""What a block says of the samples of each part, as arrays: for summaries of more windows than fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edgekit import display, waiting
from edgekit.batch.reading import Parts
from edgekit.errors import UsageError
from edgekit.summaries import StoredPart

_OF_SAMPLES = ("sample", "block", "windows", "threshold")


def parts_of(
    parts: Parts, kind: str, block: int | str | None, table: str, columns: Sequence[str]
) -> Iterator[StoredPart] | None:
    """Yield a block's columns part by part; None of structured labels, whose tables have a row a window and key.

    Raises
    ------
    UsageError
        There is no such block, or more than one and none was named.
    """
    about = parts.block(block) if block is not None else _only(parts, kind)
    if about["keys"] or not parts.has(table, about["id"]):
        return None
    return _read(parts, about["id"], table, columns)


def _only(parts: Parts, kind: str) -> dict[str, Any]:
    found = [one for one in parts.blocks() if one["kind"] == kind]
    if len(found) == 1:
        return found[0]
    count = f"There are {len(found)} blocks" if found else "There is no block"
    listed = display.listing(f"{one['id']} ({one['type']})" for one in parts.blocks())
    raise UsageError(f"{count} of the kind {kind} in this store, which has: {listed or 'none'}. Name one: block=….")


def _read(parts: Parts, block: int, table: str, columns: Sequence[str]) -> Iterator[StoredPart]:
    name = f"{table}-{block}"
    wanted = {"verdicts": _OF_SAMPLES, name: columns}
    for part in _ahead(parts.each(wanted)):
        verdicts, found = part["verdicts"], part[name]
        if verdicts is None or found is None:
            continue
        own = verdicts.filter(pc.equal(verdicts["block"], block))
        yield StoredPart(
            own["sample"].to_numpy(),
            own["windows"].to_numpy(),
            own["threshold"].to_numpy(),
            {one: _array(found, one) for one in columns},
        )


def _ahead(items: Iterator[dict[str, pa.Table | None]]) -> Iterator[dict[str, pa.Table | None]]:
    """Read the next part while one is worked on."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (one := waiting.result(coming)) is not None:
            coming = pool.submit(next, items, None)
            yield one


def _array(table: pa.Table, name: str) -> Any:
    if name not in table.column_names:  # a score that no sample of this part has
        return np.full(table.num_rows, np.nan)
    column = table[name]
    if pa.types.is_boolean(column.type):
        return pc.fill_null(pc.cast(column, pa.int8()), -1).to_numpy()
    return column.to_numpy()
