"""Figures in the notebooks' prose are those of their outputs, and no output is finer than what is portable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:[eE]-?\d+)?")
IN_PROSE = re.compile(rf"(?:{NUMBER.pattern})(?:\s?%)?")
# Code, the targets of links, a notebook's number in its title and where another one is named.
NO_PROSE = re.compile(r"`[^`]*`|\]\([^)]*\)|(?m:^# \d+ · )|\[\d+ · |notebook \d+")
# Figures that no cell computes: where a notebook says one, this says why it may.
GIVEN = {
    2: {"40": "seconds of a recording", "2": "seconds of a window", "0.5": "seconds of a step", "1": "of the formula"},
    3: {"0": "the least score"},
    6: {
        "0": "the background's number, and where details begin to count",
        "1": "where debugInfoJson begins to count; the mAP of a picture without objects",
        "-1": "the label of a class that is not in training",
    },
    7: {"2026": "the year since when the Studio offers a choice"},
    8: {"8": "bits of a weight"},
    11: {"8": "bits of a weight", "1": "the exit status"},
}


def markdown(notebook) -> Iterator[str]:
    return (NO_PROSE.sub("", cell.source) for cell in notebook.cells if cell.cell_type == "markdown")


def outputs(notebook) -> Iterator[str]:
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            yield output.get("text", "")
            yield from (text for kind, text in output.get("data", {}).items() if kind in ("text/plain", "text/html"))


def held(figure: str, texts: list[str]) -> bool:
    """Say whether a number, rounded as the prose has it, stands in one of the texts, as a share or in per cent."""
    number = figure.rstrip(" %")
    places = len(number.partition(".")[2])
    found = [float(match) for text in texts for match in NUMBER.findall(text)]
    scales = (100, 1) if figure.endswith("%") else (1,)
    return any(round(value * scale, places) == float(number) for value in found for scale in scales)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_figure_in_prose_stands_in_an_output_or_in_the_code(path):
    notebook = nbformat.read(path, 4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    given = GIVEN.get(int(path.name[:2]), {})
    for text in markdown(notebook):
        for figure in IN_PROSE.findall(text):
            # A small whole number stands in nearly every output: that proves nothing, so it must be one that is given.
            small = re.fullmatch(r"-?\d", figure)
            assert figure in given or (not small and held(figure, [*outputs(notebook), *code])), (figure, text)


def test_what_is_given_is_said():
    for number, figures in GIVEN.items():
        (path,) = (path for path in NOTEBOOKS if path.name.startswith(f"{number:02}_"))
        prose = " ".join(markdown(nbformat.read(path, 4)))
        assert figures.keys() <= set(IN_PROSE.findall(prose))


@pytest.mark.parametrize(
    ("figure", "right"),
    [("0.855", True), ("0.86", True), ("85.5 %", True), ("0.85", False), ("0.856", False), ("17", True), ("18", False)],
)
def test_a_figure_is_held_by_its_rounded_value(figure, right):
    assert held(figure, ["F1 0.85549, of 17 windows"]) is right


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_output_is_finer_than_what_is_the_same_on_every_machine(path):
    for text in outputs(nbformat.read(path, 4)):
        for number in NUMBER.findall(text):
            digits, _, exponent = number.lower().partition("e")
            assert len(digits.partition(".")[2]) - int(exponent or 0) <= 9, number
