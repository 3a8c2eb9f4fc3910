"""The regression explorer's front end, in a plain page without Jupyter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

import edgekit as ek
from tests.numbers_result import predicted_result

from .page import ExplorerPage

EVIL = "<img src=x onerror=window.hacked=1>"


@pytest.fixture(scope="module")
def explorer(sandbox) -> ek.explorers.RegressionExplorer:
    meat = ek.connect(url=sandbox.url, api_key=sandbox.keys["meat"])
    return ek.explore(meat.classify(meat.samples("testing").index))


@pytest.fixture
def page(context: BrowserContext, explorer, tmp_path: Path) -> Iterator[ExplorerPage]:
    page = ExplorerPage(context, explorer, tmp_path)
    yield page
    page.close()


def rows(page: ExplorerPage) -> dict[str, list[str]]:
    found = page.root.locator("tbody tr").evaluate_all("rows => rows.map(r => [...r.cells].map(c => c.textContent))")
    return {name: cells for name, *cells in found}


def test_keys_step_windows_and_errors_and_the_counts_follow_as_in_python(page, explorer):
    worst = explorer.windows["error"].abs().sort_values(ascending=False, kind="stable").index
    window = page.root.get_by_role("slider", name="window")
    expect(window).to_have_attribute("aria-valuenow", str(worst[0]))
    window.focus()
    page.press("n", "n")
    expect(window).to_have_attribute("aria-valuenow", str(worst[2]))
    page.press("p")
    expect(page.root.locator(".ek-card")).to_contain_text(f"Window {worst[1]}")
    expect(page.root.locator(".ek-card")).to_contain_text("error 2 of 43")
    page.press("End", "Home", "ArrowRight", "Shift+ArrowRight")
    expect(page.field("window")).to_have_value("11")
    for threshold in (0.5, 2.25):
        before = page.drawn()
        page.field("threshold: error up to").fill(str(threshold))
        page.page.keyboard.press("Enter")
        page.drawn(before)
        within = int((explorer.windows["error"].abs() <= threshold).sum())
        assert rows(page)["within"][0] == f"{within} ({within / 43:.1%})".replace("%", " %")
        expect(page.root).to_contain_text(f"{within} of 43 windows within")
    before = page.field("threshold: error up to").input_value()
    page.root.get_by_role("slider", name="threshold").focus()
    page.press("ArrowRight")
    assert float(page.field("threshold: error up to").input_value()) > float(before)
    assert rows(page)["mean absolute"][0] == "1.50"
    page.press("m", "ArrowUp")  # kept to compare with
    shown = [float(page.field("threshold: error up to").input_value()), float(before) + 0.05]
    within = [(explorer.windows["error"].abs() <= limit).sum() for limit in shown]
    assert [int(cell.split()[0]) for cell in rows(page)["within"]] == within
    page.press("m", "t")  # the kept one is another now, and the block's own is back
    expect(page.field("threshold: error up to")).to_have_value(f"{explorer.threshold:g}")
    assert page.serious_findings() == []


def test_the_hand_drags_the_dashed_line_and_chooses_points_bars_and_windows(page, explorer):
    knob, field = page.root.get_by_role("slider", name="threshold"), page.field("threshold: error up to")
    box, before, pictures = knob.bounding_box(), float(field.input_value()), page.pictures()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x, y + 10)
    page.page.mouse.move(x, y + 20)
    page.page.mouse.up()
    expect(field).not_to_have_value(f"{before:g}")
    page.drawn()
    lower = float(field.input_value())
    assert lower < before
    assert page.pictures() != pictures
    errors = page.root.locator(".ek-track").nth(1).bounding_box()
    page.page.mouse.move(errors["x"] + 100, y + 20)  # the line itself, where it lies now
    page.page.mouse.down()
    page.page.mouse.move(errors["x"] + 100, y + 5)
    page.page.mouse.up()
    expect(field).not_to_have_value(f"{lower:g}")
    page.drawn()
    assert lower < float(field.input_value()) < before
    strip = page.root.get_by_role("img", name="the largest errors").bounding_box()
    page.page.mouse.click(strip["x"] + strip["width"] - 12, strip["y"] + 20)
    smallest = explorer.windows["error"].abs().idxmin()
    expect(page.field("window")).to_have_value(str(smallest))
    ring = page.root.get_by_role("slider", name="window")
    page.page.mouse.click(errors["x"] + errors["width"] - 60, errors["y"] + 20)  # the points at the top right
    expect(page.root.locator(".ek-card")).to_contain_text("beyond")
    chosen = explorer.windows.loc[int(ring.get_attribute("aria-valuenow"))]
    assert chosen["error"] > 3


def test_a_long_recording_is_drawn_as_dots_and_a_click_in_its_signal_chooses_a_window(context, tmp_path):
    page = ExplorerPage(context, ek.explore(predicted_result(3000, name=EVIL)), tmp_path, color_scheme="dark")
    expect(page.root.locator(".ek-card")).to_contain_text("beyond")
    signal = page.root.locator(".ek-track").last.bounding_box()
    begun = page.field("window").input_value()
    page.page.mouse.click(signal["x"] + signal["width"] / 2, signal["y"] + 40)
    expect(page.field("window")).not_to_have_value(begun)
    assert 1300 < int(page.field("window").input_value()) < 1700
    assert page.page.evaluate("window.hacked") is None
    assert page.serious_findings() == []
    page.resize(480, 900)
    assert page.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.close()
