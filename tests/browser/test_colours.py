"""One thing, one colour: in the static picture and in the explorer, on light and on dark ground."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from playwright.sync_api import BrowserContext

import edgekit as ek
from edgekit import colours
from edgekit.explorers import Explorer, modules
from tests.numbers_result import predicted_result
from tests.objects_result import detected_result
from tests.scores import scored_result

from .page import ExplorerPage

# Every pixel that is painted in full, as #rrggbb.
PAINTED = """() => [...new Set([...document.querySelectorAll('.ek-main canvas')].flatMap((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height), found = new Set();
  const hex = (value) => value.toString(16).padStart(2, '0');
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] === 255) found.add('#' + [...data.subarray(i, i + 3)].map(hex).join(''));
  }
  return [...found];
}))]"""
OF_WINDOWS = {kind: colours.WINDOWS[kind] for kind in ("normal", "anomalous", "above")}
EXPLORERS = {  # what is shown, and its kinds
    "anomaly": (lambda: scored_result(60, anomalous=0.4), OF_WINDOWS),
    "detection": (lambda: detected_result(12, 14), colours.DETECTED),
    "regression": (lambda: predicted_result(60), colours.ERRORS),
}


def painted(explorer: Explorer) -> set[str]:
    canvas = FigureCanvasAgg(explorer.figure())
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba()).reshape(-1, 4)
    return {to_hex(pixel / 255) for pixel in np.unique(pixels, axis=0)}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", EXPLORERS)
def test_the_static_picture_and_the_explorer_agree(context: BrowserContext, tmp_path: Path, name, theme):
    result, looks = EXPLORERS[name]
    explorer = ek.explore(result())
    page = ExplorerPage(context, explorer, tmp_path, color_scheme=theme)
    in_explorer, in_picture = set(page.page.evaluate(PAINTED)), painted(explorer)
    page.close()
    shown = {kind: looks[kind] for kind in explorer.matched().errors()["kind"]} if name == "detection" else looks
    assert len(shown) >= min(3, len(looks))
    for kind, look in shown.items():
        assert look.light.lower() in in_picture, f"{kind} in the static picture"
        assert getattr(look, theme).lower() in in_explorer, f"{kind} in the explorer"


def test_the_front_end_names_no_colour_of_data():
    data = {getattr(look, theme).lower() for look in colours.SERIES for theme in ("light", "dark")}
    data |= {colour.lower() for look in (colours.WINDOWS | colours.DETECTED).values() for colour in look[:2]}
    for path in modules.FRONT.rglob("*.[jc]s*"):
        named = set(re.findall(r"#[0-9a-f]{6}\b", path.read_text().lower()))
        assert not named & data, path.name
