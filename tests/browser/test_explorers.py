"""Explorers as a person meets them: in a notebook, in JupyterLab, by mouse and by keyboard."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from .lab import Lab, write_notebook
from .page import axe_findings

ANOMALY = """
import edgekit as ek

studio = ek.connect()
testing = studio.samples("testing")
results = studio.classify(testing.groupby("label", sort=False).head(3).index)
explorer = ek.explore(results)
explorer
"""
SIGNAL = """
import edgekit as ek

studio = ek.connect()
signal = ek.explore(studio.sample(studio.samples().index[0]))
signal
"""


def opened(lab: Lab, folder: Path, name: str, *cells: str) -> Locator:
    """Run the cells in a new notebook; return the explorer that the first one shows."""
    lab.open(write_notebook(folder / f"{name}.ipynb", *cells))
    lab.run_all()
    root = lab.cell_output(1).locator(".ek")
    expect(root).to_have_attribute("data-frames", re.compile(r"\d+"))
    return root


def test_the_anomaly_explorer_and_python_follow_each_other(lab: Lab, tmp_path: Path) -> None:
    root = opened(lab, tmp_path, "anomaly", ANOMALY)
    window, threshold = (root.get_by_role("slider", name=name) for name in ("window", "threshold"))
    window.focus()
    for step in range(1, 4):  # more than once: the first message of a widget takes another thread than the next ones
        lab.page.keyboard.press("ArrowRight")
        expect(window).to_have_attribute("aria-valuenow", str(step))
    lab.page.keyboard.press("Shift+ArrowRight")
    lab.wait_python("explorer.window", "13")

    before, above = threshold.get_attribute("aria-valuenow"), int(lab.python("len(explorer.selection)"))
    threshold.hover()  # in sight, and at rest
    box = threshold.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lab.page.mouse.move(x, y)
    lab.page.mouse.down()
    for step in (15, 30, 45):
        lab.page.mouse.move(x, y - step)
    lab.page.mouse.up()
    expect(threshold).not_to_have_attribute("aria-valuenow", before)
    lab.drawn()
    lab.wait_python(
        "round(explorer.threshold, 6)", lambda: str(round(float(threshold.get_attribute("aria-valuenow")), 6))
    )
    assert int(lab.python("len(explorer.selection)")) < above

    lab.python("explorer.threshold = 3; explorer.window = 5")
    expect(threshold).to_have_attribute("aria-valuenow", "3")
    expect(window).to_have_attribute("aria-valuenow", "5")
    expect(root).to_contain_text(f"{lab.python('len(explorer.selection)')} of ")
    lab.screenshot("explorer_anomaly")


def test_keys_stay_with_the_explorer(lab: Lab, tmp_path: Path) -> None:
    root = opened(lab, tmp_path, "keys", ANOMALY, "'below'")
    cells = lab.page.locator(".jp-Notebook .jp-Cell").count()
    root.get_by_role("slider", name="window").focus()
    for key in ("n", "p", "+", "0", "a", "b", "ArrowDown", "ArrowUp"):  # a and b would insert cells
        lab.page.keyboard.press(key)
    assert lab.page.locator(".jp-Notebook .jp-Cell").count() == cells
    expect(root.get_by_role("slider", name="window")).to_be_focused()


def test_what_cannot_be_is_refused_with_the_reason(lab: Lab, tmp_path: Path) -> None:
    opened(lab, tmp_path, "refused", ANOMALY)
    attempt = "try:\n    explorer.window = 10**6\nexcept ek.UsageError as problem:\n    said = str(problem)\nsaid"
    assert "There are windows 0 to" in lab.python(attempt)
    assert lab.python("explorer.window") == "0"


def test_it_follows_the_theme_of_jupyterlab_and_static_pictures_do(lab: Lab, tmp_path: Path) -> None:
    root = opened(
        lab,
        tmp_path,
        "theme",
        ANOMALY,
        "results[0].block('anomaly-gmm').plot();",
        "import matplotlib.pyplot as plt\nplt.plot()",
    )
    picture, of_others = (lab.cell_output(cell).locator("img") for cell in (2, 3))
    expect(picture).to_have_count(2)
    expect(picture.locator("visible=true")).to_have_class("edgekit-on-light")
    light = root.locator("canvas").first.evaluate("canvas => canvas.toDataURL()")
    lab.command("apputils:change-theme", {"theme": "JupyterLab Dark"})
    lab.page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    lab.page.wait_for_function("old => document.querySelector('.ek canvas').toDataURL() !== old", arg=light)
    assert axe_findings(lab.page) == []
    lab.screenshot("explorer_anomaly_dark")
    dark = picture.locator("visible=true")
    expect(dark).to_have_class("edgekit-on-dark")
    expect(dark).to_have_js_property("complete", True)
    assert dark.evaluate("image => image.naturalWidth") > 300
    expect(of_others).to_have_count(1)
    dark.scroll_into_view_if_needed()
    lab.screenshot("pictures_dark")
    lab.command("apputils:change-theme", {"theme": "JupyterLab Light"})
    lab.page.wait_for_function("() => document.body.dataset.jpThemeLight === 'true'")
    assert axe_findings(lab.page) == []


def test_the_signal_explorer_points_at_a_reading(lab: Lab, tmp_path: Path) -> None:
    root = opened(lab, tmp_path, "signal", SIGNAL)
    root.get_by_role("slider", name="reading").focus()
    for _ in range(3):
        lab.page.keyboard.press("ArrowRight")
    expect(root).to_contain_text("Reading 3")
    lab.wait_python("signal.time_ms", "300.0")
    lab.python("signal.span = [0, 2000]")
    expect(root).to_contain_text("On show: 0 s to 2 s, 20 readings")
    assert lab.python("len(signal.selection)") == "20"
    lab.screenshot("explorer_signal")


DETECTIONS = """
import edgekit as ek

studio = ek.connect(sandbox="objects")
explorer = ek.explore(studio.classify(studio.samples("testing").index[::4]))
explorer
"""


def test_the_detection_explorer_and_python_follow_each_other(lab: Lab, tmp_path: Path) -> None:
    root = opened(lab, tmp_path, "detections", DETECTIONS)
    stage, near = root.get_by_role("slider", name="picture"), root.get_by_label("distance up to")
    stage.focus()
    for step in range(1, 4):
        lab.page.keyboard.press("ArrowRight")
        expect(stage).to_have_attribute("aria-valuenow", str(step))
    lab.wait_python("explorer.picture", "3")
    lab.page.keyboard.press("n")
    lab.wait_python("len(explorer.chosen)", "2")
    near.focus()
    for _ in range(5):
        lab.page.keyboard.press("ArrowLeft")
    lab.wait_python("round(explorer.min_distance, 2)", "0.15")
    f1 = lab.python("''.join(f'{f1:.3f}' for f1 in explorer.counts['f1'])").strip("'")
    expect(root.get_by_role("row", name="F1")).to_have_text(f"F1{f1}")

    lab.python("explorer.picture = 0; explorer.threshold = 0.7")
    expect(stage).to_have_attribute("aria-valuenow", "0")
    expect(root.get_by_label("score at least")).to_have_value("0.7")
    assert axe_findings(lab.page) == []
    lab.screenshot("explorer_detections")


VISUAL = """
import edgekit as ek

studio = ek.connect(sandbox="surface")
explorer = ek.explore(studio.classify(studio.samples("testing").index[::6]))
explorer
"""
# Whether the picture is drawn under the heat: without it the heat lies on one grey, and cells are of one colour.
SHOWN = """root => {
  const canvas = root.querySelector('.ek-patch canvas'), { data } = canvas.getContext('2d').getImageData(0, 0, 96, 96);
  return new Set(new Uint32Array(data.buffer)).size > 10;
}"""


def test_the_visual_explorer_and_python_follow_each_other_and_pictures_come_when_looked_at(lab: Lab, tmp_path: Path):
    root = opened(lab, tmp_path, "visual", VISUAL)
    cell, picture = root.get_by_role("slider", name="cell"), root.get_by_role("slider", name="picture, worst first")
    assert lab.python("list(explorer._images)") == "[0]"
    picture.focus()
    for step in range(1, 4):
        lab.page.keyboard.press("ArrowRight")
        expect(picture).to_have_attribute("aria-valuenow", str(step))
    lab.wait_python("explorer.picture", "3")
    lab.wait_python("3 in explorer._images", "True")
    lab.page.wait_for_function(f"() => ({SHOWN})(document.querySelector('.ek'))")
    cell.focus()
    lab.page.keyboard.press("ArrowLeft")
    lab.wait_python("len(explorer.cell)", "2")
    lab.page.keyboard.press("+")
    lab.wait_python("explorer.opacity", "0.6")

    lab.python("explorer.threshold = 3.5; explorer.show = 'flagged'; explorer.picture = 0")
    expect(picture).to_have_attribute("aria-valuenow", "0")
    expect(root.get_by_role("spinbutton", name="threshold")).to_have_value("3.5")
    flagged = lab.python("f\"{explorer.counts['above']:.0f} of {len(explorer.pictures)}\"").strip("'")
    expect(root).to_contain_text(f"{flagged} pictures flagged")
    assert axe_findings(lab.page) == []
    lab.screenshot("explorer_visual")
