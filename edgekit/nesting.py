"""How deep arrays and objects may stand in one another: edgekit's own limit, the same under every Python.

Python's own recursion limit differs: 3.12 counts C calls apart, 3.14 looks at the size of the stack. Below edgekit's
limit all code that walks through a decoded document (copies, pickles, reprs) gets to its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

LEVELS = 100  # the API's own answers have about ten
TOO_DEEP = f"it is nested too deeply (more than {LEVELS} levels)"

_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_TEXT = re.compile(rb'"[^"]*"')
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_SAME_BITS = 0xFF ^ ord("[") ^ ord("{")  # all but the one that tells the two apart
_OTHERS = bytes(set(range(256)) - set(b'"[]{}'))


def too_deep(document: bytes) -> bool:
    """Say whether JSON has more than `LEVELS` levels; JSON that breaks off counts as far as it goes."""
    if np.count_nonzero((np.frombuffer(document, np.uint8) & _SAME_BITS) == ord("[")) <= LEVELS:
        return False
    if b"\\" in document:
        document = _ESCAPED.sub(b"", document)
    marks = document.translate(_ONE_KIND, _OTHERS)  # quotes and brackets, of one kind
    if marks.count(b"[") <= LEVELS:
        return False
    marks = _TEXT.sub(b"", marks.replace(b'""', b""))
    for _ in range(LEVELS):  # each time without the innermost level
        before = len(marks)
        marks = marks.replace(b"[]", b"")
        if len(marks) == before:
            break
    return b"[]" in marks or marks.count(b"[") > LEVELS  # too deep, or that many are never closed


def without(document: bytes, parts: Iterable[Any]) -> bytes:
    """Cut `parts` out of a document: pieces of its own memory (`msgspec.Raw`) that are known not to be deep."""
    start = _address(document)
    places = sorted((_address(part) - start, memoryview(part).nbytes) for part in parts)
    pieces, end = [], 0
    for place, length in places:
        if place < end:  # a copy that lies elsewhere: nothing is known of the document's own
            continue
        pieces.append(document[end:place])
        end = place + length
    return b"".join([*pieces, document[end:]]) if end <= len(document) else document


def _address(piece: Any) -> int:
    return int(np.frombuffer(piece, np.uint8).ctypes.data)
