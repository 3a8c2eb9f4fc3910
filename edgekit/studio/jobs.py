"""Waiting for a job of the server, with progress, a time limit and a Ctrl-C that reaches it."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import nullcontext
from typing import Protocol

from edgekit import display, progress, waiting
from edgekit.errors import EdgekitError, JobFailed
from edgekit.wire.schema import Job

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 5.0
_LAST_LINES = 8
_LINE = "{desc} {elapsed} {postfix}"
CANCEL_WITHIN = 0.5  # seconds


class JobCalls(Protocol):
    """The three calls about a job that waiting for it needs; `edgekit.Studio` has them."""

    def job(self, job: int) -> Job:
        """Return the job's state."""

    def job_log(self, job: int) -> list[str]:
        """Return the lines the job printed, oldest first."""

    def cancel_job(self, job: int) -> None:
        """Ask the server to stop the job."""


def follow(calls: JobCalls, job: int, time_limit: float, stop: threading.Event | None = None) -> None:
    """Wait until a job has succeeded; without `stop`, after a second a line shows the time and the log's newest line.

    Parameters
    ----------
    calls : JobCalls
        Whom to ask.
    job : int
        The job's id.
    time_limit : float
        Seconds after which to give up; the job itself goes on.
    stop : threading.Event, optional
        Set by another thread to stop waiting: the job is then cancelled. That thread shows the progress.

    Raises
    ------
    JobFailed
        It ended without success (the text holds the end of its log), or not within the limit.
    KeyboardInterrupt
        Ctrl-C, after cancelling the job on the server.
    Stopped
        `stop` was set; again after cancelling the job.
    """
    try:
        state = _poll(calls, job, time_limit, stop)
    except (KeyboardInterrupt, waiting.Stopped) as ended:
        kind = type(ended)
    else:
        _check(calls, job, state)
        return
    raise kind(_cancelled(calls, job))


def _check(calls: JobCalls, job: int, state: Job) -> None:
    """Raise where the job has failed, with the end of its log."""
    if state.finished_successful is False:
        end = "\n".join(map(display.shown, calls.job_log(job)[-_LAST_LINES:]))
        raise JobFailed(
            f"Job {job} ({display.shown(state.category)}) failed. Mend what its log complains of, then call again; "
            f"studio.job_log({job}) shows all of it. The end of its log:\n{end or '(nothing)'}"
        )


def _poll(calls: JobCalls, job: int, time_limit: float, stop: threading.Event | None) -> Job:
    start, pause = time.monotonic(), _FIRST_PAUSE
    wait = stop.wait if stop else time.sleep
    # No bar, not even a disabled one, in a thread beside the one that Ctrl-C meets: all bars share a lock, which that
    # thread may leave taken (one of another program's bars does), and this one would wait for it for ever.
    line = nullcontext() if stop else progress.bar(desc=f"job {job}", bar_format=_LINE, leave=False)
    with line as shown:
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
            if shown is not None:
                if waited > progress.SHOW_AFTER and (log := calls.job_log(job)):
                    shown.set_postfix_str(display.shown(log[-1], 100), refresh=False)
                shown.update()
            if waiting.until(wait, min(pause, max(time_limit - waited, 0))):
                raise waiting.Stopped
            pause = min(pause * 1.5, _LONGEST_PAUSE)


def _cancelled(calls: JobCalls, job: int) -> str:
    """Ask the server to stop the job, and say whether it did; after Ctrl-C the user waits a few seconds at most."""
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
        waiting.ended(asking, CANCEL_WITHIN)
    print(said[-1], file=sys.stderr)  # a notebook shows a bare KeyboardInterrupt without its text
    return said[-1]
