"""From the answers of a part to its tables: one row a sample, a verdict, a window, a prediction, an object, a cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from edgekit.batch import picture_tables
from edgekit.batch.journal import NO_ANSWER, Place, Record
from edgekit.errors import EdgekitError
from edgekit.results import detection, label_lists
from edgekit.results.block_windows import BlockWindows, Labels, together
from edgekit.results.result import ClassifyResult
from edgekit.results.sample import Source
from edgekit.results.sample_verdict import doubtful_labels, verdicts
from edgekit.results.visual import grids
from edgekit.visual.many_cells import cells_of_grids
from edgekit.wire.schema import Classification, ClassifyResponse

TABLES = ("windows", "predictions", "detections", "cells")  # of each block, as "windows-5"


class Kept(NamedTuple):
    """What came of a sample, and where it stands; `response` where it is an answer."""

    record: Record
    place: Place
    response: ClassifyResponse | None

    @classmethod
    def of(cls, record: Record, place: Place) -> Kept:
        """Take what was read from the file."""
        response = None if record.error else record.response()
        return cls(msgspec.structs.replace(record, answer=NO_ANSWER, picture=None), place, response)


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
    found: dict[int, list[tuple[ClassifyResult, Classification]]] = {}
    for one in kept:
        if one.response is not None:
            result = ClassifyResult(one.response, source)
            for raw in one.response.classifications:
                found.setdefault(raw.learn_block.id, []).append((result, raw))
    known = Labels()
    return [together(block, pairs, known) for block, pairs in sorted(found.items())]


def of_block(block: BlockWindows) -> Iterator[tuple[str, pa.Table]]:
    """Yield the tables that a block has, by name."""
    if len(block.windows) or not any(raw.structured_result or raw.details for raw in block.raws):
        yield "windows", _arrow(block.windows)
    if block.predictions is not None:
        yield "predictions", _arrow(block.predictions)
    if any(map(detection.detects, block.raws)):
        yield "detections", _arrow(_detections(block))
    if any(raw.anomaly_result for raw in block.raws):
        yield "cells", _arrow(_cells(block))
    if block.kind == "detection":
        yield from ((name, _arrow(table)) for name, table in picture_tables.of_detection(block))
    if block.kind == "visual":
        yield from ((name, _arrow(table)) for name, table in picture_tables.of_visual(block))


def of_samples(block: BlockWindows) -> pa.Table:
    """Return what a block makes of each sample; see `edgekit.results.sample_verdict.SampleVerdict`."""
    found, size = verdicts(block), len(block.raws)
    judged = block.kind == "classification" and not block.keys
    doubted = doubtful_labels(block.windows if judged else pd.DataFrame()).reindex(block.samples)
    return pa.table(
        {
            "sample": pa.array(block.samples),
            "block": pa.array(np.full(size, block.block)),
            "kind": pa.array([block.kind] * size, pa.string()),
            "windows": pa.array(block.counts),
            "verdict": pa.array(_printable(found.verdict), pa.string()),
            "worst": pa.array(found.worst),
            "right": pa.array(found.right),
            "known": pa.array(found.known),
            "threshold": pa.array(block.thresholds),
            "suggested": _texts(doubted["suggested"]),
            "label_quality": pa.array(doubted["label_quality"].to_numpy(float)),
            "problem": pa.array(_printable([text or None for text in block.problems]), pa.string()),
        }
    )


def settings(response: ClassifyResponse) -> str:
    """Write all thresholds that an answer came with in one text, such as "5: min_anomaly_score 3.2"."""
    parts = []
    for raw in response.classifications:
        said = [f"{one.key} {one.value}" for one in raw.thresholds]
        if not said and raw.minimum_confidence_rating is not None:
            said = [f"minimumConfidenceRating {raw.minimum_confidence_rating}"]
        parts += [f"{raw.learn_block.id}: {', '.join(said)}"] if said else []
    return "; ".join(parts)


def _detections(block: BlockWindows) -> pd.DataFrame:
    tables = []
    for i, (result, raw) in enumerate(zip(block.results, block.raws, strict=True)):
        try:
            size, _ = detection.input_frame(result.sample)
            table = detection.detections(raw, size)
        except EdgekitError as problem:
            block.problem(i, problem)
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
            block.problem(i, problem)
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
