"""In a locale without UTF-8, where standard output knows no "·", all is printed, written and read all the same."""

from __future__ import annotations

import ast
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import edgekit as ek
from edgekit import display
from tests.conftest import SEED

HOME = Path(ek.__file__).parent
PLAIN = {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}

SHOW_ALL = """
import sys, warnings, edgekit as ek
from ipywidgets import IntSlider
assert sys.stdout.encoding.lower() in ("ascii", "ansi_x3.4-1968", "us-ascii"), sys.stdout.encoding
motion, objects = ek.connect(), ek.connect(sandbox="objects")
result, picture = motion.classify(12), objects.classify(150)
everything = [motion, motion.sample(12), result, *result.blocks, picture, *picture.blocks, ek.parse(sys.argv[1])]
everything += [block.matched() for block in picture.blocks if block.detects]
everything += [ek.detection.summary(picture), ek.explore(result), ek.explore(result.sample), ek.explore(picture)]
everything += [motion.set_threshold(5, 2.5), motion.gmm(5), motion.kmeans(4), motion.impulse(), motion.samples().head()]
everything += [ek.anomaly.suggest_threshold(result.block("anomaly-gmm").windows()["anomaly"])]
everything += [ek.explorers.Panel(lambda ax, n: "50 \\u2265 3 \\u00b7 done", n=IntSlider(description="\\u00b7"))]
for one in everything:
    print(one)
    print(repr(one))
for wrong in (lambda: motion.classify(99999), lambda: result.block("\\u2192"),
              lambda: ek.connect(sandbox="no\\u00b7pe"),
              lambda: ek.parse('{"success": false, "error": "kein \\u00b7 \\u0416 \\ud83d\\ude00"}')):
    try:
        wrong()
    except ek.EdgekitError as problem:
        print(problem, repr(problem))
    else:
        raise AssertionError(wrong)
for number, one in enumerate(one for one in everything if isinstance(one, ek.explorers.Explorer)):
    one.to_html(f"{sys.argv[2]}/{number}.html")
print("done")
"""


def plain(*arguments: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Run Python in a locale without UTF-8."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "PYTHON"))}
    command = [sys.executable, "-X", "warn_default_encoding", "-W", "ignore", *arguments]
    return subprocess.run(
        command, capture_output=True, env=environment | PLAIN | variables, timeout=120, check=False, cwd=HOME.parent
    )


def test_every_repr_message_and_page_does_without_utf_8(tmp_path):
    done = plain("-c", SHOW_ALL, str(SEED), str(tmp_path))
    assert done.returncode == 0, done.stderr.decode("ascii", "replace")
    said = done.stdout.decode("ascii")
    assert said.endswith("done\n")
    assert "<BlockResult 5 anomaly-gmm - " in said
    pages = sorted(tmp_path.glob("*.html"))
    assert len(pages) == 3
    assert all("·" in page.read_text("utf-8") for page in pages)


@pytest.mark.parametrize(
    "command", [["doctor"], ["doctor", "--json"], ["--help"], ["sandbox", "--port", "99999"], ["nothing"]]
)
def test_every_command_does_without_utf_8(command):
    done = plain("-c", f"import sys; from edgekit.cli import main; sys.exit(main({command!r}))")
    assert b"Traceback" not in done.stderr
    assert b"UnicodeEncodeError" not in done.stdout + done.stderr
    assert done.stdout.isascii()
    assert done.stdout or done.stderr


def test_a_notebook_is_stored_and_checked_without_utf_8(tmp_path):
    import json

    from nbformat.v4 import new_code_cell, new_notebook

    path = tmp_path / "notes.ipynb"
    path.write_text(json.dumps(new_notebook(cells=[new_code_cell("'· → Ж 😀'")])), "utf-8")
    for arguments in ([], ["--check"]):
        done = plain("-m", "edgekit.checks", str(path), *arguments)
        assert (done.returncode, done.stderr) == (0, b"")
    assert "· → Ж 😀" in path.read_text("utf-8")


def test_a_file_name_that_the_locale_does_not_know_is_a_usage_error(tmp_path):
    program = (
        "import sys, edgekit as ek\n"
        "try: ek.explore(ek.parse(sys.argv[1])).to_html(sys.argv[2] + '/\\u0416.html')\n"
        "except ek.UsageError as problem: print(problem)"
    )
    done = plain("-c", program, str(SEED), str(tmp_path))
    assert b"cannot be written" in done.stdout, done.stderr
    assert os.listdir(tmp_path) == []


@given(st.text(), st.sampled_from(["ascii", "latin-1", "cp1252", "cp437", "utf-8", "utf-16", "no such encoding"]))
def test_whatever_fits_is_left_alone_and_the_rest_is_made_to_fit(text, encoding):
    stream = io.TextIOWrapper(io.BytesIO(), "utf-8")
    before, sys.stdout = sys.stdout, type("Out", (), {"encoding": encoding, "buffer": stream})()
    try:
        fit = display.fit(text)
    finally:
        sys.stdout = before
    if encoding == "no such encoding":
        assert fit == text
        return
    fit.encode(encoding)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return
    assert fit == text


def test_without_a_standard_output_texts_stay_as_they_are(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert display.fit("·") == "·"


def unnamed(path: Path) -> list[str]:
    """Name the calls in a module that open a text without naming its encoding, which the locale would choose."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        named = {keyword.arg for keyword in node.keywords}
        texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        reads = name in ("read_text", "write_text") and len(node.args) <= (name == "write_text")
        opens = name == "open" and any(text in ("r", "rt", "w", "wt", "a", "x") for text in texts)
        pipes = name in ("run", "Popen", "check_output") and "text" in named
        if "encoding" not in named and (reads or opens or pipes):
            found.append(f"{path.relative_to(HOME)}:{node.lineno} {ast.unparse(node)[:80]}")
    return found


def test_no_file_of_ours_is_opened_in_the_locales_encoding():
    assert [one for path in sorted(HOME.rglob("*.py")) for one in unnamed(path)] == []
