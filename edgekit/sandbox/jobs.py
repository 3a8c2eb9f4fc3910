"""Work done in the background, one piece at a time, with a log: what the API calls a job."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from edgekit.sandbox.project import Json, Refused


class Cancelled(Exception):
    """Somebody cancelled the job this work belongs to."""


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


class Jobs:
    """The jobs of one project."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="sandbox-job")
        self._lock = threading.Lock()
        self._jobs: dict[int, tuple[str, Future[None], Log]] = {}

    def close(self) -> None:
        """Drop what waits and stop the worker."""
        for _, _, log in self._jobs.values():
            log.cancelled.set()
        self._worker.shutdown(wait=True, cancel_futures=True)

    def start(self, category: str, work: Work) -> int:
        """Queue work and return the job's id."""
        log = Log()
        with self._lock:
            job_id = len(self._jobs) + 1
            self._jobs[job_id] = (category, self._worker.submit(work, log), log)
        return job_id

    def status(self, job_id: int) -> Json:
        """Return the API's job; while it runs, ``finished`` and ``finishedSuccessful`` are absent."""
        category, future, _ = self._job(job_id)
        job = {
            "id": job_id,
            "category": category,
            "categoryKey": category.lower().replace(" ", "-"),
            "key": f"{category.lower().replace(' ', '-')}-{job_id}",
            "created": _now(),
            "jobNotificationUids": [],
        }
        if future.done():
            failed = future.cancelled() or future.exception() is not None
            job |= {"finished": _now(), "finishedSuccessful": not failed}
        return job

    def cancel(self, job_id: int) -> None:
        """Stop a job before its next line of log, or before it starts."""
        _, future, log = self._job(job_id)
        log.cancelled.set()
        future.cancel()

    def log(self, job_id: int) -> list[Json]:
        """Return the lines a job printed so far, oldest first."""
        return list(self._job(job_id)[2].lines)

    def _job(self, job_id: int) -> tuple[str, Future[None], Log]:
        if job_id not in self._jobs:
            raise Refused(f"No job with id {job_id}")
        return self._jobs[job_id]


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
