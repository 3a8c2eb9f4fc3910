"""Real pictures with known objects: handwritten digits painted on photographed textures, and a photograph of coins.

The digits come in scikit-learn's wheel (real handwriting, 8 by 8 pixels), the textures and the coins in scikit-image's.
What is trained on and what is tested on share nothing: other digits, the other half of every texture, and the other two
rows of coins.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edgekit import shell
from edgekit.errors import SandboxError

Pixels = NDArray[np.uint8]
SEED = 0
DIGITS = {0: "zero", 3: "three", 7: "seven"}
UNKNOWN = {5: "five"}  # painted in one testing picture; no model has seen it
COIN = "coin"
LABELS = sorted([*DIGITS.values(), COIN])
TEXTURES = ("brick", "gravel", "grass")
# Chalk, in colours that say nothing of the digit.
CHALKS = np.array([(250, 250, 245), (255, 236, 150), (170, 225, 250), (250, 190, 205), (190, 240, 190)], float)
SHORT = {"training": "train", "testing": "test"}
SQUARE, WIDE = (240, 240), (320, 240)
ROWS = {"training": (0, 150), "testing": (150, 303)}  # of the coins picture: two rows of twelve coins each
CROPS = {  # of these rows: from which column to which
    "training": [(start, start + width) for width in (118, 128, 138, 150, 180) for start in range(0, 384 - width, 64)],
    "testing": [(0, 130), (130, 256), (256, 384)],
}


class Box(NamedTuple):
    """Where an object is: whole pixels of the stored picture, x and y the top left corner."""

    label: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, eq=False)
class Picture:
    """A stored picture: `pixels` has shape (height, width, 3)."""

    name: str
    category: str
    pixels: Pixels
    boxes: list[Box]
    source: str


class Recipe(NamedTuple):
    """A kind of scene: how many pictures, their size, how many digits, how large, and how well the chalk covers."""

    name: str
    pictures: int
    size: tuple[int, int] = SQUARE
    digits: tuple[int, int] = (2, 4)
    side: tuple[int, int] = (54, 76)
    chalk: tuple[float, float] = (0.8, 0.95)
    labels: tuple[int, ...] = tuple(DIGITS)
    slips: int = 0  # boxes without size, as a slip of the annotator's hand leaves them


RECIPES = {
    "training": [
        Recipe("scene", 66, digits=(3, 6)),
        Recipe("wide", 24, WIDE, (4, 7)),
        Recipe("faint", 15, digits=(3, 6), chalk=(0.4, 0.6)),
        Recipe("empty", 6, digits=(0, 0)),
    ],
    "testing": [
        Recipe("scene", 24),
        Recipe("wide", 10, WIDE, (3, 5)),
        Recipe("faint", 6, chalk=(0.3, 0.5)),
        Recipe("small", 3, side=(32, 40)),
        Recipe("crowd", 3, digits=(7, 8), side=(50, 58)),
        Recipe("unknown", 2, labels=(0, 5, 5, 7)),
        Recipe("slip", 1, slips=1),
        Recipe("empty", 4, digits=(0, 0)),
    ],
}


def pictures() -> list[Picture]:
    """Make all pictures, training first; the same ones every time."""
    return [picture for category in RECIPES for picture in (*_scenes(category), *_coin_crops(category))]


# --- digits on textures ---


def _scenes(category: str) -> Iterator[Picture]:
    random = np.random.default_rng([SEED, list(RECIPES).index(category)])
    digits = {label: images[_part(category, len(images))] for label, images in _digits().items()}
    textures = {name: texture[_part(category, len(texture))] for name, texture in _textures().items()}
    for recipe in RECIPES[category]:
        for number in range(recipe.pictures):
            texture = TEXTURES[number % len(TEXTURES)]
            pixels, boxes = _scene(recipe, textures[texture], digits, random)
            name = f"{recipe.name}-{texture}-{SHORT[category]}{number + 1:02}"
            yield Picture(name, category, pixels, boxes, f"digits of scikit-learn on {texture} of scikit-image")


def _part(category: str, size: int) -> slice:
    return slice(0, size // 2) if category == "training" else slice(size // 2, size)


def _scene(
    recipe: Recipe, texture: Pixels, digits: dict[int, Pixels], random: np.random.Generator
) -> tuple[Pixels, list[Box]]:
    """Cut a piece of the texture and paint digits on it that do not overlap."""
    width, height = recipe.size
    left, top = (int(random.integers(room + 1)) for room in (texture.shape[1] - width, texture.shape[0] - height))
    canvas = np.repeat(texture[top : top + height, left : left + width, None], 3, axis=2) * random.uniform(0.55, 0.9)
    boxes: list[Box] = []
    wanted = random.integers(recipe.digits[0], recipe.digits[1] + 1)
    for _ in range(200):
        if len(boxes) == wanted:
            break
        digit, side = int(random.choice(recipe.labels)), int(random.integers(recipe.side[0], recipe.side[1] + 1))
        ink = _ink(random.choice(digits[digit]), side)
        y, x = (int(random.integers(room + 1)) for room in (height - ink.shape[0], width - ink.shape[1]))
        box = Box((DIGITS | UNKNOWN)[digit], x, y, ink.shape[1], ink.shape[0])
        if any(_overlap(box, other) for other in boxes):
            continue
        cover = ink[:, :, None] * random.uniform(*recipe.chalk)
        part = canvas[y : y + box.height, x : x + box.width]
        part[:] = part * (1 - cover) + random.choice(CHALKS) * cover
        boxes.append(box)
    boxes += [box._replace(width=0, height=0) for box in boxes[: recipe.slips]]
    return np.round(canvas).astype(np.uint8), boxes


def _ink(digit: Pixels, side: int) -> NDArray[np.float64]:
    """Return how much a digit covers, 0..1, enlarged to `side` pixels and cut where it ends."""
    large = np.asarray(Image.fromarray(digit * 15).resize((side, side), Image.Resampling.BICUBIC), float) / 240
    ink = np.clip((large - 0.25) / 0.4, 0, 1)
    rows, columns = (np.flatnonzero(ink.max(axis=axis) > 0.3) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


# --- coins ---


def _coin_crops(category: str) -> Iterator[Picture]:
    photograph = _read("coins")
    top, bottom = ROWS[category]
    for number, (left, right) in enumerate(CROPS[category], start=1):
        grey = photograph[top:bottom, left:right]
        boxes = [box for coin in coins() if (box := _seen(coin, left, top, right, bottom))]
        pixels = np.repeat(grey[:, :, None], 3, axis=2)
        yield Picture(
            f"coins-{SHORT[category]}{number:02}", category, pixels, boxes, "coins of scikit-image, a part of it"
        )


def _seen(coin: Box, left: int, top: int, right: int, bottom: int) -> Box | None:
    """Return the part of a coin that a crop shows; None for less than a third of it, which nobody would annotate."""
    x, y = max(coin.x, left), max(coin.y, top)
    width, height = min(coin.x + coin.width, right) - x, min(coin.y + coin.height, bottom) - y
    if min(width, height) <= 0 or 3 * width * height < coin.width * coin.height:
        return None
    return Box(COIN, x - left, y - top, width, height)


@cache
def coins() -> list[Box]:
    """Find the 24 coins of the photograph: a watershed of its gradient, from surely dark and surely bright pixels.

    The truth of the coin pictures; checked by eye.
    """
    from scipy import ndimage

    photograph = _read("coins")
    gradient = ndimage.gaussian_gradient_magnitude(photograph.astype(float), 1)
    markers = np.where(photograph < 30, 1, np.where(photograph > 150, 2, 0)).astype(np.int16)
    basins = ndimage.watershed_ift(np.round(gradient * 255 / gradient.max()).astype(np.uint8), markers)
    regions, _ = ndimage.label(ndimage.binary_fill_holes(basins == 2))
    found = [
        Box(COIN, s[1].start, s[0].start, s[1].stop - s[1].start, s[0].stop - s[0].start)
        for s in ndimage.find_objects(regions)
    ]
    return [box for box in found if box.width * box.height > 400]


# --- files ---


def _digits() -> dict[int, Pixels]:
    with gzip.open(_folder("sklearn", "scikit-learn") / "datasets" / "data" / "digits.csv.gz", "rt") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.uint8)
    return {digit: table[table[:, -1] == digit, :-1].reshape(-1, 8, 8) for digit in DIGITS | UNKNOWN}


def _textures() -> dict[str, Pixels]:
    return {name: _read(name) for name in TEXTURES}


def _read(name: str) -> Pixels:
    # with Pillow: importing skimage.data takes longer than all of this
    return np.asarray(Image.open(_folder("skimage", "scikit-image") / "data" / f"{name}.png").convert("L"))


def _folder(module: str, package: str) -> Path:
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise SandboxError(
            f"The sandbox's pictures come with the package {package}, which is not installed here. "
            f"Type: {shell.pip_install('edgekit[sandbox]')}"
        )
    return Path(spec.submodule_search_locations[0])
