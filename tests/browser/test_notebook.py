"""Notebooks as their reader meets them: in JupyterLab, in a browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from edgekit.lab import copy

from .lab import Lab

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def test_moving_the_threshold_changes_the_picture_and_the_counts(lab: Lab, tmp_path: Path) -> None:
    lab.open(copy(tmp_path).folder / "03_anomaly_scores.ipynb")
    assert not lab.page.evaluate("window.jupyterapp.shell.currentWidget.context.model.dirty")  # nothing to save yet
    lab.run_all()
    root = lab.page.locator(".ek").last
    root.scroll_into_view_if_needed()
    threshold, missed = root.get_by_role("slider", name="threshold"), root.get_by_role("row", name="anomalous")
    expect(threshold).to_have_attribute("aria-valuenow", "4")  # as a cell of the notebook set it
    expect(missed).to_have_text("anomalous32812")
    lab.drawn()
    threshold.focus()
    before = root.locator("canvas").evaluate_all("all => all.map(canvas => canvas.toDataURL())")
    for _ in range(3):  # more than once: the first message of a widget takes another thread than the next ones
        lab.page.keyboard.press("Shift+ArrowUp")
    expect(missed).not_to_have_text("anomalous32812")
    lab.drawn()
    after = root.locator("canvas").evaluate_all("all => all.map(canvas => canvas.toDataURL())")
    assert before != after
    lab.wait_python(
        "[int(explorer.counts[name]) for name in ('tp', 'fn')]",
        lambda: "[{}, {}]".format(*missed.inner_text().split()[1:3]),
    )
    assert float(lab.python("explorer.threshold")) > 4
    lab.screenshot("notebook_03")


def test_a_solution_is_folded_until_somebody_asks_for_it(lab: Lab) -> None:
    lab.open(NOTEBOOKS / "06_object_detection_debug_info.ipynb")
    lab.run_all()
    folded = lab.page.locator(".jp-CodeCell .jp-InputPlaceholder")
    folded.scroll_into_view_if_needed()
    expect(folded).to_have_count(1)
    expect(lab.page.get_by_text("drop_duplicates")).to_have_count(0)
    lab.screenshot("notebook_06")
    folded.click()
    expect(folded).to_have_count(0)
    expect(lab.page.get_by_text("drop_duplicates").first).to_be_visible()
