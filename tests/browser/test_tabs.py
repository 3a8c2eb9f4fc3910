"""Tabs of a result's blocks: in an exported page and in JupyterLab, by keys and by hand."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, expect

import edgekit as ek

from .lab import Lab, write_notebook
from .page import ExplorerPage, axe_findings

RESULT = """
import edgekit as ek

studio = ek.connect(sandbox="motion")
explorer = ek.explore(studio.classify(31))
explorer
"""
OPEN = ".ek-panel:not(.ek-closed)"


def test_a_page_opens_its_tabs_by_keys_and_by_hand_without_a_kernel(studio, context: BrowserContext, tmp_path: Path):
    page = ExplorerPage(context, ek.explore(studio.classify(31), window=5), tmp_path, color_scheme="dark")
    tabs, panel = page.page.get_by_role("tab"), page.page.locator(OPEN)
    assert [tab.get_attribute("aria-selected") for tab in tabs.all()] == ["false", "false", "true"]
    assert page.page.locator(".ek").count() == 1  # a tab that was not opened costs nothing
    expect(page.page.get_by_role("tabpanel", name="Anomaly detection (GMM)")).to_contain_text("Window 5")
    tabs.nth(2).focus()
    page.page.keyboard.press("ArrowRight")  # past the last one begins anew
    expect(tabs.nth(0)).to_be_focused()
    expect(tabs.nth(0)).to_have_attribute("aria-selected", "true")
    expect(panel.locator(".ek")).to_have_attribute("data-frames", re.compile(r"\d+"))
    expect(panel.get_by_role("slider").first).to_be_visible()
    assert page.page.evaluate("document.querySelectorAll('[role=tab][tabindex=\"0\"]').length") == 1
    tabs.nth(1).click()
    expect(page.page.get_by_role("tabpanel", name="Anomaly detection (K-means)")).to_be_visible()
    expect(page.page.get_by_role("tabpanel")).to_have_count(1)  # of a closed one a screen reader says nothing
    page.page.keyboard.press("End")
    expect(panel.locator(".ek-card").first).to_contain_text("Window 5")
    assert page.page.locator(".ek").count() == 3
    assert page.serious_findings() == []
    page.resize(480, 900)
    assert page.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.close()


def test_in_jupyterlab_a_tab_is_made_by_python_when_it_is_opened(lab: Lab, tmp_path: Path) -> None:
    lab.open(write_notebook(tmp_path / "tabs.ipynb", RESULT))
    lab.run_all()
    output = lab.cell_output(1)
    tabs, panel = output.get_by_role("tab"), output.locator(OPEN)
    expect(panel.locator(".ek")).to_have_attribute("data-frames", re.compile(r"\d+"))
    tabs.nth(2).focus()
    lab.page.keyboard.press("Home")
    expect(panel.get_by_text("mistakes first")).to_be_attached()
    lab.wait_python("type(explorer.opened).__name__", "'ClassificationExplorer'")
    assert axe_findings(lab.page) == []
    assert lab.python("explorer._explorers[1] is None") == "True"
    lab.python("explorer.threshold = 0.75")
    expect(panel.get_by_role("slider", name="threshold")).to_have_value("0.75")
    lab.python("explorer.tab = 1")
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    expect(panel.get_by_role("slider", name="window")).to_be_visible()
    lab.screenshot("tabs")
