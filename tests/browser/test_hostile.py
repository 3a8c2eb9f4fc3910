"""What a server sends is text, never markup: hostile names are shown in a real browser, and nothing of them runs."""

from __future__ import annotations

import json
from pathlib import Path

import ipywidgets as widgets
import pytest
from matplotlib import pyplot as plt
from playwright.sync_api import BrowserContext

import edgekit as ek
from tests.conftest import SEED

EVIL = "<img src=x onerror=window.hacked=1>'\"><script>window.hacked=1</script>&amp;"


def poisoned(node):
    """Put the hostile text into every string of a document, and into every key of a result."""
    if isinstance(node, dict):
        return {f"{key}{EVIL}" if key in ("idle", "wave") else key: poisoned(value) for key, value in node.items()}
    if isinstance(node, list):
        return [poisoned(value) for value in node]
    return EVIL if isinstance(node, str) else node


@pytest.fixture
def result() -> ek.ClassifyResult:
    return ek.parse(poisoned(json.loads(SEED.read_text())))


def test_no_hostile_name_runs_as_script(result, context: BrowserContext, tmp_path: Path) -> None:
    block = result.blocks[0]
    panel = ek.explorers.Panel(
        lambda ax, pick: block.windows(), pick=widgets.Dropdown(options=[EVIL], description="pick")
    )
    shown = [result, result.sample, block, block.windows(), block.thresholds, result.sample.signal()]
    parts = [part._repr_html_() for part in shown] + [panel._view.value]
    path = tmp_path / "hostile.html"
    path.write_text("<meta charset=utf-8>" + "\n".join(parts))
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_timeout(300)  # an onerror would have fired by now
    assert page.evaluate("window.hacked") is None
    assert page.locator("script").count() == 0
    assert page.locator("img").count() == 1  # the panel's own picture
    assert EVIL in page.inner_text("body")
    page.close()


def test_hostile_names_are_drawn_as_they_are(result) -> None:
    figure = result.blocks[0].plot().figure
    figure.canvas.draw()
    assert any(EVIL in text.get_text() for axes in figure.axes for text in axes.get_legend().get_texts())
    plt.close(figure)
