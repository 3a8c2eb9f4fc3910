"""``edgekit check PROJECT.toml``: classify samples of a project and compare with its baseline, as for a nightly job.

The file::

    baseline = "baseline.csv"        # beside this file; edgekit check --update writes it
    samples = "testing"              # a category, by model testing; or ids, [31, 32]
    blocks = ["anomaly-gmm"]         # ids, types or titles; without it all
    rtol = 1e-6                      # a score may differ by atol + rtol · abs(old)
    atol = 0

It may also name the `project` (id), the `impulse`, the `variant`, a `sandbox` project in place of your own, and where
the reports go (`junit`, `markdown`, `html`). The API key is read from EI_API_KEY and stands in no file.
"""

from __future__ import annotations

import os
import shlex
import tomllib
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import msgspec

from edgekit import display, saving
from edgekit.checks import report
from edgekit.checks.baseline_file import Commands, DamagedBaselineError
from edgekit.checks.comparison import ATOL, RTOL, Comparison, accept, compared, save
from edgekit.errors import EdgekitError, UsageError
from edgekit.studio.connection import connect

_REPORTS = {"junit": "edgekit-check.xml", "markdown": "edgekit-check.md"}
_Share = Annotated[float, msgspec.Meta(ge=0)]


class ProjectCheck(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What the file says."""

    baseline: str
    samples: str | list[int] = "testing"
    blocks: list[int | str] | None = None
    impulse: int | str | None = None
    variant: str | None = None
    project: int | None = None
    sandbox: str | None = None
    rtol: _Share = RTOL
    atol: _Share = ATOL
    junit: str = _REPORTS["junit"]
    markdown: str = _REPORTS["markdown"]
    html: str | None = None


def run(path: str | os.PathLike[str], *, update: bool = False) -> int:
    """Do what the file says and print what moved; return 0 where all is as it was, else 1.

    JUnit XML and Markdown are written in any case: where the check could not be made, with the reason.

    Parameters
    ----------
    path : str or path
        The file; what it names lies beside it.
    update : bool
        Write the baseline where there is none, or after showing what moved. Where nothing did, it stays as it is.

    Raises
    ------
    UsageError
        The file cannot be read, or has something in it that is not known.
    EdgekitError
        The samples could not be classified, or the baseline not be read.
    """
    folder, document = Path(path).resolve().parent, dict[str, Any]()
    try:
        document = _document(path)
        check = _checked(document, path)
        typed = f"edgekit check {shlex.quote(str(path))} --update"
        comparison = _comparison(check, folder / check.baseline, Commands(typed, typed), update=update)
    except EdgekitError as problem:
        with suppress(EdgekitError):  # the first problem is the one to tell
            _report(folder, _files(document), report.of_problem(problem, f"edgekit check {Path(path).name}"))
        raise
    makers = {"junit": report.junit, "markdown": report.markdown, "html": report.page}
    _report(folder, _files(document), {name: make(comparison) for name, make in makers.items()})
    print(comparison)
    return 0 if comparison.ok else 1


def read(path: str | os.PathLike[str]) -> ProjectCheck:
    """Read the file; a UsageError names what is wrong in it."""
    return _checked(_document(path), path)


def _document(path: str | os.PathLike[str]) -> dict[str, Any]:
    shown = display.quoted(str(path), 200)
    try:
        return tomllib.loads(Path(path).read_text("utf-8-sig"))
    except OSError as problem:
        raise UsageError(
            f"{shown} cannot be read ({problem.strerror}). Give the file that says what to check."
        ) from None
    except (ValueError, RecursionError) as problem:  # of TOML, of UTF-8
        raise UsageError(f"{shown} is no TOML: {problem}.") from None


def _checked(document: dict[str, Any], path: str | os.PathLike[str]) -> ProjectCheck:
    shown = display.quoted(str(path), 200)
    if secret := [key for key in document if "key" in key.lower() and key not in ProjectCheck.__struct_fields__]:
        raise UsageError(
            f"{shown} has {secret[0]!r} in it: a key belongs in no file that is committed. Take it out and set "
            "EI_API_KEY."
        )
    try:
        return msgspec.convert(document, ProjectCheck)
    except msgspec.ValidationError as problem:
        known = ", ".join(ProjectCheck.__struct_fields__)
        raise UsageError(f"{shown}: {problem}. It may have {known}.") from None


def _files(document: dict[str, Any]) -> dict[str, str]:
    """Return where each report goes, also where the rest of the file is wrong."""
    named = {name: document.get(name) for name in ("junit", "markdown", "html")}
    return {**_REPORTS, **{name: file for name, file in named.items() if isinstance(file, str) and file}}


def _report(folder: Path, files: dict[str, str], texts: dict[str, str]) -> None:
    for name, file in files.items():
        with suppress(OSError, ValueError):  # what cannot be made cannot be written into either, and that is told
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
        saving.save(folder / file, texts[name])


def _comparison(check: ProjectCheck, baseline: Path, commands: Commands, *, update: bool) -> Comparison:
    if not update and not baseline.exists():
        raise UsageError(f"There is no baseline {check.baseline!r} yet: {commands.make} writes it. Commit it.")
    results = _results(check)
    look = partial(compared, results, baseline, rtol=check.rtol, atol=check.atol, commands=commands)
    if not update:
        return look()
    said = _updated(results, baseline, check, look)
    print(display.fit(f"{baseline.name}: {said}"))
    return look()


def _updated(results: Any, baseline: Path, check: ProjectCheck, look: Callable[[], Comparison]) -> str:
    """Write the baseline where it says something else; say what became of it."""
    if not baseline.exists():
        save(results, baseline)
        return "written. Commit it."
    try:
        found = look()
    except DamagedBaselineError as problem:
        print(problem)
        accept(results, baseline)
        return "written anew, in place of the damaged one."
    if found.ok and set(found.settings["setting"]) <= {"edgekit"}:
        return "left as it is: nothing moved beyond the tolerance."
    print(found)
    accept(results, baseline, rtol=check.rtol, atol=check.atol)
    return "written anew, which accepts what stands above."


def _results(check: ProjectCheck) -> Any:
    studio = connect(project_id=check.project, sandbox=check.sandbox)
    found: Any
    if isinstance(check.samples, str):
        found = studio.test(category=check.samples, variant=check.variant, impulse=check.impulse)
    else:
        found = studio.classify(_ids(check.samples), variant=check.variant, impulse=check.impulse)
    if check.blocks is None:
        return found
    results = found if isinstance(found, list) else found.results.values()
    return [result.block(block) for result in results for block in check.blocks]


def _ids(samples: list[int]) -> list[int]:
    if not samples:
        raise UsageError('samples is empty: name a category, such as "testing", or ids.')
    return samples
