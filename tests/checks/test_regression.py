"""The tolerance, the canonical form and the command; nbval and kernels run for real, in as few processes as will do."""

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
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from edgekit.checks.notebooks import NotebookError, TolerantText, canonical, main, problems, pytest_configure, run
from edgekit.errors import EdgekitError

finite = st.floats(min_value=-1e300, max_value=1e300)
sizeable = st.floats(min_value=1e-3, max_value=1e300)
words = st.text(st.characters(exclude_categories=["N", "Cs"], exclude_characters="."))


def same(left: str, right: str) -> bool:
    one_way, other_way = TolerantText(left) == right, left == TolerantText(right)
    assert one_way == other_way
    assert (TolerantText(left) != right) is not one_way
    return one_way


# The text -----------------------------------------------------------------------------------------------------------


@given(st.text())
def test_a_text_equals_itself(text):
    assert same(text, text)


@given(finite, words, words)
def test_noise_in_the_last_digits_of_a_float_passes(number, before, after):
    noisy = number * (1 + 1e-9)
    assert same(f"{before} {number!r} {after}", f"{before} {noisy!r} {after}")


@given(sizeable)
def test_a_change_of_a_thousandth_fails(number):
    assert not same(repr(number), repr(number * 1.001))


@given(st.integers(), st.integers())
def test_integers_are_exact(left, right):
    assert same(f"n = {left}", f"n = {right}") == (left == right)


@given(words, words)
def test_text_is_exact(left, right):
    assert same(f"{left} 1.5", f"{right} 1.5") == (left == right)


@given(st.text(), st.text())
def test_any_two_texts_can_be_compared(left, right):
    assert same(left, right) or left != right


@given(finite, finite)
def test_tolerance_is_that_of_the_numbers(left, right):
    assume(abs(left - right) > 1e-9 + 1e-6 * max(abs(left), abs(right)))
    assert not same(repr(left), repr(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("0.30000000000000004", "0.3"),
        ("[0.1, 1.2345678901]", "[0.1, 1.2345678902]"),
        ("<td>12.345678</td>", "<td>12.345679</td>"),
        ("took -1.5000000001s.", "took -1.5s."),
        ("5.551115123125783e-17", "0.0"),
        ("-0.000", "0.000"),
        ("array([1., 2.])", "array([1., 2.])"),
        ("nan inf", "nan inf"),
    ],
)
def test_it_is_noise(left, right):
    assert same(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("3.142", "3.143"),
        ("99.9 %", "99.8 %"),
        ("1.2e-10", "3.4e-10"),
        ("1.5e+10", "1.5e+11"),
        ("1", "1.0"),
        ("1000000001", "1000000002"),
        ("1.0", "nan"),
        ("inf", "-inf"),
        ("0.5 s", "0.5 ms"),
        ("[1.5, 2.5]", "[1.5]"),
        ("version 1.2.3000001", "version 1.2.3000002"),
        ("version 1.2000001.3", "version 1.2000002.3"),
        ("127.0.0.1", "127.0.0.2"),
        ("3.14", "3.14 "),
    ],
)
def test_it_is_a_change(left, right):
    assert not same(left, right)


def test_it_is_a_string_in_everything_else():
    text = TolerantText("1.5\n2.5")
    assert (text != 1, hash(text), repr(text), text.splitlines()) == (
        True,
        hash("1.5\n2.5"),
        r"'1.5\n2.5'",
        ["1.5", "2.5"],
    )


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
    "one output too few": ("print(0.5)", [], False),
}


def run_pytest(folder: Path, *arguments: str, **environment: str) -> str:
    """Run pytest with the plugin and without the repository's options; return its report."""
    always = ["-c", os.devnull, "--rootdir", str(folder), "-p", "no:cacheprovider", "--color=no"]
    command = [sys.executable, "-m", "pytest", *always, "-p", "edgekit.checks", *arguments]
    env = {**os.environ, **environment}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False).stdout


@pytest.fixture(scope="module")
def nbval(regenerated):
    """Run all the cells, and the notebook that the command wrote, under nbval; return outcomes and the report."""
    folder = regenerated.parent
    cells = [new_code_cell(source, outputs=outputs, execution_count=1) for source, outputs, _ in CELLS.values()]
    nbformat.write(new_notebook(cells=cells), folder / "cells.ipynb")
    report = run_pytest(folder, "--nbval", "--junitxml=out.xml", "cells.ipynb", regenerated.name, MPLBACKEND="")
    cases = ElementTree.parse(folder / "out.xml").iter("testcase")
    passed = [case.find("failure") is None and case.find("error") is None for case in cases]
    return dict(zip(CELLS, passed, strict=False)), passed[len(CELLS) :], report


@pytest.mark.parametrize("name", CELLS)
def test_nbval_passes_noise_and_nothing_else(nbval, name):
    passed, _, report = nbval
    assert passed[name] is CELLS[name][2], report


def test_nbval_reports_a_difference_as_ever(nbval):
    report = nbval[2]
    assert all(line in report for line in ("mismatch 'stdout'", "'bad 0.5", "  - good 0.5", "  + bad 0.5")), report


def test_what_the_command_wrote_passes_strict_nbval(nbval):
    _, passed, report = nbval
    assert passed == [True] * 6, report


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
    """A notebook with a bit of everything, run by the command in another folder and with an account around."""
    folder = tmp_path_factory.mktemp("regenerated")
    (folder / "data.txt").write_text("found")
    sources = [
        "print(open('data.txt').read())",
        "import os; [name for name in os.environ if name.startswith('EI_')], 'inline' in os.environ['MPLBACKEND']",
        "1 / 0",
        "import ipywidgets; ipywidgets.IntSlider(3)",
        "1 / 3",
        PROGRESS,
    ]
    path = written(folder / "all.ipynb", *sources, tags=("raises-exception",))
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as printed:
        for name in ("EI_API_KEY", "EI_PROJECT_ID", "EI_API_ENDPOINT", "MPLBACKEND"):
            patch.setenv(name, "agg")
        assert main([str(path)]) == 0
    assert printed.getvalue() == f"{path}: written\n"
    return path


def test_a_notebook_runs_in_its_own_folder_and_inherits_neither_account_nor_backend(regenerated):
    cells = nbformat.read(regenerated, as_version=4).cells
    assert cells[0].outputs[0].text == "found\n"
    assert cells[1].outputs[0].data == {"text/plain": "([], True)"}
    assert cells[2].outputs[0].ename == "ZeroDivisionError"
    assert cells[3].outputs[0].data == {"text/plain": "IntSlider(value=3)"}


def test_what_the_command_wrote_is_canonical(regenerated):
    assert main(["--check", str(regenerated)]) == 0
    assert canonical(json.loads(regenerated.read_text())) == nbformat.read(regenerated, as_version=4)


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
    assert other_line.startswith(f"{other}: is not in canonical form")


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
