"""The solutions of the course, on every project that a part names and on a recording of one's own.

The cells run here as a learner who types in the solutions runs them, but in this process: a kernel for each would take
minutes. That they give what is stored, on the first project of each part, is nbval's business.
"""

from __future__ import annotations

import ast
import re

import matplotlib.pyplot as plt
import nbformat
import pytest

import edgekit as ek
from edgekit.checks.notebooks import EXERCISE, SOLUTION, exercise
from edgekit.studio import connection
from edgekit.workshop import PARTS, course, folder
from edgekit.workshop.checking import EXERCISES

OTHERS = [(part, project) for part in PARTS for project in part.projects[1:]]  # the first one is nbval's
RECORDED = [part for part in PARTS if part.key in ("1", "2", "5a", "6")]  # the others ask for the same kinds of things


def cells(part: ek.workshop.Part) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(folder.source(part.notebook), 4).cells if cell.cell_type == "code"]


def said(part: ek.workshop.Part, *, project: str | None = None) -> dict[str, str]:
    """Run a part's cells; return what each of its checks said last."""
    names: dict = {}
    found = {}
    for cell in cells(part):
        source = cell.source
        if project is not None:
            source = re.sub(r"(connect\([^)]*)\)", rf"\1, sandbox={project!r})", source)
        tree = ast.parse(source)
        last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, part.notebook, "exec"), names)
        value = eval(compile(last, part.notebook, "eval"), names) if last else None
        if isinstance(value, ek.workshop.Checked):
            found[value.exercise] = repr(value)
    plt.close("all")
    return found


@pytest.fixture(autouse=True)
def unconnected(monkeypatch):
    """Leave what other tests are connected to as it is, and show no picture."""
    monkeypatch.setattr(course, "_connected", {})
    monkeypatch.setattr(plt, "show", lambda: None)


def right(part: ek.workshop.Part) -> dict[str, str]:
    return {name: f"{name} right." for name in EXERCISES if name.partition(".")[0] == part.key}


@pytest.mark.parametrize(("part", "project"), OTHERS, ids=lambda one: getattr(one, "key", one))
def test_the_solutions_are_right_on_every_other_project_that_the_part_names(part, project):
    assert said(part, project=project) == right(part)


@pytest.mark.parametrize("part", RECORDED, ids=lambda part: part.key)
def test_a_project_of_ones_own_that_was_recorded_the_day_before_is_enough_in_the_room(
    part, monkeypatch, tmp_path, capsys
):
    sandbox = connection._shared_sandbox()  # the project stands for one's own; what it has answered it knows
    monkeypatch.setenv("EI_API_KEY", sandbox.keys[part.projects[0]])
    monkeypatch.setenv("EI_API_ENDPOINT", sandbox.url)
    monkeypatch.setenv("EDGEKIT_RECORD", str(tmp_path / "my-project"))
    assert said(part) == right(part)
    for name in ("EI_API_KEY", "EI_API_ENDPOINT", "EDGEKIT_RECORD"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("EDGEKIT_REPLAY", str(tmp_path / "my-project"))
    assert said(part) == right(part)
    replayed = course.studio_of(part)
    assert replayed.url == "a recording"
    assert "goes on with a project of the sandbox" not in capsys.readouterr().out
    for name in right(part):  # what only a wrong answer asks for was recorded as well
        for value, hint in EXERCISES[name](replayed).mistakes:
            assert callable(value) is ("training for testing" in hint)
            assert not callable(value) or value() > 0


def test_no_learners_notebook_holds_the_solution_of_any_exercise():
    answers = {
        line.partition("=")[2].partition("# solution")[0].strip() or line.strip()
        for part in PARTS
        for cell in cells(part)
        if SOLUTION in cell.metadata.get("tags", [])
        for line in set(cell.source.splitlines()) - set(exercise(cell.source).splitlines())
        if line.strip() != "# solution"
    }
    assert len(answers) >= len(EXERCISES)
    for part in PARTS:
        left = folder.for_learners(nbformat.read(folder.source(part.notebook), 4))["cells"]
        text = "\n".join(cell["source"] for cell in left)
        assert [cell for cell in left if EXERCISE in cell["metadata"].get("tags", [])]
        assert [answer for answer in answers if re.sub(r"\s", "", answer) in re.sub(r"\s", "", text)] == []
