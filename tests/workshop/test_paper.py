"""What is printed: every figure computed, every name on the sheet one that there is, pages that need nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import edgekit as ek
from edgekit.cli import main
from edgekit.workshop import PARTS, figures, handouts

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def found():
    return figures.of_the_course()


def test_the_instructors_page_in_the_documentation_has_todays_figures(found):
    said = "run `make workshop`, and read what changed"
    assert (ROOT / "docs" / "workshop.md").read_text("utf-8") == handouts.text("instructor", found), said


def test_no_figure_is_computed_for_nothing_and_none_is_missing(found):
    wanted = {name for kind in handouts.TITLES for name in re.findall(r"\$(\w+)", _template(kind))}
    assert wanted <= set(found)
    assert set(found) - wanted == {"minutes_5b"}


@pytest.mark.parametrize("kind", handouts.TITLES)
def test_a_page_to_print_asks_no_server_and_runs_no_script(found, kind):
    page = handouts.printable(kind, found)
    assert "@page { size: A4" in page
    assert not re.search(r"<script|https?://(?!www\.w3\.org)|\$\w", page)
    assert "default-src 'none'" in page


def test_what_was_measured_is_as_was_promised(found):
    assert (found["room_clients"], found["room_refused"]) == ("30", "0")
    assert int(found["room_p95_ms"]) < 200
    assert int(found["pack_mb"]) > 100 < int(found["installed_mb"])


def test_the_timing_fills_ninety_minutes(found):
    minutes = [int(row) for row in re.findall(r"^\| (\d+) \|", found["timing"], re.MULTILINE)]
    assert minutes[-1] == 90
    assert minutes == sorted(minutes)


def test_every_name_on_the_sheet_is_there():
    sheet = _template("sheet")
    names = set(re.findall(r"\bek\.([\w.]+)", sheet))
    assert len(names) > 10
    for name in names:
        thing = ek
        for part in name.split("."):
            thing = getattr(thing, part)
    for face, methods in {
        ek.Studio: r"studio\.(\w+)",
        ek.Sample: r"sample\.(\w+)",
        ek.BlockResult: r"block\.(\w+)",
        ek.visual.VisualAnomaly: r"found\.(\w+)",
        ek.detection.DebugInfo: r"info\.(\w+)",
        ek.explorers.AnomalyExplorer: r"explorer\.(\w+)",
    }.items():
        used = set(re.findall(rf"\b{methods}", sheet))
        known = set(dir(face)) | set(getattr(face, "__annotations__", {})) | {"threshold"}
        assert used
        assert used - known == set()


def test_the_commands_that_the_papers_name_are_there(capsys):
    papers = _template("instructor") + _template("sheet")
    for name in set(re.findall(r"edgekit workshop (\w+)", papers)):
        with pytest.raises(SystemExit) as end:
            main(["workshop", name, "--help"])
        assert end.value.code == 0


def test_the_page_has_a_section_for_every_part_and_an_answer_for_every_exercise(found):
    page = handouts.text("instructor", found)
    for part in PARTS:
        assert re.search(rf"^### Part {part.key[0]} · ", page, re.MULTILINE)
    for name in ek.workshop.checking.EXERCISES:
        assert f"| {name} | " in page


def test_a_hand_out_is_a_page_of_an_explorer(tmp_path):
    assert set(handouts.SHOWN) == {part.key for part in PARTS}
    for part in PARTS:  # no page shows what an exercise asks for
        assert len(part.projects) > 1 or part.key in ("5a", "5b")
    handouts.explorer("1").to_html(tmp_path / "part-1.html")
    assert "<script" in (tmp_path / "part-1.html").read_text("utf-8")


def _template(name: str) -> str:
    return (handouts.PAPER / f"{name}.md").read_text("utf-8")
