"""What all tests share: no key of the person who runs them, one sandbox, pictures drawn without a screen."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import pytest

matplotlib.use("agg")  # not by MPLBACKEND: the notebooks' kernels would inherit it and show no pictures
for _name in ("EI_API_KEY", "EI_API_ENDPOINT", "EI_PROJECT_ID"):
    os.environ.pop(_name, None)

SEED = Path(__file__).parent / "data" / "seed-classify-response.json"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast ones first: unit tests, then notebooks, then the browser."""
    items.sort(key=lambda item: ("browser" in item.path.parts, item.path.suffix == ".ipynb"))


@pytest.fixture(autouse=True)
def urllib3_logs() -> None:
    """Let urllib3 log again: the official client turns it down, and running a notebook can switch it off."""
    for name in ("urllib3", "urllib3.connectionpool"):
        logging.getLogger(name).setLevel(logging.NOTSET)
        logging.getLogger(name).disabled = False


@pytest.fixture(scope="session")
def sandbox() -> Iterator[object]:
    """A running sandbox that the whole session shares; nothing in it can be changed by a call."""
    import edgekit as ek

    with ek.Sandbox() as running:
        yield running


@pytest.fixture(scope="session")
def studio(sandbox):
    """A client of the sandbox's project motion."""
    import edgekit as ek

    return ek.connect(url=sandbox.url, api_key=sandbox.keys["motion"])
