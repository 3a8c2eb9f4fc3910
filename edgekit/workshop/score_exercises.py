"""Part 3: what an anomaly score says."""

from __future__ import annotations

from edgekit.anomaly import summary
from edgekit.results.block import BlockResult
from edgekit.studio.studio import Studio
from edgekit.workshop.answers import COUNT, TEXT
from edgekit.workshop.solution import Mistake, Solution, blocks, highest, lowest, per_studio, testing

BLOCK = "anomaly-gmm"


SHARE_ABOVE = 0.2  # of the windows of the sample that the part is about: some above the threshold, most below


@per_studio
def mixed_block(studio: Studio) -> BlockResult:
    """Return the block of the testing sample of whose windows about a fifth is above the threshold."""
    share = summary(testing(studio), BLOCK).per_sample["share"]
    chosen = lowest((share - SHARE_ABOVE).abs())
    return next(block for block in blocks(testing(studio), BLOCK) if block.sample.id == chosen)


@per_studio
def windows_above(studio: Studio) -> Solution:
    """3.1: how many windows of that sample are above the threshold."""
    block = mixed_block(studio)
    scores = block.windows()["anomaly"]
    above, all_ = int((scores > block.threshold).sum()), len(scores)
    return Solution(
        above,
        COUNT,
        (
            Mistake(all_ - above, "A threshold on the wrong side: those windows are below it."),
            Mistake(len(block.segments()), "Those are events. Windows that overlap make one event: count the windows."),
            Mistake(1, "You counted samples for windows: one sample has many windows."),
            Mistake(above / all_, "That is a share. Count the windows."),
            Mistake(above - 1, "Off by one window: count the first and the last one as well."),
            Mistake(above + 1, "Off by one window: count only those whose score is above the threshold."),
            Mistake(all_, "Those are all windows of the sample."),
        ),
    )


@per_studio
def more_usual_windows(studio: Studio) -> Solution:
    """3.2: how many of its windows are more usual than the training windows are on average."""
    signed = mixed_block(studio).explain()["signed_score"]
    more = int((signed < 0).sum())
    return Solution(
        more,
        COUNT,
        (
            Mistake(0, "You took |z|, the column `score`: it is never below zero. Which column keeps the sign?"),
            Mistake(len(signed) - more, "The wrong side of zero: those windows are *less* usual."),
            Mistake(len(signed), "Those are all windows of the sample."),
            Mistake(more - 1, "Off by one window: did you count the first one, number 0?"),
            Mistake(more + 1, "Off by one window: count only those whose signed score is below zero."),
            Mistake(1, "You counted samples for windows: one sample has many windows."),
        ),
    )


@per_studio
def most_usual_window(studio: Studio) -> Solution:
    """3.3: the number of its most usual window."""
    block = mixed_block(studio)
    table, windows = block.explain(), block.windows()
    signed = table["signed_score"]
    most = int(lowest(signed))
    return Solution(
        most,
        COUNT,
        (
            Mistake(
                int(lowest(table["score"])),
                "You took |z|, the column `score`: its lowest value is the window nearest to the average.",
            ),
            Mistake(int(highest(signed)), "The wrong end: that is the *least* usual window."),
            Mistake(most + 1, "Off by one window: the first window is number 0."),
            Mistake(most - 1, "Off by one window: take the number that stands in the table's index."),
            Mistake(int(windows["start_ms"][most]), "That is when the window begins. Its number stands in the index."),
            Mistake(float(signed.min()), "That is the score. Give the number of the window that has it."),
        ),
    )


@per_studio
def feature_with_the_largest_share(studio: Studio) -> Solution:
    """3.4: the feature that contributes most to the score of its least usual window."""
    block = mixed_block(studio)
    table, features = block.explain(), block.features()
    signed = table["signed_score"]
    least = highest(signed)
    names = [name for name in features.columns if name in table.columns]
    shares = table[names]
    return Solution(
        str(shares.loc[least].idxmax()),
        TEXT,
        (
            Mistake(str(shares.loc[least].idxmin()), "That feature has the smallest share."),
            Mistake(
                str(shares.loc[lowest(signed)].idxmax()),
                "That is of the most usual window. Take the one with the highest signed score.",
            ),
            Mistake(
                str(features[names].loc[least].idxmax()),
                "That feature has the largest value. A value may be large and usual: look at its share.",
            ),
            Mistake("distance", "That is the distance, which all features share. Take one of the columns of features."),
        ),
    )
