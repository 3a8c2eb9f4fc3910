"""The still picture of detections: truths, predictions, what goes with what, how many of each kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd
from PIL import Image

from edgekit import colours
from edgekit.explorers.most_shown import NAMES
from edgekit.explorers.still.canvas import HALO, INK, LINE, PAPER, SOFT, Box, Canvas, fitted, width_of
from edgekit.explorers.still.view import LINE_HIGH, View, put_text, sheet

_LEFT_OVER = ("missed", "not in training")  # kinds of truths without a prediction
_SIDES = ("truth", "prediction")


class Stage(NamedTuple):
    """What one model found in the picture.

    `found` is what `edgekit.detection.errors` says of it, `tables` and `names` the truths and the predictions on show.
    """

    title: str
    found: pd.DataFrame
    tables: Sequence[pd.DataFrame]
    names: Sequence[Sequence[str]]


def picture(view: View, image: Image.Image | None, shape: float, stages: Sequence[Stage]) -> Canvas:
    """Draw the picture on show, once for each model; `shape` is height over width."""
    canvas, main, side = sheet(view, 400)
    wide = main.wide / len(stages)
    kinds = [_kinds(stage.found) for stage in stages]
    for i, stage in enumerate(stages):
        box = Box(main.left + i * wide, main.top, wide, main.high)
        if stage.title:
            canvas.text(fitted(stage.title, wide - 16), box.left + 8, box.top + LINE_HIGH / 2, INK)
            box = box._replace(top=box.top + LINE_HIGH, high=box.high - LINE_HIGH)
        place = placement(box, shape)
        canvas.rectangle(place, LINE)
        if image is not None:
            canvas.image(image, place)
        _draw_objects(canvas, view, place, stage, box.right)
    _write_kinds(canvas, side, kinds, put_text(canvas, view, side, side.top) + 8)
    return canvas


def _draw_objects(canvas: Canvas, view: View, place: Box, stage: Stage, edge: float) -> None:
    found, tables, names = stage.found, stage.tables, stage.names
    boxes, centres = bool(view.meta["boxes"]), [_centres(table, place, bool(view.meta["boxes"])) for table in tables]
    for index, partner, kind in _rows(found, "prediction", ["index", "partner", "kind"]):
        if not pd.isna(partner):
            ends = [centres[1][int(index)], centres[0][int(partner)]]
            dash = () if kind == "hit" else (3, 3)
            canvas.line(ends, PAPER, 4, dash, HALO)
            canvas.line(ends, colours.DETECTED[kind].light, 1.6, dash)
    for i, name in enumerate(_SIDES):
        for index, kind in _rows(found, name, ["index", "kind"]):
            x, y = centres[i][int(index)].tolist()
            look = colours.DETECTED[kind]
            if boxes:
                left, top, wide, high = tables[i][["x", "y", "width", "height"]].iloc[int(index)].astype(float)
                corner = Box(
                    place.left + left * place.wide, place.top + top * place.high, wide * place.wide, high * place.high
                )
                canvas.frame(corner, look.light, 1.8, (5, 3) if name == "truth" else ())
            canvas.marker(look.marker, x, y, 8 if name == "truth" else 5, look.light, hollow=name == "truth")
            if len(found) <= NAMES and not (name == "truth" and kind in colours.UNNAMED):
                _write_name(canvas, names[i][int(index)], x + 9, y + (13 if name == "truth" else -9), edge)


def placement(stage: Box, shape: float, beside: float = 0.0) -> Box:
    """Return where a picture lies in its stage: as large as fits, in its own shape."""
    wide = max(min(stage.wide - 16 - beside, (stage.high - 16) / shape), 1)
    return Box(
        stage.left + 8 + (stage.wide - 16 - beside - wide) / 2, stage.top + 8 + (stage.high - 16 - wide * shape) / 2,
        wide, wide * shape,
    )  # fmt: skip


def _rows(found: pd.DataFrame, side: str, columns: list[str]) -> list[tuple[Any, ...]]:
    return list(found.loc[found["object"] == side, columns].itertuples(index=False, name=None))


def _centres(table: pd.DataFrame, place: Box, boxes: bool) -> Any:
    at = table[["x", "y"]].to_numpy(float)
    at = at + table[["width", "height"]].to_numpy(float) / 2 if boxes else at
    return at * (place.wide, place.high) + (place.left, place.top)


def _write_name(canvas: Canvas, name: str, x: float, y: float, edge: float) -> None:
    said = fitted(name, 170)
    left = min(x, edge - width_of(said) - 4)
    canvas.rectangle(Box(left - 2, y - 7, width_of(said) + 4, 14), PAPER, 0.75)
    canvas.text(said, left, y, INK)


def _kinds(found: pd.DataFrame) -> dict[str, int]:
    """Count the predictions of each kind, and the truths without one."""
    alone = (found["object"] == "prediction") | found["kind"].isin(_LEFT_OVER)
    counts = found.loc[alone, "kind"].value_counts()
    return {kind: int(counts[kind]) for kind in colours.DETECTED if kind in counts}


def _write_kinds(canvas: Canvas, side: Box, kinds: Sequence[dict[str, int]], top: float) -> None:
    for kind, look in colours.DETECTED.items():
        if not any(kind in one for one in kinds):
            continue
        count = " / ".join(str(one.get(kind, 0)) for one in kinds)
        canvas.marker(look.marker, side.left + 9, top + LINE_HIGH / 2, 5, look.light, hollow=kind in _LEFT_OVER)
        canvas.text(f"{count} {kind}", side.left + 22, top + LINE_HIGH / 2, INK)
        top += LINE_HIGH + 4
    canvas.text("filled: predictions, hollow: truths", side.left, top + LINE_HIGH / 2, SOFT)
