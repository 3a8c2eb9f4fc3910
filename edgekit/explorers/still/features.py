"""The still picture of a set's features: each window a point, the lasso around those that are selected."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgekit import colours
from edgekit.explorers.still.canvas import INK, PAPER, SOFT, Box, Canvas
from edgekit.explorers.still.scales import AXIS, RIGHT, Floats, tick_texts, ticks, time_scale, value_scale
from edgekit.explorers.still.tracks import value_axis
from edgekit.explorers.still.view import LINE_HIGH, View, put_text, sheet
from edgekit.projection import inside

_GREY = "#808080"
_SHADES = 16  # colours of a score, of 256


def picture(view: View) -> Canvas:
    """Draw the same as the explorer."""
    meta, arrays, state = view.meta, view.arrays, view.state
    number = next((i for i, one in enumerate(meta["views"]) if one["name"] == state["view"]), 0)
    canvas, main, side = sheet(view, 430)
    box = Box(main.left, main.top, main.wide, main.high - AXIS)
    x, y = (arrays[f"{axis}{number}"].astype(float) for axis in "xy")
    across, up = time_scale(box, *_roomy(x)), value_scale(box, *_roomy(y))
    names = meta["views"][number]["axes"]
    if names[0]:
        places = ticks(up.low, up.high, 5)
        value_axis(canvas, box, up, names[1], (places, tick_texts(places)))
        below = [at for at in ticks(across.low, across.high, 8) if across.at(at) < box.right - RIGHT - 180]
        for place, text in zip(below, tick_texts(below) if below else [], strict=True):
            canvas.text(text, across.at(place), box.bottom + 5, SOFT, "mt")
        canvas.text(names[0], box.right - RIGHT, box.bottom + 5, SOFT, "rt")
    groups = _groups(view)
    known = np.isfinite(x) & np.isfinite(y)
    points = np.column_stack([across(np.where(known, x, across.low)), up(np.where(known, y, up.low))])
    size = 1.5 if len(x) > 20_000 else 3 if len(x) > 2000 else 5
    canvas.dots(box, points, [(look, rows & known) for _, look, rows in groups], size)
    lasso = np.reshape(np.asarray(state["lasso"], float), (-1, 2))
    if len(lasso):
        outline = np.column_stack([across(lasso[:, 0]), up(lasso[:, 1])])
        with canvas.within(box):
            canvas.polygon(outline, INK, 0.08)
            canvas.line(np.vstack([outline, outline[:1]]), INK, 1.5, (5, 3))
    if known[chosen := state["window"]]:
        for colour, width in ((PAPER, 4), (INK, 2)):
            canvas.ring(across.at(x[chosen]), up.at(y[chosen]), 7, colour, width)
    top = put_text(canvas, view, side, side.top) + 8
    selected = inside(lasso, x, y) if len(lasso) else np.zeros(len(x), bool)
    for name, look, rows in groups:
        if name and top + LINE_HIGH <= side.bottom:
            canvas.disc(side.left + 5, top + LINE_HIGH / 2, 4, look)
            count = f"{int((rows & selected).sum())} of {int(rows.sum())}" if len(lasso) else f"{int(rows.sum())}"
            canvas.text(f"{name[:24]}: {count}", side.left + 15, top + LINE_HIGH / 2, SOFT)
            top += LINE_HIGH
    return canvas


def _groups(view: View) -> list[tuple[str, str, NDArray[np.bool_]]]:
    """Return the name, the colour and the windows of each group of points; scores have no names."""
    meta, arrays, by = view.meta, view.arrays, view.state["by"]
    if by in meta["shades"]:
        low, high = meta["shades"][by]
        values = arrays[f"shade_{by}"]
        step = np.nan_to_num((values - low) / ((high - low) or 1) * (_SHADES - 1), nan=-1).round().astype(int)
        heat = arrays["heat"].reshape(-1, 3)[np.linspace(0, 255, _SHADES).astype(int)]
        looks = [_GREY, *("#{:02x}{:02x}{:02x}".format(*colour) for colour in heat.tolist())]
        return [("", look, step == i) for i, look in enumerate(looks, start=-1)]
    if by == "correct":
        answers = {"right": 1, "wrong": 0, "uncertain": -1}
        return [
            ("not known" if name == "uncertain" else name, colours.ANSWERS[name].light, arrays["correct"] == code)
            for name, code in answers.items()
        ]
    return [
        (name, colours.SERIES[i % len(colours.SERIES)].light, arrays["group"] == i)
        for i, name in enumerate(meta["groups"])
    ]


def _roomy(values: Floats) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    rim = 0.04 * (high - low) or 1.0
    return low - rim, high + rim
