"""From what a classify call answered to tidy tables, one learn block at a time."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import anomaly, display
from edgekit.decoding import decode
from edgekit.errors import AmbiguousLabelsWarning, ResponseError, UsageError
from edgekit.sample import Sample, Source
from edgekit.schema import (
    Classification,
    ClassifyResponse,
    LearnBlock,
    StructuredLabel,
)
from edgekit.windows import SCORE, Cut, Span, labels_joined, score_columns, windows_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OUTCOMES = {"anomaly": True, "no anomaly": False}  # the API's words in expectedAnomalyOutcome


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
    source : Studio or None
        Where the result came from; None for a file.
    """

    def __init__(self, raw: ClassifyResponse, source: Source | None = None, *, whole: bool = True) -> None:
        self.raw = raw
        self.source = source
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
        fault = "More than one block answers" if found else "No block answers"
        raise UsageError(f"{fault} to {key!r}. This result has: {self.listing()}. Ask by id.")

    def listing(self) -> str:
        """Name the blocks with id, type and title."""
        return ", ".join(f"{block.id} ({block.type}, {block.title!r})" for block in self.blocks) or "none"

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

        Warns
        -----
        AmbiguousLabelsWarning
            The ranges fit both ways, or neither, and the labels depend on it; the text says why.
        """
        labels = self.raw.expected_labels
        if labels:
            expected = self._joined("expectedLabels", labels)
        else:
            expected = np.full(len(self.raw.result), self.sample.label or None, object)
        return windows_table(self.raw.result, self._cut, expected)

    def anomalous(self) -> pd.Series:
        """Say for each window whether it should be an anomaly.

        Returns
        -------
        Series of nullable boolean, index `window`, name "anomalous": <NA> where the response does not say. Source:
        ``expectedAnomalyOutcome`` (newer servers), joined to windows as `windows` joins the expected labels.

        Warns
        -----
        AmbiguousLabelsWarning
            As in `windows`.
        """
        outcomes = self._joined("expectedAnomalyOutcome", self.raw.expected_anomaly_outcome or [])
        values = pd.array([_OUTCOMES.get(outcome) for outcome in outcomes], dtype="boolean")
        return pd.Series(values, index=pd.RangeIndex(len(values), name="window"), name="anomalous")

    def features(self) -> pd.DataFrame:
        """Fetch what this block looked at: the features of its DSP blocks, one row a window; see `Studio.features`.

        Of several DSP blocks the tables stand side by side in the block's order, their ids before the names.

        Raises
        ------
        UsageError
            The result came from a file: there is nobody to ask.
        """
        source = self._studio()
        tables = {dsp: source.features(self.sample.id, dsp) for dsp in self.learn_block.dsp}
        if len(tables) > 1:  # blocks of one kind name their features alike
            tables = {dsp: table.add_prefix(f"{dsp}: ") for dsp, table in tables.items()}
        return pd.concat(list(tables.values()), axis=1) if tables else pd.DataFrame()

    def _studio(self) -> Source:
        if self.result.source is None:
            raise UsageError(
                f"This result came from a file, without the features and the parameters of block {self.id}. Ask the "
                f"Studio it came from: ek.connect().classify({self.sample.id}).block({self.id})."
            )
        return self.result.source

    def explain(self) -> pd.DataFrame:
        """Ask the Studio for the block's parameters and the sample's features, and say why each window scored so.

        Returns
        -------
        DataFrame, index `window`: `score` (the server's), `recomputed`, then for a GMM block `signed_score`,
        `component`, `distance` and each feature's share of it (`edgekit.Gmm.explain`), for a K-means block `cluster`,
        `distance` and each feature's share of its square (`edgekit.anomaly.KMeans.explain`).

        Raises
        ------
        UsageError
            It is no anomaly block, or the result came from a file and there is nobody to ask.
        ResponseError
            The Studio gives features of another number of windows than it scored.
        """
        score = score_columns(self.raw.result).get(SCORE)
        if self.type not in ("anomaly-gmm", "anomaly") or score is None:
            raise UsageError(
                f"Block {self.id} ({self.type}) has no anomaly score that edgekit can explain: that takes a block of "
                f"type anomaly-gmm or anomaly (K-means). This result has: {self.result.listing()}."
            )
        features = self.features()
        source = self._studio()
        model = source.gmm(self.id) if self.type == "anomaly-gmm" else source.kmeans(self.id)
        if len(features) != len(score):
            raise ResponseError(
                f"The Studio gives features of {len(features)} windows of sample {self.sample.id}, and block {self.id} "
                f"scored {len(score)}: the impulse was changed after this result. Classify the sample again."
            )
        front = {"score": score, "recomputed": model.score(features)}
        if isinstance(model, anomaly.Gmm):
            front["signed_score"] = model.signed_score(features)
        table = model.explain(features)
        return pd.concat([pd.DataFrame(front, index=table.index), table], axis=1)

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
        table = pd.DataFrame(score_columns(self.raw.result), index=range(len(self.raw.result)))
        if not len(table):
            return "no windows"
        if SCORE in table:
            scores = table[SCORE]
            limit = self.threshold
            above = "" if limit is None else f"{(scores > limit).sum()} of {len(table)} windows above {limit:g}, "
            return f"{above}highest score {scores.max():.2f}"
        if not table.shape[1]:
            return f"{len(table)} windows"
        counted = table.dropna(how="all").idxmax(axis=1).value_counts()
        return display.listing(f"{label} {count}" for label, count in counted.items()) + f" of {len(table)} windows"

    def __repr__(self) -> str:
        return f"<BlockResult {self.id} {self.type} · {self.summary()}>"

    def _repr_html_(self) -> str:
        facts = {"type": self.type, "sample": f"{self.sample.id} · {self.sample.filename}", "result": self.summary()}
        if self.threshold is not None:
            facts["threshold"] = f"{self.threshold:g}"
        note = " ".join(t.help_text for t in self.raw.thresholds)
        return display.card(f"{self.title} (block {self.id})", facts, note=note)

    @property
    def _cut(self) -> Cut:
        interval = self.raw.interval_ms or self.sample.interval_ms
        size, increase = self.result.window_size_ms, self.result.window_increase_ms
        return Cut(len(self.raw.result), size, increase, interval, self.sample.length_ms)

    def _joined(self, field: str, ranges: list[StructuredLabel]) -> NDArray[Any]:
        """Give each window the label of the API's ranges, and warn of what had to be guessed."""
        spans = [Span(r.start_index, r.end_index, r.label) for r in ranges]
        labels, doubt = labels_joined(spans, self._cut)
        if doubt:
            warnings.warn(
                f"The {field} of sample {self.sample.id}, block {self.id}, may be joined to the wrong windows: "
                f"{doubt}. Check some windows by eye (block.raw has the ranges) before you trust figures that rest on "
                f"them.",
                AmbiguousLabelsWarning,
                stacklevel=3,
            )
        return labels


def _number(value: float | str | None) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None
