"""Fixtures for tests in a real JupyterLab: ask for `lab`."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect, sync_playwright

from .chromium import find, in_ci
from .lab import PATIENCE, Lab, jupyter_lab

HERE = Path(__file__).parent
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NO_CHROMIUM = "no Chromium on this machine: `python tests/browser/chromium.py` tries to install one"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, so that `-m "not browser"` leaves them out."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("browser")


# Package scope, not session: while Playwright's synchronous API is up an event loop is running in this thread, and
# asyncio.run() in a later test would be refused.
@pytest.fixture(scope="package")
def chromium() -> Path:
    """The browser; without one the test is skipped, or fails in a gate, where a skip would not be noticed."""
    if path := find():
        return path
    return pytest.fail(NO_CHROMIUM) if in_ci() else pytest.skip(NO_CHROMIUM)


@pytest.fixture(scope="package")
def context(chromium: Path) -> Iterator[BrowserContext]:
    """One browser context for all tests: JupyterLab's scripts are loaded once."""
    expect.set_options(timeout=1000 * PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        with browser.new_context(viewport={"width": 1280, "height": 1000}) as context:
            context.set_default_timeout(1000 * PATIENCE)
            yield context
        browser.close()


@pytest.fixture(scope="package")
def server(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Address and root folder of the one JupyterLab of all tests."""
    with jupyter_lab(tmp_path_factory.mktemp("jupyter")) as running:
        yield running


@pytest.fixture
def lab(context: BrowserContext, server: tuple[str, Path], tmp_path: Path) -> Iterator[Lab]:
    """A fresh page of JupyterLab, whose kernel ends with the test."""
    screenshots = Path(os.environ.get("EDGEKIT_SCREENSHOTS") or tmp_path)
    lab = Lab(context.new_page(), *server, screenshots)
    yield lab
    lab.shutdown()
