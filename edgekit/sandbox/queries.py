"""The parameters of a request, read as the call takes them; a wrong one is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from edgekit.sandbox.project import WrongParameter

Query = Mapping[str, str]


def number(query: Query, name: str, default: Any) -> Any:
    """Return a whole number, or the default where the parameter is not there."""
    text = query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit():
        raise WrongParameter(f"{name} must be a whole number, got {text[:100]!r}")
    return int(text[:12])


def flag(query: Query, name: str) -> bool:
    """Return true or false; false where the parameter is not there."""
    text = query.get(name, "false").lower()  # the official client writes True
    if text not in ("true", "false"):
        raise WrongParameter(f"{name} must be true or false, got {text[:100]!r}")
    return text == "true"


def json_list(name: str, text: str | None) -> list[str] | None:
    """Return a JSON list of texts; None where the parameter is not there."""
    if text is None:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise WrongParameter(f"{name} must be a JSON list of texts, got {text[:100]!r}")
    return value
