"""Part 4: what a threshold costs, and where to put it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from edgekit.results.together import windows
from edgekit.studio.studio import Studio
from edgekit.workshop.answers import SHARE, parting
from edgekit.workshop.score_exercises import BLOCK
from edgekit.workshop.solution import Mistake, Solution, blocks, per_studio, testing, training

ALLOWED = 0.02  # of the normal windows


@per_studio
def testing_windows(studio: Studio) -> pd.DataFrame:
    """Return the windows of the testing part, with their truth."""
    return windows(testing(studio), BLOCK)


def threshold_of(studio: Studio) -> float:
    """Return the block's own threshold."""
    threshold = blocks(testing(studio), BLOCK)[0].threshold
    if threshold is None:
        raise ValueError("the block has no threshold")
    return threshold


def _normal(table: pd.DataFrame) -> pd.Series[float]:
    return table.loc[~table["anomalous"].fillna(True).astype(bool), "anomaly"]


def _anomalous(table: pd.DataFrame) -> pd.Series[float]:
    return table.loc[table["anomalous"].fillna(False).astype(bool), "anomaly"]


@per_studio
def normal_in_training(studio: Studio) -> pd.Series[float]:
    """Return the scores of the normal windows of the training part."""
    return _normal(windows(training(studio), BLOCK))


@per_studio
def false_alarm_rate(studio: Studio) -> Solution:
    """4.1: the share of the normal testing windows above the block's threshold."""
    table, limit = testing_windows(studio), threshold_of(studio)
    normal = _normal(table)
    rate = float((normal > limit).mean())
    return Solution(
        rate,
        SHARE,
        (
            Mistake(
                lambda: float((normal_in_training(studio) > limit).mean()),
                "You took training for testing: the model has seen the training windows.",
            ),
            Mistake(int((normal > limit).sum()), "That is how many. Divide by the number of normal windows."),
            Mistake(1 - rate, "A threshold on the wrong side: that share lies below it."),
            Mistake(
                float((normal > limit).sum() / len(table)),
                "You divided by all windows. Divide by the number of normal ones.",
            ),
            Mistake(
                float((table["anomaly"] > limit).mean()),
                "That counts the anomalies as well, but an anomaly above the threshold is no false alarm.",
            ),
            Mistake(float((_anomalous(table) > limit).mean()), "Those are the anomalies that were found: the recall."),
            Mistake(
                float((normal > limit).groupby(table["sample"]).any().mean()),
                "You counted samples for windows: that is the share of the samples with a false alarm.",
            ),
        ),
    )


@per_studio
def lowest_threshold(studio: Studio) -> Solution:
    """4.2: the lowest threshold that at most two in a hundred normal testing windows are above."""
    table = testing_windows(studio)
    normal = _normal(table).dropna()
    lower, right, higher = _around(normal)
    return Solution(
        right,
        parting(normal.to_numpy(float)),
        (
            Mistake(
                float(np.quantile(normal, ALLOWED)),
                "A threshold on the wrong side: nearly all normal windows are above that one.",
            ),
            Mistake(
                lower,
                "Off by one window: one too many is above it. Count them. (A quantile may lie between two scores, "
                "and a rounded score below the score.)",
            ),
            Mistake(
                higher,
                "Off by one window: one more may be above it. The first row of `scores`, number 0, counts as well.",
            ),
            Mistake(
                lambda: _around(normal_in_training(studio))[1],
                "You took training for testing: the model has seen the training windows, and their scores are lower.",
            ),
            Mistake(
                lambda: float(np.quantile(normal_in_training(studio), 1 - ALLOWED)),
                "You took training for testing: the model has seen the training windows, and their scores are lower.",
            ),
            Mistake(_around(table["anomaly"])[1], "That is of all windows. Only the normal ones give false alarms."),
            Mistake(threshold_of(studio), "That is the threshold that the block has now. You look for another one."),
        ),
    )


def _around(scores: pd.Series[float]) -> tuple[float, float, float]:
    """Return the lowest score with at most the allowed share above it, between the next lower and the next higher one.

    Where there is no such score, NaN stands in its place.
    """
    values = np.sort(scores.dropna().to_numpy(float))
    right = values[len(values) - 1 - int(ALLOWED * len(values) + 1e-9)]
    lower, higher = values[values < right], values[values > right]
    return (
        float(lower[-1]) if len(lower) else float("nan"),
        float(right),
        float(higher[0]) if len(higher) else float("nan"),
    )


@per_studio
def recall(studio: Studio) -> Solution:
    """4.3: the share of the anomalous testing windows above that threshold."""
    table, limit = testing_windows(studio), lowest_threshold(studio).value
    found, alarms = _anomalous(table) > limit, table["anomaly"] > limit
    return Solution(
        float(found.mean()),
        SHARE,
        (
            Mistake(int(found.sum()), "That is how many. Divide by the number of anomalous windows."),
            Mistake(1 - float(found.mean()), "A threshold on the wrong side: that share was missed."),
            Mistake(
                float(found.sum() / alarms.sum()),
                "That is the precision. You divided by the windows above the threshold: divide by the anomalous ones.",
            ),
            Mistake(float(alarms.mean()), "That is of all windows. Take the anomalous ones only."),
            Mistake(float((_normal(table) > limit).mean()), "That is the false-alarm rate."),
            Mistake(
                float((_anomalous(table) > threshold_of(studio)).mean()),
                "That is with the block's own threshold. Take the threshold that you found.",
            ),
            Mistake(1.0, "Those are all anomalous windows: compare their scores with the threshold that you found."),
        ),
    )
