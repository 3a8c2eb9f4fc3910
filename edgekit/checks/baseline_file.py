"""The file of a baseline: CSV that a person can review in a diff, below a head that says what it was made with.

CSV and not Parquet: what changed shows in a diff and in a pull request, any tool opens it, and no package is needed.
Numbers are written as Python writes them, so that reading gives back the same ones.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import display, progress, shell
from edgekit.checks.baseline import FRAME, NO_OBJECT, Baseline, Settings
from edgekit.errors import EdgekitError, UsageError

FORMAT = 1
_TITLE = "# edgekit baseline, format"
_AT_ONCE = 50_000  # rows
_LARGEST = 2**53  # up to it a float64 holds every whole number
_TEXTS = ("label", "verdict")
_WHOLE = ("block", "sample", "window")
_HEAD = re.compile(rb"(?:# [^\n]*\n?)*")
_MERGE = ("<<<<<<<", ">>>>>>>")


class Commands(NamedTuple):
    """What to type to have a baseline written, by the way in which it is used: errors and reports name it."""

    make: str
    renew: str  # in place of one that says something else, or is damaged


LIBRARY = Commands("ek.checks.save(results, path)", "ek.checks.save(results, path, update=True)")


class BaselineError(EdgekitError):
    """A file is no baseline, is damaged, or was written by a newer edgekit; the text says which, and what to do."""


class DamagedBaselineError(BaselineError):
    """A file is a baseline, and damaged: a new one may take its place."""


def written(baseline: Baseline) -> str:
    """Return the text of a baseline's file."""
    rows = baseline.rows
    about = msgspec.to_builtins(baseline.settings)
    blocks = about.pop("blocks")
    out = io.StringIO()
    out.write(f"{_TITLE} {FORMAT}: written by ek.checks.save(), read by ek.checks.compare()\n")
    for name, value in [*about.items(), *(("block", block) for block in blocks), ("rows", len(rows))]:
        out.write(f"# {name}: {json.dumps(value, ensure_ascii=False)}\n")
    has_objects = bool((rows["object"] != NO_OBJECT).any())
    names = [name for name in rows if has_objects or name != "object"]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for start in progress.bar(range(0, len(rows), _AT_ONCE), desc="write", unit="part"):
        part = rows.iloc[start : start + _AT_ONCE]
        writer.writerows(zip(*(_values(part[name]) for name in names), strict=True))
    return out.getvalue()


def _values(column: pd.Series[Any]) -> list[Any]:
    """Return Python's values, None (an empty place in the file) for a score or an object that is not there."""
    if column.name == "object":
        return [None if number == NO_OBJECT else number for number in column.tolist()]
    values: list[Any] = column.tolist()
    if column.dtype.kind == "f" and column.isna().any():
        return [None if value != value else value for value in values]  # noqa: PLR0124  # NaN alone is not itself
    return values


def read(path: str | os.PathLike[str], commands: Commands = LIBRARY) -> Baseline:
    """Read a baseline's file.

    Raises
    ------
    UsageError
        There is no such file.
    BaselineError
        It is no baseline, is damaged, or was written by a newer edgekit; `commands` are the next steps that it names.
    """
    name = display.quoted(str(path), 200)
    data = _bytes(path, name, commands)
    try:
        return _baseline(data, name)
    except _Damage as damage:
        raise DamagedBaselineError(
            f"The baseline {name} is damaged: {damage}. Take the file from version control again, or make a new one: "
            f"{commands.renew}"
        ) from None


def _bytes(path: str | os.PathLike[str], name: str, commands: Commands) -> bytes:
    try:
        data = file_at(path).read_bytes()
    except (OSError, ValueError) as problem:
        if isinstance(problem, UsageError):
            raise
        reason = getattr(problem, "strerror", None) or problem
        raise UsageError(
            f"There is no baseline at {name} ({display.shown(reason)}). {commands.make} makes one of results that are "
            "as they should be."
        ) from None
    if not data.removeprefix(codecs.BOM_UTF8).startswith(_TITLE.encode()):
        raise BaselineError(
            f"{name} is no baseline: it does not begin with {_TITLE!r}. Give the baseline a file name of its own; "
            f"{commands.make} makes one."
        )
    return data


class _Damage(Exception):
    """Why a file cannot be read; it never leaves this module."""


def _baseline(data: bytes, name: str) -> Baseline:
    """Read the content of a file; its rows stay bytes, as pandas reads them: there may be a million."""
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        if not data.isascii():
            data.decode()
    except UnicodeDecodeError:
        raise _Damage("it is no text in UTF-8") from None
    if mark := next((mark for mark in _MERGE if mark.encode() in data and f"\n{mark}".encode() in data), None):
        raise _Damage(f"it holds the marks of an unfinished merge ({mark})")
    found = _HEAD.match(data)
    head = b"" if found is None else found[0]
    settings, rows = _head(head.decode(), name)
    if not data.endswith(b"\n"):
        raise _Damage("its rows are cut off: it does not end with a newline")
    if b"\0" in data:
        raise _Damage("it holds a NUL byte")
    return Baseline(settings, _table(data[len(head) :], settings, rows))


def file_at(path: object) -> Path:
    """Take the path of a file."""
    if not isinstance(path, str | os.PathLike) or not str(path) or Path(path).is_dir():
        raise UsageError(f'path takes the path of a file, such as "baseline.csv", got {display.quoted(path)}.')
    return Path(path)


def _head(text: str, name: str) -> tuple[Settings, int]:
    """Return what the head says, and how many rows it announces."""
    place, number, found, blocks = 0, 0, dict[str, Any](), []
    while text.startswith("# ", place):
        number, end = number + 1, text.find("\n", place) + 1 or len(text)
        line, place = text[place:end].rstrip("\r\n"), end
        key, _, value = line[2:].partition(": ")
        if number == 1:
            _check_format(key, name)
            continue
        if key in found:
            raise _Damage(f"line {number} of its head says a second time what {display.quoted(key)} is")
        try:
            decoded = json.loads(value)
        except ValueError:
            raise _Damage(f"line {number} of its head cannot be read ({display.short(line)})") from None
        if key == "block":
            blocks.append(decoded)
        else:
            found[key] = decoded
    rows = found.pop("rows", None)
    if not isinstance(rows, int):
        raise _Damage("its head does not say how many rows there are")
    try:
        settings = msgspec.convert(found | {"blocks": blocks}, Settings)
    except msgspec.ValidationError as problem:
        raise _Damage(f"its head is not what edgekit writes ({problem})") from None
    if twice := [one for one, count in Counter(block.id for block in settings.blocks).items() if count > 1]:
        raise _Damage(f"its head has block {twice[0]} twice")
    return settings, rows


def _check_format(title: str, name: str) -> None:
    number = title.rpartition(" ")[2]
    if not re.fullmatch("[1-9][0-9]{0,8}", number):
        raise _Damage(f"its first line does not say which format it has ({display.quoted(number)})")
    if int(number) > FORMAT:
        raise BaselineError(
            f"{name} was written by a newer edgekit (format {number}, this one reads {FORMAT}). {shell.update()}"
        )


def _table(content: bytes, settings: Settings, rows: int) -> pd.DataFrame:
    header = next(csv.reader([content[: content.find(b"\n") + 1].decode()]), [])
    scores = list(dict.fromkeys(column for block in settings.blocks for column in block.columns))
    objects = [] if "object" not in header else ["object"]
    wanted = [*_WHOLE, *objects, *_TEXTS, *scores]
    if header != wanted:
        raise _Damage(f"its columns are {display.listing(header)}; expected {display.listing(wanted)}")
    numbers = [*objects, *scores]
    kinds: dict[str, Any] = {**dict.fromkeys(_WHOLE, "int64"), **dict.fromkeys(_TEXTS, "category")}
    try:
        table = pd.read_csv(
            io.BytesIO(content),
            dtype=kinds | dict.fromkeys(numbers, "float64"),
            keep_default_na=False,
            na_values={column: [""] for column in numbers},
            float_precision="round_trip",
        )
        found = _objects(table["object"]) if objects else np.full(len(table), NO_OBJECT)
    except (ValueError, TypeError, OverflowError) as problem:  # pandas' own errors of parsing are ValueErrors
        raise _Damage(f"its rows cannot be read ({display.shown(problem)})") from None
    if len(table) != rows:
        raise _Damage(f"it has {len(table)} rows where its head says {rows}: cut off, or merged by hand")
    table = table.assign(object=found)
    _check_rows(table, settings)
    return table[[*FRAME, *scores]]


def _objects(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return the numbers of objects; a ValueError says which is none."""
    numbers = column.fillna(NO_OBJECT)
    wrong = ~numbers.between(NO_OBJECT, _LARGEST) | (numbers % 1 != 0)
    if wrong.any():
        raise ValueError(f"{numbers[wrong].iloc[0]} is no number of an object")
    return numbers.astype(int)


def _check_rows(table: pd.DataFrame, settings: Settings) -> None:
    """Refuse rows of blocks that the head does not have, and rows that are there twice."""
    unknown = table["block"][~table["block"].isin([block.id for block in settings.blocks])]
    if len(unknown):
        raise _Damage(f"it has rows of block {unknown.iloc[0]}, which is not in its head")
    keys = [*_WHOLE, "object"]
    if _ascend(table[key].to_numpy() for key in keys):  # as they are written; to look for equal ones takes far longer
        return
    twice = table[table.duplicated(keys)]
    if len(twice):
        block, sample, window = (twice[key].iloc[0] for key in _WHOLE)
        raise _Damage(f"it has a row twice: block {block}, sample {sample}, window {window}")


def _ascend(keys: Iterable[NDArray[Any]]) -> bool:
    """Say whether each row comes after the one before, by the first of its keys in which they differ."""
    equal: Any = True  # so far
    after: Any = False
    for key in keys:
        step = np.diff(key)
        after, equal = after | (equal & (step > 0)), equal & (step == 0)
    return bool(np.all(after))
