"""The still picture of a block that no explorer opens for: what it says in words, and its picture."""

from __future__ import annotations

import io

from PIL import Image

from edgekit.explorers.still.canvas import INK, Box, Canvas, fitted
from edgekit.explorers.still.view import EDGE, HEAD, LINE_HIGH, WIDTH, View, wrapped


def picture(view: View) -> Canvas:
    """Draw the picture, as large as it is, and write below it what is said."""
    file = view.arrays["picture"].tobytes()
    image = Image.open(io.BytesIO(file)) if file else None
    wide, high = image.size if image is not None else (0, 0)
    room = WIDTH - 2 * EDGE
    lines = [part for line in view.text.split("\n")[1:] for part in wrapped(line, room)]
    canvas = Canvas(WIDTH, HEAD + high + LINE_HIGH * len(lines) + 2 * EDGE)
    canvas.text(fitted(str(view.meta["title"]), room, 14), EDGE, HEAD / 2, INK, size=14)
    if image is not None:
        canvas.image(image, Box(EDGE, HEAD, wide, high))
    for i, line in enumerate(lines):
        canvas.text(line, EDGE, HEAD + high + EDGE + LINE_HIGH * (i + 0.5), INK)
    return canvas
