"""What a still picture is drawn from: what the browser is sent, the state at one moment, and the frame around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edgekit import colours
from edgekit.explorers.still.canvas import INK, SOFT, Box, Canvas, fitted, width_of

WIDTH, SIDE, EDGE = 1056, 248, 12  # px: the picture, the column beside it, around both
HEAD = 34  # px for the title
LINE_HIGH = 15  # px of a line of text


class View(NamedTuple):
    """What an explorer shows: the texts and arrays that the browser is sent, the traits, the explorer's own text."""

    meta: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    state: Mapping[str, Any]
    text: str


def unpacked(layout: Mapping[str, Mapping[str, Any]], blob: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays that lie in one piece of bytes, without a copy; see `edgekit.explorers.base.pack`."""
    return {
        name: np.frombuffer(blob, np.dtype(f"<{of['type']}"), of["length"], of["offset"]) for name, of in layout.items()
    }


def sheet(view: View, height: int) -> tuple[Canvas, Box, Box]:
    """Begin a picture with its title; return it, the place of what is drawn and that of the column beside it."""
    canvas, main = Canvas(WIDTH, height + HEAD + EDGE), WIDTH - SIDE - 3 * EDGE
    canvas.text(fitted(str(view.meta["title"]), WIDTH - 2 * EDGE, 14), EDGE, HEAD / 2, INK, size=14)
    return canvas, Box(EDGE, HEAD, main, height), Box(2 * EDGE + main, HEAD, SIDE, height)


def put_text(canvas: Canvas, view: View, box: Box, top: float) -> float:
    """Write the explorer's own text in the column, but for its title; return where it ends."""
    for line in view.text.split("\n")[1:]:
        for part in wrapped(line, box.wide):
            if top + LINE_HIGH > box.bottom:
                return top
            canvas.text(part, box.left, top + LINE_HIGH / 2, INK)
            top += LINE_HIGH
        top += 5
    return top


def wrapped(line: str, room: float) -> list[str]:
    """Return a text as lines of at most so many px, cut between words."""
    found: list[str] = []
    for word in line[:1000].split(" "):
        longer = f"{found[-1]} {word}" if found else word
        if found and width_of(longer) <= room:
            found[-1] = longer
        else:
            found.append(fitted(word, room) if width_of(word) > room else word)
    return found


def bars(canvas: Canvas, box: Box, top: float, title: str, rows: list[tuple[str, float]]) -> float:
    """Draw shares as bars with their names and figures, negative ones hollow; return where they end."""
    for line in wrapped(title, box.wide):
        canvas.text(line, box.left, top + LINE_HIGH / 2, INK)
        top += LINE_HIGH
    top += 3
    for name, share in rows:
        canvas.text(fitted(name, 100), box.left, top + LINE_HIGH / 2, SOFT)
        canvas.text(percent(share), box.right, top + LINE_HIGH / 2, INK, "rm")
        bar = Box(box.left + 106, top + 2, (box.wide - 106 - 50) * min(abs(np.nan_to_num(share)), 1), 11)
        if share < 0:
            canvas.frame(bar, colours.SERIES[0].light)
        else:
            canvas.rectangle(bar, colours.SERIES[0].light)
        top += LINE_HIGH + 2
    return top + 8


def percent(share: float) -> str:
    """Return a share as the browser writes it."""
    return f"{100 * share:.1f} %".replace("-", "\N{MINUS SIGN}") if np.isfinite(share) else "\N{EN DASH}"
