"""Whoever presses Ctrl-C has it within a second, whatever edgekit is waiting for, and nothing goes on behind it."""

from __future__ import annotations

import ast
import io
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest
from tqdm.auto import tqdm

import edgekit as ek
from edgekit import progress, waiting
from edgekit.studio import jobs, many
from edgekit.wire.schema import Job
from tests.faults import Server, stall
from tests.processes import started, until

HOME = Path(ek.__file__).parent
WITHIN = 10.0  # seconds: a busy machine is late, and what does not end at once goes on for 30 at least


def interrupted(program: str, *, ready: str = "ready", after: float = 0.3) -> tuple[float, int, str]:
    """Run a program that prints `ready` and then waits; return how long Ctrl-C took to end it, its status, stderr."""
    command = [sys.executable, "-c", f"import edgekit as ek\n{program}"]
    with started(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        until(process, ready)
        time.sleep(after)
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
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
    assert took < WITHIN


def test_ctrl_c_ends_the_sandbox():
    program = "import sys; from edgekit import cli; sys.exit(cli.main(['sandbox']))"
    took, status, errors = interrupted(program, ready="Ctrl-C stops it.")
    assert (status, errors) == (130, "")
    assert took < WITHIN


def test_ctrl_c_while_a_job_runs_does_not_wait_for_a_server_that_does_not_take_the_cancellation(capsys):
    class Calls:
        def job(self, job: int) -> Job:
            raise KeyboardInterrupt

        def cancel_job(self, job: int) -> None:
            over.wait(60)

    over = threading.Event()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt, match="has not answered yet"):
        jobs.follow(Calls(), 7, 60)
    over.set()
    assert time.monotonic() - begin < WITHIN
    assert "asked to cancel job 7" in capsys.readouterr().err


def test_what_is_given_up_ends_in_every_thread():
    """One sample fails: the others' calls, though they wait for something that never comes, end as well."""
    ended, all_begun = [], threading.Barrier(many.THREADS)

    def call(sample: int, stop: threading.Event) -> None:
        if sample < 5:
            all_begun.wait(60)
        if sample == 1:
            raise ek.UsageError("no such sample")
        try:
            waiting.pause(60)
        finally:
            ended.append(sample)

    begin = time.monotonic()
    with pytest.raises(ek.UsageError, match="no such sample"):
        many.in_order(call, [1, 2, 3, 4, 5])
    while not set(ended) >= {2, 3, 4} and time.monotonic() - begin < WITHIN:
        time.sleep(0.01)
    assert set(ended) >= {2, 3, 4}


def test_a_wait_returns_as_soon_as_what_it_waits_for_is_there():
    event, future = threading.Event(), Future()
    threading.Timer(0.05, event.set).start()
    assert waiting.until(event.wait, 60)
    assert not waiting.until(threading.Event().wait, 0.15)
    threading.Timer(0.05, future.set_result, [3]).start()
    assert waiting.result(future) == 3
    queue = SimpleQueue()
    threading.Timer(0.05, queue.put, [4]).start()
    assert waiting.taken(queue) == 4
    with pytest.raises(Empty):
        waiting.taken(queue, 0.05)
    with pytest.raises(TimeoutError):
        waiting.result(Future(), 0.05)
    thread = threading.Thread(target=time.sleep, args=(0.05,))
    thread.start()
    assert waiting.ended(thread, 60)
    over = threading.Event()
    endless = threading.Thread(target=over.wait, args=(60,))
    endless.start()
    assert not waiting.ended(endless, 0.05)
    over.set()
    assert waiting.ended(endless, 60)
    begin = time.monotonic()
    waiting.pause(0.25)
    assert 0.25 <= time.monotonic() - begin < WITHIN


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, waiting.Threads])
def test_a_result_that_is_an_error_is_raised(kind):
    with kind(thread_name_prefix="x") if kind is ThreadPoolExecutor else kind("x") as pool:
        assert waiting.result(pool.submit(divmod, 7, 2)) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            waiting.result(pool.submit(divmod, 1, 0))


def test_the_end_of_the_process_waits_for_no_thread_of_many_calls():
    """Where Ctrl-C has left a lock taken that a thread needs to end, the process would not end either."""
    threads = many.in_order(lambda sample, stop: threading.current_thread(), [1, 2, 3, 4, 5, 6])
    assert len(threads) == 6
    assert all(thread.daemon for thread in threads)


def test_ctrl_c_while_a_bar_is_drawn_leaves_free_the_lock_of_all_bars(monkeypatch):
    class Terminal(io.StringIO):
        pressed = False

        def write(self, text: str) -> int:
            if not self.pressed:
                self.pressed = True
                raise KeyboardInterrupt
            return super().write(text)

    lock = threading.RLock()
    monkeypatch.setattr(tqdm, "_lock", lock, raising=False)
    for draw in ("refresh", "clear"):
        with progress.bar(total=2, file=(terminal := Terminal())) as bar:
            with pytest.raises(KeyboardInterrupt):
                getattr(bar, draw)()
            with ThreadPoolExecutor(1) as other:
                assert other.submit(lock.acquire, timeout=5).result()
                other.submit(lock.release).result()
            bar.refresh()
            assert "0/2" in terminal.getvalue()


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
