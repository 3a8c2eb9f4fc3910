"""What a run writes: each answer at once, and a part of the store as soon as there are enough of them."""

from __future__ import annotations

from pathlib import Path

from edgekit.batch import journal, layout, part
from edgekit.batch.journal import FILE, Journal
from edgekit.batch.tables import Kept
from edgekit.errors import EdgekitError
from edgekit.results.sample import Source
from edgekit.wire.schema import ClassifyResponse

SAMPLES, BYTES = 1000, 1 << 26  # of answers, compressed: what a part holds at most, and so what lies in memory


class Writer:
    """The store of one run, whose folder it holds (`layout.held`).

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
        self._open = folder / layout.OPEN
        self._kept: list[Kept] = []
        self._bytes = 0
        self._begin()

    def _begin(self) -> None:
        """Open the file of answers, and take up those that a run which was killed has left there."""
        try:
            self._open.mkdir(exist_ok=True)
            part.clear(self._open)
            self._journal = Journal(self._open / FILE)
        except OSError as problem:
            raise layout.full(self._folder, problem) from None
        found = self._journal.found
        self._kept = [Kept.of(record, place) for record, place in found]
        self._bytes = sum(place.size for _, place in found)

    def answered(self, sample: int, packed: bytes, response: ClassifyResponse | None) -> None:
        """Write an answer down."""
        record = journal.Record(sample, self._run) if response is not None else journal.unpacked(packed)
        self._append(record, packed, record.response() if response is None else response)

    def failed(self, sample: int, problem: EdgekitError) -> None:
        """Write down why a sample has no answer."""
        packed = journal.failed(sample, self._run, problem)
        self._append(journal.unpacked(packed), packed, None)

    def _append(self, record: journal.Record, packed: bytes, response: ClassifyResponse | None) -> None:
        try:
            place = self._journal.append(packed)
        except OSError as problem:
            raise layout.full(self._folder, problem) from None
        self._kept.append(Kept(record, place, response))
        self._bytes += len(packed)
        if len(self._kept) >= SAMPLES or self._bytes >= BYTES:
            self.seal()
            self._begin()

    def seal(self) -> None:
        """Make a part of what came since the last one."""
        try:
            self._journal.close()
            if self._kept:
                part.seal(self._open, layout.next_part(self._folder), self._kept, self._source)
            self._kept, self._bytes = [], 0
        except OSError as problem:
            raise layout.full(self._folder, problem) from None

    def close(self, *, stopped: bool) -> None:
        """Seal what there is; of a run that was `stopped`, at any line, as it stands in the file."""
        if stopped:
            self._journal.close()
            self._begin()
        self.seal()
