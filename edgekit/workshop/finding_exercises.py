"""Part 6: a finding is a figure with its interval, the sample that shows it, and a page to hand on."""

from __future__ import annotations

from typing import Any

import pandas as pd

from edgekit.anomaly import rates, summary
from edgekit.studio.studio import Studio
from edgekit.workshop.answers import COUNT, INTERVAL, Kind, NotAnswered, NotRead, described
from edgekit.workshop.score_exercises import BLOCK
from edgekit.workshop.solution import Mistake, Solution, highest, per_studio, testing
from edgekit.workshop.threshold_exercises import lowest_threshold, testing_windows, threshold_of


@per_studio
def interval_of_the_false_alarms(studio: Studio) -> Solution:
    """6.1: between which bounds the false-alarm rate lies, with the block's own threshold."""
    table, limit = testing_windows(studio), threshold_of(studio)
    figures = summary(testing(studio), BLOCK).figures
    low, high = _ends(figures, "false_alarm_rate")
    alone = rates(table, threshold=limit, samples=range(len(table)))
    value = float(figures["value"]["false_alarm_rate"])
    return Solution(
        (low, high),
        INTERVAL,
        (
            Mistake(_ends(figures, "recall"), "That is the recall. Take the row of the false-alarm rate."),
            Mistake(_ends(figures, "above"), "That row counts all windows. Take the row of the false-alarm rate."),
            Mistake((high, low), "The low end comes first."),
            Mistake((value, value), "That is the rate itself. Its interval has two ends: `low` and `high`."),
            Mistake(
                _ends(alone, "false_alarm_rate"),
                "You drew windows for samples: windows of one sample are alike, and the interval is too narrow.",
            ),
        ),
    )


@per_studio
def sample_to_look_at(studio: Studio) -> Solution:
    """6.2: the id of the sample with the largest share of wrong windows."""
    table = summary(testing(studio), BLOCK).per_sample
    first = int(table.index[0])
    return Solution(
        first,
        COUNT,
        (
            Mistake(int(table.index[-1]), "That is the last sample of the table. The worst one comes first."),
            Mistake(0, "That is the position in the table. The id of the sample stands in the index."),
            Mistake(
                int(highest(table["highest"])),
                "That sample has the highest score. How high a score is does not say how many windows are wrong.",
            ),
            Mistake(
                int(table["windows"].iloc[0]),
                "That is how many windows it has. The id of the sample stands in the index.",
            ),
        ),
    )


@per_studio
def explorer_of_it(studio: Studio) -> Solution:
    """6.3: an explorer of that sample, with the threshold of exercise 4.2."""
    worst, threshold = sample_to_look_at(studio).value, lowest_threshold(studio)
    loudest = int(highest(summary(testing(studio), BLOCK).per_sample["highest"]))
    own = threshold_of(studio)

    def same(mine: tuple[int, float], theirs: tuple[int, float]) -> bool:
        return mine[0] == theirs[0] and threshold.kind.same(mine[1], theirs[1])

    def near(mine: tuple[int, float], theirs: tuple[int, float]) -> str:
        if mine[0] == theirs[0]:
            return f"The sample is right, but not its threshold. {threshold.kind.near(mine[1], theirs[1])}"
        is_same = threshold.kind.same(mine[1], theirs[1])
        return "The threshold is right, but not the sample: take the one of exercise 6.2." if is_same else ""

    return Solution(
        (worst, threshold.value),
        Kind("an explorer of one sample", _shown, same, near),
        (
            Mistake(
                (worst, own),
                "The sample is right, but the threshold is the one that the block has now: set it with threshold=….",
            ),
            Mistake(
                (loudest, threshold.value), "The threshold is right, but that is the sample with the highest score."
            ),
            Mistake((loudest, own), "That is the sample with the highest score, and the block's own threshold."),
        ),
    )


def _ends(figures: pd.DataFrame, rate: str) -> tuple[float, float]:
    return float(figures["low"][rate]), float(figures["high"][rate])


def _shown(given: Any) -> tuple[int, float]:
    """Return which sample an explorer of anomaly scores shows, with which threshold."""
    if given is ... or given is None:
        raise NotAnswered
    windows, threshold = (getattr(given, name, None) for name in ("windows", "threshold"))
    samples = (
        [] if windows is None or callable(windows) or "sample" not in windows else list(windows["sample"].unique())
    )
    if not samples or not isinstance(threshold, float):
        raise NotRead(f"This is {described(given)}. The answer is an explorer: what ek.explore(block) returns.")
    if len(samples) > 1:
        raise NotRead(f"This explorer shows {len(samples)} samples. Open the block of one.")
    return int(samples[0]), threshold
