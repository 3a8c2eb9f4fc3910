"""The wire: against a real server that does everything a server should not do (see faults.py)."""

from __future__ import annotations

import gzip
import json
import logging
import pickle
import signal
import threading
import time
import traceback
import tracemalloc
import weakref
from collections.abc import Callable
from contextlib import closing
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import pytest

from edgekit import waiting
from edgekit.errors import (
    AuthenticationError,
    ConnectionFailed,
    EdgekitError,
    RateLimitError,
    ResponseError,
    StudioError,
    UsageError,
)
from edgekit.wire.attempt import in_a_thread
from edgekit.wire.secret import Secret
from edgekit.wire.session import Transport
from tests.faults import (
    FAULTS,
    Answer,
    Request,
    Server,
    head,
    redirect,
    refused,
    reply,
    reset,
    send,
    send_forever,
    stall,
)

KEY = "ei_0123456789abcdef0123456789abcdef"
TIMEOUT = 0.3  # where what comes is too late
SLACK = 10.0  # so late may a busy machine be
LIFETIME = 30.0  # of connections: a call that is not given up goes on for so long


def client(url: str, key: str | Secret | None = KEY, **options: Any) -> closing[Transport]:
    return closing(Transport(url, key, **{"timeout": 20.0, "retries": 0} | options))


def call(*answers: Answer, method: str = "get", **options: Any) -> tuple[bytes | EdgekitError, list[Request]]:
    """Make a call to a server that gives these answers: (what came back or was raised, what the server was asked)."""
    with Server(*answers, lifetime=LIFETIME) as server, client(server.url, **options) as transport:
        try:
            return getattr(transport, method)("api", 7, "x"), server.requests
        except EdgekitError as error:
            return error, server.requests


class Seen(NamedTuple):
    """What a person can come to see of a call that fails; `kind` is None where it does not."""

    kind: type[BaseException] | None
    text: str
    chain: tuple[object, object]
    everything: str
    seconds: float


def watch(function: Callable[[], object]) -> Seen:
    """Call a function; keep its error's text, the traceback with the values of all locals, a pickle."""
    start = time.monotonic()
    try:
        text = f"nothing was raised: {function()!r}"
    except (Exception, KeyboardInterrupt) as error:
        seconds = time.monotonic() - start
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        shown.stack[:] = [frame for frame in shown.stack if frame.filename != __file__]  # these hold the key themselves
        everything = f"{''.join(shown.format())}\n{error!r}\n{vars(error)}\n{pickle.dumps(error)!r}"
        return Seen(type(error), str(error), (error.__cause__, error.__context__), everything, seconds)
    return Seen(None, text, (None, None), text, time.monotonic() - start)


@cache
def outcome(fault: str) -> Seen:
    options = {"max_bytes": 1_000_000} | ({"timeout": TIMEOUT} if FAULTS[fault].is_late else {})
    with Server(FAULTS[fault].answer, lifetime=LIFETIME) as server, client(server.url, **options) as transport:
        return watch(lambda: transport.get("api", 7, "x"))


# --- every fault becomes one error: in time, with a next step, telling no secret --------------------------------------


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_becomes_one_clear_error_in_time(fault):
    seen = outcome(fault)
    assert seen.kind is FAULTS[fault].error
    assert FAULTS[fault].words in seen.text
    assert seen.text.startswith("GET http://127.0.0.1:")
    assert "/api/7/x: " in seen.text
    assert seen.chain == (None, None)
    assert seen.seconds < TIMEOUT + SLACK


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_shows_nothing_of_the_key(fault):
    assert KEY not in outcome(fault).everything


def test_a_refused_connection_names_the_call_and_the_way_out():
    with refused() as url, client(url) as transport:
        seen = watch(lambda: transport.get("api", "projects"))
    assert seen.kind is ConnectionFailed
    assert seen.text.startswith(f"GET {url}/api/projects: no connection (")
    assert "refused" in seen.text
    assert "EI_API_ENDPOINT" in seen.text
    assert seen.chain == (None, None)
    assert KEY not in seen.everything


def test_the_status_is_kept_on_the_error():
    error, _ = call(reply(b"", 418))
    assert isinstance(error, StudioError)
    assert error.status == 418


def test_https_to_a_server_that_speaks_http_fails_cleanly():
    with Server(reply()) as server, client(server.url.replace("http:", "https:")) as transport:
        seen = watch(lambda: transport.get("x"))
    assert seen.kind is ConnectionFailed
    assert KEY not in seen.everything


def test_an_answer_at_the_size_limit_is_read_and_one_byte_more_is_not():
    assert call(reply(bytes(1000)), max_bytes=1000)[0] == bytes(1000)
    assert isinstance(call(reply(bytes(1001)), max_bytes=1000)[0], ResponseError)


def test_gzip_is_unpacked_only_up_to_the_size_limit():
    bomb = gzip.compress(bytes(1 << 26))
    tracemalloc.start()
    try:
        error, _ = call(reply(bomb, content_encoding="gzip"), max_bytes=1_000_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(error, ResponseError)
    assert peak < 20_000_000


def test_gzip_cut_at_its_very_beginning_is_damaged():
    error, _ = call(reply(gzip.compress(b"whole")[:10], content_encoding="gzip"))
    assert isinstance(error, ConnectionFailed)


def test_an_empty_answer_may_call_itself_gzip():
    assert call(reply(b"", content_encoding="gzip"))[0] == b""


def test_gzip_of_several_members_is_unpacked_whole():
    members = gzip.compress(b"half and ") + gzip.compress(b"half")
    assert call(reply(members, content_encoding="gzip"))[0] == b"half and half"


def test_what_follows_a_gzip_stream_counts_for_the_size_limit():
    endless = send_forever(head(content_encoding="gzip") + gzip.compress(b"{}"), bytes(1 << 16), pace=0)
    error, _ = call(endless, max_bytes=1_000_000)
    assert isinstance(error, ResponseError | bytes)


def test_gzip_in_very_many_members_is_refused_at_once():
    members = gzip.compress(b"", mtime=0) * 15_000
    start = time.process_time()
    error, _ = call(reply(members, content_encoding="gzip"))
    assert isinstance(error, ResponseError)
    assert "more than 1000 pieces" in str(error)
    assert time.process_time() - start < 5


def test_gzip_in_some_members_is_unpacked_whole():
    members = b"".join(gzip.compress(bytes([i])) for i in range(200))
    assert call(reply(members, content_encoding="gzip"))[0] == bytes(range(200))


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
def test_gzip_goes_by_several_names(encoding):
    assert call(reply(gzip.compress(b"whole"), content_encoding=encoding))[0] == b"whole"


@pytest.mark.parametrize("encoding", ["identity", "", "Identity "])
def test_an_answer_may_say_that_it_is_not_packed(encoding):
    assert call(reply(b"whole", content_encoding=encoding))[0] == b"whole"


@pytest.mark.parametrize(("key", "content"), [("k", b'{"k": 1}'), (KEY, b"\x89PNG " + KEY.encode())])
def test_a_good_answer_arrives_as_it_was_sent(key, content):
    with Server(reply(content)) as server, client(server.url, key) as transport:
        assert transport.get("x") == content


# --- time -------------------------------------------------------------------------------------------------------------


def test_repeats_and_pauses_end():
    start = time.monotonic()
    error, requests = call(stall(), timeout=0.2, retries=2)
    assert isinstance(error, ConnectionFailed)
    assert len(requests) == 3
    assert time.monotonic() - start < 3 * 0.2 + 1.2 + SLACK  # three attempts, a pause before the third


def test_the_body_of_a_redirect_is_not_read():
    start = time.monotonic()
    content, _ = call(send_forever(head(302, location="/there"), bytes(1000)), reply(b"there"))
    assert content == b"there"
    assert time.monotonic() - start < SLACK


def test_the_time_limit_holds_for_all_hops_of_a_redirect_together():
    def slowly(peer):
        peer.pause(0.2)
        redirect("/on")(peer)

    start = time.monotonic()
    error, _ = call(slowly, timeout=TIMEOUT)
    assert isinstance(error, ConnectionFailed)
    assert time.monotonic() - start < TIMEOUT + SLACK


SLOW = [
    "stalls before the headers",
    "stalls in the body",
    "body drips",
    "headers drip",
    "chunks drip",
    "trailers without end",
    "'continue' without end",
    "gzip that never begins",
]


def calls_in_flight() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "edgekit-call"]


def over_soon(seconds: float = SLACK) -> bool:
    """Wait until no thread of a call is left; say whether that was so in time."""
    end = time.monotonic() + seconds
    while calls_in_flight() and time.monotonic() < end:
        time.sleep(0.01)
    return not calls_in_flight()


@pytest.mark.parametrize("fault", SLOW)
def test_what_is_given_up_on_leaves_no_thread_and_no_connection(fault):
    assert over_soon()
    ended = threading.Event()

    def until_the_client_goes(peer):
        try:
            FAULTS[fault].answer(peer)
            peer.pause(LIFETIME)
        finally:
            ended.set()

    with Server(until_the_client_goes, lifetime=LIFETIME) as server, client(server.url, timeout=0.2) as transport:
        for _ in range(5):
            with pytest.raises(ConnectionFailed):
                transport.get("x")
        assert over_soon()
        if "drip" in fault or "without end" in fault or "never" in fault:
            assert ended.wait(SLACK)  # this server notices that its peer has gone


def test_the_thread_of_a_call_is_kept_for_the_next_one_and_holds_nothing_in_between():
    threads: list[int] = []

    class Work:
        def __call__(self) -> None:
            threads.append(threading.get_ident())

    for _ in range(2):
        work = Work()
        known = weakref.ref(work)
        in_a_thread(work).result(SLACK)
        del work
        assert over_soon()
        assert known() is None
    assert threads[0] == threads[1]


def test_a_thread_that_works_itself_gives_up_in_time_and_on_demand():
    """All slow servers at once, each asked from a thread of its own: half are given up by time, half by an event."""
    assert over_soon()
    stop, told = threading.Event(), {}

    def ask(place: int, fault: str) -> None:
        def answer(peer: Any) -> None:
            FAULTS[fault].answer(peer)
            peer.pause(LIFETIME)

        limit = TIMEOUT if place % 2 else LIFETIME
        with Server(answer, lifetime=LIFETIME) as server, client(server.url, timeout=limit) as transport:
            begin = time.monotonic()
            try:
                with waiting.stopped_by(stop):
                    transport.get("x")
            except BaseException as problem:
                told[fault] = type(problem), time.monotonic() - begin

    threads = [threading.Thread(target=ask, args=one) for one in enumerate(SLOW)]
    for thread in threads:
        thread.start()
    for thread in threads[1::2]:
        thread.join(60)
    stop.set()
    for thread in threads[::2]:
        thread.join(60)
    assert over_soon()
    for place, fault in enumerate(SLOW):
        kind, seconds = told[fault]
        assert kind is (ConnectionFailed if place % 2 else waiting.Stopped)
        assert seconds < TIMEOUT + 2 * SLACK


def test_a_thread_that_works_itself_does_not_wait_for_a_server_that_takes_no_connection(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr("urllib3.util.connection.create_connection", lambda *_, **__: over.wait(60))
    told = []

    def ask() -> None:
        with client("http://127.0.0.1:9", timeout=0.2) as transport:
            try:
                transport.get("x")
            except ConnectionFailed as problem:
                told.append(problem)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(0.2 + SLACK)
    over.set()
    assert told


def test_a_connection_is_used_again_after_a_good_answer_and_not_after_one_given_up_on():
    ports: list[int] = []
    over = threading.Event()

    class Kept(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            ports.append(self.client_address[1])
            if self.path == "/slow":
                over.wait(60)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Kept) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            with client(f"http://127.0.0.1:{server.server_port}") as transport:
                transport.get("a")
                transport.get("b")
                usual, transport.timeout = transport.timeout, TIMEOUT
                with pytest.raises(ConnectionFailed):
                    transport.get("slow")
                transport.timeout = usual
                transport.get("c")
        finally:
            over.set()
            server.shutdown()
    first, second, third, fourth = ports
    assert first == second == third != fourth


# --- what is repeated, and what is not --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_get_is_repeated_after_a_fault_that_may_pass(status):
    content, requests = call(reply(b"<html>", status), reply(b"fine"), retries=2)
    assert content == b"fine"
    assert len(requests) == 2


@pytest.mark.parametrize("fault", ["resets without an answer", "body shorter than its length", "gzip that is none"])
def test_a_get_is_repeated_after_a_lost_connection(fault):
    content, requests = call(FAULTS[fault].answer, reply(b"fine"), retries=2)
    assert content == b"fine"
    assert len(requests) == 2


def test_a_get_is_repeated_as_often_as_asked_and_no_more():
    error, requests = call(reply(b"", 503), retries=2)
    assert isinstance(error, StudioError)
    assert error.status == 503
    assert len(requests) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 501])
def test_what_would_not_change_is_not_repeated(status):
    error, requests = call(reply(b"", status), reply(b"fine"), retries=2)
    assert isinstance(error, StudioError)
    assert len(requests) == 1


def test_an_answer_that_is_too_large_is_not_asked_for_again():
    error, requests = call(reply(bytes(2000)), retries=2, max_bytes=1000)
    assert isinstance(error, ResponseError)
    assert len(requests) == 1


@pytest.mark.parametrize("answer", [reply(b"", 503), reply(b"", 429), reset(), reset(head(content_length=9) + b"abc")])
def test_a_post_is_never_repeated(answer):
    error, requests = call(answer, reply(b"fine"), method="post", retries=2)
    assert isinstance(error, EdgekitError)
    assert str(error).startswith("POST ")
    assert len(requests) == 1


def test_a_post_that_changes_nothing_more_the_second_time_may_be_repeated():
    with Server(reply(b"", 503), reply(b"fine")) as server, client(server.url, retries=1) as transport:
        assert transport.post("jobs", idempotent=True) == b"fine"
    assert [request.method for request in server.requests] == ["POST", "POST"]


def test_a_server_that_asks_to_wait_is_waited_for():
    start = time.monotonic()
    content, requests = call(reply(b"", 429, retry_after=1), reply(b"fine"), retries=1)
    assert time.monotonic() - start >= 1
    assert content == b"fine"
    assert len(requests) == 2


@pytest.mark.parametrize("when", ["Wed, 21 Oct 2015 07:28:00 GMT", "0", "soon", "-5", "1e3", "", "9" * 5000])
def test_odd_and_past_waiting_times_do_no_harm(when):
    content, requests = call(reply(b"", 503, retry_after=when), reply(b"fine"), retries=1)
    assert (content == b"fine" and len(requests) == 2) or (isinstance(content, StudioError) and len(requests) == 1)


@pytest.mark.parametrize("when", ["61", "Wed, 21 Oct 2999 07:28:00 GMT", "9" * 400])
def test_nobody_is_kept_waiting_longer_than_a_minute(when):
    start = time.monotonic()
    error, requests = call(reply(b"", 429, retry_after=when), retries=2)
    assert isinstance(error, RateLimitError)
    assert "try again in" in str(error)
    assert len(requests) == 1
    assert time.monotonic() - start < SLACK


# --- what goes over the wire ------------------------------------------------------------------------------------------


def test_the_key_goes_in_its_own_header_and_nowhere_else():
    _, [request] = call(reply())
    assert request.headers.pop("x-api-key") == KEY
    assert KEY not in repr(request)


def test_parameters_are_written_as_the_api_writes_them():
    with Server(reply()) as server, client(server.url + "/v1/") as transport:
        transport.get("api", 7, "a b/é?", labels=["x", "ü&"], debug=True, limit=5, category=None)
    path = "/v1/api/7/a%20b%2F%C3%A9%3F?labels=%5B%22x%22%2C+%22%5Cu00fc%26%22%5D&debug=true&limit=5"
    assert [request.path for request in server.requests] == [path]


def test_a_post_carries_json():
    with Server(reply(b"done")) as server, client(server.url) as transport:
        assert transport.post("jobs", body={"a": [1]}, dry=False) == b"done"
    [request] = server.requests
    assert (request.method, request.path) == ("POST", "/jobs?dry=false")
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == {"a": [1]}


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(monkeypatch):
    with refused() as dead_proxy:
        monkeypatch.setenv("HTTP_PROXY", dead_proxy)
        monkeypatch.setenv("http_proxy", dead_proxy)
        assert call(reply(b"direct"))[0] == b"direct"


# --- redirects and the key --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_host_keeps_the_key(status):
    content, requests = call(redirect("/v2/there", status), reply(b"there"))
    assert content == b"there"
    assert [(r.path, r.headers["x-api-key"]) for r in requests] == [("/api/7/x", KEY), ("/v2/there", KEY)]


def test_a_redirect_to_another_port_goes_without_the_key():
    with Server(reply(b"there")) as other:
        content, _ = call(redirect(other.url + "/there"))
    assert content == b"there"
    assert KEY not in repr(other.requests)


def test_a_redirect_to_another_host_goes_without_the_key():
    def to_the_other_name(peer):
        redirect(server.url_by_name + "/there")(peer)

    with Server(to_the_other_name, reply(b"there")) as server, client(server.url) as transport:
        assert transport.get("here") == b"there"
    here, there = server.requests
    assert here.headers["x-api-key"] == KEY
    assert there.headers["host"].startswith("localhost:")
    assert KEY not in repr(there)


def test_a_redirect_away_and_back_again_goes_without_the_key():
    def away(peer):
        redirect(other.url + "/there")(peer)

    def back(peer):
        redirect(server.url + "/home")(peer)

    with Server(away, reply(b"home")) as server, Server(back) as other, client(server.url) as transport:
        assert transport.get("here") == b"home"
    assert KEY in repr(server.requests[0])
    assert KEY not in repr(other.requests + server.requests[1:])


def test_a_redirect_to_plain_http_on_another_machine_is_not_followed():
    error, requests = call(redirect("http://192.0.2.1/there"), retries=2)
    assert isinstance(error, ConnectionFailed)
    assert "readable over the network" in str(error)
    assert len(requests) == 1


@pytest.mark.parametrize(("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
def test_a_redirected_post_becomes_what_http_says(status, method):
    content, requests = call(redirect("/there", status), reply(b"there"), method="post")
    assert content == b"there"
    assert [(request.method, request.body) for request in requests] == [("POST", b"{}"), (method, requests[1].body)]
    assert requests[1].body == (b"{}" if method == "POST" else b"")


def test_a_post_redirected_to_another_host_goes_without_the_key():
    with Server(reply(b"there")) as other:
        call(redirect(other.url + "/there", 307), method="post")
    assert [request.method for request in other.requests] == ["POST"]
    assert KEY not in repr(other.requests)


# --- the key stays where it is ----------------------------------------------------------------------------------------


def test_the_key_is_in_no_repr_and_no_pickle_of_a_transport():
    transport = Transport("https://studio.edgeimpulse.com/v1", KEY)
    assert repr(transport) == "<Transport https://studio.edgeimpulse.com/v1>"
    assert KEY not in repr({**vars(transport), **vars(transport._session)})
    assert KEY.encode() not in pickle.dumps(transport)


def test_the_key_is_in_no_log(caplog):
    caplog.set_level(logging.DEBUG)
    call(reply(b"", 503), redirect("/there"), reply(b"{}"), retries=1)
    call(reset(), retries=0)
    assert "/there" in caplog.text  # urllib3 logs every request
    assert KEY not in caplog.text


def test_the_key_is_stripped_of_the_white_space_that_copying_adds():
    with Server(reply()) as server, client(server.url, f" {KEY}\n") as transport:
        transport.get("x")
    assert server.requests[0].headers["x-api-key"] == KEY


def test_a_key_may_come_wrapped_as_a_secret():
    with Server(reply()) as server, client(server.url, Secret(KEY)) as transport:
        transport.get("x")
    assert server.requests[0].headers["x-api-key"] == KEY


def test_without_a_key_no_header_is_sent():
    with Server(reply()) as server, client(server.url, None) as transport:
        transport.get("x")
    assert "x-api-key" not in server.requests[0].headers


@pytest.mark.parametrize("key", ["", "  ", f"{KEY}\nX-Other: 1", f"{KEY}€", f"“{KEY}”", f"{KEY} {KEY}"])
def test_a_key_that_fits_in_no_header_is_refused_without_being_shown(key):
    seen = watch(lambda: Transport("https://studio.edgeimpulse.com/v1", key))
    assert seen.kind is UsageError
    assert "API key" in seen.text
    assert KEY not in seen.everything


def test_a_refused_address_shows_nothing_of_the_key():
    seen = watch(lambda: Transport("ftp://studio", KEY))
    assert seen.kind is UsageError
    assert KEY not in seen.everything


def test_a_server_that_repeats_the_key_does_not_get_it_into_a_message():
    error, _ = call(reply({"success": False, "error": f"Invalid API key {KEY}"}, 401))
    assert isinstance(error, AuthenticationError)
    assert "Invalid API key" in str(error)
    assert KEY not in str(error)


def spelled(key: str) -> list[str]:
    """Return ways in which JSON may hold a text."""
    escaped = "".join(f"\\u{ord(c):04x}" for c in key)
    return [
        key,
        f"\\u0065{key[1:]}",
        escaped,
        escaped.upper().replace("\\U", "\\u"),
        f"{key[:-1]}\\u00{ord(key[-1]):02X}",
    ]


@pytest.mark.parametrize("way", range(5))
@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 429, 500])
def test_the_key_in_a_refusal_is_masked_however_it_is_spelled(way, status):
    body = b'{"success": false, "error": "you sent %b."}' % spelled(KEY)[way].encode()
    error, _ = call(reply(body, status))
    assert "you sent ***" in str(error)
    assert KEY not in str(error)


@pytest.mark.parametrize(
    "answer",
    [
        send(f"SSH-2.0 {KEY}\r\n".encode()),
        send(f"HTTP/1.1 {KEY}\r\n\r\n".encode()),
        send(f"HTTP/1.1 404 {KEY}\r\ncontent-length: 0\r\n\r\n".encode()),
        send(f"HTTP/1.1 {'x' * 190}{KEY}\r\n\r\n".encode()),
        send(f"{KEY.upper()}\r\n\r\n".encode()),
        send(head(content_encoding=KEY)),
        send(head(transfer_encoding="chunked") + f"{KEY}\r\n".encode()),
        send(head(429, retry_after=KEY, content_length=0)),
        send(head(302, location=f"http://{KEY}/")),
        send(head(302, location=f"ftp://x/{KEY}")),
        send(head(302, location=f"ftp://{'x' * 70}/{KEY}")),
        send(head(302, location=f"ftp://x/%65{KEY[1:]}")),
    ],
)
def test_the_key_in_the_head_of_an_answer_is_in_no_message(answer):
    error, _ = call(answer)
    for part in (KEY, KEY.upper(), KEY[:20], KEY[-20:]):
        assert part not in str(error)


@pytest.mark.parametrize("key", [f'"{KEY}"', f"'{KEY}'", f'" {KEY} "', f' "{KEY}"\n'])
def test_quotation_marks_that_an_env_file_left_around_the_key_are_dropped(key):
    with Server(reply()) as server, client(server.url, key) as transport:
        transport.get("x")
    assert server.requests[0].headers["x-api-key"] == KEY


@pytest.mark.parametrize("key", [KEY.encode(), bytearray(KEY.encode()), [KEY], {"key": KEY}, 7])
def test_a_key_that_is_no_text_is_refused_without_being_shown(key):
    seen = watch(lambda: Transport("https://studio.edgeimpulse.com/v1", key))
    assert seen.kind is UsageError
    assert f"A key is a text, got {type(key).__name__}" in seen.text
    assert KEY not in seen.everything


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="needs POSIX signals")
def test_interrupting_a_call_shows_nothing_of_the_key():
    main = threading.main_thread().ident
    if threading.get_ident() != main:
        pytest.skip("signals reach the main thread only")
    with Server(stall(), lifetime=LIFETIME) as server, client(server.url, timeout=LIFETIME) as transport:
        interrupt = threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGINT))
        interrupt.start()
        seen = watch(lambda: transport.get("x"))
        interrupt.join()
    assert seen.kind is KeyboardInterrupt
    assert KEY not in seen.everything


# --- addresses and options that cannot work ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://studio.edgeimpulse.com/v1",
        "http://10.0.0.1/v1",
        "http://0.0.0.0/v1",
        "http://127.0.0.1.evil.example/",
        "http://localhost.evil.example/",
        "http://127.0.0.1%2eevil.example/",
    ],
)
def test_plain_http_to_another_machine_is_refused(url):
    with pytest.raises(UsageError, match="readable over the network"):
        Transport(url, KEY)


def test_plain_http_to_another_machine_can_be_asked_for():
    assert Transport("http://10.0.0.1/v1", KEY, allow_http=True).url == "http://10.0.0.1/v1"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://127.9.9.9", "http://LOCALHOST/v1", "http://[::1]:8000"]
)
def test_plain_http_to_this_machine_is_fine(url):
    assert Transport(url, KEY).url == url


@pytest.mark.parametrize(
    "url", ["", "studio.edgeimpulse.com", "ftp://studio/v1", "https://", "https:///v1", "file:///etc/passwd"]
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(UsageError, match="is no web address"):
        Transport(url, KEY)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1\n.evil.example/",
        "https://studio.example\\@evil.example/v1",
        "https://studio.example\\.evil.example/v1",
        "https://studio.example\t/v1",
        "https://studio.example/v1\x00",
        "https://studio.example/v1\x9b",
        "https://studio example/v1",
        "https://studio.example:port/v1",
        "https://studio.example:99999/v1",
        "https://stüdio。example/v1",
        "https://[::1%25eth0]/v1",
        "https://%73tudio%40evil.example/v1",
        "https://studio;evil.example/v1",
        b"https://studio.example/v1",
    ],
)
def test_an_address_that_programs_read_in_different_ways_is_refused(url):
    with pytest.raises(UsageError):
        Transport(url, KEY, allow_http=True)


@pytest.mark.parametrize(
    "url",
    [
        "https://user:pass@host/v1",
        "https://@host/v1",
        "https://:@host/v1",
        "https://host/v1?key=1",
        "https://host/v1#x",
        "http://127.0.0.1@evil.example/",
    ],
)
def test_an_address_holds_only_host_and_path(url):
    with pytest.raises(UsageError, match="only host and path"):
        Transport(url, KEY)


@pytest.mark.parametrize("url", ["http://[::1", "https://[x]/v1"])
def test_half_an_address_is_refused(url):
    with pytest.raises(UsageError):
        Transport(url, KEY)


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": None},
        {"retries": -1},
        {"retries": None},
        {"retries": 1.5},
        {"timeout": float("inf")},
        {"timeout": 1e10},
        {"timeout": float("nan")},
    ],
)
def test_options_that_cannot_work_are_refused(options):
    with pytest.raises(UsageError):
        call(reply(b"", 503), **options)
