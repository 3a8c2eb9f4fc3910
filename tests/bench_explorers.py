"""How fast an explorer answers the hand, in Chromium inside JupyterLab, next to a plain `interact` (for `make bench`).

"Input to picture" runs from the key press in the page until the frame that shows its effect was handed to the screen.
Explorer and `interact` take turns in one notebook; the recording is the same: three axes, a threshold that moves.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import find
from tests.browser.conftest import FLAGS
from tests.browser.lab import Lab, jupyter_lab, write_notebook

ROOT = Path(__file__).parent.parent
STEPS = 25

SET_UP = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import ipywidgets, matplotlib.pyplot as plt
import edgekit as ek
from tests.scores import scored_result
results = {{windows: scored_result(windows) for windows in (1_000, 100_000)}}
ek.explore(results[1_000])
None
"""
EXPLORE = "ek.explore(results[{windows}])"
INTERACT = """
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

# From the next key press in the page until its picture was handed to the screen, in ms.
NEXT = """async ([cell, kind]) => {
  const output = document.querySelectorAll('.jp-Notebook .jp-Cell')[cell].querySelector('.jp-Cell-outputArea');
  const now = { frames: () => output.querySelector('.ek').dataset.frames,
                image: () => [...output.querySelectorAll('img')].filter(image => image.complete).at(-1)?.src }[kind];
  const old = now();
  const once = { capture: true, once: true };
  const start = await new Promise(done => document.addEventListener('keydown', e => done(e.timeStamp), once));
  while ((now() ?? old) === old) await new Promise(requestAnimationFrame);
  await new Promise(done => {  // after the paint of this frame
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  });
  return performance.now() - start;
}"""
SHOWN = """async cell => {
  const start = performance.now(), lab = window.jupyterapp;
  lab.shell.currentWidget.content.activeCellIndex = cell;
  lab.commands.execute('notebook:run-cell');
  const area = () => document.querySelectorAll('.jp-Notebook .jp-Cell')[cell].querySelector('.ek');
  while (!area()?.dataset.frames) await new Promise(requestAnimationFrame);
  return performance.now() - start;
}"""


def latencies() -> dict[str, list[float]]:
    """Milliseconds: from input to picture of explorers and of `interact`, and from running a cell to its explorer."""
    cells = [SET_UP, EXPLORE.format(windows=1_000), EXPLORE.format(windows=100_000), INTERACT]
    with tempfile.TemporaryDirectory() as folder, jupyter_lab(Path(folder)) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        with browser.new_context(viewport={"width": 1280, "height": 1400}) as context:
            lab = Lab(context.new_page(), *server, Path(folder))
            lab.open(write_notebook(Path(folder) / "bench.ipynb", *cells))
            lab.run_all(timeout=120)
            found = {
                "1,000 windows": pressed(lab, 2, "threshold", "frames"),
                "100,000 windows": pressed(lab, 3, "threshold", "frames"),
                "interact": pressed(lab, 4, None, "image"),
                "on screen": [lab.measure(SHOWN, 2) for _ in range(5)],
            }
            lab.shutdown()
        browser.close()
    return found


def pressed(lab: Lab, cell: int, slider: str | None, kind: str) -> list[float]:
    """Press an arrow key on a slider of a cell again and again; return the milliseconds until each picture."""
    lab.cell_output(cell).get_by_role("slider", name=slider).focus()
    times = []
    for step in range(STEPS):
        key = "ArrowUp" if step % 2 else "ArrowDown"
        times.append(lab.measure(NEXT, [cell, kind], lambda key=key: lab.page.keyboard.press(key)))
        lab.page.wait_for_timeout(60)
    return times


if __name__ == "__main__":
    from statistics import median

    for name, times in latencies().items():
        print(f"{name}: median {median(times):.1f} ms, {min(times):.1f} to {max(times):.1f}")
