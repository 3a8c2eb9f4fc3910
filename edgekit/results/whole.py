"""What a block needs of the answer it is part of; `ClassifyResult` is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pandas as pd

from edgekit.results.sample import Sample, Source


class Block(Protocol):
    """A block of the same answer; `BlockResult` is one."""

    @property
    def id(self) -> int:
        """Identifier of the learn block."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def has_cells(self) -> bool:
        """Whether it sent the scores of a picture's cells."""

    def scores(self) -> pd.DataFrame:
        """Return one row a window, one column a key."""


class Whole(Protocol):
    """What all blocks of an answer share."""

    sample: Sample
    source: Source | None
    variant: str | None

    @property
    def blocks(self) -> Sequence[Block]:
        """All blocks of the answer."""

    @property
    def window_size_ms(self) -> float:
        """Length of the sliding window in milliseconds."""

    @property
    def window_increase_ms(self) -> float:
        """Milliseconds from one window's start to the next one's."""

    def listing(self) -> str:
        """Name the blocks."""
