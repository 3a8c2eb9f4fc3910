"""What an anomaly block says of one sample or of several: one table of windows, and what stands behind each score."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.errors import EdgekitError, UsageError
from edgekit.explorers.timeline import LABELS_GUESSED, at_least_one
from edgekit.results.anomaly import is_mixture
from edgekit.table_words import SCORE, label_of

if TYPE_CHECKING:
    from edgekit.results.block import BlockResult
    from edgekit.results.features import Features

_PARTS = ("component", "cluster")  # of a mixture, of K-means
_MANY = 10_000  # windows: what stands beside their scores comes after the first picture


@dataclass(frozen=True, eq=False)
class AnomalyWindows:
    """Tables with one row a window, in the order of the blocks.

    Attributes
    ----------
    block : BlockResult
        The first one: its type and its threshold stand for all.
    windows : DataFrame
        See `AnomalyExplorer`.
    block_of : array (windows,)
        The block that each window belongs to: its row in `sizes`.
    sizes, increases : array (blocks,)
        How long the windows of each block are, and from one's start to the next one's, in ms.
    probabilities, shares : DataFrame
        One column a label, one column a feature (its share of the distance in `explain`); no columns where not known.
    part : array (windows,)
        The component or cluster that explains the window, -1 where not known.
    note : str
        Why shares are missing, where they are, and that labels are a guess, where they are.
    """

    block: BlockResult
    windows: pd.DataFrame
    block_of: NDArray[np.integer[Any]]
    sizes: NDArray[np.float64]
    increases: NDArray[np.float64]
    probabilities: pd.DataFrame
    shares: pd.DataFrame
    part: NDArray[np.integer[Any]]
    note: str = ""

    @classmethod
    def of(cls, blocks: Sequence[BlockResult]) -> Self:
        """Ask each block for its windows, what they should be, and what stands behind their scores."""
        at_least_one("block", blocks)
        first = blocks[0]
        tables = [block.windows() for block in blocks]
        truths = [block.anomalous() for block in blocks]
        for block, table in zip(blocks, tables, strict=True):
            if SCORE not in table and (len(table) or block.kind != "anomaly"):
                raise UsageError(
                    f"Block {block.id} ({block.type}) gives no anomaly scores. block.plot() draws any block."
                )
        if len(kinds := sorted({block.type for block in blocks})) > 1:
            raise UsageError(
                f"The scores of {' and '.join(kinds)} blocks have no scale in common: explore each kind by itself, "
                f"ek.explore([result.block({kinds[0]!r}) for result in results])."
            )
        explained, note = _explained(blocks)
        if any(block.doubts() for block in blocks):
            note = " · ".join([LABELS_GUESSED, note] if note else [LABELS_GUESSED])
        windows = [_described(*of) for of in zip(blocks, tables, truths, explained, strict=True)]
        why = pd.concat(explained, ignore_index=True)
        columns = list(why.columns)
        features = columns[columns.index("distance") + 1 :] if "distance" in columns else []
        part = next((why[name] for name in _PARTS if name in columns), pd.Series(-1, index=why.index))
        labels = [_probabilities(block, table) for block, table in zip(blocks, tables, strict=True)]
        return cls(
            block=first,
            windows=pd.concat(windows, ignore_index=True).rename_axis(index="window"),
            block_of=np.repeat(np.arange(len(blocks)), list(map(len, tables))).astype(np.int32),
            sizes=np.array([float(block.result.window_size_ms) for block in blocks]),
            increases=np.array([float(block.result.window_increase_ms) for block in blocks]),
            probabilities=pd.concat(labels, ignore_index=True),
            shares=why[features],
            part=part.fillna(-1).to_numpy("i4"),
            note=note,
        )

    def reach(self) -> list[float]:
        """Return when the last window of each block is over, in ms from its sample's start."""
        last = np.zeros(len(self.sizes))
        np.maximum.at(last, self.block_of, self.windows["end_ms"].to_numpy(float))
        return last.tolist()

    def arrays(self, chosen: int) -> dict[str, NDArray[Any]]:
        """Return what the front end draws scores and bars from: of many windows, the bars of the chosen one."""
        return {
            "count": np.bincount(self.block_of, minlength=len(self.sizes)).astype("i4"),
            "size": self.sizes,
            "increase": self.increases,
            "score": self.windows[SCORE].to_numpy("f8"),
            "truth": self.windows["anomalous"].to_numpy("i1", na_value=-1),
            **(self.rest() if self.later is None else self.beside([min(max(chosen, 0), len(self.windows) - 1)])),
        }

    @property
    def later(self) -> Callable[[], Mapping[str, NDArray[Any]]] | None:
        """What gives that of all windows, where it is too much to wait for with the first picture."""
        return self.rest if len(self.windows) > _MANY else None

    def rest(self) -> dict[str, NDArray[Any]]:
        """Return what stands beside the scores, of all windows."""
        return self.beside(slice(None)) | {"listed": np.empty(0, "i4")}

    def beside(self, windows: list[int] | slice) -> dict[str, NDArray[Any]]:
        """Return what stands beside the scores of these windows, `listed`: expected labels and bars."""
        codes, labels = self._expected
        found: dict[str, NDArray[Any]] = {
            "listed": np.arange(len(self.windows), dtype="i4")[windows],
            "expected": codes[windows].astype("i1" if len(labels) < 128 else "i4"),
            "probabilities": self.probabilities.iloc[windows].to_numpy("f4"),
            "shares": self.shares.iloc[windows].to_numpy("f4"),
            "part": self.part[windows],
        }
        if "signed_score" in self.windows:
            found["signed"] = self.windows["signed_score"].to_numpy("f8")[windows]
        return found

    def meta(self) -> dict[str, Any]:
        """Return the texts and ranges that go with `arrays`."""
        scores = self.windows[SCORE].to_numpy(float)
        finite = scores[np.isfinite(scores)]
        highest = float(finite.max()) if len(finite) else 1.0
        mixture = is_mixture(self.block.type)
        return {
            "score": "anomaly score",
            "own": self.block.threshold,
            "sense": "distance to the nearest cluster's edge; negative is inside"
            if self.block.type == "anomaly"
            else "",
            "longest": float(self.sizes.max()),
            "lowest": float(finite.min()) if len(finite) else 0.0,
            # with room above the threshold, so that it can be dragged up from where every window scores below it
            "highest": max(highest, 1.25 * (self.block.threshold or 0.0)),
            "expected": self._expected[1],
            "labels": [str(label) for label in self.probabilities],
            "features": [str(feature) for feature in self.shares],
            "part": "component" if mixture else "cluster",
            "part_names": {},
            "note": self.note,
        }

    def parts_of(self, features: Features) -> NDArray[Any]:
        """Return the component or cluster that explains each of these windows."""
        source, dsp = self.block.result.source, self.block.learn_block.dsp
        if source is None:
            raise UsageError("These results came from a file, without the parameters of the block: classify again.")
        if list(dsp) != [features.dsp]:
            raise UsageError(
                f"These are features of DSP block {features.dsp}; block {self.block.id} takes "
                f"{', '.join(map(str, dsp)) or 'none'}: studio.set_features(dsp=…)."
            )
        mixture = is_mixture(self.block.type)
        model = source.gmm(self.block.id) if mixture else source.kmeans(self.block.id)
        return model.explain(features.values)[_PARTS[0] if mixture else _PARTS[1]].to_numpy()

    def say(self, window: int) -> str:
        """Say in a few words what one window is and scores."""
        row = self.windows.loc[window]
        expected = f", expected {row['expected']}" if isinstance(row["expected"], str) else ""
        lasts = row["end_ms"] > row["start_ms"]  # not of a picture or a single reading, which have no time
        time = f"{row['start_ms'] / 1000:g} to {row['end_ms'] / 1000:g} s" if lasts else f"sample {row['sample']}"
        return f"{time}{expected}, score {row[SCORE]:.2f}"

    @cached_property
    def _expected(self) -> tuple[NDArray[np.intp], list[str]]:
        """Return which label each window should have, -1 for none, and the labels."""
        codes, labels = pd.factorize(self.windows["expected"])
        return codes, [str(label) for label in labels]


def _described(block: BlockResult, table: pd.DataFrame, truth: pd.Series[Any], why: pd.DataFrame) -> pd.DataFrame:
    """The block's table between the sample's id and what is known beyond it."""
    described = table.assign(anomalous=truth.array)
    if "signed_score" in why:
        described["signed_score"] = why["signed_score"].to_numpy()
    described.insert(0, "sample", block.sample.id)
    return described


def _probabilities(block: BlockResult, table: pd.DataFrame) -> pd.DataFrame:
    """Label probabilities of the block itself, else of the first block beside it that has some for the same windows."""
    for other in (block, *(b for b in block.result.blocks if b is not block)):
        found = other.scores().drop(columns=SCORE, errors="ignore")
        if found.shape[1] and len(found) == len(table):
            return found.rename(columns=label_of)
    return pd.DataFrame(index=table.index)


def _explained(blocks: Sequence[BlockResult]) -> tuple[list[pd.DataFrame], str]:
    """What stands behind the scores; where one block cannot be explained none is, and the note says why."""
    try:
        return [block.explain() if len(block.scores()) else pd.DataFrame() for block in blocks], ""
    except EdgekitError as problem:
        return [pd.DataFrame(index=range(len(block.scores()))) for block in blocks], f"not explained: {problem}"
