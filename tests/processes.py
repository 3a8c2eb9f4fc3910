"""Processes that tests start. None outlives its test, and none is waited for for ever."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LIMIT = 120.0  # seconds; to start edgekit takes one or two, and on a busy machine several


@contextmanager
def started(command: list[Any], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Start a process, and kill it at the end, or after `LIMIT`: whoever reads what it prints then comes to the end.

    The options are Popen's. Popen's own context manager waits for the process, for ever where a test fails before it
    has told it to end.
    """
    with subprocess.Popen(command, text=True, **options) as process:
        late = threading.Timer(LIMIT, process.kill)
        late.start()
        try:
            yield process
        finally:
            late.cancel()
            process.kill()


def until(process: subprocess.Popen[str], last: str) -> list[str]:
    """Read what a process prints up to a line; return the lines, that one with them."""
    lines = []
    while not lines or lines[-1].strip() != last:
        lines.append(process.stdout.readline())
        assert lines[-1], f"it ended before it printed {last!r}: {lines} {process.stderr and process.stderr.read()}"
    return lines
