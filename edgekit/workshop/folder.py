"""A learner's folder: copies of the course without its solutions, and never a learner's file written over."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from edgekit import display, lab
from edgekit.checks.notebooks import SOLUTION
from edgekit.errors import UsageError
from edgekit.workshop.course import PARTS, part_of


def source(notebook: str) -> Path:
    """Return a notebook of the course as it is shipped: with solutions, and with outputs."""
    return lab.shipped() / lab.WORKSHOP / f"{notebook}.ipynb"


def for_learners(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook without its solutions and without what its cells once printed."""
    cells = [
        cell | ({"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {})
        for cell in notebook["cells"]
        if SOLUTION not in cell["metadata"].get("tags", [])
    ]
    return notebook | {"cells": cells}


def start(folder: str | os.PathLike[str] = lab.FOLDER) -> lab.Copies:
    """Copy the course into a folder, below ``workshop``; a file that is there already stays as it is.

    Parameters
    ----------
    folder : str or path
        The folder that ``edgekit lab`` opens; it is made where it is missing.

    Returns
    -------
    Copies: the folder of the course, the notebooks that are new, and those that were there.

    Raises
    ------
    UsageError
        The folder cannot be written to; the text says why.
    """
    new: list[Path] = []
    kept: list[Path] = []
    try:
        target = Path(folder).resolve() / lab.WORKSHOP
        for part in PARTS:
            path = target / f"{part.notebook}.ipynb"
            (new if lab.write_new(path, _content(part.notebook)) else kept).append(path)
    except OSError as problem:
        raise _refused(folder, problem) from None
    return lab.Copies(target, new, kept)


def reset(part: int | str, folder: str | os.PathLike[str] | None = None) -> tuple[Path, Path | None]:
    """Give a learner a fresh copy of a part; the old one is kept beside it.

    Parameters
    ----------
    part : int or str
        Which part: 3, or "5a".
    folder : str or path, optional
        The one that ``edgekit lab`` opens. Without it the one that this process runs in, as a notebook of the course
        does; else ``edgekit-notebooks``.

    Returns
    -------
    The fresh copy, and where the old one is now (None where there was none).

    Raises
    ------
    UsageError
        There is no such part, or the folder cannot be written to.

    Examples
    --------
    >>> import edgekit as ek
    >>> fresh, mine = ek.workshop.reset(3, "my-notebooks")
    >>> fresh.name, mine
    ('3_read_the_scores.ipynb', None)
    """
    if folder is None:
        folder = Path.cwd().parent if Path.cwd().name == lab.WORKSHOP else lab.FOLDER
    fresh = Path(folder).resolve() / lab.WORKSHOP / f"{part_of(part).notebook}.ipynb"
    content = _content(part_of(part).notebook)
    old = None
    try:
        if os.path.lexists(fresh):
            old = _unused(fresh)
            fresh.rename(old)
        lab.write_new(fresh, content)
    except OSError as problem:
        raise _refused(folder, problem) from None
    return fresh, old


def _unused(path: Path) -> Path:
    number, name = 1, path.with_stem(f"{path.stem}-mine")
    while os.path.lexists(name):
        number += 1
        name = path.with_stem(f"{path.stem}-mine-{number}")
    return name


def _content(notebook: str) -> bytes:
    return lab.written(lab.of_this_kernel(for_learners(json.loads(source(notebook).read_text("utf-8")))))


def _refused(folder: str | os.PathLike[str], problem: OSError) -> UsageError:
    named = Path(folder).resolve()
    place = named / lab.WORKSHOP
    in_the_way = next((one for one in (named, place, *named.parents) if one.is_file()), None)
    reason = problem.strerror or problem
    if in_the_way is not None:
        reason = "it is a file" if in_the_way == named else f"{display.quoted(in_the_way.name)} is a file"
    return UsageError(f"The course cannot be written to {str(folder)!r} ({reason}). Name another folder.")
