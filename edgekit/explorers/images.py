"""Pictures as files in one piece, as the front end takes them (`front/shared/images.js`)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from edgekit.results import detection as detected
from edgekit.studio.many import in_order

if TYPE_CHECKING:
    from PIL.Image import Image

    from edgekit.results.block import BlockResult

MOST = 400  # pictures that are sent where only the chosen one is looked at
_THUMBNAIL = 192  # pixels, their longer side


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


def thumbnails(blocks: Sequence[BlockResult], order: Iterable[int]) -> list[Image | None]:
    """Fetch small pictures of the image samples, a few at a time: of at most `MOST` blocks, the first ones of `order`.

    None for the others, for samples that are no images, and where there is no picture.
    """
    images: list[Image | None] = [None] * len(blocks)
    wanted = [i for i in dict.fromkeys(order) if is_picture(blocks[i])][:MOST]
    fetched = in_order(lambda i, _: detected.picture(blocks[i].sample), wanted, "fetch pictures") if wanted else []
    for i, image in zip(wanted, fetched, strict=True):
        if image is not None:
            images[i] = small = image.convert("RGB")
            small.thumbnail((_THUMBNAIL, _THUMBNAIL))
    return images


def is_picture(block: BlockResult) -> bool:
    """Whether a block is about a picture."""
    return block.sample.kind == "image"
