"""How fast an explorer answers the hand, in Chromium inside JupyterLab, next to a plain `interact` (for `make bench`).

"Input to picture" runs from the key press in the page until the frame that shows its effect was handed to the screen.
It holds what no drawing can spare: the wait for a frame, up to 16.7 ms on a screen of 60 Hz, and, without a GPU, paint.
Explorers and `interact` live in one notebook; the recording is the same: three axes, a threshold that moves.
"On screen" runs from the cell's start to the first frame. The first explorer of a kernel also waits for the import of
ipywidgets.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench_table import Row, quotient, row
from tests.browser.chromium import find
from tests.browser.conftest import FLAGS, NO_CHROMIUM
from tests.browser.lab import Lab, jupyter_lab, write_notebook

ROOT = Path(__file__).parent.parent
STEPS = 25
SHOWS = 5
KERNELS = 3

SET_UP = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import edgekit as ek
from tests.labels_result import labelled_result
from tests.numbers_result import predicted_result
from tests.objects_result import detected_result
from tests.scores import scored_result
from tests.visual_result import seen_results
results = {{windows: scored_result(windows) for windows in (1_000, 100_000)}}
numbers = predicted_result(100_000)
labels = labelled_result(100_000)
pictures = seen_results(1_000, 20)
"""
EXPLORE = "ek.explore(results[{windows}])"
NUMBERS = "ek.explore(numbers)"
LABELS = "ek.explore(labels)"
DETECTIONS = "ek.explore(detected_result(100, 100))"
PICTURES = "ek.explore(pictures)"
INTERACT = """
import ipywidgets, matplotlib.pyplot as plt
block = results[1_000].blocks[0]
table, signal = block.windows(), block.sample.signal()

def look(threshold=3.0):
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(9, 5))
    signal.plot(ax=top)
    table["anomaly"].plot(ax=bottom)
    bottom.axhline(threshold)
    plt.show()

ipywidgets.interact(look, threshold=(0.0, 30.0, 0.1));
"""

# From the next key press in the page until its picture was handed to the screen, in ms. Looked for after the paint of
# each frame: in a callback of the next frame it would be seen a frame late.
NEXT = """async ([cell, kind]) => {
  const output = document.querySelectorAll('.jp-Notebook .jp-Cell')[cell].querySelector('.jp-Cell-outputArea');
  const now = { frames: () => output.querySelector('.ek').dataset.frames,
                image: () => [...output.querySelectorAll('img')].filter(image => image.complete).at(-1)?.src }[kind];
  const painted = () => new Promise(done => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  }));
  const old = now();
  const once = { capture: true, once: true };
  const start = await new Promise(done => document.addEventListener('keydown', e => done(e.timeStamp), once));
  do await painted(); while ((now() ?? old) === old);
  return performance.now() - start;
}"""
SHOWN = """async cell => {
  const lab = window.jupyterapp;
  const area = () => document.querySelectorAll('.jp-Notebook .jp-Cell')[cell].querySelector('.ek');
  const old = area();
  lab.shell.currentWidget.content.activeCellIndex = cell;
  const start = performance.now();
  lab.commands.execute('notebook:run-cell');
  while (area() === old || !area()?.dataset.frames) await new Promise(requestAnimationFrame);
  return performance.now() - start;
}"""


# Cells of the notebook, counted with its title.
SHORT, LONG, PLAIN, OBJECTS, PREDICTED, SEEN, LABELLED = 1, 2, 3, 4, 5, 6, 7
# What is moved by the arrow keys, and what shows that it was followed.
MOVED = {
    "anomaly explorer, 1,000 windows": (SHORT, "threshold", "frames"),
    "anomaly explorer, 100,000 windows": (LONG, "threshold", "frames"),
    "detection explorer, 100 truths, 100 predictions": (OBJECTS, "distance up to", "frames"),
    "regression explorer, 100,000 windows": (PREDICTED, "threshold", "frames"),
    "classification explorer, 100,000 windows": (LABELLED, "window", "frames"),
    "visual explorer, 1,000 pictures of 20 x 20": (SEEN, "threshold", "frames"),
    "interact, 1,000 windows": (PLAIN, None, "image"),
}
OPENED = {
    "anomaly explorer on screen, 1,000 windows": SHORT,
    "anomaly explorer on screen, 100,000 windows": LONG,
    "regression explorer on screen, 100,000 windows": PREDICTED,
    "classification explorer on screen, 100,000 windows": LABELLED,
    "visual explorer on screen, 1,000 pictures of 20 x 20": SEEN,
}


def rows() -> list[Row]:
    """Return the rows of the table, or one that says what is missing."""
    if find() is None:
        return [(f"explorers: not measured, {NO_CHROMIUM}", "", "", "", "")]
    found = latencies()
    interact, short = found["interact, 1,000 windows"], found["anomaly explorer, 1,000 windows"]
    return [
        *(row(name, "ms", times, target(name)) for name, times in found.items()),
        quotient("input to picture, 1,000 windows: interact", interact, short),
    ]


def target(name: str) -> str:
    """Return what a row has to reach."""
    if "explorer" not in name:
        return ""
    return "≤ 500 ms" if "on screen" in name else "≤ 16.7 ms"


def latencies() -> dict[str, list[float]]:
    """Milliseconds: from input to picture of explorers and of `interact`, and from running a cell to its explorer."""
    cells = [
        EXPLORE.format(windows=1_000),
        EXPLORE.format(windows=100_000),
        INTERACT,
        DETECTIONS,
        NUMBERS,
        PICTURES,
        LABELS,
    ]
    with tempfile.TemporaryDirectory() as folder, jupyter_lab(Path(folder)) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        with browser.new_context(viewport={"width": 1280, "height": 1400}) as context:
            lab = Lab(context.new_page(), *server, Path(folder))
            first = []
            for kernel in range(KERNELS):
                lab.open(write_notebook(Path(folder) / f"bench{kernel}.ipynb", *cells))
                lab.python(SET_UP, timeout=120)
                first.append(lab.measure(SHOWN, SHORT))
            lab.run_all(timeout=120)
            found = {name: pressed(lab, *moved) for name, moved in MOVED.items()}
            found |= {name: [lab.measure(SHOWN, cell) for _ in range(SHOWS)] for name, cell in OPENED.items()}
            found |= {"anomaly explorer on screen, first of its kernel": first}
            lab.shutdown()
        browser.close()
    return found


def pressed(lab: Lab, cell: int, slider: str | None, kind: str) -> list[float]:
    """Press an arrow key on a slider of a cell again and again; return the milliseconds until each picture."""
    lab.cell_output(cell).get_by_role("slider", name=slider).first.focus()
    times = []
    for step in range(STEPS):
        key = "ArrowUp" if step % 2 else "ArrowDown"
        times.append(lab.measure(NEXT, [cell, kind], lambda key=key: lab.page.keyboard.press(key)))
        lab.page.wait_for_timeout(60)
    return times
