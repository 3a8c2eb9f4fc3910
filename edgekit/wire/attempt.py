"""An attempt that can be given up at any moment: nothing of it goes on then, no thread, no socket.

Sockets limit the time of one read, not of all of them: only a caller who waits outside can keep a time limit against a
server that drips. So an attempt runs in a thread, and where the caller stops waiting the thread's connection is cut,
which ends whatever it is blocked in.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Generic, TypeVar

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from edgekit import waiting

T = TypeVar("T")


class Attempt(threading.Thread, Generic[T]):
    """Do `work` in a thread; it is handed an event that is set when the caller stops waiting."""

    def __init__(self, work: Callable[[threading.Event], T]) -> None:
        super().__init__(name="edgekit-call", daemon=True)
        self._work = work
        self._outcome: Future[T] = Future()  # its repr shows nothing of what is in it
        self._given_up = threading.Event()
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._left: list[socket.socket] = []

    def run(self) -> None:
        """Do the work."""
        try:
            self._outcome.set_result(self._work(self._given_up))
        except BaseException as problem:
            self._outcome.set_exception(problem.with_traceback(None))
        finally:
            for line in self._left:
                line.close()

    def wait(self, seconds: float) -> T:
        """Start, and return what the work returns; TimeoutError after so long; then nothing goes on."""
        self.start()
        try:
            waiting.ended(self, seconds)
            return self._outcome.result(0)
        finally:
            self._give_up()

    def hold(self, line: socket.socket | None) -> None:
        """Note which connection the work is using now."""
        with self._lock:
            self._line = line
            self._cut_if_given_up()

    def leave(self, line: socket.socket) -> None:
        """Note a connection that was closed: where the server ends it after the answer, that is yet to be read."""
        with self._lock:
            self._left.append(line)
            self._cut_if_given_up()

    def _give_up(self) -> None:
        with self._lock:
            self._given_up.set()
            self._cut_if_given_up()

    def _cut_if_given_up(self) -> None:
        if self._given_up.is_set():
            for line in (*self._left, *([self._line] if self._line else [])):
                with suppress(OSError):  # closed already
                    line.shutdown(socket.SHUT_RDWR)


def _hold(line: socket.socket | None) -> None:
    thread = threading.current_thread()
    if isinstance(thread, Attempt):
        thread.hold(line)


class _Cuttable(HTTPConnection):
    """A connection with a second handle on its socket: the first one is out of reach while TLS shakes hands."""

    line: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        self.line = connected.dup()
        _hold(self.line)
        return connected

    def close(self) -> None:
        """Close both handles."""
        super().close()
        line, self.line = self.line, None
        thread = threading.current_thread()
        if line is not None and isinstance(thread, Attempt):
            thread.leave(line)
        elif line is not None:
            line.close()


class _CuttableTLS(_Cuttable, HTTPSConnection):
    """The same with TLS."""


class _Lent(HTTPConnectionPool):
    """A pool that tells an attempt which connection it has, and takes it from it before another one may have it."""

    ConnectionCls = _Cuttable

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection = super()._get_conn(timeout)
        _hold(getattr(connection, "line", None))
        return connection

    def _put_conn(self, conn: Any) -> None:
        _hold(None)
        super()._put_conn(conn)


class _LentTLS(_Lent, HTTPSConnectionPool):
    """The same with TLS."""

    ConnectionCls = _CuttableTLS


_POOLS = {"http": _Lent, "https": _LentTLS}


class Adapter(HTTPAdapter):
    """What requests sends with: as its own, but every connection can be cut."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Use pools of such connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Use them to a proxy too; only SOCKS needs its own."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager
