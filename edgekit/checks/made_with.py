"""Against which project a notebook was made: kept in its metadata, and told where it is checked against another one."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from typing import Any

from edgekit.errors import EdgekitError
from edgekit.studio.connection import connect

NAME = "edgekit"  # of the entry in a notebook's metadata
_NAMED_BY = ("EI_API_KEY", "EDGEKIT_REPLAY")
ACCOUNT = (*_NAMED_BY, "EI_PROJECT_ID", "EI_API_ENDPOINT")
SANDBOX: dict[str, Any] = {"project": "sandbox"}


def project_of_environment() -> dict[str, Any]:
    """Say to which project `edgekit.connect()` leads here: its id and its impulse's, or the sandbox; never a key.

    Raises
    ------
    EdgekitError
        As `edgekit.connect` does.

    Examples
    --------
    >>> from edgekit.checks.made_with import project_of_environment
    >>> project_of_environment()
    {'project': 'sandbox'}
    """
    if not any(map(os.environ.get, _NAMED_BY)):
        return dict(SANDBOX)
    return dict(_connected(hash(tuple(os.environ.get(name) for name in ACCOUNT))))


@functools.cache
def _connected(_environment: int) -> dict[str, Any]:  # a number: no traceback that shows variables shows the key
    with connect() as studio:
        return {"project": studio.project_id, "impulse": studio.impulse().id}


def other_project(metadata: Mapping[str, Any]) -> str:
    """Say why a notebook cannot be compared with what comes out here; an empty text where it can.

    Parameters
    ----------
    metadata : mapping
        The notebook's. One that says nothing of a project can be compared.
    """
    made = metadata.get(NAME)
    if not isinstance(made, Mapping) or "project" not in made:
        return ""
    try:
        here = project_of_environment()
    except EdgekitError as error:
        return f"this notebook was made with {_shown(made)}, and there is no connection to compare it: {error}"
    if here == dict(made):
        return ""
    way = (
        "unset EI_API_KEY and EDGEKIT_REPLAY"
        if dict(made) == SANDBOX
        else "set EI_API_KEY to a key of that project, or EDGEKIT_REPLAY to a recording of it"
    )
    return (
        f"this notebook was made with {_shown(made)}, and is now run with {_shown(here)}: its outputs cannot be "
        f"compared. To check it, {way}. To keep it for the project of now, run python -m edgekit.checks on it."
    )


def _shown(made: Mapping[str, Any]) -> str:
    if made.get("project") == SANDBOX["project"]:
        return "the sandbox"
    impulse = f", impulse {_number(made['impulse'])}" if "impulse" in made else ""
    return f"project {_number(made.get('project'))}{impulse}"


def _number(value: Any) -> str:
    return str(value) if isinstance(value, int) else "unknown"
