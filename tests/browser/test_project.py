"""The explorer of a whole project: in JupyterLab, with a sample's explorer beside it, and as a page."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, expect

import edgekit as ek

from .lab import Lab, write_notebook
from .page import ExplorerPage, axe_findings

PROJECT = """
import edgekit as ek

studio = ek.connect(sandbox="motion")
studio.test()
explorer = ek.explore(studio)
explorer
"""
# Whether the strip of the first row is drawn.
STRIP = """() => {
  const canvas = document.querySelector('.ek-strips'), high = document.querySelector('.ek-rows .ek-row').offsetHeight;
  return canvas.getContext('2d').getImageData(0, 0, canvas.width, high).data.some(value => value > 0);
}"""


def test_a_row_opens_its_sample_beside_the_table_and_python_follows(lab: Lab, tmp_path: Path) -> None:
    lab.open(write_notebook(tmp_path / "project.ipynb", PROJECT))
    lab.run_all()
    root = lab.cell_output(1).locator(".ek").first
    expect(root).to_have_attribute("data-frames", re.compile(r"\d+"))
    lab.page.wait_for_function(STRIP)  # signals come when they are looked at
    worst = int(lab.python("int(explorer.selection.index[0])"))
    root.get_by_role("row").nth(1).get_by_role("gridcell", name=str(worst), exact=True).click()
    lab.wait_python("explorer.sample", str(worst))
    inner = root.locator(".ek")
    expect(inner).to_have_attribute("data-frames", re.compile(r"\d+"))
    lab.page.set_viewport_size({"width": 1015, "height": 1000})  # the explorer is as wide as beside the sidebar at 1280
    lab.drawn()
    table = root.get_by_role("grid").bounding_box()
    for head in ("name", "label", "verdict", "highest score", "right or wrong"):  # without scrolling sideways
        column = root.get_by_role("columnheader", name=head).bounding_box()
        assert column["x"] + column["width"] <= table["x"] + table["width"], head
    inner.get_by_role("slider", name="window").focus()
    lab.page.keyboard.press("ArrowRight")
    lab.wait_python("explorer.opened.window", "1")
    lab.screenshot("explorer_project")

    bars = root.get_by_role("slider", name="filter by label")
    bars.focus()
    for key in ("ArrowRight", "Enter", "ArrowRight", "Enter"):
        lab.page.keyboard.press(key)
    lab.wait_python("explorer.filters", "{'label': ['running', 'standing']}")
    root.get_by_label("search").fill("STANDING1")
    lab.wait_python("len(explorer.selection)", "10")
    expect(root).to_contain_text("10 of 80 samples on show")
    grid = root.get_by_role("grid")
    grid.focus()
    for key in ("ArrowDown", " ", "Shift+ArrowDown"):
        lab.page.keyboard.press(key)
    lab.wait_python("len(explorer.selected)", "2")
    assert lab.python("len(studio.classify(explorer.selection))") == "2"

    lab.python("explorer.search = ''; explorer.filters = {}; explorer.sort = ['filename', 'descending']")
    expect(root.get_by_role("columnheader", name="name")).to_have_attribute("aria-sort", "descending")
    expect(root.get_by_role("row").nth(1)).to_contain_text("walking20")
    assert axe_findings(lab.page) == []


def test_the_page_sorts_filters_and_scrolls_to_the_last_row(context: BrowserContext, tmp_path: Path) -> None:
    page = ExplorerPage(context, ek.explore(ek.connect(sandbox="surface")), tmp_path, color_scheme="dark")
    root, grid = page.root, page.root.get_by_role("grid")
    page.page.wait_for_function(STRIP)
    grid.focus()
    page.press("End")
    last = root.locator(f"#{grid.get_attribute('aria-activedescendant')}")
    expect(last).to_have_attribute("aria-rowindex", "105")
    expect(last).to_be_in_viewport()
    page.press("Enter")
    expect(root).to_contain_text("(sample 104) was chosen: its own explorer opens in a notebook only.")
    root.get_by_role("button", name="close sample").click()
    expect(root.get_by_text("was chosen")).to_be_hidden()
    expect(grid).to_be_focused()
    before = page.drawn()
    root.get_by_role("button", name="name").click()
    page.drawn(before)
    expect(root.get_by_role("row").nth(1)).to_be_attached()
    root.get_by_label("search").fill("104")
    expect(root.get_by_role("row")).to_have_count(2)  # its head and the sample of this id
    assert page.serious_findings() == []
    page.close()
