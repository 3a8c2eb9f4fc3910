"""The sandbox's jobs by themselves."""

from __future__ import annotations

import itertools
import time

from edgekit.sandbox import jobs


def test_when_a_job_was_made_and_ended_never_changes(monkeypatch):
    seconds = itertools.count()
    monkeypatch.setattr(jobs, "_now", lambda: f"2026-01-01T00:00:{next(seconds):02}.000Z")
    own = jobs.Jobs()
    job = own.start("Testing", lambda log: None)
    own.close()
    first, second = own.status(job), own.status(job)
    assert first["finishedSuccessful"] is True
    assert first == second
    assert first["created"] < first["finished"]


def test_a_job_cancelled_before_it_began_has_ended_without_success():
    own = jobs.Jobs()
    busy = own.start("Busy", lambda log: time.sleep(0.1))
    waiting = own.start("Waiting", lambda log: None)
    own.cancel(waiting)
    assert own.status(waiting)["finishedSuccessful"] is False
    assert own.status(waiting)["finished"]
    own.close()
    assert own.status(busy)["finishedSuccessful"] is True
