"""One thing, one colour: in figure, still picture and explorer, on light and on dark ground."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from PIL import Image
from playwright.sync_api import BrowserContext

import edgekit as ek
from edgekit import colours
from edgekit.colours import Look
from edgekit.explorers import Explorer, modules
from tests.numbers_result import predicted_result
from tests.objects_result import detected_result
from tests.scores import scored_result
from tests.visual_result import THRESHOLD, seen_result, seen_results

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
CELLS = np.array([[0, 1.5], [4.5, 13.5]])
HEAT = {f"{score} over {THRESHOLD}": to_hex(colours.heat_pixels(score, THRESHOLD)[:3] / 255) for score in CELLS.flat}
OF_CELLS = {name: Look(colour, colour) for name, colour in HEAT.items()}
OF_CELLS |= {kind: colours.WINDOWS[kind] for kind in ("normal", "anomalous")}
EXPLORERS = {  # what is shown, and its kinds
    "anomaly": (lambda: scored_result(60, anomalous=0.4), OF_WINDOWS),
    "detection": (lambda: detected_result(12, 14), colours.DETECTED),
    "regression": (lambda: predicted_result(60), colours.ERRORS),
    "visual": (lambda: [seen_result(CELLS, anomalous=False), *seen_results(40, 2)], OF_CELLS),
}


def in_figure(explorer: Explorer) -> set[str]:
    canvas = FigureCanvasAgg(explorer.figure())
    canvas.draw()
    return painted(np.asarray(canvas.buffer_rgba()))


def in_still(explorer: Explorer) -> set[str]:
    return painted(np.asarray(Image.open(io.BytesIO(explorer._png())).convert("RGBA")))


def painted(pixels: np.ndarray) -> set[str]:
    return {to_hex(pixel / 255) for pixel in np.unique(pixels.reshape(-1, 4), axis=0)}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", EXPLORERS)
def test_figure_still_picture_and_explorer_agree(context: BrowserContext, tmp_path: Path, name, theme):
    result, looks = EXPLORERS[name]
    explorer = ek.explore(result(), **({"opacity": 1} if name == "visual" else {}))
    page = ExplorerPage(context, explorer, tmp_path, color_scheme=theme)
    in_explorer = set(page.page.evaluate(PAINTED))
    page.close()
    shown = {kind: looks[kind] for kind in explorer.matched().errors()["kind"]} if name == "detection" else looks
    assert len(shown) >= min(3, len(looks))
    figure, still = in_figure(explorer), in_still(explorer)
    for kind, look in shown.items():
        assert look.light.lower() in figure, f"{kind} in the figure"
        assert look.light.lower() in still, f"{kind} in the still picture"
        assert getattr(look, theme).lower() in in_explorer, f"{kind} in the explorer"


def test_the_front_end_names_no_colour_of_data():
    data = {getattr(look, theme).lower() for look in colours.SERIES for theme in ("light", "dark")}
    data |= {colour.lower() for look in (colours.WINDOWS | colours.DETECTED).values() for colour in look[:2]}
    for path in modules.FRONT.rglob("*.[jc]s*"):
        named = set(re.findall(r"#[0-9a-f]{6}\b", path.read_text().lower()))
        assert not named & data, path.name
