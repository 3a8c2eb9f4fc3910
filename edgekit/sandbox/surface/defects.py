"""Draws what the pictures of the project "surface" show: which piece of the gravel, which defects where.

``make models`` writes the outcome into the package; `plates` paints it. Training pictures show the upper half of the
photograph of gravel and have no defect; testing pictures show the lower half.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from edgekit.sandbox.objects.pictures import photograph
from edgekit.sandbox.photos import overlapping
from edgekit.sandbox.surface.plates import BLUR, BRICK, GRASS, KINDS, NORMAL, SCRATCH, SIZE, Defect, Plate

SEED = 0
WIDTH, HEIGHT = SIZE
MARGIN = (WIDTH - HEIGHT) // 2  # what the input block cuts off on the left, and on the right
SHORT = {"training": "train", "testing": "test"}
HALVES = {"training": (0, 256), "testing": (256, 512)}  # rows of the photograph of gravel
SIDES = (48, 78)  # of a defect in pixels
NARROW = (30, 40)  # of a defect in the margin


class Recipe(NamedTuple):
    """A kind of picture: how many, with how many defects each, of which kinds, and whether in the margin."""

    name: str
    pictures: int
    defects: tuple[int, int] = (1, 1)
    kinds: tuple[str, ...] = ()
    in_margin: bool = False


RECIPES = {
    "training": [Recipe("normal", 40, (0, 0))],
    "testing": [
        Recipe("normal", 24, (0, 0)),
        *(Recipe(kind, 8, kinds=(kind,)) for kind in KINDS),
        Recipe("several", 6, (2, 3), (BRICK, GRASS, BLUR)),
        Recipe("margin", 2, kinds=(BRICK, BLUR), in_margin=True),
    ],
}


def plates() -> list[Plate]:
    """Draw all plates, training first; the same ones every time."""
    found = []
    for number, (category, recipes) in enumerate(RECIPES.items()):
        random = np.random.default_rng([SEED, number])
        for recipe in recipes:
            names = [f"{recipe.name}-{SHORT[category]}{i:02}" for i in range(1, recipe.pictures + 1)]
            found += [_plate(recipe, category, name, number, random) for number, name in enumerate(names)]
    return found


def _plate(recipe: Recipe, category: str, name: str, number: int, random: np.random.Generator) -> Plate:
    top, bottom = HALVES[category]
    corner = (_whole(random, 0, photograph(NORMAL).shape[1] - WIDTH), _whole(random, top, bottom - HEIGHT))
    mirrored = (bool(random.integers(2)), bool(random.integers(2)))
    brightness = round(random.uniform(0.92, 1.04), 3)
    defects: list[Defect] = []
    wanted = _whole(random, *recipe.defects)
    while len(defects) < wanted:
        kind = recipe.kinds[(number + len(defects)) % len(recipe.kinds)]
        one = _defect(kind, recipe.in_margin, random)
        if not any(overlapping(one.box, other.box) for other in defects):
            defects.append(one)
    return Plate(name, category, corner, mirrored, brightness, tuple(defects))


def _defect(kind: str, in_margin: bool, random: np.random.Generator) -> Defect:
    """Draw a defect inside of what the models see, or in the margin that they do not see."""
    width, height = _whole(random, *(NARROW if in_margin else SIDES)), _whole(random, *SIDES)
    left, right = (0, MARGIN) if in_margin else (MARGIN, WIDTH - MARGIN)
    x, y = _whole(random, left, right - width), _whole(random, 0, HEIGHT - height)
    if kind == SCRATCH:
        source = ((1, 0), (0, 1))[random.integers(2)]
    elif kind == BLUR:
        source = (0, 0)
    else:
        rows, columns = photograph(kind).shape
        source = (_whole(random, 0, columns - width), _whole(random, 0, rows - height))
    return Defect(kind, x, y, width, height, source)


def _whole(random: np.random.Generator, least: int, most: int) -> int:
    return int(random.integers(least, most + 1))
