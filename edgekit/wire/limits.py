"""What a call may cost: seconds, repeats, bytes; and the reading of an answer within that."""

from __future__ import annotations

import re
import threading
import zlib

import requests
from urllib3.exceptions import DecodeError

from edgekit.errors import ResponseError

TIMEOUT = 60.0  # seconds for one attempt
CONNECT_TIMEOUT = 10.0  # of them, until a server takes the connection
LONGEST_TIMEOUT = 86_400.0
RETRIES = 3
BACKOFF = (
    0.3  # seconds: the first retry comes at once, the second after twice as long, each later one after double that
)
LONGEST_BACKOFF = 8.0
BACKOFF_JITTER = 0.2  # up to so much is added by chance, so that callers do not come all together
RETRIED_STATUS = (429, 500, 502, 503, 504)
MAX_RETRY_AFTER = 60.0  # seconds; a server that asks for more is better asked again by a person
MAX_REDIRECTS = 5
CONNECTIONS = 256  # kept open at most: of more threads than that, some connect anew for each call
MAX_BYTES = 1 << 30
MAX_MEMBERS = 1000  # of gzip, in one answer
_CHUNK = 1 << 18


def read(response: requests.Response, max_bytes: int, given_up: threading.Event) -> bytes:
    """Read and unpack the body as it arrives, up to the limit; no more of it once the call is given up."""
    packed = response.headers.get("Content-Encoding", "").strip().lower() or "identity"
    if packed not in ("identity", "gzip", "x-gzip", "deflate"):
        named = f" ({packed})" if re.fullmatch(r"[a-z0-9-]{1,12}", packed) else ""
        raise ResponseError(f"the answer is encoded in a way that was not asked for{named}.")
    unpack = None if packed == "identity" else _Unpacker()
    pieces, arrived, size = [], 0, 0
    while not given_up.is_set() and (piece := response.raw.read1(_CHUNK, decode_content=False)):
        arrived += len(piece)
        if unpack is not None:
            piece = unpack(piece, max_bytes + 1 - size)
        pieces.append(piece)
        size += len(piece)
        if max(arrived, size) > max_bytes:
            limit = f"{max_bytes / 1e6:.0f} MB"
            raise ResponseError(f"the answer is larger than the limit of {limit}; reading stopped.")
    if arrived and unpack is not None and not unpack.whole:
        raise DecodeError("the compressed answer breaks off")
    return b"".join(pieces)


class _Unpacker:
    """Unpack gzip and zlib as it arrives, no more than asked for; several gzip members make one answer."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._members = 1

    def __call__(self, packed: bytes, room: int) -> bytes:
        unpacked = []
        while packed and room > 0:
            if self._stream.eof:
                packed = packed.lstrip(b"\0")  # some writers pad with zeros
                if not packed:
                    break
                self._begin()
            unpacked.append(self._stream.decompress(packed, room))
            room -= len(unpacked[-1])
            packed = self._stream.unused_data
        return b"".join(unpacked)

    def _begin(self) -> None:
        self._members += 1
        if self._members > MAX_MEMBERS:  # each is one more copy of all that follows
            raise ResponseError(f"the answer is packed in more than {MAX_MEMBERS} pieces; reading stopped.")
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32)

    @property
    def whole(self) -> bool:
        """Whether the stream came to its end."""
        return self._stream.eof
