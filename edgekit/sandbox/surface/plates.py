"""Real pictures of gravel, some with a defect: a patch of brick or of grass, a place out of focus, a scratch.

The photographs come in scikit-image's wheel. What is where was drawn by `defects` once and is a file of this package:
the same pictures with every NumPy. A picture is painted when it is first looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import msgspec
import numpy as np

from edgekit.sandbox import shipped
from edgekit.sandbox.objects.cells import blurred
from edgekit.sandbox.objects.pictures import PHOTOGRAPHS, photograph
from edgekit.sandbox.photos import Box, Pixels
from edgekit.sandbox.project import Floats

FILE = "surface-plates.json"
NORMAL = "gravel"
BRICK, GRASS, BLUR, SCRATCH = KINDS = ("brick", "grass", "blur", "scratch")
SOURCES = tuple(PHOTOGRAPHS[name] for name in (NORMAL, BRICK, GRASS))
SIZE = (264, 176)  # width and height of a stored picture
SOFT = 4  # pixels over which a patch fades in
OUT_OF_FOCUS = 3.0  # standard deviation of the blur in pixels
WEAR, BRIGHT = 0.8, 225  # how well a scratch covers, and its grey value


class Defect(NamedTuple):
    """A defect of one of the `KINDS` in a box of whole pixels of the stored picture.

    `source` is the left top corner of what is painted there, in the photograph of brick or of grass; a scratch runs
    from corner to corner of its box: down to the right where `source` is (1, 0), to the left where it is (0, 1).
    """

    kind: str
    x: int
    y: int
    width: int
    height: int
    source: tuple[int, int] = (0, 0)

    @property
    def box(self) -> Box:
        """Where it is."""
        return Box(*self[:5])


class Plate(NamedTuple):
    """What a picture shows: which piece of the gravel, how turned and how bright, and the defects in it."""

    name: str
    category: str
    corner: tuple[int, int]  # of the piece in the photograph: left, top
    mirrored: tuple[bool, bool]  # left to right, top to bottom
    brightness: float
    defects: tuple[Defect, ...] = ()


@dataclass(frozen=True, eq=False)
class PlatePicture:
    """A stored picture."""

    plate: Plate

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return SIZE

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Where its defects are."""
        return tuple(defect.box for defect in self.plate.defects)

    @cached_property
    def pixels(self) -> Pixels:
        """The picture's grey values, shape (height, width)."""
        canvas = gravel(self.plate)
        for defect in self.plate.defects:
            part = canvas[defect.y : defect.y + defect.height, defect.x : defect.x + defect.width]
            cover, ink = _scratch(defect) if defect.kind == SCRATCH else _patch(defect, canvas)
            part[:] = part * (1 - cover) + ink * cover
        # Rounded twice: a half that is a half but for its last bits is rounded alike on every processor.
        return np.round(np.round(canvas, 6)).clip(0, 255).astype(np.uint8)


def plates() -> list[PlatePicture]:
    """Return all pictures, training first; SandboxError where the file that says what they show is damaged."""
    return [PlatePicture(plate) for plate in plates_in(shipped.read("surface", FILE))]


def plates_in(content: bytes) -> list[Plate]:
    """Read what `written` wrote."""
    return msgspec.json.decode(content, type=list[Plate])


def written(plates: Iterable[Plate]) -> bytes:
    """Return the plates as a JSON list, one line each."""
    return b"[\n" + b",\n".join(map(msgspec.json.encode, plates)) + b"\n]\n"


def gravel(plate: Plate) -> Floats:
    """Return a plate's piece of gravel without its defects."""
    (left, top), (width, height) = plate.corner, SIZE
    piece: Floats = photograph(NORMAL)[top : top + height, left : left + width].astype(float) * plate.brightness
    mirrored, upside_down = plate.mirrored
    return piece[:: -1 if upside_down else 1, :: -1 if mirrored else 1].copy()


def _patch(defect: Defect, canvas: Floats) -> tuple[Floats, Floats]:
    """Return how well an ellipse covers, and what is under it: as bright on average as what it covers."""
    rows, columns = slice(defect.y, defect.y + defect.height), slice(defect.x, defect.x + defect.width)
    if defect.kind == BLUR:
        ink = blurred(canvas, OUT_OF_FOCUS)[rows, columns]
    else:
        left, top = defect.source
        ink = photograph(defect.kind)[top : top + defect.height, left : left + defect.width].astype(float)
        ink += canvas[rows, columns].mean() - ink.mean()
    down, across = (_middles(size) * 2 - 1 for size in (defect.height, defect.width))  # -1..1 from edge to edge
    inside = 1 - np.sqrt(down[:, None] ** 2 + across**2)
    cover: Floats = (inside * min(defect.width, defect.height) / 2 / SOFT).clip(0, 1)
    return cover, ink


def _scratch(defect: Defect) -> tuple[Floats, float]:
    """Return how well a line one pixel wide from corner to corner covers, and its grey value."""
    down, across = _middles(defect.height), _middles(defect.width)
    away = abs(down[:, None] - (across if defect.source == (1, 0) else 1 - across))
    pixel = np.hypot(1 / defect.width, 1 / defect.height)
    return (1 - away / pixel).clip(0, 1) * WEAR, BRIGHT


def _middles(size: int) -> Floats:
    """Return where the middles of so many pixels are, from 0 to 1."""
    found: Floats = (np.arange(size) + 0.5) / size
    return found
