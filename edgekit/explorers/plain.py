"""What is shown of a block that no explorer opens for: why, what it says in words, and its picture."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from edgekit import display
from edgekit.errors import EdgekitError
from edgekit.explorers import titles
from edgekit.explorers.base import Explorer
from edgekit.explorers.still import plain as still
from edgekit.explorers.still.canvas import Canvas

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from edgekit.results.block import BlockResult


class PlainExplorer(Explorer):
    """A block in words, with its picture where it can be drawn; it has no state.

    Parameters
    ----------
    block : BlockResult
        What is shown.
    reason : str
        Why no explorer opens for it.
    """

    script: ClassVar[str] = "plain/explorer.js"

    def __init__(self, block: BlockResult, reason: str) -> None:
        self.block = block
        self._said = [block.in_words(), reason]
        picture = self._picture()
        file = io.BytesIO()
        if picture is not None:
            picture.savefig(file, format="png", dpi=96)
        meta = {"title": titles.of_block(block, titles.of_pictures(block.sample, 1)), "said": self._said}
        super().__init__(meta, {"picture": np.frombuffer(file.getvalue(), "u1")}, {})

    def _picture(self) -> Figure | None:
        """Draw the block; None where that takes what it does not have."""
        from edgekit.plots.dark import ThemedFigure

        figure = ThemedFigure(figsize=(9, 3.6), layout="constrained")
        try:
            self.block.plot(ax=figure.subplots())
        except EdgekitError:
            return None
        return figure

    def _still(self) -> Canvas:
        return still.picture(self._view())

    @property
    def selection(self) -> pd.DataFrame:
        """The block's windows; see `BlockResult.windows`."""
        return self.block.windows()

    def _figure(self) -> Figure:
        from edgekit.plots.dark import ThemedFigure
        from edgekit.plots.style import plain

        figure = self._picture()
        if figure is None:
            figure = ThemedFigure(figsize=(9, 1.6))
            figure.text(0.02, 0.9, plain(display.lines(self.text(), 110)), va="top")
        return figure

    def _lines(self) -> list[str]:
        return self._said
