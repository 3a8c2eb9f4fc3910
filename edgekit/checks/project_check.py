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
import tomllib
from pathlib import Path
from typing import Annotated, Any
from xml.etree import ElementTree

import msgspec

from edgekit import display, saving
from edgekit.checks.baseline_file import DamagedBaselineError
from edgekit.checks.comparison import Comparison, compare, save
from edgekit.errors import EdgekitError, UsageError
from edgekit.studio.connection import connect

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
    rtol: _Share = 1e-6
    atol: _Share = 0.0
    junit: str = "edgekit-check.xml"
    markdown: str = "edgekit-check.md"
    html: str | None = None


def run(path: str | os.PathLike[str], *, update: bool = False) -> int:
    """Do what the file says and print what moved; return 0 where all is as it was, else 1.

    JUnit XML and Markdown are written in any case, also where the check could not be made.

    Parameters
    ----------
    path : str or path
        The file; what it names lies beside it.
    update : bool
        Write the baseline, in place of one that says something else, after showing what that is.

    Raises
    ------
    UsageError
        The file cannot be read, or has something in it that is not known.
    EdgekitError
        The samples could not be classified, or the baseline not be read.
    """
    check, folder = read(path), Path(path).resolve().parent
    try:
        results = _results(check)
        baseline = folder / check.baseline
        if update and not baseline.exists():
            save(results, baseline)
            print(display.fit(f"{baseline.name}: written. Commit it."))
        comparison = _compared(results, baseline, check, update=update)
        if update and comparison is not None and not comparison.ok:
            print(comparison)
            print(display.fit(f"{baseline.name}: written anew, which accepts what stands above."))
        if update:
            save(results, baseline, update=True)
            comparison = compare(results, baseline, rtol=check.rtol, atol=check.atol)
    except EdgekitError as problem:
        saving.save(folder / check.junit, _junit_of(problem, check))
        saving.save(folder / check.markdown, f"### ❌ edgekit check\n\nNot checked: `{display.shown(problem, 1000)}`\n")
        raise
    assert comparison is not None
    comparison.to_junit(folder / check.junit)
    comparison.to_markdown(folder / check.markdown)
    if check.html:
        comparison.to_html(folder / check.html)
    print(comparison)
    return 0 if comparison.ok else 1


def read(path: str | os.PathLike[str]) -> ProjectCheck:
    """Read the file; a UsageError names what is wrong in it."""
    shown = display.quoted(str(path), 200)
    try:
        document = tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as problem:
        raise UsageError(
            f"{shown} cannot be read ({problem.strerror}). Give the file that says what to check."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise UsageError(f"{shown} is no TOML: {problem}.") from None
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


def _compared(results: Any, baseline: Path, check: ProjectCheck, *, update: bool) -> Comparison | None:
    try:
        return compare(results, baseline, rtol=check.rtol, atol=check.atol)
    except EdgekitError as problem:
        if not baseline.exists():
            raise UsageError(
                f"There is no baseline {baseline.name!r} yet: edgekit check … --update writes it. Commit it."
            ) from None
        if not update or not isinstance(problem, DamagedBaselineError):
            raise
        print(problem)
        return None


def _junit_of(problem: EdgekitError, check: ProjectCheck) -> str:
    suites = ElementTree.Element("testsuites", name="edgekit check")
    suite = ElementTree.SubElement(suites, "testsuite", name="settings", tests="1", errors="1")
    case = ElementTree.SubElement(suite, "testcase", name=display.shown(check.baseline), classname="edgekit.settings")
    ElementTree.SubElement(case, "error", message=display.shown(problem, 1000))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"
