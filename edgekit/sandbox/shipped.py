"""What the models of the sandbox's projects learned: data files of this package, in the folder `parameters`.

``make models`` writes them. A project has ``<project>.npz``, the learned arrays, and ``<project>.json``: the SHA-256 of
each file of the package and of each file of data that the models were trained on, the versions of the libraries, and
the figures that were measured. Nothing is trained when a sandbox starts, so every machine has the same models.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit import shell
from edgekit.errors import SandboxError
from edgekit.sandbox import sources
from edgekit.sandbox.sources import Source

FOLDER = Path(__file__).parent / "parameters"
Arrays = dict[str, NDArray[Any]]
Figures = dict[str, dict[str, float]]


@dataclass(frozen=True, eq=False)
class Learned:
    """The learned arrays of a project's models by name, and by model the figures that were measured on them."""

    arrays: Arrays
    figures: Figures


def load(project: str, data: Iterable[Source]) -> Learned:
    """Read a project's parameters, having checked the data that they were trained on.

    Raises
    ------
    SandboxError
        A file of the package is missing or damaged, or the data that is installed is not what the models were trained
        on. The text names the file and the way out.
    """
    about = record(project)
    sources.check(data, about["sources"])
    with np.load(io.BytesIO(read(project, f"{project}.npz")), allow_pickle=False) as arrays:
        return Learned({name: arrays[name] for name in arrays.files}, about["figures"])


def record(project: str) -> dict[str, Any]:
    """Return what is recorded of a project's models; SandboxError where it cannot be read."""
    name = f"{project}.json"
    try:
        found = json.loads(_bytes(name))
        if {"files", "sources", "figures"} <= found.keys():
            return dict(found)
    except (ValueError, AttributeError):
        pass
    raise _damaged(name, "is damaged")


def read(project: str, name: str) -> bytes:
    """Return a file of the package that belongs to a project; SandboxError where it is not the one recorded."""
    content = _bytes(name)
    if hashlib.sha256(content).hexdigest() != record(project)["files"].get(name):
        raise _damaged(name, f"is damaged: its SHA-256 is not the one in {project}.json")
    return content


def _bytes(name: str) -> bytes:
    try:
        return (FOLDER / name).read_bytes()
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
    raise _damaged(name, f"cannot be read ({reason})")


def _damaged(name: str, what: str) -> SandboxError:
    return SandboxError(
        f"{FOLDER / name}, a file of edgekit's own, {what}. Type: {shell.pip_install('edgekit', again=True)} "
        "(in a clone: git checkout edgekit/sandbox/parameters)"
    )
