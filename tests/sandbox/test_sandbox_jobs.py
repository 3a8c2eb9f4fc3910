"""The sandbox's jobs and thresholds without HTTP in front of them."""

from __future__ import annotations

import itertools
import threading

import pytest

from edgekit.sandbox import job_runner as jobs
from edgekit.sandbox import motion, objects
from edgekit.sandbox.project import Project, Refused
from edgekit.sandbox.service import Service


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
    go_on = threading.Event()
    busy = own.start("Busy", lambda log: go_on.wait(60))
    waiting = own.start("Waiting", lambda log: None)
    own.cancel(waiting)
    assert own.status(waiting)["finishedSuccessful"] is False
    assert own.status(waiting)["finished"]
    go_on.set()
    own.close()
    assert own.status(busy)["finishedSuccessful"] is True


def test_what_was_classified_while_a_threshold_changed_is_not_kept(monkeypatch):
    own = Service(motion.build())
    begun, go_on = threading.Event(), threading.Event()
    classify = Project.classify

    def slow(project: Project, *args: object) -> dict:
        answer = classify(project, *args)
        begun.set()
        go_on.wait(60)
        return answer

    monkeypatch.setattr(Project, "classify", slow)
    assert set(own.classify_v2(12, 5, {})) == {"success", "id"}
    assert begun.wait(60)
    own.set_thresholds(1, {"thresholds": [{"blockId": 5, "key": "min_anomaly_score", "value": 7}]})
    go_on.set()
    own.close()
    assert not own._answers


@pytest.mark.parametrize("value", [5, -0.1, 1.001])
@pytest.mark.parametrize(("build", "block"), [(motion.build, 3), (objects.build, 3), (objects.build, 4)])
def test_a_threshold_of_probabilities_lies_between_0_and_1(build, block, value):
    own = Service(build())
    for right in (0, 1, 0.7):
        own.set_thresholds(1, {"thresholds": [{"blockId": block, "key": "min_score", "value": right}]})
    with pytest.raises(Refused, match="from 0 to 1"):
        own.set_thresholds(1, {"thresholds": [{"blockId": block, "key": "min_score", "value": value}]})
    assert own.project.blocks[block].threshold["value"] == 0.7
    own.close()


@pytest.mark.parametrize("odd", [{"blockId": [5]}, {"blockId": None}, {"value": 10**400}, {"value": None}])
def test_a_threshold_that_makes_no_sense_is_refused_in_words(odd):
    own = Service(motion.build())
    entry = {"blockId": 5, "key": "min_anomaly_score", "value": 7} | odd
    with pytest.raises(Refused):
        own.set_thresholds(1, {"thresholds": [entry]})
    own.close()
