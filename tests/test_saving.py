"""Files are written whole or not at all; the disk of the tests here is really full (a limit on the size of files)."""

from __future__ import annotations

import ast
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

import edgekit as ek
from edgekit import saving
from tests.conftest import SEED

resource = pytest.importorskip("resource", reason="needs POSIX limits")


def on_a_full_disk(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a program in which no file can be longer than 20 kB."""
    full = "import resource, sys, edgekit as ek; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
    command = [sys.executable, "-c", full + program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_full_disk_loses_no_page_and_is_told_as_what_it_is(tmp_path):
    page = tmp_path / "report.html"
    page.write_text("the page of yesterday")
    done = on_a_full_disk(
        "explorer = ek.explore(ek.parse(sys.argv[1]))\n"
        "try: explorer.to_html(sys.argv[2])\n"
        "except ek.EdgekitError as problem: print(type(problem).__name__, problem)",
        SEED,
        page,
    )
    assert "EdgekitError" in done.stdout, done.stderr
    assert f"{str(page)!r} was not written: there is no room" in done.stdout
    assert "Make room on that disk" in done.stdout
    assert page.read_text() == "the page of yesterday"
    assert os.listdir(tmp_path) == ["report.html"]


def test_a_full_disk_loses_no_notebook(tmp_path):
    path = tmp_path / "long.ipynb"
    cell = new_code_cell("print('x' * 170_000)", outputs=[new_output("stream", text="x" * 170_000)])
    path.write_text(json.dumps(new_notebook(cells=[cell])))
    before = path.read_bytes()
    done = on_a_full_disk("from edgekit.checks.notebooks import main; sys.exit(main(sys.argv[1:]))", path)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{path}: {str(path)!r} was not written: there is no room" in done.stderr
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["long.ipynb"]


def test_an_interrupt_while_writing_loses_nothing(tmp_path, monkeypatch):
    def interrupted(descriptor):
        raise KeyboardInterrupt

    path = tmp_path / "page.html"
    path.write_text("before")
    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        saving.save(path, "after")
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["page.html"]


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o755])
def test_a_file_keeps_its_permissions(tmp_path, mode):
    path = tmp_path / "page.html"
    path.write_text("before")
    path.chmod(mode)
    saving.save(path, "after ·")
    assert path.read_text("utf-8") == "after ·"
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path):
    saving.save(tmp_path / "ours", b"\xff")
    (tmp_path / "anybody's").touch()
    assert (tmp_path / "ours").read_bytes() == b"\xff"
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "anybody's").stat().st_mode


def test_a_link_goes_on_leading_to_its_file(tmp_path):
    (tmp_path / "far").mkdir()
    far, link, dangling = tmp_path / "far" / "page.html", tmp_path / "link", tmp_path / "dangling"
    far.write_text("before")
    link.symlink_to(far)
    dangling.symlink_to(tmp_path / "far" / "new.html")
    saving.save(link, "after")
    saving.save(dangling, "new")
    assert link.is_symlink()
    assert dangling.is_symlink()
    assert (far.read_text(), (tmp_path / "far" / "new.html").read_text()) == ("after", "new")


def test_a_device_is_written_to_and_stays_one():
    saving.save("/dev/null", "gone")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("nowhere/page.html", "No such file"),
        (".", "Is a directory"),
        ("", "Is a directory"),
        ("a\0b", "null"),
        (3, "expected str"),
        (None, "expected str"),
        ("x" * 300, "too long"),
        ("page.html/x", "Not a directory"),
    ],
)
def test_a_place_that_cannot_be_written_is_a_usage_error(tmp_path, monkeypatch, path, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.html").write_text("before")
    with pytest.raises(ek.UsageError, match=f"(?s)cannot be written .*{says}.*Choose a file"):
        saving.save(path, "after")
    assert os.listdir(tmp_path) == ["page.html"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_is_read_only_stays_as_it_is(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("before")
    path.chmod(0o444)
    with pytest.raises(ek.UsageError, match="Permission denied"):
        saving.save(path, "after")
    assert path.read_text() == "before"


HOME = Path(ek.__file__).parent
# The file itself; new copies of notebooks, which never replace a file; drafts that are moved into place when they are
# whole; a stick's new folder, and what is noted beside it once it is installed.
WRITERS = {"saving.py", "lab.py", "csv_files.py", "pack.py", "start.py"}


def writes(path: Path) -> list[str]:
    """Name the calls in a module that write a file in its place."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            modes = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            opens = name == "open" and any(set(mode) <= set("rwaxbt+") and set(mode) & set("wax+") for mode in modes)
            if opens or name in ("write_text", "write_bytes", "to_csv", "to_json", "to_parquet", "copyfile", "copy2"):
                found.append(f"{path.relative_to(HOME)}:{node.lineno} {ast.unparse(node)[:80]}")
    return found


def test_nothing_else_in_edgekit_writes_a_file_in_its_place():
    modules = [path for path in sorted(HOME.rglob("*.py")) if path.name not in WRITERS]
    assert [one for path in modules for one in writes(path)] == []
