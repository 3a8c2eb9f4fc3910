"""One laptop serves a room: the instructor's side prints what to type, a learner's side connects by it.

A room's server speaks plain HTTP, so its key is kept apart from your own: it has environment variables of its own, and
``EI_API_KEY`` is never sent there.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from edgekit import display, extras, waiting
from edgekit.errors import AuthenticationError, ConnectionFailed, NotFoundError, ResponseError, UsageError
from edgekit.studio.studio import Studio
from edgekit.wire.secret import Secret, sealed
from edgekit.wire.session import Transport

ADDRESS = "EDGEKIT_ROOM"
KEY = "EDGEKIT_SEAT_KEY"
LOOPBACK = "127.0.0.1"
_FORBIDDEN = 403  # the status where a key is known


@sealed
def project_of(names: Sequence[str]) -> Studio | None:
    """Return the first of these projects that the room's server has; None where ``EDGEKIT_ROOM`` names no server.

    Raises
    ------
    UsageError
        The seat has no key.
    AuthenticationError, ConnectionFailed, NotFoundError, UsageError
        The key is wrong, the server does not answer, it has none of these projects, or the address is none.
    """
    url = os.environ.get(ADDRESS, "").strip()
    if not url:
        return None
    key = Secret.of(os.environ.get(KEY, "").strip())
    if not key:
        raise UsageError(f"{ADDRESS} names the room's server, but {KEY} is not set: the instructor has a key per seat.")
    try:
        session = RoomSession(Transport(url, key, allow_http=True))
        by_name = {name: number for number, name in Studio(session=session).projects().items()}
    except (AuthenticationError, NotFoundError, ResponseError, UsageError) as problem:
        if isinstance(problem, AuthenticationError) and problem.status != _FORBIDDEN:
            raise
        raise UsageError(
            f"{display.quoted(url)} is no address of a room's server. Set {ADDRESS} again, as the instructor gave it "
            "to you: it begins with http:// and ends in /v1."
        ) from None
    for name in names:
        if name in by_name:
            return Studio(session=session, project_id=by_name[name], name=f"{name!r} of the room")
    raise NotFoundError(f"The room's server has no project {' or '.join(names)}; it has: {display.listing(by_name)}.")


class RoomSession:
    """A session to the room's server: what goes wrong is told with the names that a learner was given."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.url = transport.url

    def __repr__(self) -> str:
        return f"<RoomSession {self.url}>"

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def masked(self, content: bytes) -> bytes:
        """Return JSON without the key."""
        return self._transport.masked(content)

    def get(self, *path: str | int, **params: Any) -> bytes:
        """Send a GET."""
        with _told(self.url):
            return self._transport.get(*path, **params)

    def post(
        self, *path: str | int, body: dict[str, Any] | None = None, idempotent: bool = False, **params: Any
    ) -> bytes:
        """Send a POST."""
        with _told(self.url):
            return self._transport.post(*path, body=body, idempotent=idempotent, **params)


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Say what is wrong with a seat's key or the room's address, in the place of one's own key and the Studio's."""
    server = f"The room's server, {display.quoted(url)},"
    try:
        yield
    except AuthenticationError as problem:
        text = f"{server} does not know the key of this seat. Set {KEY} again, as the instructor gave it to you."
        if problem.status == _FORBIDDEN:
            text = (
                f"{server} lets a seat read and classify, and change nothing. In a sandbox of your own you may: "
                'ek.connect(sandbox="motion").'
            )
        raise AuthenticationError(text, problem.status) from None
    except ConnectionFailed:
        raise ConnectionFailed(
            f"{server} does not answer. Is this laptop in the network of the room? Set {ADDRESS} again, as the "
            "instructor gave it to you."
        ) from None


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
        from edgekit.sandbox import Sandbox, addresses
    with Sandbox(port, host=host, seats=seats) as sandbox:
        for project in sandbox.keys:
            sandbox.load(project)
        for line in told(sandbox.urls, sandbox.seat_keys, is_local=addresses.is_loopback(host)):
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
    where = "In another window" if is_local else "On each laptop"
    yield f"{where}, before edgekit lab, with the key of the seat:"
    yield f"  Windows (cmd)      set {ADDRESS}={urls[0]}"
    yield f"                     set {KEY}=…"
    yield f"  Windows PowerShell $env:{ADDRESS} = '{urls[0]}'; $env:{KEY} = '…'"
    yield f"  macOS, Linux       export {ADDRESS}={urls[0]} {KEY}=…"
    for number, key in enumerate(keys, 1):
        yield f"seat {number:2}: {key}"
