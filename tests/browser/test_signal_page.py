"""The signal explorer's front end, in a plain page without Jupyter."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import BrowserContext, expect

import edgekit as ek
from tests.conftest import SEED

from .page import ExplorerPage


def figures(page: ExplorerPage) -> list[list[str]]:
    """Lowest, highest and RMS of every axis."""
    return page.root.locator("tbody tr").evaluate_all(
        "rows => rows.map(r => [...r.cells].slice(2).map(c => c.textContent))"
    )


def test_figures_of_the_stretch_on_show_are_those_of_every_reading(context: BrowserContext, studio, tmp_path: Path):
    sample = studio.sample(12)
    page = ExplorerPage(context, ek.explore(sample), tmp_path)
    lowest = [f"{value:.2f}" for value in sample.signal().min()]
    assert [row[0].replace("\N{MINUS SIGN}", "-") for row in figures(page)] == lowest
    for button, reading in (("next", "1"), ("next", "2"), ("previous", "1")):
        page.root.get_by_role("button", name=f"{button} reading").click()
        expect(page.root.get_by_role("slider", name="reading")).to_have_attribute("aria-valuenow", reading)
    page.close()


def test_where_some_readings_are_missing_it_is_said_and_no_figure_is_given(context, studio, tmp_path):
    page = ExplorerPage(context, ek.explore(studio.sample(12, limit=10)), tmp_path)
    expect(page.root).to_contain_text("1 reading in 10 shown: lowest, highest and RMS need every reading")
    expect(page.root.locator(".ek-title")).to_contain_text("1 reading in 10 shown")
    assert {text for row in figures(page) for text in row} == {"\N{EN DASH}"}
    page.close()


def test_a_single_reading_has_no_time(context, tmp_path):
    document = json.loads(SEED.read_text())
    sample = document["sample"]
    sample["payload"] |= {"values": sample["payload"]["values"][:1], "intervalMs": 0, "cropStart": 0, "cropEnd": 1}
    sample["sample"] |= {"valuesCount": 1, "totalLengthMs": 0, "intervalMs": 0, "structuredLabels": []}
    page = ExplorerPage(context, ek.explore(ek.parse(document).sample), tmp_path)
    expect(page.root).to_contain_text("On show: 1 reading")
    assert not re.search(r"\b0(\.\d+)? s\b", page.root.inner_text())
    assert not re.search(r"\b0 s\b", page.root.get_by_role("slider").first.get_attribute("aria-valuetext"))
    page.close()
    document |= {"windowSizeMs": 0, "windowIncreaseMs": 0}
    block = document["classifications"][0]
    for kind, scores in {"anomaly": {"anomaly": 1.5}, "keras": {"on": 0.7}, "keras-regression": {"value": 2.5}}.items():
        block["learnBlock"]["type"], block["result"], block["expectedLabels"][0]["label"] = kind, [scores], "2"
        page = ExplorerPage(context, ek.explore(ek.parse(document).blocks[0]), tmp_path)
        expect(page.root).to_contain_text("Window 0")
        assert not re.search(r"\b0(\.\d+)? s\b", page.root.inner_text()), kind
        page.close()
