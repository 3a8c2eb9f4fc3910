"""Waiting that ends at once: with Ctrl-C, and if the caller no longer needs the result.

On Windows, before Python 3.14, Ctrl-C does not end a wait for a lock, an event or a thread: it comes through when the
wait is over. So nothing here waits for longer than `STEP` at a time.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

STEP = 0.1  # seconds
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


def result(future: Future[R], seconds: float = math.inf) -> R:
    """Return a future's result as soon as there is one; TimeoutError where there is none within `seconds`."""

    def step(most: float) -> bool:
        try:
            future.exception(most)
        except TimeoutError:
            return False
        return True

    until(step, seconds)
    return future.result(0)
