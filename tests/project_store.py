"""A store of many samples, made of the sandbox's answers of a few: its tables are as `classify` writes them."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa

import edgekit as ek
from edgekit.batch import journal, layout
from edgekit.batch.journal import Place
from edgekit.batch.part import SUFFIX, tables_of, written
from edgekit.batch.source import Stored
from edgekit.batch.tables import Kept

IN_PART = 1000  # samples
TABLES = ("samples", "verdicts", "failures")  # the others are as large in each part, and no table of samples reads them


def project_store(folder: Path, base: ek.Store, parts: int) -> ek.Store:
    """Write a store of `parts` times 1,000 samples into a new folder.

    The answers of `base` come again and again under other ids and names. Their file is one: of every part it holds the
    answers of the first, so `Store.result` gives another id than was asked for.
    """
    about = layout.about(base.folder)
    assert about is not None
    folder.mkdir()
    layout.begin(folder, msgspec.structs.replace(about, runs=about.runs[:1]))
    places = base._parts.places()
    found = [journal.record_at(*places[sample]) for sample in places]
    packed = [journal.answered(n, 1, bytes(found[n % len(found)].answer)) for n in range(IN_PART)]
    begins = np.cumsum([0, *map(len, packed)]).tolist()
    kept = [Kept.of(journal.unpacked(one), Place(at, len(one))) for one, at in zip(packed, begins[:-1], strict=True)]
    tables = tables_of(kept, Stored(about))
    number = np.random.default_rng(0).permutation(parts * IN_PART)
    first: Path | None = None
    for part in range(parts):
        place = folder / layout.PARTS / f"{part + 1:06}"
        place.mkdir(parents=True)
        if first is None:
            first = place / journal.FILE
            first.write_bytes(b"".join(packed))
        else:
            os.link(first, place / journal.FILE)
        names = [f"recording-{one:06d}.cbor" for one in number[part * IN_PART : (part + 1) * IN_PART]]
        for name in TABLES:
            table = tables[name]
            ids = np.tile(np.arange(IN_PART), len(table) // IN_PART) + part * IN_PART  # of verdicts block by block
            table = _put(table, "sample", ids)
            written(_put(table, "filename", names) if name == "samples" else table, place / f"{name}{SUFFIX}")
    return ek.Store(folder)


def _put(table: pa.Table, name: str, values: object) -> pa.Table:
    column = table.column_names.index(name)
    return table.set_column(column, name, pa.array(values))
