"""What a block says of the samples of each part, as arrays: for summaries of more windows than fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from edgekit import display, waiting
from edgekit.batch import part_counts
from edgekit.batch.reading import Parts
from edgekit.batch.stored_part import CATEGORY, OF_SAMPLES, TEXTS, columns_of, stored_part
from edgekit.errors import UsageError
from edgekit.summaries import Counts, PartArrays, StoredPart, Tables, of_another_kind

VERDICTS = "verdicts"  # a row a sample and block, in one table
OF_WINDOWS = ("windows", "predictions")  # tables that parts are without where no sample has a window


def parts_of(parts: Parts, kind: str, block: int | str | None, tables: Tables) -> Iterator[PartArrays] | None:
    """Yield columns of a block's tables part by part, and of the `VERDICTS`; None where they are not all there.

    So it is of pictures that could not be counted.

    Raises
    ------
    UsageError
        There is no such block, or more than one and none was named.
    """
    number = _about(parts, kind, block)["id"]
    if not all(parts.has(name, number, everywhere=True) for name in tables if name != VERDICTS):
        return None
    files = {name if name == VERDICTS else f"{name}-{number}": name for name in tables}
    wanted = {file: (*tables[name], "block") if name == VERDICTS else tables[name] for file, name in files.items()}

    def each() -> Iterator[PartArrays]:
        for part in _ahead(parts.each(wanted, TEXTS)):
            found = {name: part[file] for file, name in files.items()}
            if (verdicts := found.get(VERDICTS)) is not None:
                found[VERDICTS] = verdicts.filter(pc.equal(verdicts["block"], number))
            if all(table is not None for table in found.values()):  # else the block said nothing of these samples
                yield {name: columns_of(table, tables[name]) for name, table in found.items()}

    return each()


def counts_of(parts: Parts, kind: str, block: int | str | None, threshold: float | None) -> Iterator[Counts] | None:
    """Yield what is counted of a block part by part: by the own threshold of each sample, or one; None as above.

    By their own it was counted when a part was written: then no window is read. Structured labels are not counted:
    their tables have a row a window and key.

    Raises
    ------
    UsageError
        There is no such block, or more than one and none was named; it predicts numbers in place of labels.
    """
    table, columns, count = part_counts.COUNTED[kind]
    about = _about(parts, kind, block)
    if about["keys"] or not parts.has(table, about["id"], everywhere=table not in OF_WINDOWS):
        return None
    if table == "predictions" and (about["kind"] == "regression") != (kind == "regression"):  # numbers, or labels
        raise of_another_kind(about["id"], about["kind"])
    kept = f"{part_counts.NAME}-{about['id']}" if threshold is None and about["kind"] == kind else None
    tables = _ahead(parts.each(_wanted(table, about["id"], columns), TEXTS, instead=kept))

    def each() -> Iterator[Counts]:
        for part in tables:
            if kept in part:
                yield part_counts.read(part[kept])
            elif (found := _stored(part, about["id"], table, columns)) is not None:
                yield count(found, threshold)

    return each()


def _about(parts: Parts, kind: str, block: int | str | None) -> dict[str, Any]:
    return parts.block(block) if block is not None else _only(parts, kind)


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
    return {VERDICTS: OF_SAMPLES, f"{table}-{block}": own, **of_samples}


def _stored(part: Mapping[str, pa.Table | None], block: int, table: str, columns: Sequence[str]) -> StoredPart | None:
    verdicts = part[VERDICTS]
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
