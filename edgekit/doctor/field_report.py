"""``edgekit doctor --report``: which of edgekit's assumptions hold in your project, on a page to send in.

It only reads: GETs, and the POSTs that classify. The page holds edgekit's own words and counts: no value, no name, no
key, nothing that a server said. It is Markdown: the user can read all of it before sending it, and paste it.
"""

from __future__ import annotations

import copy
import platform
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import edgekit
from edgekit import progress, saving
from edgekit.doctor.assumptions import OF_BLOCKS, OF_SAMPLES, TYPES, Answer, Seen
from edgekit.errors import EdgekitError, UsageError
from edgekit.studio.calls import STUDIO_URL
from edgekit.studio.studio import Studio
from edgekit.wire.decoding import decode
from edgekit.wire.schema import JobStarted

SAMPLES = 4  # of each category
LISTED = 200
_COMPUTES = re.compile(r"api/\d+/classify/(anomaly-gmm/)?v2/")


class ReadOnly:
    """A transport that sends what changes nothing; anything else is refused before it leaves this machine."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.jobs = 0  # how often a job was the answer

    def __getattr__(self, name: str) -> Any:
        """Give what is not about sending: the address, masking, closing."""
        return getattr(self._inner, name)

    def post(self, *path: str | int, **options: Any) -> Any:
        """Send a POST that classifies."""
        if not _COMPUTES.match("/".join(map(str, path))):
            raise UsageError("The report only reads: this call would change the project.")
        answer = self._inner.post(*path, **options)
        started = decode(answer, JobStarted)
        self.jobs += started.id is not None and not bytes(started.classifications)
        return answer


class Tally:
    """How often each assumption held, did not, and was not to be seen; and what kept a check from its answer."""

    def __init__(self) -> None:
        self.answers: dict[str, Counter[Answer]] = {text: Counter() for text, _ in (*OF_SAMPLES, *OF_BLOCKS)}
        self.faults: Counter[str] = Counter()

    def ask(self, text: str, check: Callable[[Any], Answer], of: Any) -> None:
        """Record the answer of one check; an error is counted by its kind, and its text is left out."""
        self.answers[text][self.tried(lambda: check(of))] += 1

    def tried(self, call: Callable[[], Any]) -> Any:
        """Return what a call returns; None where it fails, and count that."""
        try:
            return call()
        except EdgekitError as problem:
            self.faults[type(problem).__name__] += 1
        except Exception as problem:  # a fault of edgekit's own: the page says of which kind, and goes on
            kind = type(problem)
            self.faults[f"{kind.__name__} (unforeseen)" if kind.__module__ == "builtins" else "unforeseen"] += 1
        return None


def write(studio: Studio, path: str | Path, samples: int = SAMPLES) -> str:
    """Look at a few samples of a project, write the page, and return it.

    Parameters
    ----------
    studio : Studio
        The project. It is only read.
    path : str or path
        Where the page goes.
    samples : int
        How many of each category (training, testing) are looked at, spread over the list.

    Raises
    ------
    EdgekitError
        The project cannot be read at all, or the page not be written.
    """
    page = _page(*_look(studio, samples), official=studio.url == STUDIO_URL)
    saving.save(path, page)
    return page


def _look(studio: Studio, samples: int) -> tuple[Tally, dict[str, int]]:
    studio = copy.copy(studio)  # another one, for the transport that only reads
    studio._calls = copy.copy(studio._calls)
    studio._calls.transport = only = ReadOnly(studio._calls.transport)
    impulse = studio.impulse()
    tally, looked = Tally(), Counter[str]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they would tell is counted, and their texts hold names
        for sample in progress.bar(_chosen(studio, samples), desc="report", unit="sample"):
            looked["samples"] += 1
            result = tally.tried(partial(studio.classify, sample))
            if result is None:
                continue
            looked["samples classified"] += 1
            seen = Seen(studio, impulse, result)
            for text, of_sample in OF_SAMPLES:
                tally.ask(text, of_sample, seen)
            for block in result.blocks:
                looked[f"blocks of type {block.type}" if block.type in TYPES else "blocks of another type"] += 1
                for text, of_block in OF_BLOCKS:
                    tally.ask(text, of_block, block)
    looked["answers that were a job first"] = only.jobs
    return tally, dict(looked)


def _chosen(studio: Studio, count: int) -> list[int]:
    """Return the ids of a few samples of each category, spread over the list."""
    listed = [list(studio.samples(category, limit=LISTED).index) for category in ("training", "testing")]
    spread = [np.linspace(0, len(ids) - 1, min(count, len(ids))).round().astype(int) for ids in listed]
    return [int(ids[i]) for ids, places in zip(listed, spread, strict=True) for i in places]


def _page(tally: Tally, looked: dict[str, int], *, official: bool) -> str:
    held = sum(bool(c[True]) and not c[False] for c in tally.answers.values())
    failed = sum(bool(c[False]) for c in tally.answers.values())
    unseen = len(tally.answers) - held - failed
    facts = {
        "edgekit": edgekit.__version__,
        "Python": platform.python_version(),
        "service": "studio.edgeimpulse.com" if official else "another address",
    }
    return "\n".join([
        "# Which assumptions of edgekit hold in a project",
        "",
        "Counts only: no value, no name, no key of the project stands here. Read it before you send it.",
        "",
        *_table(("made with", ""), facts.items()),
        *_table(("looked at", "count"), looked.items()),
        f"{held} assumptions held wherever they were seen, {failed} did not hold somewhere, {unseen} were not seen.",
        "",
        *_table(
            ("assumption", "held", "did not hold", "not seen"),
            ((text, c[True], c[False], c[None]) for text, c in tally.answers.items()),
        ),
        *_table(("what kept a check from its answer", "count"), sorted(tally.faults.items()) or [("nothing", 0)]),
    ])  # fmt: skip


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    head = list(head)
    lines = [head, ["---"] * len(head), *([str(cell) for cell in row] for row in rows)]
    return [*(f"| {' | '.join(line)} |" for line in lines), ""]
