"""Work done in the background, one piece at a time, with a log: what the API calls a job."""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from edgekit.sandbox.project import Json, Refused

KEPT = 3600.0  # seconds that a job is remembered after its end


class Cancelled(Exception):
    """The client cancelled the job that this work belongs to."""


class Log:
    """What a job's work is given: a place to write lines, which also is where a cancelled job stops."""

    def __init__(self) -> None:
        self.lines: list[Json] = []
        self.cancelled = threading.Event()

    def __call__(self, text: str) -> None:
        if self.cancelled.is_set():
            raise Cancelled
        self.lines.append({"created": _now(), "data": f"{text}\n", "logLevel": "info"})


Work = Callable[[Log], None]


@dataclass
class _Job:
    category: str
    log: Log
    created: str
    finished: str = ""
    well: bool = False
    forget_at: float = math.inf  # time.monotonic()

    def end(self, future: Future[None]) -> None:
        """Keep how the work ended; called once, also where it was cancelled before it began."""
        self.well = not future.cancelled() and future.exception() is None
        self.finished = _now()
        self.forget_at = time.monotonic() + KEPT


class Jobs:
    """The jobs of one project; those that ended are forgotten after a while, with their logs."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="sandbox-job")
        self._lock = threading.Lock()
        self._jobs: dict[int, tuple[_Job, Future[None]]] = {}

    def close(self) -> None:
        """Drop what waits and stop the worker."""
        for job, _ in self._jobs.values():
            job.log.cancelled.set()
        self._worker.shutdown(wait=True, cancel_futures=True)

    def start(self, category: str, work: Work) -> int:
        """Queue work and return the job's id."""
        job = _Job(category, Log(), _now())
        with self._lock:
            self._forget()
            job_id = next(self._ids)
            future = self._worker.submit(work, job.log)
            self._jobs[job_id] = (job, future)
        future.add_done_callback(job.end)
        return job_id

    def status(self, job_id: int) -> Json:
        """Return the API's job; while it runs, ``finished`` and ``finishedSuccessful`` are absent."""
        job, _ = self._job(job_id)
        key = job.category.lower().replace(" ", "-")
        status: Json = {
            "id": job_id,
            "category": job.category,
            "categoryKey": key,
            "key": f"{key}-{job_id}",
            "created": job.created,
            "jobNotificationUids": [],
        }
        if job.finished:
            status |= {"finished": job.finished, "finishedSuccessful": job.well}
        return status

    def cancel(self, job_id: int) -> None:
        """Stop a job before its next line of log, or before it starts."""
        job, future = self._job(job_id)
        job.log.cancelled.set()
        future.cancel()

    def log(self, job_id: int) -> list[Json]:
        """Return the lines a job printed so far, oldest first."""
        return list(self._job(job_id)[0].log.lines)

    def _job(self, job_id: int) -> tuple[_Job, Future[None]]:
        with self._lock:
            self._forget()
            if job_id not in self._jobs:
                raise Refused(f"No job with id {job_id}; those that ended are forgotten after {KEPT / 3600:g} h")
            return self._jobs[job_id]

    def _forget(self) -> None:
        now = time.monotonic()
        self._jobs = {job_id: one for job_id, one in self._jobs.items() if one[0].forget_at > now}


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
