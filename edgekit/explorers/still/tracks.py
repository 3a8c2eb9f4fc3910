"""Tracks of a still picture: signals and scores over time, histograms, strips of bars; as in `front/shared/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit import colours
from edgekit.explorers.still.canvas import INK, LINE, MARK, SOFT, Box, Canvas, fitted, width_of
from edgekit.explorers.still.scales import (
    AXIS,
    LEFT,
    RIGHT,
    TOP,
    Floats,
    Scale,
    score_ticks,
    tick_texts,
    ticks,
    time_scale,
    value_scale,
)
from edgekit.explorers.still.view import View

BINS = 60
CAPTION = 16  # px above the bars of a histogram, and below those that stand downwards
BAND = 30  # px of the names of samples and of the labels below them
_OWN, _LONGEST = 64, 150  # px: a sample as wide has its name to itself, else it runs on; so far at most
Stretch = tuple[float, float]


def span_of(span: Sequence[float], end: float) -> Stretch:
    """Return the stretch of time on show, from the trait `span`."""
    low, high = span if len(span) == 2 else (0.0, end)
    return low, high if high > low else low + 1


def envelope(
    times: Floats, values: Floats, stretch: Stretch, columns: int, breaks: NDArray[Any]
) -> tuple[NDArray[np.intp], Floats, Floats, NDArray[np.bool_]]:
    """Return which pixel columns hold values, the smallest and largest there, and where a line joins the one before.

    It does where no value is missing between the two and no sample begins (`breaks`, indices).
    """
    low, high = stretch
    start, stop = np.searchsorted(times, [low, high])
    known = start + np.flatnonzero(~np.isnan(values[start:stop]))
    if not len(known):
        return known, np.empty(0), np.empty(0), np.empty(0, bool)
    ends = np.isnan(values[start : stop + 1]).astype(np.int64)
    inside = breaks[(breaks >= start) & (breaks < start + len(ends))] - start
    np.add.at(ends, inside, 1)
    run = np.cumsum(ends)[known - start]
    column = np.minimum(((times[known] - low) * (columns / (high - low))).astype(int), columns - 1)
    first = np.flatnonzero(np.diff(column, prepend=-1))
    last = np.append(first[1:], len(known)) - 1
    joined = np.append(False, run[first[1:]] == run[last[:-1]])
    found = values[known]
    return column[first], np.minimum.reduceat(found, first), np.maximum.reduceat(found, first), joined


def draw_line(
    canvas: Canvas, times: Floats, values: Floats, scales: tuple[Scale, Scale], *, breaks: NDArray[Any], colour: str,
    dash: Sequence[float] = (),
) -> None:  # fmt: skip
    """Draw values over time: every one while there is room, else smallest and largest of each pixel column."""
    across, up = scales
    low, high, room = across.low, across.high, across.end - across.start
    start = max(int(np.searchsorted(times, low)) - 1, 0)
    stop = min(int(np.searchsorted(times, high)) + 1, len(times))
    if stop - start > 2 * room:
        column, smallest, largest, joined = envelope(times, values, (low, high), int(room), breaks)
        top, bottom = up(largest) - 0.5, up(smallest) + 0.5
        before = np.arange(len(column)) - joined  # a column as far as the one before it that the line comes from
        ends = np.minimum(top, bottom[before]), np.maximum(bottom, top[before])
        canvas.bars(across.start + column, *ends, 1, repeat(colour))
        return
    y, x = up(values[start:stop]), across(times[start:stop])
    gaps = breaks[(breaks > start) & (breaks < stop)] - start
    canvas.line(_with_gaps(np.column_stack([x, y]), gaps), colour, 1.2, dash)
    known = np.concatenate([[False], ~np.isnan(y), [False]])
    alone = np.flatnonzero(known[1:-1] & ~known[:-2] & ~known[2:])
    for i in alone.tolist():  # a reading alone is a dot
        canvas.line([(x[i] - 0.75, y[i]), (x[i] + 0.75, y[i])], colour, 1.2)


def _with_gaps(points: Floats, gaps: NDArray[Any]) -> Floats:
    """Put a point that is missing before each of these."""
    return np.insert(points, gaps[gaps > 0], np.nan, axis=0)


def draw_signal(
    canvas: Canvas, box: Box, view: View, stretch: Stretch, ranges: Sequence[Sequence[float | None]] | None = None
) -> None:
    """Draw the axes on show over a stretch of time, on one scale: that of all readings, or of `ranges`."""
    meta, arrays = view.meta, view.arrays
    on = [i for i, axis in enumerate(meta["axes"]) if axis in view.state["axes"]]
    low, high = signal_range([(meta["ranges"] if ranges is None else ranges)[i] for i in on])
    across, up = time_scale(box, *stretch), value_scale(box, low, high)
    places = ticks(low, high, 4)
    value_axis(canvas, box, up, meta["unit"], (places, tick_texts(places)))
    time, breaks = arrays["time"], arrays["breaks"]
    with canvas.within(Box(box.left + LEFT, box.top, across.end - across.start, box.high)):
        for i in on:
            values = arrays["signal"][i * len(time) : (i + 1) * len(time)]
            look = colours.SERIES[i % len(colours.SERIES)].light
            draw_line(canvas, time, values, (across, up), breaks=breaks, colour=look, dash=dash_of(i))


def dash_of(axis: int) -> Sequence[float]:
    """Return the dash of an axis: after the last colour they begin anew, with other dashes."""
    return colours.DASHES[(axis + axis // len(colours.SERIES)) % len(colours.DASHES)]


def signal_range(ranges: Sequence[Sequence[float | None]]) -> Stretch:
    """Return the range of values that axes need."""
    known = [(low, high) for low, high in ranges if low is not None and high is not None]
    if not known:
        return 0.0, 1.0
    low, high = min(low for low, _ in known), max(high for _, high in known)
    return (low - 1.2, high + 1.2) if low == high else (low, high)  # all readings alike: a line in the middle


def legend(canvas: Canvas, box: Box, view: View) -> None:
    """Name the axes on show, each in its colour and dash, as far as there is room."""
    left, meta = box.left + 4, view.meta
    for i, axis in enumerate(meta["axes"]):
        if axis not in view.state["axes"]:
            continue
        name, y = fitted(meta["names"][i], 150), box.top + box.high / 2
        if left + 34 + width_of(name) > box.right:
            canvas.text("…", left, y, SOFT)
            return
        canvas.line([(left, y), (left + 28, y)], colours.SERIES[i % len(colours.SERIES)].light, 2, dash_of(i))
        canvas.text(name, left + 34, y, INK)
        left += 34 + width_of(name) + 16


def value_axis(canvas: Canvas, box: Box, up: Scale, name: str, marks: tuple[Sequence[float], Sequence[str]]) -> None:
    """Draw the ticks of a track, places and texts, with lines across, and its name beside them."""
    for place, text in zip(*marks, strict=True):
        y = up.at(place)
        canvas.line([(box.left + LEFT, y), (box.right - RIGHT, y)], LINE, 0.5)
        canvas.text(text, box.left + LEFT - 5, y, SOFT, "rm")
    canvas.text(fitted(name, max(box.high, 20)), box.left + 8, box.top + box.high / 2, SOFT, "mm", turned=90)


def time_axis(canvas: Canvas, across: Scale, top: float, shift: float = 0.0) -> None:
    """Write times in s below a track, counted from `shift`."""
    places = ticks((across.low - shift) / 1000, (across.high - shift) / 1000, (across.end - across.start) / 90)
    for place, text in zip(places, tick_texts(places), strict=True):
        canvas.text(f"{text} s", across.at(place * 1000 + shift), top + 5, SOFT, "mt")


def sample_starts(canvas: Canvas, box: Box, meta: Mapping[str, Any], across: Scale) -> None:
    """Draw where samples begin; their names stand in the band."""
    samples = meta["samples"]
    for sample in samples if len(samples) > 1 else []:
        x = across.at(sample["start"])
        if across.low <= sample["start"] <= across.high and across.at(sample["end"]) - x >= 3:
            canvas.rectangle(Box(x - 0.5, box.top + TOP, 1, box.high - TOP), LINE)


def band(canvas: Canvas, box: Box, view: View, across: Scale) -> None:
    """Draw whose time it is: the samples' names, and below them which label holds (`front/shared/sample_band.js`)."""
    meta, row = view.meta, box.high / 2
    for code, start, end in label_runs(view.arrays, (across.low, across.high)):
        left, wide = across.at(start), across.at(end) - across.at(start)
        colour = colours.SERIES[code % len(colours.SERIES)].light
        canvas.rectangle(Box(left, box.top + row, max(wide - 1, 0.5), row), colour, 0.3)
        if wide > 20:
            canvas.text(fitted(meta["label_names"][code], wide - 6), left + 3, box.top + 1.5 * row, INK)
    free = across.start
    for sample in meta["samples"]:
        if sample["end"] <= across.low or sample["start"] >= across.high:
            continue
        left, end = max(across.at(sample["start"]), across.start), min(across.at(sample["end"]), across.end)
        if across.low <= sample["start"]:
            canvas.rectangle(Box(left, box.top + 1, 1, row - 1), LINE)
        if left < free - 0.5:
            continue
        room = end - left
        if room < _OWN:
            room = min(width_of(sample["name"]) + 10, _LONGEST, across.end - left)
        if room >= _OWN / 2:
            canvas.text(fitted(sample["name"], room - 7), left + 4, box.top + row / 2, SOFT)
            free = left + room


def label_runs(arrays: Mapping[str, NDArray[Any]], stretch: Stretch) -> list[tuple[int, float, float]]:
    """Return the ranges of labels on show, those of one label that follow each other as one; of two the first."""
    (low, high), runs = stretch, list[tuple[int, float, float]]()
    rows = zip(*(arrays[name].tolist() for name in ("label_code", "label_from", "label_to")), strict=True)
    for code, begin, stop in rows:
        start, end = max(begin, runs[-1][2] if runs else low), min(stop, high)
        if begin >= high or end <= start:
            continue
        if runs and runs[-1][0] == code:
            runs[-1] = (code, runs[-1][1], end)
        else:
            runs.append((code, start, end))
    return runs


def mark(canvas: Canvas, box: Box, across: Scale, start: float, end: float) -> None:
    """Mark a stretch of time, framed."""
    left = max(across.at(start), across.start)
    wide = min(max(across.at(end), left + 1), across.end) - left
    if wide > 0:
        place = Box(left, box.top + TOP, wide, box.high - TOP)
        canvas.rectangle(place, "#000000", MARK)
        canvas.frame(Box(left + 0.5, place.top + 0.5, max(wide - 1, 0.5), place.high - 1), INK, 1)


def histogram(
    canvas: Canvas, box: Box, groups: Mapping[str, Floats], scale: Scale, caption: Callable[[int, str], str]
) -> None:
    """Draw how many scores lie where: `normal` ones upwards, `anomalous` ones downwards, `all` where none is known."""
    known = [(kind, groups[kind]) for kind in ("normal", "anomalous") if len(groups[kind])]
    floor, room = box.bottom - AXIS, box.wide - LEFT - RIGHT
    base = (box.top + floor) / 2 if len(known) == 2 else floor
    tall = base - box.top - CAPTION
    for kind, scores in known or [("", groups["all"])]:
        down = kind == "anomalous" and len(known) == 2
        counts = np.bincount(np.clip(scale.share(scores) * BINS, 0, BINS - 1).astype(int), minlength=BINS)
        colour = colours.WINDOWS[kind].light if kind else colours.SERIES[0].light
        size = np.where(counts, np.maximum(counts / max(counts.max(), 1) * tall, 1.5), 0)
        left = box.left + LEFT + np.arange(BINS) / BINS * room + 0.5
        ends = [np.full(BINS, base), base + size if down else base - size]
        canvas.bars(left, np.minimum(*ends), np.maximum(*ends), room / BINS - 1, repeat(colour))
        at, anchor = (floor - 2, "rb") if down else (box.top + 2, "rt")
        canvas.text(caption(len(scores), kind), box.right - RIGHT, at, INK, anchor, over=True)
    canvas.rectangle(Box(box.left + LEFT, base - 0.25, room, 0.5), SOFT)
    across = scale.between(box.left + LEFT, box.left + LEFT + room)
    for place, text in zip(*score_ticks(scale, min(max(room / 60, 2), 8)), strict=True):
        canvas.text(text, across.at(place), floor + 4, SOFT, "mt")
    canvas.text("score", box.left + 6, floor + 4, SOFT, "lt")


def histogram_threshold(canvas: Canvas, box: Box, scale: Scale, threshold: float) -> None:
    """Draw the threshold in a histogram: what lies to its right is above."""
    room = box.wide - LEFT - RIGHT
    at = box.left + LEFT + float(np.clip(scale.share(threshold), 0, 1)) * room
    canvas.rectangle(Box(at, box.top, box.right - RIGHT - at, box.high - AXIS), colours.ALARM, colours.SHADE[0])
    canvas.rectangle(Box(at - 0.75, box.top, 1.5, box.high - AXIS), INK)


def histogram_marked(canvas: Canvas, box: Box, view: View, scale: Scale) -> None:
    """Draw the thresholds that stay marked: a dotted line each, named at its foot."""
    floor, room = box.bottom - AXIS, box.wide - LEFT - RIGHT
    for i, (name, value) in enumerate(marked_thresholds(view)):
        share = float(scale.share(value))
        if not 0 <= share <= 1:
            continue
        at = box.left + LEFT + share * room
        canvas.line([(at, box.top), (at, floor)], INK, 1, (2, 3))
        fits = at + width_of(name) + 8 <= box.left + LEFT + room
        canvas.text(name, at + (4 if fits else -4), floor - 2 - 13 * i, INK, "lb" if fits else "rb", over=True)


def marked_thresholds(view: View) -> list[tuple[str, float]]:
    """Return name and value of the thresholds that stay marked and are not the one in force."""
    known = {"compared": view.state["compared"], "block's own": view.meta["own"]}
    if known["compared"] == known["block's own"]:
        del known["compared"]
    return [(name, value) for name, value in known.items() if value is not None and value != view.state["threshold"]]


def histogram_mark(canvas: Canvas, box: Box, scale: Scale, score: float) -> None:
    """Draw where one score stands: a triangle below the caption, and a line down."""
    if np.isnan(score):
        return
    at = box.left + LEFT + float(np.clip(scale.share(score), 0, 1)) * (box.wide - LEFT - RIGHT)
    top = box.top + CAPTION
    canvas.rectangle(Box(at - 0.5, top, 1, box.high - AXIS - CAPTION), INK)
    canvas.polygon([(at - 5, top), (at + 5, top), (at, top + 8)], INK)


def strip(
    canvas: Canvas, box: Box, shares: Floats, looks: Sequence[str], *, chosen: int, caption: str,
    line: float | None = None,
) -> None:  # fmt: skip
    """Draw a bar for each picture or window in its colour, worst first; `chosen` is a place among them, -1 for none."""
    pad, tall = 8, box.high - 19
    step = (box.wide - 2 * pad) / max(len(shares), 1)
    wide = max(step - (1 if step > 4 else 0), 0.5)
    left, floor = box.left + pad + np.arange(len(shares)) * step, box.top + 2 + tall
    floors, size = np.full(len(shares), floor), np.maximum(np.nan_to_num(shares).clip(0, 1) * tall, 1)
    canvas.bars(left, floors - tall, floors, wide, [INK if i == chosen else LINE for i in range(len(shares))])
    canvas.bars(left, floors - size, floors, wide, looks)
    if 0 <= chosen < len(shares):
        canvas.rectangle(Box(float(left[chosen]), floor + 1, max(wide, 2), 2), INK)
    if line is not None:
        canvas.rectangle(Box(box.left + pad, box.top + 2 + (1 - line) * tall - 0.6, box.wide - 2 * pad, 1.2), INK)
    canvas.text(fitted(caption, box.wide - 2 * pad), box.right - pad, box.bottom, SOFT, "rb")
