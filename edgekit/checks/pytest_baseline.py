"""The pytest fixture ``edgekit_baseline``: a model's results against a file beside the test.

It comes with ``-p edgekit.checks``, or with ``pytest_plugins = ["edgekit.checks"]`` in a conftest.py. The habits are
those of pytest-regressions: the file has the test's name in a folder of the module's, a missing one is written and the
test fails, and ``--force-regen`` writes those anew that differ.
"""

from __future__ import annotations

import hashlib
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from edgekit.checks.baseline_file import BaselineError, Commands, DamagedBaselineError
from edgekit.checks.comparison import ATOL, RTOL, Comparison, accept, compared, save

_OPTION = "--force-regen"
_COMMANDS = Commands("pytest", f"pytest {_OPTION}")
_BRACKETS = re.compile(r"\[([^\[\]]+)\]$")  # of a parameter


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--force-regen``, unless pytest-regressions brings it."""
    if find_spec("pytest_regressions") is None:
        group = parser.getgroup("edgekit", "baselines of models")
        group.addoption(_OPTION, action="store_true", help="write baselines that differ anew; their tests fail once")


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
        path = self._folder / f"{_file_name(name or self._name)}.csv"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            save(results, path)
            pytest.fail(f"There was no baseline: {path} was written. Review it, commit it, run again.", pytrace=False)
        found: Comparison | BaselineError
        try:
            found = compared(results, path, rtol=rtol, atol=atol, commands=_COMMANDS)
        except BaselineError as problem:
            found = problem  # to fail from here would show it twice
        if isinstance(found, Comparison) and found.ok:
            return found
        if self._regenerate and isinstance(found, Comparison | DamagedBaselineError):
            accept(results, path, rtol=rtol, atol=atol)
            pytest.fail(f"{path} was written anew ({_OPTION}). What stood against it:\n{found}", pytrace=False)
        pytest.fail(str(found), pytrace=False)


def _file_name(name: str) -> str:
    """Return a name that any system takes, another one for each test: "test_it[a/b]" is not "test_it[a b]"."""
    plain = re.sub(r"[^A-Za-z0-9.-]+", "_", name).strip("_.")
    if _BRACKETS.sub(r"_\1", name) == plain:
        return plain
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


@pytest.fixture
def edgekit_baseline(request: pytest.FixtureRequest) -> BaselineCheck:
    """Compare a model's results with a file beside the test: ``edgekit_baseline(studio.test())``."""
    folder = request.path.parent / request.path.stem
    regenerate = bool(request.config.getoption("force_regen", False))
    owner = f"{request.cls.__qualname__}." if request.cls else ""
    return BaselineCheck(folder, owner + request.node.name, regenerate=regenerate)
