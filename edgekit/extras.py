"""What the base install leaves out, and how to get it: said where it is first needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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
