"""The strip of a row: a signal in few lines, or a small picture, as bytes for the browser.

The first byte says what follows: 0 nothing; 1 a signal: how many axes, how many columns, then of each axis the least
and then the greatest reading of each column, 0 to 255 over the axis' range; 2 a picture as a PNG file.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
from PIL import Image

from edgekit.errors import EdgekitError, UsageError
from edgekit.explorers.images import png
from edgekit.results.sample import Sample
from edgekit.studio.many import THREADS

NONE, SIGNAL, PICTURE = b"\x00", b"\x01", b"\x02"
COLUMNS, AXES = 53, 3  # how many are drawn: 2 px a column, and more lines are not told apart
_PICTURE = (224, 60)  # px, twice what is shown


def strip(fetch: Callable[[], Sample]) -> bytes:
    """Return the strip of a sample; that of nothing where its readings or its picture cannot be had."""
    try:
        sample = fetch()
        return _picture(_image(sample)) if sample.kind == "image" else _signal(sample.signal())
    except EdgekitError:
        return NONE


def _image(sample: Sample) -> Image.Image:
    """Return the picture as it is stored in the Studio; of a store that has no more, as it went into the model."""
    try:
        return sample.image()
    except UsageError:
        return sample.image(after_input_block=True)


def _picture(image: Image.Image) -> bytes:
    small = image.convert("RGB")
    small.thumbnail(_PICTURE)
    return PICTURE + png(small)


def _signal(signal: pd.DataFrame) -> bytes:
    values = signal.to_numpy(float)
    if len(values) == 1:  # one reading, of many axes: a spectrum, say
        values = values.T
    values = values[:, :AXES].T
    if not values.size:
        return NONE
    columns = min(COLUMNS, values.shape[1])
    starts = np.arange(columns) * values.shape[1] // columns
    known = np.isfinite(values)
    least = np.minimum.reduceat(np.where(known, values, np.inf), starts, axis=1)
    greatest = np.maximum.reduceat(np.where(known, values, -np.inf), starts, axis=1)
    low, high = least.min(axis=1, keepdims=True), greatest.max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        lows, highs = ((part - low) / (high - low) * 255 for part in (least, greatest))
    flat = ~(high > low) & np.isfinite(least)
    empty = ~np.isfinite(least)
    lows, highs = (np.where(flat, 128, part) for part in (lows, highs))
    lows, highs = np.where(empty, 255, lows), np.where(empty, 0, highs)
    return SIGNAL + bytes((len(values), columns)) + b"".join(part.astype("u1").tobytes() for part in (lows, highs))


class Strips:
    """Strips of the rows that one looks at, made by a few threads: what was wanted before is forgotten.

    Parameters
    ----------
    make : callable
        Returns the strip of a row.
    """

    def __init__(self, make: Callable[[int], bytes]) -> None:
        self._make = make
        self.known: dict[int, bytes] = {}
        self._wanted: list[int] = []
        self._lock = threading.Lock()
        self._working = 0

    def of(self, row: int) -> bytes:
        """Return the strip of a row, made once."""
        if row not in self.known:
            self.known[row] = self._make(row)
        return self.known[row]

    def want(self, rows: list[int], came: Callable[[int, bytes], None]) -> None:
        """Make the strips of these rows, and call `came` with each as it is there, from another thread."""
        with self._lock:
            self._wanted = rows[::-1]
            more = min(THREADS - self._working, len(rows))
            self._working += more
        for _ in range(more):
            threading.Thread(target=self._work, args=(came,), daemon=True).start()

    def _work(self, came: Callable[[int, bytes], None]) -> None:
        while (row := self._next()) is not None:
            came(row, self.of(row))

    def _next(self) -> int | None:
        with self._lock:
            if self._wanted:
                return self._wanted.pop()
            self._working -= 1
            return None

    def all(self, rows: list[int]) -> dict[int, bytes]:
        """Return the strips of these rows, made a few at a time."""
        with ThreadPoolExecutor(THREADS) as pool:
            return dict(zip(rows, pool.map(self.of, rows), strict=True))
