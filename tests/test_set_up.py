"""pyproject.toml, the lock file and environment.yml say the same; the commands of the README exist."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

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
            assert requirement.specifier.contains(specifier.version), (requirement, pin)


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
        ["make", "-C", tmp_path, f"PYTHON={other}", ".venv/ready"], capture_output=True, text=True, check=False
    )
    assert done.returncode
    assert f"3.11 or later; {other} is {version}" in done.stderr
    assert "went on" not in done.stdout
