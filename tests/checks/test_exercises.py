"""Exercises in notebooks: written once, as the solution; what is committed is what the solution leaves."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from edgekit.checks.notebooks import EXERCISE, SOLUTION, canonical, exercise, problems

SOLVED = """def double(x):
    \"\"\"Return it twice.\"\"\"
    # solution
    if x:
        return 2 * x

    return 0


double(2)"""
LEFT = """def double(x):
    \"\"\"Return it twice.\"\"\"
    ...  # your lines here


double(2)"""
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def notebook(*cells: tuple[str, str]) -> nbformat.NotebookNode:
    return new_notebook(cells=[new_code_cell(source, metadata={"tags": [tag]}) for tag, source in cells])


def test_a_solution_leaves_what_stands_around_it():
    assert exercise(SOLVED) == LEFT


def test_several_parts_can_be_cut_out():
    assert exercise("a = 1\n# solution\nb = 2") == "a = 1\n...  # your lines here"
    both = exercise("def f():\n    # solution\n    return 1\ndef g():\n    # solution\n    return 2")
    assert both.count("your lines here") == 2
    assert "return" not in both


def test_of_an_answer_in_one_line_the_name_stays():
    solved = "answer = len(table)  # solution\ncheck(answer)"
    assert exercise(solved) == "answer = ...  # your answer here\ncheck(answer)"
    assert exercise("f(x=1)  # solution\na, b = 1, 2") == "f(x=1)  # solution\na, b = 1, 2"


def test_what_is_left_runs():
    exec(compile(LEFT, "exercise", "exec"), {})


def test_an_exercise_that_its_solution_leaves_is_in_order():
    assert not problems(notebook((EXERCISE, LEFT), ("other", "x"), (SOLUTION, SOLVED)))


@pytest.mark.parametrize(
    "cells",
    [
        [(EXERCISE, LEFT + " "), (SOLUTION, SOLVED)],
        [(EXERCISE, SOLVED), (SOLUTION, SOLVED)],
        [(SOLUTION, SOLVED), (EXERCISE, LEFT)],
        [(EXERCISE, LEFT)],
    ],
    ids=["changed", "solved", "the solution comes first", "no solution"],
)
def test_any_other_is_a_problem_and_left_alone(cells):
    told = problems(notebook(*cells))
    assert len(told) == 1
    assert "is not the exercise that the solution below it leaves" in told[0]
    assert [cell.source for cell in canonical(notebook(*cells)).cells] == [source for _, source in cells]


def test_jupyterlab_folds_solutions_and_nothing_else():
    node = notebook((EXERCISE, LEFT), (SOLUTION, SOLVED))
    node.cells.append(new_markdown_cell("text"))
    folded = [cell.metadata.get("jupyter", {}).get("source_hidden", False) for cell in canonical(node).cells]
    assert folded == [False, True, False]


def test_the_notebooks_have_an_exercise_and_every_solution_has_one():
    tags = [tag for path in NOTEBOOKS for cell in nbformat.read(path, 4).cells for tag in cell.metadata.get("tags", [])]
    assert tags.count(EXERCISE) == tags.count(SOLUTION) > 0
