"""pyproject.toml, the lock file and environment.yml say the same; the commands of the README exist."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.lock").read_text()


def declared() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"].values()
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in extra)]
    return [r for r in map(Requirement, lines) if r.name != "edgekit"]


def locked() -> dict[str, list[Requirement]]:
    found: dict[str, list[Requirement]] = {}
    for line in LOCK.splitlines():
        if line and not line.lstrip().startswith("#"):
            requirement = Requirement(line)
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def test_every_dependency_is_locked_within_its_range():
    pins = locked()
    for requirement in declared():
        assert canonicalize_name(requirement.name) in pins, requirement
        for pin in pins[canonicalize_name(requirement.name)]:
            (specifier,) = pin.specifier
            assert specifier.operator == "==", pin
            # a release candidate is taken where a new Python has no other wheel yet
            assert requirement.specifier.contains(specifier.version, prereleases=True), (requirement, pin)


def test_no_later_python_is_refused():
    assert PROJECT["requires-python"] == ">=3.11"


def test_the_lock_holds_plain_pins_and_no_address():
    assert "://" not in LOCK
    assert not re.search(r"^\s*-", LOCK, re.MULTILINE)


def test_the_environment_holds_nothing_that_could_drift():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert environment["name"] == "edgekit"
    assert environment["channels"] == ["conda-forge"]
    python, pip, from_pip = environment["dependencies"]
    assert pip == "pip"
    assert set(python.removeprefix("python ").split(",")) == set(PROJECT["requires-python"].split(","))
    (line,) = from_pip["pip"]
    extras = set(re.fullmatch(r"-e \.\[(.+)\]", line)[1].split(","))
    assert extras <= set(PROJECT["optional-dependencies"])


def test_the_changelog_begins_with_what_is_not_released_yet():
    headings = re.findall(r"^## \[(.+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert headings[1:] == sorted(headings[1:], key=Version, reverse=True)


def test_the_readme_installs_the_wheel_of_this_version():
    import edgekit

    (named,) = re.findall(r"edgekit-([\w.]+)-py3-none-any[.]whl", (ROOT / "README.md").read_text())
    assert named == edgekit.__version__


def test_the_readme_names_only_commands_and_files_that_exist():
    readme = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", readme)) <= targets
    for link in re.findall(r"\]\(([^)#]+)\)", readme):
        assert link.startswith("https://") or (ROOT / link).exists(), link


def test_a_python_that_is_too_old_is_told_at_once_and_named(tmp_path):
    version = "3.10.4"
    assert SpecifierSet(PROJECT["requires-python"]).contains(version) is False
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.lock").touch()
    (tmp_path / "pyproject.toml").touch()
    other = tmp_path / "python"  # this Python, which says it is another one
    says = f"import sys; sys.version = {version!r}; sys.version_info = {tuple(map(int, version.split('.')))}"
    other.write_text(f'#!/bin/sh\n[ "$1" = -c ] && exec {sys.executable} -c "{says}; $2"\necho went on\n')
    other.chmod(0o755)
    done = subprocess.run(
        ["make", "-C", tmp_path, f"PYTHON={other}", ".venv/ready"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode
    assert f"3.11 or later; {other} is {version}" in done.stderr
    assert "went on" not in done.stdout


def test_make_test_and_the_gate_run_what_python_m_tests_runs():
    makefile = (ROOT / "Makefile").read_text()
    assert "test: .venv/ready\n\t$(BIN)/python -m tests\n" in makefile
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "make test"


@pytest.mark.parametrize("failing", [None, "mypy", "pytest"])
def test_python_m_tests_stops_at_the_first_check_that_fails(monkeypatch, capsys, failing):
    from . import __main__ as checks

    ran = []

    def run(command, cwd, check):
        ran.append(command[1:])
        return subprocess.CompletedProcess(command, 3 if failing in command else 0)

    monkeypatch.setattr(subprocess, "run", run)
    assert checks.main(["-k", "one"]) == (3 if failing else 0)
    names = ["ruff", "ruff", "mypy", None, None, None, "pytest"]
    assert len(ran) == (names.index(failing) + 1 if failing else 7)
    if failing != "mypy":
        assert ran[-1] == ["-m", "pytest", "--numprocesses=2", "-k", "one"]
    assert ("This check failed: python -m" in capsys.readouterr().err) is bool(failing)


# --- the workflows; whether they are valid at all is actionlint's to say, in the workflow test ---

WORKFLOWS = {path.name: path.read_text() for path in (ROOT / ".github" / "workflows").iterdir()}


def test_every_python_that_the_package_names_is_tested_on_every_system():
    matrix = yaml.safe_load(WORKFLOWS["test.yml"])["jobs"]["test"]["strategy"]["matrix"]
    named = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if ":: Python :: 3." in line]
    assert matrix["python"] == named == ["3.11", "3.12", "3.13", "3.14"]
    assert [name.removesuffix("-latest") for name in matrix["os"]] == ["ubuntu", "macos", "windows"]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_of_others_are_pinned_to_a_commit_whose_version_is_said(name):
    for line in re.findall(r"uses: (.+)", WORKFLOWS[name]):
        assert line.startswith("./") or re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_read_and_only_publishing_may_prove_who_it_is(name):
    workflow = yaml.safe_load(WORKFLOWS[name])
    assert workflow["permissions"] == {"contents": "read"}
    more = {job: rights["permissions"] for job, rights in workflow["jobs"].items() if "permissions" in rights}
    assert more == ({"publish": {"id-token": "write"}} if name == "release.yml" else {})
    assert "secrets." not in WORKFLOWS[name]
