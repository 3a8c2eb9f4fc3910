"""`edgekit lab`: JupyterLab on copies of the notebooks, and never a learner's file written over."""

from __future__ import annotations

import json
import os
import platform
import random
import re
import signal
import socket
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest
import requests

from edgekit import lab
from edgekit.cli import main
from tests import wheel
from tests.processes import started

ROOT = Path(__file__).parent.parent
NAMES = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture
def opened(monkeypatch):
    """Run the command up to where JupyterLab would start; what that is asked is in the list."""
    calls = []
    monkeypatch.setattr(lab, "run", lambda folder, arguments: calls.append((folder, arguments)))
    return calls


def contents(folder):
    """The files of a folder but for the workshop, which has a command of its own."""
    names = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(name): (folder / name).read_bytes() for name in names if name.parts[0] != "workshop"}


def copied(name):
    """What the copy of a notebook holds: the notebook, and the kernel of this machine."""
    return lab.written(lab.of_this_kernel(json.loads((ROOT / "notebooks" / name).read_bytes())))


# --- the copies ---


def test_the_first_time_everything_is_copied_and_its_place_is_said(tmp_path, monkeypatch, opened, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["lab"]) == 0
    folder = tmp_path / "edgekit-notebooks"
    assert opened == [(folder, [])]
    original = contents(ROOT / "notebooks") | {name: copied(name) for name in NAMES}
    assert contents(folder) == {name: content for name, content in original.items() if "checkpoints" not in name}
    said = capsys.readouterr().out
    assert f"Your notebooks are in {folder}\n{len(NAMES)} new: {NAMES[0]} to {NAMES[-1]}\n" == said


def test_what_a_learner_changed_stays_and_what_a_learner_lost_comes_back(tmp_path, opened, capsys):
    main(["lab", str(tmp_path)])
    (tmp_path / NAMES[0]).write_text("mine")
    (tmp_path / "my own.ipynb").write_text("mine too")
    (tmp_path / NAMES[1]).unlink()
    capsys.readouterr()
    assert main(["lab", str(tmp_path)]) == 0
    assert (tmp_path / NAMES[0]).read_text() == "mine"
    assert (tmp_path / "my own.ipynb").read_text() == "mine too"
    assert (tmp_path / NAMES[1]).read_bytes() == copied(NAMES[1])
    said = capsys.readouterr().out.splitlines()[1]
    assert said.startswith(f"1 new: {NAMES[1]}; {len(NAMES) - 1} kept as they are (edgekit lab --fresh ")


def test_fresh_copies_lie_beside_the_old_ones_under_one_new_number(tmp_path, opened):
    main(["lab", "--fresh", str(tmp_path)])
    assert sorted(path.name for path in tmp_path.glob("*.ipynb")) == NAMES
    (tmp_path / NAMES[0]).write_text("mine")
    (tmp_path / NAMES[2].replace(".", "-2.")).write_text("mine as well")
    before = contents(tmp_path)
    main(["lab", str(tmp_path), "--fresh"])
    after = contents(tmp_path)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {name.replace(".", "-3.") for name in NAMES}
    assert after[NAMES[0].replace(".", "-3.")] == copied(NAMES[0])


def test_many_at_once_copy_each_file_once_and_whole(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        copies = list(threads.map(lambda _: lab.copy(tmp_path), range(8)))
    made = [path.name for one in copies for path in one.new]
    assert sorted(made) == NAMES
    assert (tmp_path / NAMES[-1]).read_bytes() == copied(NAMES[-1])


def test_a_copy_differs_from_its_notebook_in_the_kernel_alone(monkeypatch):
    shipped = json.loads((ROOT / "notebooks" / NAMES[0]).read_bytes())
    copy = json.loads(copied(NAMES[0]))
    assert copy["metadata"]["language_info"]["version"] == platform.python_version()
    assert copy | {"metadata": shipped["metadata"]} == shipped
    monkeypatch.setitem(sys.modules, "ipykernel", None)
    monkeypatch.setitem(sys.modules, "ipykernel.ipkernel", None)
    assert json.loads(copied(NAMES[0])) == shipped


def test_a_link_to_nowhere_is_a_learners_file_too(tmp_path):
    (tmp_path / NAMES[0]).symlink_to(tmp_path / "gone.ipynb")
    assert tmp_path / NAMES[0] in lab.copy(tmp_path).kept
    assert not (tmp_path / "gone.ipynb").exists()


def test_a_disk_that_is_full_leaves_no_half_notebook(tmp_path):
    resource = pytest.importorskip("resource", reason="limits on files are POSIX's")
    code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, {resource.RLIM_INFINITY}))"
    code += "; import sys; from edgekit.cli import main; sys.exit(main(['lab', sys.argv[1]]))"
    command = [sys.executable, "-c", code, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert re.fullmatch(
        r"edgekit: No notebooks can be written to .* \(File too large\)\. Name another .*\n", done.stderr
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("place", "reason"), [("file", "it is a file"), ("file/below", "Not a directory")])
def test_a_folder_that_cannot_be_written_is_told_with_the_next_step(tmp_path, opened, capsys, place, reason):
    (tmp_path / "file").touch()
    assert main(["lab", str(tmp_path / place)]) == 1
    printed = capsys.readouterr()
    assert re.fullmatch(
        rf"edgekit: No notebooks can be written to '.*' \({reason}\)\. Name another folder: edgekit lab FOLDER\n",
        printed.err,
    )
    assert (printed.out, opened) == ("", [])


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_folder_of_the_systems_own_is_told_even_to_root(opened, capsys):
    assert main(["lab", "/proc/edgekit"]) == 1
    assert "Name another folder" in capsys.readouterr().err


NO_TEXT = pytest.param(b"caf\xe9", "utf-8", marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux's names"))


@pytest.mark.parametrize(("name", "encoding"), [("café".encode(), "ascii"), NO_TEXT])
def test_a_folder_whose_name_the_console_cannot_show_is_used_all_the_same(tmp_path, name, encoding):
    code = "from edgekit import cli, lab; lab.run = lambda *_: None; import sys; sys.exit(cli.main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "lab", tmp_path / os.fsdecode(name)],
        env=os.environ | {"PYTHONIOENCODING": f"{encoding}:strict"},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.splitlines()[0] == f"Your notebooks are in {tmp_path}/caf?".encode()


# --- the command ---


def test_what_stands_after_two_dashes_is_jupyterlabs(tmp_path, opened):
    assert main(["lab", str(tmp_path), "--", "--no-browser", "--port", "8899"]) == 0
    assert opened == [(tmp_path, ["--no-browser", "--port", "8899"])]


def test_no_other_command_passes_arguments_on(capsys):
    with pytest.raises(SystemExit) as end:
        main(["sandbox", "--", "--no-browser"])
    assert end.value.code == 2
    assert "only edgekit lab passes arguments on: --no-browser" in capsys.readouterr().err


def test_make_lab_opens_copies_that_git_ignores():
    assert "lab: .venv/ready\n\t$(BIN)/edgekit lab\n" in (ROOT / "Makefile").read_text()
    assert f"/{lab.FOLDER}/" in (ROOT / ".gitignore").read_text().splitlines()


# --- JupyterLab itself, on the wheel and without a clone ---


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The wheel's content in a folder that goes before the clone."""
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(wheel.build(folder)) as archive:
        archive.extractall(folder / "content")
    return folder / "content"


@pytest.fixture
def command(unpacked, tmp_path):
    """`edgekit lab` as a process of its own, in an empty folder and with a home of its own."""
    home = tmp_path / "home"
    home.mkdir()
    environment = os.environ | {"PYTHONPATH": str(unpacked), "HOME": str(home)}

    def start(*arguments: str, **variables: str) -> AbstractContextManager[subprocess.Popen[str]]:
        return started(
            [sys.executable, "-m", "edgekit.cli", "lab", *arguments],
            cwd=tmp_path,
            env=environment | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    return start


def free_port() -> int:
    """Find a port that is free, and stays so: below those that systems give to whoever asks for any."""
    while True:
        port = random.randrange(20_000, 30_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def served(process, port):
    """Wait for the server; return the names in its folder, and whether it asks a new user about news."""
    with requests.Session() as session:
        session.trust_env = False
        while process.poll() is None:
            try:
                answer = session.get(f"http://127.0.0.1:{port}/api/contents", timeout=30)
            except requests.ConnectionError:
                time.sleep(0.1)
                continue
            page = f"http://127.0.0.1:{port}/lab/api/settings/@jupyterlab/apputils-extension:notification"
            settings = session.get(page, timeout=30).json()["schema"]["properties"]
            return sorted(entry["name"] for entry in answer.json()["content"]), settings["fetchNews"]["default"]
    raise AssertionError(f"JupyterLab did not start: {process.stdout.read()}")


OPEN = ("--no-browser", "--IdentityProvider.token=", "--ip=127.0.0.1")


@pytest.mark.parametrize("home", ["sound", "unwritable"])
def test_a_wheel_is_enough_for_jupyterlab_on_the_notebooks(command, unpacked, tmp_path, home):
    port = free_port()
    (tmp_path / "file").touch()
    variables = {} if home == "sound" else {"HOME": str(tmp_path / "file" / "home")}
    with command("--", *OPEN, f"--port={port}", "--ServerApp.port_retries=0", **variables) as process:
        assert served(process, port) == ([*NAMES, "images"], "false")
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate()
    assert f"Your notebooks are in {tmp_path / lab.FOLDER}\n" in said
    assert ("Set HOME to a folder that you may write to" in said) is (home == "unwritable")
    assert "Traceback" not in said
    original = contents(unpacked / "edgekit" / "notebooks") | {name: copied(name) for name in NAMES}
    assert contents(tmp_path / lab.FOLDER) == original


def test_a_taken_port_is_told_with_another_to_ask_for(command, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with command("--", *OPEN, f"--port={port}", "--ServerApp.port_retries=0") as process:
            said, _ = process.communicate()
    assert process.returncode == 1
    assert f"port {port} is not available" in said
    last = said.splitlines()[-1]
    assert last.startswith("edgekit: JupyterLab ended with an error; the lines above say which.")
    assert last.endswith("edgekit lab -- --port 8899")


@pytest.mark.skipif(os.name == "nt", reason="homes are the system's there")
def test_without_any_home_jupyter_gets_one_for_as_long_as_it_runs(tmp_path):
    code = """if True:
        import os, pwd
        from pathlib import Path
        def unknown(uid):
            raise KeyError(uid)
        pwd.getpwuid = unknown
        from edgekit import lab
        print(lab.give_jupyter_a_home())
        print(Path.home().parent, *sorted(name for name in lab.JUPYTERS_FOLDERS if name in os.environ))
        print(repr(lab.give_jupyter_a_home()))
    """
    environment = {name: value for name, value in os.environ.items() if name != "HOME"} | {"TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    said, names, again = done.stdout.splitlines()
    assert said.startswith("There is no home folder: ")
    assert names.split() == [str(tmp_path), *sorted(lab.JUPYTERS_FOLDERS)]
    assert again == "''"
    assert list(tmp_path.iterdir()) == []
