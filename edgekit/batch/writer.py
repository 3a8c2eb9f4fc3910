"""What a run writes: each answer at once, and a part of the store as soon as there are enough of them.

The part is made in a thread, while answers go on coming: for half a second or so a thousand answers lie in ``sealing``,
and the next ones in ``open``.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future
from pathlib import Path

from edgekit import waiting
from edgekit.batch import journal, layout, part
from edgekit.batch.journal import FILE, Journal
from edgekit.batch.tables import Kept
from edgekit.errors import EdgekitError
from edgekit.results.sample import Source
from edgekit.wire.lazy import paused
from edgekit.wire.schema import ClassifyResponse

SAMPLES, BYTES = 1000, 1 << 26  # of answers, compressed: what a part holds at most, and so what lies in memory


class Writer:
    """The store of one run, whose folder it holds (`layout.held`); any thread may write.

    Parameters
    ----------
    folder : Path
        Of the store.
    source : Source
        What explains the answers: the impulse and the project's labels.
    run : int
        Number of this run.
    """

    def __init__(self, folder: Path, source: Source, run: int) -> None:
        self._folder, self._source, self._run = folder, source, run
        self._open, self._sealing = folder / layout.OPEN, folder / layout.SEALING
        self._lock = threading.Lock()
        self._pool = waiting.Threads("edgekit-seal")
        self._seal: Future[None] | None = None
        self._is_closed = False
        try:
            if self._sealing.exists():  # a run was killed while it made a part
                found = list(journal.records(self._sealing / FILE))
                self._make_part([Kept.of(record, place) for record, place in found])
            self._begin()
        except OSError as problem:
            raise layout.full(self._folder, problem) from None

    def _begin(self) -> None:
        """Open the file of answers, and take up those that a run which was killed has left there."""
        self._open.mkdir(exist_ok=True)
        self._journal = Journal(self._open / FILE)
        self._kept = [Kept.of(record, place) for record, place in self._journal.found]
        self._bytes = sum(place.size for _, place in self._journal.found)

    def answered(self, sample: int, packed: bytes, response: ClassifyResponse | None) -> None:
        """Write an answer down."""
        record = journal.Record(sample, self._run) if response is not None else journal.unpacked(packed)
        self._append(record, packed, record.response() if response is None else response)

    def failed(self, sample: int, problem: EdgekitError) -> None:
        """Write down why a sample has no answer."""
        packed = journal.failed(sample, self._run, problem)
        self._append(journal.unpacked(packed), packed, None)

    def _append(self, record: journal.Record, packed: bytes, response: ClassifyResponse | None) -> None:
        with self._lock:
            if self._is_closed:  # the run was stopped while this answer came
                raise waiting.Stopped
            try:
                self._kept.append(Kept(record, self._journal.append(packed), response))
                self._bytes += len(packed)
                if len(self._kept) >= SAMPLES or self._bytes >= BYTES:
                    self._turn()
                    self._begin()
            except OSError as problem:
                raise layout.full(self._folder, problem) from None

    def _turn(self) -> None:
        """Let a part be made of what came since the last one; one at a time."""
        self._wait()
        self._journal.close()
        os.replace(self._open, self._sealing)
        self._seal = self._pool.submit(self._make_part, self._kept)

    def _make_part(self, kept: list[Kept]) -> None:
        part.clear(self._sealing)
        with paused():  # what a part is made of is held, or freed at once: there is nothing to collect
            part.seal(self._sealing, layout.next_part(self._folder), kept, self._source)

    def _wait(self) -> None:
        if self._seal is not None:
            try:
                waiting.result(self._seal)
            finally:
                if self._seal.done():  # else Ctrl-C has met this wait, and `close` waits again
                    self._seal = None

    def close(self, *, stopped: bool) -> None:
        """Make a part of what there is; of a run that was `stopped`, at any line, as it stands in the file."""
        with self._lock:
            self._is_closed = True
            try:
                self._journal.close()
                self._wait()
                if stopped:
                    self._begin()
                    self._journal.close()
                if self._kept:
                    os.replace(self._open, self._sealing)
                    self._make_part(self._kept)  # in this very thread, so that Ctrl-C leaves none at it
            except OSError as problem:
                raise layout.full(self._folder, problem) from None
            finally:
                self._wait()  # also after Ctrl-C: the next run may take up at once what is left here
