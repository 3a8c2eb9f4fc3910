"""What a user meets in a real kernel: pictures below the cell, and tracebacks without edgekit's own frames."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

import edgekit as ek

CELLS = {
    "opened": "import edgekit as ek\nexplorer = ek.explore(ek.connect(sandbox='motion').classify(31))",
    "with a semicolon": "explorer.figure();",
    "as the value": "explorer.figure()",
    "by a name": "figure = explorer.figure()",
    "twice": "[explorer.figure() for _ in range(2)];",
    "afterwards": "figure.number = 1",
    "refused": "ek.connect(sandbox='motion').sample(999)",
    "through threads": "ek.connect(sandbox='motion').classify([31, 9999])",
    "called back": "def draw(ax, x):\n    ek.anomaly.segments(1, x)\n\n\n"
    "from ipywidgets import IntSlider\nek.explorers.Panel(draw, x=IntSlider())",
    "with a cause": "try:\n    {}['the cause']\nexcept KeyError as cause:\n    raise ek.UsageError('no') from cause",
    "in full": "%xmode Verbose\nek.connect(sandbox='motion').sample(999)",
}


@pytest.fixture(scope="module")
def outputs() -> dict[str, list[Any]]:
    """What each cell shows."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS.values()])
    NotebookClient(notebook, timeout=60, kernel_name="python3", allow_errors=True).execute()
    return {name: cell.outputs for name, cell in zip(CELLS, notebook.cells, strict=True)}


def pictures(shown: list[Any]) -> int:
    return sum("image/png" in output.get("data", {}) for output in shown)


def traceback(shown: list[Any]) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", "\n".join(shown[-1].traceback))


@pytest.mark.parametrize(
    ("cell", "count"), [("with a semicolon", 1), ("as the value", 1), ("by a name", 1), ("twice", 2), ("afterwards", 0)]
)
def test_an_explorers_figure_is_shown_once_below_the_cell_that_asked_for_it(outputs, cell, count):
    assert pictures(outputs[cell]) == count


def test_a_traceback_shows_the_users_line_and_the_reason_and_no_frame_of_edgekit(outputs):
    said = traceback(outputs["refused"])
    assert "No sample with id 999" in said
    assert "----> 1 ek.connect(sandbox='motion').sample(999)" in said
    assert "edgekit/" not in said
    assert said.count("Cell In[") == 1


def test_what_edgekit_calls_back_stays_in_the_traceback(outputs):
    said = traceback(outputs["called back"])
    assert "----> 2     ek.anomaly.segments(1, x)" in said
    assert said.count("Cell In[") == 2
    assert "edgekit/" not in said


def test_frames_of_the_packages_that_edgekit_works_through_are_not_shown_either(outputs):
    said = traceback(outputs["through threads"])
    assert "No sample with id 9999" in said
    assert said.count("File ") == 0
    assert said.count("Cell In[") == 1


def test_the_cause_of_an_error_is_never_hidden(outputs):
    said = traceback(outputs["with a cause"])
    assert "KeyError: 'the cause'" in said
    assert "direct cause" in said


def test_every_frame_is_shown_where_it_is_asked_for(outputs):
    assert "edgekit/" in traceback(outputs["in full"])


def test_every_public_package_completes_to_its_public_names_alone():
    packages = [one for name in ek.__all__ if isinstance(one := getattr(ek, name), ModuleType)]
    assert len(packages) > 6
    for package in packages:
        assert dir(package) == sorted(package.__all__), package
