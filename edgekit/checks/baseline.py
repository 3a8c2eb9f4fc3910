"""What a baseline holds: the verdict and the scores of each window, and what these were made with.

Plain values: `gathered` makes a `Baseline` of results, `edgekit.checks.baseline_file` writes and reads one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import union_categoricals

from edgekit import classification, display, regression
from edgekit.errors import EdgekitError, UsageError
from edgekit.regression.predictions import as_numbers
from edgekit.results import detection as detected
from edgekit.results.block import BlockResult
from edgekit.results.block_windows import of_blocks
from edgekit.results.result import ClassifyResult
from edgekit.results.whole import Whole
from edgekit.summaries import HasResults
from edgekit.table_words import SCORE
from edgekit.threshold_rules import is_anomaly, is_flagged
from edgekit.verdicts import BEYOND, WITHIN

FRAME = ["block", "sample", "window", "object", "label", "verdict"]
NO_OBJECT = -1  # in the column `object`: the row is the window's own
ANOMALY, NORMAL = "anomaly", "no anomaly"  # the Studio's words
_TEXTS = ["label", "verdict"]
_TIMES = ["start_ms", "end_ms", "expected"]
_PLACE = ["score", "x", "y", "width", "height"]

Item: TypeAlias = ClassifyResult | BlockResult


class BlockSettings(msgspec.Struct, frozen=True):
    """A learn block as it was: its thresholds by their keys, the columns of its scores."""

    id: int
    type: str
    title: str
    kind: str
    thresholds: dict[str, float | str | None]
    columns: list[str]


class Settings(msgspec.Struct, frozen=True):
    """What results were made with; what is not known is None."""

    edgekit: str
    project: int | None
    project_name: str | None
    impulse: int | None
    impulse_name: str | None
    variant: str | None
    window_size_ms: float
    window_increase_ms: float
    blocks: list[BlockSettings]


@dataclass(frozen=True, eq=False)
class Baseline:
    """The rows that are compared, and what they were made with.

    Attributes
    ----------
    settings : Settings
        Project, impulse, blocks, thresholds, windows.
    rows : DataFrame
        One row a block and window: `block`, `sample` (ids), `window` (from 0), `object` (-1), `label` (what the window
        should be), `verdict` (what the block says), then the scores, NaN where a block has no such column. Of object
        detection a row for each object too, numbered in `object`: its label is the `verdict`, and its scores are
        `score`, `x`, `y`, `width`, `height`, ratios 0..1 of the model's input. In order of block, sample, window.
    """

    settings: Settings
    rows: pd.DataFrame


def items_of(results: object) -> list[Item]:
    """Return the results, or blocks of results, that were given in any of the forms that hold them."""
    if isinstance(results, ClassifyResult | BlockResult):
        return [results]
    found: Any = results.results if isinstance(results, HasResults) else results
    if isinstance(found, Mapping):
        found = list(found.values())
    if not isinstance(found, Iterable) or isinstance(found, str | bytes | pd.DataFrame | np.ndarray):
        raise UsageError(
            "A check takes what classify() or test() returned, a Store, or a list of results or of their blocks; "
            f"got {display.quoted(results)}."
        )
    items = list(found)
    for item in items:
        if not isinstance(item, ClassifyResult | BlockResult):
            raise UsageError(f"Expected what classify() returned or one of its blocks, got {display.quoted(item)}.")
    if not items:
        raise UsageError("There are no results to check: the list is empty.")
    return items


def gathered(items: Sequence[Item]) -> Baseline:
    """Put what blocks say of samples into one table, with what it was made with.

    Raises
    ------
    UsageError
        A sample is there twice, or the results are of several impulses, variants or thresholds.
    """
    by_block: dict[int, list[BlockResult]] = {}
    for block in (block for item in items for block in ([item] if isinstance(item, BlockResult) else item.blocks)):
        by_block.setdefault(block.id, []).append(block)
    if not by_block:
        raise UsageError("None of these results has a learn block.")
    parts = [_Part.of(blocks) for _, blocks in sorted(by_block.items())]
    columns = dict.fromkeys(name for part in parts for name in part.settings.columns)
    rows = pd.concat([part.rows.drop(columns=_TEXTS) for part in parts], ignore_index=True)
    for name in _TEXTS:
        rows[name] = union_categoricals([part.rows[name] for part in parts], sort_categories=True)
    order = np.lexsort([rows[name].to_numpy() for name in ("object", "window", "sample", "block")])
    rows = rows[[*FRAME, *columns]].take(order).reset_index(drop=True)
    return Baseline(_settings(items, [part.settings for part in parts]), rows)


def _settings(items: Sequence[Item], blocks: list[BlockSettings]) -> Settings:
    results = [item.result if isinstance(item, BlockResult) else item for item in items]
    cuts = {(result.window_size_ms, result.window_increase_ms) for result in results}
    if len(cuts) > 1:
        sizes = display.listing(f"{size:g} ms every {increase:g}" for size, increase in sorted(cuts))
        raise UsageError(f"The results have windows of several kinds ({sizes}): check one impulse at a time.")
    ((size, increase),) = cuts
    variants = {result.variant for result in results}
    if len(variants) > 1:
        asked = display.listing(sorted("none asked for" if one is None else one for one in variants))
        raise UsageError(f"The results are of several variants of the models ({asked}): check one at a time.")
    projects = {number for result in results if (number := result.sample.info.project_id) is not None}
    if len(projects) > 1:
        several = display.listing(sorted(projects))
        raise UsageError(f"The results are of several projects ({several}): give each a baseline of its own.")
    (variant,) = variants
    project = _project(results[0])
    impulse = _known(results[0].source, lambda source: source.known_impulse())
    name = _known(results[0].source, lambda source: source.projects().get(project))
    return Settings(
        str(import_module("edgekit").__version__),
        project,
        display.shown(name) if name else None,
        impulse.id if impulse else None,
        display.shown(impulse.name) if impulse and impulse.name else None,
        display.shown(variant) if variant else None,
        size,
        increase,
        blocks,
    )


def _project(result: Whole) -> int | None:
    known: int | None = result.sample.info.project_id
    return known if known is not None else _known(result.source, lambda source: source.project_id)


def _known(source: Any, ask: Callable[[Any], Any]) -> Any:
    """Return what the Studio says; None for a result from a file, or where the Studio refuses."""
    try:
        return None if source is None else ask(source)
    except (EdgekitError, AttributeError):  # what stands in for the Studio of a saved result has no project
        return None


@dataclass(frozen=True)
class _Part:
    """What one block says of all samples."""

    settings: BlockSettings
    rows: pd.DataFrame

    @classmethod
    def of(cls, blocks: list[BlockResult]) -> _Part:
        first = blocks[0]
        counted = Counter(block.sample.id for block in blocks)
        if twice := [sample for sample, count in counted.items() if count > 1]:
            raise UsageError(f"Block {first.id} is there twice for sample {display.listing(twice)}: give each once.")
        limits = {block.threshold for block in blocks}
        if len(limits) > 1:
            found = display.listing("none" if limit is None else f"{limit:g}" for limit in limits)
            raise UsageError(
                f"The results of block {first.id} were made at several thresholds ({found}): classify all samples anew."
            )
        kind = first.shown_kind
        frame, scores = _object_rows(blocks) if kind == "detection" else _window_rows(blocks, kind)
        names = _column_names(scores)
        for name in _TEXTS:  # pd.Categorical of the texts would make a column of text of them first
            codes, known = pd.factorize(frame[name])
            frame[name] = pd.Categorical.from_codes(codes, pd.Index(known, dtype="str"))
        rows = pd.DataFrame(
            {"block": first.id, "object": NO_OBJECT, **frame, **dict(zip(names, scores.values(), strict=True))}
        )
        thresholds = {display.shown(key): value for key, value in _thresholds(first).items()}
        about = BlockSettings(first.id, display.shown(first.type), display.shown(first.title), kind, thresholds, names)
        return cls(about, rows)


def _thresholds(block: BlockResult) -> dict[str, float | str | None]:
    rows = block.thresholds[["key", "value"]].itertuples(index=False)
    found = {str(key): display.shown(value) if isinstance(value, str) else value for key, value in rows}
    return found or ({} if block.threshold is None else {"threshold": block.threshold})


def _column_names(scores: Mapping[str, Any]) -> list[str]:
    """Return names that a table can have side by side, whatever the labels are called."""
    names: list[str] = []
    for column in scores:
        name = display.shown(column)
        while name in FRAME or name in names:
            name += "_score"
        names.append(name)
    return names


Columns: TypeAlias = "dict[str, Any]"


def _window_rows(blocks: list[BlockResult], kind: str) -> tuple[Columns, Columns]:
    found = of_blocks(blocks)
    windows = found.windows.drop(columns=["sample", "window", "anomalous"])
    if blocks[0].kind == "regression":
        windows["expected"] = as_numbers(windows["expected"])
    scores: Columns = {str(name): windows[name].to_numpy(float) for name in windows if name not in _TIMES}
    lengths = found.counts.tolist()
    if kind == "visual":
        scores |= _of_cells(blocks, lengths)
    if found.keys:
        verdict = np.concatenate(
            [_verdicts_of_keys(block, length) for block, length in zip(blocks, lengths, strict=True)]
        )
    else:
        verdict = _verdicts(blocks[0], kind, windows)
    rows = {
        "sample": found.windows["sample"].to_numpy(),
        "window": found.windows["window"].to_numpy(),
        "label": _texts(windows["expected"]),
        "verdict": verdict,
    }
    return rows, scores


def _verdicts(block: BlockResult, kind: str, windows: pd.DataFrame) -> NDArray[Any]:
    """Return what the block says of each window in a word or two; empty where nothing decides."""
    nothing = np.full(len(windows), "", object)
    if kind == "regression":
        return _within(block, windows) if block.threshold is not None else nothing
    said = nothing
    if kind in ("anomaly", "visual") and block.threshold is not None and SCORE in windows:
        score = windows[SCORE].to_numpy(float)
        above = (is_flagged if kind == "visual" else is_anomaly)(score, block.threshold)
        said = np.array([NORMAL, ANOMALY, ""], object)[np.where(np.isnan(score), 2, above)]
    if kind == "visual" or not set(windows) - {*_TIMES, SCORE}:
        return said
    labels = _texts(classification.predictions(windows, block.uncertain_below())["predicted"])
    return labels if said is nothing else labels + np.where(said == "", "", ", ").astype(object) + said


def _within(block: BlockResult, windows: pd.DataFrame) -> NDArray[Any]:
    try:
        within = regression.predictions(windows, block.threshold)["within"]
    except UsageError:  # several numbers a window, and none of them is the one that is judged
        return np.full(len(windows), "", object)
    return _texts(within.map({True: WITHIN, False: BEYOND}))


def _verdicts_of_keys(block: BlockResult, windows: int) -> NDArray[Any]:
    """Return the label of each key of structured labels: "activity: walk, place: home"."""
    predicted = block.predictions()
    said = predicted["key"].astype(object) + ": " + predicted["predicted"].astype(object).fillna("")
    joined = said.groupby(level=0).agg(", ".join).reindex(range(windows), fill_value="")
    return _texts(joined)


def _of_cells(blocks: list[BlockResult], lengths: list[int]) -> Columns:
    """Return mean and largest score of the cells: neither of them stays as it is where cells move."""
    found = [
        block.visual_anomaly(window) if block.has_cells else None
        for block, length in zip(blocks, lengths, strict=True)
        for window in range(length)
    ]
    return {
        "cells mean": np.array([np.nan if one is None else one.mean for one in found], float),
        "cells max": np.array([np.nan if one is None else one.max for one in found], float),
    }


def _object_rows(blocks: list[BlockResult]) -> tuple[Columns, Columns]:
    """Return a row for each window, of all samples after one another, then one for each object."""
    tables = [_detections(block) for block in blocks]
    found = pd.concat(tables, ignore_index=True)
    of_block = np.repeat(np.arange(len(blocks)), list(map(len, tables)))
    found = found.assign(result=of_block, verdict=_texts(found["label"]))
    found = found.sort_values(["result", "window", "verdict", "x", "y"], kind="stable")
    windows = np.array([max(len(b.raw.structured_result or []), len(b.raw.details or [])) for b in blocks])
    first = np.cumsum(windows) - windows  # the rows of windows at which samples begin
    row = first[found["result"]] + found["window"].to_numpy()  # of the window that an object is in
    counts = np.bincount(row, minlength=windows.sum())
    of_window, of_object = np.repeat(np.arange(len(blocks)), windows), found["result"].to_numpy()
    result = np.concatenate([of_window, of_object])
    rows: Columns = {
        "sample": np.array([block.sample.id for block in blocks])[result],
        "window": np.concatenate([np.arange(len(of_window)) - first[of_window], found["window"]]),
        "object": np.concatenate([np.full(len(of_window), NO_OBJECT), _numbered(row)]),
        "label": _texts([block.sample.label for block in blocks])[result],
        "verdict": np.concatenate([np.array(_counted(counts), object), found["verdict"]]),
    }
    nothing = np.full(len(of_window), np.nan)
    return rows, {name: np.concatenate([nothing, found[name]]) for name in _PLACE}


def _numbered(groups: NDArray[np.intp]) -> NDArray[np.intp]:
    """Number what stands in one group after another, from 0 in each."""
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    return np.arange(len(groups)) - np.repeat(starts, np.diff(np.append(starts, len(groups))))


def _detections(block: BlockResult) -> pd.DataFrame:
    """Return the boxes as ratios; where nothing says how large the model's input is, in its pixels, as they came."""
    size, _ = detected.input_frame(block.sample)
    try:
        return block.detections(input_size=size)
    except UsageError:
        return block.detections(input_size=(1, 1))


def _counted(objects: NDArray[np.intp]) -> list[str]:
    return [display.counted(count, "object") for count in objects.tolist()]


def _texts(values: Iterable[Any]) -> NDArray[Any]:
    """Return labels as one printable line each; empty where one is missing."""
    codes, distinct = pd.factorize(pd.Series(values, dtype=object))
    known = [f"{one:g}" if isinstance(one, float) else display.shown(one) for one in distinct]
    return np.array([*known, ""], object)[codes]
