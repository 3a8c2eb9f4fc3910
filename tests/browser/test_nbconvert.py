"""Pages that `jupyter nbconvert --to html` writes, opened without a network: explorers are there as their pictures."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .lab import write_notebook

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "03_anomaly_scores.ipynb"
VIEW = "application/vnd.jupyter.widget-view+json"
EXPLORER = """
import edgekit as ek

studio = ek.connect()
explorer = ek.explore(studio.classify(studio.samples("testing").index[0]))
explorer
"""
PANEL = """
import ipywidgets

def draw(ax, threshold):
    ax.axhline(threshold)

ek.explorers.Panel(draw, threshold=ipywidgets.FloatSlider(value=2))
"""


def converted(notebook: Path, folder: Path, *options: str) -> Path:
    """Convert it as the user does, with nothing but Jupyter's own configuration."""
    command = [sys.executable, "-m", "nbconvert", "--to", "html", *options, "--output-dir", str(folder), str(notebook)]
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return folder / f"{notebook.stem}.html"


@pytest.fixture
def offline(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
    yield page
    page.close()


def images(page: Page) -> list[tuple[int, int]]:
    """Sizes of the images in outputs, in px as shown."""
    return page.locator(".jp-OutputArea-output img").evaluate_all(
        "all => all.map(image => image.naturalWidth && [image.offsetWidth, image.offsetHeight])"
    )


def test_a_page_of_a_committed_notebook_shows_every_explorer(offline, tmp_path):
    cells = nbformat.read(NOTEBOOK, 4).cells
    shown = [output for cell in cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
    assert any("AnomalyExplorer" in output["data"]["text/plain"] for output in shown)
    offline.goto(converted(NOTEBOOK, tmp_path).as_uri())
    found = images(offline)
    assert len(found) == len(shown)
    assert all(width > 300 and height > 100 for width, height in found)


def test_a_page_of_a_notebook_that_nbconvert_ran_shows_them_too(offline, tmp_path):
    path = write_notebook(tmp_path / "run.ipynb", EXPLORER, "explorer.threshold = 3", PANEL)
    page = converted(path, tmp_path, "--execute")
    offline.goto(page.as_uri())
    found = images(offline)
    assert len(found) == 2
    assert all(width > 300 and height > 100 for width, height in found)
    assert "widget-state+json" not in page.read_text()
    if folder := os.environ.get("EDGEKIT_SCREENSHOTS"):
        offline.screenshot(path=Path(folder) / "nbconvert.png", full_page=True)


def test_other_widgets_keep_their_state(offline, tmp_path):
    slider = "import ipywidgets\nipywidgets.IntSlider(value=3, description='other')"
    page = converted(write_notebook(tmp_path / "other.ipynb", EXPLORER, slider), tmp_path, "--execute")
    text = page.read_text()
    assert text.count(f'<script type="{VIEW}">') == 1
    assert "IntSliderModel" in text
    assert "_anywidget_id" not in text
    offline.goto(page.as_uri())
    expect(offline.locator(".jp-OutputArea-output img")).to_have_count(1)
