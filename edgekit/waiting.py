"""Waiting that ends at once: with Ctrl-C, and if the caller no longer needs the result.

On Windows, before Python 3.14, Ctrl-C does not end a wait for a lock, an event or a thread: it comes through when the
wait is over. So nothing here waits for longer than `STEP` at a time.

What is written in Python may be interrupted at any place, the locks of futures and events too: one that Ctrl-C has met
in the wrong microsecond stays taken. So the main thread waits with `SimpleQueue`, which is written in C, for what other
threads have to end, and the process does not wait for those threads at its end: see `Threads`.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from queue import Empty, SimpleQueue
from typing import ParamSpec, TypeVar

STEP = 0.1  # seconds
P = ParamSpec("P")
R = TypeVar("R")

_stop: ContextVar[threading.Event | None] = ContextVar("_stop", default=None)


class Stopped(BaseException):
    """The caller gave up the work of this thread; it is not a fault, and no `except` may swallow it."""


@contextmanager
def stopped_by(event: threading.Event | None) -> Iterator[None]:
    """Let every wait of this thread end with `Stopped` once the event is set; with None, by Ctrl-C only."""
    before = _stop.set(event)
    try:
        yield
    finally:
        _stop.reset(before)


def stopped() -> Callable[[], bool]:
    """Return what says, in any thread, whether this one is to stop."""
    stop = _stop.get()
    return (lambda: False) if stop is None else stop.is_set


def check() -> None:
    """Raise `Stopped` where the event of `stopped_by` is set."""
    if stopped()():
        raise Stopped


def until(step: Callable[[float], object], seconds: float = math.inf) -> bool:
    """Wait until `step` returns something true; False where it has not within `seconds`.

    Parameters
    ----------
    step : callable
        Is given how long to wait at most, in seconds: ``event.wait``.
    seconds : float
        When to give up.

    Raises
    ------
    KeyboardInterrupt
        Ctrl-C.
    Stopped
        The event of `stopped_by` was set.
    """
    end, stop = time.monotonic() + seconds, _stop.get()
    while not step(max(0.0, min(STEP, left := end - time.monotonic()))):
        if stop is not None and stop.is_set():
            raise Stopped
        if left <= STEP:
            return False
    return True


def pause(seconds: float) -> None:
    """Wait for so long."""
    until(time.sleep, seconds)


def ended(thread: threading.Thread, seconds: float = math.inf) -> bool:
    """Wait until a thread has ended; False where it has not within `seconds`."""

    def step(most: float) -> bool:
        thread.join(most)
        return not thread.is_alive()

    return until(step, seconds)


def taken(queue: SimpleQueue[R], seconds: float = math.inf) -> R:
    """Take what comes next out of a queue; Empty where nothing comes within `seconds`."""
    came: list[R] = []

    def step(most: float) -> bool:
        with suppress(Empty):
            came.append(queue.get(timeout=most))
        return bool(came)

    if until(step, seconds):
        return came[0]
    raise Empty


def result(future: Future[R], seconds: float = math.inf) -> R:
    """Return a future's result as soon as there is one; TimeoutError where there is none within `seconds`."""
    done: SimpleQueue[Future[R]] = SimpleQueue()
    future.add_done_callback(done.put)
    with suppress(Empty):
        taken(done, seconds)
    return future.result(0)


class Threads(Executor):
    """An executor that begins a thread for each call; the end of the process waits for none of them.

    For those of a ThreadPoolExecutor it does, and where Ctrl-C has left a lock of a future taken, for ever.

    Parameters
    ----------
    name : str
        Of the threads.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def submit(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Begin a call in a thread of its own."""
        future: Future[R] = Future()
        future.set_running_or_notify_cancel()

        def run() -> None:
            try:
                future.set_result(call(*args, **kwargs))
            except BaseException as problem:
                future.set_exception(problem)

        threading.Thread(target=run, name=self._name, daemon=True).start()
        return future
