"""The still picture of visual anomalies: the picture under the heat of its cells, histograms, all pictures in a row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from PIL import Image

from edgekit import colours, display
from edgekit.explorers.still.canvas import INK, LINE, SOFT, Box, Canvas
from edgekit.explorers.still.detection import placement
from edgekit.explorers.still.scales import Floats, score_scale
from edgekit.explorers.still.tracks import histogram, histogram_mark, histogram_marked, histogram_threshold, strip
from edgekit.explorers.still.view import View, put_text, sheet
from edgekit.threshold_rules import is_detected, is_flagged

_BAR_ROOM, _BAR_WIDE = 62, 12  # px beside the picture; of the bar of colours
_TICKS = (0, 0.2, 0.5, 0.8)  # shares of the colour map: 0, a quarter of the threshold, it, four times it
_DARK = "#000000"
_KINDS = ("normal", "anomalous")
_LINE = "#ffffff"


def picture(
    view: View, image: Image.Image | None, grid: Floats, cell: tuple[int, int] | None, listed: Floats
) -> Canvas:
    """Draw the picture on show, its `cell` that one looks at, and the strip of the pictures `listed`."""
    meta, arrays, state = view.meta, view.arrays, view.state
    many = len(arrays["score"]) > 1
    canvas, main, side = sheet(view, 480 if many else 400)
    stage = Box(main.left, main.top, main.wide * 1.35 / 2.35 - 4, 400)
    limit = np.inf if state["threshold"] is None else state["threshold"]
    place = placement(stage, meta["pictures"][state["picture"]]["shape"], _BAR_ROOM)
    canvas.rectangle(place, LINE)
    if image is not None:
        canvas.image(image, place)
    if grid.size:
        canvas.image(Image.fromarray(colours.heat_pixels(grid, limit), "RGBA"), place, state["opacity"])
    _draw_boxes(canvas, view, place, limit)
    _draw_cells(canvas, place, grid, limit, cell)
    _draw_colour_bar(canvas, Box(place.right + 12, place.top, _BAR_WIDE, place.high), limit)
    right = Box(stage.right + 8, main.top, main.right - stage.right - 8, 196)
    _draw_histograms(canvas, view, [right, right._replace(top=main.top + 204)], grid[cell] if cell else np.nan)
    if many:
        _draw_strip(canvas, view, Box(main.left, main.top + 406, main.wide, 72), listed.astype(int))
    put_text(canvas, view, side, side.top)
    return canvas


def _draw_boxes(canvas: Canvas, view: View, place: Box, limit: float) -> None:
    """Draw the server's boxes, those at or above the threshold, and, dashed, where the defect is."""
    arrays, shown = view.arrays, view.state["picture"]

    def boxes(name: str) -> list[Box]:
        start, end = arrays[f"{name}_at"][shown : shown + 2].tolist()
        rows = arrays[f"{name}_place"].reshape(-1, 4)[start:end].tolist()
        kept = [
            name == "truth" or is_detected(score, limit)
            for score in (arrays["box_score"][start:end] if name == "box" else rows)
        ]
        return [
            Box(place.left + x * place.wide, place.top + y * place.high, wide * place.wide, high * place.high)
            for (x, y, wide, high), keep in zip(rows, kept, strict=True)
            if keep
        ]

    for box in boxes("box"):
        canvas.frame(box, colours.ALARM, 1)
    for box in boxes("truth"):
        canvas.frame(box, _DARK, 4, (6, 4), 0.7)
        canvas.frame(box, _LINE, 2, (6, 4))


def _draw_cells(canvas: Canvas, place: Box, grid: Floats, limit: float, cell: tuple[int, int] | None) -> None:
    """Outline the cells at or above the threshold, and frame the one that is looked at."""
    if not grid.size:
        return
    wide, high = place.wide / grid.shape[1], place.high / grid.shape[0]
    flagged = np.pad(is_flagged(grid, limit), 1)
    across = np.argwhere(flagged[1:, 1:-1] != flagged[:-1, 1:-1]).tolist()
    down = np.argwhere(flagged[1:-1, 1:] != flagged[1:-1, :-1]).tolist()
    for width, colour, opacity in ((4.0, _DARK, 0.7), (2.2, colours.ALARM, 1.0)):
        for row, column in across:
            x, y = place.left + column * wide, place.top + row * high
            canvas.line([(x, y), (x + wide, y)], colour, width, opacity=opacity)
        for row, column in down:
            x, y = place.left + column * wide, place.top + row * high
            canvas.line([(x, y), (x, y + high)], colour, width, opacity=opacity)
    if cell is not None:
        inset = min(4, wide / 6, high / 6)  # within the outline of what is flagged
        x, y = place.left + cell[1] * wide + inset, place.top + cell[0] * high + inset
        for width, colour in ((4.5, _DARK), (2.0, _LINE)):
            canvas.frame(Box(x, y, wide - 2 * inset, high - 2 * inset), colour, width)


def _draw_colour_bar(canvas: Canvas, box: Box, limit: float) -> None:
    bar = colours.heat()[::-1, None]
    canvas.image(Image.fromarray(np.ascontiguousarray(bar)), box)
    if not 0 < limit < np.inf:
        return
    for share in _TICKS:
        y, at = box.top + (1 - share) * box.high, share == 0.5
        left, wide = (box.left - 3, box.wide + 8) if at else (box.right, 4)
        canvas.rectangle(Box(left, y - (1 if at else 0.5), wide, 2 if at else 1), INK if at else SOFT)
        canvas.text(f"{share * limit / (1 - share):.3g}", box.right + 8, y, INK if at else SOFT)


def _draw_histograms(canvas: Canvas, view: View, boxes: list[Box], cell: float) -> None:
    meta, arrays, state = view.meta, view.arrays, view.state
    scale = score_scale(meta["lowest"], meta["highest"], logarithmic=state["log_scale"])
    shown = (
        ("cell_kinds", arrays["cell"], arrays["cell_truth"], cell),
        ("picture_kinds", arrays["score"], arrays["truth"], arrays["score"][state["picture"]]),
    )
    for box, (kinds, score, truth, looked) in zip(boxes, shown, strict=True):
        known = ~np.isnan(score)
        groups = {kind: score[known & (truth == code)] for code, kind in enumerate(_KINDS)} | {"all": score[known]}
        histogram(canvas, box, groups, scale, partial(_said, meta[kinds]))
        if state["threshold"] is not None:
            histogram_threshold(canvas, box, scale, state["threshold"])
        histogram_mark(canvas, box, scale, float(looked))
        histogram_marked(canvas, box, view, scale)


def _said(kinds: Mapping[str, tuple[str, str]], count: int, kind: str) -> str:
    return display.counted(count, *kinds[kind or "all"])


def _draw_strip(canvas: Canvas, view: View, box: Box, listed: np.ndarray[tuple[int], np.dtype[np.int_]]) -> None:
    meta, arrays, state = view.meta, view.arrays, view.state
    scale = score_scale(meta["lowest"], meta["highest"], logarithmic=state["log_scale"])
    names = {0: "normal", 1: "anomalous"}
    looks = [colours.WINDOWS[names.get(truth, "not known")].light for truth in arrays["truth"][listed].tolist()]
    at = np.flatnonzero(listed == state["picture"])
    what = (
        "score of each picture"
        if state["show"] == "all"
        else f"{state['show']}: {len(listed)} of {display.counted(len(arrays['score']), 'picture')}"
    )
    line = None if state["threshold"] is None else float(np.clip(scale.share(state["threshold"]), 0, 1))
    strip(
        canvas, box, scale.share(arrays["score"][listed]), looks,
        chosen=int(at[0]) if len(at) else -1, caption=f"{what}; worst first when this was opened", line=line,
    )  # fmt: skip
