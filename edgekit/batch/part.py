"""A part of a store: a thousand samples or so, written once and whole."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from edgekit.batch import part_counts, tables
from edgekit.batch.journal import FILE
from edgekit.batch.layout import sync
from edgekit.batch.tables import Kept
from edgekit.results.sample import Source

SUFFIX = ".parquet"
BLOCKS = b"edgekit.blocks"  # in the metadata of samples.parquet: [{id, kind, type, title, keys}, …] as JSON
TABLES = b"edgekit.tables"  # there as well: all tables of the part, {name: rows} as JSON; in older stores [name, …]


def tables_of(kept: Sequence[Kept], source: Source) -> dict[str, pa.Table]:
    """Return all tables of a part by name, the samples in ascending order."""
    ordered = sorted(kept, key=lambda one: one.record.sample)
    settings = [tables.settings(one.response) for one in ordered if one.response is not None]
    found = {"samples": tables.samples(ordered, settings), "failures": tables.failures(ordered)}
    rows, about = [], []
    for block in tables.blocks(ordered, source):
        of_block = dict(tables.of_block(block))
        rows.append(tables.of_samples(block))
        if not block.keys:  # of structured labels there is a row a window and key
            of_block |= part_counts.of_block(block.block, block.kind, rows[-1], of_block, found["samples"])
        found |= {f"{name}-{block.block}": table for name, table in of_block.items()}
        learn = block.raws[0].learn_block
        named = {"id": block.block, "kind": block.kind, "type": learn.type, "title": learn.title}
        about.append(named | {"last_layer": block.raws[0].object_detection_last_layer, "keys": block.keys})
    if rows:
        found["verdicts"] = pa.concat_tables(rows)
    found["samples"] = found["samples"].replace_schema_metadata(
        {BLOCKS: json.dumps(about), TABLES: json.dumps({name: len(table) for name, table in found.items()})}
    )
    return found


def seal(folder: Path, part: Path, kept: Sequence[Kept], source: Source) -> None:
    """Write the tables beside the answers, and make the folder a part: in one step, when all is on the disk."""
    for name, table in tables_of(kept, source).items():
        written(table, folder / f"{name}{SUFFIX}")
    for file in folder.iterdir():
        sync(file)
    sync(folder)
    part.parent.mkdir(exist_ok=True)
    os.replace(folder, part)
    sync(part.parent)


def written(table: pa.Table, file: Path) -> None:
    """Write a table as Parquet; texts and ids, which repeat, as dictionaries."""
    texts = [field.name for field in table.schema if pa.types.is_string(field.type)]
    repeated = [*texts, *({"sample"} & set(table.column_names))]
    pq.write_table(table, file, compression="zstd", compression_level=1, use_dictionary=repeated)


def clear(folder: Path) -> None:
    """Remove the tables that a killed run had begun to write: they are made again from the answers."""
    for file in folder.iterdir():
        if file.name != FILE:
            file.unlink()
