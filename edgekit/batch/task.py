"""What a worker does for one sample: ask, and pack the answer as it will be stored. It runs in any process."""

from __future__ import annotations

from threading import Event
from typing import Any

from edgekit import waiting
from edgekit.batch import journal
from edgekit.errors import EdgekitError
from edgekit.studio.portable_call import PortableCall
from edgekit.wire.schema import ClassifyResponse


class Outcome:
    """What came of a sample: the packed answer, or the error that came in its place.

    `response` is the answer as a struct; what comes from another process is without it.
    """

    def __init__(
        self, sample: int, packed: bytes = b"", response: ClassifyResponse | None = None,
        problem: EdgekitError | None = None,
    ) -> None:  # fmt: skip
        self.sample, self.packed, self.response, self.problem = sample, packed, response, problem

    def __repr__(self) -> str:
        return f"<outcome of sample {self.sample}>"

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"response": None}


def task(call: PortableCall, sample: int, run: int) -> Outcome:
    """Classify one sample; an error of edgekit's is an outcome as well."""
    return local_task(call, sample, run, None)


def local_task(call: PortableCall, sample: int, run: int, stop: Event | None) -> Outcome:
    """Do the same in a thread of this process, until `stop` is set."""
    try:
        with waiting.stopped_by(stop):
            response, answer = call(sample, stop)
    except EdgekitError as problem:
        return Outcome(sample, problem=problem.with_traceback(None))
    return Outcome(sample, journal.answered(sample, run, answer), response)
