"""The still picture of anomaly scores: signal, scores with the threshold, histogram, the chosen window."""

from __future__ import annotations

from itertools import repeat
from typing import NamedTuple

import numpy as np

from edgekit import colours, display
from edgekit.explorers.most_shown import BARS
from edgekit.explorers.still.canvas import INK, Box, Canvas
from edgekit.explorers.still.scales import (
    AXIS,
    LEFT,
    RIGHT,
    TOP,
    Floats,
    Scale,
    score_scale,
    score_ticks,
    time_scale,
    value_scale,
)  # fmt: skip
from edgekit.explorers.still.tracks import (
    BAND,
    band,
    draw_line,
    draw_signal,
    envelope,
    histogram,
    histogram_marked,
    histogram_threshold,
    legend,
    mark,
    marked_thresholds,
    sample_starts,
    span_of,
    time_axis,
    value_axis,
)  # fmt: skip
from edgekit.explorers.still.view import View, bars, put_text, sheet
from edgekit.threshold_rules import is_anomaly


class _Track(NamedTuple):
    """The windows over time: the place of their scores, both scales, start, middle and end of each."""

    view: View
    box: Box
    across: Scale
    up: Scale
    start: Floats
    middle: Floats
    end: Floats

    @property
    def crowded(self) -> bool:
        """Whether there is no room for a point a window."""
        first, last = np.searchsorted(self.middle, [self.across.low, self.across.high])
        return bool(last - first > (self.across.end - self.across.start) / 6)


def picture(view: View) -> Canvas:
    """Draw the same as the explorer: tracks, histogram, and beside them what is known of the chosen window."""
    meta, arrays, state = view.meta, view.arrays, view.state
    canvas, main, side = sheet(view, 574)
    legend(canvas, Box(main.left, main.top, main.wide, 20), view)
    signal = Box(main.left, main.top + 22, main.wide, 168 if meta["axes"] else 0)
    scores = Box(main.left, signal.bottom + BAND + 8, main.wide, 184 - AXIS)
    bins = Box(main.left, scores.bottom + AXIS + 8, main.wide, main.bottom - scores.bottom - AXIS - 8)
    stretch = span_of(state["span"], meta["end"])
    scale = score_scale(meta["lowest"], meta["highest"], logarithmic=state["log_scale"])
    track = _track(view, scores, time_scale(signal, *stretch), scale)
    if meta["axes"]:
        draw_signal(canvas, signal, view, stretch)
    sample_starts(canvas, signal, meta, track.across)
    band(canvas, Box(main.left, signal.bottom + 4, main.wide, BAND), view, track.across)
    _draw_scores(canvas, track, scale)
    _draw_over(canvas, track, [signal, scores])
    score, truth = arrays["score"], arrays["truth"]
    known = ~np.isnan(score)
    groups = {"normal": score[known & (truth == 0)], "anomalous": score[known & (truth == 1)], "all": score[known]}
    histogram(canvas, bins, groups, scale, _windows)
    if state["threshold"] is not None:
        histogram_threshold(canvas, bins, scale, state["threshold"])
    histogram_marked(canvas, bins, view, scale)
    _draw_window(canvas, view, side, put_text(canvas, view, side, side.top) + 8)
    return canvas


def _windows(count: int, kind: str) -> str:
    return display.counted(count, f"{kind} window".lstrip())


def _track(view: View, box: Box, across: Scale, scale: Scale) -> _Track:
    start = view.arrays["start"]
    end = start + view.arrays["size"][view.arrays["sample"]]
    return _Track(view, box, across, value_scale(box, scale.low, scale.high, scale.bend), start, (start + end) / 2, end)


def _draw_scores(canvas: Canvas, track: _Track, scale: Scale) -> None:
    """Draw axes and the line of scores, with a point a window while there is room."""
    (view, box, across, up, _, middle, _), score = track, track.view.arrays["score"]
    value_axis(canvas, box, up, view.meta["score"], score_ticks(scale, 4))
    sample_starts(canvas, box, view.meta, across)
    if view.meta["timed"]:
        time_axis(canvas, across, box.bottom)
    with canvas.within(Box(across.start, box.top, across.end - across.start, box.high)):
        look = colours.SERIES[0].light
        draw_line(canvas, middle, score, (across, up), breaks=view.arrays["first"], colour=look)
        if track.crowded:
            return
        for i in np.flatnonzero(np.isfinite(score) & (middle >= across.low) & (middle < across.high)).tolist():
            canvas.disc(across.at(middle[i]), up.at(score[i]), 2.4, look)


def _draw_over(canvas: Canvas, track: _Track, tracks: list[Box]) -> None:
    """Draw what moves: the time above the threshold, what lies above it, the chosen window."""
    view, box, across, up, start, middle, end = track
    threshold, chosen, score = view.state["threshold"], view.state["window"], view.arrays["score"]
    if threshold is not None:
        shaded = _covered(track, threshold)
        for place in tracks:
            ends = np.full(len(shaded), place.top + TOP), np.full(len(shaded), place.bottom)
            canvas.bars(shaded, *ends, 1, repeat(colours.ALARM), opacity=colours.SHADE[0])
        _draw_alarms(canvas, track, threshold)
        y = float(np.clip(up.at(threshold), box.top + TOP, box.bottom))
        canvas.line([(box.left + LEFT, y), (box.right - RIGHT, y)], INK, 1.2, (6, 3))
    for name, value in marked_thresholds(view):
        if up.low <= value <= up.high:
            canvas.line([(box.left + LEFT, up.at(value)), (box.right - RIGHT, up.at(value))], INK, 1, (2, 3))
            canvas.text(name, box.left + LEFT + 4, up.at(value) - 1, INK, "lb", over=True)
    if not len(start):
        return
    for place in tracks:
        if end[chosen] >= across.low and start[chosen] <= across.high:
            mark(canvas, place, across, start[chosen], end[chosen])
    if across.low <= middle[chosen] <= across.high and not np.isnan(score[chosen]):
        y = float(np.clip(up.at(score[chosen]), box.top + TOP, box.bottom))
        canvas.ring(across.at(middle[chosen]), y, 6, INK)


def _covered(track: _Track, threshold: float) -> Floats:
    """Return the pixel columns in which windows above the threshold lie."""
    across, room = track.across, int(track.across.end - track.across.start)
    above = is_anomaly(track.view.arrays["score"], threshold) & (track.end > across.low) & (track.start < across.high)
    begins = np.floor(across(track.start[above]) - across.start).clip(0, room).astype(int)
    ends = np.ceil(across(track.end[above]) - across.start).clip(0, room).astype(int)
    count = np.bincount(begins + 1, minlength=room + 2) - np.bincount(ends + 1, minlength=room + 2)
    return np.asarray(across.start + np.flatnonzero(np.cumsum(count)[1:] > 0), float)


def _draw_alarms(canvas: Canvas, track: _Track, threshold: float) -> None:
    """Draw a marker a window above the threshold, or where they crowd the part of each pixel column above it."""
    view, _, across, up, _, middle, _ = track
    score, look = view.arrays["score"], colours.WINDOWS["above"]
    on = (middle >= across.low) & (middle < across.high)
    if not track.crowded:
        for i in np.flatnonzero(is_anomaly(score, threshold) & on).tolist():
            x, y = across.at(middle[i]), up.at(min(score[i], up.high))
            canvas.marker(look.marker, x, y, 3.75, look.light, rim=False)
        return
    room = across.end - across.start
    column, _, peak, _ = envelope(middle, score, (across.low, across.high), int(room), view.arrays["first"])
    above, wide = is_anomaly(peak, threshold), max(1.4, 0.8 * room / on.sum())
    top = up(np.minimum(peak[above], up.high))
    left, bottom = across.start + column[above] + 0.5 - wide / 2, np.maximum(up.at(threshold), top + 1.5)
    canvas.bars(left, top, bottom, wide, repeat(look.light))


def _draw_window(canvas: Canvas, view: View, side: Box, top: float) -> None:
    """Draw beside the tracks what made the score of the chosen window."""
    meta, arrays = view.meta, view.arrays
    if not len(arrays["start"]):
        return
    for kind, names in (("probabilities", meta["labels"]), ("shares", meta["features"])):
        if not names:
            continue
        values = arrays[kind].ravel().astype(float)
        many = f" ({BARS} of {len(names)})" if len(names) > BARS else ""
        title = f"Label probabilities{many}"
        order = np.argsort(-values, kind="stable") if many else np.arange(len(values))
        if kind == "shares":
            order, title = np.argsort(-np.abs(values), kind="stable"), _why(view)
            values = values / values.sum()
        top = bars(canvas, side, top, title, [(names[i], float(values[i])) for i in order[:BARS].tolist()])


def _why(view: View) -> str:
    part = int(view.arrays["part"].item())
    known = view.meta["part_names"].get(str(part))
    return f"Why: distance to {view.meta['part']} {part}{f', {known}' if known else ''}"
