"""What an exercise's right answer is, and what each usual mistake would have given in its place.

Both are computed side by side, from the project that the learner works on: no figure is written down anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

import pandas as pd

from edgekit.results.block import BlockResult
from edgekit.results.result import ClassifyResult
from edgekit.results.sample import Sample
from edgekit.studio.studio import Studio
from edgekit.workshop.answers import Kind

T = TypeVar("T")
SAMPLES = 100  # of each part of a project that the course looks at, as its notebooks do


class Mistake(NamedTuple):
    """A wrong answer that learners give, and the hint that helps then; a value that takes long is a function of it."""

    value: Any
    hint: str


class Solution(NamedTuple):
    """An exercise's right answer, of which kind it is, and the mistakes in the order in which they are looked for."""

    value: Any
    kind: Kind
    mistakes: tuple[Mistake, ...]


def per_studio(function: Callable[[Studio], T]) -> Callable[[Studio], T]:
    """Let a function of a project compute once for each: exercises ask for the same results again and again."""
    known: WeakKeyDictionary[Studio, T] = WeakKeyDictionary()

    @wraps(function)
    def remembered(studio: Studio) -> T:
        if studio not in known:
            known[studio] = function(studio)
        return known[studio]

    return remembered


def highest(values: pd.Series[float]) -> Any:
    """Return where a column is highest, as its index says it."""
    return values.idxmax()


def lowest(values: pd.Series[float]) -> Any:
    """Return where a column is lowest, as its index says it."""
    return values.idxmin()


@per_studio
def first_sample(studio: Studio) -> Sample:
    """Return the first testing sample."""
    return studio.sample(studio.samples("testing", limit=1).index[0])


@per_studio
def testing(studio: Studio) -> list[ClassifyResult]:
    """Return the results of the testing part."""
    return studio.classify(studio.samples("testing", limit=SAMPLES).index)


@per_studio
def training(studio: Studio) -> list[ClassifyResult]:
    """Return the results of the training part."""
    return studio.classify(studio.samples("training", limit=SAMPLES).index)


def blocks(results: list[ClassifyResult], block: str) -> list[BlockResult]:
    """Return one block of each result."""
    return [result.block(block) for result in results]


def classifiers(results: list[ClassifyResult]) -> list[BlockResult]:
    """Return the first block that classifies of each result."""
    return [next(block for block in result.blocks if block.kind == "classification") for result in results]
