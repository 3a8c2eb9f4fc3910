"""Part 2: windows and their labels."""

from __future__ import annotations

import pandas as pd

from edgekit.results.block import BlockResult
from edgekit.results.result import ClassifyResult
from edgekit.studio.studio import Studio
from edgekit.workshop.answers import COUNT, function_of
from edgekit.workshop.solution import (
    Mistake,
    Solution,
    classifiers,
    per_studio,
    testing,
    training,
)

LENGTHS = (1, 1.6, 4, 4.3, 4.45, 10, 11.75)  # of samples, in windows


@per_studio
def varied(studio: Studio) -> ClassifyResult:
    """Return the result of the testing sample whose windows got the most different labels."""
    results = testing(studio)
    labels = [block.predictions()["predicted"].nunique() for block in classifiers(results)]
    return results[labels.index(max(labels))]


@per_studio
def windows_of_the_commonest_label(studio: Studio) -> Solution:
    """2.1: how many windows of the varied sample got the label that most of them got."""
    table = classifiers([varied(studio)])[0].predictions()
    counts, correct = table["predicted"].value_counts(), int(table["correct"].sum())
    most, windows = int(counts.max()), int(counts.sum())
    of_correct = Mistake(correct, "Those are the windows that are right, the column `correct`. See `predicted`.")
    return Solution(
        most,
        COUNT,
        (
            Mistake(windows - most, "Those are the windows that got another label."),
            Mistake(windows, "Those are all windows of the sample. Count those with the most frequent label."),
            Mistake(len(counts), "You counted labels for windows: that is how many different labels there are."),
            Mistake(1, "You counted samples for windows: one sample has many windows."),
            Mistake(most - 1, "Off by one window: did you count the first one, number 0?"),
            Mistake(most + 1, "Off by one window: did you count one with another label?"),
            Mistake(most / windows, "That is a share of the windows. Count them."),
            *([of_correct] if correct != most else []),  # in some samples all of the commonest label are right
        ),
    )


@per_studio
def windows_in_a_length(studio: Studio) -> Solution:
    """2.2: a function that says how many windows fit into a length in milliseconds."""
    result = varied(studio)
    size, step = round(result.window_size_ms), max(round(result.window_increase_ms), 1)
    lengths = [round(size * one) for one in LENGTHS]

    def counted(windows_of: object) -> tuple[float, ...]:
        return tuple(float(windows_of(length)) for length in lengths)  # type: ignore[operator]

    return Solution(
        counted(lambda length: (length - size) // step + 1),
        function_of(lengths, "a function of the length in milliseconds"),
        (
            Mistake(
                counted(lambda length: (length - size) // step),
                "Off by one window: count the steps, but also the window before the first step.",
            ),
            Mistake(
                counted(lambda length: length // step),
                "Some of these windows would reach beyond the end of the sample. Where may the last one begin?",
            ),
            Mistake(
                counted(lambda length: length // step + 1),
                "Some of these windows would reach beyond the end of the sample. Where may the last one begin?",
            ),
            Mistake(
                counted(lambda length: round((length - size) / step) + 1),
                "Round down: the last window must lie inside the sample as a whole.",
            ),
            Mistake(
                counted(lambda length: (length - size) / step + 1),
                "The number of windows is a whole number: round down.",
            ),
            Mistake(
                counted(lambda length: length // size),
                "That is for windows that do not overlap. Here each one begins one *increase* after the one before.",
            ),
            Mistake(
                counted(lambda length: -(-(length - size) // step) + 1),
                "Round down: the last window must lie inside the sample as a whole.",
            ),
        ),
    )


@per_studio
def windows_that_are_right(studio: Studio) -> Solution:
    """2.3: how many of all windows of the testing part got the label that they should have."""
    correct = [_correct(block) for block in classifiers(testing(studio))]
    together = pd.concat(correct)
    right = int(together.sum())
    return Solution(
        right,
        COUNT,
        (
            Mistake(
                lambda: _right_in_training(studio),
                "You took training for testing: the model has seen the training samples.",
            ),
            Mistake(int((~together).sum()), "Those are the windows that are wrong."),
            Mistake(len(together), "Those are all windows. Count the ones that are right."),
            Mistake(
                sum(_mostly(one) for one in correct),
                "You counted samples for windows: so many samples are right in most of their windows.",
            ),
            Mistake(right / max(len(together), 1), "That is a share of the windows. Count them."),
        ),
    )


@per_studio
def samples_that_are_mostly_right(studio: Studio) -> Solution:
    """2.4: how many testing samples are right in more than half of their windows."""
    correct = [_correct(block) for block in classifiers(testing(studio))]
    right = sum(_mostly(one) for one in correct)
    return Solution(
        right,
        COUNT,
        (
            Mistake(int(pd.concat(correct).sum()), "You counted windows for samples: each sample counts once."),
            Mistake(len(correct) - right, "Those are the other samples: at least half of their windows are wrong."),
            Mistake(len(correct), "Those are all testing samples."),
            Mistake(right / max(len(correct), 1), "That is a share of the samples. Count them."),
            Mistake(
                sum(bool(one.all()) for one in correct),
                "In these samples every window is right. More than half of the windows is enough.",
            ),
        ),
    )


def _mostly(correct: pd.Series[bool]) -> bool:
    return bool(correct.mean() > 0.5)


@per_studio
def _right_in_training(studio: Studio) -> int:
    return int(pd.concat([_correct(block) for block in classifiers(training(studio))]).sum())


def _correct(block: BlockResult) -> pd.Series[bool]:
    correct: pd.Series[bool] = block.predictions()["correct"]
    return correct
