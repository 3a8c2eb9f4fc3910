"""Lines to type are written for the shell that is in use."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys

import pytest

from edgekit import doctor, shell
from edgekit.cli import main

PYTHON = shlex.quote(sys.executable)
URL = "http://127.0.0.1:8080/v1"


@pytest.fixture
def use(monkeypatch):
    """Pretend to have been started from a shell of this name; None: from none."""

    def pretend(name: str | None, system: str = os.name) -> None:
        def detect() -> tuple[str, str]:
            if name is None:
                raise shellingham.ShellDetectionFailure
            return name, f"/bin/{name}"

        import shellingham

        monkeypatch.setattr(shellingham, "detect_shell", detect)
        monkeypatch.setattr(shell.os, "name", system)
        shell.current.cache_clear()

    yield pretend
    shell.current.cache_clear()


@pytest.mark.parametrize(
    ("name", "system", "known"),
    [
        ("bash", "posix", "sh"),
        ("zsh", "posix", "sh"),
        ("dash", "posix", "sh"),
        ("fish", "posix", "fish"),
        ("tcsh", "posix", "csh"),
        ("pwsh", "posix", "powershell"),
        ("powershell", "nt", "powershell"),
        ("pwsh", "nt", "powershell"),
        ("cmd", "nt", "cmd"),
        ("bash", "nt", "sh"),
        (None, "posix", "sh"),
        (None, "nt", "powershell"),
    ],
)
def test_every_shell_is_of_a_kind(use, name, system, known):
    use(name, system)
    assert shell.current() == known


LINES = {
    "bash": f"export EI_API_ENDPOINT={URL} EI_API_KEY=ei_1",
    "fish": f"set -x EI_API_ENDPOINT {URL}; set -x EI_API_KEY ei_1",
    "tcsh": f"setenv EI_API_ENDPOINT {URL}; setenv EI_API_KEY ei_1",
    "powershell": f"$env:EI_API_ENDPOINT = '{URL}'; $env:EI_API_KEY = 'ei_1'",
    "cmd": f'set "EI_API_ENDPOINT={URL}" & set "EI_API_KEY=ei_1"',
}


@pytest.mark.parametrize("name", LINES)
def test_two_variables_are_set_in_one_line(use, name):
    use(name)
    assert shell.setting(EI_API_ENDPOINT=URL, EI_API_KEY="ei_1") == LINES[name]


@pytest.mark.parametrize(
    ("name", "sets", "takes", "installs"),
    [
        ("bash", "export A='two words'", "unset A", "pip install 'edgekit[sandbox]'"),
        ("fish", "set -x A 'two words'", "set -e A", "pip install 'edgekit[sandbox]'"),
        ("powershell", "$env:A = 'two words'", "Remove-Item Env:A", "pip install 'edgekit[sandbox]'"),
        ("cmd", 'set "A=two words"', "set A=", 'pip install "edgekit[sandbox]"'),
    ],
)
def test_a_variable_is_set_and_taken_away_and_a_package_installed(use, name, sets, takes, installs):
    use(name)
    assert shell.setting(A="two words") == sets
    assert shell.unsetting("A") == takes
    assert shell.pip_install("edgekit[sandbox]") == installs
    again = installs.replace("install ", "install --force-reinstall --no-deps ")
    assert shell.pip_install("edgekit[sandbox]", again=True) == again


@pytest.mark.parametrize("name", [name for name in ("sh", "bash", "dash", "zsh", "fish") if shutil.which(name)])
@pytest.mark.parametrize("value", ["plain", "two words", "it's", "$HOME", "a;b", 'say "x"'])
def test_the_shell_itself_understands_the_line(use, name, value):
    use(name)
    line = f'{shell.setting(A=value, B="b")}; {PYTHON} -c \'import os; print(os.environ["A"] + os.environ["B"])\''
    done = subprocess.run([name, "-c", line], capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout == f"{value}b\n"


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_the_shell_in_use_is_found_from_within_it():
    program = f"{PYTHON} -c 'from edgekit import shell; print(shell.current())'; true"
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout == "sh\n"


def test_in_powershell_a_quoted_python_is_called_with_an_ampersand(use, monkeypatch):
    use("powershell", "nt")
    monkeypatch.setattr(sys, "executable", r"C:\Program Files\Python\python.exe")
    assert doctor._line("pip", "check") == r'& "C:\Program Files\Python\python.exe" -m pip check'
    use("cmd", "nt")
    assert doctor._line("pip", "check") == r'"C:\Program Files\Python\python.exe" -m pip check'


def test_the_command_sandbox_prints_the_lines_of_the_shell_in_use(use, monkeypatch, capsys):
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    use("powershell")
    monkeypatch.setattr("edgekit.waiting.pause", interrupt)
    assert main(["sandbox"]) == 130
    printed = capsys.readouterr().out
    assert "project motion: $env:EI_API_ENDPOINT = 'http://127.0.0.1:" in printed
    assert "export" not in printed
