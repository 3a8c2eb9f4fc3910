"""The grid of cells that the surface models look at: each cell's patch of the picture, as what a texture is like.

A cell is `Grid.stride` pixels wide and looks at a field of `Grid.across` cells each way. A patch is described by how
bright it is and how much that varies, how strong fine, middle and coarse detail is and whether a few pixels have most
of it, and how its edges run (its structure tensor). All are numbers of about the same size: nothing has to scale them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from edgekit.sandbox.objects.cells import blurred
from edgekit.sandbox.project import Floats

SIDE = 160
SCALES = ("fine", "middle", "coarse")  # detail of up to 1, 2 and 4 pixels
NAMES = (
    "brightness",
    "contrast",
    "skewness",
    *(f"{scale} {name}" for scale in SCALES for name in ("detail", "evenness")),
    "edges",
    "upright edges",
    "slanted edges",
)
FAINT = 1e-4  # variances this small are noise and stay small


@dataclass(frozen=True)
class Grid:
    """Cells of a picture of `SIDE` pixels: one each `stride` pixels, each looking at `across` strides each way."""

    stride: int
    across: int

    @property
    def size(self) -> int:
        """The number of rows, and of columns."""
        return SIDE // self.stride - self.across + 1

    @property
    def field(self) -> int:
        """The side of a patch in pixels."""
        return self.stride * self.across

    def means(self, values: Floats) -> Floats:
        """Return each patch's mean: (SIDE, SIDE) → (size, size)."""
        blocks = SIDE // self.stride
        small = values.reshape(blocks, self.stride, blocks, self.stride).mean(axis=(1, 3))
        shifts = [(down, across) for down in range(self.across) for across in range(self.across)]
        total = sum(small[down : down + self.size, across : across + self.size] for down, across in shifts)
        found: Floats = total / self.across**2
        return found

    def names(self) -> list[str]:
        """Return the names of `features` in one row: row by row, cell by cell."""
        cells = [(row, column) for row in range(self.size) for column in range(self.size)]
        return [f"row {row} column {column} {name}" for row, column in cells for name in NAMES]


def maps(grey: Floats) -> list[Floats]:
    """Return what is averaged over patches: pixel by pixel, of grey values 0..1 (SIDE, SIDE)."""
    levels = [grey, *(blurred(grey, sigma) for sigma in (1, 2, 4))]
    bands = [finer - coarser for finer, coarser in pairwise(levels)]
    padded = np.pad(levels[1], 1, mode="edge")
    across, down = padded[1:-1, 2:] - padded[1:-1, :-2], padded[2:, 1:-1] - padded[:-2, 1:-1]
    detail = [one for band in bands for one in (band**2, abs(band))]
    return [grey, grey**2, grey**3, *detail, across**2, down**2, across * down]


def features(pixels: list[Floats], grid: Grid) -> Floats:
    """Return each patch's features, named by `NAMES`, from `maps`: (size, size, features)."""
    level, square, cube, *detail, across, down, diagonal = map(grid.means, pixels)
    variance = square - level**2 + FAINT
    skewness = (cube - 3 * level * square + 2 * level**3) / variance**1.5
    columns = [4 * level, 0.5 * np.log(variance), skewness]
    for squares, sizes in zip(detail[::2], detail[1::2], strict=True):
        energy = squares + FAINT / 100
        columns += [0.5 * np.log(energy), 4 * sizes / np.sqrt(energy)]
    edges = across + down + FAINT
    columns += [0.5 * np.log(edges), 2 * (across - down) / edges, 4 * diagonal / edges]
    return np.stack(columns, axis=-1)
