"""Keeping the key out of what a server sends back: some repeat it in errors, logs and addresses."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

from edgekit.wire.secret import Secret

_SHORTEST = 8  # a real key is far longer; "k" or "test" is part of many words
_MASK = "***"


class Mask:
    """Hide a key, in any way it is written down."""

    def __init__(self, key: Secret | None) -> None:
        self._key = key if key is not None and len(key.reveal()) >= _SHORTEST else None

    def json(self, content: bytes) -> bytes:
        r"""Return JSON without the key, written as it is or with escapes (``\u0065i_…``) for some of its characters."""
        if self._key is None:
            return content
        content = content.replace(self._key.reveal().encode(), _MASK.encode())
        # few servers escape more than they must, and looking for every spelling in a long answer takes seconds
        if b"\\u00" in content and re.search(_any_escaped(self._key), content):
            content = re.sub(_spelled(self._key), _MASK.encode(), content)
        return content

    def text(self, text: str) -> str:
        """Return a message without the key, in upper or lower case; nothing of it where the key is encoded in it."""
        if self._key is None:
            return text
        shown = re.sub(re.escape(self._key.reveal()), _MASK, text, flags=re.IGNORECASE)
        return _MASK if self.stands_in(shown) else shown

    def stands_in(self, text: str) -> bool:
        """Say whether a text holds the key, as it is or encoded as for an address, a page or JSON."""
        if self._key is None:
            return False
        decoded = re.sub(r"\\+u00([0-7][0-9a-fA-F])", lambda found: chr(int(found[1], 16)), unescape(unquote(text)))
        return self._key.reveal().lower() in decoded.lower()


def _any_escaped(key: Secret) -> bytes:
    return rb"\\u00(?:%b)" % b"|".join(sorted({_hex(letter) for letter in key.reveal()}))


def _spelled(key: Secret) -> bytes:
    return b"".join(
        rb"(?:%b|\\+u00%b|\\+%b)" % (re.escape(letter.encode()), _hex(letter), re.escape(letter.encode()))
        for letter in key.reveal()
    )


def _hex(letter: str) -> bytes:
    return b"".join(b"[%c%c]" % (ord(d), ord(d.upper())) for d in f"{ord(letter):02x}")
