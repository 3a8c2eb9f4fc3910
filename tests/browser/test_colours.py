"""One thing, one colour: in figure, still picture and explorer, on light and on dark ground, whichever comes first."""

from __future__ import annotations

import io
import re
from typing import NamedTuple

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
from tests.explorers.test_features_explorer import made
from tests.labels_result import labelled_result
from tests.numbers_result import predicted_result
from tests.objects_result import detected_result
from tests.project_table import ProjectTable, project_explorer
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
KINDS = {"anomaly": OF_WINDOWS, "detection": colours.DETECTED, "regression": colours.ERRORS, "visual": OF_CELLS}
EXPLORERS = {  # what is shown, and how
    "anomaly": lambda _: ek.explore(scored_result(60, anomalous=0.4)),
    "classification": lambda _: ek.explore(labelled_result(60)),
    "detection": lambda _: ek.explore(detected_result(12, 14)),
    "features": lambda _: ek.explore(made(60), lasso=[-1, -1, 1, -1, 1, 1]),
    "project": lambda _: project_explorer(ProjectTable(60)),
    "regression": lambda _: ek.explore(predicted_result(60)),
    "signal": lambda studio: ek.explore(studio.sample(31)),
    "tabs": lambda studio: ek.explore(studio.classify(31)),
    "visual": lambda _: ek.explore([seen_result(CELLS, anomalous=False), *seen_results(40, 2)], opacity=1),
}


class Shown(NamedTuple):
    """An explorer, the colours painted in each theme, and how it looks: light, dark after that, and opened in dark."""

    name: str
    explorer: Explorer
    painted: dict[str, set[str]]
    light: dict[str, list[str]]
    changed: dict[str, list[str]]
    dark: dict[str, list[str]]


@pytest.fixture(scope="module")
def shown(request, context: BrowserContext, studio, tmp_path_factory) -> Shown:
    explorer, folder = EXPLORERS[request.param](studio), tmp_path_factory.mktemp("colours")
    page = ExplorerPage(context, explorer, folder, theme="light")
    painted, light = {"light": set(page.page.evaluate(PAINTED))}, page.look()
    page.put_theme("dark")
    changed = page.look()
    page.close()
    page = ExplorerPage(context, explorer, folder, theme="dark")
    painted["dark"], dark = set(page.page.evaluate(PAINTED)), page.look()
    page.close()
    return Shown(request.param, explorer, painted, light, changed, dark)


def in_figure(explorer: Explorer) -> set[str]:
    canvas = FigureCanvasAgg(explorer.figure())
    canvas.draw()
    return painted(np.asarray(canvas.buffer_rgba()))


def in_still(explorer: Explorer) -> set[str]:
    return painted(np.asarray(Image.open(io.BytesIO(explorer._png())).convert("RGBA")))


def painted(pixels: np.ndarray) -> set[str]:
    return {to_hex(pixel / 255) for pixel in np.unique(pixels.reshape(-1, 4), axis=0)}


@pytest.mark.parametrize("shown", KINDS, indirect=True)
def test_figure_still_picture_and_explorer_agree(shown: Shown):
    explorer, looks = shown.explorer, KINDS[shown.name]
    kinds = {kind: looks[kind] for kind in explorer.matched().errors()["kind"]} if shown.name == "detection" else looks
    assert len(kinds) >= min(3, len(looks))
    figure, still = in_figure(explorer), in_still(explorer)
    for kind, look in kinds.items():
        assert look.light.lower() in figure, f"{kind} in the figure"
        assert look.light.lower() in still, f"{kind} in the still picture"
        for theme, painted in shown.painted.items():
            assert getattr(look, theme).lower() in painted, f"{kind} in the explorer, {theme}"


@pytest.mark.parametrize("shown", EXPLORERS, indirect=True)
def test_after_a_change_of_theme_it_looks_as_if_opened_in_it(shown: Shown):
    assert shown.changed["colours"] == shown.dark["colours"] != shown.light["colours"]
    pairs = zip(shown.changed["canvases"], shown.dark["canvases"], strict=True)
    assert [i for i, (changed, dark) in enumerate(pairs) if changed != dark] == []
    assert shown.light["canvases"] != shown.dark["canvases"]


# The theme that a panel tells Python as it is opened, and after JupyterLab has changed it.
TOLD = """async (source) => {
  const { default: { render } } = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  const traits = { dark: false }, told = [];
  const set = (name, value) => told.push(traits[name] = value), get = (name) => traits[name];
  const model = { get, set, save_changes() {} };
  document.body.dataset.jpThemeLight = 'false';
  render({ model, el: document.body.appendChild(document.createElement('div')) });
  document.body.dataset.jpThemeLight = 'true';
  await new Promise(requestAnimationFrame);
  return told;
}"""


def test_a_panel_tells_python_of_the_theme_as_it_opens_and_of_each_change(context: BrowserContext):
    page = context.new_page()
    assert page.evaluate(TOLD, modules.module("panel/shortcuts.js")) == [True, False]
    page.close()


def test_the_front_end_names_no_colour_of_data():
    data = {getattr(look, theme).lower() for look in colours.SERIES for theme in ("light", "dark")}
    data |= {colour.lower() for look in (colours.WINDOWS | colours.DETECTED).values() for colour in look[:2]}
    for path in modules.FRONT.rglob("*.[jc]s*"):
        named = set(re.findall(r"#[0-9a-f]{6}\b", path.read_text().lower()))
        assert not named & data, path.name
