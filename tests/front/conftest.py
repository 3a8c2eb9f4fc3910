"""Fixtures for tests of the front end without a browser."""

from collections.abc import Iterator

import pytest

from .node import FRONT, Node


@pytest.fixture(scope="module")
def call(request: pytest.FixtureRequest) -> Iterator[Node]:
    """Evaluate expressions over the modules that the test file lists in `MODULES`."""
    with Node(*(FRONT / name for name in request.module.MODULES)) as node:
        yield node
