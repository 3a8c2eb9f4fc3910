"""Thresholds beside the one in force: the block's own, and one that was kept to compare with."""

from __future__ import annotations

from typing import Any, TypeAlias

import pandas as pd

from edgekit.anomaly import Suggestion
from edgekit.arguments import real
from edgekit.explorers.base import Explorer
from edgekit.explorers.state import State, reading

Threshold: TypeAlias = float | Suggestion | None


def as_threshold(name: str, value: Any) -> float:
    """Take a threshold: a number, or the one that `suggest_threshold` found."""
    return real(name, value.threshold if isinstance(value, Suggestion) else value)


class Compared(Explorer):
    """An explorer with a threshold that two others stay marked beside.

    Subclasses have the trait `threshold`, list `compared` in their `state`, put the block's own threshold as `own` into
    `_meta` (None where it has none), and count at any threshold in `_counts_at`.

    Attributes
    ----------
    compared : float or None
        A second threshold, marked and counted beside the first: a number, or what `suggest_threshold` returned. Without
        it the block's own is what another threshold is compared with.
    """

    threshold: Any
    compared = State(None, as_threshold)

    @property
    @reading
    def comparison(self) -> pd.DataFrame:
        """What each of the thresholds on show does: a column each, the rows of `counts`.

        Columns `threshold`, `compared` and `block's own`, those that there are and that differ.
        """
        shown = {} if self.threshold is None else {"threshold": self.threshold}
        return pd.DataFrame({name: self._counts_at(value) for name, value in {**shown, **self._marked()}.items()})

    def _marked(self) -> dict[str, float]:
        """Return the thresholds that stay marked and are not the one in force."""
        found: dict[str, float] = {}
        for name, value in (("compared", self.compared), ("block's own", self._meta["own"])):
            if value is not None and value not in (self.threshold, *found.values()):
                found[name] = value
        return found

    def _counts_at(self, threshold: float) -> pd.Series[float]:
        raise NotImplementedError
