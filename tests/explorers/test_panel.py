"""The Panel: controls above a picture and a table that follow them."""

from __future__ import annotations

import base64
import io
import threading

import ipywidgets as widgets
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import edgekit as ek
from edgekit.colours import SERIES, WINDOWS
from edgekit.explorers import Panel


def draw(ax, level):
    ax.plot([0, level])
    return pd.DataFrame({"level": [level]})


def test_it_draws_at_once_and_again_when_a_control_moves():
    panel = Panel(draw, level=widgets.IntSlider(value=3))
    first = panel._view.value
    assert panel.values == {"level": 3}
    panel.children[0].children[0].value = 7
    assert panel.shown["level"].item() == 7
    assert panel._view.value != first
    assert "<td>7</td>" in panel._view.value


def test_its_picture_and_text_stand_beside_the_widget():
    bundle = Panel(draw, level=widgets.IntSlider(value=3))._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/plain"] == "Panel(level=3)\n   level\n0      3"
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_on_a_dark_theme_it_is_transparent_in_the_explorers_colours_and_stored_light():
    def score(ax, limit):
        ek.plots.windows(table, threshold=limit, ax=ax)

    table = pd.DataFrame({"start_ms": [0, 100], "end_ms": [100, 200], "expected": ["a", "a"], "anomaly": [0.2, 5.0]})
    panel = Panel(score, limit=widgets.FloatSlider(value=3))
    stored = panel._repr_mimebundle_()["image/png"]
    panel._keys.dark = True
    shown = panel._view.value.split("base64,")[1].split("'")[0]
    assert shown != stored == panel._repr_mimebundle_()["image/png"]
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(shown))).convert("RGBA"))
    assert pixels[0, 0, 3] == 0
    seen = {f"#{red:02X}{green:02X}{blue:02X}" for red, green, blue, opacity in pixels.reshape(-1, 4) if opacity == 255}
    assert {SERIES[0].dark, WINDOWS["above"].dark, "#E6E6E6"} <= seen
    assert not {SERIES[0].light, WINDOWS["above"].light, "#000000"} & seen


def test_a_failure_in_a_callback_is_shown_where_the_picture_was():
    def refuse(ax, level):
        if level:
            raise ek.UsageError("no <such> level")

    panel = Panel(refuse, level=widgets.IntSlider(value=0))
    panel.children[0].children[0].value = 1
    assert "no &lt;such&gt; level" in panel._view.value
    with pytest.raises(ek.UsageError, match="such"):
        Panel(refuse, level=widgets.IntSlider(value=1))


def test_text_is_escaped():
    panel = Panel(lambda ax, level: "<img src=x onerror=alert(1)>", level=widgets.IntSlider())
    assert "<img src=x" not in panel._view.value
    table = Panel(lambda ax, level: pd.DataFrame({"<b>": ["<i>'\""]}), level=widgets.IntSlider())
    assert "<b>" not in table._view.value
    assert "<i>" not in table._view.value


@pytest.mark.parametrize("controls", [{}, {"level": 3}])
def test_without_a_control_it_says_what_it_needs(controls):
    with pytest.raises(ek.UsageError, match="control"):
        Panel(draw, **controls)


def test_two_threads_moving_it_leave_it_whole():
    slider = widgets.IntSlider(max=1000)
    panel = Panel(draw, level=slider)

    def hammer(values):
        for value in values:
            slider.value = value

    threads = [threading.Thread(target=hammer, args=(range(start, 20, 2),)) for start in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    slider.value = 999
    assert panel.shown["level"].item() == 999
    assert panel._drawn.png.startswith(b"\x89PNG")
    assert panel._drawn.png.endswith(b"IEND\xaeB`\x82")
