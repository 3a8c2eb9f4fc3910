"""What centres (FOMO) and boxes have in common once they are matched: figures, error kinds, reprs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from functools import cached_property
from numbers import Integral, Real
from typing import Any

import pandas as pd

from edgekit import display
from edgekit.detection import error_kinds
from edgekit.detection.error_kinds import ERROR_KINDS
from edgekit.detection.matching import COUNTINGS, Metrics, counts
from edgekit.detection.scene import NOT_IN_TRAINING, Scene
from edgekit.errors import UsageError

Names = Mapping[Any, str]


def with_different_limits(limits: Iterable[float]) -> UsageError:
    """Say that pictures were matched with different limits, so that they have no sum."""
    return UsageError(f"These pictures were matched with different limits ({sorted(limits)}): rematch() them with one.")


class Matched(ABC):
    """The truths and predictions of one picture, matched.

    Attributes
    ----------
    names : dict
        Names of the classes by label, as far as they are known; labels stay what they are in every table.
    """

    names: dict[Any, str]

    def __init__(self, names: Names | None) -> None:
        if names is not None and not isinstance(names, Mapping):
            raise UsageError(
                f"names is a mapping from label to name, such as {{1: 'bolt'}}, not {display.quoted(names)}."
            )
        self.names = dict(names or {})

    @property
    @abstractmethod
    def truths(self) -> pd.DataFrame:
        """Table of the truths."""

    @property
    @abstractmethod
    def predictions(self) -> pd.DataFrame:
        """Table of the predictions."""

    @property
    @abstractmethod
    def scene(self) -> Scene:
        """Truths and predictions as arrays, for what works on many pictures at once."""

    @property
    @abstractmethod
    def limit(self) -> float:
        """Up to where a prediction hits a truth: a distance of centres, or 1 - IoU of boxes; inclusive."""

    @property
    @abstractmethod
    def far(self) -> float:
        """Up to where a prediction beyond `limit` is "too far" and not background."""

    @abstractmethod
    def metrics(self, one_to_one: bool = False) -> Metrics:
        """Count hits and misses: by the Studio's counting, or one-to-one."""

    def errors(self) -> pd.DataFrame:
        """Put each truth and each prediction into one kind; see `edgekit.detection.errors` for the table."""
        return self._errors.copy()

    @cached_property
    def _errors(self) -> pd.DataFrame:
        return error_kinds.table(self.scene, self.limit, self.far).drop(columns="picture")

    def confusion(self) -> pd.DataFrame:
        """Return how often which label was taken for which; see `edgekit.detection.confusion`."""
        return error_kinds.confusion(self._errors)

    def name(self, label: object) -> str:
        """Return the name of a label, where it is known, else the label; of label -1 "not in training"."""
        if not isinstance(label, str | Integral | Real):
            raise UsageError(f"A label is a whole number or a text, got {display.quoted(label)}.")
        known = self.names.get(label, error_kinds.UNKNOWN if label == NOT_IN_TRAINING else None)
        return known if known is not None else label if isinstance(label, str) else display.quoted(label)

    def recomputed_metrics(self, *, one_to_one: bool) -> Metrics:
        """Count by the rule, from the places of truths and predictions; assignments in a document are ignored."""
        scene = self.scene
        near = scene.same(self.limit)
        found = counts(scene, near, scene.truths.picture, scene.predictions.picture, 1, one_to_one=one_to_one)
        return Metrics.of(*(int(part[0]) for part in found))

    def _facts(self, countings: Mapping[str, bool] = COUNTINGS) -> dict[str, object]:
        found = error_kinds.total(self._errors)
        figures = {name: self.metrics(one_to_one=one_to_one) for name, one_to_one in countings.items()}
        return {
            "truths": len(self.truths),
            "predictions": len(self.predictions),
            **{name: f"F1 {m.f1:.3f} ({m.tp} hits, {m.fp} false, {m.fn} missed)" for name, m in figures.items()},
            "kinds": display.listing((f"{kind} {count}" for kind, count in found.items()), limit=len(ERROR_KINDS)),
        }
