"""The course as it is shipped, and as a learner gets it: no solution, nothing written over, a fresh copy on demand."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

import edgekit as ek
from edgekit.checks import notebooks
from edgekit.checks.notebooks import EXERCISE, SOLUTION
from edgekit.cli import main
from edgekit.workshop import PARTS, folder
from edgekit.workshop.checking import EXERCISES

NAMES = [f"{part.notebook}.ipynb" for part in PARTS]


def cells(path: Path, tag: str) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, 4).cells if tag in cell.metadata.get("tags", [])]


def contents(place: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in place.iterdir()}


# --- as it is shipped; that it runs, and gives what is stored, is nbval's business ---


def test_the_folder_has_the_notebook_of_every_part_and_no_other():
    shipped = folder.source(PARTS[0].notebook).parent
    assert sorted(path.name for path in shipped.glob("*.ipynb")) == sorted(NAMES)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.key)
def test_a_part_says_what_one_learns_works_two_cells_and_asks_once_without_code(part, capsys):
    path = folder.source(part.notebook)
    assert notebooks.main(["--check", str(path)]) == 0, capsys.readouterr().err
    notebook = nbformat.read(path, 4)
    assert notebook.cells[0].source.startswith(f"# Part {part.key} · {part.title}\n")
    assert f"What you will learn, in {part.minutes} minutes" in notebook.cells[0].source
    asked = [name for name in EXERCISES if name.partition(".")[0] == part.key]
    assert 2 <= len(asked) <= 4
    for tag, said in ((EXERCISE, " not yet: Put your answer in the place of the dots"), (SOLUTION, " right.")):
        tagged = cells(path, tag)
        assert len(tagged) == len(asked)
        for name, cell in zip(asked, tagged, strict=True):
            assert f'ek.workshop.check("{name}", ' in cell.source.splitlines()[-1]
            assert cell.outputs[-1].data["text/plain"].startswith(f"{name}{said}")
    prose = "".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert [f"**Exercise {name}.**" in prose for name in asked] == [True] * len(asked)
    assert len(re.findall(r"\*\*(?:A question without code|Present it)\.\*\*", prose)) == 1
    for before, cell in pairwise(notebook.cells):
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 12
            assert before.cell_type == "markdown" or SOLUTION in cell.metadata.tags
    worked = [cell for cell in notebook.cells if cell.cell_type == "code" and not cell.metadata.get("tags")]
    assert len(worked) == 2


def test_links_lead_from_each_part_to_one_that_there_is():
    for part in PARTS:
        text = folder.source(part.notebook).read_text("utf-8")
        assert set(re.findall(r"\]\((\w+\.ipynb)\)", text)) <= set(NAMES)


def test_the_parts_take_a_learner_no_more_than_ninety_minutes():
    assert sum(part.minutes for part in PARTS if part.key != "5b") <= 85  # and a few to begin with
    assert all(10 <= part.minutes <= 15 for part in PARTS)


# --- as a learner gets it ---


def test_the_first_time_every_part_is_copied_without_its_solutions(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["workshop", "start"]) == 0
    place = tmp_path / "edgekit-notebooks" / "workshop"
    assert sorted(contents(place)) == sorted(NAMES)
    said = capsys.readouterr().out
    assert said.splitlines() == [
        f"The course is in {place}",
        f"7 new: {NAMES[0]} to {NAMES[-1]}",
        "Open it: edgekit lab",
    ]
    for name in NAMES:
        notebook = nbformat.read(place / name, 4)
        nbformat.validate(notebook)
        assert cells(place / name, SOLUTION) == []
        assert cells(place / name, EXERCISE)
        assert "# solution" not in (place / name).read_text("utf-8")
        assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in notebook.cells)


def test_what_a_learner_changed_stays_and_what_was_lost_comes_back(tmp_path, capsys):
    main(["workshop", "start", str(tmp_path)])
    (tmp_path / "workshop" / NAMES[0]).write_text("mine")
    (tmp_path / "workshop" / NAMES[1]).unlink()
    capsys.readouterr()
    assert main(["workshop", "start", str(tmp_path)]) == 0
    assert (tmp_path / "workshop" / NAMES[0]).read_text() == "mine"
    assert (tmp_path / "workshop" / NAMES[1]).stat().st_size > 1000
    said = capsys.readouterr().out
    assert f"1 new: {NAMES[1]}" in said
    assert "6 kept as they are" in said
    assert f"Open it: edgekit lab {tmp_path}" in said
    main(["workshop", "start", str(tmp_path / "my course")])
    assert capsys.readouterr().out.endswith(f"Open it: edgekit lab '{tmp_path}/my course'\n")


def test_a_reset_gives_a_fresh_copy_and_keeps_the_old_one_beside_it(tmp_path, capsys):
    folder.start(tmp_path)
    place = tmp_path / "workshop"
    fresh = contents(place)
    for number in (1, 2):
        (place / NAMES[2]).write_text(f"mine {number}")
        assert main(["workshop", "reset", "3", str(tmp_path)]) == 0
    kept = {NAMES[2].replace(".", "-mine."): b"mine 1", NAMES[2].replace(".", "-mine-2."): b"mine 2"}
    assert contents(place) == fresh | kept
    assert str(place / NAMES[2].replace(".", "-mine-2.")) in capsys.readouterr().out


def test_in_a_notebook_of_the_course_a_reset_needs_no_folder(tmp_path, monkeypatch):
    folder.start(tmp_path)
    monkeypatch.chdir(tmp_path / "workshop")
    (tmp_path / "workshop" / NAMES[0]).write_text("mine")
    fresh, mine = ek.workshop.reset(1)
    assert (fresh, mine.read_text()) == (tmp_path.resolve() / "workshop" / NAMES[0], "mine")


def test_a_reset_of_a_part_that_is_not_there_just_brings_it(tmp_path):
    fresh, old = folder.reset("5b", tmp_path)
    assert (fresh.name, old) == ("5b_read_a_heat_map.ipynb", None)
    assert fresh.is_file()


@pytest.mark.parametrize("call", [folder.start, lambda place: folder.reset(1, place)])
def test_a_folder_that_cannot_be_written_is_told(tmp_path, call):
    (tmp_path / "file").touch()
    with pytest.raises(ek.UsageError, match=r"cannot be written to .*it is a file.*Name another folder"):
        call(tmp_path / "file")
    with pytest.raises(ek.UsageError, match=r"'file' is a file"):
        call(tmp_path / "file" / "below")
    (tmp_path / "workshop").touch()
    with pytest.raises(ek.UsageError, match=r"'workshop' is a file"):
        call(tmp_path)


def test_a_part_that_there_is_not_is_told_with_those_that_there_are(capsys):
    with pytest.raises(SystemExit):
        main(["workshop", "reset", "5"])
    assert "part 5 is one of two. Which one: 5a or 5b?" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["workshop", "reset", "7"])
    assert "'5a'" in capsys.readouterr().err


def test_the_lab_copies_the_walk_and_leaves_the_course_to_its_own_command(tmp_path, monkeypatch):
    from edgekit import lab

    monkeypatch.setattr(lab, "run", lambda folder, arguments: None)
    main(["workshop", "start", str(tmp_path)])
    before = contents(tmp_path / "workshop")
    main(["lab", str(tmp_path)])
    assert contents(tmp_path / "workshop") == before
    assert (tmp_path / "01_fetch_a_sample.ipynb").is_file()
