"""Many samples at once: a few threads, answers in order, a progress bar, and an end to all where one fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from edgekit import progress, waiting
from edgekit.errors import EdgekitError
from edgekit.studio.jobs import CANCEL_WITHIN

THREADS = 4  # with more, a server with a limit of calls refuses them, and it is not faster
R = TypeVar("R")


def in_order(call: Callable[[int, threading.Event], R], samples: list[int], doing: str = "classify") -> list[R]:
    """Do a call for each sample, a few at a time; return the answers in the samples' order, with a progress bar.

    `call` is given the sample, and an event that is set when the call is to stop: if it waits for a job, it cancels the
    job then. The first error stops all calls; its note names the sample.
    """
    stop = threading.Event()

    def one(sample: int) -> R:
        try:
            with waiting.stopped_by(stop):
                return call(sample, stop)
        except EdgekitError as problem:
            problem.add_note(f"This was sample {sample}, one of {len(samples)}.")
            raise

    pool = ThreadPoolExecutor(THREADS)
    work = [pool.submit(one, sample) for sample in samples]
    try:
        return [waiting.result(future) for future in progress.bar(work, desc=doing, unit="sample")]
    except BaseException:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
        wait(work, CANCEL_WITHIN + 2 * waiting.STEP)  # calls that run see `stop` and cancel their jobs
        raise
    finally:
        pool.shutdown(wait=False)
