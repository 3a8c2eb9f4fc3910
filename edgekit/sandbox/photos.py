"""A picture as the Studio keeps it, and what the impulse's input block makes of it.

Two frames: the stored picture (pixels; here boxes are annotated) and what the models see after the input block, which
takes the shortest axis to `Photo.side` pixels and cuts the rest off evenly. All that models find is in ratios 0..1 of
the latter.
"""

from __future__ import annotations

import hashlib
import hmac
import io
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edgekit.sandbox.detections import UNKNOWN, Found
from edgekit.sandbox.project import Floats, Json, Project, StoredSample

Pixels = NDArray[np.uint8]


class Box(NamedTuple):
    """Where an object is: whole pixels of the stored picture, x and y the top left corner."""

    label: str
    x: int
    y: int
    width: int
    height: int


def overlapping(one: Box, other: Box) -> bool:
    """Say whether two boxes share a pixel."""
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


class Stored(Protocol):
    """A picture that is painted when it is first looked at."""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""

    @property
    def boxes(self) -> tuple[Box, ...]:
        """What is annotated in it."""

    @property
    def pixels(self) -> Pixels:
        """The picture: (height, width) of grey values, or (height, width, 3)."""


@dataclass(frozen=True, eq=False)
class Photo(StoredSample):
    """A picture with annotated boxes."""

    stored: Stored
    side: int  # of the square that the input block makes of it

    device: str = field(default="camera", kw_only=True)
    sensors: list[Json] = field(default_factory=lambda: [{"name": "image", "units": "rgba"}], kw_only=True)

    def __len__(self) -> int:
        return 1

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The annotated boxes, in pixels of the stored picture."""
        return self.stored.boxes

    @property
    def pixels(self) -> Pixels:
        """The stored picture."""
        return self.stored.pixels

    @cached_property
    def png(self) -> bytes:
        """The stored file."""
        return _png(Image.fromarray(self.pixels))

    def content(self) -> bytes:
        """Return the pixels' bytes."""
        return self.pixels.tobytes()

    def readings(self, project: Project, part: slice) -> list[Any]:
        """Return one text, which refers to the picture by its size and its signature."""
        signature = hmac.new(project.hmac_key.encode(), self.png, hashlib.sha256).hexdigest()
        return [f"Ref-BINARY-image/png ({len(self.png)} bytes) {signature}"][part]

    def kind(self) -> Json:
        """Return the boxes in pixels of the stored picture, and its size."""
        width, height = self.stored.size
        return {
            "chartType": "image",
            "boundingBoxes": [box._asdict() for box in self.boxes],
            "boundingBoxesType": "object_detection",
            "imageDimensions": {"width": width, "height": height},
        }

    def picture(self, after_input_block: bool) -> bytes:
        """Return the stored file, or what the models see, before its colours are taken away."""
        return _png(self.input()) if after_input_block else self.png

    def input(self) -> Image.Image:
        """Return what the models see, before its colours are taken away."""
        scale, left, top = self._fit()
        width, height = self.stored.size
        size = (round(width * scale), round(height * scale))
        resized = Image.fromarray(self.pixels).resize(size, Image.Resampling.LANCZOS)
        return resized.crop((left, top, left + self.side, top + self.side))

    def grey(self) -> Floats:
        """Return what the image DSP block makes of it: (side, side), 0..1."""
        return self._grey / 255.0

    @cached_property
    def _grey(self) -> Pixels:
        return np.asarray(self.input().convert("L"))

    def truths(self, labels: list[str]) -> list[Found]:
        """Return the annotated boxes as far as the models see them; boxes without any area left are skipped."""
        scale, left, top = self._fit()
        found = []
        for box in self.boxes:
            across = np.clip([box.x * scale - left, (box.x + box.width) * scale - left], 0, self.side) / self.side
            down = np.clip([box.y * scale - top, (box.y + box.height) * scale - top], 0, self.side) / self.side
            label = labels.index(box.label) if box.label in labels else UNKNOWN
            one = Found(label, *map(float, (across[0], down[0], across[1], down[1])))
            if one.area() > 0:
                found.append(one)
        return found

    def _fit(self) -> tuple[float, int, int]:
        """Return the input block's scale and how many pixels it cuts off on the left and at the top."""
        width, height = self.stored.size
        scale = self.side / min(height, width)
        return scale, (round(width * scale) - self.side) // 2, (round(height * scale) - self.side) // 2


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=3)  # the usual 6 takes three times as long and saves nothing here
    return file.getvalue()
