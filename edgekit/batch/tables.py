"""From the answers of a part to its tables: one row a sample, a window, a prediction, an object, a cell.

All windows of a block are put into arrays first, and what is said of them is worked out once for all: table by table,
as `BlockResult` has them, a thousand samples would take seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from edgekit import classification, regression
from edgekit.batch.journal import Place, Record
from edgekit.classification.gathered import uncertain
from edgekit.classification.probabilities import OF_LABEL, OWN_COLUMNS
from edgekit.errors import EdgekitError
from edgekit.results import detection, label_lists, labelled
from edgekit.results.by_kind import shown_kind
from edgekit.results.classification import uncertain_below
from edgekit.results.decision import threshold
from edgekit.results.kinds import kind_of_block
from edgekit.results.result import ClassifyResult
from edgekit.results.sample import Source
from edgekit.results.visual import grids
from edgekit.results.windows import Cut
from edgekit.visual.many_cells import cells_of_grids
from edgekit.wire.schema import Classification, ClassifyResponse
from edgekit.wire.scores import SCORE

FRAME = ("sample", "window", "start_ms", "end_ms", "expected", "anomalous", "category")
TABLES = ("windows", "predictions", "detections", "cells")  # of each block, as "windows-5"
Ints = NDArray[np.int64]
Texts = NDArray[Any]


class Kept(NamedTuple):
    """What came of a sample, and where it stands; `response` where it is an answer."""

    record: Record
    place: Place
    response: ClassifyResponse | None

    @classmethod
    def of(cls, record: Record, place: Place) -> Kept:
        """Take what was read from the file."""
        return cls(record, place, None if record.error else record.response())


class BlockWindows(NamedTuple):
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

    @property
    def samples(self) -> Ints:
        """The samples' ids."""
        return np.array([result.sample.id for result in self.results], np.int64)

    @property
    def keys(self) -> list[str]:
        """The keys of structured labels (label maps)."""
        return next((keys for raw in self.raws if (keys := raw.keys())), [])

    def thresholds(self) -> NDArray[np.float64]:
        """The threshold of each sample; NaN where it came without."""
        return np.array([np.nan if (own := threshold(raw)) is None else own for raw in self.raws])

    def spread(self, values: NDArray[Any]) -> NDArray[Any]:
        """Repeat a value of each sample for each of its windows."""
        return np.repeat(values, self.counts)


def samples(kept: Sequence[Kept], settings: Sequence[str]) -> pa.Table:
    """Return what is known of each sample that was answered, and where its answer stands.

    `settings` has the thresholds of all blocks, for each of `kept` that has a response.
    """
    answered = [one for one in kept if one.response is not None]
    infos = [one.response.sample.sample for one in answered if one.response is not None]
    lengths = [s.values_count * s.interval_ms if s.total_length_ms is None else s.total_length_ms for s in infos]
    columns: dict[str, tuple[list[Any], pa.DataType]] = {
        "sample": ([one.record.sample for one in answered], pa.int64()),
        "filename": ([s.filename for s in infos], pa.string()),
        "label": ([_listed_label(s) for s in infos], pa.string()),
        "objects": ([label_lists.labels_objects(s) for s in infos], pa.bool_()),
        "category": ([s.category for s in infos], pa.string()),
        "length_ms": (lengths, pa.float64()),
        "frequency_hz": ([s.frequency for s in infos], pa.float64()),
        "readings": ([s.values_count for s in infos], pa.int64()),
        "axes": ([", ".join(sensor.name for sensor in s.sensors) for s in infos], pa.string()),
        "created": ([s.created for s in infos], pa.string()),
        "run": ([one.record.run for one in answered], pa.int64()),
        "thresholds": (list(settings), pa.string()),
        "offset": ([one.place.offset for one in answered], pa.int64()),
        "size": ([one.place.size for one in answered], pa.int64()),
    }
    return pa.table({name: pa.array(_printable(values), kind) for name, (values, kind) in columns.items()})


def failures(kept: Sequence[Kept]) -> pa.Table:
    """Return the samples without an answer, each with the error's name and text."""
    failed = [one.record for one in kept if one.response is None]
    columns: dict[str, tuple[list[Any], pa.DataType]] = {
        "sample": ([one.sample for one in failed], pa.int64()),
        "run": ([one.run for one in failed], pa.int64()),
        "error": ([one.error for one in failed], pa.string()),
        "text": ([one.text for one in failed], pa.string()),
    }
    return pa.table({name: pa.array(_printable(values), kind) for name, (values, kind) in columns.items()})


def blocks(kept: Sequence[Kept], source: Source) -> list[BlockWindows]:
    """Put the windows of each block into one table."""
    found: dict[int, list[tuple[_Answer, Classification]]] = {}
    for one in kept:
        if one.response is not None:
            answer = _Answer(ClassifyResult(one.response, source))
            for raw in one.response.classifications:
                found.setdefault(raw.learn_block.id, []).append((answer, raw))
    return [_together(block, pairs) for block, pairs in sorted(found.items())]


def of_block(block: BlockWindows) -> Iterator[tuple[str, pa.Table]]:
    """Yield the tables that a block has, by name."""
    if len(block.windows) or not any(raw.structured_result or raw.details for raw in block.raws):
        yield "windows", _arrow(block.windows)
    if (predicted := predictions(block)) is not None:
        yield "predictions", _arrow(predicted)
    if any(map(detection.detects, block.raws)):
        yield "detections", _arrow(_detections(block))
    if any(raw.anomaly_result for raw in block.raws):
        yield "cells", _arrow(_cells(block))


def settings(response: ClassifyResponse) -> str:
    """Write all thresholds that an answer came with in one text, such as "5: min_anomaly_score 3.2"."""
    parts = []
    for raw in response.classifications:
        said = [f"{one.key} {one.value}" for one in raw.thresholds]
        if not said and raw.minimum_confidence_rating is not None:
            said = [f"minimumConfidenceRating {raw.minimum_confidence_rating}"]
        parts += [f"{raw.learn_block.id}: {', '.join(said)}"] if said else []
    return "; ".join(parts)


def predictions(block: BlockWindows) -> pd.DataFrame | None:
    """Return what `BlockResult.predictions` says, with `sample`, `window` and the `threshold`; None without any."""
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
        limit = block.spread(block.thresholds())
        error = found["error"].to_numpy()
        within = pd.arrays.BooleanArray(np.abs(error) <= limit, np.isnan(error) | np.isnan(limit))
        return pd.concat([front, found.assign(within=within, threshold=limit)], axis=1)
    frame = block.windows.drop(columns=["window", "anomalous"]).astype({"expected": "str"})
    own = [np.nan if (sure := uncertain_below(raw)) is None else sure for raw in block.raws]
    found = uncertain(classification.predictions(frame).assign(own_threshold=block.spread(np.array(own))), None)
    found = found.drop(columns="sample").rename(columns={"own_threshold": "threshold"})
    found["threshold"] = found.pop("threshold")
    return pd.concat([front, found], axis=1)


class _Answer:
    """A result, with what its windows should be: blocks that came with the same labels share them."""

    def __init__(self, result: ClassifyResult) -> None:
        self.result = result
        self._known: dict[object, tuple[labelled.Expected, labelled.Expected]] = {}

    def expected(self, raw: Classification, cut: Cut) -> tuple[labelled.Expected, labelled.Expected]:
        """Return the labels of a block's windows, and their outcomes."""
        json = raw.lazy_field("expected_labels").json(raw)
        if json is None or raw.keys():
            return self._read(raw, cut)
        ranges = [(one.start_index, one.end_index, one.label) for one in raw.expected_anomaly_outcome or ()]
        same = (bytes(json), tuple(ranges), cut, tuple(raw.learn_block.dsp), kind_of_block(raw))
        if same not in self._known:
            self._known[same] = self._read(raw, cut)
        return self._known[same]

    def _read(self, raw: Classification, cut: Cut) -> tuple[labelled.Expected, labelled.Expected]:
        labels = labelled.labels(raw, self.result.sample, cut)
        return labels, labelled.outcomes(raw, self.result.sample, cut, labels)


def _together(block: int, pairs: list[tuple[_Answer, Classification]]) -> BlockWindows:
    results, raws = [one.result for one, _ in pairs], [raw for _, raw in pairs]
    counts, starts, ends, expected, outcomes, scored, problems = [], [], [], [], [], [], []
    for one, raw in pairs:
        sample = one.result.sample
        cut = labelled.cut(raw, sample, one.result.window_size_ms, one.result.window_increase_ms)
        start, end = cut.times()
        labels, outcome = one.expected(raw, cut)
        counts.append(cut.windows)
        starts.append(start)
        ends.append(end)
        expected.append(labels.texts)
        outcomes.append(outcome.texts)
        scored.append(raw.scores().columns)
        problems.append(labelled.ambiguous("expectedLabels", sample.id, block, labels.doubt) if labels.doubt else "")
    size = np.array(counts, np.int64)
    table: dict[str, Any] = {
        "sample": np.repeat(np.array([result.sample.id for result in results], np.int64), size),
        "window": np.concatenate([np.arange(count) for count in counts]),
        "start_ms": np.concatenate(starts),
        "end_ms": np.concatenate(ends),
        "expected": pd.Series(np.concatenate(expected), dtype=object),
    }
    for name in _names(scored):
        values = [
            columns[name] if name in columns else np.full(n, np.nan) for columns, n in zip(scored, counts, strict=True)
        ]
        table[f"{name}{OF_LABEL}" if name in OWN_COLUMNS else name] = np.concatenate(values)
    table["anomalous"] = labelled.anomalous(np.concatenate(outcomes)).array
    kind = shown_kind(max(raws, key=lambda raw: raw.scores().windows))
    return BlockWindows(block, kind, results, raws, size, pd.DataFrame(table), problems)


def _names(scored: Sequence[dict[str, Any]]) -> list[str]:
    """Return the keys of all samples in the order of first appearance, the anomaly score last."""
    names = dict.fromkeys(chain.from_iterable(scored))
    return sorted(names, key=lambda name: name == SCORE)


def _predictions_one_by_one(block: BlockWindows) -> pd.DataFrame:
    tables = []
    for result in block.results:
        one = result.block(block.block)
        table = one.predictions().reset_index()
        own = one.uncertain_below()
        tables.append(table.assign(sample=result.sample.id, threshold=np.nan if own is None else own))
    whole = pd.concat(tables, ignore_index=True)
    return whole[["sample", "window", *(name for name in whole if name not in ("sample", "window"))]]


def _detections(block: BlockWindows) -> pd.DataFrame:
    tables = []
    for i, (result, raw) in enumerate(zip(block.results, block.raws, strict=True)):
        try:
            size, _ = detection.input_frame(result.sample)
            table = detection.detections(raw, size)
        except EdgekitError as problem:
            block.problems[i] = f"{block.problems[i]} {problem}".strip()
            continue
        table.insert(0, "sample", result.sample.id)
        tables.append(table)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"sample": np.zeros(0, np.int64)})


def _cells(block: BlockWindows) -> pd.DataFrame:
    found: list[NDArray[np.float64]] = []
    samples: list[int] = []
    windows: list[int] = []
    for i, (result, raw) in enumerate(zip(block.results, block.raws, strict=True)):
        try:
            own = grids(raw, "$")
        except EdgekitError as problem:
            block.problems[i] = f"{block.problems[i]} {problem}".strip()
            continue
        found += own
        samples += [result.sample.id] * len(own)
        windows += range(len(own))
    return cells_of_grids(found, samples, windows)


def _listed_label(info: Any) -> str:
    return ", ".join(label_lists.objects(info)) if label_lists.labels_objects(info) else info.label


def _arrow(table: pd.DataFrame) -> pa.Table:
    """Turn a table into Arrow's, texts that pandas holds as objects included."""
    columns = {}
    for name in table:
        column = table[name]
        text = column.dtype == object or isinstance(column.dtype, pd.StringDtype)
        columns[str(name)] = _texts(column) if text else pa.array(column.array)
    return pa.table(columns)


def _texts(column: pd.Series[Any]) -> pa.Array:
    try:
        return pa.array(column.to_numpy(object), pa.string(), from_pandas=True)
    except (pa.ArrowException, UnicodeEncodeError):
        return pa.array(_printable([None if pd.isna(text) else text for text in column]), pa.string())


def _printable(values: list[Any]) -> list[Any]:
    """Replace lone surrogates, which JSON may hold and UTF-8 may not."""
    try:
        "".join(value for value in values if isinstance(value, str)).encode()
    except UnicodeEncodeError:
        return [v.encode("utf-8", "replace").decode() if isinstance(v, str) else v for v in values]
    return values
