"""`make compatibility`: an explorer in Jupyter Notebook 7, in marimo and in Firefox, each opened once.

Takes a minute or two, and packages that edgekit does not need: too much for the gate. Notebook and marimo are
installed with edgekit into build/compatibility, apart from .venv. Firefox (Debian's ``firefox-esr``) takes a picture of
the exported page of every explorer, which is compared with Chromium's. Pictures of all lie in build/compatibility.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Locator, expect, sync_playwright

import edgekit as ek
from tests.browser.chromium import find
from tests.browser.conftest import FLAGS
from tests.browser.lab import Lab, jupyter_lab, served, write_notebook

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build" / "compatibility"
PACKAGES = ("notebook>=7,<8", "marimo")
EXPLORER = """
import edgekit as ek
explorer = ek.explore(ek.connect(sandbox="motion").classify(31).block("anomaly-gmm"))
explorer
"""
PICTURE = 'ek.connect(sandbox="motion").classify(31).block("anomaly-gmm").plot()'
MARIMO = """
import marimo
app = marimo.App()

@app.cell
def _():
{cell}
    return

if __name__ == "__main__":
    app.run()
"""
SIZE = (1280, 800)
VIEWPORT: Any = dict(zip(("width", "height"), SIZE, strict=True))
DIFFERENT, MOST = 64, 0.1  # of 255, of a pixel; which share of the pixels may: fonts are smoothed in other ways


def main() -> int:
    """Open the explorer everywhere; return 1 where it did not work."""
    chromium = find()
    if chromium is None:
        print("There is no Chromium: python tests/browser/chromium.py tries to install one.")
        return 1
    python = installed()
    found = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        checks: dict[str, Callable[[Browser, Path, Path], str]] = {
            "Notebook 7": in_notebook, "marimo": in_marimo, "Firefox": in_firefox,
        }  # fmt: skip
        for name, check in checks.items():
            place = Path(folder, name.split()[0])
            place.mkdir()
            try:
                said, ok = check(browser, python, place), True
            except Exception as problem:  # whatever it is, the others are opened as well
                said, ok = f"{type(problem).__name__}: {problem}", False
            found.append(ok)
            print(f"{name}: {said}", flush=True)
        browser.close()
    return 0 if all(found) else 1


def installed() -> Path:
    """Return the Python of an environment with edgekit, Notebook and marimo."""
    python = BUILD / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", BUILD / "venv"], check=True)
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", python]
    subprocess.run([*command, "-e", f"{ROOT}[lab,sandbox]", *PACKAGES], check=True)
    return python


def in_notebook(browser: Browser, python: Path, folder: Path) -> str:
    """Step a window by key in Jupyter Notebook; the kernel hears of it. A static picture follows the theme."""
    with jupyter_lab(folder, program=(str(python), "-m", "notebook")) as (url, root):
        context = browser.new_context(viewport=VIEWPORT)  # the lab asks in it once its page is closed
        lab = Lab(context.new_page(), url, root, BUILD)
        lab.open(write_notebook(folder / "explorer.ipynb", EXPLORER, PICTURE), below="/notebooks/")
        lab.run_all()
        stepped(lab.cell_output(1).locator(".ek"))
        lab.wait_python("explorer.window", "1")
        lab.screenshot("notebook")
        shown = lab.cell_output(2).locator("img:visible")
        expect(shown).to_have_class("edgekit-on-light")
        lab.command("apputils:change-theme", {"theme": "JupyterLab Dark"})
        expect(shown).to_have_class("edgekit-on-dark")
        lab.screenshot("notebook_dark")
        lab.shutdown()
    return "the explorer opens, and the kernel follows it; pictures follow the theme"


def in_marimo(browser: Browser, python: Path, folder: Path) -> str:
    """Step a window by key in a marimo app."""
    cell = "\n".join(f"    {line}" for line in EXPLORER.strip().split("\n"))
    (folder / "app").mkdir()
    (folder / "app" / "app.py").write_text(MARIMO.format(cell=cell))

    def command(port: int) -> list[str]:
        options = ("--headless", "--no-token", "--host", "127.0.0.1", "--port", str(port))
        return [str(python), "-m", "marimo", "run", "app.py", *options]

    with served(command, folder / "app", "/health", {"HOME": str(folder)}) as url:
        page = browser.new_page(viewport=VIEWPORT)
        page.goto(url)
        stepped(page.locator(".ek"))
        page.screenshot(path=BUILD / "marimo.png")
        page.close()
    return "the explorer opens and follows the keys"


def in_firefox(browser: Browser, python: Path, folder: Path) -> str:
    """Let Firefox and Chromium take a picture of the same exported pages, light and dark alike."""
    program = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
    if program is None:
        raise RuntimeError("there is none: apt-get install firefox-esr")
    motion, meat = (ek.connect(sandbox=name) for name in ("motion", "meat"))
    results = motion.classify([31, 41])
    explorers = {
        "signal": motion.sample(31), "anomaly": [result.block("anomaly-gmm") for result in results],
        "classification": [result.block("keras") for result in results], "regression": meat.classify([173, 174]),
        "detection": ek.connect(sandbox="objects").classify([159]),
        "visual": ek.connect(sandbox="surface").classify([60]),
        "features": motion.set_features("testing"), "project": motion,
    }  # fmt: skip
    shares = {}
    for name, what in explorers.items():
        file, shot = folder / f"{name}.html", BUILD / f"firefox_{name}.png"
        ek.explore(what).to_html(file)
        with held(file, folder / "held.html") as shown:
            options = ["--headless", "--no-remote", "--profile", folder, "--window-size", ",".join(map(str, SIZE))]
            command = [program, *options, "--screenshot", shot, shown.as_uri()]
            subprocess.run(command, check=True, capture_output=True, timeout=60)
        page = browser.new_page(viewport=VIEWPORT)
        page.goto(file.as_uri())
        drawn(page.locator(".ek:visible").first)
        shares[name] = different(shot.read_bytes(), page.screenshot())
        page.close()
    if wrong := [name for name, share in shares.items() if share > MOST]:
        raise RuntimeError(f"the pages of {', '.join(wrong)} look otherwise than in Chromium: {shares}")
    return f"the pages look as in Chromium; of the pixels differ at most {max(shares.values()):.1%}"


@contextmanager
def held(page: Path, copy: Path) -> Iterator[Path]:
    """Write a copy of a page that has loaded only after two seconds: what it decodes by then is in the picture.

    Firefox takes its picture once a page has loaded, and it waits for an image that comes late.
    """

    class Late(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(2)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Late) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        late = f"http://127.0.0.1:{server.server_port}"
        text = page.read_text().replace("img-src data:", f"img-src {late} data:")
        copy.write_text(text.replace("<footer>", f'<img hidden alt="" src="{late}"><footer>'))
        yield copy
        server.shutdown()


def different(one: bytes, other: bytes) -> float:
    """Return the share of the pixels of which a colour differs by much; all where the sizes do."""
    a, b = (np.asarray(Image.open(io.BytesIO(file)).convert("RGB"), int) for file in (one, other))
    return float((np.abs(a - b) > DIFFERENT).any(axis=2).mean()) if a.shape == b.shape else 1.0


def drawn(root: Locator) -> None:
    """Wait until an explorer has drawn."""
    expect(root).to_have_attribute("data-frames", re.compile(r"\d+"), timeout=60_000)


def stepped(root: Locator) -> None:
    """Step a window by key."""
    drawn(root)
    window = root.get_by_role("slider", name="window")
    window.focus()
    window.press("ArrowRight")
    expect(window).to_have_attribute("aria-valuenow", "1")


if __name__ == "__main__":
    sys.exit(main())
