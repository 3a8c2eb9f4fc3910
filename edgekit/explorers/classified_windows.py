"""What a classifier says of the windows of one sample or of several: one table, and in which order to look at it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import classification
from edgekit.classification.calibration import curve_of
from edgekit.classification.judged import factorized
from edgekit.classification.probabilities import Probabilities
from edgekit.explorers.images import MOST, is_picture, packed, thumbnails
from edgekit.explorers.ranking import ascending
from edgekit.explorers.timeline import LABELS_GUESSED, at_least_one, laid_out
from edgekit.studio.many import in_order
from edgekit.table_words import UNCERTAIN, label_order
from edgekit.threshold_rules import is_uncertain

if TYPE_CHECKING:
    from edgekit.results.block import BlockResult

ORDERS = ("mistakes first", "doubtful labels first", "as recorded")


_LONG = 50_000  # probabilities: 200 kB


class Given(NamedTuple):
    """What a threshold makes of the windows; arrays (windows,).

    `expected` and `predicted` are places among the labels, -1 where missing, `unsure` for "uncertain"; `judged` says
    where both are known, `right` where they are the same as well.
    """

    unsure: int
    expected: NDArray[np.int32]
    predicted: NDArray[np.int32]
    judged: NDArray[np.bool_]
    right: NDArray[np.bool_]

    @property
    def uncertain(self) -> NDArray[np.bool_]:
        """Which windows are uncertain, and not right by that."""
        found: NDArray[np.bool_] = (self.predicted == self.unsure) & ~self.right
        return found


@dataclass(frozen=True, eq=False)
class ClassifiedWindows:
    """Tables and arrays with one row a window, in the order of the blocks.

    Attributes
    ----------
    blocks : sequence of BlockResult
        The first one's threshold stands for all.
    windows : DataFrame
        See `ClassificationExplorer`.
    place : array (windows,)
        Which block a window belongs to.
    found : Probabilities
    names : list of str
        The labels that occur, as expected or predicted ones, sorted, one called "uncertain" last: rows and columns of
        the confusion matrix.
    expected, highest : array (windows,)
        Which of the names each window should have, and which has the highest probability; -1 where that is missing.
    """

    blocks: Sequence[BlockResult]
    windows: pd.DataFrame
    place: NDArray[np.int32]
    found: Probabilities
    names: list[str]
    expected: NDArray[np.int32]
    highest: NDArray[np.int32]

    @classmethod
    def of(cls, blocks: Sequence[BlockResult], key: str | None) -> Self:
        """Ask each block for its windows."""
        tables = [block.windows(key=key) for block in blocks]
        place = np.repeat(np.arange(len(blocks)), list(map(len, tables))).astype("i4")
        windows = pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]
        windows.insert(0, "sample", np.array([block.sample.id for block in blocks])[place])
        found = Probabilities.of(windows)
        codes, distinct = factorized(windows["expected"])
        truths, predicted = list(map(str, distinct)), np.unique(found.highest[found.highest >= 0]).tolist()
        known = {*truths, *(found.labels[code] for code in predicted)}
        names = label_order(known)
        places = {name: number for number, name in enumerate(names)}
        return cls(
            blocks=blocks,
            windows=windows.rename_axis(index="window"),
            place=place,
            found=found,
            names=names,
            expected=np.array([*(places[text] for text in truths), -1], "i4")[codes],
            highest=np.array([*(places.get(label, -1) for label in found.labels), -1], "i4")[found.highest],
        )

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Of which windows both labels are known."""
        found: NDArray[np.bool_] = (self.expected >= 0) & (self.highest >= 0)
        return found

    @property
    def judged(self) -> bool:
        """Whether both labels are known for any window."""
        return bool(self.known.any())

    def given(self, threshold: float) -> Given:
        """Say which label each window is given at a threshold, as `edgekit.classification.predictions` does."""
        unsure = self.names.index(UNCERTAIN) if UNCERTAIN in self.names else len(self.names)
        predicted = np.where(is_uncertain(self.found.confidence, threshold), unsure, self.highest)
        return Given(unsure, self.expected, predicted, self.known, self.known & (self.expected == predicted))

    def in_order(self, order: str) -> NDArray[np.int32]:
        """Return the windows in one of the `ORDERS`."""
        match order:
            case "mistakes first":
                return self._mistakes
            case "doubtful labels first":
                return self._doubtful
        return np.arange(len(self.windows), dtype="i4")

    @cached_property
    def _mistakes(self) -> NDArray[np.int32]:
        """The most confident mistake first, then right windows, the least confident first, then those not judged."""
        right, confidence = self.known & (self.expected == self.highest), self.found.confidence
        groups = [(self.known & ~right, -confidence), (right, confidence), (~self.known, -confidence)]
        found = [(places := np.flatnonzero(group))[ascending(key[places])] for group, key in groups]
        return np.concatenate(found).astype("i4")

    @cached_property
    def _doubtful(self) -> NDArray[np.int32]:
        """The windows of the sample whose label is least believed first."""
        rank = np.full(len(self.windows), len(self.windows))
        if self.judged:
            issues = classification.label_issues(self.windows, training=True)
            by_sample = pd.MultiIndex.from_frame(issues[["sample", "given"]])
            found = by_sample.get_indexer(pd.MultiIndex.from_frame(self.windows[["sample", "expected"]]))
            rank = np.where(found >= 0, found, len(rank))
        return np.argsort(rank, kind="stable").astype("i4")

    def reach(self) -> list[float]:
        """Return when the last window of each block ends, in ms from its sample's start."""
        last = np.zeros(len(self.blocks))
        np.maximum.at(last, self.place, self.windows["end_ms"].to_numpy(float))
        return last.tolist()

    def curve(self) -> pd.DataFrame:
        """Return the reliability curve; empty where no window can be judged."""
        if self.judged:
            return curve_of(self.found.confidence[self.known], (self.expected == self.highest)[self.known])
        return pd.DataFrame(columns=["low", "high", "probability", "right", "windows"], dtype=float)

    def arrays(self, first: Sequence[int], order: object) -> dict[str, NDArray[Any]]:
        """Return what the front end draws and counts: of much, only what the windows `first` and the order need.

        `listed` are the windows that `probabilities` are of, none where they are of all.
        """
        mistakes, small = self.in_order(ORDERS[0]), "i1" if len(self.names) < 128 else "i4"
        whole = self.rest() if self.later is None or order == ORDERS[1] else {}
        return {
            **laid_out(self.blocks, np.bincount(self.place, minlength=len(self.blocks))),
            "expected": self.expected.astype(small),
            "highest": self.highest.astype(small),
            "confidence": self.found.confidence,
            "listed": np.array(first, "i4"),
            "probabilities": self.found.values[list(first)].astype("f4"),
            "mistakes": mistakes,
            "curve": self.curve().to_numpy("f8"),
            **packed(thumbnails(self.blocks, pd.unique(self.place[mistakes]).tolist())),
        } | whole

    @property
    def later(self) -> Callable[[], dict[str, NDArray[Any]]] | None:
        """What gives the arrays that the first picture does without, if it would wait for them."""
        return self.rest if self.found.values.size > _LONG else None

    def rest(self) -> dict[str, NDArray[Any]]:
        """Return the probabilities of all windows, and the order that takes long to find."""
        return {
            "listed": np.empty(0, "i4"),
            "probabilities": self.found.values.astype("f4"),
            "doubtful": self.in_order(ORDERS[1]),
        }

    def meta(self) -> dict[str, Any]:
        """Return the texts that go with `arrays`."""
        samples = [block.sample for block in self.blocks]
        return {
            "labels": self.names,
            "known": [str(label) for label in self.found.labels],
            "ids": [sample.id for sample in samples],
            "categories": [sample.category for sample in samples],
            "orders": list(ORDERS),
            "judged": self.judged,
            "pictures": any(map(is_picture, self.blocks)),
            "note": "; ".join(self._notes()),
        }

    def _notes(self) -> list[str]:
        notes = [LABELS_GUESSED] if any(block.doubts() for block in self.blocks) else []
        learned = len({block.sample.id for block in self.blocks if block.sample.category == "training"})
        if learned:
            notes.append(f"the model was trained on {learned} of these samples: on others it does worse")
        pictures = sum(map(is_picture, self.blocks))
        if pictures > MOST:
            notes.append(f"{MOST} of {pictures} pictures are here")
        return notes


def fetch_signals(blocks: Sequence[BlockResult]) -> None:
    """Fetch, a few at a time, the readings of samples that came without (model testing)."""
    missing = [i for i, b in enumerate(blocks) if b.sample.kind == "signal" and not b.sample.payload.count()]
    if blocks[0].sample.source is not None and missing:
        in_order(lambda i, _: blocks[i].sample.signal(), missing, "fetch signals")


def first_key(blocks: Sequence[BlockResult], key: str | None) -> str | None:
    """Return the key that is asked for, of structured labels the first one where none is."""
    at_least_one("block", blocks)
    keys = blocks[0].windows().attrs.get("keys", ())
    return keys[0] if keys and key is None else key
