"""What a worker does for one sample: ask, and pack the answer as it will be stored. It runs in any process."""

from __future__ import annotations

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
    """What the threads of a run share: their pace, and what stops them."""

    pace: Pace
    stop: Event


class Outcome:
    """What came of a sample: the packed answer, or the error that came in its place.

    `response` is the answer as a struct; what comes from another process is without it. `answer` is JSON where only the
    picture is missing, because the server asked to slow down before it sent that one.
    """

    def __init__(
        self, sample: int, packed: bytes = b"", response: ClassifyResponse | None = None,
        problem: EdgekitError | None = None, answer: bytes = b"",
    ) -> None:  # fmt: skip
        self.sample, self.packed, self.response, self.problem, self.answer = sample, packed, response, problem, answer

    def __repr__(self) -> str:
        return f"<outcome of sample {self.sample}>"

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"response": None}


def task(call: PortableCall, asked: Outcome, run: int, pictures: bool) -> Outcome:
    """Classify one sample; an error of edgekit's is an outcome as well. `asked` may have its answer already."""
    return _outcome(call, asked, run, pictures)


def local_task(call: PortableCall, asked: Outcome, run: int, pictures: bool, shared: Shared) -> Outcome:
    """Do the same in a thread of this process, at the common pace, until it is stopped."""
    with waiting.stopped_by(shared.stop):
        shared.pace.keep()
        return _outcome(call, asked, run, pictures, shared)


def _outcome(call: PortableCall, asked: Outcome, run: int, pictures: bool, shared: Shared | None = None) -> Outcome:
    """Ask for one sample, and for the picture of one that is a picture."""
    sample, answer, response, picture = asked.sample, asked.answer, asked.response, None
    try:
        if not answer:
            response, answer = call(sample, shared and shared.stop)
            pictures = pictures and response.sample.sample.chart_type == "image"
        if pictures:
            if shared:  # another thread may have been asked to slow down in the meantime
                shared.pace.keep()
            picture = _picture(call, sample)
    except RateLimitError as problem:
        return Outcome(sample, b"", response, problem.with_traceback(None), answer)
    except EdgekitError as problem:
        return Outcome(sample, problem=problem.with_traceback(None))
    return Outcome(sample, journal.answered(sample, run, answer, picture), response)


def _picture(call: PortableCall, sample: int) -> bytes | None:
    """Fetch a picture; None where there is none, or a large one: an answer is kept without as well."""
    try:
        picture = call.picture(sample)
    except RateLimitError:
        raise
    except EdgekitError:
        return None
    return picture if len(picture) <= _LARGEST_PICTURE else None
