"""`make lock` replaces the lock by one that installs everywhere, or says where it does not and leaves the old one."""

from __future__ import annotations

import pytest

from tests import lock

LINUX, INTEL = "x86_64-unknown-linux-gnu", "x86_64-apple-darwin"


@pytest.fixture
def compiled(monkeypatch, tmp_path):
    """Put a list in the place of uv: what it was asked, and of which (platform, Python) it has no wheel."""
    asked: list[tuple[str, ...]] = []
    refused: set[tuple[str, str]] = set()

    def run(*arguments: str) -> str:
        asked.append(arguments)
        if "--universal" in arguments:
            (tmp_path / arguments[arguments.index("--output-file") + 1]).write_text("new==2\n")
            return ""
        case = tuple(arguments[arguments.index(option) + 1] for option in ("--python-platform", "--python-version"))
        return "old==1 has no usable wheels" if case in refused else ""

    monkeypatch.setattr(lock, "_compile", run)
    monkeypatch.chdir(tmp_path)
    (tmp_path / lock.LOCK).write_text("old==1\n")
    return asked, refused


def test_a_lock_that_installs_everywhere_replaces_the_old_one(compiled, tmp_path, capsys):
    asked, _ = compiled
    assert lock.main([]) == 0
    assert (tmp_path / lock.LOCK).read_text() == "new==2\n"
    assert "installs on Linux x86-64, Linux arm64, macOS arm64, macOS Intel, Windows" in capsys.readouterr().out
    assert len(asked) == 1 + 5 * 5
    assert all(call[5:7] == ("--only-binary", ":all:") for call in asked[1:])


def test_one_platform_without_a_wheel_is_named_and_the_old_lock_stays(compiled, tmp_path, capsys):
    compiled[1].add((INTEL, "3.12"))
    assert lock.main([]) == 1
    assert (tmp_path / lock.LOCK).read_text() == "old==1\n"
    said = capsys.readouterr().out
    assert "macOS Intel, Python 3.12:\nold==1 has no usable wheels" in said
    assert "tool.uv" in said
    assert "Windows" not in said


def test_check_pins_nothing(compiled, tmp_path):
    asked, refused = compiled
    assert lock.main(["--check"]) == 0
    refused.add((LINUX, "3.15"))
    assert lock.main(["--check"]) == 1
    assert not [call for call in asked if "--universal" in call]
    assert (tmp_path / lock.LOCK).read_text() == "old==1\n"


def test_what_uv_says_is_passed_on(tmp_path):
    (tmp_path / "none.txt").write_text("no requirement at all\n")
    assert "no requirement" in lock._compile("--offline", str(tmp_path / "none.txt"))
