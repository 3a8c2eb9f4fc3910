"""The still picture of a project: the rows of its table that stand first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edgekit import colours
from edgekit.explorers.still.canvas import INK, LINE, RAISED, SOFT, Box, Canvas, fitted
from edgekit.explorers.still.view import EDGE, HEAD, LINE_HIGH, WIDTH

_ROW, _PAD = 22, 6  # px
_WRONG = "wrong"


def picture(
    title: str, widths: Mapping[str, float], numbers: Sequence[str], rows: Sequence[Mapping[str, str]], said: str
) -> Canvas:
    """Draw a table.

    Parameters
    ----------
    title : str
        What stands above it.
    widths : mapping
        From the head of each column to how wide it is beside the others.
    numbers : sequence of str
        Heads of columns that stand to the right.
    rows : sequence of mappings
        What stands in each column.
    said : str
        A line below.
    """
    room = WIDTH - 2 * EDGE
    canvas = Canvas(WIDTH, HEAD + _ROW * (len(rows) + 1) + LINE_HIGH + 2 * EDGE)
    canvas.text(fitted(title, room, 14), EDGE, HEAD / 2, INK, size=14)
    canvas.rectangle(Box(EDGE, HEAD, room, _ROW), RAISED)
    for place, row in enumerate([{head: head for head in widths}, *rows]):
        top, left = HEAD + place * _ROW, float(EDGE)
        canvas.rectangle(Box(EDGE, top + _ROW - 1, room, 1), LINE)
        for head, share in widths.items():
            wide = room * share / sum(widths.values())
            text, colour = fitted(row[head], wide - 2 * _PAD), SOFT if not place else INK
            colour = colours.ALARM if row[head] == _WRONG else colour
            right = head in numbers
            x, anchor = (left + wide - _PAD, "rm") if right else (left + _PAD, "lm")
            canvas.text(text, x, top + _ROW / 2, colour, anchor)
            left += wide
    canvas.text(fitted(said, room), EDGE, HEAD + (len(rows) + 1) * _ROW + EDGE, SOFT)
    return canvas
