"""CONTRIBUTING.md tells of every module where to look for it, and of no file that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
FILE = re.compile(r"\.?[\w./-]+\.(?:py|js|ts|css|html|json|md|toml|yml|lock|ipynb)|[\w./-]+/")


def named() -> set[Path]:
    """Every file and folder that the page names, relative to the folder in its section's heading, else to the root."""
    found = set()
    for section in re.split(r"^(?=##)", PAGE, flags=re.MULTILINE):
        heading = re.match(r"### `([^`]+)`", section)
        home = ROOT / heading[1] if heading else ROOT
        for token in re.findall(r"`([^`\n]+)`", section):
            if FILE.fullmatch(token):
                inside = home / token
                found.add((inside if inside.exists() else ROOT / token).resolve())
    return found


def front_files() -> list[Path]:
    front = ROOT / "edgekit" / "explorers" / "front"
    return sorted(path for path in front.rglob("*") if path.is_file())


def modules() -> list[Path]:
    return sorted((ROOT / "edgekit").rglob("*.py"))


def test_every_file_that_the_page_names_exists():
    missing = [str(path.relative_to(ROOT)) for path in named() if not path.exists()]
    assert missing == []


@pytest.mark.parametrize("files", [modules, front_files])
def test_every_module_is_named_with_what_it_is_for(files):
    known = named()
    assert known
    unnamed = [
        str(path.relative_to(ROOT))
        for path in files()
        if path.resolve() not in known and not (path.name == "__init__.py" and path.parent.resolve() in known)
    ]
    assert unnamed == [], "add a row to CONTRIBUTING.md"


def test_every_room_of_the_package_has_a_table():
    rooms = {path.parent.name for path in (ROOT / "edgekit").glob("*/__init__.py")}
    headings = set(re.findall(r"^### `edgekit/(\w+)/`", PAGE, re.MULTILINE))
    assert rooms <= headings


def test_every_command_of_make_that_is_named_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)`", PAGE)) <= targets


def test_the_hooks_before_a_commit_need_no_network():
    repositories = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert [repository["repo"] for repository in repositories] == ["local"]
    for hook in repositories[0]["hooks"]:
        assert hook["language"] == "system"
        assert hook["entry"].startswith(".venv/bin/")
