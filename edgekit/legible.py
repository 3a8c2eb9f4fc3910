r"""Documents in which every text can be written and shown.

JSON may hold what no text may: half a surrogate pair, which JavaScript writes where it cuts a text in a picture's
middle. One such name would make a whole listing unreadable; a question mark takes its place. And it may hold what a
table must not bring into a terminal: control characters, and marks that turn the order of writing round. They stand
there as they are written in a program (``\x1b``), so that two names remain two. All else stays as it is, to the byte.
"""

from __future__ import annotations

import re

import numpy as np

_CODES = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_IN_TEXT = re.compile(f"[{_CODES}]")
# What may stand in JSON as it is, by its first bytes and whole, and what is written as an escape.
_FIRST = (b"\xc2", b"\xe2\x80", b"\xe2\x81", b"\xed")
_AS_IT_IS = rb"\x7f|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xed[\xa0-\xbf][\x80-\xbf]"
_ESCAPED = re.compile(rb"\\(?:[bf]|u(?:00[01789]|20[26]|[dD][89a-fA-F]))")
# A pair of surrogates is one character, and two backslashes are no beginning of an escape.
_PAIR = rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_IN_JSON = re.compile(rb"%b|\\u[0-9a-fA-F]{4}|\\[^u]|%b" % (_PAIR, _AS_IT_IS), re.DOTALL)


def legible(document: bytes) -> bytes:
    """Return JSON with every text legible: the very same bytes where it was."""
    plain = np.frombuffer(document, np.uint8).max(initial=0) < 0x7F  # twice as fast as isascii() and a search
    odd = not plain and any(first in document for first in (b"\x7f", *_FIRST))
    if odd or (b"\\" in document and _ESCAPED.search(document)):
        return _IN_JSON.sub(_replaced, document)
    return document


def _replaced(found: re.Match[bytes]) -> bytes:
    text = found[0]
    if text[:1] != b"\\":
        character = text.decode("utf-8", "surrogatepass")
    elif text[:2] == b"\\u" and len(text) == 6:
        character = chr(int(text[2:], 16))
    else:
        character = {b"\\b": "\b", b"\\f": "\f"}.get(text, "")
    return _written(character).replace("\\", "\\\\").encode() if _IN_TEXT.match(character) else text


def _written(character: str) -> str:
    code = ord(character)
    return "?" if 0xD800 <= code < 0xE000 else f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
