"""Notebook 3 as its reader meets it: in JupyterLab, in a browser."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from .lab import Lab

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "03_anomaly_scores.ipynb"


def test_moving_the_threshold_changes_the_picture_and_the_counts(lab: Lab) -> None:
    lab.open(NOTEBOOK)
    lab.run_all(timeout=120)
    output = lab.page.locator(".jp-OutputArea-output", has=lab.page.get_by_role("slider")).last
    output.scroll_into_view_if_needed()
    picture = output.locator("img")
    before, table = picture.get_attribute("src"), output.locator("table")
    above = int(lab.python("int(panel.shown['above'].sum())"))
    expect(table).to_contain_text("badminton")
    for step in range(1, 4):  # more than once: the first message of a widget takes another thread than the next ones
        output.get_by_role("slider").press("PageUp" if step > 1 else "ArrowRight")
        expect(picture).not_to_have_attribute("src", before)
        before = picture.get_attribute("src")
    expect(table).not_to_contain_text("339")
    expect(output.locator("img")).to_have_attribute("alt", re.compile(lab.python("panel.values['threshold']")))
    fewer = int(lab.python("int(panel.shown['above'].sum())"))
    assert fewer < above
    assert float(lab.python("panel.values['threshold']")) > 2.6
    lab.screenshot("notebook_03")
