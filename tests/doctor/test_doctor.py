"""The command ``edgekit doctor``: as a person runs it, and each way in which it has to say no."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
import threading
import time

import pytest

from edgekit import doctor
from edgekit.cli import main

KEY = "ei_0123456789abcdef0123456789abcdef"
NAMES = [
    "python",
    "core packages",
    "lab packages",
    "sandbox packages",
    "home",
    "jupyterlab",
    "widgets",
    "pictures",
    "kernel",
]
NAMES += ["sandbox", "studio"]


@pytest.fixture
def only(monkeypatch):
    """Leave only the checks of these names."""

    def leave(*names):
        monkeypatch.setattr(doctor, "CHECKS", tuple(check for check in doctor.CHECKS if check[0] in names))

    return leave


@pytest.fixture
def put(monkeypatch):
    """Replace all checks by one of our own."""

    def replace(check, fallback="look here"):
        monkeypatch.setattr(doctor, "CHECKS", (("mine", check, fallback),))

    return replace


@pytest.fixture
def project(sandbox, monkeypatch):
    """An environment in which the running sandbox is the user's own Studio."""
    monkeypatch.setenv("EI_API_ENDPOINT", sandbox.url)
    monkeypatch.setenv("EI_API_KEY", sandbox.keys["motion"])
    return sandbox


@pytest.fixture
def versions(monkeypatch):
    """Pretend that packages have other versions; None takes one away."""
    real = importlib.metadata.version

    def pretend(**other):
        def version(name):
            if name in other and other[name] is None:
                raise importlib.metadata.PackageNotFoundError(name)
            return other.get(name) or real(name)

        monkeypatch.setattr(importlib.metadata, "version", version)

    return pretend


def only_check(capsys, status):
    """Run the command with --json; return its one check."""
    assert main(["doctor", "--json"]) == status
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is (status == 0)
    (check,) = document["checks"]
    return check


# --- as a person runs it ---


def test_a_sound_set_up_with_a_key_passes_every_check(project):
    command = [sys.executable, "-m", "edgekit.cli", "doctor", "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    document = json.loads(answer.stdout)
    assert answer.stderr == ""
    assert [check["name"] for check in document["checks"]] == [*NAMES, "blocks"]
    assert {check["name"]: check for check in document["checks"] if check["status"] != "ok"} == {}
    assert (document["ok"], answer.returncode) == (True, 0)
    assert project.keys["motion"] not in answer.stdout
    found = {check["name"]: check["found"] for check in document["checks"]}
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    projects = [part.partition(":")[0] for part in found["sandbox"].split("; ")[:-1]]
    assert projects == list(project.keys)
    assert "17 windows" in found["sandbox"]
    assert f"ipywidgets {importlib.metadata.version('ipywidgets')}" in found["lab packages"]
    assert found["studio"] == f"project 1 'motion' of 'edgekit sandbox', {project.url}"


def test_without_a_key_the_sandbox_is_enough(only, capsys):
    only("python", "studio", "blocks")
    assert main(["doctor"]) == 0
    python = ".".join(map(str, sys.version_info[:3]))
    assert capsys.readouterr().out == (
        f"ok   python            {python}\nok   studio            no key set: the sandbox is used\n"
    )


def test_each_line_is_printed_when_its_check_is_done(monkeypatch, capsys):
    seen = []

    def second():
        seen.append(capsys.readouterr().out)
        return doctor.Check("b", "warn", "2", "do this")

    checks = (("a", lambda: doctor.Check("a", "ok", "1"), ""), ("b", second, ""))
    monkeypatch.setattr(doctor, "CHECKS", checks)
    assert main(["doctor"]) == 0
    assert seen == ["ok   a                 1\n"]
    assert capsys.readouterr().out == "warn b                 2\n     → type: do this\n"


def test_colour_is_for_terminals(put, monkeypatch, capsys):
    put(lambda: doctor.Check("mine", "fail", "no"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out == "\x1b[31mfail \x1b[0mmine              no\n"
    monkeypatch.setenv("NO_COLOR", "1")
    main(["doctor"])
    assert "\x1b" not in capsys.readouterr().out


def test_importing_it_imports_nothing_more_than_edgekit_does():
    code = "import sys, edgekit; before = set(sys.modules); import edgekit.doctor; print(*set(sys.modules) - before)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    roots = {name.partition(".")[0] for name in answer.stdout.split()}
    assert roots <= {"edgekit", *sys.stdlib_module_names}


# --- the Studio ---


def test_the_learn_blocks_are_named_and_said_to_be_trained(project, only, capsys):
    only("studio", "blocks")
    assert main(["doctor"]) == 0
    studio, blocks = capsys.readouterr().out.splitlines()
    assert studio.startswith("ok   studio            project 1 'motion'")
    assert blocks.startswith("ok   blocks ")
    assert [part.rpartition(": ")[2] for part in blocks.split("; ")] == ["trained", "trained", "trained"]
    assert all(kind in blocks for kind in ("(keras)", "(anomaly)", "(anomaly-gmm)"))


@pytest.mark.parametrize(
    ("answers", "status", "word"),
    [
        ({"metadata": {"hasTrainedModel": True}}, "ok", "trained"),
        ({"metadata": {"hasTrainedModel": False}}, "warn", "not trained"),
        ({"metadata": {}, 3: {"trained": False}}, "warn", "not trained"),
        ({3: {"trained": True}}, "ok", "trained"),
        ({"metadata": {"hasTrainedModel": None}, 3: {"success": False}}, "ok", "not known"),
    ],
)
def test_an_untrained_block_is_a_warning(project, only, monkeypatch, capsys, answers, status, word):
    import edgekit as ek
    from edgekit.studio.calls import Calls

    real = Calls.get

    def answer(self, kind, *path, **params):
        if path[:3] != ("training", "keras", 3):
            return real(self, kind, *path, **params)
        if path[-1] not in answers:
            raise ek.NotFoundError("Cannot GET", 404)
        return answers[path[-1]]

    monkeypatch.setattr(Calls, "get", answer)
    only("studio", "blocks")
    assert main(["doctor"]) == 0
    line, *fix = capsys.readouterr().out.splitlines()[1:]
    assert line.startswith(f"{status:<5}blocks")
    assert line.split("; ")[0].endswith(f"(keras): {word}")
    assert [text.rpartition(" ")[2] for text in fix] == [f"{project.url[:-3]}/studio/1"] * (status == "warn")


def test_a_wrong_key_fails_with_the_line_to_type_and_stays_secret(project, only, monkeypatch, capsys):
    monkeypatch.setenv("EI_API_KEY", KEY)
    only("studio", "blocks")
    assert main(["doctor"]) == 1
    printed = capsys.readouterr()
    line, fix = printed.out.splitlines()
    assert line.startswith("fail studio ")
    assert "Invalid API key" in line
    assert fix == "     → type: export EI_API_KEY=ei_..."
    assert KEY not in printed.out + printed.err


@pytest.mark.parametrize(
    ("name", "value", "said", "fix"),
    [
        ("EI_API_KEY", "two words", "holds characters that no key has", "export EI_API_KEY=ei_..."),
        ("EI_PROJECT_ID", "motion", "must be a number", "unset EI_PROJECT_ID"),
        ("EI_PROJECT_ID", KEY, "must be a number", "unset EI_PROJECT_ID"),
        ("EI_PROJECT_ID", "99", "key sees project 1 ('motion'), not 99", "unset EI_PROJECT_ID"),
        ("EI_API_ENDPOINT", "studio", "is no web address", "unset EI_API_ENDPOINT"),
        ("EI_API_ENDPOINT", "http://example.org/v1", "Plain http", "unset EI_API_ENDPOINT"),
    ],
)
def test_what_was_set_wrong_is_named(project, only, monkeypatch, capsys, name, value, said, fix):
    monkeypatch.setenv(name, value)
    only("studio")
    check = only_check(capsys, 1)
    assert said in check["found"]
    assert check["fix"] == fix
    assert KEY not in str(check)


def test_nobody_there_is_a_failure_with_a_line_that_tries_the_network(project, only, monkeypatch, capsys):
    import edgekit as ek

    def refuse():
        raise ek.ConnectionFailed("no connection")

    monkeypatch.setattr(ek, "connect", refuse)
    only("studio")
    assert only_check(capsys, 1) == {
        "name": "studio",
        "status": "fail",
        "found": "no connection",
        "fix": f"curl -I {project.url}",
    }


def test_the_sandbox_is_checked_whatever_project_is_set(project, only, monkeypatch, capsys):
    monkeypatch.setenv("EI_PROJECT_ID", "99")
    only("sandbox")
    assert "17 windows" in only_check(capsys, 0)["found"]


def test_a_sandbox_project_that_says_nothing_of_a_window_is_named(only, monkeypatch, capsys):
    import edgekit as ek

    real = ek.Studio.classify

    class Empty:
        blocks = ()

    monkeypatch.setattr(ek.Studio, "classify", lambda self, s: Empty if self.project_id == 2 else real(self, s))
    only("sandbox")
    assert "objects: sample 1 gives these numbers of windows by block: {}" in only_check(capsys, 1)["found"]


# --- packages, Python, Jupyter ---


def test_a_missing_package_is_named_with_the_line_that_installs_it(only, versions, capsys):
    versions(ipywidgets=None, jupyterlab="3.6.8")
    only("lab packages")
    check = only_check(capsys, 1)
    assert "ipywidgets is missing" in check["found"]
    assert "jupyterlab is 3.6.8, needed is " in check["found"]
    assert check["fix"].endswith('-m pip install "ipywidgets<9,>=8.1" "jupyterlab<5,>=4.4"')


def test_every_declared_package_belongs_to_one_group():
    names = [line.split()[0] for group in doctor.GROUPS for line in doctor._survey(group)[0]]
    assert len(names) == len(set(names))
    assert {"numpy", "pandas", "ipywidgets", "jupyterlab", "sktime", "tornado"} <= set(names)
    assert not {"pytest", "edgeimpulse-api"} & set(names)


def test_what_a_check_cannot_import_is_installed_by_its_line(put, versions, capsys):
    versions(sktime=None)
    put(lambda: __import__("no_such_module"))
    check = only_check(capsys, 1)
    assert check["found"] == "ModuleNotFoundError: No module named 'no_such_module'"
    assert 'pip install "sktime' in check["fix"]


def test_without_packaging_the_line_installs_it(only, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "packaging.requirements", None)
    only("core packages")
    assert only_check(capsys, 1)["fix"].endswith("pip install packaging")


def test_what_needs_a_missing_package_is_not_checked(only, versions, capsys):
    versions(jupyterlab=None, sktime=None)
    only("lab packages", "sandbox packages", "home", "jupyterlab", "widgets", "kernel", "sandbox")
    assert main(["doctor", "--json"]) == 1
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert [check["name"] for check in checks] == ["lab packages", "sandbox packages"]


def test_a_home_that_cannot_be_written_is_a_warning_and_the_kernel_starts_all_the_same(tmp_path):
    (tmp_path / "file").touch()
    code = "from edgekit import doctor; doctor.CHECKS = [c for c in doctor.CHECKS if c[0] in ('home', 'kernel')]"
    answer = subprocess.run(
        [sys.executable, "-c", f"{code}; doctor.run()"],
        env=os.environ | {"HOME": str(tmp_path / "file" / "home"), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    home, fix, kernel = answer.stdout.splitlines()
    assert home.startswith("warn home ")
    assert "Not a directory" in home
    assert fix.startswith("     → type: export HOME=")
    assert kernel.startswith("ok   kernel ")
    assert answer.stderr == ""
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_source_tree_that_nobody_installed(only, monkeypatch, capsys):
    def requires(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", requires)
    only("core packages")
    assert only_check(capsys, 1)["fix"].endswith("pip install -e .")


def test_a_python_out_of_range(only, monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    only("python")
    check = only_check(capsys, 1)
    assert check["found"].startswith("3.9.2: edgekit needs ")
    assert check["fix"] == "python3.11 -m venv .venv"


def test_a_jupyterlab_that_does_not_start(only, monkeypatch, capsys):
    broken = subprocess.CompletedProcess([], 1, "", "Traceback\nImportError: broken\n")
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: broken)
    only("jupyterlab")
    check = only_check(capsys, 1)
    assert check["found"] == "ImportError: broken"
    assert check["fix"].endswith("pip install --force-reinstall jupyterlab")


def test_widgets_whose_halves_do_not_match(only, versions, capsys):
    versions(jupyterlab_widgets="1.1.7")
    only("widgets")
    check = only_check(capsys, 1)
    assert "jupyterlab_widgets 1.1.7, but ipywidgets needs jupyterlab_widgets" in check["found"]
    assert check["fix"].endswith("pip install --force-reinstall ipywidgets jupyterlab_widgets")


def test_widgets_that_jupyterlab_cannot_find(only, monkeypatch, tmp_path, capsys):
    from jupyter_core import paths

    monkeypatch.setattr(paths, "jupyter_path", lambda *parts: [str(tmp_path)])
    only("widgets")
    assert "JupyterLab finds no extension at " in only_check(capsys, 1)["found"]


def test_an_extension_of_edgekits_own_that_jupyterlab_cannot_find(only, monkeypatch, tmp_path, capsys):
    from jupyter_core import paths

    monkeypatch.setattr(paths, "jupyter_path", lambda *parts: [str(tmp_path)])
    only("pictures")
    check = only_check(capsys, 0)
    assert check["status"] == "warn"
    assert check["fix"].endswith("pip install --force-reinstall --no-deps edgekit")


@pytest.mark.parametrize("printed", ["42\n/usr\n", "43\n{prefix}\n", ""])
def test_a_kernel_of_another_python(only, monkeypatch, capsys, printed):
    from edgekit.checks import notebooks as regression

    def run(notebook, folder, *, sandbox):
        notebook.cells[0].outputs = [{"text": printed.format(prefix=sys.prefix)}]

    monkeypatch.setattr(regression, "run", run)
    only("kernel")
    assert only_check(capsys, 1)["fix"].endswith("-m ipykernel install --sys-prefix")


def test_a_kernel_that_cannot_import_the_package(only, monkeypatch, capsys):
    from edgekit.checks import notebooks as regression

    def run(notebook, folder, *, sandbox):
        raise regression.NotebookError("code cell 1 fails: ModuleNotFoundError: No module named 'edgekit'")

    monkeypatch.setattr(regression, "run", run)
    only("kernel")
    assert only_check(capsys, 1)["found"] == "python3: ModuleNotFoundError: No module named 'edgekit'"


# --- whatever a check does ---


@pytest.mark.parametrize("kind", [ValueError, KeyError, SystemExit, KeyboardInterrupt])
def test_what_a_check_raises_is_a_fail_line_without_the_key(put, monkeypatch, capsys, kind):
    monkeypatch.setenv("EI_API_KEY", "not-even-like-one")

    def check():
        raise kind(f"not-even-like-one and {KEY}\x1b[31m\nin two lines")

    put(check)
    found = only_check(capsys, 1)
    assert found["found"].startswith(f"{kind.__name__}: ")
    assert found["fix"] == "look here"
    assert "in two lines" in found["found"]
    for unwanted in ("not-even-like-one", KEY, "\x1b", "\n"):
        assert unwanted not in found["found"]


def test_what_a_check_prints_stays_out_of_the_document(put, capsys):
    def check():
        print("noise")
        return doctor.Check("mine", "ok", "quiet")

    put(check)
    assert only_check(capsys, 0)["found"] == "quiet"


def test_a_check_that_does_not_end_is_given_up_on(put, monkeypatch, capsys):
    end = threading.Event()
    put(lambda: end.wait(60))
    monkeypatch.setattr(doctor, "LIMIT", 0.05)
    started = time.monotonic()
    try:
        assert only_check(capsys, 1)["found"] == "not done after 0.05 s"
        assert time.monotonic() - started < 10
    finally:
        end.set()
