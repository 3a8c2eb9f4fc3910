"""The wheel, as a person without a clone has it: built once, unpacked, and in an environment with no extra."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def build(folder: Path) -> Path:
    """Build the wheel into a folder and return it."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60)
    (wheel,) = folder.glob("*.whl")
    return wheel


def base_install(wheel: Path, folder: Path) -> Path:
    """Make an environment of the wheel and what it needs without any extra; return its Python.

    The packages are not fetched but linked from where the tests run, each with all of its own files.
    """
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    (packages,) = folder.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    for needed in _closure("edgekit", {}).values():
        home = Path(str(needed.locate_file("")))
        for top in {file.parts[0] for file in needed.files or [] if file.parts[0] not in ("..", "__pycache__")}:
            (packages / top).symlink_to(home / top)
    return folder / "bin" / "python"


def _closure(name: str, found: dict[str, Distribution]) -> dict[str, Distribution]:
    """Collect what a package needs, and what that needs, by name."""
    for need in map(Requirement, distribution(name).requires or []):
        wanted = need.marker is None or need.marker.evaluate({"extra": ""})
        key = canonicalize_name(need.name)
        if wanted and key not in found:
            found[key] = distribution(need.name)
            _closure(need.name, found)
    return found
