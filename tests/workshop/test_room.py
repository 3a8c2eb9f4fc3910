"""One laptop serves a room: only where that is asked for, with a key for each seat, and a seat changes nothing."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

import edgekit as ek
from edgekit.cli import main
from edgekit.sandbox import addresses
from edgekit.workshop import room
from tests.processes import started


@pytest.fixture(scope="module")
def served():
    """A sandbox on all of this machine's addresses, with two seats."""
    with ek.Sandbox(host="0.0.0.0", seats=2) as running:
        yield running


@pytest.fixture
def seat(served, monkeypatch):
    monkeypatch.setenv(room.ADDRESS, served.urls[0])
    monkeypatch.setenv(room.KEY, served.seat_keys[0])
    yield served
    monkeypatch.delenv(room.ADDRESS)
    ek.workshop.connect(1)  # no other test is to meet this server


def asked(sandbox, host: str, key: str, method: str = "GET", path: str = "/v1/api/projects") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(sandbox.url).port, timeout=60)
    try:
        connection.request(method, path, headers={"Host": host, "x-api-key": key})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_without_being_asked_it_listens_on_loopback_and_has_no_seats():
    with ek.Sandbox() as sandbox:
        assert sandbox.urls == [sandbox.url]
        assert urlsplit(sandbox.url).hostname == "127.0.0.1"
        assert sandbox.seat_keys == []
        assert addresses.names("127.0.0.1") == frozenset()


def test_each_seat_has_a_key_of_its_own_that_opens_every_project(served):
    first, second = served.seat_keys
    assert first != second
    assert re.fullmatch(r"ei_[0-9a-f]{16}", first)
    for key in (first, second):
        studio = ek.Studio(url=served.url, api_key=key, allow_http=True)
        assert list(studio.projects().values()) == list(served.keys)


def test_a_seat_reads_and_classifies_and_changes_nothing(served):
    studio = ek.Studio(url=served.url, api_key=served.seat_keys[0], project_id=1, allow_http=True)
    assert len(studio.classify(31).block("anomaly-gmm").windows()) == 17
    for change in (lambda: studio.set_threshold("anomaly-gmm", 3.0), studio.test):
        with pytest.raises(ek.AuthenticationError, match="readonly"):
            change()


def test_a_project_that_the_key_does_not_open_is_refused_and_those_it_opens_are_named(served):
    answer = asked(served, "localhost", served.keys["motion"], path="/v1/api/2/impulse")
    assert answer[0] == 403
    assert b"belongs to project 1, not to project 2" in answer[1]
    assert b"belongs to project 1, 2, " in asked(served, "localhost", served.seat_keys[0], path="/v1/api/99/impulse")[1]


def test_it_answers_under_the_addresses_that_it_prints_and_under_no_others(served):
    key, port = served.seat_keys[0], urlsplit(served.url).port
    own = {urlsplit(url).netloc for url in served.urls} | {socket.gethostname(), f"{socket.gethostname()}.local:{port}"}
    for name in own | {"localhost"}:
        assert asked(served, name, key)[0] == 200
    for name in ("evil.example", f"{socket.gethostname()}.evil.example", "0.0.0.0", "1.2.3.4"):
        assert asked(served, name, key)[0] == 403
    assert asked(served, socket.gethostname(), "ei_" + 16 * "0")[0] == 401


@pytest.mark.parametrize("host", ["192.0.2.7", "no such name", "nowhere.invalid", "\ud800", "x" * 300])
def test_an_address_that_this_machine_does_not_have_is_told(host):
    with pytest.raises(ek.SandboxError, match="is no address of this machine"):
        ek.Sandbox(host=host).start()


@pytest.mark.parametrize("wrong", [{"host": ""}, {"host": None}, {"seats": -1}, {"seats": True}, {"seats": 10**9}])
def test_what_is_no_host_and_no_number_of_seats_is_told(wrong):
    with pytest.raises(ek.UsageError, match=r"host is an address|seats is a number"):
        ek.Sandbox(**wrong)


def test_a_learner_in_a_room_works_on_its_server_in_every_part(seat):
    for part, name in (("1", "motion"), ("2", "routine"), ("5a", "objects"), ("5b", "surface")):
        studio = ek.workshop.connect(part)
        assert (studio.url, studio.projects()[studio.project_id]) == (seat.url, name)
        assert repr(studio) == f"<Studio {name!r} of the room>"
    assert ek.workshop.check("1.2", 100)
    other = ek.workshop.connect(3, sandbox="routine")
    assert (other.url, other.projects()[other.project_id]) == (seat.url, "routine")


def test_ones_own_key_is_never_sent_to_the_room(seat, monkeypatch):
    monkeypatch.setenv("EI_API_KEY", "ei_" + 64 * "a")
    monkeypatch.setenv(room.KEY, "")
    with pytest.raises(ek.UsageError, match="EDGEKIT_SEAT_KEY is not set"):
        ek.workshop.connect(1)
    monkeypatch.setenv(room.KEY, seat.keys["meat"])
    with pytest.raises(ek.NotFoundError, match="no project motion or routine or appliances; it has: meat"):
        ek.workshop.connect(1)
    monkeypatch.delenv("EI_API_KEY")


def told(call) -> str:
    with pytest.raises(ek.EdgekitError) as problem:
        call()
    return str(problem.value)


def test_what_goes_wrong_in_a_room_is_told_with_the_names_that_a_learner_was_given(seat, monkeypatch):
    studio = ek.workshop.connect(1)
    texts = [told(lambda: studio.set_threshold("anomaly-gmm", 3.0))]
    assert "lets a seat read and classify" in texts[0]
    monkeypatch.setenv(room.KEY, "ei_" + 16 * "0")
    texts.append(told(lambda: ek.workshop.connect(1)))
    assert "does not know the key of this seat. Set EDGEKIT_SEAT_KEY again" in texts[1]
    monkeypatch.setenv(room.KEY, seat.seat_keys[0])
    with socket.socket() as taken:  # where no one listens
        taken.bind(("127.0.0.1", 0))
        silent = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        for url, said in {
            silent: "does not answer. Is this laptop in the network of the room? Set EDGEKIT_ROOM again",
            seat.urls[0].removesuffix("/v1"): "no address of a room's server. Set EDGEKIT_ROOM again",
            "10.0.0.5:8000": "no address of a room's server. Set EDGEKIT_ROOM again",
        }.items():
            monkeypatch.setenv(room.ADDRESS, url)
            texts.append(told(lambda: ek.workshop.connect(1)))
            assert said in texts[-1]
    assert not re.search("EI_API|EI_PROJECT|dashboard", "".join(texts))
    monkeypatch.setenv(room.ADDRESS, seat.urls[0])


def test_thirty_at_once_are_all_answered(served):
    host = urlsplit(served.url).netloc
    failed = []

    def client(number: int) -> None:
        connection = http.client.HTTPConnection(host, timeout=60)
        for path in ("projects", *(f"{project}/raw-data?category=testing" for project in (1, 2, 6))):
            connection.request("GET", f"/v1/api/{path}", headers={"x-api-key": served.seat_keys[number % 2]})
            answer = connection.getresponse()
            if answer.status != 200 or b'"success":true' not in answer.read():
                failed.append((number, path))
        connection.close()

    with ThreadPoolExecutor(30) as threads:
        list(threads.map(client, range(30)))
    assert failed == []


def test_what_to_type_is_said_for_every_system_and_seat():
    lines = list(room.told(["http://10.0.0.5:1/v1", "http://10.1.0.5:1/v1"], ["ei_a", "ei_b"], is_local=False))
    assert lines[:2] == ["The sandbox answers at http://10.0.0.5:1/v1", "The sandbox answers at http://10.1.0.5:1/v1"]
    assert lines[-2:] == ["seat  1: ei_a", "seat  2: ei_b"]
    assert "export EDGEKIT_ROOM=http://10.0.0.5:1/v1 EDGEKIT_SEAT_KEY=…" in "".join(lines)
    assert "On each laptop, before edgekit lab" in "".join(lines)
    local = list(room.told(["http://127.0.0.1:1/v1"], [], is_local=True))
    assert "--host 0.0.0.0" in local[0]
    assert not [line for line in local if "laptop" in line]


def test_localhost_under_any_name_serves_this_machine_only():
    assert [addresses.is_loopback(host) for host in ("127.0.0.1", "localhost", "127.0.0.2")] == [True] * 3
    assert [addresses.is_loopback(host) for host in ("0.0.0.0", "192.0.2.7", "no such name", "\ud800")] == [False] * 4


def test_the_command_serves_until_ctrl_c():
    command = [sys.executable, "-m", "edgekit.cli", "workshop", "serve", "--seats", "3"]
    with started(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        lines = [process.stdout.readline() for _ in range(10)]
        url, key = re.search(r"http://127\S+", lines[1])[0], re.search(r"seat  3: (\S+)", "".join(lines))[1]
        assert ek.Studio(url=url, api_key=key).projects()[1] == "motion"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert (process.returncode, errors) == (130, "")


def test_a_host_that_cannot_be_used_is_an_error_of_one_line(capsys):
    assert main(["workshop", "serve", "--host", "192.0.2.7"]) == 1
    assert capsys.readouterr().err.startswith("edgekit: '192.0.2.7' is no address of this machine.")
