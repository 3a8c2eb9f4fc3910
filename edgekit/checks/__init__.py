"""Notebooks as regression checks: tolerance for nbval, and the one form that notebooks are stored in.

``pytest -p edgekit.checks --nbval`` ignores differences in the last digits of floats; ``python -m edgekit.checks
NOTEBOOK`` runs a notebook and stores it so that a diff shows only what changed.
"""

from edgekit.checks.notebooks import (
    NotebookError,
    canonical,
    exercise,
    problems,
    pytest_addoption,
    pytest_configure,
    run,
)

__all__ = ["NotebookError", "canonical", "exercise", "problems", "pytest_addoption", "pytest_configure", "run"]


def __dir__() -> list[str]:
    return __all__
