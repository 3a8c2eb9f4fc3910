"""The front end of the explorer of visual anomalies, in a plain page without Jupyter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, expect

import edgekit as ek
from edgekit.explorers import VisualExplorer
from tests.visual_result import seen_result, seen_results

from .page import ExplorerPage

EVIL = "<img src=x onerror=window.hacked=1></script><script>window.hacked=1</script>"


@pytest.fixture(scope="module")
def results(sandbox) -> list[ek.ClassifyResult]:
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["surface"])
    return studio.classify(studio.samples("testing").index[::4])


@pytest.fixture
def explorer(results) -> VisualExplorer:
    return ek.explore(results)


@pytest.fixture
def page(context: BrowserContext, explorer, tmp_path: Path) -> Iterator[ExplorerPage]:
    page = ExplorerPage(context, explorer, tmp_path)
    yield page
    page.close()


def table(page: ExplorerPage) -> dict[str, list[str]]:
    rows = page.root.locator(".ek-side tbody tr").evaluate_all(
        "all => all.map(r => [...r.cells].map(c => c.textContent))"
    )
    return {name: cells for name, *cells in rows}


def type_threshold(page: ExplorerPage, value: float) -> None:
    frames = page.drawn()
    page.field("threshold").fill(str(value))
    page.page.keyboard.press("Enter")
    page.drawn(frames)


def test_the_threshold_is_followed_in_cells_verdict_and_counts(page, explorer):
    picture, cell = (page.root.get_by_role("group", name=name) for name in ("the picture", "the cell"))
    seen = []
    for threshold in (1.0, float(explorer.pictures["score"].median()), 1e4):
        type_threshold(page, threshold)
        explorer.threshold = threshold
        counts, row = explorer.counts, explorer.verdicts.loc[0]
        cells = table(page)
        assert cells["anomalous"] == [f"{counts['tp']:.0f}", f"{counts['fn']:.0f}"]
        assert cells["normal"] == [f"{counts['fp']:.0f}", f"{counts['tn']:.0f}"]
        said = f"{counts['above']:.0f} of {len(explorer.pictures)} pictures flagged, {counts['cells']:.0f} of"
        expect(page.root.locator(".ek-side")).to_contain_text(said)
        expect(picture).to_contain_text("◆ flagged" if row["flagged"] else "not flagged")
        expect(picture).to_contain_text(f"{len(explorer.selection)} of {row['rows'] * row['columns']} cells")
        outcome = {"hit": "", "normal": ""}.get(row["outcome"], row["outcome"])
        expect(picture.locator("strong")).to_have_text(f" {outcome}" if outcome else "")
        expect(cell).to_contain_text("◆ at or above" if len(explorer.selection) else "below")
        seen.append(page.pictures())
    assert len({pictures[0] for pictures in seen}) == 3  # the heat is on a scale that is tied to the threshold


def test_arrows_and_clicks_choose_a_cell_and_it_stands_among_normal_cells(page, explorer):
    stage, card = page.root.get_by_role("slider", name="cell"), page.root.get_by_role("group", name="the cell")
    expect(card).to_contain_text("(highest)")
    place = stage.bounding_box()
    wide, high = place["width"] - 90, place["height"] - 16  # without the rim, and the bar of colours
    side = min(wide, high)
    box = (place["x"] + 8 + (wide - side) / 2, place["y"] + 8 + (high - side) / 2, side)
    rows, columns = (int(explorer.pictures[name][0]) for name in ("rows", "columns"))
    page.page.mouse.click(box[0] + 2.5 / columns * box[2], box[1] + 1.5 / rows * box[2])
    expect(card).to_contain_text("Cell: row 1, column 2")
    stage.focus()
    page.press("ArrowRight", "ArrowDown")
    explorer.cell = [2, 3]
    expect(card).to_contain_text("row 2, column 3")
    standing = explorer.standing()
    expect(card).to_contain_text("higher than all" if standing == 1 else f"higher than {100 * standing:.1f} % of")
    expect(stage).to_have_attribute("aria-valuenow", str(2 * columns + 3))
    assert "row 2, column 3, score" in stage.get_attribute("aria-valuetext")
    page.press("Escape")
    expect(card).to_contain_text("(highest)")


def test_n_and_p_go_through_what_the_filter_keeps(page, explorer):
    threshold = float(explorer.pictures["score"].median())
    type_threshold(page, threshold)
    explorer.threshold = threshold
    for show in ("misses", "false alarms", "flagged"):
        explorer.show = show
        wanted = explorer.verdicts.index.tolist()
        if not wanted:
            continue
        page.root.get_by_label("show").select_option(show)
        page.root.get_by_role("slider", name="picture, worst first").focus()
        page.press("Home")
        assert page.field("picture").input_value() == str(wanted[0] + 1)
        for picture in wanted[1:3]:
            page.press("n")
            expect(page.field("picture")).to_have_value(str(picture + 1))
        if len(wanted) > 1:
            page.press("p")
            expect(page.field("picture")).to_have_value(str(wanted[min(len(wanted) - 1, 2) - 1] + 1))


def test_the_threshold_is_dragged_in_either_histogram_and_moved_by_key(page):
    values = []
    slider = page.root.get_by_role("slider", name="threshold")
    for histogram in (page.root.get_by_role("img", name="histogram of the scores of cells"), slider):
        frames, box = page.drawn(), histogram.bounding_box()
        page.page.mouse.click(box["x"] + box["width"] * (0.5 + 0.1 * len(values)), box["y"] + 20)
        page.drawn(frames)
        values.append(float(page.field("threshold").input_value()))
    slider.focus()
    page.press("ArrowUp")
    values.append(float(page.field("threshold").input_value()))
    page.root.get_by_role("slider", name="cell").focus()
    page.press("PageUp")
    values.append(float(page.field("threshold").input_value()))
    assert values == sorted(set(values))
    assert "pictures flagged" in slider.get_attribute("aria-valuetext")


def test_heat_has_a_slider_and_keys(page):
    heat = page.root.get_by_label("heat")
    page.root.get_by_role("slider", name="cell").focus()
    before = page.pictures()[0]
    page.press("0")
    assert heat.input_value() == "0"
    bare = page.pictures()[0]
    page.press("+", "+")
    assert heat.input_value() == "0.2"
    page.press("-")
    assert heat.input_value() == "0.1"
    assert len({before, bare, page.pictures()[0]}) == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_it_is_one_screen(context, explorer, tmp_path, scheme):
    page = ExplorerPage(context, explorer, tmp_path, color_scheme=scheme)
    assert page.serious_findings() == []
    page.resize(1280, 720)
    assert page.root.bounding_box()["height"] < 680
    page.resize(480, 900)
    page.page.locator(".ek.ek-narrow").wait_for()
    assert page.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    page.close()


def test_names_of_a_server_are_text_and_pictures_and_grids_may_be_missing(context, tmp_path):
    odd = [
        seen_result(None, score=9.0, name=EVIL),
        seen_result([[np.nan, 5.0]], name=EVIL, method=EVIL, sample=2),
        seen_result([[6.0]], name=EVIL, method=EVIL, sample=3),
    ]
    page = ExplorerPage(context, ek.explore(odd), tmp_path)
    page.root.get_by_role("slider", name="cell").focus()
    for key in ("ArrowRight", "n", "ArrowDown", "n", "ArrowLeft", "p"):
        page.page.keyboard.press(key)  # not all of them have anything to do
    expect(page.root).to_contain_text("1 of 3 pictures came without a grid of cells; studio.classify(sample)")
    assert page.page.evaluate("window.hacked") is None
    page.close()


def test_a_cell_without_a_score_is_clear_and_says_so(context, tmp_path):
    page = ExplorerPage(context, ek.explore(seen_result([[np.nan, 5.0]]), cell=[0, 0]), tmp_path)
    expect(page.root.get_by_role("group", name="the cell")).to_contain_text("no score")
    assert page.root.get_by_role("slider", name="picture, worst first").count() == 0  # there is one picture
    page.close()


def test_a_thousand_pictures_are_one_page(context, tmp_path):
    explorer = ek.explore(seen_results(1000, 2))
    page = ExplorerPage(context, explorer, tmp_path)
    page.root.get_by_role("slider", name="picture, worst first").focus()
    page.press("End")
    expect(page.field("picture")).to_have_value("1000")
    page.press("PageDown")
    explorer.threshold = float(page.field("threshold").input_value())
    assert table(page)["anomalous"][0] == f"{explorer.counts['tp']:.0f}"
    page.close()
