"""What a server sends is text, never markup: hostile names are shown in a real browser, and nothing of them runs."""

from __future__ import annotations

import json
from pathlib import Path

import ipywidgets as widgets
import pytest
from matplotlib import pyplot as plt
from playwright.sync_api import BrowserContext, expect

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
    document = poisoned(json.loads(SEED.read_text()))
    document["classifications"][0]["learnBlock"]["type"] = "keras"  # of another type, it would be about objects
    return ek.parse(document)


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


def test_a_page_runs_no_other_script_and_asks_no_server_even_where_markup_got_into_it(context, result, tmp_path):
    path, asked = tmp_path / "page.html", []
    ek.explore(result.sample).to_html(path)
    markup = (
        "<script>window.hacked=1</script><img src='http://127.0.0.1:9/x' onerror='window.hacked=1'>"
        "<script src='http://127.0.0.1:9/x.js'></script><iframe src='http://127.0.0.1:9/f'></iframe>"
        "<link rel=stylesheet href='http://127.0.0.1:9/s.css'><form action='http://127.0.0.1:9/f'></form>"
    )
    path.write_text(path.read_text("utf-8").replace("<main>", f"<main>{markup}", 1), "utf-8")
    page = context.new_page()
    page.on("response", lambda response: asked.append(response.url))
    page.on("requestfailed", lambda request: asked.append(request.url) if "csp" not in request.failure else None)
    page.goto(path.as_uri())
    expect(page.locator("#explorer canvas")).not_to_have_count(0)  # the explorer's own script ran
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert asked == [path.as_uri()]
    page.close()
