"""The harness itself, on notebooks written here: what it clicks happens, and what fails is told."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from playwright.sync_api import expect

import edgekit as ek

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


def test_opened_without_its_kernel_an_explorer_is_its_picture_and_run_again_it_is_itself(lab, tmp_path, studio):
    """By edgekit's own extension: Lab alone would say that the model was not found."""
    source = 'import edgekit as ek\n\nek.explore(ek.connect(sandbox="motion").classify(31).block("anomaly-gmm"))'
    data, _ = ek.explore(studio.classify(31).block("anomaly-gmm"))._repr_mimebundle_()
    output = new_output("execute_result", data, execution_count=1)
    path = tmp_path / "stored.ipynb"
    cell = new_code_cell(source, outputs=[output], execution_count=1)
    kernel = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(new_notebook(cells=[cell], metadata={"kernelspec": kernel}), path)
    lab.open(path)
    lab.page.evaluate("() => (window.jupyterapp.shell.currentWidget.content.widgets[0].model.trusted = true)")
    shown = lab.cell_output(0)
    expect(shown).to_contain_text("run this cell for the widget")
    picture = shown.locator("img")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 300
    assert picture.get_attribute("alt") == data["text/plain"]
    lab.screenshot("stored")
    lab.run_all()
    expect(shown.locator(".ek").first).to_be_visible()
    expect(shown.locator("img")).to_have_count(0)
