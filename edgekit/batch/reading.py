"""The parts of a store as tables: what is written in Parquet, and what the open part has so far."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from edgekit import display
from edgekit.batch import journal, layout, part, places
from edgekit.batch.journal import FILE
from edgekit.batch.part import BLOCKS, SUFFIX, TABLES
from edgekit.batch.places import AnswerPlace, Places
from edgekit.batch.source import Stored
from edgekit.batch.tables import Kept
from edgekit.errors import ResponseError
from edgekit.results.by_kind import most_telling
from edgekit.results.result import ClassifyResult
from edgekit.summaries import not_one_block

TYPES = {pa.bool_(): pd.BooleanDtype()}
_READERS = 2  # threads


class Parts:
    """The parts of a store as they are now.

    Parameters
    ----------
    folder : Path
        Of the store.
    source : Stored
        What explains the answers.
    """

    def __init__(self, folder: Path, source: Stored) -> None:
        self._source = source
        files = [folder / name / FILE for name in (layout.SEALING, layout.OPEN)]
        while True:
            states = [_state(file) for file in files]
            open_ = [(file, _open_tables(file, of, source)) for file, of in zip(files, states, strict=True) if of]
            self._open = [(file, tables) for file, tables in open_ if tables]
            self.sealed = layout.parts(folder)
            if [of and of.inode for of in states] == [of and of.inode for of in map(_state, files)]:
                break  # else a run has moved one of them in the meantime, which would be nowhere or twice

    def each(
        self, wanted: Mapping[str, Sequence[str] | None], coded: Sequence[str] = (), instead: str | None = None
    ) -> Iterator[dict[str, pa.Table | None]]:
        """Yield these tables, with these columns, part by part; None where a part has none of that name.

        The texts of the columns `coded` stay as they are stored: as places in a dictionary. Of a part that has the
        table `instead` it yields this one alone.
        """
        for one in self.sealed:
            if instead and (file := one / f"{instead}{SUFFIX}").exists():
                yield {instead: _read(file, None)}
                continue
            files = {name: _file(one, name) for name in wanted}
            yield {name: file and _read(file, wanted[name], coded) for name, file in files.items()}
        for _, tables in self._open:
            if instead in tables:
                yield {instead: tables[instead]}
            else:
                yield {name: _selected(tables.get(name), columns) for name, columns in wanted.items()}

    def tables(self, name: str, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Yield a table part by part; a part that has none of this name is left out.

        Raises
        ------
        ResponseError
            A file is damaged; the text names it.
        """
        for one in self.sealed:
            if file := _file(one, name):
                yield _read(file, columns)
        yield from (_selected(tables[name], columns) for _, tables in self._open if name in tables)

    def columns(self, name: str) -> Iterator[list[str]]:
        """Yield the columns of a table in each part: labels may have come later."""
        for one in self.sealed:
            if file := _file(one, name):
                yield _schema(file, _state(file)).names
        yield from (tables[name].column_names for _, tables in self._open if name in tables)

    def table(
        self,
        name: str,
        columns: Sequence[str] | None = None,
        *,
        where: int | None = None,
        missing: Sequence[str] = (),
    ) -> pd.DataFrame:
        """Return a table of all parts, ascending by sample; of the verdicts those `where` the block is this one."""
        whole = self.whole(name, columns)
        if whole is None:
            return pd.DataFrame(columns=list(columns or missing))
        if where is not None:
            whole = whole.filter(pc.equal(whole["block"], where))
        table: pd.DataFrame = whole.to_pandas(types_mapper=TYPES.get)
        if "sample" in table and not table["sample"].is_monotonic_increasing:
            table = table.sort_values("sample", kind="stable", ignore_index=True)
        return table

    def whole(self, name: str, columns: Sequence[str] | None = None, coded: Sequence[str] = ()) -> pa.Table | None:
        """Return a table of all parts, one after the other; None where there is no such table.

        The texts of the columns `coded` are places in one dictionary. Where nothing was answered it has the columns
        that a part without a row would have.
        """
        there = [(one, file) for one in self.sealed if (file := _file(one, name))]
        files = [file for one, file in there if not _is_empty(one, name)]

        def read(reader: int) -> list[pa.Table]:
            share = files[reader * len(files) // _READERS : (reader + 1) * len(files) // _READERS]
            return [_read(file, columns, coded, threads=False) for file in share]

        with ThreadPoolExecutor(_READERS) as pool:  # half the time of one after the other, on two processors
            found = [table for tables in pool.map(read, range(_READERS)) for table in tables]
        found += [_coded(_selected(tables[name], columns), coded) for _, tables in self._open if name in tables]
        if not found and (empty := part.tables_of([], self._source).get(name)) is not None:
            found = [_coded(_selected(empty, columns), coded)]
        elif not found:  # no row of it anywhere: the files have its columns
            found = [_read(file, columns, coded) for _, file in there]
        if not found:
            return None
        return pa.concat_tables(found, promote_options="permissive").unify_dictionaries()

    def blocks(self) -> list[dict[str, Any]]:
        """List the learn blocks that answered: id, kind, type, title, last_layer, keys."""
        found: dict[int, dict[str, Any]] = {}
        for schema in self._schemas():
            for one in _blocks(schema):
                found.setdefault(one["id"], one)
        return [found[number] for number in sorted(found)]

    def _schemas(self) -> Iterator[pa.Schema]:
        for one in self.sealed:
            file = one / f"samples{SUFFIX}"
            yield _schema(file, _state(file))
        yield from (tables["samples"].schema for _, tables in self._open)

    def block(self, key: int | str | None) -> dict[str, Any]:
        """Return one block: by its id, type, last layer, kind or title; without a key the one that tells most.

        Raises
        ------
        UsageError
            None, or more than one, answers to it; the text lists what there is.
        """
        blocks = self.blocks()
        if key is None and blocks:
            return min(blocks, key=lambda one: most_telling(one["kind"], one["type"], one["last_layer"]))
        if isinstance(key, int | np.integer):
            found = [one for one in blocks if one["id"] == key]
        else:
            names = ("type", "last_layer", "kind", "title")
            found = next((same for name in names if (same := [b for b in blocks if key and b[name] == key])), [])
        if len(found) == 1:
            return found[0]
        listed = ", ".join(f"{b['id']} ({display.shown(b['type'])}, {display.shown(b['title'])!r})" for b in blocks)
        raise not_one_block(len(found), key, f"This store has: {listed or 'none'}")

    def has(self, name: str, block: int, *, everywhere: bool = False) -> bool:
        """Say whether a block has a table of this name: in any part, or `everywhere` where the block has answered."""
        whole = f"{name}-{block}"
        found = [_file(one, whole) is not None for one in self.sealed]
        found += [whole in tables for _, tables in self._open]
        if not everywhere:
            return any(found)
        answered = [any(one["id"] == block for one in _blocks(schema)) for schema in self._schemas()]
        return any(found) and all(has for has, one in zip(found, answered, strict=True) if one)

    def places(self) -> Places:
        """Return where each answer stands, by sample id."""
        files = [one / FILE for one in self.sealed] + [file for file, _ in self._open]
        tables = [_places(file, _state(file)) for one in self.sealed for file in [one / f"samples{SUFFIX}"]]
        return Places(files, [*tables, *(_listed(tables["samples"]) for _, tables in self._open)])

    def result(self, at: AnswerPlace) -> ClassifyResult:
        """Read one result."""
        record = journal.record_at(at.file, at.place)
        return ClassifyResult(record.response(), self._source.of(record.picture), variant=self._source.variant)


def _blocks(schema: pa.Schema) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((schema.metadata or {}).get(BLOCKS, b"[]"))
    return found


class _State(NamedTuple):
    """What tells a file from the same one at another time, and from another one in its place."""

    inode: int
    size: int
    changed: int


def _state(file: Path) -> _State | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return _State(found.st_ino, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=4)
def _open_tables(file: Path, state: _State, source: Stored) -> dict[str, pa.Table]:
    """Return the tables of the open part; nothing where it has become a part in the meantime."""
    try:
        kept = [Kept.of(record, place) for record, place in journal.records(file)]
    except FileNotFoundError:
        return {}
    return part.tables_of(kept, source) if kept else {}


def _selected(table: pa.Table | None, columns: Sequence[str] | None) -> pa.Table | None:
    if table is None or columns is None:
        return table
    return table.select([name for name in columns if name in table.column_names])


def _coded(table: pa.Table, coded: Sequence[str]) -> pa.Table:
    """Turn texts that are in no file yet into places in a dictionary, as those of files are read."""
    for place, name in enumerate(table.column_names):
        if name in coded:
            table = table.set_column(place, name, table[name].dictionary_encode())
    return table


def _file(one: Path, name: str) -> Path | None:
    """Return the file of a table; None where the part was written without it."""
    file = one / f"{name}{SUFFIX}"
    if file.exists():
        return file
    if name in _listed_tables(one):
        raise _damaged(file, "it is missing")
    return None


def _is_empty(one: Path, name: str) -> bool:
    """Say whether a part has no row of a table, as its own list has it: an older part does not say."""
    listed = _listed_tables(one)
    return isinstance(listed, dict) and listed.get(name) == 0


def _listed_tables(one: Path) -> dict[str, int] | list[str]:
    about = one / f"samples{SUFFIX}"
    listed: dict[str, int] | list[str] = json.loads((_schema(about, _state(about)).metadata or {}).get(TABLES, b"[]"))
    return listed


def _read(file: Path, columns: Sequence[str] | None, coded: Sequence[str] = (), *, threads: bool = True) -> pa.Table:
    try:
        with _opened(file, [name for name in coded if columns is None or name in columns]) as found:
            names = found.schema_arrow.names
            wanted = None if columns is None else [name for name in columns if name in names]
            return found.read(wanted, use_threads=threads)
    except (OSError, pa.ArrowException) as problem:
        raise _damaged(file, problem) from None


def _opened(file: Path, coded: list[str]) -> pq.ParquetFile:
    """Open a file of which these columns, where they are texts, are read as places in a dictionary."""
    try:
        return pq.ParquetFile(file, read_dictionary=coded or None)
    except KeyError:  # this part has not all of them: to look before takes as long as to read
        there = [name for name in coded if name in pq.read_schema(file).names]
        return pq.ParquetFile(file, read_dictionary=there or None)


@lru_cache(maxsize=4096)
def _schema(file: Path, state: _State | None) -> pa.Schema:
    try:
        return pq.read_schema(file)
    except (OSError, pa.ArrowException) as problem:
        raise _damaged(file, problem) from None


@lru_cache(maxsize=4096)
def _places(file: Path, state: _State | None) -> NDArray[np.int64]:
    return _listed(_read(file, places.COLUMNS))


def _listed(samples: pa.Table) -> NDArray[np.int64]:
    return np.column_stack([samples[name].to_numpy() for name in places.COLUMNS])


def _damaged(file: Path, problem: object) -> ResponseError:
    return layout.damaged(file, problem, "delete the folder it is in: the next run asks for its samples again")
