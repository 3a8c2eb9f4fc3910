"""Where to connect to: your project, or the sandbox that all of this process shares."""

from __future__ import annotations

import atexit
import os
import threading
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from edgekit import display, shell
from edgekit.arguments import text
from edgekit.errors import NotFoundError, SandboxError, UsageError
from edgekit.studio.calls import STUDIO_URL, id_of
from edgekit.studio.studio import Studio
from edgekit.wire.recording import About, Recorder, Replay
from edgekit.wire.secret import Secret, sealed, unquoted
from edgekit.wire.session import Transport

if TYPE_CHECKING:
    from edgekit.sandbox import Sandbox


@sealed
def connect(
    *,
    project_id: int | None = None,
    api_key: str | None = None,
    url: str | None = None,
    sandbox: str | None = None,
    record: str | PathLike[str] | None = None,
    replay: str | PathLike[str] | None = None,
    impulse: int | str | None = None,
) -> Studio:
    """Connect to your project, or to the embedded sandbox where no API key is set.

    Parameters
    ----------
    project_id : int, optional
        Else ``EI_PROJECT_ID``, else the key's own project.
    api_key : str, optional
        Else ``EI_API_KEY``. Without a key: the sandbox, offline, shared by the whole process.
    url : str, optional
        Else ``EI_API_ENDPOINT``, else https://studio.edgeimpulse.com/v1.
    sandbox : str, optional
        Name of a sandbox project ("motion", "objects", "routine", "appliances", "meat" or "surface"): used even if a
        key is set.
    record : str or path, optional
        A folder in which every answer from here on is kept, for `replay`. Else ``EDGEKIT_RECORD``, where no project is
        named. It holds no API key and no ``signatureKey``, but all the rest of what was fetched: samples, pictures,
        scores.
    replay : str or path, optional
        Such a folder, of any machine: its project answers without a network and without a key. Else
        ``EDGEKIT_REPLAY``. A call that was not recorded is a NotFoundError that names it.
    impulse : int or str, optional
        Which impulse of the project all calls are about, by id or name; its default one without it.

    Raises
    ------
    UsageError
        Arguments that contradict each other, an unknown sandbox project, a project id that is not a number, a folder
        without a recording or with one of another project.
    AuthenticationError, ConnectionFailed, NotFoundError
        The key is wrong, the server does not answer, or the key does not see the project.
    SandboxError
        The sandbox could not start, or the data or the parameters of its project are missing, damaged or of another
        version.

    Examples
    --------
    >>> import edgekit as ek
    >>> ek.connect(sandbox="motion")
    <Studio sandbox project 'motion'>
    """
    given = any(one is not None for one in (project_id, api_key, url))
    if sandbox is not None:
        text("sandbox (a project's name)", sandbox)
        if given:
            raise UsageError("sandbox=… asks for the embedded sandbox: leave out project_id, api_key and url.")
    named = given or sandbox is not None
    if folder := _folder("replay", replay, named):
        if named or record is not None:
            raise UsageError(
                "replay=… answers out of a folder: leave out project_id, api_key, url, sandbox and record."
            )
        return _replayed(folder).under(impulse)
    key = Secret.of(_environment("EI_API_KEY") if api_key is None else api_key)
    del api_key  # not to stand in a traceback that shows variables
    name = None
    if sandbox is None and key:
        session = Transport(url or _environment("EI_API_ENDPOINT") or STUDIO_URL, key)
        project_id = _project_id(project_id)
    elif given:
        raise UsageError("No API key: give api_key=… or set EI_API_KEY (your project's dashboard shows it under Keys).")
    else:
        session, name = _sandbox_session(sandbox)
    studio = Studio(session=session, project_id=project_id, name=name)
    seen = studio.projects()  # a wrong key or address is better met here than three cells on
    if studio.project_id not in seen:
        known = ", ".join(f"{number} ({display.shown(title)!r})" for number, title in seen.items())
        raise NotFoundError(f"This API key sees project {known}, not {studio.project_id}. Check EI_PROJECT_ID.")
    if folder := _folder("record", record, named):
        about = About(studio.project_id, name or seen[studio.project_id])
        studio = Studio(session=Recorder(session, folder, about), project_id=studio.project_id, name=name)
        studio.projects()  # again: the recording holds this answer as well
    return studio.under(impulse)


def _sandbox_session(project: str | None) -> tuple[Transport, str]:
    """Return a session to a project of the sandbox, the first without a name, and what it is called."""
    embedded = _shared_sandbox()
    project = project or next(iter(embedded.keys))
    if project not in embedded.keys:
        raise UsageError(
            f"There is no sandbox project {display.quoted(project)}; there is: {', '.join(embedded.keys)}."
        )
    embedded.load(project)
    return Transport(embedded.url, embedded.keys[project]), f"sandbox project {project!r}"


def _folder(argument: str, given: str | PathLike[str] | None, named: bool) -> Path | None:
    """Return a folder to record into or to replay: as given; else of the environment, where no project was named."""
    if given is None:
        found = "" if named else _environment(f"EDGEKIT_{argument.upper()}")
        return Path(os.path.expanduser(found)) if found else None
    if not isinstance(given, str | PathLike) or not os.fspath(given):
        raise UsageError(f"{argument} takes the path of a folder, got {display.quoted(given)}.")
    return Path(os.path.expanduser(os.fsdecode(given)))


def _replayed(folder: Path) -> Studio:
    session = Replay(folder)
    name = f"recording of {display.shown(session.about.name)}" if session.about.name else "recording"
    return Studio(session=session, project_id=session.about.project_id, name=name)


def sandbox_projects() -> list[str]:
    """Return the names of the sandbox's projects, the one that `connect` takes without a key first."""
    return list(_shared_sandbox().keys)


def _project_id(given: int | None) -> int | None:
    if given is not None:
        return id_of(given)
    text = _environment("EI_PROJECT_ID")
    if text and not (text.isascii() and text.isdigit()):
        raise UsageError(
            f"EI_PROJECT_ID must be a number (the project's id in its web address), not {display.quoted(text)}."
        )
    return int(text) if text else None


def _environment(name: str) -> str:
    return unquoted(os.environ.get(name, ""))


_lock = threading.RLock()
_shared: Sandbox | None = None
if hasattr(os, "register_at_fork"):  # no process is forked while another thread starts the sandbox: it could not go on
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


def _shared_sandbox() -> Sandbox:
    """Return the sandbox that all of this process shares; it starts on first use and stops with the process.

    A process that was forked shares its parent's, as long as that one lives.
    """
    global _shared  # noqa: PLW0603
    with _lock:
        if _shared is None:
            try:
                from edgekit.sandbox import Sandbox
            except ImportError as problem:
                missing = problem.name
            else:
                _shared = Sandbox().start()
                atexit.register(_shared.stop)
                return _shared
            raise SandboxError(
                f"No API key is set and the embedded sandbox is not installed ({missing} is missing). "
                f"Set EI_API_KEY to work on your project, or type: {shell.pip_install('edgekit[sandbox]')}"
            )
        return _shared
