"""Part 3: what an anomaly score says."""

from __future__ import annotations

import pandas as pd

from edgekit.results.block import BlockResult
from edgekit.studio.studio import Studio
from edgekit.workshop.answers import COUNT, TEXT
from edgekit.workshop.solution import Mistake, Solution, blocks, highest, lowest, per_studio, testing

BLOCK = "anomaly-gmm"


@per_studio
def mixed_block(studio: Studio) -> BlockResult:
    """Return the block of the testing sample whose windows lie most evenly on both sides of the threshold."""
    return min(blocks(testing(studio), BLOCK), key=lambda block: abs(_above(block).mean() - 0.5))


def _above(block: BlockResult) -> pd.Series[bool]:
    return block.windows()["anomaly"] > block.threshold


@per_studio
def windows_above(studio: Studio) -> Solution:
    """3.1: how many windows of the mixed sample are above the threshold."""
    block = mixed_block(studio)
    above = int(_above(block).sum())
    all_ = len(block.windows())
    return Solution(
        above,
        COUNT,
        (
            Mistake(all_ - above, "A threshold on the wrong side: those windows are below it."),
            Mistake(len(block.segments()), "Those are events. Windows that overlap make one event: count the windows."),
            Mistake(above / all_, "That is a share. Count the windows."),
            Mistake(above - 1, "Off by one window: count the first and the last one as well."),
            Mistake(above + 1, "Off by one window: count only those whose score is above the threshold."),
            Mistake(all_, "Those are all windows of the sample."),
        ),
    )


@per_studio
def more_usual_windows(studio: Studio) -> Solution:
    """3.2: how many windows of the calmest sample are more usual than the training windows are on average."""
    block = min(blocks(testing(studio), BLOCK), key=lambda block: block.windows()["anomaly"].max())
    signed = block.explain()["signed_score"]
    more = int((signed < 0).sum())
    return Solution(
        more,
        COUNT,
        (
            Mistake(0, "You took |z|, the column `score`: it is never below zero. Which column keeps the sign?"),
            Mistake(len(signed) - more, "The wrong side of zero: those windows are *less* usual."),
            Mistake(len(signed), "Those are all windows of the sample."),
            Mistake(more - 1, "Off by one window: is the first one, number 0, counted?"),
            Mistake(1, "You counted samples for windows. One sample has many windows."),
        ),
    )


@per_studio
def least_usual_window(studio: Studio) -> Solution:
    """3.3: the number of the least usual window of the mixed sample."""
    block = mixed_block(studio)
    table, windows = block.explain(), block.windows()
    least = int(highest(table["signed_score"]))
    return Solution(
        least,
        COUNT,
        (
            Mistake(least + 1, "Off by one window: the first window is number 0."),
            Mistake(least - 1, "Off by one window: take the number that stands in the table's index."),
            Mistake(int(windows["start_ms"][least]), "That is when the window begins. Its number stands in the index."),
            Mistake(int(lowest(table["signed_score"])), "That window has the lowest score: it is the most usual one."),
            Mistake(float(table["signed_score"].max()), "That is the score. Which window has it?"),
        ),
    )


@per_studio
def feature_with_the_largest_share(studio: Studio) -> Solution:
    """3.4: the feature that contributes most to that window's score."""
    block = mixed_block(studio)
    table, features = block.explain(), block.features()
    window = int(highest(table["signed_score"]))
    names = [name for name in features.columns if name in table.columns]
    shares, values = table[names], features[names]
    return Solution(
        str(shares.loc[window].idxmax()),
        TEXT,
        (
            Mistake(str(shares.loc[window].idxmin()), "That feature has the smallest share."),
            Mistake(str(shares.loc[0].idxmax()), "That is of window 0. Take the window of the exercise before."),
            Mistake(
                str(values.loc[window].idxmax()),
                "That feature has the largest value. A feature may be large and usual: look at its share.",
            ),
        ),
    )
