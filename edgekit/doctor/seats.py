"""One table of many laptops: what ``edgekit doctor --workshop --json`` wrote on each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from edgekit import display
from edgekit.errors import UsageError

COLUMNS = ("seat", "ok", "failed", "to type", "system", "python", "edgekit")


def collected(files: Sequence[str]) -> pd.DataFrame:
    """Read what the laptops wrote.

    Parameters
    ----------
    files : sequence of str
        Files, or folders whose ``*.json`` are read.

    Returns
    -------
    DataFrame, one row a laptop, those with something to do first: `seat`, `ok`, `failed` (names of checks), `to type`
    (the line that mends the first of them), `system`, `python`, `edgekit`.

    Raises
    ------
    UsageError
        There is no such file; a file that is none of these is a row that says so.
    """
    paths = [path for name in files for path in _paths(Path(name))]
    if not paths:
        raise UsageError(
            f"No .json file in {display.listing(files)}. Each laptop writes one: "
            "edgekit doctor --workshop --json > seat-01.json"
        )
    table = pd.DataFrame([_row(path) for path in paths], columns=list(COLUMNS))
    return table.sort_values(["ok", "seat"], kind="stable", ignore_index=True)


def show(files: Sequence[str], *, as_json: bool = False) -> int:
    """Print the table; return 1 where a laptop is not ready."""
    table = collected(files)
    if as_json:
        print(json.dumps(table.to_dict("records"), indent=2, ensure_ascii=False, default=str))
    else:
        print(display.fit(table.to_string(index=False, max_colwidth=60)))
        print(f"{int(table['ok'].sum())} of {len(table)} ready.")
    return int(not table["ok"].all())


def _paths(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(path.glob("*.json"))
    if path.is_file():
        return [path]
    raise UsageError(f"There is no file {display.quoted(str(path))}.")


def _row(path: Path) -> list[Any]:
    try:
        found = json.loads(path.read_bytes().decode("utf-8-sig" if not _is_utf16(path) else "utf-16"))
        failed = [check for check in found["checks"] if check["status"] == "fail"]
        names = ", ".join(str(check["name"]) for check in failed)
        fix = str(failed[0]["fix"]) if failed else ""
        about = [found.get(name, "") for name in ("system", "python", "edgekit")]
        row = [_seat(path.stem, found.get("seat")), found["ok"] is True and not failed, names, fix, *about]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        row = [path.stem, False, "no document of doctor --workshop --json", "", "", "", ""]
    return [one if isinstance(one, bool) else display.shown(one, 120) for one in row]


def _seat(file: str, host: object) -> str:
    """Name a row by its file, since laptops of one image have the same host name; and by that, where it is another."""
    return f"{file} ({host})" if host and host != file else file


def _is_utf16(path: Path) -> bool:
    """Say whether a file begins as what Windows PowerShell writes with ``>``."""
    with path.open("rb") as file:
        return file.read(2) in (b"\xff\xfe", b"\xfe\xff")
