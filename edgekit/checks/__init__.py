"""Regression checks: of models, against a baseline, and of notebooks, against their stored outputs.

`save` writes what a model says of many samples to a file, `compare` says what moved since. ``edgekit check`` does both
from a file of settings, the pytest fixture ``edgekit_baseline`` in a test suite.

``pytest -p edgekit.checks --nbval`` ignores differences in the last digits of floats and says in plain words what
differs; ``python -m edgekit.checks NOTEBOOK`` runs a notebook and stores it so that a diff shows only what changed.
"""

from edgekit.checks.baseline_file import BaselineError
from edgekit.checks.comparison import Comparison, compare, save
from edgekit.checks.nbval_plugin import pytest_addoption, pytest_configure
from edgekit.checks.notebooks import NotebookError, canonical, exercise, problems, run

pytest_plugins = ["edgekit.checks.pytest_baseline"]  # what pytest loads with this one

__all__ = [
    "BaselineError",
    "Comparison",
    "NotebookError",
    "canonical",
    "compare",
    "exercise",
    "problems",
    "pytest_addoption",
    "pytest_configure",
    "run",
    "save",
]


def __dir__() -> list[str]:
    return __all__
