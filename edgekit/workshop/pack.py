"""A folder for a USB stick: everything for the course, for laptops of several kinds, without a network.

It is made in a clone and with a network: the packages are those of ``requirements.lock``, fetched as wheels by pip for
each system and Python that is named. What the laptops run is in ``stick/``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from string import Template
from typing import NamedTuple

import edgekit
from edgekit import display, progress, waiting
from edgekit.arguments import choice
from edgekit.errors import EdgekitError, UsageError
from edgekit.workshop import figures, handouts
from edgekit.workshop.laptops import PYTHONS, SYSTEMS, USUAL_PYTHONS, USUAL_SYSTEMS

HERE = Path(__file__).parent
CLONE = HERE.parents[1]
EXTRAS = ("lab", "sandbox")
PAUSES = (5, 30)  # seconds, before what could not be fetched is tried once more


class Packed(NamedTuple):
    """What `pack` made: the folder, its size in bytes, how many wheels each system and Python gets."""

    folder: Path
    size: int
    wheels: dict[str, int]


def pack(
    dest: str | os.PathLike[str],
    systems: Sequence[str] = USUAL_SYSTEMS,
    pythons: Sequence[str] = USUAL_PYTHONS,
    say: Callable[[str], object] = lambda line: None,
) -> Packed:
    """Write the folder; what is there already of it is used again.

    Parameters
    ----------
    dest : str or path
        Where to; it is made where it is missing.
    systems : sequence of str
        For which laptops: "windows", "macos-arm64", "macos-intel", "linux", "linux-arm64".
    pythons : sequence of str
        For which Pythons: "3.12".
    say : callable
        Is given a line before each thing that takes long.

    Raises
    ------
    UsageError
        This is no clone, or there is no such system or Python.
    EdgekitError
        A package has no wheel for one of them, or could not be fetched; the text has pip's or uv's words.
    """
    cases = [(choice("systems", s, SYSTEMS), choice("pythons", p, PYTHONS)) for s in systems for p in pythons]
    if not (CLONE / "requirements.lock").is_file():
        raise UsageError("A pack is made in a clone of edgekit: its requirements.lock says which packages to take.")
    if not cases:
        raise UsageError("Name at least one system and one Python.")
    folder = Path(dest).resolve()
    try:
        for name in ("wheels", "requirements"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        say("building edgekit's own wheel")
        own = _build(folder / "wheels")
        counts = {}
        for system, python in progress.bar(cases, desc="systems and Pythons", unit="case"):
            say(f"fetching the packages for {system}, Python {python}")
            counts[f"{system}-{python}"] = _fetch(folder, system, python, own)
        say("writing the hand-outs")
        handouts.write(folder / "handouts", instructor=False)
        _write_scripts(folder, systems, pythons)
    except OSError as problem:
        raise UsageError(f"{str(folder)!r} cannot be written to ({problem.strerror or problem}).") from None
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Packed(folder, size, counts)


def _build(wheels: Path) -> Path:
    for old in wheels.glob("edgekit-*.whl"):
        old.unlink()
    _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)], "edgekit[test]")
    (wheel,) = wheels.glob("edgekit-*.whl")
    return wheel


def _fetch(folder: Path, system: str, python: str, own: Path) -> int:
    """Fetch the wheels that a system and a Python need, and write the list of them; return how many."""
    listed = pins(system, python)
    needed = folder / "requirements" / f"{system}-{python}.txt"
    partial = needed.with_suffix(".part")  # a list is there only where all that is in it is
    partial.write_text("\n".join([*listed, ""]), "utf-8")
    wheels = [f"--platform={name}" for name in SYSTEMS[system].wheels]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    pip += ["--only-binary=:all:", "--implementation=cp", f"--python-version={python}", *wheels]
    _fetched([*pip, "--dest", str(folder / "wheels"), "-r", str(partial)], "pip")
    partial.write_text("\n".join([*listed, f"edgekit=={edgekit.__version__}", ""]), "utf-8")
    partial.replace(needed)
    return len(listed) + 1


def pins(system: str, python: str) -> list[str]:
    """Return what a system and a Python need, pinned as in ``requirements.lock``."""
    uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if uv is None:
        raise EdgekitError("uv is not installed: it says which packages another system needs. Type: pip install uv")
    command = [uv, "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--no-emit-package=edgekit"]
    command += [f"--extra={extra}" for extra in EXTRAS]
    command += [f"--python-platform={SYSTEMS[system].uv}", f"--python-version={python}", "--only-binary=:all:"]
    said = _fetched([*command, "--constraint=requirements.lock", "pyproject.toml"], "uv")
    return [line for line in said.splitlines() if line and not line.startswith(("#", "-"))]


def _fetched(command: list[str], needed: str) -> str:
    """Run a command that asks the package index; try again where it fails, since hundreds of files are fetched."""
    for pause in PAUSES:
        try:
            return _run(command, needed)
        except EdgekitError:
            waiting.pause(pause)
    return _run(command, needed)


def _run(command: list[str], needed: str) -> str:
    """Run a command in the clone; return what it printed."""
    try:
        done = subprocess.run(command, cwd=CLONE, capture_output=True, encoding="utf-8", errors="replace", check=False)  # noqa: S603
    except OSError as problem:
        raise EdgekitError(f"{command[0]} cannot be run ({problem.strerror}): it comes with {needed}.") from None
    if done.returncode:
        raise EdgekitError(f"{' '.join(command[:4])} failed:\n{display.lines(done.stderr.strip()[-1500:])}")
    return done.stdout


def _write_scripts(folder: Path, systems: Sequence[str], pythons: Sequence[str]) -> None:
    newest_first = sorted(pythons, key=lambda name: int(name.split(".")[1]), reverse=True)
    said = {"pythons": " ".join(newest_first), "systems": ", ".join(systems)} | figures.measured()
    stick = HERE / "stick"
    shutil.copyfile(stick / "start.py", folder / "start.py")
    for name, target, end in (
        ("start.bat", "start.bat", "\r\n"),
        ("start.sh", "start.sh", "\n"),
        ("start.sh", "start.command", "\n"),
        ("README.txt", "README.txt", "\r\n"),
    ):
        text = Template((stick / name).read_text("utf-8")).substitute(said)
        path = folder / target
        path.write_bytes(text.replace("\n", end).encode())
        path.chmod(0o755 if target != "README.txt" else 0o644)
