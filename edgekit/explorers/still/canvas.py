"""What a still picture is drawn on: Pillow, in CSS pixels as in the browser, on a light ground.

matplotlib takes ten times as long, and most of a second to be imported. Shapes are drawn twice as large and made
smaller, for smooth edges; texts are written after that. Sizes are whole pixels, so that the picture is the same on
every machine.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from edgekit import display
from edgekit.colours import MARKERS

# As `front/look.css` has them on a light ground.
INK, SOFT, PAPER, LINE, RAISED = "#212121", "#595959", "#ffffff", "#d6d6d6", "#f0f0f0"
MARK = 0.11  # how opaque ink marks a stretch
HALO = 0.8  # how opaque paper is beneath a marker

_FINE = 2
_FAR = 1e6  # px; nothing is drawn farther out
_LONGEST = 300  # characters of a text; a longer one is cut before it is measured


class Box(NamedTuple):
    """A place in the picture, in px."""

    left: float
    top: float
    wide: float
    high: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.wide

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.high


class _Text(NamedTuple):
    said: str
    x: float
    y: float
    colour: str
    anchor: str
    size: int
    turned: int
    over: bool


class Canvas:
    """A picture of so many CSS pixels; colours are #rrggbb, y goes down."""

    def __init__(self, width: int, height: int) -> None:
        self._whole = self._image = Image.new("RGB", (width * _FINE, height * _FINE), PAPER)
        self._draw = ImageDraw.Draw(self._image, "RGBA")
        self._origin = (0, 0)
        self._texts: list[_Text] = []

    def rectangle(self, box: Box, colour: str, opacity: float = 1.0) -> None:
        """Fill a rectangle."""
        left, top, right, bottom = self._edges(box)
        if right > left and bottom > top:  # Pillow draws the last pixel as well
            self._draw.rectangle((left, top, right - 1, bottom - 1), _colour(colour, opacity))

    def frame(
        self, box: Box, colour: str, width: float = 1.0, dash: Sequence[float] = (), opacity: float = 1.0
    ) -> None:
        """Draw a rectangle's outline."""
        right, bottom = box.right, box.bottom
        corners = [(box.left, box.top), (right, box.top), (right, bottom), (box.left, bottom), (box.left, box.top)]
        self.line(corners, colour, width, dash, opacity)

    def line(
        self, points: ArrayLike, colour: str, width: float = 1.2, dash: Sequence[float] = (), opacity: float = 1.0
    ) -> None:
        """Draw a line through points (n, 2), dashed by px of dash and gap; points that are NaN are gaps."""
        given = np.asarray(points, float).reshape(-1, 2)
        ink, wide = _colour(colour, opacity), max(round(width * _FINE), 1)
        for part in np.split(given, np.flatnonzero(np.isnan(given).any(axis=1))):
            run = part[int(np.isnan(part[:1]).any()) :]
            if len(run) < 2:
                continue
            run, cuts = _dashed(run, dash) if dash else (run, [(0, len(run))])
            flat = self._at(run).ravel().tolist()
            for start, end in cuts:
                self._draw.line(flat[2 * start : 2 * end], ink, wide)

    def polygon(self, points: ArrayLike, colour: str, opacity: float = 1.0) -> None:
        """Fill a polygon."""
        self._draw.polygon(self._at(points).ravel().tolist(), _colour(colour, opacity))

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        """Fill a circle."""
        (x, y), size = self._at([(x, y)])[0].tolist(), round(radius * _FINE)
        self._draw.ellipse((x - size, y - size, x + size, y + size), _colour(colour))

    def ring(self, x: float, y: float, radius: float, colour: str, width: float = 2.0) -> None:
        """Draw a circle."""
        (x, y), size = self._at([(x, y)])[0].tolist(), round((radius + width / 2) * _FINE)
        self._draw.ellipse((x - size, y - size, x + size, y + size), None, _colour(colour), round(width * _FINE))

    def marker(
        self, shape: str, x: float, y: float, size: float, colour: str, *, hollow: bool = False, rim: bool = True
    ) -> None:
        """Draw a marker, with a rim to be seen on any picture."""
        if corners := MARKERS[shape].corners:
            points = np.array(corners) * size + (x, y)
        else:
            turns = np.linspace(0, 2 * np.pi, 36, endpoint=False)
            points = np.column_stack([x + size * np.cos(turns), y + size * np.sin(turns)]).round(3)
        around = np.vstack([points, points[:2]])  # beyond the first point, for a corner there too
        strokes = [(5.0, PAPER, HALO), (2.2, colour, 1.0)] if hollow else [(3.0, PAPER, HALO), (1.0, "#000000", 0.53)]
        for width, stroke, opacity in strokes if rim else []:
            self.line(around, stroke, width, opacity=opacity)
        if hollow:
            return
        if corners:
            self.polygon(points, colour)
        else:
            self.disc(x, y, size, colour)

    def image(self, image: Image.Image, box: Box, opacity: float = 1.0) -> None:
        """Draw a picture, its pixels as squares; its own opacity counts too."""
        left, top, right, bottom = self._edges(box)
        if right <= left or bottom <= top:
            return
        drawn = image.convert("RGBA").resize((right - left, bottom - top), Image.Resampling.NEAREST)
        mask = drawn.getchannel("A") if opacity == 1 else drawn.getchannel("A").point(lambda value: value * opacity)
        self._image.paste(drawn.convert("RGB"), (left, top), mask)

    def dots(self, box: Box, points: ArrayLike, looks: Sequence[tuple[str, NDArray[np.bool_]]], size: float) -> None:
        """Draw many square dots (n, 2) inside a box, later ones on top.

        `looks` are colours, up to 255 of them, and whose they are.
        """
        left, top, right, bottom = self._edges(box)
        wide, high, side = right - left, bottom - top, max(round(size * _FINE), 1)
        column, row = (self._at(points) - (left, top) - side // 2).T
        inside = (column >= 0) & (column <= wide - side) & (row >= 0) & (row <= high - side)
        flat = np.full(high * wide, -1, np.int32)
        flat[(row * wide + column)[inside]] = np.flatnonzero(inside)  # of equal places the last one stays
        on_top = flat.reshape(high, wide)
        for axis in (0, 1):  # from its corner each dot spreads over its square
            spots, spread = (np.moveaxis(grid, axis, 0) for grid in (on_top.copy(), on_top))
            for step in range(1, side):
                np.maximum(spread[step:], spots[:-step], out=spread[step:])
        inks = list(dict.fromkeys(colour for colour, _ in looks))
        ink_of = np.full(len(inside) + 1, 255, np.uint8)  # the last one: of pixels without a dot
        for colour, whose in looks:
            ink_of[:-1][whose] = inks.index(colour)
        shown = Image.fromarray(ink_of.take(on_top, mode="wrap"))
        for number, colour in enumerate(inks):
            mask = shown.point([255 * (place == number) for place in range(256)], "1")
            self._image.paste(_colour(colour)[:3], (left, top), mask)

    def bars(
        self, lefts: ArrayLike, tops: ArrayLike, bottoms: ArrayLike, wide: float, looks: Iterable[str],
        *, opacity: float = 1.0,
    ) -> None:  # fmt: skip
        """Fill many rectangles at once, each in its colour: ten times as fast as `rectangle` one by one."""
        x = np.asarray(lefts, float)
        begin, end = (self._at(np.column_stack(corner)) for corner in ((x, tops), (x + wide, bottoms)))
        for (left, top, right, bottom), colour in zip(np.hstack([begin, end - 1]).tolist(), looks, strict=False):
            if left <= right and top <= bottom:
                self._draw.rectangle((left, top, right, bottom), _colour(colour, opacity))

    @contextmanager
    def within(self, box: Box) -> Iterator[None]:
        """Draw inside this box only, but for texts."""
        left, top, right, bottom = self._edges(box)
        outside = self._image, self._draw, self._origin
        self._image = outside[0].crop((left, top, max(right, left + 1), max(bottom, top + 1)))
        self._draw, self._origin = ImageDraw.Draw(self._image, "RGBA"), (left + self._origin[0], top + self._origin[1])
        try:
            yield
        finally:
            inside = self._image
            self._image, self._draw, self._origin = outside
            self._image.paste(inside, (left, top))

    def text(
        self,
        said: str,
        x: float,
        y: float,
        colour: str = SOFT,
        anchor: str = "lm",
        *,
        size: int = 11,
        turned: int = 0,
        over: bool = False,
    ) -> None:
        """Write on top of all that is drawn; `anchor` is Pillow's, `turned` in degrees, `over` gives the text a rim."""
        line = display.shown(said, _LONGEST)
        if line:
            self._texts.append(_Text(line, x, y, colour, anchor, size, turned, over))

    def png(self) -> bytes:
        """Return the picture as a PNG file."""
        image = self._whole.reduce(_FINE)
        for text in self._texts:
            _write(image, text)
        return _png(image)

    def _edges(self, box: Box) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom among the fine pixels of what is drawn on."""
        across, down = self._origin
        left, top, right, bottom = (
            math.floor(min(max(edge, -_FAR), _FAR) * _FINE + 0.5) for edge in (box.left, box.top, box.right, box.bottom)
        )
        return left - across, top - down, right - across, bottom - down

    def _at(self, points: ArrayLike) -> NDArray[np.int64]:
        """Return where points lie among the fine pixels of what is drawn on."""
        fine = np.clip(np.asarray(points, float).reshape(-1, 2), -_FAR, _FAR) * _FINE
        found: NDArray[np.int64] = np.floor(fine + 0.5).astype(np.int64) - np.array(self._origin)
        return found


@lru_cache(2000)
def width_of(said: str, size: int = 11) -> float:
    """Return how many px wide a text is."""
    return float(_font(size).getlength(said[:_LONGEST]))


def fitted(said: str, room: float, size: int = 11) -> str:
    """Return a text in at most so many px, cut with an ellipsis."""
    line = display.shown(said, 60 if room < 400 else _LONGEST)
    if width_of(line, size) <= room:
        return line
    while len(line) > 1 and width_of(f"{line}…", size) > room:
        line = line[:-1]
    return f"{line}…"


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font of the figures as well: matplotlib's own one, found without importing matplotlib."""
    spec = find_spec("matplotlib")
    folder = Path(((spec and spec.submodule_search_locations) or [""])[0]) / "mpl-data" / "fonts" / "ttf"
    return ImageFont.truetype(str(folder / "DejaVuSans.ttf"), size, layout_engine=ImageFont.Layout.BASIC)


def _write(image: Image.Image, text: _Text) -> None:
    x, y = round(text.x), round(text.y)
    for rim, colour in ((2, PAPER), (0, text.colour)) if text.over else ((0, text.colour),):
        mask, left, top = _mask(text.said, text.size, text.anchor, text.turned, rim)
        image.paste(colour, (x + left, y + top), mask)


@lru_cache(2000)
def _mask(said: str, size: int, anchor: str, turned: int, rim: int) -> tuple[Image.Image, int, int]:
    """Return how opaque a text is, pixel by pixel, and where that begins, as seen from the text's place.

    Numbers at axes, names and captions come again in each picture of a notebook.
    """
    reach = int(width_of(said, size)) + size + rim
    wide, high = reach, reach if turned else 2 * size + rim
    mask = Image.new("L", (2 * wide, 2 * high))
    ImageDraw.Draw(mask).text((wide, high), said, 255, _font(size), anchor, stroke_width=rim)
    if turned:  # about the text's place, in the middle
        mask = mask.rotate(turned, Image.Resampling.BICUBIC)
    inked = mask.getbbox() or (0, 0, 1, 1)
    return mask.crop(inked), inked[0] - wide, inked[1] - high


def _png(image: Image.Image) -> bytes:
    """Return an RGB picture as a PNG file.

    Pillow looks for the best filter of each line, which takes as long as all that is drawn. Of lines and texts on an
    even ground none makes the file smaller.
    """
    lines = np.asarray(image).reshape(image.height, -1)
    unfiltered = np.pad(lines, ((0, 0), (1, 0)))  # each line begins with the number of its filter
    head = struct.pack(">2I5B", image.width, image.height, 8, 2, 0, 0, 0)  # 8 bits, RGB
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(unfiltered.tobytes(), 2)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


@cache
def _colour(colour: str, opacity: float = 1.0) -> tuple[int, ...]:
    return (*ImageColor.getrgb(colour)[:3], round(255 * opacity))


def _dashed(points: NDArray[np.float64], dash: Sequence[float]) -> tuple[NDArray[np.float64], list[tuple[int, int]]]:
    """Return the points of a line with the ends of its dashes among them, and from where to where each dash goes."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    turns = np.cumsum(np.tile(dash, int(along[-1] // sum(dash)) + 1))
    edges = np.append(0.0, turns[turns < along[-1]])
    places = np.sort(np.concatenate([edges, along]))
    starts = np.searchsorted(places, edges)
    ends = np.append(np.searchsorted(places, edges[1:]) + 1, len(places))
    points = np.column_stack([np.interp(places, along, part) for part in points.T])
    return points, list(zip(starts[::2].tolist(), ends[::2].tolist(), strict=True))
