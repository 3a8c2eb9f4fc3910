"""The parts of the course: what each is about, how long it takes, and which project it works on."""

from __future__ import annotations

import os
from typing import NamedTuple

from edgekit import display
from edgekit.arguments import choice
from edgekit.errors import UsageError
from edgekit.studio.connection import connect as connect_to
from edgekit.studio.studio import Studio
from edgekit.studio.suitable import connect_for
from edgekit.workshop import room


class Part(NamedTuple):
    """A part of the course.

    Attributes
    ----------
    key : str
        What it is called in code: "1", or "5a" where there is a choice.
    notebook : str
        The file's name without its end.
    title : str
        In a few words.
    minutes : int
        How long it takes a group; of "5a" and "5b" a learner does one.
    block : str or None
        Which learn block the project must have, as in `edgekit.connect_for`; None where any signal will do.
    projects : tuple of str
        The sandbox's projects that it works on; the first one is taken unless another is asked for.
    """

    key: str
    notebook: str
    title: str
    minutes: int
    block: str | None
    projects: tuple[str, ...]


PARTS = (
    Part("1", "1_fetch", "Fetch a sample", 12, None, ("motion", "routine", "appliances")),
    Part("2", "2_classify", "Classify it", 13, "classification", ("routine", "motion", "appliances")),
    Part("3", "3_read_the_scores", "Read the scores", 15, "anomaly-gmm", ("motion", "routine")),
    Part("4", "4_choose_a_threshold", "Choose a threshold", 15, "anomaly-gmm", ("motion", "routine")),
    Part("5a", "5a_read_a_debug_info", "Read a debugInfoJson", 15, "fomo", ("objects",)),
    Part("5b", "5b_read_a_heat_map", "Read a heat map", 15, "visual", ("surface",)),
    Part("6", "6_present_a_finding", "Present a finding", 12, "anomaly-gmm", ("motion", "routine")),
)
_BY_KEY = {part.key: part for part in PARTS}
_connected: dict[str, Studio] = {}  # by part: what its notebook in this process works on


def part_of(key: object) -> Part:
    """Return a part by its key, "3" or 3; a UsageError lists them."""
    found = _BY_KEY.get(str(key)) if isinstance(key, str | int) and not isinstance(key, bool) else None
    if found is None:
        raise UsageError(f"The workshop has the parts {', '.join(_BY_KEY)}; got {display.quoted(key)}.")
    return found


def connect(part: int | str, *, sandbox: str | None = None) -> Studio:
    """Connect to the project that a part of the workshop works on; `check` asks the same one.

    That is your own project (``EI_API_KEY``, ``EDGEKIT_REPLAY``) if it has what the part is about, else one of the
    sandbox's. In a room that one laptop serves (``EDGEKIT_ROOM``, ``EDGEKIT_SEAT_KEY``) it is that laptop's sandbox.

    Parameters
    ----------
    part : int or str
        Which part: 1, or "5a".
    sandbox : str, optional
        Another project of the sandbox that the part works on, even if a key is set.

    Raises
    ------
    UsageError
        There is no such part, or it does not work on that project; the text lists what there is.
    AuthenticationError, ConnectionFailed, NotFoundError, SandboxError
        As in `edgekit.connect`.

    Examples
    --------
    >>> import edgekit as ek
    >>> ek.workshop.connect(3)
    <Studio sandbox project 'motion'>
    >>> ek.workshop.connect(3, sandbox="routine")
    <Studio sandbox project 'routine'>
    """
    wanted = part_of(part)
    names = wanted.projects
    if sandbox is not None:
        names = (choice(f"sandbox, in part {wanted.key},", sandbox, names),)
    studio = room.project_of(names)
    if studio is None:
        studio = connect_to(sandbox=names[0]) if sandbox is not None else _own_or_sandbox(wanted)
    _connected[wanted.key] = studio
    return studio


def studio_of(part: Part) -> Studio:
    """Return what the part's notebook in this process is connected to; connect where it is not."""
    return _connected.get(part.key) or connect(part.key)


def _own_or_sandbox(part: Part) -> Studio:
    """Return your own project if it has what the part is about, else the sandbox's."""
    if part.block is not None:
        return connect_for(part.block, sandbox=part.projects[0])
    if any(os.environ.get(name, "").strip() for name in ("EI_API_KEY", "EDGEKIT_REPLAY")):
        studio = connect_to()
        samples = studio.samples("testing", limit=1)
        if len(samples) and studio.sample(samples.index[0]).kind != "image":
            return studio
        print("This project has no signal in testing: the notebook goes on with a project of the sandbox.")
    return connect_to(sandbox=part.projects[0])
