"""Draws what the pictures of the project "objects" show: which digits where on which texture, which coins.

``make models`` writes the outcome into the package; `pictures` paints it. What is trained on and what is tested on
share nothing: other digits, the other half of every texture, and the other two rows of coins.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from edgekit.sandbox.objects.pictures import (
    CHALKS,
    COIN,
    DIGITS,
    TEXTURES,
    UNKNOWN,
    Digit,
    Scene,
    handwriting,
    ink,
    photograph,
)
from edgekit.sandbox.photos import Box, overlapping

SEED = 0
SHORT = {"training": "train", "testing": "test"}
SQUARE, WIDE = (240, 240), (320, 240)
ROWS = {"training": (0, 150), "testing": (150, 303)}  # of the coins picture: two rows of twelve coins each
CROPS = {  # of these rows: from which column to which
    "training": [(start, start + width) for width in (118, 128, 138, 150, 180) for start in range(0, 384 - width, 64)],
    "testing": [(0, 130), (130, 256), (256, 384)],
}


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


def scenes() -> list[Scene]:
    """Draw all scenes, training first; the same ones every time."""
    return [scene for category in RECIPES for scene in (*_painted(category), *_coin_crops(category))]


# --- digits on textures ---


def _painted(category: str) -> Iterator[Scene]:
    random = np.random.default_rng([SEED, list(RECIPES).index(category)])
    for recipe in RECIPES[category]:
        for number in range(recipe.pictures):
            texture = TEXTURES[number % len(TEXTURES)]
            yield _scene(recipe, category, texture, f"{SHORT[category]}{number + 1:02}", random)


def _part(category: str, size: int) -> range:
    return range(size // 2) if category == "training" else range(size // 2, size)


def _scene(recipe: Recipe, category: str, texture: str, suffix: str, random: np.random.Generator) -> Scene:
    """Choose a piece of the texture and digits for it that do not overlap."""
    width, height = recipe.size
    grey = photograph(texture)
    rows = _part(category, len(grey))
    left, top = (int(random.integers(room + 1)) for room in (grey.shape[1] - width, len(rows) - height))
    brightness = random.uniform(0.55, 0.9)
    digits: list[Digit] = []
    boxes: list[Box] = []
    wanted = random.integers(recipe.digits[0], recipe.digits[1] + 1)
    for _ in range(200):
        if len(boxes) == wanted:
            break
        digit, side = int(random.choice(recipe.labels)), int(random.integers(recipe.side[0], recipe.side[1] + 1))
        number = int(random.choice(_part(category, len(handwriting()[digit]))))
        rows_of_ink, columns_of_ink = ink(digit, number, side).shape
        y, x = (int(random.integers(room + 1)) for room in (height - rows_of_ink, width - columns_of_ink))
        box = Box((DIGITS | UNKNOWN)[digit], x, y, columns_of_ink, rows_of_ink)
        if any(overlapping(box, other) for other in boxes):
            continue
        cover, chalk = random.uniform(*recipe.chalk), int(random.choice(len(CHALKS)))
        digits.append(Digit(digit, number, side, x, y, cover, chalk))
        boxes.append(box)
    boxes += [box._replace(width=0, height=0) for box in boxes[: recipe.slips]]
    piece = (left, rows.start + top, width, height)
    return Scene(f"{recipe.name}-{texture}-{suffix}", category, texture, piece, brightness, tuple(digits), tuple(boxes))


# --- coins ---


def _coin_crops(category: str) -> Iterator[Scene]:
    top, bottom = ROWS[category]
    for number, (left, right) in enumerate(CROPS[category], start=1):
        boxes = tuple(box for coin in coins() if (box := _seen(coin, left, top, right, bottom)))
        piece = (left, top, right - left, bottom - top)
        yield Scene(f"coins-{SHORT[category]}{number:02}", category, "coins", piece, 1.0, (), boxes)


def _seen(coin: Box, left: int, top: int, right: int, bottom: int) -> Box | None:
    """Return the part of a coin that a crop shows; None for less than a third of it, which no annotator would mark."""
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
    grey = photograph("coins")
    gradient = ndimage.gaussian_gradient_magnitude(grey.astype(float), 1)
    markers = np.where(grey < 30, 1, np.where(grey > 150, 2, 0)).astype(np.int16)
    basins = ndimage.watershed_ift(np.round(gradient * 255 / gradient.max()).astype(np.uint8), markers)
    regions, _ = ndimage.label(ndimage.binary_fill_holes(basins == 2))
    found = [
        Box(COIN, s[1].start, s[0].start, s[1].stop - s[1].start, s[0].stop - s[0].start)
        for s in ndimage.find_objects(regions)
    ]
    return [box for box in found if box.width * box.height > 400]
