"""The answers of many samples, one behind the other in a file that is only appended to: a gzip member each.

So the whole file is a gzip file of JSON lines, which `zcat`, pandas and DuckDB read; each answer can be read alone by
its place; and one that was cut off when the process was killed is told from a whole one, by gzip's own checksum.
"""

from __future__ import annotations

import base64
import gzip
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from edgekit.batch import layout
from edgekit.errors import EdgekitError
from edgekit.wire.decoding import decode
from edgekit.wire.schema import ClassifyResponse
from edgekit.wire.secret import sealed

FILE = "answers.jsonl.gz"
_LEVEL = 1  # gzip's; a higher one takes several times as long, and saves a tenth
_CHUNK = 1 << 16
_GZIP = zlib.MAX_WBITS | 16
NO_ANSWER = msgspec.Raw(b"null")


class Record(msgspec.Struct, omit_defaults=True):
    """What came of one sample in one run: the answer as JSON, or the error's name and text."""

    sample: int
    run: int
    answer: msgspec.Raw = NO_ANSWER
    error: str | None = None
    text: str | None = None
    picture: bytes | None = None  # of an image sample, as it went into the model; base64 in JSON

    @sealed
    def response(self) -> ClassifyResponse:
        """Decode the answer."""
        return decode(bytes(self.answer), ClassifyResponse, f"the stored answer of sample {self.sample}")


class Place(NamedTuple):
    """Where a record stands in its file, in bytes."""

    offset: int
    size: int


def answered(sample: int, run: int, answer: bytes, picture: bytes | None = None) -> bytes:
    """Pack an answer, and the picture it is about: a line of JSON, compressed."""
    line = answer.replace(b"\n", b" ").replace(b"\r", b" ")  # outside of texts, where JSON has none
    shown = b"" if picture is None else b',"picture":"%b"' % base64.b64encode(picture)
    return gzip.compress(b'{"sample":%d,"run":%d,"answer":%b%b}\n' % (sample, run, line, shown), _LEVEL, mtime=0)


def failed(sample: int, run: int, problem: EdgekitError) -> bytes:
    """Pack why a sample has no answer."""
    record = Record(sample, run, error=type(problem).__name__, text=str(problem))
    return gzip.compress(msgspec.json.encode(record) + b"\n", _LEVEL, mtime=0)


def unpacked(packed: bytes) -> Record:
    """Unpack one record."""
    return msgspec.json.decode(gzip.decompress(packed), type=Record)


def records(file: Path) -> Iterator[tuple[Record, Place]]:
    """Read all whole records of a file; what comes after the last of them is no record yet, or no longer."""
    begin = 0
    with open(file, "rb") as stream:
        while True:
            stream.seek(begin)
            member, size = _member(stream)
            if member is None:
                return
            try:
                record = msgspec.json.decode(member, type=Record)
            except msgspec.MsgspecError:
                return
            yield record, Place(begin, size)
            begin += size


def _member(stream: object) -> tuple[bytes | None, int]:
    """Read the gzip member that begins here, and how many bytes it takes; None where none is whole."""
    unpack, pieces, size = zlib.decompressobj(_GZIP), [], 0
    while chunk := stream.read(_CHUNK):  # type: ignore[attr-defined]
        try:
            pieces.append(unpack.decompress(chunk))
        except zlib.error:
            return None, 0
        size += len(chunk) - len(unpack.unused_data)
        if unpack.eof:
            return b"".join(pieces), size
    return None, 0


def record_at(file: Path, place: Place) -> Record:
    """Read one record.

    Raises
    ------
    ResponseError
        The file is damaged or gone.
    """
    try:
        with open(file, "rb") as stream:
            stream.seek(place.offset)
            return unpacked(stream.read(place.size))
    except (OSError, EOFError, zlib.error, msgspec.MsgspecError) as problem:
        raise layout.damaged(file, problem) from None


class Journal:
    """A file of records, to append to; what is no whole record at its end is cut off first.

    Attributes
    ----------
    found : list of (Record, Place)
        The records that it held when it was opened.
    """

    def __init__(self, file: Path) -> None:
        self.found = list(records(file)) if file.exists() else []
        self._end = sum(place.size for _, place in self.found)
        self._stream = open(file, "r+b" if file.exists() else "xb", buffering=0)  # noqa: SIM115 - see `close`
        self._stream.truncate(self._end)
        self._stream.seek(self._end)

    def append(self, packed: bytes) -> Place:
        """Write a record, and return where it stands; OSError where there is no room, and then nothing of it stays."""
        begin = self._end
        try:
            left = memoryview(packed)
            while left:
                left = left[self._stream.write(left) :]
        except OSError:
            self._stream.truncate(begin)
            self._stream.seek(begin)
            raise
        self._end += len(packed)
        return Place(begin, len(packed))

    def close(self) -> None:
        """Write it to the disk, and close it; once closed it stays as it is."""
        if self._stream.closed:
            return
        try:
            os.fsync(self._stream.fileno())
        finally:
            self._stream.close()
