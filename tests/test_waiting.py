"""Whoever presses Ctrl-C has it within a second, whatever edgekit is waiting for, and nothing goes on behind it."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

import edgekit as ek
from edgekit import waiting
from edgekit.studio import jobs, many
from edgekit.wire.schema import Job
from tests.faults import Server, stall

HOME = Path(ek.__file__).parent
WITHIN = 1.0  # seconds


def interrupted(program: str, *, after: float = 0.3) -> tuple[float, int, str]:
    """Run a program that prints "ready" and then waits; return how long Ctrl-C took to end it, its status, stderr."""
    command = [sys.executable, "-c", f"import threading, edgekit as ek\n{program}"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        while process.stdout.readline().strip() != "ready":
            assert process.poll() is None, process.stderr.read()
        time.sleep(after)
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=20)
        finally:
            process.kill()
        return time.monotonic() - begin, process.returncode, errors


@pytest.fixture
def silent():
    """A server that never answers."""
    with Server(stall(), lifetime=30.0) as server:
        yield server


@pytest.mark.parametrize("call", ["samples()", "classify(1)", "classify([1, 2, 3, 4, 5, 6])"])
def test_ctrl_c_ends_a_call_to_a_server_that_never_answers(silent, call):
    took, status, errors = interrupted(
        f"studio = ek.Studio(url={silent.url!r}, api_key='ei_x', project_id=1)\n"
        f"print('ready', flush=True)\n"
        f"studio.{call}"
    )
    assert errors.rstrip().splitlines()[-1].startswith("KeyboardInterrupt")
    assert status == -signal.SIGINT
    assert took < WITHIN + 0.5  # the interpreter itself takes its time to end


def test_ctrl_c_ends_the_sandbox():
    took, status, errors = interrupted(
        "import sys, builtins; from edgekit import cli\n"
        "threading.Timer(1, print, ['ready'], {'flush': True}).start()\n"
        "sys.exit(cli.main(['sandbox']))"
    )
    assert (status, errors) == (130, "")
    assert took < WITHIN + 0.5


def test_ctrl_c_while_a_job_runs_does_not_wait_for_a_server_that_does_not_take_the_cancellation(capsys):
    class Calls:
        def job(self, job: int) -> Job:
            raise KeyboardInterrupt

        def cancel_job(self, job: int) -> None:
            over.wait(10)

    over = threading.Event()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt, match="has not answered yet"):
        jobs.follow(Calls(), 7, 60)
    over.set()
    assert time.monotonic() - begin < WITHIN
    assert "asked to cancel job 7" in capsys.readouterr().err


def test_what_is_given_up_ends_in_every_thread():
    """One sample fails: the others' calls, though they wait for something that never comes, end as well."""
    ended = []

    def call(sample: int, stop: threading.Event) -> None:
        if sample == 1:
            time.sleep(0.2)
            raise ek.UsageError("no such sample")
        try:
            waiting.pause(60)
        finally:
            ended.append(sample)

    begin = time.monotonic()
    with pytest.raises(ek.UsageError, match="no such sample"):
        many.in_order(call, [1, 2, 3, 4, 5])
    assert time.monotonic() - begin < 0.2 + WITHIN
    assert set(ended) >= {2, 3, 4}


def test_a_wait_returns_as_soon_as_what_it_waits_for_is_there():
    event, future = threading.Event(), Future()
    threading.Timer(0.05, event.set).start()
    assert waiting.until(event.wait, 5)
    assert not waiting.until(threading.Event().wait, 0.15)
    threading.Timer(0.05, future.set_result, [3]).start()
    assert waiting.result(future) == 3
    thread = threading.Thread(target=time.sleep, args=(0.05,))
    thread.start()
    assert waiting.ended(thread, 5)
    endless = threading.Thread(target=waiting.pause, args=(0.5,))
    endless.start()
    assert not waiting.ended(endless, 0.05)
    endless.join()
    begin = time.monotonic()
    waiting.pause(0.25)
    assert 0.25 <= time.monotonic() - begin < 2


def test_a_result_that_is_an_error_is_raised():
    with ThreadPoolExecutor(1) as pool, pytest.raises(ZeroDivisionError):
        waiting.result(pool.submit(lambda: 1 / 0))


def test_an_event_stops_the_waits_of_its_own_thread_only():
    event = threading.Event()
    event.set()
    with pytest.raises(waiting.Stopped), waiting.stopped_by(event):
        waiting.pause(60)
    waiting.pause(0.01)
    with waiting.stopped_by(event), waiting.stopped_by(None):
        waiting.pause(0.01)


def test_no_step_of_a_wait_is_longer_than_a_fraction_of_a_second(monkeypatch):
    """On Windows, Ctrl-C comes through between two steps only."""
    asked = []

    def step(seconds: float) -> bool:
        asked.append(seconds)
        return len(asked) == 5

    assert waiting.until(step)
    assert asked == [waiting.STEP] * 5
    assert waiting.STEP <= 0.25


def waits(path: Path) -> list[str]:
    """Name the calls in a module that wait for an event, a thread, a lock or a future without a limit."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("wait", "join", "result", "acquire")
            and not node.args
            and not [keyword for keyword in node.keywords if keyword.arg in ("timeout", "blocking")]
        ):
            found.append(f"{path.relative_to(HOME)}:{node.lineno} {ast.unparse(node)}")
    return found


def test_nothing_in_edgekit_waits_without_a_limit():
    """`threading.Event().wait()` could not be interrupted on Windows; `waiting` has what can."""
    found = [one for path in sorted(HOME.rglob("*.py")) for one in waits(path)]
    assert found == []
