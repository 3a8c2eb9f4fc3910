"""The still picture of a classifier: confusion matrix, reliability curve, windows in small pictures, the chosen one."""

from __future__ import annotations

import io
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edgekit import axis_names, colours
from edgekit.explorers.most_shown import BARS
from edgekit.explorers.still.canvas import INK, LINE, SOFT, Box, Canvas, fitted
from edgekit.explorers.still.scales import AXIS, Scale, time_scale
from edgekit.explorers.still.tracks import (
    dash_of,
    draw_line,
    draw_signal,
    legend,
    mark,
    marked_thresholds,
    signal_range,
    time_axis,
)
from edgekit.explorers.still.view import View, bars, percent, put_text, sheet
from edgekit.threshold_rules import is_uncertain

_NAMES, _GAP = 64, 5  # px below the matrix for names, before "uncertain"
TILES = 12  # windows in small pictures, in two rows
_CAPTION = 30  # px below each
_SOFT = 0.07  # how opaque an empty cell is


class _Found(NamedTuple):
    """What the threshold makes of the windows: codes among the labels, `unsure` for uncertain, -1 for none."""

    labels: list[str]
    unsure: int
    expected: NDArray[Any]
    predicted: NDArray[Any]

    @property
    def matrix(self) -> NDArray[np.intp]:
        """Windows by expected and predicted label, "uncertain" last."""
        across, known = self.unsure + 1, (self.expected >= 0) & (self.predicted >= 0)
        at = self.expected[known] * across + self.predicted[known]
        return np.bincount(at, minlength=len(self.labels) * across).reshape(-1, across)

    def answer(self, window: int) -> str:
        """Return "right", "wrong", "uncertain", or nothing where it is not known."""
        expected, predicted = self.expected[window], self.predicted[window]
        if predicted == self.unsure != expected:
            return "uncertain"
        return "" if predicted < 0 or expected < 0 else "right" if predicted == expected else "wrong"

    def name(self, code: int, uncertain: str) -> str:
        """Return a label by its code."""
        return "\N{EN DASH}" if code < 0 else uncertain if code == self.unsure else self.labels[code]


def picture(view: View, shown: NDArray[np.int32]) -> Canvas:
    """Draw the same as the explorer; `shown` are the windows that the filters leave, in their order."""
    meta, arrays, threshold = view.meta, view.arrays, view.state["threshold"]
    labels = meta["labels"]
    unsure = labels.index(meta["uncertain"]) if meta["uncertain"] in labels else len(labels)
    expected, highest = (arrays[name].astype(int) for name in ("expected", "highest"))
    given = np.where(is_uncertain(arrays["confidence"], threshold), unsure, highest)
    found = _Found(labels, unsure, expected, given)
    top, tiles = (312 if meta["judged"] else 0), 240
    canvas, main, side = sheet(view, top + tiles + (0 if meta["pictures"] else 180))
    if meta["judged"]:
        _draw_matrix(canvas, Box(main.left, main.top, main.wide * 0.62, 304), found, view)
        _draw_curve(canvas, Box(main.left + main.wide * 0.62 + 8, main.top, main.wide * 0.38 - 8, 304), view)
    _draw_tiles(canvas, Box(main.left, main.top + top, main.wide, tiles), view, found, shown)
    if not meta["pictures"] and len(arrays["start"]):
        _draw_chosen(canvas, Box(main.left, main.top + top + tiles + 6, main.wide, 174), view)
    below = put_text(canvas, view, side, side.top) + 8
    if len(arrays["start"]) and (names := meta["known"]):
        values = arrays["chosen_probabilities"].ravel().astype(float)
        many = f" ({BARS} of {len(names)})" if len(names) > BARS else ""
        order = np.argsort(-values, kind="stable") if many else np.arange(len(values))
        rows = [(names[i], float(values[i])) for i in order[:BARS].tolist()]
        bars(canvas, side, below, f"Probabilities{many}", rows)
    return canvas


def _draw_matrix(canvas: Canvas, box: Box, found: _Found, view: View) -> None:
    labels, unsure, uncertain, matrix = found.labels, found.unsure, view.meta["uncertain"], found.matrix
    left = box.left + min(max(box.wide * 0.24, 40), 120)
    wide, high = (box.right - left - _GAP - 8) / (unsure + 1), (box.high - _NAMES - 4) / len(labels)
    looks = colours.ANSWERS
    for row, counts in enumerate(matrix.tolist()):
        for column, count in enumerate(counts):
            kind = "right" if column == row else "uncertain" if column == unsure else "wrong"
            opacity = 0.18 + 0.6 * count / sum(counts) if count else _SOFT
            colour = looks[kind].light if count else looks["uncertain"].light
            x = left + column * wide + (_GAP if column == unsure else 0)
            place = Box(x + 0.5, box.top + 4 + row * high + 0.5, max(wide - 1, 0.5), max(high - 1, 0.5))
            canvas.rectangle(place, colour, opacity)
            if view.state["matrix_cell"] == [labels[row], found.name(column, uncertain)]:
                canvas.frame(place, INK, 2)
            if count and high >= 12 and wide >= 7 * len(str(count)) + 2:
                canvas.text(str(count), place.left + place.wide / 2, place.top + place.high / 2, INK, "mm")
    for row in range(0, len(labels), int(np.ceil(11 / high))):
        canvas.text(fitted(labels[row], left - box.left - 22), left - 5, box.top + 4 + (row + 0.5) * high, INK, "rm")
    every = int(np.ceil(11 / wide))
    for column in range(unsure + 1):
        if column < unsure and (column % every or column + every > unsure + 1):
            continue
        x = left + (column + 0.5) * wide + (_GAP if column == unsure else 0)
        canvas.text(fitted(found.name(column, uncertain), 66), x, box.bottom - _NAMES + 4, INK, "rm", turned=45)
    canvas.text(axis_names.PREDICTED, box.right - 8, box.bottom - 1, SOFT, "rb")
    canvas.text(axis_names.EXPECTED, box.left + 8, box.top + 34, SOFT, "mm", turned=90)


def _draw_curve(canvas: Canvas, box: Box, view: View) -> None:
    x = Scale(0, 1, box.left + 34, box.right - 8)
    y = Scale(0, 1, box.bottom - 30, box.top + 6)
    low, high, probability, right, windows = view.arrays["curve"].reshape(-1, 5).T
    share = windows / max(windows.sum(), 1)
    grey = colours.ANSWERS["uncertain"].light
    for start, end, size in zip(low.tolist(), high.tolist(), share.tolist(), strict=True):
        canvas.rectangle(Box(x.at(start), y.at(size), x.at(end) - x.at(start) - 1, y.at(0) - y.at(size)), grey, 0.28)
    canvas.line([(x.start, y.start), (x.end, y.end)], SOFT, 1, (4, 3))
    canvas.frame(Box(x.start, y.end, x.end - x.start, y.start - y.end), LINE)
    for place in (0, 0.5, 1):
        canvas.text(f"{place:.1f}", x.start - 5, y.at(place), SOFT, "rm")
        canvas.text(f"{place:.1f}", x.at(place) - (6 if place == 1 else 0), y.start + 4, SOFT, "mt")
    canvas.text(axis_names.PROBABILITY, x.at(0.5), y.start + 17, SOFT, "mt")
    canvas.text(axis_names.RIGHT, box.left + 7, y.at(0.5), SOFT, "mm", turned=90)
    known, line = windows > 0, colours.SERIES[0].light
    canvas.line(np.column_stack([x(probability[known]), y(right[known])]), line, 1.6)
    for across, up, size in zip(x(probability[known]), y(right[known]), share[known], strict=True):
        canvas.disc(float(across), float(up), 2 + 4 * float(np.sqrt(size)), line)
    canvas.rectangle(Box(x.at(view.state["threshold"]) - 0.75, y.end, 1.5, y.start - y.end), INK)
    for i, (name, value) in enumerate(marked_thresholds(view)):
        at, top = x.at(value), y.end + 2 + 13 * i
        canvas.line([(at, y.end), (at, y.start)], INK, 1, (2, 3))
        canvas.text(name, at - 4 if value > 0.5 else at + 4, top, INK, "rt" if value > 0.5 else "lt", over=True)


def _draw_tiles(canvas: Canvas, box: Box, view: View, found: _Found, shown: NDArray[np.int32]) -> None:
    """Draw the page of windows that the chosen one is on."""
    if not len(shown):
        canvas.text("No window is left by these filters.", box.left + 6, box.top + 12)
        return
    wide, high = box.wide / (TILES // 2), box.high / 2
    at = np.flatnonzero(shown == view.state["window"])
    first = (int(at[0]) if len(at) else 0) // TILES * TILES
    for k, window in enumerate(shown[first : first + TILES].tolist()):
        place = Box(box.left + k % (TILES // 2) * wide + 3, box.top + k // (TILES // 2) * high + 2, wide - 6, high - 4)
        _draw_tile(canvas, place, view, found, window)


def _draw_tile(canvas: Canvas, box: Box, view: View, found: _Found, window: int) -> None:
    meta, arrays, uncertain = view.meta, view.arrays, view.meta["uncertain"]
    chosen, said = window == view.state["window"], found.answer(window)
    canvas.frame(
        Box(box.left + 0.5, box.top + 0.5, box.wide - 1, box.high - 1), INK if chosen else LINE, 2 if chosen else 1
    )
    inner = Box(box.left, box.top, box.wide, box.high - _CAPTION)
    if meta["pictures"]:
        _draw_thumbnail(canvas, inner, view, int(arrays["sample"][window]))
    else:
        _draw_strip(canvas, inner, view, window)
    if said:
        look = colours.ANSWERS[said]
        canvas.marker(look.marker, box.left + 9, box.bottom - 22, 3.5, look.light)
    predicted = f"{percent(arrays['confidence'][window])} {found.name(int(found.predicted[window]), uncertain)}"
    canvas.text(fitted(predicted, box.wide - 22), box.left + 17, box.bottom - 22, INK)
    expected = f"expected {found.name(int(found.expected[window]), uncertain)}"
    canvas.text(fitted(expected, box.wide - 10), box.left + 5, box.bottom - 8, SOFT)


def _draw_thumbnail(canvas: Canvas, box: Box, view: View, sample: int) -> None:
    start, end = view.arrays["image_at"][sample : sample + 2].tolist()
    if start == end:
        return
    image = Image.open(io.BytesIO(view.arrays["images"][start:end].tobytes()))
    scale = min(box.wide / image.width, box.high / image.height)
    wide, high = image.width * scale, image.height * scale
    canvas.image(image, Box(box.left + (box.wide - wide) / 2, box.top + (box.high - high) / 2, wide, high))


def _window(view: View, window: int) -> tuple[float, float]:
    """Return start and end of a window, in ms on the common axis of time."""
    start = float(view.arrays["start"][window])
    return start, start + max(float(view.arrays["size"][view.arrays["sample"][window]]), 1e-9)


def _draw_strip(canvas: Canvas, box: Box, view: View, window: int) -> None:
    """Draw the signal of a window on its own scale: its shape is what one looks for."""
    low, high = _window(view, window)
    on = [i for i, axis in enumerate(view.meta["axes"]) if axis in view.state["axes"]]
    time, part, ranges = _readings(view, low, high)
    least, most = signal_range([ranges[i] for i in on])
    across = Scale(low, high, box.left + 4, box.right - 4)
    up = Scale(least, most, box.bottom - 3, box.top + 3)
    for i in on:
        look = colours.SERIES[i % len(colours.SERIES)].light
        draw_line(canvas, time, part[i], (across, up), breaks=np.empty(0, int), colour=look, dash=dash_of(i))


def _readings(view: View, low: float, high: float) -> tuple[NDArray[Any], NDArray[Any], list[list[float | None]]]:
    """Return time and values (axes, readings) of a stretch, and the range of each axis in it."""
    time = view.arrays["time"]
    start, end = np.searchsorted(time, [low, high])
    part = view.arrays["signal"].reshape(-1, len(time) or 1)[:, start:end]
    ranges: list[list[float | None]] = []
    for values in part:
        known = values[np.isfinite(values)]
        ranges.append([float(known.min()), float(known.max())] if len(known) else [None, None])
    return time[start:end], part, ranges


def _draw_chosen(canvas: Canvas, box: Box, view: View) -> None:
    """Draw the chosen window within what lies around it."""
    meta, chosen = view.meta, view.state["window"]
    legend(canvas, Box(box.left, box.top, box.wide, 20), view)
    track = Box(box.left, box.top + 22, box.wide, box.high - 22 - AXIS)
    sample, (start, end) = meta["samples"][view.arrays["sample"][chosen]], _window(view, chosen)
    low, high = max(start - (end - start) / 2, sample["start"]), min(end + (end - start) / 2, sample["end"])
    stretch = low, high if high > low else low + 1
    across = time_scale(track, *stretch)
    draw_signal(canvas, track, view, stretch, _readings(view, *stretch)[2])
    mark(canvas, track, across, start, end)
    if view.meta["timed"]:
        time_axis(canvas, across, track.bottom, sample["start"])
