"""The pytest fixture ``edgekit_baseline``: a model's results against a file beside the test.

It comes with ``-p edgekit.checks``, or with ``pytest_plugins = ["edgekit.checks"]`` in a conftest.py. The habits are
those of pytest-regressions: the file has the test's name in a folder of the module's, a missing one is written and the
test fails, and ``--force-regen`` writes those anew that differ.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from edgekit.checks.comparison import ATOL, RTOL, Comparison, compare, save


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--force-regen``, unless pytest-regressions brings it."""
    if find_spec("pytest_regressions") is None:
        group = parser.getgroup("edgekit", "baselines of models")
        group.addoption(
            "--force-regen", action="store_true", help="write baselines that differ anew; their tests fail once"
        )


class BaselineCheck:
    """What the fixture gives a test: call it with results."""

    def __init__(self, folder: Path, name: str, *, regenerate: bool) -> None:
        self._folder, self._name, self._regenerate = folder, name, regenerate

    def __call__(
        self, results: object, name: str | None = None, *, rtol: float = RTOL, atol: float = ATOL
    ) -> Comparison:
        """Compare results with the test's baseline; the test fails where they differ.

        Parameters
        ----------
        results
            As for `edgekit.checks.compare`.
        name : str, optional
            Of the file, for a test with several baselines; else the test's.
        rtol, atol : float
            As for `edgekit.checks.compare`.
        """
        path = self._folder / f"{re.sub(r'[^A-Za-z0-9.-]+', '_', name or self._name).strip('_.')}.csv"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            save(results, path)
            pytest.fail(f"There was no baseline: {path} was written. Review it, commit it, run again.", pytrace=False)
        comparison = compare(results, path, rtol=rtol, atol=atol)
        if not comparison.ok and self._regenerate:
            save(results, path, update=True)
            pytest.fail(f"{path} was written anew (--force-regen). What it accepts:\n{comparison}", pytrace=False)
        if not comparison.ok:
            again = "Where this is as it should be, run pytest with --force-regen."
            pytest.fail(f"{comparison}\n{again}", pytrace=False)
        return comparison


@pytest.fixture
def edgekit_baseline(request: pytest.FixtureRequest) -> BaselineCheck:
    """Compare a model's results with a file beside the test: ``edgekit_baseline(studio.test())``."""
    folder = request.path.parent / request.path.stem
    regenerate = bool(request.config.getoption("force_regen", False))
    return BaselineCheck(folder, request.node.name, regenerate=regenerate)
