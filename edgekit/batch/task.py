"""What a worker does for one sample: ask, and pack the answer as it will be stored. It runs in any process."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any, NamedTuple

from edgekit import waiting
from edgekit.batch import journal
from edgekit.batch.pace import Pace
from edgekit.errors import EdgekitError, RateLimitError
from edgekit.studio.portable_call import PortableCall
from edgekit.wire.schema import ClassifyResponse

_LARGEST_PICTURE = 1 << 20  # bytes of one that is kept; the input of a model is far smaller


class Shared(NamedTuple):
    """What the threads of a run share: their pace, what stops them, and how an answer is written down."""

    pace: Pace
    stop: Event
    pictures: bool
    write: Callable[[int, bytes, ClassifyResponse | None], None]


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


def task(call: PortableCall, sample: int, run: int, pictures: bool) -> Outcome:
    """Classify one sample; an error of edgekit's is an outcome as well."""
    return _outcome(call, sample, run, Pace() if pictures else None, None)


def local_task(call: PortableCall, sample: int, run: int, shared: Shared) -> Outcome:
    """Do the same in a thread of this process, at the common pace, until it is stopped; write an answer down at once.

    So what a killed process loses is at most the sample that each thread was asking for.
    """
    with waiting.stopped_by(shared.stop):
        shared.pace.keep()
        found = _outcome(call, sample, run, shared.pace if shared.pictures else None, shared.stop)
        if isinstance(found.problem, RateLimitError):  # before this thread, or another one, begins the next sample
            shared.pace.slow_down(found.problem)
        elif found.problem is None:
            shared.write(sample, found.packed, found.response)
    return Outcome(sample, problem=found.problem)


def _outcome(call: PortableCall, sample: int, run: int, pace: Pace | None, stop: Event | None) -> Outcome:
    """Ask for one sample, and at `pace` for the picture of one that is a picture."""
    try:
        response, answer = call(sample, stop)
    except EdgekitError as problem:
        return Outcome(sample, problem=problem.with_traceback(None))
    is_picture = response.sample.sample.chart_type == "image"
    picture = _picture(call, sample, pace) if is_picture and pace is not None else None
    return Outcome(sample, journal.answered(sample, run, answer, picture), response)


def _picture(call: PortableCall, sample: int, pace: Pace) -> bytes | None:
    """Fetch a picture; None where there is none, or a large one: an answer is kept without as well."""
    while True:
        try:
            picture = call.picture(sample)
            return picture if len(picture) <= _LARGEST_PICTURE else None
        except RateLimitError as problem:
            if pace.is_hopeless(problem):
                return None
            pace.slow_down(problem)
            pace.keep()
        except EdgekitError:
            return None
