"""`Sandbox`: projects and keys behind a port, on 127.0.0.1 unless a host is named, in a thread with its own loop.

The thread is not a luxury: on a notebook kernel's own loop a blocking client would wait for itself for ever.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from operator import index
from typing import Self, SupportsIndex
from weakref import WeakSet

from tornado.httpserver import HTTPServer

from edgekit import waiting
from edgekit.display import quoted
from edgekit.errors import SandboxError, UsageError
from edgekit.sandbox import addresses, appliances, meat, motion, objects, routine, surface
from edgekit.sandbox.guard import ROLES, Access, new_key
from edgekit.sandbox.project import Project
from edgekit.sandbox.routes import application
from edgekit.sandbox.service import Service

HOST = "127.0.0.1"
WAITING = 256  # connections that may wait to be accepted: of a whole room at once
MOST_SEATS = 1000
SEAT_KEY = 8  # bytes: it is typed by hand
BODY_TIMEOUT = 60.0  # seconds
_HOSTS = "Name one that this machine has, or 0.0.0.0 for all of them."
NOT_RUNNING = "The sandbox is not running. Use it as a context manager or call start()."


class Sandbox:
    """The embedded Studio on a port of this machine's loopback.

    Use it as a context manager, or call `start` and `stop`. `url` is the base address (with ``/v1``), `keys` holds the
    API key of each project by its name; `role_keys` holds, again by project, those of other roles than admin by role:
    readonly, ingestiononly, ingestion_deployment. Keys are drawn at random for each sandbox. Nothing is trained: the
    sandbox reads a project's data and its models' parameters at the first call for it.

    Parameters
    ----------
    port : int
        Where to listen; 0 takes any free port.
    host : str
        On which of this machine's addresses, to serve a room: "0.0.0.0" for all of them. Whoever is on that network
        can then ask, over plain HTTP; without a key of this sandbox nothing is answered.
    seats : int
        How many keys to draw for a room: `seat_keys`. Each opens every project, for reading and classifying only.

    Raises
    ------
    UsageError
        The port or the number of seats is not a number, the host not a text.
    SandboxError
        At the start, if the port is taken, or the host is none of this machine's.

    Examples
    --------
    >>> import edgekit as ek
    >>> with ek.Sandbox() as sandbox:
    ...     studio = ek.connect(url=sandbox.url, api_key=sandbox.keys["motion"])
    ...     print(len(studio.samples()))
    80
    """

    def __init__(self, port: int = 0, *, host: str = HOST, seats: int = 0) -> None:
        if isinstance(port, bool) or not isinstance(port, SupportsIndex):
            raise UsageError(f"port is a number, 0 for any free one; got {quoted(port)}.")
        if not isinstance(host, str) or not host:
            raise UsageError(f"host is an address of this machine, such as '0.0.0.0' for all; got {quoted(host)}.")
        if isinstance(seats, bool) or not isinstance(seats, SupportsIndex) or not 0 <= index(seats) <= MOST_SEATS:
            raise UsageError(f"seats is a number from 0 to {MOST_SEATS}; got {quoted(seats)}.")
        self._port = index(port)
        self._host = host
        self.seat_keys = [new_key(SEAT_KEY) for _ in range(index(seats))]
        self._running: _Running | None = None
        self.keys = {name: new_key() for name in PROJECTS}
        self.role_keys = {name: {role: new_key() for role in ROLES} for name in PROJECTS}

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Sandbox {self.url if self._running else 'stopped'}>"

    @property
    def url(self) -> str:
        """Base address of the running sandbox."""
        return self.urls[0]

    @property
    def urls(self) -> list[str]:
        """Base addresses of the running sandbox: where a host is named, those that others in the room can use."""
        if self._running is None:
            raise SandboxError(NOT_RUNNING)
        return [f"http://{name}:{self._running.port}/v1" for name in addresses.of(self._host)]

    def start(self) -> Self:
        """Serve; returns when it answers."""
        if self._running is None:
            keys = {key: Access("admin", (name,)) for name, key in self.keys.items()}
            for name, own in self.role_keys.items():
                keys |= {key: Access(role, (name,)) for role, key in own.items()}
            keys |= {key: Access("readonly", tuple(PROJECTS)) for key in self.seat_keys}
            self._running = _Running(self._host, self._port, keys)
        return self

    def load(self, project: str) -> None:
        """Read a project's data and parameters now, rather than when its key is first used.

        Raises
        ------
        UsageError
            There is no project of that name.
        SandboxError
            The sandbox is not running; the package that the data comes with is not installed, or brings other data
            than the models were trained on; a file of edgekit is damaged. The text names the file and the way out.
        """
        if project not in self.keys:
            raise UsageError(f"There is no sandbox project of that name; there is: {', '.join(self.keys)}.")
        if self._running is None:
            raise SandboxError(NOT_RUNNING)
        if self._running.is_ours:  # else the parent's server reads it when its key is first used
            self._running.services.open(project)

    def stop(self) -> None:
        """Stop serving and free the port; in a process that was forked this does nothing, its parent serves on."""
        if self._running is not None and self._running.is_ours:
            self._running.close()
            self._running = None


Keys = Mapping[str, Access]
Builders = dict[str, Callable[[], Project]]
PROJECTS: Builders = {
    "motion": motion.build,
    "objects": objects.build,
    "routine": routine.build,
    "appliances": appliances.build,
    "meat": meat.build,
    "surface": surface.build,
}


class _Services:
    """The projects' services by name, each made on its first use."""

    def __init__(self, builders: Builders) -> None:
        self._builders = builders
        self._open: dict[str, Service] = {}
        self._lock = threading.Lock()  # projects are opened by the server's loop, and by the caller of `Sandbox.load`

    def open(self, name: str) -> Service:
        """Return a project's service; SandboxError where its data cannot be used (and the next call tries again)."""
        with self._lock:
            if name not in self._open:
                self._open[name] = Service(self._builders[name]())
            return self._open[name]

    def close(self) -> None:
        """Stop all services."""
        for service in self._open.values():
            service.close()


class _Running:
    """A listening server in a thread with its own loop."""

    def __init__(self, host: str, port: int, keys: Keys) -> None:
        listener = _listen(host, port)
        listener.setblocking(False)
        _listeners.add(listener)
        self._process = os.getpid()
        self.port: int = listener.getsockname()[1]
        self.services = _Services(PROJECTS)
        self._keys = keys
        self._names = addresses.names(host)
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(listener, ready), name="edgekit-sandbox", daemon=True)
        self._thread.start()
        while not ready.wait(waiting.STEP):
            if not self._thread.is_alive():
                raise SandboxError("The sandbox's server did not start. Start it again; if that fails too, report it.")

    def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        answers = application(self.services.open, self._keys, self._names)
        server = HTTPServer(answers, max_body_size=sys.maxsize, body_timeout=BODY_TIMEOUT)
        server.add_sockets([listener])
        self._loop.call_soon(ready.set)
        self._loop.run_forever()
        server.stop()
        self._loop.run_until_complete(server.close_all_connections())
        self._loop.close()

    @property
    def is_ours(self) -> bool:
        """Whether this process started it; one that was forked has neither its thread nor a right to its locks."""
        return self._process == os.getpid()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        waiting.ended(self._thread)
        self.services.close()


_listeners: WeakSet[socket.socket] = WeakSet()


def _leave_the_ports() -> None:
    """Close what a forked process has inherited: callers of a port that only it holds would wait for ever."""
    for listener in list(_listeners):
        listener.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_the_ports)


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        shown = port if abs(port) < 10**9 else "That number"
        raise SandboxError(f"{shown} is no port: choose one from 1 to 65535, or 0 for any free one.")
    try:
        address = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)[0][4][0]
    except (OSError, UnicodeError):
        raise SandboxError(f"{quoted(host)} is no address of this machine. {_HOSTS}") from None
    try:
        return socket.create_server((address, port), backlog=WAITING)
    except OSError as problem:
        if problem.errno == errno.EADDRNOTAVAIL:
            raise SandboxError(f"{quoted(host)} is no address of this machine. {_HOSTS}") from None
        taken = problem.errno == errno.EADDRINUSE
        reason = "is taken by another program" if taken else f"cannot be used ({problem.strerror})"
    raise SandboxError(f"Port {port} {reason}. Choose another one, or port 0 for any free one.")
