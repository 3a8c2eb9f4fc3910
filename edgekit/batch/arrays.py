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
from edgekit.summaries import Coded, StoredPart, of_another_kind

_OF_SAMPLES = ("sample", "block", "windows", "threshold")
CATEGORY = "category"
OF_WINDOWS = ("windows", "predictions")  # tables that parts are without where no sample has a window
TEXTS = (
    "expected", "predicted", "most_probable", CATEGORY,
    "name", "label", "named", "truth", "prediction", "object", "kind",
)  # fmt: skip


def parts_of(
    parts: Parts, kind: str, block: int | str | None, table: str, columns: Sequence[str]
) -> Iterator[StoredPart] | None:
    """Yield a block's columns part by part; None where they are not all there.

    So it is of structured labels, whose tables have a row a window and key, and of pictures that could not be counted.

    Raises
    ------
    UsageError
        There is no such block, or more than one and none was named; it predicts numbers in place of labels.
    """
    about = parts.block(block) if block is not None else _only(parts, kind)
    if about["keys"] or not parts.has(table, about["id"], everywhere=table not in OF_WINDOWS):
        return None
    if table == "predictions" and (about["kind"] == "regression") != (kind == "regression"):  # numbers, or labels
        raise of_another_kind(about["id"], about["kind"])
    return _read(parts, about["id"], table, columns)


def _only(parts: Parts, kind: str) -> dict[str, Any]:
    found = [one for one in parts.blocks() if one["kind"] == kind]
    if len(found) > 1:  # of blocks that detect objects, as `edgekit.detection.summary` chooses
        found = [one for one in found if one["last_layer"] == "fomo"] or found
    if len(found) == 1:
        return found[0]
    count = f"There are {len(found)} blocks" if found else "There is no block"
    listed = display.listing(f"{one['id']} ({one['type']})" for one in parts.blocks())
    raise UsageError(f"{count} of the kind {kind} in this store, which has: {listed or 'none'}. Name one: block=….")


def _read(parts: Parts, block: int, table: str, columns: Sequence[str]) -> Iterator[StoredPart]:
    name = f"{table}-{block}"
    own = [column for column in columns if column != CATEGORY]
    wanted: dict[str, Sequence[str]] = {"verdicts": _OF_SAMPLES, name: own}
    if CATEGORY in columns:
        wanted["samples"] = ("sample", CATEGORY)
    for part in _ahead(parts.each(wanted, TEXTS)):
        verdicts, found = part["verdicts"], part[name]
        if verdicts is None:
            continue
        verdicts = verdicts.filter(pc.equal(verdicts["block"], block))
        samples, windows = verdicts["sample"].to_numpy(), verdicts["windows"].to_numpy()
        if found is None:  # none of these samples has a row
            found, windows = pa.table({}), np.zeros_like(windows)
        arrays = {one: _array(found, one) for one in own}
        if (listed := part.get("samples")) is not None:
            category = _coded(listed[CATEGORY])
            place = np.searchsorted(listed["sample"].to_numpy(), samples)
            arrays[CATEGORY] = category._replace(codes=category.codes[place])
        yield StoredPart(samples, windows, verdicts["threshold"].to_numpy(), arrays)


def _ahead(items: Iterator[dict[str, pa.Table | None]]) -> Iterator[dict[str, pa.Table | None]]:
    """Read the next part while one is worked on."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (one := waiting.result(coming)) is not None:
            coming = pool.submit(next, items, None)
            yield one


def _array(table: pa.Table, name: str) -> Any:
    if name not in table.column_names:  # a score that no sample of this part has
        return Coded(np.full(table.num_rows, -1, np.int32), []) if name in TEXTS else np.full(table.num_rows, np.nan)
    column = table[name]
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
