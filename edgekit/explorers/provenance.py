"""Where what an explorer shows came from: the foot of an exported page."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, NamedTuple

from edgekit import display
from edgekit.errors import EdgekitError


class Asked(NamedTuple):
    """What was asked about a project as a whole: it stands in the place of a result."""

    source: Any
    received: datetime | None = None


def told(answers: Sequence[Any]) -> str:
    """Say project, impulse and date of answers (samples, results, their blocks, …), as far as known, and the version.

    Only an exported page says it: a date in a notebook's output would be another one at every run.
    """
    parts = [*_origin(answers), _dates(answers), f"edgekit {version('edgekit')}"]
    return " · ".join(filter(None, parts))


def _origin(answers: Sequence[Any]) -> list[str]:
    """Name the project and the impulse, where all answers are of one."""
    sources = {id(source): source for one in answers if (source := getattr(_whole(one), "source", None)) is not None}
    found: list[str] = []
    if len(sources) != 1:
        return found
    (source,) = sources.values()
    with suppress(EdgekitError, AttributeError):  # what was saved in a file does not say which project it is of
        found.append(f"project {source.project_id}")
    with suppress(EdgekitError):
        impulse = source.known_impulse()
        name = f" ({display.shown(impulse.name)})" if impulse.name else ""
        found.append("impulse" + ("" if impulse.id is None else f" {impulse.id}") + name)
    return found


def _dates(answers: Sequence[Any]) -> str:
    """Say when the Studio answered, the first and the last time."""
    known = sorted(when for one in answers if (when := getattr(_whole(one), "received", None)) is not None)
    if not known:
        return ""
    first, last = (when.astimezone(UTC).strftime("%Y-%m-%d %H:%M") for when in (known[0], known[-1]))
    return f"answered {first} UTC" if first == last else f"answered {first} to {last} UTC"


def _whole(answer: Any) -> Any:
    """Return the result that a block is part of."""
    return getattr(answer, "result", answer)
