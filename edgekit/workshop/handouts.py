"""What is printed and handed out: the instructor's page, the sheet of the API, an explorer page for each part."""

from __future__ import annotations

import os
from collections.abc import Callable
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from edgekit import extras, progress
from edgekit.errors import UsageError
from edgekit.saving import save
from edgekit.studio.connection import connect
from edgekit.studio.studio import Studio
from edgekit.workshop import figures
from edgekit.workshop.course import PARTS, part_of
from edgekit.workshop.place_exercises import FOMO, surfaces
from edgekit.workshop.score_exercises import BLOCK, mixed_block
from edgekit.workshop.solution import blocks, classifiers, first_sample, testing

if TYPE_CHECKING:
    from edgekit.explorers.base import Explorer

PAPER = Path(__file__).parent / "paper"
TITLES = {"instructor": "The workshop: instructor's page", "sheet": "edgekit on one sheet"}


def write(folder: str | os.PathLike[str], *, instructor: bool = True) -> list[Path]:
    """Write all of it into a folder, as pages that need no Python and no network.

    Parameters
    ----------
    folder : str or path
        Where to; it is made where it is missing.
    instructor : bool
        The instructor's page as well, which has the answers.

    Returns
    -------
    The files: ``instructor.html``, ``api-sheet.html``, then ``part-1.html`` and so on.

    Raises
    ------
    UsageError
        The folder cannot be written to.
    """
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise UsageError(f"{str(place)!r} cannot be written to ({problem.strerror}). Name another folder.") from None
    found = figures.of_the_course()
    names = {"api-sheet.html": "sheet"}
    if instructor:
        names = {"instructor.html": "instructor"} | names
    for name, paper in names.items():
        save(place / name, printable(paper, found))
    paths = [place / name for name in names]
    for part in progress.bar(PARTS, desc="explorer pages"):
        paths.append(place / f"part-{part.key}.html")
        explorer(part.key).to_html(paths[-1])
    return paths


def text(name: str, found: dict[str, str]) -> str:
    """Return a paper as Markdown: "instructor" or "sheet"."""
    return Template((PAPER / f"{name}.md").read_text("utf-8")).substitute(found)


def printable(name: str, found: dict[str, str]) -> str:
    """Return a paper as one page of HTML, laid out for A4."""
    with extras.needed("lab", "A printable page"):
        from nbconvert.filters import markdown2html
    content = markdown2html(text(name, found))
    frame = Template((PAPER / "paper.html").read_text("utf-8"))
    return frame.substitute(title=escape(TITLES[name]), kind=name, content=content)


def explorer(part: str) -> Explorer:
    """Return the explorer that a part's hand-out shows."""
    from edgekit.explorers import explore

    return explore(SHOWN[part](connect(sandbox=part_of(part).projects[-1])))


# What each part's hand-out shows. None of it is the answer to an exercise: it is of another project than the one that
# the part begins with, or of the pictures that no exercise is about.
SHOWN: dict[str, Callable[[Studio], Any]] = {
    "1": first_sample,
    "2": lambda studio: classifiers(testing(studio)),
    "3": mixed_block,
    "4": lambda studio: blocks(testing(studio), BLOCK),
    "5a": lambda studio: blocks(testing(studio), FOMO)[1::2],
    "5b": lambda studio: surfaces(studio)[::2],
    "6": lambda studio: blocks(testing(studio), BLOCK)[0],
}
