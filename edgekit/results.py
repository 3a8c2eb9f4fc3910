"""From what a classify call answered to tidy tables, one learn block at a time."""

from __future__ import annotations

from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import anomaly, detected, display
from edgekit.decoding import decode
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
    from PIL.Image import Image

    from edgekit import detection

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

    def plot(
        self,
        ax: Axes | None = None,
        *,
        threshold: float | None = None,
        window: int = 0,
        image: Image | None = None,
    ) -> Axes:
        """Draw scores and label probabilities over the sample's time, or the detected objects of one `window`.

        See `edgekit.plots.windows` and `edgekit.plots.detections`. Below objects lies the picture as it went into the
        model: `image`, else fetched where the sample came from a Studio.
        """
        from edgekit import plots

        if "object-detection" in self.type:
            shown = image if image is not None else detected.picture(self.sample)
            title = f"{self.title} · {self.sample.filename}"
            return plots.detections(self.matched(window), image=shown, ax=ax, title=title)
        table = self.windows()
        limit = self.threshold if threshold is None else threshold
        found = anomaly.segments(table, limit) if SCORE in table and limit is not None else None
        title = f"{self.title} · {self.sample.filename}"
        return plots.windows(table, limit, found, length_ms=self.sample.length_ms, ax=ax, title=title)

    def summary(self) -> str:
        """Say in a few words what this block found."""
        if "object-detection" in self.type:
            return detected.in_words(self.raw)
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

    @property
    def detects(self) -> bool:
        """Whether this block is about objects in a picture."""
        return detected.detects(self.raw)

    def detections(self, *, input_size: tuple[float, float] | None = None) -> pd.DataFrame:
        """Return the boxes that an object-detection block found.

        Parameters
        ----------
        input_size : (width, height), optional
            Of the model's input, for boxes that came in its pixels and that nothing in the response turns into ratios.

        Returns
        -------
        DataFrame, one row a box: `window`, `label`, `score`, `x`, `y` (top left), `width`, `height`, ratios 0..1 of the
        model's input, x to the right. From ``structuredResult.boxes``, checked against ``details.boxes``: a
        UserWarning tells where they differ. Without names in the response the label is "class i", i the index in
        ``details.labels`` (from 0), and missing without that.
        """
        return detected.detections(self.raw, input_size, self._path)

    def debug_info(self, window: int = 0, *, names: detection.Names | None = None) -> detection.DebugInfo:
        """Return the centres that FOMO saw, the truths, and which belong together, in image coordinates.

        Parameters
        ----------
        window : int
            Counted from 0; a picture has one.
        names : mapping from label to name, optional
            Labels are numbers from 1. Without it, names are known of the classes that this response has boxes of.

        Raises
        ------
        UsageError
            No debug info came with this result; the text says how to ask for it.
        ResponseError
            The ``debugInfoJson`` is not what the Studio writes.
        """
        return detected.debug_info(self.raw, window, names)

    def truth_boxes(
        self, *, input_size: tuple[float, float] | None = None, resize_mode: str | None = None
    ) -> pd.DataFrame:
        """Return the sample's true boxes: `label`, `x`, `y` (top left), `width`, `height`, ratios 0..1.

        Source: the sample's ``boundingBoxes`` (pixels of the stored image) and ``imageDimensions``. What the input
        block makes of the picture is asked of the Studio once, or given by `input_size` and `resize_mode` (see
        `edgekit.detection.to_input`). Where neither is known, for a result from a file, they are ratios of the stored
        image: the same only where the input block squashes, or where both have the same shape.
        ``.attrs["frame"]`` says which it is, "model input" or "stored image".
        """
        return detected.truth_boxes(self.sample, input_size, resize_mode)

    def matched(self, window: int = 0, **options: Any) -> detection.Matched:
        """Return detections and truths of one window, matched: a `DebugInfo` for FOMO, a `BoxMatch` for boxes.

        For boxes these options may be given: `min_iou` (0.5); `input_size` with `resize_mode` as for `truth_boxes`;
        `classes`, the labels in training, which a response does not tell: truths of any other get label -1.
        """
        return detected.matched(self.sample, self.raw, window, **options)

    def metrics(self, window: int = 0, **options: Any) -> pd.DataFrame:
        """Compare the server's own figures with those recomputed from its points or boxes; options as for `matched`.

        Returns
        -------
        DataFrame, index `metric` (f1, precision, recall, mAP): `server`, `recomputed` (by the published rule; of a FOMO
        model the mAP is the f1 again, of boxes there is only the mAP), `difference` (recomputed - server), `one_to_one`
        (the strict count; of boxes at `min_iou`).
        """
        return detected.metrics(self.sample, self.raw, window, **options)

    def pictures(self, **options: Any) -> list[detection.Picture]:
        """Return every window as a picture for `edgekit.detection.summary`; options as for `matched`."""
        return detected.pictures(self.sample, self.raw, **options)

    @property
    def _path(self) -> str:
        """Where this block stands in the response."""
        return f"$.classifications[{self.result.blocks.index(self)}]"


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
        raise ResponseError(f"The server answered for {list(columns)}, not for {missing}.", "$.results")
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
    cut = impulse.input_blocks[0] if impulse.input_blocks else None
    by_id = ResultsById()
    for result in results:
        info = result.sample
        raw = ClassifyResponse(
            success=True,
            classifications=result.classifications,
            sample=SampleData(sample=info, payload=Payload(sensors=info.sensors, values=[])),
            window_size_ms=(cut and cut.window_size_ms) or 0,
            window_increase_ms=(cut and cut.window_increase_ms) or 0,
        )
        by_id[result.sample_id] = ClassifyResult(raw, source, whole=False)
    table.attrs["results"] = by_id
    return table
