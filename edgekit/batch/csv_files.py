"""The tables of a store as CSV files, a part at a time: no table lies in memory whole."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from edgekit.batch import layout
from edgekit.batch.store import Store
from edgekit.batch.tables import TABLES

FOLDER = "csv"


def write(store: Store) -> list[Path]:
    """Write ``csv/samples.csv``, ``csv/failures.csv`` and the tables of each block, such as ``csv/windows-5.csv``.

    Files that are there are replaced, each when the new one is whole.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    EdgekitError
        They cannot be written, for want of room say.
    """
    place = store.folder / FOLDER
    written = []
    try:
        place.mkdir(exist_ok=True)
        written.append(_replaced(place / "samples.csv", [store.samples().reset_index()]))
        written.append(_replaced(place / "failures.csv", [store.failures().reset_index()]))
        for block in store.blocks()["id"]:
            for name in TABLES:
                if store.has(name, block):
                    written.append(_replaced(place / f"{name}-{block}.csv", store.by_part(name, block)))
    except OSError as problem:
        raise layout.full(store.folder, problem) from None
    return written


def _replaced(file: Path, tables: Iterable[pd.DataFrame]) -> Path:
    draft = file.with_name(f".edgekit-{file.name}")
    try:
        with open(draft, "w", encoding="utf-8", newline="") as stream:
            for i, table in enumerate(tables):
                table.to_csv(stream, index=False, header=not i)
        os.replace(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    return file
