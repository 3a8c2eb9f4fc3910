"""What the base install leaves out, and how to get it: said where it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from edgekit import shell
from edgekit.errors import MissingPackage


@contextmanager
def needed(extra: str, purpose: str) -> Iterator[None]:
    """Import inside this what only ``edgekit[extra]`` brings.

    Raises
    ------
    MissingPackage
        A package is not installed; the text has the line to type.
    """
    try:
        yield
    except ModuleNotFoundError as problem:
        raise MissingPackage(
            f"{purpose} needs packages that are not installed ({problem.name} is missing). "
            f"Type: {shell.pip_install(f'edgekit[{extra}]')}"
        ) from None


def tell_of_files(table: type) -> None:
    """Make `to_parquet` and `to_excel` of pandas' tables say which extra brings what they need.

    Every table of edgekit is a plain DataFrame, so it is pandas' own method that fails. What it raises stays an
    ImportError.
    """
    for name in ("to_parquet", "to_excel"):
        setattr(table, name, _telling(getattr(table, name)))


def _telling(write: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(write)
    def telling(*args: Any, **kwargs: Any) -> Any:
        try:
            return write(*args, **kwargs)
        except ImportError as problem:
            said = str(problem)
        raise MissingPackage(
            f"{write.__name__} needs packages that edgekit[batch] brings. Type: {shell.pip_install('edgekit[batch]')}\n"
            f"pandas says: {said}"
        )

    return telling
