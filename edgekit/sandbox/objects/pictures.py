"""Real pictures with known objects: handwritten digits painted on photographed textures, and a photograph of coins.

The digits come in scikit-learn's wheel (real handwriting, 8 by 8 pixels), the textures and the coins in scikit-image's.
What is where was drawn by `scenes` once and is a file of this package: the same pictures with every NumPy. A picture is
painted when it is first looked at.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edgekit.sandbox import shipped
from edgekit.sandbox.photos import Box, Pixels
from edgekit.sandbox.sources import Source

FILE = "objects-scenes.json"
DIGITS = {0: "zero", 3: "three", 7: "seven"}
UNKNOWN = {5: "five"}  # painted in one testing picture; no model has seen it
COIN = "coin"
LABELS = sorted([*DIGITS.values(), COIN])
TEXTURES = ("brick", "gravel", "grass")
HANDWRITING = Source("scikit-learn", "sklearn", "datasets/data/digits.csv.gz")
PHOTOGRAPHS = {name: Source("scikit-image", "skimage", f"data/{name}.png") for name in (*TEXTURES, "coins")}
SOURCES = (HANDWRITING, *PHOTOGRAPHS.values())
# Chalk, in colours that say nothing of the digit.
CHALKS = np.array([(250, 250, 245), (255, 236, 150), (170, 225, 250), (250, 190, 205), (190, 240, 190)], float)


class Digit(NamedTuple):
    """A digit painted on a picture: which one of the handwritten `digit`s, how large, where, and how well it covers."""

    digit: int
    number: int
    side: int
    x: int
    y: int
    cover: float
    chalk: int


class Scene(NamedTuple):
    """What a picture shows: a piece of a photograph, how bright, the digits on it, and the boxes of its objects."""

    name: str
    category: str
    photograph: str
    piece: tuple[int, int, int, int]  # left, top, width, height
    brightness: float
    digits: tuple[Digit, ...]
    boxes: tuple[Box, ...]


@dataclass(frozen=True, eq=False)
class Picture:
    """A stored picture."""

    scene: Scene

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.scene.piece[2:]

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The boxes of its objects."""
        return self.scene.boxes

    @property
    def source(self) -> str:
        """Where it comes from."""
        photograph = self.scene.photograph
        if photograph == "coins":
            return "coins of scikit-image, a part of it"
        return f"digits of scikit-learn on {photograph} of scikit-image"

    @cached_property
    def pixels(self) -> Pixels:
        """The picture, shape (height, width, 3)."""
        left, top, width, height = self.scene.piece
        piece = photograph(self.scene.photograph)[top : top + height, left : left + width, None]
        canvas = np.repeat(piece, 3, axis=2) * self.scene.brightness
        for digit in self.scene.digits:
            covering = ink(digit.digit, digit.number, digit.side)
            cover = covering[:, :, None] * digit.cover
            part = canvas[digit.y : digit.y + covering.shape[0], digit.x : digit.x + covering.shape[1]]
            part[:] = part * (1 - cover) + CHALKS[digit.chalk] * cover
        return np.round(canvas).astype(np.uint8)


def pictures() -> list[Picture]:
    """Return all pictures, training first; SandboxError where the file that says what they show is damaged."""
    return [Picture(scene) for scene in scenes_in(shipped.read("objects", FILE))]


def scenes_in(content: bytes) -> list[Scene]:
    """Read what `written` wrote."""
    return msgspec.json.decode(content, type=list[Scene])


def written(scenes: Iterable[Scene]) -> bytes:
    """Return the scenes as a JSON list, one line each."""
    return b"[\n" + b",\n".join(map(msgspec.json.encode, scenes)) + b"\n]\n"


def ink(digit: int, number: int, side: int) -> NDArray[np.float64]:
    """Return how much a handwritten digit covers, 0..1, enlarged to `side` pixels and cut where it ends."""
    small = Image.fromarray(handwriting()[digit][number] * 15)
    large = np.asarray(small.resize((side, side), Image.Resampling.BICUBIC), float) / 240
    covering = np.clip((large - 0.25) / 0.4, 0, 1)
    rows, columns = (np.flatnonzero(covering.max(axis=axis) > 0.3) for axis in (1, 0))
    return covering[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@cache
def handwriting() -> dict[int, Pixels]:
    """Return all handwritten examples of each digit that is painted: (examples, 8, 8), 0..15."""
    text = io.StringIO(gzip.decompress(HANDWRITING.read()).decode())
    table: Any = np.loadtxt(text, delimiter=",", dtype=np.uint8)
    return {digit: table[table[:, -1] == digit, :-1].reshape(-1, 8, 8) for digit in DIGITS | UNKNOWN}


@cache
def photograph(name: str) -> Pixels:
    """Return a photograph's grey values: (rows, columns)."""
    # with Pillow: importing skimage.data takes longer than all of this
    return np.asarray(Image.open(io.BytesIO(PHOTOGRAPHS[name].read())).convert("L"))
