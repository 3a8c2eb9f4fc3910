"""A block's columns of one part as arrays: for summaries of stores, and for what is counted while a part is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edgekit.summaries import Coded, StoredPart

OF_SAMPLES = ("sample", "block", "windows", "threshold")
CATEGORY = "category"
TEXTS = (
    "expected", "predicted", "most_probable", CATEGORY,
    "name", "label", "named", "truth", "prediction", "object", "kind",
)  # fmt: skip


def stored_part(
    block: int, verdicts: pa.Table, table: pa.Table | None, samples: pa.Table | None, columns: Sequence[str]
) -> StoredPart:
    """Put together what a part's tables say of a block: `columns` of its own table, `CATEGORY` of the samples'."""
    verdicts = verdicts.filter(pc.equal(verdicts["block"], block))
    ids, windows = verdicts["sample"].to_numpy(), verdicts["windows"].to_numpy()
    if table is None:  # none of these samples has a row
        table, windows = pa.table({}), np.zeros_like(windows)
    arrays = columns_of(table, [name for name in columns if name != CATEGORY])
    if samples is not None and CATEGORY in columns:
        category = _coded(samples[CATEGORY])
        place = np.searchsorted(samples["sample"].to_numpy(), ids)
        arrays[CATEGORY] = category._replace(codes=category.codes[place])
    return StoredPart(ids, windows, verdicts["threshold"].to_numpy(), arrays)


def columns_of(table: pa.Table, columns: Sequence[str]) -> dict[str, Any]:
    """Return columns of a table as arrays: numbers, flags as -1 (missing), 0 and 1, or `Coded` texts."""
    there = dict(zip(table.column_names, table.columns, strict=True))
    return {name: _array(name, there.get(name), table.num_rows) for name in columns}


def _array(name: str, column: pa.ChunkedArray | None, size: int) -> Any:
    if column is None:  # a score that no sample of this part has
        return Coded(np.full(size, -1, np.int32), []) if name in TEXTS else np.full(size, np.nan)
    if name in TEXTS and not pa.types.is_floating(column.type):
        return _coded(column)
    if pa.types.is_boolean(column.type):
        return pc.fill_null(pc.cast(column, pa.int8()), -1).to_numpy()
    return column.to_numpy()


def _coded(column: pa.ChunkedArray) -> Coded:
    if not pa.types.is_dictionary(column.type):  # of the open part, which is in no file yet
        column = column.dictionary_encode()
    whole = column.unify_dictionaries().combine_chunks()
    codes = pc.fill_null(whole.indices, -1) if whole.null_count else whole.indices
    return Coded(codes.to_numpy(), whole.dictionary.to_pylist())
