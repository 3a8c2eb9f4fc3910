"""A sample's bytes as they were uploaded: its picture decoded, its signature checked."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from edgekit import display
from edgekit.errors import ResponseError, UsageError
from edgekit.wire.secret import Secret, sealed

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_PICTURE = 64_000_000  # pixels; a camera's largest has 50 million or so, and Pillow warns from 89 million on


@sealed
def decoded_image(content: bytes, source: str) -> Image:
    """Decode JPEG or PNG bytes. Of any other bytes nothing is shown: a server may put anything into them.

    A picture of more than `LARGEST_PICTURE` pixels is a ResponseError: decoded, a few bytes may fill the memory.
    """
    from PIL import Image, UnidentifiedImageError

    hint = "Check in the Studio that the sample is an image."
    try:
        picture = Image.open(io.BytesIO(content), formats=["JPEG", "PNG"])
        width, height = picture.size
        if width * height <= LARGEST_PICTURE:
            picture.load()
            return picture
        reason = f"got one of {width} x {height} pixels, larger than {LARGEST_PICTURE / 1e6:.0f} million"
        hint = "Scale it down before you upload it."
    except UnidentifiedImageError:
        reason = f"got {len(content)} bytes that are neither JPEG nor PNG"
    except Exception as problem:  # decoders raise many kinds of errors; Pillow's for a decompression bomb is one
        reason = f"got one that cannot be read ({display.shown(problem)})"
    raise ResponseError(f"{source}: expected a picture, {reason}. {hint}")


@sealed
def verified(content: bytes, hmac_key: str | Secret) -> bool:
    """Check an acquisition document's HS256 signature; see `Sample.verify`."""
    hmac_key = Secret.of(hmac_key)
    try:
        document = _document(content)
        algorithm, signature = document["protected"]["alg"], document["signature"]
    except (LookupError, TypeError):  # a document of another kind
        raise UsageError(
            "This sample carries no signature to check: an acquisition file has the fields protected.alg and signature."
        ) from None
    if algorithm != "HS256":
        raise UsageError(f"This sample has no HS256 signature to check: its algorithm is {display.quoted(algorithm)}.")
    if not isinstance(signature, str) or not re.fullmatch(r"[0-9a-fA-F]{64}", signature):
        raise UsageError(
            f"This sample was not signed: its algorithm is HS256, but its signature is {display.quoted(signature)} and "
            "not 64 hex digits. The device or the tool that uploaded it left the signature out."
        )
    if (times := content.count(signature.encode())) != 1:
        raise UsageError(
            f"The signature stands in the sample's bytes {times} times, not once: what was signed is not known."
        )
    # in the bytes as they came: an encoder may write the same document as other bytes
    unsigned = content.replace(signature.encode(), b"0" * 64)
    expected = hmac.new(hmac_key.reveal().encode(), unsigned, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature.lower())


def _document(content: bytes) -> Any:
    """Read an acquisition file, JSON or CBOR; UsageError where it is neither."""
    found = acquisition_document(content)
    if found is None:
        raise UsageError(
            f"This sample carries no signature to check: its {len(content)} bytes are neither JSON nor CBOR. Only "
            "samples that were uploaded as acquisition files are signed."
        )
    return found


def acquisition_document(content: bytes) -> Any:
    """Read an acquisition file, JSON or CBOR; None where it is neither."""
    import cbor2

    with suppress(ValueError, RecursionError):
        return json.loads(content)
    with suppress(Exception):  # broken bytes: CBORDecodeError, and within a tag errors of many other kinds
        return cbor2.loads(content)
    return None
