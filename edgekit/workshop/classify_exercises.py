"""Part 2: windows and their labels."""

from __future__ import annotations

import pandas as pd

from edgekit.results.block import BlockResult
from edgekit.studio.studio import Studio
from edgekit.workshop.answers import COUNT, SHARE, function_of
from edgekit.workshop.solution import (
    Mistake,
    Solution,
    classifiers,
    first_sample,
    per_studio,
    testing,
    training,
)

LENGTHS = (1, 1.6, 4, 4.3, 4.45, 10, 11.75)  # of samples, in windows


@per_studio
def windows_that_are_right(studio: Studio) -> Solution:
    """2.1: how many windows of the first testing sample got the label that they should have."""
    correct = _correct(classifiers([studio.classify(first_sample(studio).id)])[0])
    right = int(correct.sum())
    return Solution(
        right,
        COUNT,
        (
            Mistake(len(correct) - right, "Those are the windows that are wrong."),
            Mistake(len(correct), "Those are all windows of the sample. Count the ones that are right."),
            Mistake(right - 1, "Off by one window: is the first one, number 0, counted?"),
            Mistake(right + 1, "Off by one window: how many windows are there in all?"),
            Mistake(1, "You counted samples for windows: one sample gives many windows."),
            Mistake(right / max(len(correct), 1), "That is a share of the windows. Count them."),
        ),
    )


@per_studio
def windows_in_a_length(studio: Studio) -> Solution:
    """2.2: a function that says how many windows fit into a length in milliseconds."""
    result = studio.classify(first_sample(studio).id)
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
                "Round down: a window that would not end within the sample is not there.",
            ),
            Mistake(
                counted(lambda length: (length - size) / step + 1),
                "A window is there or it is not: round down.",
            ),
            Mistake(
                counted(lambda length: length // size),
                "That is for windows laid end to end. Here each one begins one *increase* after the one before.",
            ),
            Mistake(
                counted(lambda length: -(-(length - size) // step) + 1),
                "The last window must fit as a whole: round down, not up.",
            ),
        ),
    )


@per_studio
def share_that_is_right(studio: Studio) -> Solution:
    """2.3: the share of the windows in the testing part that are right."""
    correct = [_correct(block) for block in classifiers(testing(studio))]
    together = pd.concat(correct)
    right = float(together.mean())
    return Solution(
        right,
        SHARE,
        (
            Mistake(
                lambda: _right_in_training(studio),
                "That is of training samples, which the model has seen. Take testing.",
            ),
            Mistake(1 - right, "That is the share that is wrong."),
            Mistake(
                sum(bool(one.mean() > 0.5) for one in correct) / len(correct),
                "You took samples for windows: that is the share of samples that are right in most of their windows.",
            ),
        ),
    )


@per_studio
def samples_with_a_wrong_window(studio: Studio) -> Solution:
    """2.4: how many testing samples have a window that is wrong."""
    correct = [_correct(block) for block in classifiers(testing(studio))]
    wrong = [int((one == False).sum()) for one in correct]  # noqa: E712  # pd.NA is neither
    with_one = sum(count > 0 for count in wrong)
    return Solution(
        with_one,
        COUNT,
        (
            Mistake(sum(wrong), "You counted windows for samples: several wrong windows of one sample count once."),
            Mistake(len(wrong) - with_one, "Those are the samples without a wrong window."),
            Mistake(len(wrong), "Those are all testing samples."),
            Mistake(
                sum(len(one) > 0 and count == len(one) for one, count in zip(correct, wrong, strict=True)),
                "In these samples every window is wrong. One wrong window is enough.",
            ),
        ),
    )


def _right_in_training(studio: Studio) -> float:
    correct = [_correct(block) for block in classifiers(training(studio))]
    return float(pd.concat(correct).mean()) if correct else float("nan")


def _correct(block: BlockResult) -> pd.Series[bool]:
    correct: pd.Series[bool] = block.predictions()["correct"]
    return correct
