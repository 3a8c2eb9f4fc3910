"""The harness itself, on notebooks written here: what it clicks happens, and what fails is told."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from .lab import KernelError, Lab, write_notebook

SLIDER = """
import ipywidgets as widgets

slider = widgets.IntSlider(value=3, max=10, description="Windows")
label = widgets.HTML("<b>3 windows</b>")
slider.observe(lambda change: setattr(label, "value", f"<b>{change.new} windows</b>"), "value")
widgets.VBox([slider, label])
"""


def test_slider_moves_label(lab: Lab, tmp_path: Path) -> None:
    lab.open(write_notebook(tmp_path / "slider.ipynb", SLIDER))
    lab.run_all()
    output = lab.cell_output(1)
    expect(output).to_contain_text("3 windows")

    handle = output.get_by_role("slider")
    for windows in (4, 5, 6):
        handle.press("ArrowRight")
        expect(output).to_contain_text(f"{windows} windows")

    lab.screenshot("slider")
    assert lab.python("slider.value") == "6"
    assert lab.python("label.value") == "'<b>6 windows</b>'"


def test_failing_cell_is_reported(lab: Lab, tmp_path: Path) -> None:
    lab.open(write_notebook(tmp_path / "failing cell.ipynb", "x = 1", "{}['no such axis']", "x = 2"))
    with pytest.raises(KernelError, match=r"^cell 2: KeyError: 'no such axis'\n"):
        lab.run_all()
    lab.screenshot("failing")
    expect(lab.cell_output(2)).to_contain_text("KeyError")
    assert lab.python("x") == "1"  # the cells below did not run
    assert lab.python("x = 3") == ""
    with pytest.raises(KernelError, match="ZeroDivisionError: division by zero"):
        lab.python("x / 0")


PANEL = """
import ipywidgets as widgets
import edgekit as ek

pick = widgets.Dropdown(options=["one", "two", "three"])
ek.explorers.Panel(lambda ax, pick: pick, pick=pick)
"""


def test_keys_stay_with_the_controls_of_a_panel(lab: Lab, tmp_path: Path) -> None:
    lab.open(write_notebook(tmp_path / "panel.ipynb", PANEL, "'below'"))
    lab.run_all()
    cells = lab.page.locator(".jp-Notebook .jp-Cell")
    count = cells.count()
    chosen = lab.cell_output(1).locator("select")
    expect(chosen).to_have_attribute("data-lm-suppress-shortcuts", "true")
    chosen.focus()
    for key in ("b", "a", "x"):  # they would insert cells and cut one
        lab.page.keyboard.press(key)
    lab.page.keyboard.press("ArrowDown")
    lab.wait_python("pick.value", "'two'")
    assert cells.count() == count
