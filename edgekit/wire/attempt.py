"""An attempt that can be given up at any moment: nothing of it goes on then, no thread, no socket.

Sockets limit the time of one read, not of all of them: only who waits outside can keep a time limit against a server
that drips. So the connection is cut from outside, which ends whatever the attempt is blocked in. In the main thread,
which Ctrl-C meets, the attempt runs in another thread, and the caller waits; that thread is kept for the next attempt,
because to begin one takes as long as a third of a call. Any other thread does the work itself, and one thread watches
over all of them.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from requests import Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from edgekit import waiting

T = TypeVar("T")
_here = threading.local()  # `attempt`: the one that this thread works on
_AT_WORK, _WAITS = "edgekit-call", "edgekit-idle"


class Attempt(Generic[T]):
    """Do `work`; it is handed an event that is set when the caller stops waiting.

    Its connections have to be those of `Adapter`, else it has to be done `apart`.
    """

    def __init__(self, work: Callable[[threading.Event], T], *, apart: bool = False) -> None:
        self._work = work
        self._is_apart = apart or threading.current_thread() is threading.main_thread()
        self._given_up = threading.Event()
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._left: list[socket.socket] = []

    def wait(self, seconds: float) -> T:
        """Return what the work returns; TimeoutError after so long, Stopped on demand; then nothing goes on."""
        if self._is_apart:
            return self._apart(seconds)
        with _watch.over(self, seconds):
            outcome = self._done()
        if not self._given_up.is_set():
            return outcome
        waiting.check()
        raise TimeoutError

    def _apart(self, seconds: float) -> T:
        outcome = in_a_thread(self._done)
        try:
            return waiting.result(outcome, seconds)
        finally:
            self.give_up()

    def _done(self) -> T:
        _here.attempt = self
        try:
            return self._work(self._given_up)
        finally:
            _here.attempt = None
            for line in self._left:
                line.close()

    def connected(self, connect: Callable[[], socket.socket]) -> socket.socket:
        """Connect; of a name that is looked up, and of a server that does not answer, no socket could be cut yet."""
        outcome = in_a_thread(connect)
        while True:
            with suppress(TimeoutError):
                return outcome.result(waiting.STEP)
            if outcome.done():
                return outcome.result(0)
            if self._given_up.is_set():
                outcome.add_done_callback(_close)
                raise TimeoutError

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

    def give_up(self) -> None:
        """Let nothing of it go on."""
        with self._lock:
            self._given_up.set()
            self._cut_if_given_up()

    def _cut_if_given_up(self) -> None:
        if self._given_up.is_set():
            for line in (*self._left, *([self._line] if self._line else [])):
                with suppress(OSError):  # closed already
                    line.shutdown(socket.SHUT_RDWR)


_Inbox = SimpleQueue[Callable[[], None]]
_idle: deque[_Inbox] = deque()  # of the thread that waits for its next work; of a second one it is not worth while
if hasattr(os, "register_at_fork"):  # the child has none of the threads
    os.register_at_fork(after_in_child=_idle.clear)


def in_a_thread(work: Callable[[], T]) -> Future[T]:
    """Begin some work in another thread; the future's repr shows nothing of what is in it."""
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as problem:
            outcome.set_exception(problem.with_traceback(None))

    try:
        inbox = _idle.pop()
    except IndexError:
        inbox = SimpleQueue()
        threading.Thread(target=_serve, args=(inbox,), name=_AT_WORK, daemon=True).start()
    inbox.put(run)
    return outcome


def _serve(inbox: _Inbox) -> None:
    """Do one work after the other, and hold nothing of it in between: it knows the key."""
    thread = threading.current_thread()
    while True:
        work = inbox.get()
        thread.name = _AT_WORK
        work()
        del work
        if _idle:
            return
        _idle.append(inbox)
        thread.name = _WAITS


def _close(outcome: Future[socket.socket]) -> None:
    if outcome.exception(0) is None:
        outcome.result(0).close()


class _Watch:
    """Gives up the attempts of all threads whose time is over, or whose caller wants to stop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ends: dict[Attempt[Any], tuple[float, Callable[[], bool]]] = {}
        self._watching = False

    @contextmanager
    def over(self, attempt: Attempt[Any], seconds: float) -> Iterator[None]:
        """Watch over an attempt of this thread."""
        waiting.check()
        with self._lock:
            self._ends[attempt] = time.monotonic() + seconds, waiting.stopped()
            if not self._watching:
                threading.Thread(target=self._look, name="edgekit-watch", daemon=True).start()
                self._watching = True
        try:
            yield
        finally:
            with self._lock:
                self._ends.pop(attempt, None)

    def _look(self) -> None:
        while True:
            time.sleep(waiting.STEP)
            with self._lock:
                if not self._ends:
                    self._watching = False
                    return
                now = time.monotonic()
                over = [one for one, (end, stopped) in self._ends.items() if now >= end or stopped()]
            for one in over:
                one.give_up()


_watch = _Watch()
if hasattr(os, "register_at_fork"):  # the child has neither the thread nor the attempts
    os.register_at_fork(after_in_child=_watch.__init__)  # type: ignore[misc]


def _attempt() -> Attempt[Any] | None:
    return getattr(_here, "attempt", None)


def _hold(line: socket.socket | None) -> None:
    if (attempt := _attempt()) is not None:
        attempt.hold(line)


class _Cuttable(HTTPConnection):
    """A connection with a second handle on its socket: the first one is out of reach while TLS shakes hands."""

    line: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        attempt = _attempt()
        connected = super()._new_conn() if attempt is None else attempt.connected(super()._new_conn)
        self.line = connected.dup()
        _hold(self.line)
        return connected

    def close(self) -> None:
        """Close both handles."""
        super().close()
        line, self.line = self.line, None
        attempt = _attempt()
        if line is not None and attempt is not None:
            attempt.leave(line)
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
_MOST_POOLS = 10  # as many hosts as urllib3 keeps connections to


class Adapter(HTTPAdapter):
    """What requests sends with: as its own, but every connection can be cut.

    It finds out once which pool of connections leads to a host, and reads no cookies: that takes a third of a call.
    """

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Use pools of such connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS
        self._pools: dict[Any, Any] = {}

    def get_connection_with_tls_context(
        self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
    ) -> HTTPConnectionPool:
        """Return the pool that a request goes through; a new one where it was closed, or put out for another host."""
        host = request.url.split("/", 3)[:3]
        asked = *host, verify, cert, *sorted((proxies or {}).items())
        pool = self._pools.get(asked)
        if pool is None or pool.pool is None:
            if len(self._pools) >= _MOST_POOLS:
                self._pools.clear()
            pool = self._pools[asked] = super().get_connection_with_tls_context(request, verify, proxies, cert)
        return pool

    def request_url(self, request: Any, proxies: Any) -> str:
        """Return what stands in the request's first line: without a proxy, the path."""
        return super().request_url(request, proxies) if proxies else request.path_url

    def build_response(self, req: Any, resp: Any) -> Response:
        """Hand over status, headers and the body that is yet to be read."""
        response = Response()
        response.status_code, response.headers, response.raw = resp.status, resp.headers, resp
        response.reason, response.url = resp.reason, req.url
        return response

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Use them to a proxy too; only SOCKS needs its own."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager
