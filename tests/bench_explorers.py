"""How fast an explorer answers the hand, in Chromium inside JupyterLab, next to a plain `interact` (for `make bench`).

"Input to picture" runs from the key press in the page until the frame that shows its effect was handed to the screen.
It holds what no drawing can spare: the wait for a frame, up to 16.7 ms on a screen of 60 Hz, and, without a GPU, paint;
the row of the floor is an element in the same notebook that only counts its frames. What is written beside a picture
follows a frame later, or, while the hand goes on, with every fourth picture: the rows "with words" wait for that.
Of the lasso every move of the hand is one measurement, and so is letting go of it, with the selection counted.
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
CORNERS = [(0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7)]  # of the lasso, as shares of the picture
SHOWS = 5
KERNELS = 3

SET_UP = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import edgekit as ek
from tests.explorers.test_features_explorer import made
from tests.labels_result import labelled_result
from tests.numbers_result import predicted_result
from tests.objects_result import detected_result
from tests.scores import scored_result
from tests.visual_result import seen_results
results = {{windows: scored_result(windows) for windows in (1_000, 100_000)}}
numbers = predicted_result(100_000)
labels = labelled_result(100_000)
pictures = seen_results(1_000, 20)
features = made(100_000)
"""
EXPLORE = "ek.explore(results[{windows}])"
NUMBERS = "ek.explore(numbers)"
LABELS = "ek.explore(labels)"
DETECTIONS = "ek.explore(detected_result(100, 100))"
PICTURES = "ek.explore(pictures)"
FEATURES = "ek.explore(features)"
FLOOR = """
from IPython.display import HTML
follow = (
    "event.preventDefault(); event.stopPropagation();"
    "requestAnimationFrame(() => { this.textContent = this.dataset.drawn = 1 + Number(this.dataset.drawn); })"
)
HTML(f'<div class="ek" data-drawn="0" tabindex="0" role="slider" aria-label="floor" onkeydown="{follow}">0</div>')
"""
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
  const now = { drawn: () => output.querySelector('.ek').dataset.drawn,
                frames: () => output.querySelector('.ek').dataset.frames,
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
# Of each move of the hand until its picture was handed to the screen, in ms; of letting go the last number.
DRAGGED = """async cell => {
  const output = document.querySelectorAll('.jp-Notebook .jp-Cell')[cell].querySelector('.jp-Cell-outputArea');
  const stage = output.querySelector('.ek-points'), times = [];
  const painted = event => new Promise(done => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(times.push(performance.now() - event.timeStamp));
    channel.port2.postMessage(0);
  }));
  await new Promise(pressed => stage.addEventListener('pointerdown', pressed, { once: true }));
  const moved = event => void painted(event);
  stage.addEventListener('pointermove', moved);
  await painted(await new Promise(up => stage.addEventListener('pointerup', up, { once: true })));
  stage.removeEventListener('pointermove', moved);
  return times;
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
SHORT, LONG, PLAIN, OBJECTS, PREDICTED, SEEN, LABELLED, POINTS, NOTHING = 1, 2, 3, 4, 5, 6, 7, 8, 9
# What is moved by the arrow keys, and what shows that it was followed.
MOVED = {
    "floor: an element that counts its frames": (NOTHING, "floor", "drawn"),
    "anomaly explorer, 1,000 windows": (SHORT, "threshold", "drawn"),
    "anomaly explorer, 100,000 windows": (LONG, "threshold", "drawn"),
    "detection explorer, 100 truths, 100 predictions": (OBJECTS, "distance up to", "drawn"),
    "regression explorer, 100,000 windows": (PREDICTED, "threshold", "drawn"),
    "classification explorer, 100,000 windows": (LABELLED, "window", "drawn"),
    "visual explorer, 1,000 pictures of 20 x 20": (SEEN, "threshold", "drawn"),
    "anomaly, 100,000 windows, with words": (LONG, "threshold", "frames"),
    "visual, 1,000 pictures of 20 x 20, with words": (SEEN, "threshold", "frames"),
    "interact, 1,000 windows": (PLAIN, None, "image"),
}
OPENED = {
    "anomaly explorer on screen, 1,000 windows": SHORT,
    "anomaly explorer on screen, 100,000 windows": LONG,
    "regression explorer on screen, 100,000 windows": PREDICTED,
    "classification explorer on screen, 100,000 windows": LABELLED,
    "visual explorer on screen, 1,000 pictures of 20 x 20": SEEN,
    "features explorer on screen, 100,000 windows": POINTS,
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
        FEATURES,
        FLOOR,
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
            found |= lassoed(lab)
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


def lassoed(lab: Lab) -> dict[str, list[float]]:
    """Draw a lasso around the middle of the points, again and again; return the ms of moves and of letting go."""
    stage, mouse = lab.cell_output(POINTS).get_by_role("slider", name="window"), lab.page.mouse
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    assert box

    def drag() -> None:
        corners = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in CORNERS]
        mouse.move(*corners[-1])
        mouse.down()
        for corner in corners:
            mouse.move(*corner, steps=6)
        mouse.up()

    found = [lab.measure(DRAGGED, POINTS, drag) for _ in range(SHOWS)]
    return {
        "features explorer, 100,000 windows: a move of the lasso": [time for *moves, _ in found for time in moves],
        "features explorer, 100,000 windows: the lasso let go": [last for *_, last in found],
    }
