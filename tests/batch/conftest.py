"""Stores of sandbox projects that tests of this room share."""

from __future__ import annotations

import pytest

import edgekit as ek
from tests.batch.studio_server import sandbox_answers

SAMPLES = [1, 12, 31, 32, 71]


@pytest.fixture(scope="session")
def motion_store(studio, tmp_path_factory):
    """A store of a few samples of the project motion, all blocks."""
    return ek.batch.classify(studio, tmp_path_factory.mktemp("stores") / "motion", SAMPLES)


@pytest.fixture(scope="session")
def project(sandbox):
    """Return a client of one of the sandbox's projects."""
    return lambda name: ek.connect(url=sandbox.url, api_key=sandbox.keys[name])


@pytest.fixture(scope="session")
def answers(sandbox, tmp_path_factory):
    """What a `StudioServer` answers: the sandbox's answers of the project motion."""
    return sandbox_answers(sandbox.url, sandbox.keys["motion"], tmp_path_factory.mktemp("answers"))
