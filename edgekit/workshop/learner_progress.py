"""What a learner has done so far, kept in a file beside the notebooks: on the learner's own disk, and nowhere else."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pandas as pd

from edgekit.errors import EdgekitError, warn
from edgekit.saving import save

FILE = "workshop-progress.json"
WHERE = "EDGEKIT_WORKSHOP_PROGRESS"  # another file; empty: nothing is written, it lasts as long as the process
_lock = threading.Lock()
_unsaved: dict[str, dict[str, Any]] = {}
_warned: set[str] = set()


def progress() -> pd.DataFrame:
    """Return what is done so far: one row an exercise.

    It is kept in ``workshop-progress.json`` in the folder that the notebook runs in; the environment variable
    ``EDGEKIT_WORKSHOP_PROGRESS`` names another file. To begin again, delete the file.

    Returns
    -------
    DataFrame, index `exercise`; `part` (its title), `done` (whether it was ever right), `tries` (answers given).

    Examples
    --------
    >>> import edgekit as ek
    >>> ek.workshop.progress().loc["1.1"].to_dict()
    {'part': 'Fetch a sample', 'done': False, 'tries': 0}
    """
    from edgekit.workshop.checking import EXERCISES
    from edgekit.workshop.course import part_of

    kept = _read(_file())
    rows = [
        [part_of(name.partition(".")[0]).title, bool(one.get("done", False)), int(one.get("tries", 0))]
        for name in EXERCISES
        for one in [kept.get(name, {})]
    ]
    return pd.DataFrame(rows, index=pd.Index(EXERCISES, name="exercise"), columns=["part", "done", "tries"])


def note(exercise: str, right: bool) -> None:
    """Keep one try; where the file cannot be written, say so once and keep it for this process."""
    with _lock:
        file = _file()
        kept = _read(file)
        before = kept.get(exercise, {})
        kept[exercise] = {"done": bool(before.get("done")) or right, "tries": int(before.get("tries", 0)) + 1}
        if file is None:
            _unsaved.update(kept)
            return
        try:
            save(file, json.dumps(kept, indent=1, sort_keys=True) + "\n")
        except EdgekitError as problem:
            _unsaved.update(kept)
            if str(file) not in _warned:
                _warned.add(str(file))
                warn(f"Your progress lasts only as long as this notebook runs. {problem}")


def _file() -> Path | None:
    named = os.environ.get(WHERE)
    return Path(FILE) if named is None else Path(named) if named else None


def _read(file: Path | None) -> dict[str, dict[str, Any]]:
    """Return what is kept; a file that is none of ours, or was damaged, counts as empty: it is only a list of ticks."""
    kept: dict[str, dict[str, Any]] = {}
    try:
        found = json.loads(file.read_text("utf-8")) if file else {}
    except (OSError, ValueError, RecursionError):
        found = {}
    if isinstance(found, dict):
        kept = {name: one for name, one in found.items() if _is_kept(one)}
    return kept | {name: one for name, one in _unsaved.items() if one["tries"] > kept.get(name, {}).get("tries", 0)}


def _is_kept(one: Any) -> bool:
    return isinstance(one, dict) and isinstance(one.get("tries"), int) and isinstance(one.get("done"), bool)
