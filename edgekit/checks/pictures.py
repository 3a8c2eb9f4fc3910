"""Two PNG pictures compared as pictures: by their size and by the root mean square of what differs."""

from __future__ import annotations

import base64
import binascii
import io
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image


def compare(old: str, new: str, most: float) -> tuple[str, bytes] | None:
    """Compare two pictures, given in base64 as notebooks hold them.

    Parameters
    ----------
    old, new : str
        PNG or JPEG files in base64.
    most : float
        How much may differ: the root of the mean square over all pixels and colours, which go from 0 to 255.

    Returns
    -------
    tuple of (str, bytes), or None
        None where they agree. Else what differs, and a PNG of it: the old picture, the new one and the difference side
        by side, the difference enlarged to the full range; no bytes where the sizes differ or one is no picture.
    """
    if old.strip() == new.strip():
        return None
    pictures = [_decoded(text) for text in (old, new)]
    before, after = pictures
    if before is None or after is None:
        broken = " and ".join(name for name, one in zip(("old", "new"), pictures, strict=True) if one is None)
        return f"the {broken} one is no picture that can be read", b""
    if before.size != after.size:
        return f"{_size(before)} pixels in the notebook, {_size(after)} now", b""
    difference = np.abs(np.asarray(after, float) - np.asarray(before, float))
    if not difference[..., 3].any():  # how opaque they are is a colour only where it changed
        difference = difference[..., :3]
    rms = float(np.sqrt(np.mean(difference**2)))
    if rms <= most:
        return None
    changed = np.count_nonzero(difference.any(axis=2))
    reason = (
        f"root mean square {rms:.3g} where {most:g} is allowed; {changed} of {difference[..., 0].size} pixels differ"
    )
    return reason, _side_by_side(before, after, difference)


def _decoded(text: str) -> Image | None:
    from PIL import Image, UnidentifiedImageError

    try:
        return Image.open(io.BytesIO(base64.b64decode(text))).convert("RGBA")
    except (binascii.Error, ValueError, UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        return None


def _size(picture: Image) -> str:
    return f"{picture.width} by {picture.height}"


def _side_by_side(old: Image, new: Image, difference: np.ndarray) -> bytes:
    from PIL import Image

    shown = np.full((*difference.shape[:2], 4), 255, np.uint8)
    shown[..., :3] -= np.round(difference.max(axis=2, keepdims=True) * (255 / difference.max())).astype(np.uint8)
    whole = Image.new("RGBA", (3 * old.width, old.height), "white")
    for place, picture in enumerate((old, new, Image.fromarray(shown))):
        whole.paste(picture, (place * old.width, 0))
    file = io.BytesIO()
    whole.save(file, "png")
    return file.getvalue()
