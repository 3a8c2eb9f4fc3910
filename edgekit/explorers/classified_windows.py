"""What a classifier says of the windows of one sample or of several: one table, and in which order to look at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import classification
from edgekit.classification import UNCERTAIN
from edgekit.classification.probabilities import Probabilities
from edgekit.errors import UsageError
from edgekit.explorers.images import MOST, is_picture, packed, thumbnails
from edgekit.studio.many import in_order

if TYPE_CHECKING:
    from edgekit.results.block import BlockResult

ORDERS = ("mistakes first", "doubtful labels first", "as recorded")
_GUESSED = "which label belongs to which window is a guess that may be wrong (AmbiguousLabelsWarning)"


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
    orders : dict of array (windows,)
        The windows in each order of `ORDERS`.
    """

    blocks: Sequence[BlockResult]
    windows: pd.DataFrame
    place: NDArray[np.int32]
    found: Probabilities
    names: list[str]
    expected: NDArray[np.int32]
    highest: NDArray[np.int32]
    orders: dict[str, NDArray[np.int32]]

    @classmethod
    def of(cls, blocks: Sequence[BlockResult], key: str | None) -> Self:
        """Ask each block for its windows."""
        tables = [block.windows(key=key) for block in blocks]
        ids = [block.sample.id for block in blocks]
        windows = pd.concat([t.assign(sample=i) for t, i in zip(tables, ids, strict=True)], ignore_index=True)
        windows.insert(0, "sample", windows.pop("sample"))
        found = Probabilities.of(windows)
        predicted = classification.predictions(windows)
        known = {str(name) for column in ("expected", "predicted") for name in predicted[column].dropna().unique()}
        names = sorted(known, key=lambda name: (name == UNCERTAIN, name))
        expected, highest = (
            pd.Categorical(predicted[column], names).codes.astype("i4") for column in ("expected", "predicted")
        )
        return cls(
            blocks=blocks,
            windows=windows.rename_axis(index="window"),
            place=np.repeat(np.arange(len(blocks)), list(map(len, tables))).astype("i4"),
            found=found,
            names=names,
            expected=expected,
            highest=highest,
            orders=dict(zip(ORDERS, _orders(windows, expected, highest, found.confidence), strict=True)),
        )

    @property
    def judged(self) -> bool:
        """Whether both labels are known for any window."""
        return bool(((self.expected >= 0) & (self.highest >= 0)).any())

    def reach(self) -> list[float]:
        """Return when the last window of each block ends, in ms from its sample's start."""
        last = np.zeros(len(self.blocks))
        np.maximum.at(last, self.place, self.windows["end_ms"].to_numpy(float))
        return last.tolist()

    def curve(self) -> pd.DataFrame:
        """Return the reliability curve; empty where no window can be judged."""
        if self.judged:
            return classification.calibration(self.windows)
        return pd.DataFrame(columns=["low", "high", "probability", "right", "windows"], dtype=float)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what the front end draws and counts."""
        curve = self.curve()
        sizes = [float(block.result.window_size_ms) for block in self.blocks]
        mistakes = self.orders[ORDERS[0]]
        return {
            "sample": self.place,
            "size": np.array(sizes),
            "expected": self.expected,
            "highest": self.highest,
            "confidence": self.found.confidence,
            "probabilities": self.found.values.astype("f4"),
            "mistakes": mistakes,
            "doubtful": self.orders[ORDERS[1]],
            "curve": curve.to_numpy("f8"),
            **packed(thumbnails(self.blocks, self.place[mistakes].tolist())),
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
        notes = [_GUESSED] if any(block.doubts() for block in self.blocks) else []
        learned = len({block.sample.id for block in self.blocks if block.sample.category == "training"})
        if learned:
            notes.append(f"the model was trained on {learned} of these samples: on others it does worse")
        pictures = sum(map(is_picture, self.blocks))
        if pictures > MOST:
            notes.append(f"{MOST} of {pictures} pictures are here")
        return notes


def _orders(
    windows: pd.DataFrame, expected: NDArray[np.int32], highest: NDArray[np.int32], confidence: NDArray[np.float64]
) -> list[NDArray[np.int32]]:
    """Return the windows in each order: most confident mistake first, least believed label first, as they are."""
    count = np.arange(len(windows))
    judged = (expected >= 0) & (highest >= 0)
    right = judged & (expected == highest)
    group = np.where(judged, np.where(right, 1, 0), 2)  # wrong, right, not known
    mistakes = np.lexsort((count, np.where(right, confidence, -confidence), group))
    rank = np.full(len(windows), len(windows))
    if judged.any():
        issues = classification.label_issues(windows, training=True)
        by_sample = pd.MultiIndex.from_frame(issues[["sample", "given"]])
        found = by_sample.get_indexer(pd.MultiIndex.from_arrays([windows["sample"], windows["expected"]]))
        rank = np.where(found >= 0, found, len(windows))
    return [order.astype("i4") for order in (mistakes, np.lexsort((count, rank)), count)]


def fetch_signals(blocks: Sequence[BlockResult]) -> None:
    """Fetch, a few at a time, the readings of samples that came without (model testing)."""
    missing = [i for i, b in enumerate(blocks) if b.sample.kind == "signal" and not b.sample.payload.count()]
    if blocks[0].sample.source is not None and missing:
        in_order(lambda i, _: blocks[i].sample.signal(), missing, "fetch signals")


def first_key(blocks: Sequence[BlockResult], key: str | None) -> str | None:
    """Return the key that is asked for, of structured labels the first one where none is."""
    if not blocks:
        raise UsageError("There is no block to explore: give one, or a list of them.")
    keys = blocks[0].windows().attrs.get("keys", ())
    return keys[0] if keys and key is None else key
