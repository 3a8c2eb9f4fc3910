"""How fast the table of a project of 100,000 samples answers, in Chromium inside JupyterLab (for `make bench`).

"On screen" runs from the cell's start to the first frame; "to sort", "to filter", "to search" from the event in the
page until its picture was handed to the screen. Of frames while one scrolls it is the time that all but one in twenty
keep within: a screen shows one in 16.7 ms.

The table is made up, and given as it is, so that its rows tell of the explorer alone. The row "of a store" is the whole
way of the user: from the cell ``ek.explore(store)``, with the Parquet files of 100,000 samples to be read, to a frame.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import edgekit as ek
from tests.bench_explorers import ROOT, SHOWN
from tests.bench_table import Row, row
from tests.browser.chromium import find
from tests.browser.conftest import FLAGS, NO_CHROMIUM
from tests.browser.lab import Lab, jupyter_lab, write_notebook
from tests.project_store import IN_PART, project_store

ROUNDS, CELL, OF_STORE, SAMPLES = 5, 1, 2, 100_000
SET_UP = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.project_table import ProjectTable, project_explorer
source = ProjectTable({SAMPLES})
"""
STORE = """
import edgekit as ek
store = ek.Store({folder!r})
"""
# Act in the page, by a click or by a text that is typed, until the picture was handed to the screen, in ms.
ACT = """async ([selector, text]) => {
  const root = document.querySelector('.ek'), element = [...root.querySelectorAll(selector.split('|')[0])]
    .find(one => !selector.includes('|') || one.textContent.startsWith(selector.split('|')[1]));
  const old = root.dataset.frames, start = performance.now();
  if (text === null) element.click();
  else {
    element.value = text;
    element.dispatchEvent(new Event('input'));
  }
  while (root.dataset.frames === old) await new Promise(requestAnimationFrame);
  await new Promise(done => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  });
  return performance.now() - start;
}"""
# Press a key on an element; as above.
PRESS = """async ([label, key]) => {
  const root = document.querySelector('.ek'), element = root.querySelector(`[aria-label="${label}"]`);
  const old = root.dataset.frames, start = performance.now();
  element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  while (root.dataset.frames === old) await new Promise(requestAnimationFrame);
  await new Promise(done => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  });
  return performance.now() - start;
}"""
# Scroll by 17 rows a frame; the time between frames that 95 % of them keep within.
SCROLL = """async frames => {
  const table = document.querySelector('.ek-table'), times = [];
  let last = await new Promise(requestAnimationFrame);
  for (let i = 0; i < frames; i++) {
    table.scrollTop += 517;
    const now = await new Promise(requestAnimationFrame);
    times.push(now - last);
    last = now;
  }
  return times.sort((a, b) => a - b)[Math.floor(0.95 * times.length)];
}"""


def rows() -> list[Row]:
    """Return the rows of the table, or one that says what is missing."""
    if find() is None:
        return [(f"the project explorer: not measured, {NO_CHROMIUM}", "", "", "", "")]
    named = f"project explorer, {SAMPLES:,} samples"
    targets = {"on screen": "≤ 500 ms", "on screen, of a store": "≤ 500 ms", "a frame of scrolling, p95": "≤ 17 ms"}
    return [row(f"{named}: {name}", "ms", times, targets.get(name, "≤ 100 ms")) for name, times in measured().items()]


def stored(folder: Path) -> Path:
    """Make a store of so many samples, out of the sandbox's answers for the project motion."""
    base = ek.batch.classify(ek.connect(sandbox="motion"), folder / "base")
    return project_store(folder / "store", base, SAMPLES // IN_PART).folder


def opened(lab: Lab) -> float:
    """Open the store's explorer, as a user does: not while Python answers what the one before it asked for."""
    lab.page.wait_for_timeout(1000)
    return float(lab.measure(SHOWN, OF_STORE))


def measured() -> dict[str, list[float]]:
    """Return milliseconds, round by round."""
    with tempfile.TemporaryDirectory() as folder, jupyter_lab(Path(folder)) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        with browser.new_context(viewport={"width": 1280, "height": 1000}) as context:
            lab = Lab(context.new_page(), *server, Path(folder))
            lab.open(write_notebook(Path(folder) / "bench.ipynb", "project_explorer(source)", "ek.explore(store)"))
            lab.python(SET_UP + STORE.format(folder=str(stored(Path(folder)))), timeout=120)
            lab.run_all(timeout=120)
            heads = [f".ek-row-head button|{title}" for title in ("name", "lowest probability", "label")]
            found = {
                "on screen": [lab.measure(SHOWN, CELL) for _ in range(ROUNDS)],
                "on screen, of a store": [opened(lab) for _ in range(ROUNDS)],
                "to sort": [lab.measure(ACT, [head, None]) for _ in range(2) for head in heads],
                "to filter": [lab.measure(PRESS, ["filter by label", key]) for key in ("Enter", "Escape") * 3],
                "to search": [lab.measure(ACT, ['input[type="search"]', text]) for text in ("9", "99", "walk", "")],
                "a frame of scrolling, p95": [lab.measure(SCROLL, 150) for _ in range(ROUNDS)],
            }
            lab.shutdown()
        browser.close()
    return found
