"""What a block's words and its picture are made of, and how the picture was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd
from numpy.typing import NDArray

from edgekit import anomaly, detection
from edgekit.errors import EdgekitError
from edgekit.results.sample import Sample
from edgekit.table_words import SCORE
from edgekit.visual import VisualAnomaly
from edgekit.wire.schema import Classification

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from PIL.Image import Image


Labels = Callable[[], "NDArray[Any]"]  # asked for the label that each window should have; None where not known

Tables = Callable[[str | None], pd.DataFrame]  # the block's windows, of one key where it has several


class Drawn(Protocol):
    """What a picture of a block is made of; `BlockResult` is one."""

    @property
    def raw(self) -> Classification:
        """Everything the API sent of it."""

    @property
    def sample(self) -> Sample:
        """The sample that was classified."""

    @property
    def threshold(self) -> float | None:
        """The score that decides."""

    def windows(self) -> pd.DataFrame:
        """Return one row a window: times, expected label, scores."""

    def visual_anomaly(self, window: int = 0) -> VisualAnomaly:
        """Return what a visual-anomaly block says of one picture."""

    def matched(self, window: int = 0, *, names: detection.Names | None = None) -> detection.Matched:
        """Return detections and truths of one window, matched."""


@dataclass(frozen=True)
class Drawing:
    """How a block is to be drawn: the arguments of `BlockResult.plot`, and the title."""

    title: str
    ax: Axes | None = None
    threshold: float | None = None
    window: int = 0
    image: Image | None = None
    names: detection.Names | None = None


def over_time(block: Drawn, drawing: Drawing) -> Axes:
    """Draw every score over the sample's time, with the threshold and where an anomaly score is above it."""
    from edgekit import plots

    table = block.windows()
    limit = block.threshold if drawing.threshold is None else drawing.threshold
    above = anomaly.segments(table, limit) if SCORE in table and limit is not None else None
    return plots.windows(table, limit, above, length_ms=block.sample.length_ms, ax=drawing.ax, title=drawing.title)


def picture(sample: Sample) -> Image | None:
    """Return the sample's picture as it went into the model, where it can be had."""
    try:
        return sample.image(after_input_block=True)
    except EdgekitError:  # it came from a file, or the server has none: what was found can be shown without
        return None
