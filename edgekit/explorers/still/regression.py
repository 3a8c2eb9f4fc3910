"""The still picture of a regression: predicted against expected, the errors, the largest ones in a row, the signal."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np
from PIL import Image

from edgekit import axis_names, colours
from edgekit.explorers.most_shown import DOTS, ERRORS, MARKERS
from edgekit.explorers.still.canvas import INK, PAPER, SOFT, Box, Canvas
from edgekit.explorers.still.scales import (
    AXIS,
    RIGHT,
    TOP,
    Floats,
    Scale,
    tick_texts,
    ticks,
    time_scale,
    value_scale,
)
from edgekit.explorers.still.tracks import draw_signal, legend, mark, marked_thresholds, strip, time_axis, value_axis
from edgekit.explorers.still.view import View, put_text, sheet
from edgekit.threshold_rules import is_beyond


class _Panel(NamedTuple):
    """A panel of points: expected numbers across, predicted numbers or errors upwards."""

    box: Box
    across: Scale
    up: Scale
    errors: bool


def picture(view: View) -> Canvas:
    """Draw the same as the explorer."""
    meta, arrays, state = view.meta, view.arrays, view.state
    has_signal, has_picture = bool(meta["axes"]), bool(meta["pictures"])
    canvas, main, side = sheet(view, 530 if has_signal or has_picture else 330)
    half = (main.wide - 12) / 2
    worst = arrays["worst"]
    error = np.abs(arrays["predicted"] - arrays["expected"])[worst]
    for box, errors in (
        (Box(main.left, main.top, half, 240), False),
        (Box(main.left + half + 12, main.top, half, 240), True),
    ):
        _draw_panel(canvas, view, _panel(view, box, errors=errors), error)
    furthest = worst[:ERRORS]
    few = f"the {len(furthest)} largest errors" if len(furthest) < len(worst) else "errors"
    beyond = is_beyond(error[: len(furthest)], state["threshold"])
    looks = [colours.ERRORS["beyond" if is_one else "within"].light for is_one in beyond]
    place = np.flatnonzero(furthest == state["window"])
    strip(
        canvas, Box(main.left, main.top + 248, main.wide, 72), error[: len(furthest)] / meta["widest"], looks,
        chosen=int(place[0]) if len(place) else -1, caption=f"{few}, largest first",
        line=min(state["threshold"] / meta["widest"], 1),
    )  # fmt: skip
    below = Box(main.left, main.top + 328, main.wide, main.high - 328)
    if has_signal:
        _draw_sample(canvas, view, below)
    elif has_picture:
        _draw_picture(canvas, view, below)
    put_text(canvas, view, side, side.top)
    return canvas


def _panel(view: View, box: Box, *, errors: bool) -> _Panel:
    meta, place = view.meta, Box(box.left, box.top, box.wide, box.high - AXIS)
    rim = 0.04 * (meta["highest"] - meta["lowest"]) or 1.0
    low, high = meta["lowest"] - rim, meta["highest"] + rim
    bottom, top = (-1.06 * meta["widest"], 1.06 * meta["widest"]) if errors else (low, high)
    return _Panel(place, time_scale(place, low, high), value_scale(place, bottom, top), errors)


def _draw_panel(canvas: Canvas, view: View, panel: _Panel, error: Floats) -> None:
    box, across, up, errors = panel
    name = axis_names.ERROR if errors else axis_names.PREDICTED
    places = [place for place in ticks(up.low, up.high, 5) if up.at(place) > box.top + TOP + 5]
    value_axis(canvas, box, up, name, (places, tick_texts(places)))
    right = box.right - RIGHT
    below = [
        p for p in ticks(across.low, across.high, max((across.end - across.start) / 50, 3)) if across.at(p) < right - 64
    ]
    for place, text in zip(below, tick_texts(below), strict=True):
        canvas.text(text, across.at(place), box.bottom + 5, SOFT, "mt")
    canvas.text(axis_names.EXPECTED, right, box.bottom + 5, SOFT, "rt")
    expected, predicted = view.arrays["expected"], view.arrays["predicted"]
    chosen, threshold = view.state["window"], view.state["threshold"]
    with canvas.within(Box(across.start, box.top + TOP, across.end - across.start, box.high - TOP)):
        _line(canvas, panel, 0, SOFT)
    order = view.arrays["worst"][::-1]
    height = (predicted - expected if errors else predicted)[order]
    _draw_points(canvas, box, across(expected[order]), up(height), is_beyond(error[::-1], threshold))
    with canvas.within(Box(across.start, box.top + TOP, across.end - across.start, box.high - TOP)):
        for shift in (threshold, -threshold):
            _line(canvas, panel, shift, INK, (6, 3))
        for _, value in marked_thresholds(view):
            for shift in (value, -value):
                _line(canvas, panel, shift, INK, (1, 3))
    if not np.isnan(value := predicted[chosen] - expected[chosen]):
        x, y = across.at(expected[chosen]), up.at(value if errors else predicted[chosen])
        canvas.ring(x, y, 7, PAPER, 4)
        canvas.ring(x, y, 7, INK, 2)


def _line(canvas: Canvas, panel: _Panel, shift: float, colour: str, dash: tuple[float, ...] = ()) -> None:
    """Draw where the error is `shift`."""
    across, up = panel.across, panel.up
    ends = [shift, shift] if panel.errors else [across.low + shift, across.high + shift]
    canvas.line(np.column_stack([across([across.low, across.high]), up(ends)]), colour, 1.2, dash)


def _draw_points(
    canvas: Canvas, box: Box, x: Floats, y: Floats, beyond: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> None:
    """Draw the points, later ones on top: markers, or dots where there are many."""
    within, above = colours.ERRORS["within"], colours.ERRORS["beyond"]
    if len(x) <= MARKERS:
        for left, top, is_beyond in zip(x.tolist(), y.tolist(), beyond.tolist(), strict=True):
            look, size = (above, 3.75) if is_beyond else (within, 3)
            canvas.marker(look.marker, left, top, size, look.light, rim=False)
        return
    looks = [(within.light, ~beyond), (above.light, beyond)]
    canvas.dots(box, np.column_stack([x, y]), looks, 1.5 if len(x) > DOTS else 3)


def _draw_picture(canvas: Canvas, view: View, box: Box) -> None:
    """Draw the picture of the chosen window's sample, where it came."""
    files, at = view.arrays["images"], view.arrays["image_at"]
    sample = int(view.arrays["sample"][view.state["window"]])
    file = files[at[sample] : at[sample + 1]].tobytes()
    if not file:
        return
    image = Image.open(io.BytesIO(file))
    scale = min(box.wide / image.width, box.high / image.height)
    wide, high = image.width * scale, image.height * scale
    canvas.image(image, Box(box.left + (box.wide - wide) / 2, box.top, wide, high))


def _draw_sample(canvas: Canvas, view: View, box: Box) -> None:
    """Draw the signal of the chosen window's sample, in time from its start."""
    meta, arrays, chosen = view.meta, view.arrays, view.state["window"]
    legend(canvas, Box(box.left, box.top, box.wide, 20), view)
    track = Box(box.left, box.top + 22, box.wide, box.high - 22 - AXIS)
    sample = meta["samples"][arrays["sample"][chosen]]
    stretch = sample["start"], max(sample["end"], sample["start"] + 1)
    across = time_scale(track, *stretch)
    draw_signal(canvas, track, view, stretch)
    if view.meta["timed"]:
        time_axis(canvas, across, track.bottom, sample["start"])
    start, end = arrays["start"][chosen], arrays["stop"][chosen]
    if start > stretch[0] or end < stretch[1]:
        mark(canvas, track, across, start, end)
