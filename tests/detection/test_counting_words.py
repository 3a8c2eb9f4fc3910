"""The two countings of detections have two names everywhere: "Studio" and "one-to-one"."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = [
    ROOT / "README.md",
    *sorted((ROOT / "edgekit").rglob("*.py")),
    *sorted((ROOT / "edgekit").rglob("*.js")),
    *sorted((ROOT / "notebooks").glob("*.ipynb")),
    *sorted((ROOT / "tests").rglob("*detection*.py")),
]
# What they were called before; `strict=` is what zip and others of Python's own are told.
OTHERS = re.compile(
    r"\bstrict\b(?! ?=)|\bstrict(ly)? count|\bloose\b|\b[1n] : 1\b|\bone to one\b|\bas the studio counts\b",
    re.IGNORECASE,
)


def test_a_counting_has_no_other_name():
    lines = ((path.relative_to(ROOT), line) for path in FILES for line in path.read_text("utf-8").splitlines())
    found = [f"{path}: {line.strip()}" for path, line in lines if OTHERS.search(line)]
    assert not found, 'say "the Studio\'s counting" or "one-to-one counting"'


@pytest.mark.parametrize("text", ["the strict one", "F1, 1 : 1", "one to one", "as the Studio counts", "loose, strict"])
def test_the_old_names_would_be_found(text):
    assert OTHERS.search(text)
