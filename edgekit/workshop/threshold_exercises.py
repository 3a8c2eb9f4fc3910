"""Part 4: what a threshold costs, and where to put it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from edgekit.results.result import ClassifyResult
from edgekit.results.together import windows
from edgekit.studio.studio import Studio
from edgekit.workshop.answers import SHARE, between
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


def above_in_normal(results: list[ClassifyResult], limit: float) -> float:
    """Return the share of the normal windows of these results that is above a threshold."""
    return float((_normal(windows(results, BLOCK)) > limit).mean())


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
                above_in_normal(training(studio), limit),
                "That is of training windows, which the model has seen. Take testing.",
            ),
            Mistake(1 - rate, "A threshold on the wrong side: that share lies below it."),
            Mistake(
                float((normal > limit).sum() / len(table)), "You divided by all windows. Of the normal ones, how many?"
            ),
            Mistake(
                float((table["anomaly"] > limit).mean()), "That counts the anomalies too. They are no false alarms."
            ),
            Mistake(float((_anomalous(table) > limit).mean()), "Those are the anomalies that were found: the recall."),
            Mistake(
                float((normal > limit).groupby(table["sample"]).any().mean()),
                "You took samples for windows: that is the share of samples with a false alarm.",
            ),
        ),
    )


@per_studio
def lowest_threshold(studio: Studio) -> Solution:
    """4.2: the lowest threshold that at most two in a hundred normal testing windows are above."""
    table = testing_windows(studio)
    right, above_it = _lowest(_normal(table))
    learned = windows(training(studio), BLOCK)
    return Solution(
        right,
        between(right, above_it),
        (
            Mistake(
                float(np.quantile(_normal(table), ALLOWED)),
                "A threshold on the wrong side: nearly all normal windows are above that one.",
            ),
            Mistake(
                float(np.quantile(_normal(table), 1 - ALLOWED)),
                "Very near, but count: a few too many windows are above. The quantile lies between two scores.",
            ),
            Mistake(
                _lowest(_normal(learned))[0],
                "You took training for testing: on windows that the model has seen, scores are lower.",
            ),
            Mistake(
                float(np.quantile(_normal(learned), 1 - ALLOWED)),
                "You took training for testing: on windows that the model has seen, scores are lower.",
            ),
            Mistake(_lowest(table["anomaly"])[0], "That is of all windows. Only the normal ones give false alarms."),
            Mistake(threshold_of(studio), "That is the threshold that the block has now."),
        ),
    )


def _lowest(scores: pd.Series[float]) -> tuple[float, float]:
    """Return the lowest score with at most the allowed share above it, and the next higher one."""
    values = np.sort(scores.dropna().to_numpy(float))
    place = len(values) - 1 - int(ALLOWED * len(values) + 1e-9)
    higher = values[values > values[place]]
    return float(values[place]), float(higher[0]) if len(higher) else float("inf")


@per_studio
def recall(studio: Studio) -> Solution:
    """4.3: the share of the anomalous testing windows above that threshold."""
    table, limit = testing_windows(studio), lowest_threshold(studio).value
    found, alarms = _anomalous(table) > limit, table["anomaly"] > limit
    return Solution(
        float(found.mean()),
        SHARE,
        (
            Mistake(1 - float(found.mean()), "A threshold on the wrong side: that share was missed."),
            Mistake(
                float(found.sum() / alarms.sum()),
                "That is the precision: of the windows above, the share that is anomalous.",
            ),
            Mistake(float(alarms.mean()), "That is of all windows. Of the anomalous ones, how many are above?"),
            Mistake(float((_normal(table) > limit).mean()), "That is the false-alarm rate."),
            Mistake(
                float((_anomalous(table) > threshold_of(studio)).mean()),
                "That is with the block's own threshold. Take the one that you found.",
            ),
        ),
    )
