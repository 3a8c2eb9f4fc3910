"""Waiting for the server: for a job, with progress, a time limit and a Ctrl-C that reaches it; and for many samples."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Protocol, TypeVar

from edgekit import display, waiting
from edgekit.errors import EdgekitError, JobFailed
from edgekit.wire.schema import Job

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 5.0
_SHOW_AFTER = 1.0  # seconds
_LAST_LINES = 8
_CANCEL_WITHIN = 0.5  # seconds
_THREADS = 4  # more earn refusals from a rate-limited server, not speed
R = TypeVar("R")


class JobCalls(Protocol):
    """The three calls about a job that waiting for it needs; `edgekit.Studio` has them."""

    def job(self, job: int) -> Job:
        """Return the job's state."""

    def job_log(self, job: int) -> list[str]:
        """Return the lines the job printed, oldest first."""

    def cancel_job(self, job: int) -> None:
        """Ask the server to stop the job."""


def follow(calls: JobCalls, job: int, time_limit: float, stop: threading.Event | None = None) -> None:
    """Wait until a job has succeeded; after a second a line shows the time and the newest line of its log.

    Parameters
    ----------
    calls : JobCalls
        Whom to ask.
    job : int
        The job's id.
    time_limit : float
        Seconds after which to give up; the job itself goes on.
    stop : threading.Event, optional
        Set by somebody else to stop waiting: the job is then cancelled.

    Raises
    ------
    JobFailed
        It ended without success (the text holds the end of its log), or not within the limit.
    KeyboardInterrupt
        After cancelling the job on the server.
    """
    try:
        state = _poll(calls, job, time_limit, stop or threading.Event())
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_cancelled(calls, job)) from None
    if state.finished_successful is False:
        end = "\n".join(map(display.shown, calls.job_log(job)[-_LAST_LINES:]))
        raise JobFailed(
            f"Job {job} ({display.shown(state.category)}) failed. Mend what its log complains of, then call again; "
            f"studio.job_log({job}) shows all of it. The end of its log:\n{end or '(nothing)'}"
        )


def in_order(call: Callable[[int, threading.Event], R], samples: list[int], doing: str = "classify") -> list[R]:
    """Do a call for each sample, a few at a time; return the answers in the samples' order, with a progress bar.

    `call` is given the sample and an event that is set when it need not go on: whoever waits for a job then cancels it.
    The first error ends it all, with a note which sample it was.
    """
    from tqdm.auto import tqdm

    stop = threading.Event()

    def one(sample: int) -> R:
        try:
            with waiting.stopped_by(stop):
                return call(sample, stop)
        except EdgekitError as problem:
            problem.add_note(f"This was sample {sample}, one of {len(samples)}.")
            raise

    pool = ThreadPoolExecutor(_THREADS)
    work = [pool.submit(one, sample) for sample in samples]
    try:
        return [waiting.result(future) for future in tqdm(work, desc=doing, unit="sample", delay=_SHOW_AFTER)]
    except BaseException:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
        wait(work, _CANCEL_WITHIN + 2 * waiting.STEP)  # what runs meets `stop`, and cancels its job
        raise
    finally:
        pool.shutdown(wait=False)


def _poll(calls: JobCalls, job: int, time_limit: float, stop: threading.Event) -> Job:
    from tqdm.auto import tqdm

    start, pause = time.monotonic(), _FIRST_PAUSE
    with tqdm(desc=f"job {job}", bar_format="{desc} {elapsed} {postfix}", delay=_SHOW_AFTER, leave=False) as progress:
        while True:
            state = calls.job(job)
            if state.finished or state.finished_successful is not None:
                return state
            waited = time.monotonic() - start
            if waited > time_limit:
                raise JobFailed(
                    f"Job {job} ({display.shown(state.category)}) is still running after {time_limit:g} s. It goes on: "
                    f"studio.job({job}) looks at it; Studio(job_time_limit=…) waits longer."
                )
            if waited > _SHOW_AFTER and (log := calls.job_log(job)):
                progress.set_postfix_str(display.shown(log[-1], 100), refresh=False)
            progress.update()
            if waiting.until(stop.wait, min(pause, max(time_limit - waited, 0))):
                raise KeyboardInterrupt
            pause = min(pause * 1.5, _LONGEST_PAUSE)


def _cancelled(calls: JobCalls, job: int) -> str:
    """Ask the server to stop the job, and say what came of it; whoever pressed Ctrl-C does not wait for long."""
    said = [f"The server was asked to cancel job {job}, and has not answered yet."]

    def ask() -> None:
        with waiting.stopped_by(None):
            try:
                calls.cancel_job(job)
                said.append(f"Job {job} was cancelled on the server.")
            except EdgekitError as problem:
                said.append(f"Job {job} may still be running on the server; cancelling it failed: {problem}")

    asking = threading.Thread(target=ask, name="edgekit-cancel", daemon=True)
    asking.start()
    with waiting.stopped_by(None):
        waiting.ended(asking, _CANCEL_WITHIN)
    print(said[-1], file=sys.stderr)  # a notebook shows a bare KeyboardInterrupt without its text
    return said[-1]
