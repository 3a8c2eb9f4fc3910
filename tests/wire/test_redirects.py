"""Wherever a server sends the client, the key arrives at that server and nowhere else."""

# ruff: noqa: RUF001
from __future__ import annotations

from contextlib import suppress

import pytest

from edgekit.errors import ConnectionFailed, EdgekitError
from edgekit.wire.session import Transport
from tests.faults import Answer, Request, Server, head, redirect, reply, send

KEY = "ei_0123456789abcdef0123456789abcdef"
STUDIO, THIEF = "127.0.0.1:{studio}", "127.0.0.1:{thief}"

# Written with the two servers' addresses in the place of STUDIO and THIEF; sent as UTF-8.
SHAPES = [
    # which host stands where
    r"http://THIEF\@STUDIO/x",
    r"//THIEF\@STUDIO/x",
    r"http://a@THIEF\@b@STUDIO/x",
    r"http://THIEF\\@STUDIO/x",
    r"http://STUDIO\@THIEF/x",
    r"http:\\THIEF\x",
    r"\\THIEF\x",
    r"/\THIEF/x",
    r"\/THIEF/x",
    r"http://THIEF\.STUDIO/x",
    "http://THIEF%5C@STUDIO/x",
    "http://STUDIO@THIEF/x",
    "http://STUDIO:key@THIEF/x",
    "http://THIEF@STUDIO/x",
    "http://@THIEF/x",
    "http://:@THIEF/x",
    "http://STUDIO%40THIEF/x",
    "http://THIEF#@STUDIO/x",
    "http://THIEF?@STUDIO/x",
    "http://THIEF/@STUDIO/x",
    "http://THIEF;@STUDIO/x",
    "http://THIEF&@STUDIO/x",
    "http://THIEF,STUDIO/x",
    "http://STUDIO#@THIEF/x",
    "http://STUDIO/../../THIEF/x",
    # which scheme
    "http://THIEF/x",
    "//THIEF/x",
    "///THIEF/x",
    "////THIEF/x",
    "http:///THIEF/x",
    "http:THIEF/x",
    "http:/THIEF/x",
    "HTTP://THIEF/x",
    "hTTp://THIEF/x",
    "https://THIEF/x",
    "ftp://THIEF/x",
    "file://THIEF/etc/passwd",
    "javascript://THIEF/%0aalert(1)",
    "unix://THIEF/x",
    "http+unix://THIEF/x",
    "http://http://THIEF/x",
    "url:http://THIEF/x",
    # the same machine by another name
    "http://localhost:{thief}/x",
    "http://LOCALHOST:{thief}/x",
    "http://LocalHost:{studio}/x",
    "http://localhost.:{thief}/x",
    "http://127.0.0.1.:{thief}/x",
    "http://127.1:{thief}/x",
    "http://2130706433:{thief}/x",
    "http://0x7f000001:{thief}/x",
    "http://0177.0.0.1:{thief}/x",
    "http://127.0.0.2:{thief}/x",
    "http://0.0.0.0:{thief}/x",
    "http://[::1]:{thief}/x",
    "http://[::ffff:127.0.0.1]:{thief}/x",
    "http://[::ffff:127.0.0.1]:{studio}/x",
    "http://[::1%25lo]:{thief}/x",
    "http://127.0.0.1%00.example:{thief}/x",
    "http://127.0.0%2e1:{thief}/x",
    "http://%31%32%37.0.0.1:{thief}/x",
    "http://%6c%6f%63%61%6c%68%6f%73%74:{thief}/x",
    "http://１２７.0.0.1:{thief}/x",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{thief}/x",
    "http://127。0。0。1:{thief}/x",
    "http://localhost\u00ad:{thief}/x",
    "http://ℓocalhost:{thief}/x",
    # which port
    "http://127.0.0.1:0{thief}/x",
    "http://127.0.0.1:+{thief}/x",
    "http://127.0.0.1: {thief}/x",
    "http://127.0.0.1:{studio}:{thief}/x",
    "http://127.0.0.1:{studio}@:{thief}/x",
    "http://127.0.0.1:/x",
    "http://127.0.0.1:99999/x",
    # what stands between
    "http://THIEF\t/x",
    "ht\ttp://THIEF/x",
    " http://THIEF/x",
    "\x00http://THIEF/x",
    "http://\x00THIEF/x",
    "http://THIEF\x7f@STUDIO/x",
    "http://THIEF\u0085/x",
    "http://THIEF\u2028@STUDIO/x",
    "http://THIEF\u202e/x",
    "http://THIEF\ufeff/x",
    "http://THIEF／@STUDIO/x",
    "http://THIEF＠STUDIO/x",
    "http://STUDIO＃@THIEF/x",
    "http://[THIEF]/x",
    "http://[STUDIO]@THIEF/x",
    "http://THIEF/x, http://STUDIO/x",
    # the key itself
    "http://THIEF/x?key=KEY",
    "http://THIEF/x?key=%65i_0123456789abcdef0123456789abcdef",
    "http://THIEF/KEY",
    "http://KEY@THIEF/",
    "http://STUDIO/x?key=KEY",
]


def sent_to(location: str, status: int = 302, method: str = "get") -> tuple[list[Request], list[Request], str]:
    """Follow this redirect: (what the studio was asked, what the thief was asked, what was raised)."""
    with Server(reply(b"gotten")) as thief:

        def away(peer):
            ports = {"studio": studio.url.rpartition(":")[2], "thief": thief.url.rpartition(":")[2]}
            shape = location.replace("STUDIO", STUDIO).replace("THIEF", THIEF).replace("KEY", KEY)
            for name, port in ports.items():
                shape = shape.replace(f"{{{name}}}", port)
            line = b"location: " + shape.encode() + b"\r\n"
            send(head(status, content_length=0)[:-2] + line + b"\r\n")(peer)

        with Server(away, reply(b"home")) as studio:
            transport = Transport(studio.url, KEY, timeout=2, retries=0)
            said = ""
            try:
                getattr(transport, method)("api", 7, "x")
            except EdgekitError as problem:
                said = str(problem)
            finally:
                transport.close()
        return studio.requests, thief.requests, said


def test_there_are_enough_shapes():
    assert len(set(SHAPES)) >= 90


@pytest.mark.parametrize("location", SHAPES)
def test_the_key_arrives_at_the_studio_and_nowhere_else(location):
    studio, thief, said = sent_to(location)
    assert KEY in repr(studio[0])
    assert KEY not in repr(thief)
    assert KEY not in said
    assert len(studio) <= 2


@pytest.mark.parametrize("location", [shape for shape in SHAPES if "\\" in shape or "@" in shape.partition("/x")[0]])
def test_a_redirect_with_a_backslash_or_a_user_is_followed_to_neither(location):
    studio, thief, _ = sent_to(location)
    in_the_path = location.startswith(("http://THIEF/@", "http://THIEF?@", "http://THIEF#@", "http://STUDIO#@"))
    if not in_the_path:
        assert (len(studio), len(thief)) == (1, 0)


@pytest.mark.parametrize("location", ["http://THIEF/x", "//THIEF/x", "HTTP://THIEF/x", "http://localhost:{thief}/x"])
def test_an_honest_redirect_is_followed_without_the_key(location):
    studio, thief, said = sent_to(location)
    assert (len(studio), len(thief), said) == (1, 1, "")
    assert thief[0].path == "/x"


@pytest.mark.parametrize("location", ["/x", "http://STUDIO/x", "x", "?a=1", "//STUDIO/x", "/a b", "/ü", "#there"])
def test_a_redirect_within_the_studio_keeps_the_key(location):
    studio, thief, said = sent_to(location)
    assert (len(thief), said) == (0, "")
    assert [KEY in repr(request) for request in studio] == [True, True]


@pytest.mark.parametrize("status", [307, 308])
def test_what_was_to_be_sent_goes_to_no_other_server(status):
    with Server(reply(b"there")) as thief, Server(redirect(thief.url, status)) as studio:
        transport = Transport(studio.url, KEY, retries=0)
        transport.post("api", body={"private": "text"})
        transport.close()
    assert [request.body for request in thief.requests] == [b""]
    assert "private" in repr(studio.requests)
    assert "private" not in repr(thief.requests)


def test_on_the_way_back_the_key_stays_away_too():
    def back(peer):
        redirect(studio.url + "/home", 307)(peer)

    def away(peer):
        redirect(thief.url, 307)(peer)

    with Server(away, reply()) as studio, Server(back) as thief:
        transport = Transport(studio.url, KEY, retries=0)
        transport.post("api", body={"private": "text"})
        transport.close()
    assert KEY not in repr(thief.requests + studio.requests[1:])
    assert "private" not in repr(thief.requests + studio.requests[1:])


@pytest.mark.parametrize(
    "lines",
    ["x: 1\r\nlocation: THIEF", "location: THIEF\r\nlocation: STUDIO", "location: \r\n THIEF", "Location:THIEF"],
)
def test_odd_headers_do_not_carry_the_key_away(lines):
    with Server(reply(b"gotten")) as thief:

        def away(peer):
            text = lines.replace("THIEF", thief.url).replace("STUDIO", studio.url)
            send(head(302, content_length=0)[:-2] + text.encode() + b"\r\n\r\n")(peer)

        with Server(away, reply()) as studio:
            transport = Transport(studio.url, KEY, retries=0)
            with suppress(EdgekitError):
                transport.get("x")
            transport.close()
    assert KEY not in repr(thief.requests)


NASTY = ["a\r\nx-evil: 1", "../../api", "a\x00b", "?x=1", "#f", "\\evil", "@evil", "%0d%0a", "ü", "a/b", "//evil/x"]


@pytest.mark.parametrize("text", NASTY)
def test_what_a_call_is_given_stays_in_its_place_of_the_request(text):
    with Server(reply(b"{}")) as studio:
        transport = Transport(studio.url + "/v1", KEY, retries=0)
        transport.post("api", text, "end", body={text: text}, name=text)
        transport.close()
    [request] = studio.requests
    path, _, query = request.path.partition("?")
    assert path.startswith("/v1/api/")
    assert path.count("/") == 4
    assert query.startswith("name=")
    assert "x-evil" not in request.headers


@pytest.mark.parametrize("answer", [redirect("http://192.0.2.1/x"), redirect("http://studio.example/x")])
def test_plain_http_over_a_network_is_refused_in_a_redirect_too(answer: Answer):
    with Server(answer) as studio:
        transport = Transport(studio.url, KEY, retries=2)
        with pytest.raises(ConnectionFailed, match="readable over the network"):
            transport.get("x")
        transport.close()
    assert len(studio.requests) == 1
