"""nbval with the plugin, the canonical form and the command; kernels run for real, in as few processes as will do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from edgekit.checks.made_with import other_project
from edgekit.checks.nbval_plugin import _collect, pytest_configure
from edgekit.checks.notebooks import NotebookError, canonical, main, problems, run
from edgekit.errors import EdgekitError

# nbval --------------------------------------------------------------------------------------------------------------

SHOW_HTML = "get_ipython().display_formatter.format; from IPython.display import HTML; HTML('<td>{}</td>')"


def html(figure: str) -> dict[str, Any]:
    data = {"text/html": f"<td>{figure}</td>", "text/plain": "<IPython.core.display.HTML object>"}
    return new_output("execute_result", data, execution_count=1)


def plain(text: str) -> dict[str, Any]:
    return new_output("execute_result", {"text/plain": text}, execution_count=1)


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return new_output("stream", name=name, text=text)


PROGRESS = "from edgekit import progress\nprogress.SHOW_AFTER = 0\nfor _ in progress.bar(range(2)): pass"
BAR = "classify:  50%|█████     | 24/48 [00:01<00:01, 20.14sample/s]"
BAR_SAVED = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": BAR}
# What is run, what the notebook says came out, and whether nbval shall pass.
CELLS = {
    "the same": ("print('done 3.142')", [stream("done 3.142\n")], True),
    "noise in stdout": ("print('x = 0.1234567891')", [stream("x = 0.1234567890\n")], True),
    "noise in stderr": (
        "import sys; print('0.1234567891', file=sys.stderr)",
        [stream("0.1234567890\n", "stderr")],
        True,
    ),
    "noise in a value": ("{'a': 0.1234567891, 'n': 3}", [plain("{'a': 0.1234567890, 'n': 3}")], True),
    "noise in an html table": (SHOW_HTML.format("1.1234567891"), [html("1.1234567890")], True),
    "noise in cut streams": ("print(0.1234567891); print(2.5)", [stream("0.1234567890\n"), stream("2.5\n")], True),
    "a thousandth in stdout": ("print(0.5005)", [stream("0.5000\n")], False),
    "a thousandth in a value": ("3.143", [plain("3.142")], False),
    "a thousandth in an html table": (SHOW_HTML.format("3.143"), [html("3.142")], False),
    "another word": ("print('good 0.5')", [stream("bad 0.5\n")], False),
    "another integer": ("1000000001", [plain("1000000002")], False),
    "no progress bar": (PROGRESS, [], True),
    "a bar that JupyterLab saved": ("1", [new_output("display_data", BAR_SAVED), plain("1")], True),
    "a bar in stderr": ("1", [stream(f"\r{BAR}\r{BAR}\n", "stderr"), plain("1")], True),
    "what stands beside a bar": ("1", [stream(f"\r{BAR}\nlook here\n", "stderr"), plain("1")], False),
    "nothing after a semicolon": ("0.5;", [], True),
    "one output too few": ("print(0.5)", [], False),
}


def run_pytest(folder: Path, *arguments: str, **environment: str) -> str:
    """Run pytest with the plugin and without the repository's options; return its report."""
    always = ["-c", os.devnull, "--rootdir", str(folder), "-p", "no:cacheprovider", "--color=no"]
    command = [sys.executable, "-m", "pytest", *always, "-p", "edgekit.checks", *arguments]
    env = {**os.environ, **environment}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120).stdout


@pytest.fixture(scope="module")
def nbval(regenerated):
    """Run all the cells, and the notebook that the command wrote, under nbval; return outcomes and the report."""
    folder = regenerated.parent
    cells = [new_code_cell(source, outputs=outputs, execution_count=1) for source, outputs, _ in CELLS.values()]
    cells.insert(list(CELLS).index("another word"), new_markdown_cell("# Cells\n## Of words\nand more"))
    nbformat.write(new_notebook(cells=cells), folder / "cells.ipynb")
    nbformat.write(new_notebook(cells=[new_code_cell("1"), new_code_cell("2")]), folder / "never.ipynb")
    other = {"edgekit": {"project": 77, "impulse": 1}}
    nbformat.write(new_notebook(cells=cells[:1], metadata=other), folder / "other.ipynb")
    dies = [new_code_cell(source, execution_count=1) for source in ("import os; os._exit(1)", "1")]
    nbformat.write(new_notebook(cells=dies), folder / "dies.ipynb")
    names = ["cells.ipynb", regenerated.name, "never.ipynb", "other.ipynb", "dies.ipynb"]
    report = run_pytest(
        folder, "--nbval", "--junitxml=out.xml", "--nbval-save-failed=failed", *names, MPLBACKEND="", EI_PROJECT_ID="77"
    )
    cases = ElementTree.parse(folder / "out.xml").iter("testcase")
    passed = [case.find("failure") is None and case.find("error") is None for case in cases]
    return dict(zip(CELLS, passed, strict=False)), passed[len(CELLS) :], report


@pytest.mark.parametrize("name", CELLS)
def test_nbval_passes_noise_and_nothing_else(nbval, name):
    passed, _, report = nbval
    assert passed[name] is CELLS[name][2], report


def test_nbval_reports_what_a_person_needs(nbval):
    report = nbval[2]
    assert "stdout, line 1:\n  old: bad 0.5\n  new: good 0.5\n" in report, report
    assert "cells.ipynb, code cell 10, under “Of words”" in report
    assert "text/html, line 1: old 3.142, new 3.143, difference 0.001" in report
    assert "Old is what the notebook holds, new is what came out now." in report
    assert "identical leading characters" not in report


def test_the_notebook_that_failed_is_kept_as_it_came_out(nbval, regenerated):
    failed = nbformat.read(regenerated.parent / "failed" / "cells.ipynb", as_version=4)
    assert failed.cells[-2].outputs == []
    assert [cell.outputs[0].text for cell in failed.cells if "'good 0.5'" in cell.source] == ["good 0.5\n"]
    assert canonical(failed) == failed
    assert not (regenerated.parent / "failed" / regenerated.name).exists()


def _before_summary(report: str) -> str:
    """Leave out pytest's list of what failed, which under CI has every reason once more."""
    return report.partition("short test summary info")[0]


def test_a_notebook_that_was_never_run_fails_with_that_reason(nbval):
    once = _before_summary(nbval[2]).count("no cell of this notebook was ever run")
    assert once == 1  # and its other cells are skipped
    assert "2 skipped" in nbval[2]


def test_a_kernel_that_died_fails_at_once_with_that_reason(nbval):
    assert _before_summary(nbval[2]).count("the kernel died while this cell ran") == 1


def test_a_file_that_is_no_notebook_is_named_without_a_traceback():
    def collect(notebook):
        raise ValueError("no JSON")

    notebook = SimpleNamespace(path=Path("broken.ipynb"), CollectError=RuntimeError)
    with pytest.raises(RuntimeError, match="is no notebook that can be read: no JSON"):
        _collect(collect)(notebook)


def test_a_notebook_of_another_project_fails_with_that_reason(nbval):
    assert "this notebook was made with project 77, impulse 1, and is now run with the sandbox" in nbval[2]


def test_what_the_command_wrote_passes_strict_nbval(nbval):
    _, passed, report = nbval
    assert passed == [True] * 7 + [False, True, False, False, True], report


def test_where_there_is_no_nbval_the_plugin_does_nothing(tmp_path):
    (tmp_path / "test_it.py").write_text(
        "import sys\n"
        "def test_it():\n"
        "    assert 'edgekit.checks' in sys.modules\n"
        "    assert not {'nbval', 'nbformat', 'nbclient'} & set(sys.modules)\n"
    )
    assert "1 passed" in run_pytest(tmp_path, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")


@pytest.fixture
def sanitized():
    """Configure the plugin in this process; give nbval's function as it then is, and put it back."""
    cell = pytest.importorskip("nbval.plugin").IPyNbCell
    before, cleanups = cell.sanitize, []

    def configure(**options: Any) -> Any:
        config = SimpleNamespace(getoption=options.get, add_cleanup=cleanups.append)
        pytest_configure(config)
        return cell.sanitize

    yield configure
    for cleanup in cleanups:
        cleanup()
    assert cell.sanitize is before


@pytest.mark.parametrize("option", ["nbval", "nbval_lax"])
def test_the_options_are_the_tolerance(sanitized, option):
    sanitize = sanitized(**{option: True, "nbval_rtol": 0.01, "nbval_atol": 0.1})
    text = sanitize(SimpleNamespace(parent=SimpleNamespace(sanitize_patterns={})), "3.142 0.000001")
    assert text == "3.143 0.090000"
    assert text != "3.242 0.090000"


def test_what_is_no_text_goes_through_as_it_is(sanitized):
    output = {"a": 0.5}
    assert sanitized(nbval=True)(None, output) is output


def test_without_the_flag_nbval_is_left_alone(sanitized):
    before = pytest.importorskip("nbval.plugin").IPyNbCell.sanitize
    assert sanitized() is before


# The canonical form -------------------------------------------------------------------------------------------------


def notebook(*cells: Any, **metadata: Any) -> nbformat.NotebookNode:
    return new_notebook(cells=list(cells), metadata=metadata)


def ran(*outputs: Any, source: str = "x", tags: tuple[str, ...] = ()) -> nbformat.NotebookNode:
    return new_code_cell(
        source, outputs=list(outputs), execution_count=7, metadata={"tags": list(tags)} if tags else {}
    )


WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
VIEW = {WIDGET_VIEW: {"model_id": "8b99a6492835494d8666fa11acafb931", "version_major": 2, "version_minor": 0}}
FAILURE = new_output(
    "error", ename="ValueError", evalue="no", traceback=["\x1b[31mFile \x1b[39m/home/me/x.py:1", "In[1]"]
)

some_output = st.one_of(
    st.builds(stream, st.text(max_size=3), st.sampled_from(["stdout", "stderr"])),
    st.sampled_from(
        [plain("1"), new_output("display_data", VIEW), new_output("display_data", VIEW | {"text/plain": "w"})]
    ),
    st.just(FAILURE),
)
some_cell = st.one_of(
    st.builds(lambda source, outputs: ran(*outputs, source=source), st.sampled_from("ab"), st.lists(some_output)),
    st.builds(new_code_cell, st.sampled_from("ab")),
    st.builds(new_markdown_cell, st.sampled_from("ab")),
)


@settings(max_examples=50)
@given(st.lists(some_cell, max_size=5))
def test_canonical_is_idempotent(cells):
    once = canonical(notebook(*cells))
    assert canonical(once) == once


def test_canonical_leaves_progress_bars_out():
    words = stream(f"\r{BAR}\r{BAR}\nlook here\n", "stderr")
    (cell,) = canonical(notebook(ran(new_output("display_data", BAR_SAVED), words, stream("50%| | 1/2 [")))).cells
    assert [output.text for output in cell.outputs] == ["50%| | 1/2 [", "look here\n"]


def test_canonical_leaves_its_argument_alone():
    original = notebook(ran(stream("a"), stream("b"), new_output("display_data", VIEW)), widgets={"state": {}})
    before = json.dumps(original)
    canonical(original)
    assert json.dumps(original) == before


def test_canonical_reads_a_notebook_as_it_lies_on_disk():
    on_disk = json.loads(nbformat.writes(notebook(ran(stream("a\nb\n"), source="x\ny"))))
    on_disk["nbformat_minor"] = 4
    del on_disk["cells"][0]["id"]
    cell = canonical(on_disk).cells[0]
    assert (cell.source, cell.outputs[0].text, len(cell.id)) == ("x\ny", "a\nb\n", 8)


def test_canonical_metadata_say_nothing_of_the_machine():
    language = {"name": "python", "version": "3.11.4"}
    kernel = {"name": "conda-env-me", "display_name": "mine"}
    metadata = canonical(notebook(widgets={}, language_info=language, kernelspec=kernel, title="kept")).metadata
    assert metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "title": "kept",
    }


def test_canonical_cells_keep_their_tags_alone():
    cell = new_code_cell("x", metadata={"tags": ["a"], "execution": {"iopub.status.busy": "now"}, "collapsed": True})
    assert [c.metadata for c in canonical(notebook(cell, new_code_cell("y"))).cells] == [{"tags": ["a"]}, {}]


def test_canonical_numbers_the_cells_that_ran():
    cells = canonical(notebook(ran(), new_markdown_cell(""), new_code_cell("never"), ran(plain("1")))).cells
    assert [cell.get("execution_count") for cell in cells] == [1, None, None, 2]
    assert cells[3].outputs[0].execution_count == 2


def test_canonical_ids_come_from_the_source():
    def ids(*sources: str) -> list[str]:
        return [cell.id for cell in canonical(notebook(*map(new_code_cell, sources))).cells]

    assert ids("a", "b") == ids("a", "b")
    assert ids("a", "new", "b")[::2] == ids("a", "b")
    assert len(set(ids("a", "a", "a"))) == 3


def test_canonical_streams_are_in_one_piece_up_to_the_next_output():
    outputs = canonical(
        notebook(ran(stream("e", "stderr"), stream("a"), stream("f", "stderr"), stream("b"), plain("1"), stream("c")))
    )
    assert [(o.get("name"), o.get("text")) for o in outputs.cells[0].outputs] == [
        ("stdout", "ab"),
        ("stderr", "ef"),
        (None, None),
        ("stdout", "c"),
    ]


def test_canonical_drops_the_views_of_widgets_and_keeps_what_stands_beside():
    beside = {"image/png": "iVBORw0KGgo=", "text/plain": "Explorer"}
    outputs = [new_output("display_data", VIEW), new_output("display_data", VIEW | beside)]
    assert [output.data for output in canonical(notebook(ran(*outputs))).cells[0].outputs] == [beside]


def test_canonical_tracebacks_show_no_library_frames():
    assert canonical(notebook(ran(FAILURE))).cells[0].outputs[0].traceback == ["In[1]"]


# Problems -----------------------------------------------------------------------------------------------------------

KEY = "ei_" + "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<Model object at 0x7f3c5a10>", "a memory address: at 0x7f3c5a10"),
        ("pointer 0x7f3c5a1000", "a memory address: 0x7f3c5a1000"),
        ("saved '/home/me/model.zip' now", "an absolute path: /home/me/model.zip"),
        ("\x1b[31m/Users/me", "an absolute path: /Users/me"),
        ("file:///tmp/x", "an absolute path: /tmp/x"),
        (r"C:\Users\me", r"an absolute path: C:\Users\me"),
        ("listening on http://127.0.0.1:4800/", "a local server: 127.0.0.1:4800"),
        ("localhost:8888", "a local server: localhost:8888"),
        (f"key={KEY}", "an API key: ei_***"),
    ],
)
@pytest.mark.parametrize(
    "output",
    [
        stream,
        plain,
        lambda text: new_output("display_data", {"text/html": f"<p>{text}</p>"}),
        lambda text: new_output("display_data", {"application/json": {"a": [text]}}),
    ],
    ids=["stream", "plain", "html", "json"],
)
def test_a_problem_is_named_with_its_cell(output, text, what):
    found = problems(notebook(new_markdown_cell("#"), ran(), ran(output(text))))
    assert found
    assert found[0].startswith(f"code cell 2 shows {what}")


@pytest.mark.parametrize(
    "text",
    [
        "https://studio.edgeimpulse.com/home/tmp",
        "./tmp/x and ../home",
        "mean/var, <var>x</var>",
        "0xdeadbeef and ratio 0x7f",
        "{'X:\\n': 1}",
        "localhost",
        "ei_project_name",
    ],
)
def test_it_is_no_problem(text):
    assert problems(notebook(ran(stream(text)))) == []


def test_a_picture_is_no_text():
    assert problems(notebook(ran(new_output("display_data", {"image/png": "aaaa+/tmp/0x7fffffff"})))) == []


def test_a_key_in_a_source_is_a_problem_and_not_repeated():
    found = problems(notebook(new_markdown_cell(f"use {KEY}"), new_code_cell(f"connect('{KEY}')")))
    assert found == ["markdown cell 1 holds an API key", "code cell 1 holds an API key"]


@pytest.mark.parametrize(("tags", "count"), [((), 1), (("raises-exception",), 0)])
def test_an_error_needs_its_tag(tags, count):
    assert len(problems(notebook(ran(FAILURE, tags=tags)))) == count


# The command --------------------------------------------------------------------------------------------------------


def written(path: Path, *sources: str, tags: tuple[str, ...] = ()) -> Path:
    nbformat.write(notebook(*(new_code_cell(s, metadata={"tags": list(tags)}) for s in sources)), path)
    return path


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory):
    """A notebook with a bit of everything, run by the command in another folder."""
    folder = tmp_path_factory.mktemp("regenerated")
    (folder / "data.txt").write_text("found")
    sources = [
        "print(open('data.txt').read())",
        "import os; os.environ['EI_PROJECT_ID'], 'inline' in os.environ['MPLBACKEND']",
        "1 / 0",
        "import ipywidgets; ipywidgets.IntSlider(3)",
        "1 / 3",
        PROGRESS,
        "import matplotlib.pyplot as plt; plt.plot([1, 2]);",
    ]
    path = written(folder / "all.ipynb", *sources, tags=("raises-exception",))
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as printed:
        patch.setenv("MPLBACKEND", "agg")
        patch.setenv("EI_PROJECT_ID", "77")
        assert main([str(path)]) == 0
    assert printed.getvalue() == f"{path}: written\n"
    return path


def test_a_notebook_runs_in_its_own_folder_and_inherits_the_account_but_no_backend(regenerated):
    cells = nbformat.read(regenerated, as_version=4).cells
    assert cells[0].outputs[0].text == "found\n"
    assert cells[1].outputs[0].data == {"text/plain": "('77', True)"}
    assert cells[2].outputs[0].ename == "ZeroDivisionError"
    assert cells[3].outputs[0].data == {"text/plain": "IntSlider(value=3)"}


def test_what_the_command_wrote_is_canonical(regenerated):
    assert main(["--check", str(regenerated)]) == 0
    assert canonical(json.loads(regenerated.read_text())) == nbformat.read(regenerated, as_version=4)


def test_what_the_command_wrote_says_against_which_project_it_was_made(regenerated):
    assert nbformat.read(regenerated, as_version=4).metadata["edgekit"] == {"project": "sandbox"}


def test_with_a_key_a_notebook_is_made_with_its_project(sandbox, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("EI_API_KEY", sandbox.keys["meat"])
    monkeypatch.setenv("EI_API_ENDPOINT", sandbox.url)
    path = written(tmp_path / "own.ipynb", "import edgekit as ek\nek.connect().project_id")
    assert main([str(path)]) == 0, capsys.readouterr().err
    made = nbformat.read(path, as_version=4)
    project = int(made.cells[0].outputs[0].data["text/plain"])
    assert made.metadata["edgekit"] == {"project": project, "impulse": 1}
    assert sandbox.keys["meat"] not in path.read_text()
    assert other_project(made.metadata) == ""
    monkeypatch.setenv("EI_API_KEY", sandbox.keys["motion"])
    assert f"made with project {project}, impulse 1, and is now run with project " in other_project(made.metadata)
    monkeypatch.setenv("EI_API_KEY", "ei_wrong")
    assert "there is no connection to compare it" in other_project(made.metadata)
    assert main([str(path)]) == 1
    assert "ei_wrong" not in capsys.readouterr().err


def test_a_failing_cell_is_named_without_its_key_and_the_file_left_alone(tmp_path, capsys):
    path = written(tmp_path / "bad.ipynb", "x = 1", f"raise ValueError('not {KEY}')")
    before = path.read_bytes()
    assert main([str(path)]) == 1
    assert capsys.readouterr().err == f"{path}: code cell 2 fails: ValueError: not ei_***\n"
    assert path.read_bytes() == before


def test_outputs_that_must_not_be_committed_are_not_written(tmp_path, capsys):
    path = written(tmp_path / "leak.ipynb", "object()")
    before = path.read_bytes()
    assert main([str(path)]) == 1
    assert f"{path}: code cell 1 shows a memory address" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_a_dead_kernel_is_an_error_like_others(tmp_path):
    with pytest.raises(NotebookError, match=r"code cell 2: Kernel died"):
        run(notebook(new_code_cell("x = 1"), new_code_cell("import os; os._exit(1)")), tmp_path)


def test_a_cell_has_its_time(tmp_path, monkeypatch):
    monkeypatch.setattr("edgekit.checks.notebooks.CELL_TIMEOUT", 1)
    with pytest.raises(NotebookError, match=r"code cell 1: A cell timed out"):
        run(notebook(new_code_cell("import time; time.sleep(30)")), tmp_path)


def test_check_reports_what_is_not_canonical_and_goes_on(tmp_path, capsys):
    nbformat.write(canonical(notebook(ran(stream("fine")))), tmp_path / "good.ipynb")
    other = written(tmp_path / "other.ipynb", "x")
    (tmp_path / "broken.ipynb").write_text("{")
    assert main(["--check", *map(str, sorted(tmp_path.iterdir()))]) == 1
    broken, other_line = capsys.readouterr().err.splitlines()
    assert "broken.ipynb: is no notebook that can be read" in broken
    assert other_line.startswith(f"{other}: is not in canonical form (")
    assert "code cell 1: id" in other_line


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"nbformat": 4, "nbformat_minor": 5}', '{"nbformat": 9}', None])
def test_a_file_that_is_no_notebook_is_reported(tmp_path, capsys, text):
    path = tmp_path / "broken.ipynb"
    if text is not None:
        path.write_text(text)
    assert main(["--check", str(path)]) == 1
    assert f"{path}: is no notebook that can be read" in capsys.readouterr().err


def test_it_is_a_command():
    command = [sys.executable, "-m", "edgekit.checks", "--help"]
    assert "usage: python -m edgekit.checks" in subprocess.check_output(command, text=True)


def test_its_error_is_one_of_edgekits():
    assert issubclass(NotebookError, EdgekitError)
