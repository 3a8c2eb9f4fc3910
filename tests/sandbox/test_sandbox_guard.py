"""Who gets into the sandbox, and that nothing sent to it does harm: names, keys, bodies, parameters, old jobs."""

from __future__ import annotations

import http.client
import json
import re
import socket
import time
from urllib.parse import quote, urlsplit

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

import edgekit as ek
from edgekit.sandbox import guard
from edgekit.sandbox import job_runner as jobs
from edgekit.sandbox.routes import ROUTES


@pytest.fixture(scope="module")
def own():
    """A sandbox of this module's own: what is sent here may change it."""
    with ek.Sandbox() as running:
        yield running


def ask(sandbox, method="GET", path="/v1/api/projects", body=None, **headers) -> tuple[int, dict, dict]:
    """Send one request with these headers, by default with the key of motion; status, headers, JSON where it is any."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(sandbox.url).port, timeout=60)
    try:
        given = {"x-api-key": sandbox.keys["motion"]} | {name.replace("_", "-"): v for name, v in headers.items()}
        connection.request(method, path, body=body, headers=given)
        response = connection.getresponse()
        content = response.read()
        is_json = response.getheader("Content-Type", "").startswith("application/json")
        return response.status, dict(response.getheaders()), json.loads(content) if is_json else {}
    finally:
        connection.close()


# --- the name it is asked under ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST", "localhost:8080", "127.0.0.1:1"])
def test_this_machines_own_names_are_answered(own, name):
    assert ask(own, Host=name)[0] == 200


@pytest.mark.parametrize(
    "name",
    [
        "evil.example",
        "evil.example:80",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example#localhost",
        "localhost@evil.example",
        "127.0.0.2",
        "0.0.0.0",
        "192.168.0.1",
        "[::]",
        "::1",
        "localhost:",
        "localhost:80:80",
        "2130706433",
        "",
    ],
)
def test_a_web_page_that_lets_its_own_name_lead_here_gets_nothing(own, name):
    """DNS rebinding: the browser then sends the page's requests here, with the page's name in Host."""
    status, _, answer = ask(own, Host=name)
    assert status in (400, 403)
    assert "projects" not in answer
    if status == 403:
        assert "127.0.0.1, localhost" in answer["error"]


def test_no_answer_lets_a_page_of_another_origin_read_it(own):
    for method in ("GET", "OPTIONS", "POST"):
        _, headers, _ = ask(own, method, Origin="https://evil.example")
        assert not [name for name in headers if name.lower().startswith("access-control")]


# --- keys -------------------------------------------------------------------------------------------------------------


def test_keys_are_drawn_at_random_for_each_sandbox():
    one, other = ek.Sandbox(), ek.Sandbox()
    every = [*one.keys.values(), *other.keys.values()]
    every += [key for sandbox in (one, other) for keys in sandbox.role_keys.values() for key in keys.values()]
    assert len(set(every)) == len(every)
    assert all(re.fullmatch(r"ei_[0-9a-f]{64}", key) for key in every)


def test_another_sandboxs_key_opens_nothing(own):
    assert ask(own, x_api_key=ek.Sandbox().keys["motion"])[0] == 401


@pytest.mark.parametrize("key", ["", "ei_", "é", "x" * 5000, "ei_sandbox_motion"])
def test_a_key_that_is_none_opens_nothing(own, key):
    status, _, answer = ask(own, x_api_key=key.encode("utf-8"))
    assert (status, answer["success"]) == (401, False)


def test_the_key_does_not_show_in_the_sandboxs_repr(own):
    assert own.keys["motion"] not in repr(own)


# --- bodies -----------------------------------------------------------------------------------------------------------


def begun(sandbox, key: str, length: str) -> socket.socket:
    """Send the head of a POST, and nothing of the body that it announces."""
    port = urlsplit(sandbox.url).port
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    head = f"POST /v1/api/1/jobs/classify HTTP/1.1\r\nHost: localhost\r\nx-api-key: {key}\r\n{length}\r\n\r\n"
    connection.sendall(head.encode())
    return connection


@pytest.mark.parametrize(
    "length", ["Content-Length: 500000", "Transfer-Encoding: chunked", "Content-Length: 99999999999"]
)
def test_a_wrong_key_is_refused_before_the_body_is_read(own, length):
    with begun(own, "ei_wrong", length) as connection:
        answer = connection.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 401")
        assert b"Invalid API key" in answer
        assert connection.recv(10) == b""  # and hung up


def test_a_body_that_announces_itself_as_too_large_is_refused_before_it_is_read(own):
    with begun(own, own.keys["motion"], "Content-Length: 1000001") as connection:
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"larger than 1 MB" in answer


def test_a_body_without_a_length_is_refused_where_it_grows_too_large():
    with ek.Sandbox() as fresh, begun(fresh, fresh.keys["motion"], "Transfer-Encoding: chunked") as connection:
        sent = 0
        try:
            while sent < 50_000_000:
                connection.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
                sent += 65_536
        except OSError:  # it hung up
            pass
        assert sent < 20_000_000
        assert ask(fresh, path="/v1/api/1/jobs/1/status")[2]["success"] is False  # and the job was not started


@pytest.mark.parametrize("size", [1_000_001, 5_000_000])
def test_a_client_that_sends_too_much_reads_why(own, size):
    headers = {"x-api-key": own.keys["motion"]}
    answer = requests.post(f"{own.url}/api/1/jobs/classify", data=b"x" * size, headers=headers, timeout=60)
    assert answer.status_code == 413
    assert "larger than 1 MB" in answer.json()["error"]


def test_a_body_up_to_the_limit_is_read(own):
    body = json.dumps({"thresholds": "x" * (guard.LARGEST_BODY - 18)})
    assert len(body) == guard.LARGEST_BODY
    status, _, answer = ask(own, "POST", "/v1/api/1/impulse/1/set-thresholds", body=body)
    assert status == 400
    assert "thresholds" in answer["error"]


# --- parameters -------------------------------------------------------------------------------------------------------

IDS = {"motion": "1", "objects": "2", "surface": "3", "routine": "6"}
WRONG = [
    ("GET", "raw-data", "category"),
    ("GET", "raw-data?category=nope", "training, testing"),
    ("GET", "raw-data?category=training&labels=walking", "JSON list"),
    ("GET", "raw-data?category=training&labels=" + quote('[["a"]]'), "JSON list"),
    ("GET", "raw-data?category=training&labels=" + "[" * 20_000, "JSON list"),
    ("GET", "raw-data?category=training&limit=x", "limit must be a whole number"),
    ("GET", "raw-data?category=training&limit=-1", "whole number"),
    ("GET", "raw-data?category=training&limit=1.5", "whole number"),
    ("GET", "raw-data?category=training&offset=%C2%B2", "whole number"),
    ("GET", "raw-data?category=training&offset=%FF", "no UTF-8"),
    ("GET", "raw-data/12?limitPayloadValues=few", "limitPayloadValues"),
    ("GET", "raw-data/12/slice", "sliceStart is missing"),
    ("GET", "raw-data/12/slice?sliceStart=-1", "sliceStart must be a whole number"),
    ("GET", "raw-data/12/slice?sliceStart=0&sliceEnd=all", "sliceEnd"),
    ("GET", "raw-data/12/image?afterInputBlock=perhaps", "true or false"),
    ("POST", "classify/v2/12?includeDebugInfo=2", "true or false"),
    ("POST", "classify/v2/12?variant=double", "float32"),
    ("POST", "classify/v2/12/variants?variants=all", "JSON list"),
    ("GET", "classify/all/result?category=none", "training, testing"),
    ("GET", "classify/all/result/page?variant=double", "float32"),
    ("POST", "jobs/classify?category=none", "training, testing"),
]
BODIES = [
    "{",
    "[" * 50_000,
    "\0",
    '"\\ud800"',
    "[]",
    "1e999",
    '{"thresholds": 3}',
    '{"thresholds": [3]}',
    '{"thresholds": [{"blockId": "5"}]}',
    '{"thresholds": [{"blockId": 1.5}]}',
    '{"thresholds": [{"blockId": [5]}]}',
    '{"thresholds": [{"blockId": 5, "key": "min_anomaly_score", "value": "high"}]}',
]


@pytest.mark.parametrize(("method", "path", "says"), WRONG)
def test_a_wrong_parameter_is_400_and_the_text_says_what_would_be_right(own, method, path, says):
    status, _, answer = ask(own, method, f"/v1/api/1/{path}")
    assert (status, answer["success"]) == (400, False)
    assert says in answer["error"]
    assert len(answer["error"]) < 400


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_not_what_the_call_takes_is_400(own, body):
    status, _, answer = ask(own, "POST", "/v1/api/1/impulse/1/set-thresholds", body=body)
    assert (status, answer["success"]) == (400, False)


NUMBER = st.one_of(st.integers(0, 200), st.integers(0, 10**12)).map(str)
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
KEYS = st.sampled_from(["thresholds", "blockId", "key", "value", "modelVariants", "variants"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT | KEYS, inner, max_size=3),
    max_leaves=8,
)
PARAMETERS = st.sampled_from(
    ["category", "labels", "filename", "sortBy", "limit", "offset", "limitPayloadValues", "sliceStart", "sliceEnd",
     "afterInputBlock", "variant", "variants", "includeDebugInfo", "windowSize", "window", "impulseId", "é"]
)  # fmt: skip
VALUES = st.one_of(
    NUMBER, TEXT, JSON.map(json.dumps),
    st.sampled_from(["training", "testing", "true", "False", "float32", '["int8"]', '["walking"]', "-1", "1e5", "nan"]),
)  # fmt: skip


@settings(max_examples=250)
@given(
    name=st.sampled_from(sorted(IDS)),
    route=st.sampled_from(ROUTES),
    data=st.data(),
    query=st.lists(st.tuples(PARAMETERS, VALUES), max_size=4),
    body=st.one_of(st.none(), JSON.map(json.dumps), st.binary(max_size=50)),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", None, None, None, None]),
)
def test_whatever_is_sent_to_any_route_is_answered_with_words_and_never_a_fault(
    own, name, route, data, query, body, method
):
    usual, pattern, _ = route
    path = re.sub(re.escape(r"(\d{1,9})"), lambda _: data.draw(st.integers(0, 200).map(str)), pattern)
    asked = "&".join(f"{quote(key)}={quote(value)}" for key, value in query)
    whole = f"/v1/api/{IDS[name]}/{path}?{asked}"
    status, headers, answer = ask(own, method or usual, whole, body, x_api_key=own.keys[name])
    assert status < 500, (status, answer)
    assert status == 200 or answer["error"]
    assert headers["X-Content-Type-Options"] == "nosniff"


# --- jobs -------------------------------------------------------------------------------------------------------------


def test_finished_jobs_are_forgotten_after_a_while(monkeypatch):
    own = jobs.Jobs()
    now = time.monotonic()
    try:
        first = own.start("Classifying", lambda log: log("done"))
        while "finished" not in own.status(first):
            time.sleep(0.005)
        monkeypatch.setattr(jobs.time, "monotonic", lambda: now + jobs.KEPT - 60)
        assert own.status(first)["finishedSuccessful"]
        second = own.start("Classifying", lambda log: None)
        assert second == first + 1
        monkeypatch.setattr(jobs.time, "monotonic", lambda: now + jobs.KEPT + 60)
        third = own.start("Classifying", lambda log: None)
        assert third == second + 1  # an id is never given twice
        with pytest.raises(jobs.Refused, match=r"No job with id 1; those that ended are forgotten after 1 h"):
            own.status(first)
        assert first not in own._jobs
    finally:
        own.close()


# --- its own arguments ------------------------------------------------------------------------------------------------


class Odd:
    """What cannot even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")


@pytest.mark.parametrize("port", ["x", "8080", None, 1.5, True, b"1", [1], Odd()])
def test_a_port_that_is_no_number_is_a_usage_error(port):
    with pytest.raises(ek.UsageError, match="port is a number"):
        ek.Sandbox(port=port)


@pytest.mark.parametrize("port", [-1, 65_536, 10**400, 10**5000], ids=["negative", "next", "huge", "endless"])
def test_a_number_that_is_no_port_is_told_at_the_start(port):
    with pytest.raises(ek.SandboxError, match=r"is no port: choose one from 1 to 65535"):
        ek.Sandbox(port=port).start()
