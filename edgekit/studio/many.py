"""Many samples at once: a few threads, answers in order, a progress bar, and what came before one failed."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from queue import SimpleQueue
from typing import Generic, TypeVar

import pandas as pd

from edgekit import progress, waiting
from edgekit.errors import AuthenticationError, ConnectionFailed, EdgekitError, RateLimitError
from edgekit.studio.jobs import CANCEL_WITHIN

# Samples asked for at a time: with more, a server with a limit of calls refuses them, and it is not faster.
THREADS = 4
_FOR_ALL = (AuthenticationError, ConnectionFailed, RateLimitError)  # every other sample would meet the same
R = TypeVar("R")


class Answers(list[R], Generic[R]):
    """What came of many samples, in their order: a list.

    Attributes
    ----------
    failures : DataFrame
        Index `sample`; `error` (the exception's name) and `text`, of the samples that failed. They are not in the list.
    """

    def __init__(self, answers: Iterable[R] = (), failures: dict[int, EdgekitError] | None = None) -> None:
        super().__init__(answers)
        failed = failures or {}
        rows = [(type(problem).__name__, str(problem)) for problem in failed.values()]
        index = pd.Index(list(failed), name="sample", dtype="int64")
        self.failures = pd.DataFrame(rows, index=index, columns=["error", "text"], dtype=object)


def in_order(
    call: Callable[[int, threading.Event], R],
    samples: list[int],
    doing: str = "classify",
    *,
    keep_going: bool = False,
) -> Answers[R]:
    """Do a call for each sample, a few at a time; return the answers in the samples' order, with a progress bar.

    Parameters
    ----------
    call : callable
        Is given the sample, and an event that is set when the call is to stop: if it waits for a job, it cancels the
        job then.
    samples : list of int
        Their ids.
    doing : str
        What the progress bar says.
    keep_going : bool
        Leave out the samples that fail, and list them in `Answers.failures`. Without it the first error stops all
        calls; its note names the sample, and its `results` are the answers that had come by then. An error that would
        meet every sample (no connection, a wrong key, too many calls) stops all calls either way.
    """
    work: list[Future[R]] = [Future() for _ in samples]
    todo, came, stop = deque(range(len(samples))), SimpleQueue[int](), threading.Event()
    threads, pool = list[Future[None]](), waiting.Threads("edgekit-classify")
    answers: list[R] = []
    failures: dict[int, EdgekitError] = {}
    done: set[int] = set()

    def in_turn() -> None:
        with waiting.stopped_by(stop):
            while (place := _next(todo)) is not None:
                try:
                    work[place].set_result(call(samples[place], stop))
                except BaseException as problem:
                    work[place].set_exception(problem)
                came.put(place)

    try:
        for _ in range(min(THREADS, len(samples))):
            threads.append(pool.submit(in_turn))
        for place, sample in enumerate(progress.bar(samples, desc=doing, unit="sample")):
            while place not in done:
                done.add(waiting.taken(came))
            try:
                answers.append(work[place].result(0))
            except EdgekitError as problem:
                if not keep_going or isinstance(problem, _FOR_ALL):
                    problem.add_note(f"This was sample {sample}, one of {len(samples)}.")
                    problem.results = [future.result(0) for future in work if _has_answered(future)]
                    raise
                failures[sample] = problem
        return Answers(answers, failures)
    except BaseException:
        todo.clear()
        stop.set()
        wait(threads, CANCEL_WITHIN + 2 * waiting.STEP)  # calls that run see `stop` and cancel their jobs
        raise


def _next(todo: deque[int]) -> int | None:
    """Take what is asked for next; None where all is."""
    try:
        return todo.popleft()
    except IndexError:
        return None


def _has_answered(future: Future[R]) -> bool:
    return future.done() and future.exception(0) is None
