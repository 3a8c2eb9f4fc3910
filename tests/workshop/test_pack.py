"""The pack for a USB stick: what is written beside the packages, and what its start script says.

That it installs and runs the whole course without a network is tried by `make workshop`, which takes minutes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import edgekit as ek
from edgekit import lab
from edgekit.cli import main
from edgekit.workshop import pack
from edgekit.workshop.laptops import SYSTEMS
from edgekit.workshop.stick import start


@pytest.fixture
def stick(tmp_path):
    """A pack without its packages."""
    (tmp_path / "requirements").mkdir()
    pack._write_scripts(tmp_path, ["windows", "linux"], ["3.11", "3.12"])
    return tmp_path


def test_it_has_a_start_script_for_each_system_and_a_page_to_read(stick):
    names = {path.name for path in stick.iterdir() if path.is_file()}
    assert names == {"start.py", "start.bat", "start.sh", "start.command", "README.txt"}
    for name in ("start.bat", "README.txt"):
        content = (stick / name).read_bytes()
        assert content.count(b"\r\n") == content.count(b"\n")
    batch = (stick / "start.bat").read_text("utf-8")
    assert "in (3.12 3.11) do" in batch
    assert set(re.findall(r"goto (\w+)", batch)) == set(re.findall(r"^:(\w+)$", batch, re.MULTILINE))
    assert 'pushd "%~dp0"' in batch  # a path with a space, or of another computer
    assert batch.rstrip().endswith("exit /b %status%")
    assert "for: windows, linux" in (stick / "README.txt").read_text("utf-8")
    assert len((stick / "README.txt").read_text("utf-8").splitlines()) < 60  # one page
    assert not re.search(r"\$(pythons|systems)", "".join((stick / name).read_text("utf-8") for name in names))


@pytest.mark.skipif(os.name == "nt", reason="sh is of other systems")
def test_the_script_for_macos_and_linux_runs_python_on_what_lies_beside_it(stick, tmp_path):
    stick = stick.rename(tmp_path.with_name("a stick & more"))
    for name in ("start.sh", "start.command"):
        assert os.access(stick / name, os.X_OK)
        python = stick / "bin" / "python3.12"
        python.parent.mkdir(exist_ok=True)
        python.write_text('#!/bin/sh\necho "$PWD" "$@"\n')
        python.chmod(0o755)
        environment = {"PATH": f"{python.parent}:/usr/bin:/bin"}
        done = subprocess.run(
            ["sh", stick / name, "--check"], env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        assert done.stdout == f"{stick.resolve()} start.py --check\n"


def started(stick, **variables) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"EDGEKIT_WORKSHOP_HOME": str(stick / "home")} | variables
    command = [sys.executable, stick / "start.py", "--check"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_another_python_than_the_packs_is_told_which_ones_there_are(stick):
    (stick / "requirements" / "windows-3.8.txt").touch()
    done = started(stick)
    assert done.returncode == 1
    assert done.stdout.endswith(
        "This folder is for: windows, Python 3.8.\nInstall one of these from python.org, then start again.\n"
    )
    assert not (stick / "home").exists()


def test_a_package_that_is_not_on_the_stick_is_told_and_nothing_counts_as_installed(stick, monkeypatch, capsys):
    wanted = stick / "requirements" / "linux-3.12.txt"
    wanted.write_text("no-such-package==1\n")

    def create(place, with_pip):  # an environment takes seconds; `make workshop` makes one
        name = "Scripts/python.exe" if os.name == "nt" else "bin/python"
        (place / name).parent.mkdir(parents=True)
        (place / name).symlink_to(sys.executable)

    monkeypatch.setattr(start, "HOME", stick / "home")
    monkeypatch.setattr(start, "STICK", stick)
    monkeypatch.setattr(start.venv, "create", create)
    assert start.installed(wanted) is None
    assert "Not everything was installed; the lines above say why. Start again to go on." in capsys.readouterr().out
    assert list(stick.glob("home/*/*/python*"))
    assert list(stick.glob("home/*/installed.txt")) == []


def test_a_home_that_cannot_be_written_is_told(stick):
    (stick / "file").touch()
    for system in SYSTEMS:
        (stick / "requirements" / f"{system}-{sys.version_info.major}.{sys.version_info.minor}.txt").touch()
    done = started(stick, EDGEKIT_WORKSHOP_HOME=str(stick / "file" / "home"))
    assert done.returncode == 1
    assert "No environment can be made there" in done.stdout
    assert "Traceback" not in done.stderr


def test_what_could_not_be_fetched_is_an_error_and_its_list_is_not_there(tmp_path, monkeypatch):
    for name in ("wheels", "requirements"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setattr(pack, "pins", lambda system, python: ["no-such-package==1"])
    monkeypatch.setattr(pack, "PAUSES", ())
    with pytest.raises(ek.EdgekitError, match="pip download failed"):
        pack._fetch(tmp_path, "windows", "3.12", tmp_path)
    assert list(tmp_path.glob("requirements/*.txt")) == []


def test_what_could_not_be_fetched_is_tried_again(monkeypatch):
    tries, pauses = [], []

    def fails_twice(command, needed):
        tries.append(command)
        if len(tries) < 3:
            raise ek.EdgekitError("the connection was lost")
        return "fetched"

    monkeypatch.setattr(pack, "_run", fails_twice)
    monkeypatch.setattr(pack.waiting, "pause", pauses.append)
    assert pack._fetched(["pip"], "pip") == "fetched"
    assert (len(tries), tuple(pauses)) == (3, pack.PAUSES)


def test_neither_pip_nor_python_is_led_to_other_packages(monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example/")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("EDGEKIT_SEAT", "7")
    found = start.environment()
    assert found["PIP_CONFIG_FILE"] == os.devnull
    assert set(lab.JUPYTERS_FOLDERS) == set(start.SETTINGS)
    assert all(Path(found[name]).is_relative_to(start.HOME) for name in start.SETTINGS)  # nothing else is changed
    assert found["EDGEKIT_SEAT"] == "7"
    assert not {"PIP_INDEX_URL", "PYTHONPATH"} & set(found)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--platforms", "amiga"], "systems is one of windows, macos-arm64"),
        (["--pythons", "2.7"], "pythons is one of 3.11, 3.12"),
    ],
)
def test_what_it_cannot_be_made_for_is_told_before_anything_is_written(tmp_path, capsys, options, said):
    assert main(["workshop", "pack", str(tmp_path / "stick"), *options]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "stick").exists()


def test_without_a_clone_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(pack, "CLONE", tmp_path)
    with pytest.raises(ek.UsageError, match="made in a clone"):
        pack.pack(tmp_path / "stick")
