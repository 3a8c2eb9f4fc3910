"""Whether everything that a workshop needs works here: a line per check, and for each failure the line to type.

An error that a check raises becomes its line too: a user whose set-up is broken has no use for a traceback.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from edgekit import display, shell, waiting
from edgekit.errors import EdgekitError, StudioError, UsageError
from edgekit.lab import give_jupyter_a_home

if TYPE_CHECKING:
    from edgekit.studio.studio import Studio

GROUPS = ("core", "lab", "sandbox")
LIMIT = 120.0  # seconds for one check; on a slow machine the sandbox trains for a while
COLOURS = {"ok": "32", "warn": "33", "fail": "31"}
CURL = "curl.exe" if os.name == "nt" else "curl"  # in Windows PowerShell, curl is another command
STUDIO = f"{CURL} -I https://studio.edgeimpulse.com"


class Check(NamedTuple):
    """What one check found; `fix` is the line to type next."""

    name: str
    status: Literal["ok", "warn", "fail"]
    found: str
    fix: str = ""


def run(*, as_json: bool = False, workshop: bool = False) -> int:
    """Print every check as it is done, or all of them as one JSON document; return 1 if one failed.

    With `workshop` the checks are those of the course, which need no network and ask no Studio.
    """
    if workshop:
        from edgekit.doctor import course_checks

        checks, needs = course_checks.checks(CHECKS), NEEDS | course_checks.NEEDS
        about = course_checks.about()
    else:
        checks, needs, about = CHECKS, NEEDS, {}
    done: list[Check] = []
    lost: set[str] = set()  # what failed, and what was left out because of that
    for name, check, fallback in checks:
        if needs.get(name) in lost or (name == "blocks" and not _key()):
            lost.add(name)
            continue  # an earlier line says what has to be there first
        done.append(_guarded(name, check, fallback() if callable(fallback) else fallback))
        if done[-1].status == "fail":
            lost.add(name)
        if not as_json:
            _print(done[-1])
    failed = any(check.status == "fail" for check in done)
    if as_json:
        print(json.dumps({"ok": not failed, **about, "checks": [check._asdict() for check in done]}, indent=2))
    return int(failed)


def _guarded(name: str, check: Callable[[], Check], fallback: str) -> Check:
    """Run a check in a thread that can be given up on; nothing it raises or prints gets out."""
    results: list[Check] = []

    def work() -> None:
        try:
            results.append(check())
        except BaseException as problem:  # SystemExit too: some packages exit where they should raise
            results.append(_failed(name, problem, fallback))

    with contextlib.redirect_stdout(io.StringIO()):
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        waiting.ended(thread, LIMIT)
    done = results[0] if results else Check(name, "fail", f"not done after {LIMIT:g} s", fallback)
    return done._replace(found=_clean(done.found), fix=_clean(done.fix))


def _failed(name: str, problem: BaseException, fallback: str) -> Check:
    found = str(problem) if isinstance(problem, EdgekitError) else f"{type(problem).__name__}: {problem}"
    try:
        needed = [requirement for group in GROUPS for requirement in _survey(group)[1]]
    except importlib.metadata.PackageNotFoundError:  # edgekit itself: a source tree that is not installed
        needed = ["-e", "."]
    except ImportError:
        needed = ["packaging"]
    except Exception:  # what is installed cannot even be read
        needed = []
    return Check(name, "fail", found, _line("pip", "install", *needed) if needed else fallback)


def _clean(text: str) -> str:
    """One printable line without an API key, whatever a server or an exception put into it."""
    if _key():
        text = text.replace(_key(), "ei_***")
    return display.shown(" ".join(text.split()), 500)


def _print(check: Check) -> None:
    mark = f"{check.status:<5}"
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        mark = f"\x1b[{COLOURS[check.status]}m{mark}\x1b[0m"
    fix = f"\n     → type: {check.fix}" if check.fix else ""
    print(display.fit(f"{mark}{check.name:<18}{check.found}{fix}"), flush=True)


def _key() -> str:
    return os.environ.get("EI_API_KEY", "").strip()


def _line(*words: str) -> str:
    """Return a line that runs a module of this very interpreter, quoted as every shell takes it."""
    python = "python" if shutil.which("python") == sys.executable else sys.executable
    line = " ".join(f'"{word}"' if re.search(r"[^\w./\\:=-]", word) else word for word in (python, "-m", *words))
    return f"& {line}" if line.startswith('"') and shell.current() == "powershell" else line


# --- Python, packages, Jupyter ---


def _version() -> Check:
    from packaging.specifiers import SpecifierSet

    wanted = SpecifierSet(importlib.metadata.metadata("edgekit")["Requires-Python"])
    have = ".".join(map(str, sys.version_info[:3]))
    if wanted.contains(have, prereleases=True):
        return Check("python", "ok", have)
    oldest = min(minor for minor in range(50) if wanted.contains(f"3.{minor}"))
    return Check("python", "fail", f"{have}: edgekit needs {wanted}", f"python3.{oldest} -m venv .venv")


def _survey(group: str) -> tuple[list[str], dict[str, str]]:
    """Return what is right of a group's packages, and what is not: what to install, and why."""
    from packaging.requirements import Requirement

    right, wrong = [], {}
    for need in map(Requirement, importlib.metadata.requires("edgekit") or []):
        groups = [g for g in GROUPS if need.marker is None or need.marker.evaluate({"extra": g})]
        if groups[:1] != [group]:  # what needs no extra belongs to every group, and so to the first
            continue
        try:
            have = importlib.metadata.version(need.name)
        except importlib.metadata.PackageNotFoundError:
            have = ""
        if have and need.specifier.contains(have, prereleases=True):
            right.append(f"{need.name} {have}")
        else:
            wrong[f"{need.name}{need.specifier}"] = f"{need.name} is {have or 'missing'}, needed is {need.specifier}"
    return right, wrong


def _packages(group: str) -> Check:
    right, wrong = _survey(group)
    if wrong:
        return Check(f"{group} packages", "fail", "; ".join(wrong.values()), _line("pip", "install", *wrong))
    return Check(f"{group} packages", "ok", ", ".join(right))


def _home() -> Check:
    """Check where Jupyter keeps its settings; the checks below take what is put in its place, as `edgekit lab` does."""
    if problem := give_jupyter_a_home():
        return Check("home", "warn", problem, shell.setting(HOME=tempfile.gettempdir()))
    return Check("home", "ok", "Jupyter can write to its folders")


def _jupyterlab() -> Check:
    asked = [sys.executable, "-m", "jupyterlab", "--version"]
    answer = subprocess.run(asked, capture_output=True, encoding="utf-8", errors="replace", timeout=60, check=False)  # noqa: S603
    if answer.returncode:
        raise EdgekitError((answer.stderr.strip() or f"exit status {answer.returncode}").splitlines()[-1])
    return Check("jupyterlab", "ok", answer.stdout.strip())


def _widgets() -> Check:
    """Check that JupyterLab finds the browser's half of the widgets, in the range that Python's half names."""
    from jupyter_core.paths import jupyter_path
    from packaging.requirements import Requirement

    python, browser = (importlib.metadata.version(name) for name in ("ipywidgets", "jupyterlab_widgets"))
    found = f"ipywidgets {python}, jupyterlab_widgets {browser}"
    for wanted in map(Requirement, importlib.metadata.requires("ipywidgets") or []):
        if wanted.name == "jupyterlab_widgets" and not wanted.specifier.contains(browser, prereleases=True):
            raise EdgekitError(f"{found}, but ipywidgets needs {wanted}")
    folders = [Path(folder, "@jupyter-widgets", "jupyterlab-manager") for folder in jupyter_path("labextensions")]
    if not any((folder / "package.json").is_file() for folder in folders):
        raise EdgekitError(f"{found}, but JupyterLab finds no extension at {folders[0]}")
    return Check("widgets", "ok", found)


def _pictures() -> Check:
    """Check that JupyterLab finds edgekit's own extension, which shows pictures of widgets without their kernel."""
    from jupyter_core.paths import jupyter_path

    folders = [Path(folder, "edgekit") for folder in jupyter_path("labextensions")]
    if not any((folder / "package.json").is_file() for folder in folders):
        found = "a notebook opened without its kernel shows no picture of an explorer"
        return Check("pictures", "warn", found, _line("pip", "install", "--force-reinstall", "--no-deps", "edgekit"))
    return Check("pictures", "ok", "a notebook opened without its kernel shows explorers as pictures")


def _kernel() -> Check:
    from nbformat.v4 import new_code_cell, new_notebook

    from edgekit.checks.notebooks import run

    started = time.monotonic()
    cell = new_code_cell("import sys, ipywidgets, edgekit; print(6*7); print(sys.prefix)")  # type: ignore[no-untyped-call]
    try:
        run(new_notebook(cells=[cell]), Path.cwd(), sandbox=True)  # type: ignore[no-untyped-call]
    except EdgekitError as problem:
        raise EdgekitError(f"python3: {str(problem).partition(': ')[2]}") from None  # not which cell: there is one
    *_, answer, prefix = "".join(output.get("text", "") for output in cell.outputs).splitlines()
    if answer != "42" or os.path.realpath(prefix) != os.path.realpath(sys.prefix):
        raise EdgekitError(f"python3 is another Python than this one: {prefix}")
    return Check("kernel", "ok", f"python3 answers after {time.monotonic() - started:.1f} s")


# --- the sandbox and the Studio ---


def _sandbox() -> Check:
    import edgekit as ek

    started = time.monotonic()
    with ek.Sandbox() as sandbox:
        found = [_project(ek.Studio(url=sandbox.url, api_key=key), name) for name, key in sandbox.keys.items()]
    return Check("sandbox", "ok", f"{'; '.join(found)}; after {time.monotonic() - started:.1f} s")


def _project(studio: Studio, name: str) -> str:
    """Classify the first sample of a sandbox project; every block has to say something of every window."""
    sample = studio.samples("training", limit=1).index[0]
    counts = {block.id: len(block.windows()) for block in studio.classify(sample).blocks}
    (windows,) = set(counts.values()) if len(set(counts.values())) == 1 else (0,)
    if not windows:
        raise EdgekitError(f"{name}: sample {sample} gives these numbers of windows by block: {counts}")
    return (
        f"{name}: sample {sample}, {len(counts)} block{'s' * (len(counts) > 1)}, {windows} window{'s' * (windows > 1)}"
    )


def _studio() -> Check:
    import edgekit as ek
    from edgekit.studio.calls import STUDIO_URL

    if not _key():
        return Check("studio", "ok", "no key set: the sandbox is used")
    try:
        studio = ek.connect()
        name, owner = studio.projects()[studio.project_id], studio.owner()
    except EdgekitError as problem:
        fix = f"{CURL} -I {os.environ.get('EI_API_ENDPOINT') or STUDIO_URL}"
        refused = isinstance(problem, StudioError) and problem.status in (None, 200, 401, 403)
        if "EI_PROJECT_ID" in str(problem):
            fix = shell.unsetting("EI_PROJECT_ID")
        elif refused or str(problem).startswith("The API key"):
            fix = shell.setting(EI_API_KEY="ei_...")
        elif isinstance(problem, UsageError):
            fix = shell.unsetting("EI_API_ENDPOINT")
        return Check("studio", "fail", str(problem), fix)
    return Check("studio", "ok", f"project {studio.project_id} {name!r} of {owner!r}, {studio.url}")


def _blocks() -> Check:
    import edgekit as ek

    studio = ek.connect()
    answers = {f"{b.title} ({b.type})": studio.trained(b.id) for b in studio.impulse().learn_blocks}
    words = {True: "trained", False: "not trained", None: "not known"}
    found = "; ".join(f"{block}: {words[trained]}" for block, trained in answers.items())
    if found and False not in answers.values():
        return Check("blocks", "ok", found)
    page = f"{studio.url.removesuffix('/v1')}/studio/{studio.project_id}"
    return Check("blocks", "warn", found or "the impulse has no learn block", _line("webbrowser", page))


# Checks that say nothing more where another one failed.
NEEDS = {
    "home": "lab packages",
    "jupyterlab": "lab packages",
    "widgets": "lab packages",
    "pictures": "lab packages",
    "kernel": "lab packages",
    "sandbox": "sandbox packages",
    "blocks": "studio",
}
Planned = tuple[str, Callable[[], Check], str | Callable[[], str]]
# Name, check, and what to type where it raises or takes too long and no package is missing.
CHECKS: tuple[Planned, ...] = (
    ("python", _version, _line("pip", "check")),
    *((f"{group} packages", partial(_packages, group), _line("pip", "check")) for group in GROUPS),
    ("home", _home, lambda: shell.setting(HOME=tempfile.gettempdir())),
    ("jupyterlab", _jupyterlab, _line("pip", "install", "--force-reinstall", "jupyterlab")),
    ("widgets", _widgets, _line("pip", "install", "--force-reinstall", "ipywidgets", "jupyterlab_widgets")),
    ("pictures", _pictures, _line("pip", "install", "--force-reinstall", "--no-deps", "edgekit")),
    ("kernel", _kernel, _line("ipykernel", "install", "--sys-prefix")),
    ("sandbox", _sandbox, _line("edgekit.cli", "sandbox")),
    ("studio", _studio, STUDIO),
    ("blocks", _blocks, STUDIO),
)
