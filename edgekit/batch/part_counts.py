"""What the summaries need of a part's samples, counted while the part is made: a row a sample in place of its windows.

It is counted by the thresholds that the samples came with; for others a summary reads the windows, as it does where a
part has no such table (those that edgekit 0.1 made). Where something else is counted one day, the table gets
another name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from edgekit.anomaly import store_summary as of_anomalies
from edgekit.batch.stored_part import stored_part
from edgekit.classification import store_summary as of_labels
from edgekit.regression import store_summary as of_numbers
from edgekit.summaries import Counts, StoredPart, ValuesOfEach
from edgekit.visual import store_summary as of_cells

NAME = "counts"
_LABELS = b"edgekit.labels"  # in the table's metadata, as JSON
# Of each kind of block out of which table, which columns, and what counts them by a threshold.
COUNTED: dict[str, tuple[str, Sequence[str], Callable[[StoredPart, float | None], Counts]]] = {
    "anomaly": ("windows", of_anomalies.COLUMNS, of_anomalies.counts),
    "classification": ("predictions", of_labels.COLUMNS, of_labels.counts),
    "regression": ("predictions", of_numbers.COLUMNS, of_numbers.counts),
    "visual": ("cell_scores", of_cells.CELLS, of_cells.counts),
}


def of_block(
    block: int, kind: str, verdicts: pa.Table, tables: Mapping[str, pa.Table], samples: pa.Table
) -> dict[str, pa.Table]:
    """Count what a block says in its tables; nothing of a kind that has tables of its own, or where it says nothing."""
    name, columns, count = COUNTED.get(kind, ("", (), None))
    if count is None or name not in tables:
        return {}
    return {NAME: _table(count(stored_part(block, verdicts, tables[name], samples, columns), None))}


def _table(counts: Counts) -> pa.Table:
    columns = {name: _column(values) for name, values in counts.columns.items()}
    return pa.table(columns).replace_schema_metadata({_LABELS: json.dumps(counts.labels)})


def _column(values: Any) -> pa.Array:
    if isinstance(values, ValuesOfEach):
        ends = np.cumsum(values.counts * values.values.itemsize).astype(np.int32)
        buffers = [None, pa.py_buffer(np.insert(ends, 0, 0)), pa.py_buffer(np.ascontiguousarray(values.values))]
        return pa.Array.from_buffers(pa.binary(), len(values.counts), buffers)
    if values.ndim == 2:
        return pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])
    return pa.array(values)


def read(table: pa.Table) -> Counts:
    """Return what was counted."""
    columns = {name: _values(table[name].combine_chunks()) for name in table.column_names}
    return Counts(columns, json.loads((table.schema.metadata or {}).get(_LABELS, b"[]")))


def _values(column: pa.Array) -> Any:
    if pa.types.is_binary(column.type):
        _, ends, held = column.buffers()
        bounds = np.frombuffer(ends, np.int32)[column.offset : column.offset + len(column) + 1]
        return _of_each(np.frombuffer(held or b"", np.uint8)[bounds[0] : bounds[-1]], np.diff(bounds))
    if pa.types.is_fixed_size_list(column.type):
        return column.flatten().to_numpy().reshape(len(column), column.type.list_size)
    return column.to_numpy(zero_copy_only=False)


def _of_each(held: NDArray[np.uint8], sizes: NDArray[np.int32]) -> ValuesOfEach:
    values = held.view(np.uint16)
    return ValuesOfEach(values, sizes // values.itemsize)
