"""The front end of the explorer of a classifier, in a plain page without Jupyter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

import edgekit as ek
from edgekit.explorers import ClassificationExplorer

from .page import ExplorerPage

EVIL = "<img src=x onerror=window.hacked=1></script><script>window.hacked=1</script>"


@pytest.fixture(scope="module")
def explorer(studio) -> ClassificationExplorer:
    return ek.explore([result.block("keras") for result in studio.classify([1, 41, 51, 61, 71, 72])])


@pytest.fixture
def page(context: BrowserContext, explorer, tmp_path: Path) -> Iterator[ExplorerPage]:
    page = ExplorerPage(context, explorer, tmp_path)
    yield page
    page.close()


def card(page: ExplorerPage):
    return page.root.locator(".ek-card").first


def test_a_click_on_a_cell_selects_its_windows_and_escape_gives_all_back(page, explorer):
    matrix = page.root.get_by_role("slider", name="cell of the confusion matrix")
    expect(page.root).to_contain_text(f"{len(explorer.windows)} of {len(explorer.windows)} windows on show")
    box, frames = matrix.bounding_box(), page.drawn()
    labels = len(explorer.confusion)
    left = min(max(box["width"] * 0.24, 40), 120)
    wide, high = (box["width"] - left - 13) / (labels + 1), (box["height"] - 68) / labels
    names = explorer.confusion.index.tolist()
    row, column = names.index("badminton"), names.index("running")
    matrix.click(position={"x": left + (column + 0.5) * wide, "y": 4 + (row + 0.5) * high})
    page.drawn(frames)
    count = explorer.confusion.loc["badminton", "running"]
    assert matrix.get_attribute("aria-valuetext") == f"expected badminton, predicted running: {count} windows"
    expect(page.root).to_contain_text(f"{count} of {len(explorer.windows)} windows on show")
    expect(card(page)).to_contain_text("expected: badminton")
    page.press("Escape")
    assert matrix.get_attribute("aria-valuetext") == "all windows"


def test_keys_step_through_windows_the_threshold_and_the_cells(page, explorer):
    tiles = page.root.get_by_role("slider", name="window", exact=True)
    order = explorer.selection.index.tolist()
    tiles.focus()
    assert tiles.get_attribute("aria-valuenow") == str(order[0])
    pictures = page.pictures()
    page.press("ArrowRight", "ArrowRight")
    assert tiles.get_attribute("aria-valuenow") == str(order[2])
    assert page.pictures() != pictures
    page.press("End")
    assert tiles.get_attribute("aria-valuenow") == str(order[-1])
    before = page.root.locator("output").text_content()
    page.press("ArrowDown")
    assert float(page.root.locator("output").text_content()) == pytest.approx(float(before) - 0.01)
    matrix = page.root.get_by_role("slider", name="cell of the confusion matrix")
    matrix.focus()
    page.press("ArrowRight", "ArrowDown")
    names = explorer.confusion.index
    assert matrix.get_attribute("aria-valuetext").startswith(f"expected {names[1]}, predicted {names[0]}")


def test_coverage_and_accuracy_follow_the_threshold_at_once(page, explorer):
    slider, frames = page.root.get_by_label("threshold"), page.drawn()
    slider.evaluate("(input) => { input.value = 0.95; input.dispatchEvent(new Event('input')); }")
    page.drawn(frames)
    swept = ek.classification.sweep(explorer.windows)
    row = swept[swept["threshold"] >= 0.95].iloc[0]
    rows = page.root.locator("table.ek-two tr").evaluate_all(
        "all => all.map(r => [...r.cells].map(c => c.textContent))"
    )
    found = {name: here for name, here, *_ in rows if name}
    assert found["coverage (not uncertain)"] == f"{100 * row['coverage']:.1f} %"
    assert found["accuracy of these"] == f"{100 * row['accuracy']:.1f} %"
    explorer.threshold = 0.95
    both = explorer.comparison.loc["uncertain"]
    assert [cells for name, *cells in rows if name == "uncertain"] == [
        [f"{count:.0f} of {len(explorer.windows)}" for count in both[["threshold", "block's own"]]]
    ]
    page.root.get_by_role("button", name="own").click()
    expect(page.root.locator("output")).to_have_text(f"{both.name and explorer._meta['own']:.3f}")


def test_filters_and_orders_choose_what_is_shown(page, explorer):
    page.root.get_by_label("label", exact=True).select_option("walking")
    expect(card(page)).to_contain_text("expected: walking")
    page.root.get_by_label("show", exact=True).select_option("wrong")
    expect(page.root).to_contain_text(f"0 of {len(explorer.windows)} windows on show")
    page.root.get_by_role("button", name="show all").click()
    expect(page.root).to_contain_text(f"{len(explorer.windows)} of {len(explorer.windows)} windows on show")
    page.root.get_by_label("order", exact=True).select_option("as recorded")
    tiles = page.root.get_by_role("slider", name="window", exact=True)
    expect(tiles).to_have_attribute("aria-valuenow", "0")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_is_found_by_axe(context, explorer, tmp_path, scheme):
    page = ExplorerPage(context, explorer, tmp_path, color_scheme=scheme)
    assert page.serious_findings() == []
    page.close()


def test_names_from_a_server_stay_text(context, tmp_path):
    from tests.results.test_windows import response

    block = response({"result": [{EVIL: 0.9, "b": 0.1}, {EVIL: 0.2, "b": 0.8}]}, sample={"label": EVIL}).blocks[0]
    page = ExplorerPage(context, ek.explore(block), tmp_path)
    expect(card(page)).to_contain_text("<img src=x")
    assert page.page.evaluate("window.hacked") is None
    page.close()
