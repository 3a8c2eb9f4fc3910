"""The still picture of a signal."""

from __future__ import annotations

from edgekit.explorers.still.canvas import INK, Box, Canvas
from edgekit.explorers.still.scales import AXIS, TOP, time_scale
from edgekit.explorers.still.tracks import BAND, band, draw_signal, legend, sample_starts, span_of, time_axis
from edgekit.explorers.still.view import View, put_text, sheet


def picture(view: View) -> Canvas:
    """Draw the signal on show with a line at the time under the pointer."""
    meta, state = view.meta, view.state
    canvas, main, side = sheet(view, 284)
    legend(canvas, Box(main.left, main.top, main.wide, 20), view)
    track = Box(main.left, main.top + 22, main.wide, main.high - 22 - AXIS - BAND - 4)
    stretch = span_of(state["span"], meta["end"])
    across = time_scale(track, *stretch)
    draw_signal(canvas, track, view, stretch)
    sample_starts(canvas, track, meta, across)
    below = Box(main.left, track.bottom + 4, main.wide, BAND)
    band(canvas, below, view, across)
    if meta["timed"]:
        time_axis(canvas, across, below.bottom)
    if stretch[0] <= state["time_ms"] <= stretch[1]:
        x = across.at(state["time_ms"])
        canvas.line([(x, track.top + TOP), (x, track.bottom)], INK, 1)
    put_text(canvas, view, side, side.top)
    return canvas
