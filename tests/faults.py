"""A small HTTP server on 127.0.0.1 that misbehaves on purpose, and a table of what can go wrong.

    with Server(reply(status=503), reply(b"[]")) as server:
        assert Transport(server.url).get("samples") == b"[]"
    assert [request.path for request in server.requests] == ["/samples", "/samples"]

A server is given answers: each request takes the next one, and the last is given over and over. An answer is a
function of a `Peer`, which can send bytes, pause, or reset the connection; `reply`, `redirect`, `send`,
`send_forever`, `stall` and `reset` make the usual ones. One connection serves one request. Nothing here lasts: a
connection is cut after the server's `lifetime`, or when the server stops.

`FAULTS` names faults together with the error that a user should see.
"""

from __future__ import annotations

import gzip
import json
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import NamedTuple

from edgekit.errors import (
    AuthenticationError,
    ConnectionFailed,
    EdgekitError,
    NotFoundError,
    RateLimitError,
    ResponseError,
    StudioError,
)

PACE = 0.05  # seconds between two pieces of an answer that drips


class Request(NamedTuple):
    """What a client sent; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Peer:
    """The other end of one connection; its methods raise OSError where the connection is over, which ends an answer."""

    def __init__(self, connection: socket.socket, over: threading.Event, lifetime: float) -> None:
        self._connection = connection
        self._over = over
        self._end = time.monotonic() + lifetime
        self.request = _read_request(connection)

    def send(self, data: bytes) -> None:
        """Send these bytes."""
        self.pause(0)
        self._connection.sendall(data)

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end of the connection's lifetime or of the server."""
        left = self._end - time.monotonic()
        if self._over.wait(max(0.0, min(seconds, left))) or seconds >= left:
            raise ConnectionAbortedError("the server stops, or the connection's lifetime is over")

    def reset(self) -> None:
        """Break the connection off with a TCP reset."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()


Answer = Callable[[Peer], None]


class Server:
    """Gives `answers`, one a request, the last of them over and over; `requests` is what came in."""

    def __init__(self, *answers: Answer, lifetime: float = 5.0) -> None:
        self.requests: list[Request] = []
        self._answers = answers
        self._lifetime = lifetime
        self._numbers = count()
        self._over = threading.Event()
        self._open: set[socket.socket] = set()
        self._failures: list[Exception] = []
        self._tcp = _Tcp(self._serve)
        self._thread = threading.Thread(target=self._tcp.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """Address of the server by number; `url_by_name` has it as localhost."""
        return f"http://127.0.0.1:{self._tcp.server_address[1]}"

    @property
    def url_by_name(self) -> str:
        """The same server by another name: to a client, another host."""
        return f"http://localhost:{self._tcp.server_address[1]}"

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._tcp.shutdown()
        for connection in list(self._open):  # wakes an answer that is stuck in sending
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._tcp.server_close()  # waits for the answers' threads
        self._thread.join()
        if self._failures:
            raise self._failures[0]

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(self._lifetime)
        self._open.add(connection)
        try:
            peer = Peer(connection, self._over, self._lifetime)
            self.requests.append(peer.request)
            self._answers[min(next(self._numbers), len(self._answers) - 1)](peer)
        except OSError:
            pass  # the client has gone, or the time is up: part of the game
        except Exception as failure:  # a mistake in the answer itself
            self._failures.append(failure)
        finally:
            self._open.discard(connection)


class _Tcp(socketserver.ThreadingTCPServer):
    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        super().__init__(("127.0.0.1", 0), lambda connection, *_: serve(connection))  # type: ignore[arg-type]


def _read_request(connection: socket.socket) -> Request:
    with connection.makefile("rb") as stream:
        line = stream.readline().decode("latin-1").split()
        if len(line) != 3:
            raise ConnectionAbortedError("no request came")
        headers = {}
        while row := stream.readline().decode("latin-1").strip():
            name, _, value = row.partition(":")
            headers[name.lower()] = value.strip()
        return Request(line[0], line[1], headers, stream.read(int(headers.get("content-length", 0))))


# --- answers ---------------------------------------------------------------------------------------------------------


def head(status: int = 200, **headers: object) -> bytes:
    """Return a status line and headers; ``content_length=3`` is written ``content-length: 3``."""
    rows = [f"HTTP/1.1 {status} Whatever", "connection: close"]
    rows += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*rows, "", ""]).encode("latin-1")


def reply(body: bytes | dict[str, object] = b"{}", status: int = 200, **headers: object) -> Answer:
    """Answer as a good server does; a dict is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return send(head(status, content_length=len(content), **headers) + content)


def redirect(location: str, status: int = 302) -> Answer:
    """Send the client elsewhere."""
    return reply(b"", status, location=location)


def send(*pieces: bytes) -> Answer:
    """Send these bytes as they are, then close."""

    def answer(peer: Peer) -> None:
        for piece in pieces:
            peer.send(piece)

    return answer


def send_forever(start: bytes, piece: bytes, pace: float = PACE) -> Answer:
    """Send `start`, then `piece` over and over."""

    def answer(peer: Peer) -> None:
        peer.send(start)
        while True:
            peer.send(piece)
            peer.pause(pace)

    return answer


def stall(start: bytes = b"") -> Answer:
    """Send `start` and then nothing, without closing."""

    def answer(peer: Peer) -> None:
        peer.send(start)
        peer.pause(float("inf"))

    return answer


def reset(start: bytes = b"") -> Answer:
    """Send `start`, give it time to arrive, and break the connection off."""

    def answer(peer: Peer) -> None:
        peer.send(start)
        peer.pause(PACE)
        peer.reset()

    return answer


@contextmanager
def refused() -> Iterator[str]:
    """Yield a URL at which connections are refused: its port is taken, and no server listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{holder.getsockname()[1]}"


# --- the table -------------------------------------------------------------------------------------------------------


class Fault(NamedTuple):
    """What a server does, and what a user should see of it: the error's class and some words of its text."""

    answer: Answer
    error: type[EdgekitError]
    words: str

    @property
    def is_late(self) -> bool:
        """Whether it shows only when the time of the call is over."""
        return self.words == _LATE


_CHUNKED = head(transfer_encoding="chunked")
_GZIP = head(content_encoding="gzip")
_GZIP_WITH_A_NAME = b"\x1f\x8b\x08\x08" + bytes(6)  # a file's name follows, up to a zero byte: nothing to decode yet
_LATE = "no complete answer within"
_DAMAGED = "broke off or was damaged"
_TOO_LARGE = "larger than the limit"

# To be met with a size limit of 1 MB, no repeats, and a short time limit where a fault `is_late`: with a short one a
# busy machine would be late for the others too.
FAULTS: dict[str, Fault] = {
    # broken off or damaged
    "closes without an answer": Fault(send(), ConnectionFailed, "closed connection without response"),
    "resets without an answer": Fault(reset(), ConnectionFailed, "reset by peer"),
    "resets in the body": Fault(reset(head(content_length=100) + b"abc"), ConnectionFailed, _DAMAGED),
    "body shorter than its length": Fault(send(head(content_length=100) + b"abc"), ConnectionFailed, _DAMAGED),
    "cut between chunks": Fault(send(_CHUNKED + b"5\r\nabcde\r\n"), ConnectionFailed, _DAMAGED),
    "cut in a chunk": Fault(send(_CHUNKED + b"50\r\nabcde"), ConnectionFailed, _DAMAGED),
    "chunk size that is no number": Fault(send(_CHUNKED + b"zz\r\nabcde\r\n"), ConnectionFailed, _DAMAGED),
    "chunk size below zero": Fault(send(_CHUNKED + b"-5\r\nabcde\r\n"), ConnectionFailed, _DAMAGED),
    "gzip that is none": Fault(reply(b"plain", content_encoding="gzip"), ConnectionFailed, _DAMAGED),
    "gzip cut short": Fault(
        reply(gzip.compress(bytes(range(256)) * 9)[:-30], content_encoding="gzip"), ConnectionFailed, _DAMAGED
    ),
    "junk for a status line": Fault(send(b"SSH-2.0-OpenSSH_9.6\r\n"), ConnectionFailed, "SSH-2.0"),
    "a thousand headers": Fault(send(head(**{f"x{i}": i for i in range(1000)})), ConnectionFailed, "headers"),
    "an endless header": Fault(send(head(x="a" * 100_000)), ConnectionFailed, "header line"),
    "two lengths": Fault(send(head(content_length="5, 6") + b"abcde"), ConnectionFailed, "(5, 6)"),
    # too late
    "stalls before the headers": Fault(stall(), ConnectionFailed, _LATE),
    "stalls in the headers": Fault(stall(head()[:-8]), ConnectionFailed, _LATE),
    "stalls in the body": Fault(stall(head(content_length=100) + b"abc"), ConnectionFailed, _LATE),
    "body drips": Fault(send_forever(head(), b"a"), ConnectionFailed, _LATE),
    "chunks drip": Fault(send_forever(_CHUNKED, b"1\r\na\r\n"), ConnectionFailed, _LATE),
    "headers drip": Fault(send_forever(head()[:-2] + b"x: ", b"a"), ConnectionFailed, _LATE),
    "a chunk's size drips": Fault(send_forever(_CHUNKED, b"0"), ConnectionFailed, _LATE),
    "trailers without end": Fault(send_forever(_CHUNKED + b"0\r\n", b"x: a\r\n"), ConnectionFailed, _LATE),
    "'continue' without end": Fault(send_forever(b"", b"HTTP/1.1 100 Go on\r\n\r\n"), ConnectionFailed, _LATE),
    "gzip that never begins": Fault(send_forever(_GZIP + _GZIP_WITH_A_NAME, b"a"), ConnectionFailed, _LATE),
    # too large
    "body without end": Fault(send_forever(head(), bytes(1 << 16), pace=0), ResponseError, _TOO_LARGE),
    "gzip bomb": Fault(reply(gzip.compress(bytes(1 << 26)), content_encoding="gzip"), ResponseError, _TOO_LARGE),
    # redirects
    "redirect in a circle": Fault(redirect("/again"), ConnectionFailed, "redirected in a circle"),
    "redirect to a file": Fault(redirect("file:///etc/passwd"), ConnectionFailed, "file:///etc/passwd"),
    "redirect to half an address": Fault(redirect("http://[::1"), ConnectionFailed, "redirect"),
    "redirect to an impossible port": Fault(redirect("http://127.0.0.1:99999/"), ConnectionFailed, "redirect"),
    "redirect that is no UTF-8": Fault(redirect("/caf\xe9"), ConnectionFailed, "redirect"),
    # the server says no
    "400": Fault(reply({"success": False, "error": "no such window"}, 400), StudioError, "no such window"),
    "401": Fault(reply({"success": False, "error": "Invalid API key"}, 401), AuthenticationError, "EI_API_KEY"),
    "403": Fault(reply(b"", 403), AuthenticationError, "EI_API_KEY"),
    "404": Fault(reply(b"<html>Not found", 404), NotFoundError, "EI_PROJECT_ID"),
    "429": Fault(reply(b"", 429), RateLimitError, "try again later"),
    "429 for two minutes": Fault(reply(b"", 429, retry_after=120), RateLimitError, "try again in 120 s"),
    "500": Fault(reply({"success": False, "error": "out of memory"}, 500), StudioError, "out of memory"),
    "502 as a page": Fault(reply(b"<html><h1>Bad gateway", 502), StudioError, "try again later"),
    "503": Fault(reply(b"", 503), StudioError, "try again later"),
}
