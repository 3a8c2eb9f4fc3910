"""A project that has what a notebook is about: your own where it has, else one of the sandbox's."""

from __future__ import annotations

import os

from edgekit import display
from edgekit.errors import NotFoundError, UsageError
from edgekit.results.kinds import KINDS, kind_of
from edgekit.studio.connection import connect, sandbox_projects
from edgekit.studio.studio import Studio
from edgekit.wire.schema import LearnBlock


def connect_for(block: str, *, category: str | None = "testing", sandbox: str | None = None) -> Studio:
    """Connect to your project if it has such a learn block, else to a project of the sandbox that has one.

    The project, key and address are those of `connect` without arguments. If the project has no such block that is
    trained, or no sample for it, a printed line says so, and the sandbox's project is used. Without a key the sandbox's
    project is used from the start.

    Parameters
    ----------
    block : str
        A kind of learn block ("classification", "anomaly", "detection", "visual", "regression"), a type
        ("anomaly-gmm"), or what an object-detection model ends in ("fomo").
    category : str, optional
        The part of the project that must have a sample; None for any part.
    sandbox : str, optional
        The sandbox's project to prefer, where the sandbox is used. Without it, or where that project lacks such a block
        or sample: the first project that has both.

    Raises
    ------
    UsageError
        No project of the sandbox has such a block and such a sample either.
    AuthenticationError, ConnectionFailed, NotFoundError, SandboxError
        As in `connect`.

    Examples
    --------
    >>> import edgekit as ek
    >>> ek.connect_for("fomo")
    <Studio sandbox project 'objects'>
    """
    if any(os.environ.get(name, "").strip() for name in ("EI_API_KEY", "EDGEKIT_REPLAY")):
        studio = connect()
        lack = _lack(studio, block, category)
        if lack is None:
            return studio
        print(f"This project has no {lack}: the notebook goes on with a project of the sandbox.")
    projects = sandbox_projects()
    if sandbox is not None and sandbox not in projects:
        raise UsageError(f"The sandbox has no project {display.quoted(sandbox)}; it has: {', '.join(projects)}.")
    for name in sorted(projects, key=lambda project: project != sandbox):
        studio = connect(sandbox=name)
        if _lack(studio, block, category) is None:
            return studio
    where = f" and a sample in {category}" * (category is not None)
    raise UsageError(
        f"No project of the sandbox has a block {block!r}{where}. Ask for a kind ({', '.join(KINDS)}), a type such as "
        f"'anomaly-gmm', or a last layer such as 'fomo'."
    )


def _lack(studio: Studio, block: str, category: str | None) -> str | None:
    """Say what the project does not have, in words that "no" can stand before; None where it has all."""
    try:
        learns = studio.impulse().learn_blocks
    except NotFoundError:
        return "impulse yet"
    samples = studio.samples(category, limit=1)
    if samples.empty:
        return f"sample in {category}" if category else "sample"
    named = [learn for learn in learns if block in (learn.type, kind_of(learn.type))]
    detecting = [learn for learn in learns if kind_of(learn.type) == "detection"]
    if (wanted := named or detecting) and not any(_usable(studio, learn) for learn in wanted):
        return f"trained {block} block"
    if named:
        return None
    if detecting:  # what a model ends in is told only by an answer of it
        blocks = studio.classify(samples.index[0]).blocks
        if block in [answer.last_layer for answer in blocks]:
            return None
    return f"{block} block"


def _usable(studio: Studio, learn: LearnBlock) -> bool:
    """Whether a block is trained, or the server does not tell."""
    return studio.trained(learn.id) is not False
