"""One laptop serves a room: the instructor's side prints what to type, a learner's side connects by it.

A room's server speaks plain HTTP, so its key is kept apart from your own: it has environment variables of its own, and
``EI_API_KEY`` is never sent there.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence

from edgekit import display, extras, waiting
from edgekit.errors import NotFoundError, UsageError
from edgekit.studio.studio import Studio
from edgekit.wire.secret import Secret, sealed

ADDRESS = "EDGEKIT_ROOM"
KEY = "EDGEKIT_SEAT_KEY"
LOOPBACK = "127.0.0.1"


@sealed
def project_of(names: Sequence[str]) -> Studio | None:
    """Return the first of these projects that the room's server has; None where ``EDGEKIT_ROOM`` names no server.

    Raises
    ------
    UsageError
        The seat has no key.
    AuthenticationError, ConnectionFailed, NotFoundError
        The key is wrong, the server does not answer, or it has none of these projects.
    """
    url = os.environ.get(ADDRESS, "").strip()
    if not url:
        return None
    key = Secret.of(os.environ.get(KEY, "").strip())
    if not key:
        raise UsageError(f"{ADDRESS} names the room's server, but {KEY} is not set: the instructor has a key per seat.")
    seen = Studio(url=url, api_key=key, allow_http=True).projects()
    by_name = {name: number for number, name in seen.items()}
    for name in names:
        if name in by_name:
            return Studio(url=url, api_key=key, project_id=by_name[name], allow_http=True, name=f"{name!r} of the room")
    raise NotFoundError(f"The room's server has no project {' or '.join(names)}; it has: {display.listing(by_name)}.")


def serve(host: str = LOOPBACK, port: int = 0, seats: int = 30) -> None:
    """Serve the sandbox to a room until Ctrl-C, and print the addresses and a key for each seat.

    Parameters
    ----------
    host : str
        On which of this machine's addresses; "0.0.0.0" for all of them. Without it only this machine is served.
    port : int
        Where to listen; 0 takes any free port.
    seats : int
        How many keys to print. Each opens every project, for reading and classifying only.

    Raises
    ------
    UsageError, SandboxError
        As `edgekit.Sandbox`; the data of a project cannot be used.
    """
    with extras.needed("sandbox", "edgekit workshop serve"):
        from edgekit.sandbox import Sandbox
    with Sandbox(port, host=host, seats=seats) as sandbox:
        for project in sandbox.keys:
            sandbox.load(project)
        for line in told(sandbox.urls, sandbox.seat_keys, is_local=host == LOOPBACK):
            print(display.fit(line))
        print("Ctrl-C stops it.", flush=True)
        waiting.pause(math.inf)


def told(urls: Sequence[str], keys: Sequence[str], *, is_local: bool) -> Iterator[str]:
    """Say how a room reaches the server, line by line."""
    if is_local:
        yield "Only this machine is served. To serve a room: edgekit workshop serve --host 0.0.0.0"
    for url in urls:
        yield f"The sandbox answers at {url}"
    if len(urls) > 1:
        yield "Take the one in the network that the laptops are in."
    yield "On each laptop, before edgekit lab, with the key of its seat:"
    yield f"  Windows (cmd)      set {ADDRESS}={urls[0]}"
    yield f"                     set {KEY}=…"
    yield f"  Windows PowerShell $env:{ADDRESS} = '{urls[0]}'; $env:{KEY} = '…'"
    yield f"  macOS, Linux       export {ADDRESS}={urls[0]} {KEY}=…"
    for number, key in enumerate(keys, 1):
        yield f"seat {number:2}: {key}"
