"""From what a classify call answered to tidy tables, one learn block at a time."""

from __future__ import annotations

from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import anomaly, display
from edgekit.decoding import decode, unpromised
from edgekit.errors import ResponseError, UsageError
from edgekit.sample import Sample, Source
from edgekit.schema import (
    Classification,
    ClassifyResponse,
    Impulse,
    LearnBlock,
    ModelPrediction,
    ModelResult,
    Payload,
    SampleData,
    VariantsResponse,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SCORE = "anomaly"
_FRAME = ("start_ms", "end_ms", "expected")
_EXACT = 2**53  # whole numbers up to here are the same as floats; beyond, no time is meant


def parse(source: bytes | str | dict[str, Any] | Path) -> ClassifyResult:
    """Read a classify response, from memory or from a file somebody saved.

    Parameters
    ----------
    source : bytes, str, dict or Path
        JSON as bytes or text, the decoded document, or the path of a file. A text that begins with ``{``, ``[`` or
        ``<`` is taken for the document itself, any other for a path.

    Raises
    ------
    ResponseError
        The file cannot be read, or the document is not what the API promises: the text names the place.
    StudioError
        The document says ``success: false``; the text is the server's own.
    """
    content, name = _content(source)
    return ClassifyResult(decode(content, ClassifyResponse, name))


def _content(source: bytes | str | dict[str, Any] | Path) -> tuple[bytes | dict[str, Any], str]:
    if isinstance(source, dict | bytes):
        return source, "the document"
    if isinstance(source, str) and (not source.strip() or source.lstrip("\ufeff \t\r\n").startswith(("{", "[", "<"))):
        return source.encode("utf-8", "surrogatepass"), "the document"
    shown = repr(str(source)[:200])
    try:
        return Path(source).read_bytes(), shown
    except TypeError:
        raise UsageError(f"parse() takes bytes, a text, a dict or a path, not {type(source).__name__}.") from None
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        kind = "not " if isinstance(source, Path) else "neither JSON nor "
        raise ResponseError(f"{shown} is {kind}a file that can be read ({reason}). Check the path.") from None


class ClassifyResult:
    """What the learn blocks of an impulse say of one sample.

    Attributes
    ----------
    blocks : list of BlockResult
        In the order the server sent them.
    sample : Sample
        The sample with its values, as it came with the result.
    raw : ClassifyResponse
        Everything the API sent, as decoded.
    """

    def __init__(self, raw: ClassifyResponse, source: Source | None = None, *, whole: bool = True) -> None:
        self.raw = raw
        self.sample = Sample(raw.sample, source, whole=whole)
        self.blocks = [BlockResult(block, self) for block in raw.classifications]

    @property
    def window_size_ms(self) -> float:
        """Length of the sliding window in milliseconds."""
        return self.raw.window_size_ms

    @property
    def window_increase_ms(self) -> float:
        """Milliseconds from one window's start to the next one's."""
        return self.raw.window_increase_ms

    @property
    def warning(self) -> str | None:
        """What the server warned of, if anything."""
        return self.raw.warning

    def block(self, key: int | str) -> BlockResult:
        """Return one block: by its id, else its position (0 is the first); by its type, else its title.

        Raises
        ------
        UsageError
            No block, or more than one, answers to `key`; the text lists what there is.
        """
        if isinstance(key, int | np.integer) and not isinstance(key, bool):
            found = [block for block in self.blocks if block.id == key]
            if not found and -len(self.blocks) <= key < len(self.blocks):
                found = [self.blocks[key]]
        else:
            found = [block for block in self.blocks if block.type == key]
            found = found or [block for block in self.blocks if key in (block.title, block.learn_block.name)]
        if len(found) == 1:
            return found[0]
        have = ", ".join(f"{block.id} ({block.type}, {block.title!r})" for block in self.blocks) or "none"
        fault = "More than one block answers" if found else "No block answers"
        raise UsageError(f"{fault} to {key!r}. This result has: {have}. Ask by id.")

    def __repr__(self) -> str:
        types = display.listing(block.type for block in self.blocks)
        return f"<ClassifyResult of sample {self.sample.id} {self.sample.filename!r} · {types}>"

    def _repr_html_(self) -> str:
        facts: dict[str, object] = {
            "expected": self.sample.label,
            "window": f"{self.window_size_ms:g} ms every {self.window_increase_ms:g} ms",
        }
        facts |= {f"{block.id} · {block.title}": block.summary() for block in self.blocks}
        return display.card(
            f"Sample {self.sample.id} · {self.sample.filename}, classified", facts, note=self.warning or ""
        )


class BlockResult:
    """What one learn block says of a sample, window by window.

    Attributes
    ----------
    raw : Classification
        Everything the API sent of this block, as decoded.
    result : ClassifyResult
        The result this block is part of.
    """

    def __init__(self, raw: Classification, result: ClassifyResult) -> None:
        self.raw = raw
        self.result = result

    @property
    def learn_block(self) -> LearnBlock:
        """The learn block: id, type, name, dsp, title, …"""
        return self.raw.learn_block

    @property
    def id(self) -> int:
        """Identifier of the learn block in its project."""
        return self.learn_block.id

    @property
    def type(self) -> str:
        """Type of the learn block: keras, anomaly, anomaly-gmm, keras-object-detection, …"""
        return self.learn_block.type

    @property
    def title(self) -> str:
        """The learn block's title in the Studio."""
        return self.learn_block.title

    @property
    def sample(self) -> Sample:
        """The sample that was classified."""
        return self.result.sample

    def windows(self) -> pd.DataFrame:
        """Return one row per window.

        Returns
        -------
        DataFrame, index `window` from 0: `start_ms`, `end_ms` (from the sample's start), `expected` (the label the
        window should have, missing where the response gives none), then one float column per key of ``result``
        in order of first appearance, ``anomaly`` last. A key missing in a window is NaN. A label that is itself called
        start_ms, end_ms or expected gets ``_score`` appended.

        Notes
        -----
        Window i covers [i · increase, i · increase + size), by the response's own ``windowSizeMs`` and
        ``windowIncreaseMs``. `expected` comes from ``expectedLabels``: where its ranges together span exactly as many
        entries as there are windows, they count windows; otherwise readings, and a window takes the label at its end.
        """
        scores = _score_columns(self.raw.result)
        size, increase = self.result.window_size_ms, self.result.window_increase_ms
        if max(abs(size), abs(increase)) * len(self.raw.result) >= _EXACT:
            size, increase = float(size), float(increase)
        start = np.arange(len(self.raw.result)) * increase
        columns: dict[str, Any] = {"start_ms": start, "end_ms": start + size, "expected": self._expected(start + size)}
        for name, values in scores.items():
            while name in columns:
                name += "_score"  # noqa: PLW2901
            columns[name] = values
        return pd.DataFrame(columns, copy=False).rename_axis(index="window")

    @property
    def thresholds(self) -> pd.DataFrame:
        """Table of the thresholds: key, value, description, help_text, suggested_value, suggested_value_text."""
        names = ["key", "value", "description", "help_text", "suggested_value", "suggested_value_text"]
        return pd.DataFrame([[getattr(t, name) for name in names] for t in self.raw.thresholds], columns=names)

    @property
    def threshold(self) -> float | None:
        """The score that decides: by key, else the only threshold, else minimumConfidenceRating; None without any."""
        known = {t.key: value for t in self.raw.thresholds if (value := _number(t.value)) is not None}
        wanted = "min_anomaly_score" if "anomaly" in self.type else "min_score"
        if wanted in known:
            return known[wanted]
        return next(iter(known.values())) if len(known) == 1 else self.raw.minimum_confidence_rating

    def segments(self, threshold: float | None = None) -> pd.DataFrame:
        """Merge windows above the threshold into time ranges; see `edgekit.anomaly.segments`."""
        limit = self.threshold if threshold is None else threshold
        if limit is None:
            raise UsageError(f"Block {self.id} came without a threshold: give one, segments(threshold=…).")
        return anomaly.segments(self.windows(), limit)

    def plot(self, ax: Axes | None = None, *, threshold: float | None = None) -> Axes:
        """Draw scores and label probabilities over the sample's time; see `edgekit.plots.windows`."""
        from edgekit import plots

        table = self.windows()
        limit = self.threshold if threshold is None else threshold
        found = anomaly.segments(table, limit) if SCORE in table and limit is not None else None
        title = f"{self.title} · {self.sample.filename}"
        return plots.windows(table, limit, found, length_ms=self.sample.length_ms, ax=ax, title=title)

    def summary(self) -> str:
        """Say in a few words what this block found."""
        table = self.windows()
        if not len(table):
            return "no windows"
        if SCORE in table:
            scores = table[SCORE]
            limit = self.threshold
            above = "" if limit is None else f"{(scores > limit).sum()} of {len(table)} windows above {limit:g}, "
            return f"{above}highest score {scores.max():.2f}"
        labels = table.drop(columns=list(_FRAME))
        if not labels.shape[1]:
            return f"{len(table)} windows"
        counted = labels.dropna(how="all").idxmax(axis=1).value_counts()
        return display.listing(f"{label} {count}" for label, count in counted.items()) + f" of {len(table)} windows"

    def __repr__(self) -> str:
        return f"<BlockResult {self.id} {self.type} · {self.summary()}>"

    def _repr_html_(self) -> str:
        facts = {"type": self.type, "sample": f"{self.sample.id} · {self.sample.filename}", "result": self.summary()}
        if self.threshold is not None:
            facts["threshold"] = f"{self.threshold:g}"
        note = " ".join(t.help_text for t in self.raw.thresholds)
        return display.card(f"{self.title} (block {self.id})", facts, note=note)

    def _expected(self, end_ms: NDArray[Any]) -> NDArray[Any]:
        """Label of each window; see `windows` for the rule."""
        labels = np.full(len(end_ms), None, object)
        ranges = self.raw.expected_labels
        if not ranges:
            labels[:] = self.sample.label or None
            return labels
        first, last = min(r.start_index for r in ranges), max(r.end_index for r in ranges)
        interval = self.raw.interval_ms or self.sample.interval_ms
        if last - first + 1 == len(end_ms):
            place = np.arange(len(end_ms))
        elif interval:
            with np.errstate(over="ignore"):
                readings = end_ms / interval - 1e-6  # an interval such as 1000/48 is not exact: do not round up for it
            first, place = 0, np.minimum(np.ceil(readings) - 1, last)  # a padded window ends after the last reading
        else:
            return labels
        for span in ranges:
            labels[(place >= span.start_index - first) & (place <= span.end_index - first)] = span.label
        return labels


def _score_columns(rows: list[dict[str, float | None]]) -> dict[str, NDArray[np.float64]]:
    """Turn a dict per window into an array per key; the usual case, the same keys in every window, without a copy."""
    names = list(rows[0]) if rows else []
    count = len(rows)
    try:
        if sum(map(len, rows)) != count * len(names):
            raise KeyError
        columns = {name: np.fromiter(map(itemgetter(name), rows), float, count) for name in names}
    except (KeyError, TypeError):  # windows with other keys, or null scores
        names = list(dict.fromkeys(chain.from_iterable(rows)))
        columns = {name: np.array([row.get(name) for row in rows], float) for name in names}
    if SCORE in columns:
        columns[SCORE] = columns.pop(SCORE)
    return columns


def _number(value: float | str | None) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def variants_table(answer: VariantsResponse, variants: list[str]) -> pd.DataFrame:
    """Put the scores of several variants side by side; see `Studio.compare_variants`."""
    columns: dict[str, pd.Series[float]] = {}
    for result in answer.results:
        scores = {
            (block.learn_block.id, window, key): np.nan if score is None else score
            for block in result.classifications
            for window, row in enumerate(block.result)
            for key, score in row.items()
        }
        index = pd.MultiIndex.from_tuples(list(scores), names=["block", "window", "key"])
        columns[result.variant] = pd.Series(list(scores.values()), index=index, dtype=float)
    if missing := [name for name in variants if name not in columns]:
        source = f"POST …/classify/v2/{answer.sample.sample.id}/variants"
        raise unpromised(source, "$.results", f"it has {list(columns)}, and lacks {missing}")
    table = pd.DataFrame(columns)[variants]
    return table.assign(difference=table[variants[-1]] - table[variants[0]]).reset_index()


class ResultsById(dict[int, ClassifyResult]):
    """Results by sample id, to ride along in a table's ``attrs``: pandas copies those deeply at every step."""

    def __deepcopy__(self, memo: object) -> ResultsById:
        return self


def testing_table(
    results: list[ModelResult], predictions: list[ModelPrediction], impulse: Impulse, source: Source
) -> pd.DataFrame:
    """Turn model testing's answers into one table of predictions; see `Studio.test`."""
    names = {
        "sample": "sample_id", "start_ms": "start_ms", "end_ms": "end_ms", "label": "label", "prediction": "prediction",
        "correct": "prediction_correct", "expected_anomaly": "expected_anomaly_outcome", "f1": "f1_score",
    }  # fmt: skip
    table = pd.DataFrame({name: [getattr(row, field) for row in predictions] for name, field in names.items()})
    table["f1"] = table["f1"].astype(float)
    size, increase = _cut(impulse)
    by_id = ResultsById()
    for result in results:
        info = result.sample
        raw = ClassifyResponse(
            success=True,
            classifications=result.classifications,
            sample=SampleData(sample=info, payload=Payload(sensors=info.sensors, values=[])),
            window_size_ms=size,
            window_increase_ms=increase,
        )
        by_id[result.sample_id] = ClassifyResult(raw, source, whole=False)
    table.attrs["results"] = by_id
    return table


def _cut(impulse: Impulse) -> tuple[float, float]:
    """Window size and increase in classification, which may be another one than in training; 0 for images."""
    for block in impulse.input_blocks:
        return block.window_size_ms or 0, block.classification_window_increase_ms or block.window_increase_ms or 0
    return 0, 0
