"""Pictures as files in one piece, as the front end takes them (`front/shared/images.js`)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image


def png(image: Image | None) -> bytes:
    """Return a picture as a PNG file; nothing for None."""
    if image is None:
        return b""
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, format="PNG")
    return buffer.getvalue()


def packed(images: Sequence[Image | None]) -> dict[str, NDArray[Any]]:
    """Return `images`, the files one after the other, and `image_at`, where each begins and the last one ends."""
    files = [png(image) for image in images]
    return {
        "images": np.frombuffer(b"".join(files), "u1"),
        "image_at": np.cumsum([0, *map(len, files)]).astype("i4"),
    }
