"""What the workshop's tests share: no progress is left in the folder that they run in."""

from __future__ import annotations

import pytest

from edgekit.workshop import learner_progress


@pytest.fixture(autouse=True)
def progress_file(tmp_path, monkeypatch):
    """A file of the test's own, where progress is kept."""
    monkeypatch.setenv(learner_progress.WHERE, str(tmp_path / learner_progress.FILE))
    monkeypatch.setattr(learner_progress, "_unsaved", {})
    monkeypatch.setattr(learner_progress, "_warned", set())
    return tmp_path / learner_progress.FILE
