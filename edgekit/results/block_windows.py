"""What one learn block says of many samples, as arrays: all their windows in one table.

What is said of windows is worked out once for all of them: table by table, as `BlockResult` has them, a thousand
samples would take seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import classification, regression
from edgekit.classification.gathered import uncertain
from edgekit.errors import AmbiguousLabelsWarning, EdgekitError, warn
from edgekit.results import labelled
from edgekit.results.block import BlockResult
from edgekit.results.by_kind import shown_kind
from edgekit.results.classification import uncertain_below
from edgekit.results.decision import threshold
from edgekit.results.kinds import kind_of_block
from edgekit.results.result import ClassifyResult
from edgekit.results.sample import Sample
from edgekit.results.windows import Cut, scores_of
from edgekit.table_words import SCORE
from edgekit.threshold_rules import is_beyond
from edgekit.wire.schema import Classification

FRAME = ("sample", "window", "start_ms", "end_ms", "expected", "anomalous", "category")
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class BlockWindows:
    """What one block says of many samples.

    `counts` is how many windows each sample has, `windows` their table: `sample`, `window`, `start_ms`, `end_ms`,
    `expected` (a text), the scores, `anomalous`. `problems` are the texts of what could not be read, by sample.
    """

    block: int
    kind: str
    results: list[ClassifyResult]
    raws: list[Classification]
    counts: Ints
    windows: pd.DataFrame
    problems: list[str]

    @cached_property
    def samples(self) -> Ints:
        """The samples' ids."""
        return np.array([result.sample.id for result in self.results], np.int64)

    @cached_property
    def keys(self) -> list[str]:
        """The keys of structured labels (label maps)."""
        return next((keys for raw in self.raws if (keys := raw.keys())), [])

    @cached_property
    def thresholds(self) -> NDArray[np.float64]:
        """The threshold of each sample; NaN where it came without."""
        return np.array([np.nan if (own := threshold(raw)) is None else own for raw in self.raws])

    @cached_property
    def uncertain_below(self) -> NDArray[np.float64]:
        """The probability below which a window of each sample is uncertain; NaN where it came without."""
        return np.array([np.nan if (own := uncertain_below(raw)) is None else own for raw in self.raws])

    def problem(self, place: int, problem: EdgekitError) -> None:
        """Note what could not be read of a sample."""
        if str(problem) not in self.problems[place]:
            self.problems[place] = f"{self.problems[place]} {problem}".strip()

    def spread(self, values: NDArray[Any]) -> NDArray[Any]:
        """Repeat a value of each sample for each of its windows."""
        return np.repeat(values, self.counts)

    @cached_property
    def predictions(self) -> pd.DataFrame | None:
        """What `BlockResult.predictions` says, with `sample`, `window` and the `threshold`; None without any.

        Of a classifier also `most_probable`: the label of the highest probability, where the window is uncertain too.
        """
        return _predictions(self)


class Labels:
    """What the windows of many answers should be: those that came with the same labels and were cut alike share it."""

    def __init__(self) -> None:
        self._known: dict[object, Expected] = {}

    def of(self, raw: Classification, sample: Sample, cut: Cut) -> Expected:
        """Return the labels of a block's windows, their outcomes, and when the windows begin and end."""
        said, outcomes = (raw.lazy_field(name).json(raw) for name in ("expected_labels", "expected_anomaly_outcome"))
        if said is None or raw.keys() or (outcomes is None and raw.expected_anomaly_outcome):
            return _expected(raw, sample, cut)
        info = sample.info
        ranges = tuple((span.start_index, span.end_index, span.label) for span in info.structured_labels or ())
        same = (
            bytes(said),
            bytes(outcomes or b""),
            ranges,
            cut,
            tuple(raw.learn_block.dsp),
            kind_of_block(raw),
            info.label,
            info.values_count,
        )
        if same not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[same] = _expected(raw, sample, cut)
        return self._known[same]

    def of_block(self, block: BlockResult) -> Expected:
        """Return the same of a block's result."""
        raw, result = block._answer, block.result
        return self.of(
            raw, block.sample, labelled.cut(raw, block.sample, result.window_size_ms, result.window_increase_ms)
        )


_MOST_KNOWN = 1000


class Expected(NamedTuple):
    """Of each window: which label it should have, whether it should be an anomaly, when it begins and ends in ms."""

    labels: labelled.Expected
    outcomes: labelled.Expected
    start: NDArray[Any]
    end: NDArray[Any]


def _expected(raw: Classification, sample: Sample, cut: Cut) -> Expected:
    labels = labelled.labels(raw, sample, cut)
    return Expected(labels, labelled.outcomes(raw, sample, cut, labels), *cut.times())


def together(block: int, pairs: Iterable[tuple[ClassifyResult, Classification]], known: Labels) -> BlockWindows:
    """Put the windows of one block, of many samples, into one table."""
    results: list[ClassifyResult] = []
    raws: list[Classification] = []
    counts, expected, scored, problems = [], [], [], []
    for result, raw in pairs:
        sample = result.sample
        results.append(result)
        raws.append(raw)
        cut = labelled.cut(raw, sample, result.window_size_ms, result.window_increase_ms)
        found = known.of(raw, sample, cut)
        counts.append(cut.windows)
        expected.append(found)
        scored.append(scores_of(raw).columns)
        doubt = found.labels.doubt
        problems.append(labelled.ambiguous("expectedLabels", sample.id, block, doubt) if doubt else "")
    size = np.array(counts, np.int64)
    table: dict[str, Any] = {
        "sample": np.repeat(np.array([result.sample.id for result in results], np.int64), size),
        "window": np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size),
        "start_ms": np.concatenate([one.start for one in expected]),
        "end_ms": np.concatenate([one.end for one in expected]),
        "expected": pd.Series(labelled.Expected.merged([one.labels for one in expected]).texts, dtype=object),
    }
    for name in _names(scored):
        values = [
            columns[name] if name in columns else np.full(n, np.nan) for columns, n in zip(scored, counts, strict=True)
        ]
        table[name] = np.concatenate(values)
    table["anomalous"] = labelled.anomalous(labelled.Expected.merged([one.outcomes for one in expected])).array
    kind = shown_kind(raws[int(size.argmax())])
    return BlockWindows(block, kind, results, raws, size, pd.DataFrame(table), problems)


def of_blocks(blocks: Sequence[BlockResult]) -> BlockWindows:
    """Put what one block says of several samples into one table; warn and log as `BlockResult.windows` does."""
    pairs = [(cast(ClassifyResult, block.result), block._answer) for block in blocks]
    found = together(blocks[0].id, pairs, Labels())
    for (result, raw), doubt in zip(pairs, found.problems, strict=True):
        labelled.say_if_unsent(raw, result.sample)
        if doubt:
            warn(doubt, AmbiguousLabelsWarning)
    return found


def _names(scored: Sequence[dict[str, Any]]) -> list[str]:
    """Return the columns of scores of all samples in the order of first appearance, the anomaly score last."""
    names = dict.fromkeys(chain.from_iterable(scored))
    return sorted(names, key=lambda name: name == SCORE)


def _predictions(block: BlockWindows) -> pd.DataFrame | None:
    if block.keys:
        return _predictions_one_by_one(block)
    labels = [name for name in block.windows if name not in (*FRAME, SCORE)]
    if not labels or block.kind not in ("classification", "regression", "anomaly"):
        return None
    front = block.windows[["sample", "window"]]
    if block.kind == "regression":
        try:
            found = regression.predictions(block.windows.drop(columns=["sample", "window", "anomalous"]))
        except EdgekitError:  # several numbers and none is called "value": the windows have them
            return None
        limit = block.spread(block.thresholds)
        error = found["error"].to_numpy()
        within = pd.arrays.BooleanArray(~is_beyond(error, limit), np.isnan(error) | np.isnan(limit))
        return pd.concat([front, found.assign(within=within, threshold=limit)], axis=1)
    frame = block.windows.drop(columns=["sample", "window", "anomalous"]).astype({"expected": "str"})
    own, found = block.spread(block.uncertain_below), classification.predictions(frame)
    judged = uncertain(found.assign(own_threshold=own), None).drop(columns="own_threshold")
    return pd.concat([front, judged.assign(most_probable=found["predicted"], threshold=own)], axis=1)


def _predictions_one_by_one(block: BlockWindows) -> pd.DataFrame | None:
    tables = []
    for i, result in enumerate(block.results):
        one = result.block(block.block)
        try:
            table, own = one.predictions().reset_index(), one.uncertain_below()
        except EdgekitError as problem:  # one that came without labels among others that have some
            block.problem(i, problem)
            continue
        tables.append(table.assign(sample=result.sample.id, threshold=np.nan if own is None else own))
    if not tables:
        return None
    whole = pd.concat(tables, ignore_index=True)
    return whole[["sample", "window", *(name for name in whole if name not in ("sample", "window"))]]
