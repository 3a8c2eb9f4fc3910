"""What the Studio's own words mean when it says no: which kind of error it is, and what to do next.

The Studio names no codes: only its words tell a block that was never trained from an id that does not exist. A hint is
given where the words are known, and none that might be beside the point where they are not.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from edgekit.errors import AuthenticationError, NotFoundError, StudioError

KEYS = "its project's dashboard shows it under Keys"
ROLES = ("admin", "readonly", "ingestiononly", "ingestion_deployment")

_ROLE = re.compile(rf"\b({'|'.join(ROLES)}|read-only)\b", re.I)
_NEEDED = re.compile(r"\b(?:requires?|required|needs?|must|only|at least)\b", re.I)
_OF_A_ROLE = re.compile(r"permission|\broles?\b|\bnot authori[sz]ed|\bforbidden\b|\baccess denied", re.I)


class Meaning(NamedTuple):
    """How a refusal is told: as which error, and with which next step."""

    error: type[StudioError]
    hint: str


# Words of the Studio, first match first.
_KNOWN: tuple[tuple[str, Meaning], ...] = (
    (r"no model testing results|startClassifyJob", Meaning(NotFoundError, "studio.test() runs it.")),
    (
        r"compute (?:time )?limit|compute time.*(?:exceed|used up)",
        Meaning(
            StudioError,
            "The project's plan limits the time of its jobs: use fewer or shorter samples, or raise the limit "
            "(its dashboard shows it).",
        ),
    ),
    (
        r"\b(?:not|never|n't)\b.*\btrained\b|\buntrained\b|\bno trained\b|\btrain\b.*\bfirst\b",
        Meaning(StudioError, "Train the block in the Studio first: `edgekit doctor` says which blocks are trained."),
    ),
    (
        r"\b(?:no|unknown|invalid) impulse\b|\bimpulse\b.*\b(?:not found|(?:does|do) not exist)\b",
        Meaning(StudioError, "studio.impulses() lists the impulses, with their ids."),
    ),
    (
        r"api key.*(?:invalid|missing|expired|revoked|wrong)|(?:invalid|missing|expired|wrong).*api key",
        Meaning(AuthenticationError, f"Check the API key (EI_API_KEY): {KEYS}."),
    ),
)
# "No sample with id 9", "Sample not found", "Invalid project ID": where an id may be wrong; at most two words between.
_THING = r"\b(?:samples?|blocks?|projects?|impulses?|jobs?|ids?)\b"
_ABSENT = r"\b(?:no|unknown|invalid|not find|not found|(?:does|do) not exist|doesn't exist|no longer exists?)\b"
_ABSENT_ID = rf"{_ABSENT}(?:\W+\w+){{0,2}}\W+{_THING}|{_THING}(?:\W+\w+){{0,2}}\W+{_ABSENT}"
_LISTED = {  # by what the Studio did not find
    "sample": "studio.samples() lists the samples.",
    "block": "studio.blocks() lists the learn blocks.",
    "project": "studio.projects() lists those that this key sees.",
    "job": "a job's is in the error that named it, and in the Studio.",
}


def meant(said: str, call: str) -> Meaning:
    """Say what the Studio means by its words.

    Parameters
    ----------
    said : str
        The ``error`` of its answer.
    call : str
        The call it refused, beginning with the method.
    """
    for pattern, meaning in _KNOWN:
        if re.search(pattern, said, re.I):
            return meaning
    if _OF_A_ROLE.search(said):
        return Meaning(AuthenticationError, forbidden(said, call))
    if (absent := re.search(_ABSENT_ID, said, re.I)) is not None:
        where = next((told for thing, told in _LISTED.items() if thing in absent[0].lower()), _LISTED["sample"])
        return Meaning(StudioError, f"Check the ids: {where}")
    return Meaning(StudioError, "Check the call's arguments.")


def forbidden(said: str, call: str) -> str:
    """Say why a key that is known may not do this, and which one may; the key's role where the Studio names it."""
    of_a_role = _OF_A_ROLE.search(said) or _ROLE.search(said)
    if not of_a_role and re.search(r"\bproject\b", said, re.I):
        return f"The key is one of another project: check EI_PROJECT_ID, or use that project's own key ({KEYS})."
    split = _NEEDED.search(said)
    own = _ROLE.search(said[: split.start()] if split else said)
    needed = _ROLE.search(said[split.start() :]) if split else None
    reads = call.startswith("GET ") or "/classify/" in call.replace("/jobs/classify", "")
    wanted = needed[0] if needed else "admin or readonly" if reads else "admin"
    named = f"its role, {own[0]}," if own else "its role" if of_a_role else "most likely its role"
    return (
        f"The key is known, but {named} does not allow this call: use one of role {wanted} (EI_API_KEY; the project's "
        f"dashboard makes them under Keys)."
    )
