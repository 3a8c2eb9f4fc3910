"""What a block says of the samples of each part, as arrays: for summaries of more windows than fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyarrow as pa

from edgekit import display, waiting
from edgekit.batch import part_counts
from edgekit.batch.reading import Parts
from edgekit.batch.stored_part import CATEGORY, OF_SAMPLES, TEXTS, stored_part
from edgekit.errors import UsageError
from edgekit.summaries import Counts, StoredPart, of_another_kind

OF_WINDOWS = ("windows", "predictions")  # tables that parts are without where no sample has a window


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
    about = _chosen(parts, kind, block, table)
    if about is None:
        return None
    tables = _ahead(parts.each(_wanted(table, about["id"], columns), TEXTS))
    return (found for part in tables if (found := _stored(part, about["id"], table, columns)))


def counts_of(parts: Parts, kind: str, block: int | str | None, threshold: float | None) -> Iterator[Counts] | None:
    """Yield what is counted of a block, as `parts_of` yields its columns; by the own threshold of each sample, or one.

    By their own it was counted when a part was written: then no window is read.
    """
    table, columns, count = part_counts.COUNTED[kind]
    about = _chosen(parts, kind, block, table)
    if about is None:
        return None
    kept = f"{part_counts.NAME}-{about['id']}" if threshold is None and about["kind"] == kind else None
    tables = _ahead(parts.each(_wanted(table, about["id"], columns), TEXTS, instead=kept))

    def each() -> Iterator[Counts]:
        for part in tables:
            if kept in part:
                yield part_counts.read(part[kept])
            elif (found := _stored(part, about["id"], table, columns)) is not None:
                yield count(found, threshold)

    return each()


def _chosen(parts: Parts, kind: str, block: int | str | None, table: str) -> dict[str, Any] | None:
    about = parts.block(block) if block is not None else _only(parts, kind)
    if about["keys"] or not parts.has(table, about["id"], everywhere=table not in OF_WINDOWS):
        return None
    if table == "predictions" and (about["kind"] == "regression") != (kind == "regression"):  # numbers, or labels
        raise of_another_kind(about["id"], about["kind"])
    return about


def _only(parts: Parts, kind: str) -> dict[str, Any]:
    found = [one for one in parts.blocks() if one["kind"] == kind]
    if len(found) > 1:  # of blocks that detect objects, as `edgekit.detection.summary` chooses
        found = [one for one in found if one["last_layer"] == "fomo"] or found
    if len(found) == 1:
        return found[0]
    count = f"There are {len(found)} blocks" if found else "There is no block"
    listed = display.listing(f"{one['id']} ({one['type']})" for one in parts.blocks())
    raise UsageError(f"{count} of the kind {kind} in this store, which has: {listed or 'none'}. Name one: block=….")


def _wanted(table: str, block: int, columns: Sequence[str]) -> dict[str, Sequence[str]]:
    own = [name for name in columns if name != CATEGORY]
    of_samples = {"samples": ("sample", CATEGORY)} if CATEGORY in columns else {}
    return {"verdicts": OF_SAMPLES, f"{table}-{block}": own, **of_samples}


def _stored(part: Mapping[str, pa.Table | None], block: int, table: str, columns: Sequence[str]) -> StoredPart | None:
    verdicts = part["verdicts"]
    if verdicts is None:
        return None
    return stored_part(block, verdicts, part[f"{table}-{block}"], part.get("samples"), columns)


def _ahead(items: Iterator[dict[str, pa.Table | None]]) -> Iterator[dict[str, pa.Table | None]]:
    """Read the next part while one is worked on."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (one := waiting.result(coming)) is not None:
            coming = pool.submit(next, items, None)
            yield one
