"""The explorer of a whole set's features in a plain page: lasso, keys, colours, and many points."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, expect

import edgekit as ek
from tests.explorers.test_features_explorer import made

from .page import ExplorerPage

EVIL = "<img src=x onerror=window.hacked=1>"


def said(page: ExplorerPage) -> int:
    found = page.root.get_by_text(re.compile(r"windows selected")).inner_text()
    return 0 if found.startswith("none") else int(found.split()[0])


def test_a_lasso_and_keys_select_windows_and_python_selects_the_same(studio, context: BrowserContext, tmp_path: Path):
    features = studio.set_features("testing").with_results(studio.classify([31, 35, 60]), "keras")
    explorer = ek.explore(features)
    page = ExplorerPage(context, explorer, tmp_path)
    window = page.root.get_by_role("slider", name="window")
    assert said(page) == 0
    box, before = window.bounding_box(), page.pictures()
    page.page.mouse.move(box["x"] + 60, box["y"] + 10)
    page.page.mouse.down()
    for x, y in ((0.45, 0.02), (0.45, 0.9), (0.1, 0.9)):
        page.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
    page.page.mouse.up()
    expect(page.root.get_by_text(re.compile("of 850 windows selected, of"))).to_be_visible()
    page.drawn()
    assert page.pictures() != before
    drawn = said(page)
    assert 0 < drawn < 850
    window.focus()
    page.press("ArrowRight", "Shift+ArrowRight")
    expect(window).to_have_attribute("aria-valuenow", "11")
    expect(window).to_have_attribute("aria-valuetext", re.compile("^Window 11.*sample 31.*label badminton.*wrong"))
    page.press("Escape")
    assert said(page) == 0
    page.press("ArrowUp")
    near = said(page)
    page.press("ArrowUp", "ArrowUp")
    wide = said(page)
    assert 0 < near < wide
    page.press("n")
    expect(page.root.locator(".ek-card h3")).to_contain_text("selected")
    page.press("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown")
    assert said(page) == 0
    page.root.get_by_label("select label", exact=True).and_(page.page.locator("select")).select_option("walking")
    expect(page.root.get_by_text(re.compile("windows selected"))).to_contain_text("of 10 samples")
    page.drawn()
    explorer.label = "walking"
    assert said(page) == len(explorer.selection)
    colour = page.root.get_by_label("colour", exact=True).and_(page.page.locator("select"))
    for by, seen in (("correct", "wrong"), ("score", "score 0")):
        pictures = page.pictures()
        colour.select_option(by)
        expect(page.root.get_by_role("group", name="colours")).to_contain_text(seen)
        page.drawn()
        assert page.pictures() != pictures
    assert page.serious_findings() == []
    page.close()


def test_a_hundred_thousand_points_stay_fluent_and_hostile_labels_stay_text(context: BrowserContext, tmp_path: Path):
    explorer = ek.explore(made(100_000, labels=(EVIL, "b", "c")), lasso=[-1, -1, 1, -1, 1, 1, -1, 1])
    page = ExplorerPage(context, explorer, tmp_path, color_scheme="dark")
    assert said(page) == len(explorer.selection) > 1000  # the same arithmetic on both sides
    window = page.root.get_by_role("slider", name="window")
    box = window.bounding_box()
    page.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(window).not_to_have_attribute("aria-valuenow", "0")
    expect(page.root.get_by_role("group", name="colours")).to_contain_text(EVIL)
    assert page.page.evaluate("window.hacked") is None
    assert page.serious_findings() == []
    page.resize(480, 900)
    assert page.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.close()
