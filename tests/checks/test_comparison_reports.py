"""A comparison with a baseline as text, HTML, Markdown, JUnit XML, and in an explorer; names from a server are text."""

from __future__ import annotations

from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

import edgekit as ek
from tests.checks.test_baselines import block_of, document
from tests.visual_result import seen_result

BAD = "<script>alert(1)</script> | `@all` [x](http://y) *b*"


@pytest.fixture
def comparison(tmp_path) -> ek.checks.Comparison:
    """Four samples; a score of the second moved, the third is called something else, and has a label that is bad."""
    path = tmp_path / "base<line>.csv"
    ek.checks.save([ek.parse(document(sample=i)) for i in (1, 2, 3, 4)], path)
    moved, another = document(sample=2), document(sample=3)
    block_of(moved)["result"][1]["anomaly"] *= 1.001
    block_of(another)["result"][0]["anomaly"] = 80.0
    block_of(another)["expectedLabels"][0]["label"] = BAD
    return ek.checks.compare([ek.parse(one) for one in (document(sample=1), moved, another)], path)


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("href", "src")]


def test_html_escapes_what_a_server_said(comparison, tmp_path):
    comparison.to_html(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    for text in (comparison._repr_html_(), page):
        assert "script" not in Tags(text).tags
        assert "&lt;script&gt;" in text
    assert "default-src 'none'" in page
    assert page.index("Verdicts") < page.index("Scores") < page.index("Samples")


def test_markdown_has_what_a_server_said_as_code(comparison, tmp_path):
    text = comparison.to_markdown(tmp_path / "summary.md")
    assert (tmp_path / "summary.md").read_text("utf-8") == text
    assert text.startswith("### ❌ `base<line>.csv`: 1 changed verdict, ")
    row = next(line for line in text.splitlines() if line.startswith("| `5` | `3` | `0`"))
    assert row.count("|") - row.count("\\|") == 8  # seven cells: the bar in the label is none of theirs
    assert "`<script>" in row
    for line in text.splitlines():
        assert line.startswith("|") or "<script>" not in line.replace("\\<", "")
        assert line.startswith("|") or "@all" not in line


def test_junit_has_a_test_for_each_sample_and_one_for_the_settings(comparison, tmp_path):
    comparison.to_junit(tmp_path / "report.xml")
    root = ElementTree.parse(tmp_path / "report.xml").getroot()
    _, block = root
    assert [(suite.get("tests"), suite.get("failures")) for suite in root] == [("1", "0"), ("4", "3")]
    failed = {case.get("name"): case.find("failure") for case in block}
    assert failed["sample 1"] is None
    assert failed["sample 3"].get("message") == "window 0: over the threshold, 'no anomaly' → 'anomaly'"
    assert BAD in failed["sample 3"].text
    assert "1.001" not in failed["sample 2"].text
    assert "(+0.00" in failed["sample 2"].text
    assert failed["sample 4"].text == "missing: 8 windows in the baseline, now 0"


def test_all_is_well_in_every_form(tmp_path):
    path = tmp_path / "b.csv"
    ek.checks.save(ek.parse(document()), path)
    found = ek.checks.compare(ek.parse(document()), path)
    again = ek.checks.compare(ek.parse(document()), path)
    assert (repr(found), found._repr_html_()) == (repr(again), again._repr_html_())
    assert (
        found.to_markdown() == "### ✅ `b.csv`: all is as it was\n\n1 sample, 8 windows, 1 block; rtol 1e-06, atol 0.\n"
    )
    found.to_junit(tmp_path / "report.xml")
    assert not list(ElementTree.parse(tmp_path / "report.xml").iter("failure"))


def test_pictures_open_at_the_one_that_moved_farthest(tmp_path):
    def pictures(factor):
        return [seen_result(np.full((2, 2), i * factor if i == 2 else i), sample=i) for i in (1, 2, 3, 9)]

    path = tmp_path / "b.csv"
    ek.checks.save(pictures(1), path)
    comparison = ek.checks.compare(pictures(1.5), path)
    assert list(comparison.results) == [2]
    explorer = ek.explore(comparison)
    assert explorer.pictures["sample"][explorer.picture] == 2
    assert ek.explore(comparison, threshold=1.0).threshold == 1.0
