"""Answers of learners: right, or a hint for the mistake that was made, and never the answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from edgekit import display
from edgekit.errors import EdgekitError, UsageError
from edgekit.studio.studio import Studio
from edgekit.wire.recording import Recorder
from edgekit.workshop import (
    classify_exercises,
    fetch_exercises,
    finding_exercises,
    learner_progress,
    place_exercises,
    score_exercises,
    threshold_exercises,
)
from edgekit.workshop.answers import NotAnswered, NotRead
from edgekit.workshop.course import Part, part_of, studio_of
from edgekit.workshop.solution import Solution

EXERCISES: Mapping[str, Callable[[Studio], Solution]] = MappingProxyType(
    {
        "1.1": fetch_exercises.readings_in_training,
        "1.2": fetch_exercises.readings,
        "1.3": fetch_exercises.time_of_the_highest_reading,
        "2.1": classify_exercises.windows_of_the_commonest_label,
        "2.2": classify_exercises.windows_in_a_length,
        "2.3": classify_exercises.windows_that_are_right,
        "2.4": classify_exercises.samples_that_are_mostly_right,
        "3.1": score_exercises.windows_above,
        "3.2": score_exercises.more_usual_windows,
        "3.3": score_exercises.most_usual_window,
        "3.4": score_exercises.feature_with_the_largest_share,
        "4.1": threshold_exercises.false_alarm_rate,
        "4.2": threshold_exercises.lowest_threshold,
        "4.3": threshold_exercises.recall,
        "5a.1": place_exercises.missed_truths,
        "5a.2": place_exercises.horizontal_place,
        "5a.3": place_exercises.pictures_with_a_missed_truth,
        "5b.1": place_exercises.highest_cell,
        "5b.2": place_exercises.flagged_cells,
        "5b.3": place_exercises.missed_pictures,
        "6.1": finding_exercises.interval_of_the_false_alarms,
        "6.2": finding_exercises.sample_to_look_at,
        "6.3": finding_exercises.explorer_of_it,
    }
)
NO_ANSWER = (ArithmeticError, LookupError, StopIteration, TypeError, ValueError)  # of a project without what is asked
GENERAL = (
    "That is not right, and it is none of the usual mistakes. Look at the table or picture once more, and say in your "
    "own words what one row of it is."
)


@dataclass(frozen=True)
class Checked:
    """What `check` found.

    Attributes
    ----------
    exercise : str
        Which one: "3.2".
    right : bool
        Whether the answer is right.
    hint : str
        What helps, where it is not; never the answer.
    """

    exercise: str
    right: bool
    hint: str = ""

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        return display.fit(f"{self.exercise} right." if self.right else f"{self.exercise} not yet: {self.hint}")

    def _repr_html_(self) -> str:
        return display.card(f"{self.exercise} {'right' if self.right else 'not yet'}", {}, note=self.hint)


def check(exercise: str | float, answer: Any, *, studio: Studio | None = None) -> Checked:
    """Check the answer to an exercise of the workshop; the learner's progress is kept (see `progress`).

    The right answer is computed from the project that the part's notebook is connected to (`connect`), and so is what
    each usual mistake gives: a hint is for the mistake that was made.

    Parameters
    ----------
    exercise : str
        Which one, as it stands above its cell: "3.2", "5a.1".
    answer : object
        What the learner found. Numbers that are not whole count to two decimals.
    studio : Studio, optional
        Another project than the notebook's.

    Raises
    ------
    UsageError
        There is no such exercise, or it has no answer in this project; the text says what to do.
    EdgekitError
        The project did not answer.

    Examples
    --------
    >>> import edgekit as ek
    >>> studio = ek.workshop.connect(1)
    >>> signal = studio.sample(studio.samples("testing").index[0]).signal()
    >>> ek.workshop.check("1.2", signal.shape[1])
    1.2 not yet: That is the number of axes, the columns of the table. A reading is a row.
    >>> ek.workshop.check("1.2", len(signal))
    1.2 right.
    """
    name, part = _named(exercise)
    studio = studio or studio_of(part)
    solution = _solved(name, part, studio)
    if isinstance(studio._calls.transport, Recorder):
        _hints(solution, solution.value)  # all that a hint will ask for is to be in the recording
    try:
        given = solution.kind.read(answer)
    except NotAnswered:
        return Checked(name, False, "Put your answer in the place of the dots, and run the cell again.")
    except NotRead as problem:
        done = Checked(name, False, str(problem))
    else:
        right = solution.kind.same(given, solution.value)
        done = Checked(name, right, "" if right else _hint(solution, given))
    learner_progress.note(name, done.right)
    return done


def _named(exercise: object) -> tuple[str, Part]:
    name = str(exercise).strip() if isinstance(exercise, str | float) else ""
    if name not in EXERCISES:
        raise UsageError(f"The workshop has the exercises {', '.join(EXERCISES)}; got {display.quoted(exercise)}.")
    return name, part_of(name.partition(".")[0])


def _solved(name: str, part: Part, studio: Studio) -> Solution:
    try:
        solution = EXERCISES[name](studio)
        if any(isinstance(one, float) and math.isnan(one) for one in np.ravel(solution.value).tolist()):
            raise ValueError("nothing to count")  # such as a share of no windows
        return solution
    except EdgekitError:
        raise
    except NO_ANSWER as problem:
        raise UsageError(
            f"Exercise {name} has no answer in {studio!r} ({type(problem).__name__}). Take a project of the sandbox: "
            f'studio = ek.workshop.connect("{part.key}", sandbox="{part.projects[0]}")'
        ) from problem


def _hints(solution: Solution, given: Any) -> list[str]:
    """Return the hint of every mistake that gives this answer: more than one where the answer alone does not tell."""
    found = []
    for mistake in solution.mistakes:
        with suppress(EdgekitError, *NO_ANSWER):  # what the project or its recording lacks gives no hint
            value = mistake.value() if callable(mistake.value) else mistake.value
            if solution.kind.same(given, value):
                found.append(mistake.hint)
    return list(dict.fromkeys(found))


def _hint(solution: Solution, given: Any) -> str:
    return " Or: ".join(_hints(solution, given)) or solution.kind.near(given, solution.value) or GENERAL
