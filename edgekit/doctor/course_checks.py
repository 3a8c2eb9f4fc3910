"""Whether this laptop is ready for the workshop: its parts run as a learner runs them, without a network."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from edgekit import shell
from edgekit.checks.notebooks import EXERCISE, SOLUTION
from edgekit.errors import EdgekitError
from edgekit.workshop import folder
from edgekit.workshop.course import PARTS, Part

if TYPE_CHECKING:
    from edgekit.doctor import Check, Planned

LEFT_OUT = ("sandbox", "studio", "blocks")  # the parts try the sandbox; no Studio is asked
SEAT = "EDGEKIT_SEAT"  # what this laptop is called; else its own name in the network
NEEDS = {"copies": "lab packages"} | {f"part {part.key}": "kernel" for part in PARTS}


def about() -> dict[str, str]:
    """Return which laptop this is: for the table of all of them."""
    from edgekit import __version__

    return {
        "seat": os.environ.get(SEAT, "").strip() or platform.node(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "edgekit": __version__,
    }


def checks(general: Sequence[Planned]) -> tuple[Planned, ...]:
    """Return the checks of the set-up, then those of the course."""
    parts = ((f"part {part.key}", partial(_part, part), f"{sys.executable} -m edgekit.cli doctor") for part in PARTS)
    return (
        *(check for check in general if check[0] not in LEFT_OUT),
        ("copies", _copies, lambda: shell.setting(TMPDIR=str(Path.home()))),
        *parts,
    )


def _copies() -> Check:
    """Check that the course can be copied, and that no copy holds a solution."""
    from edgekit.doctor import Check

    with tempfile.TemporaryDirectory() as place:
        copies = folder.start(place)
        if any('"solution"' in path.read_text("utf-8") for path in copies.new):
            raise EdgekitError("A learner's copy holds a solution: reinstall edgekit.")
    return Check("copies", "ok", f"{len(copies.new)} notebooks without their solutions")


def _part(part: Part) -> Check:
    """Run a part with its solutions; every exercise must be refused without one, and right with it."""
    import nbformat

    from edgekit.checks.notebooks import run
    from edgekit.doctor import Check

    started = time.monotonic()
    notebook = nbformat.read(folder.source(part.notebook), 4)  # type: ignore[no-untyped-call]
    with tempfile.TemporaryDirectory() as place:
        run(notebook, Path(place), sandbox=True)
    wrong = [
        "".join(cell.source.splitlines()[-1:])
        for cell in notebook.cells
        for tag, word in ((EXERCISE, " not yet: "), (SOLUTION, " right."))
        if tag in cell.metadata.get("tags", []) and word not in _said(cell)
    ]
    if wrong:
        raise EdgekitError(f"{part.title}: not as it should be: {'; '.join(wrong)}")
    exercises = sum(SOLUTION in cell.metadata.get("tags", []) for cell in notebook.cells)
    took = time.monotonic() - started
    return Check(f"part {part.key}", "ok", f"{part.title}: {exercises} exercises, after {took:.1f} s")


def _said(cell: object) -> str:
    outputs = getattr(cell, "outputs", [])
    return "".join(output.get("data", {}).get("text/plain", "") for output in outputs)
