"""What a response says each window should have been: its ranges, its intervals and its impulse, put together."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from edgekit import display
from edgekit.errors import EdgekitError
from edgekit.results.expected import Counts, Join, Method, Ranges, joined
from edgekit.results.kinds import kind_of_block
from edgekit.results.sample import Sample, spacing
from edgekit.results.windows import Cut
from edgekit.wire.label_maps import label_of
from edgekit.wire.ranges import Codes, coded
from edgekit.wire.schema import Classification, Impulse

_SCORED = frozenset({"anomaly", "visual"})  # kinds of blocks of which a window should be an anomaly, or should not
_ANOMALOUS = {"anomaly": True, "no anomaly": False}  # the API's words in expectedAnomalyOutcome
TEXT = pd.Series([""]).dtype  # as pandas infers it: "str", before pandas 3 object
_LOG = logging.getLogger("edgekit")


class Expected(NamedTuple):
    """A label for each window, why it may be wrong, and how windows of several labels were labelled.

    `codes` are places in `names`, -1 where no label is known. `doubt` is empty where the labels are certain, `method`
    where no window has several labels.
    """

    codes: Codes
    names: tuple[str, ...] = ()
    doubt: str = ""
    method: str = ""

    @classmethod
    def same(cls, label: str | None, windows: int) -> Expected:
        """Give all windows one label."""
        return cls(np.full(windows, 0 if label else -1), (label,) if label else ())

    @classmethod
    def of(cls, texts: Collection[str | None]) -> Expected:
        """Give each window its text."""
        return cls(*coded(texts))

    @classmethod
    def merged(cls, parts: Sequence[Expected]) -> Expected:
        """Put the windows of several samples after one another, without what is said of each sample."""
        names = tuple(dict.fromkeys(chain.from_iterable(part.names for part in parts)))
        place = {name: code for code, name in enumerate(names)}
        codes = [np.array([*(place[name] for name in part.names), -1])[part.codes] for part in parts]
        return cls(np.concatenate(codes), names)

    @property
    def texts(self) -> NDArray[Any]:
        """A text for each window, None where it is not known."""
        found: NDArray[Any] = np.array([*self.names, None], object)[self.codes]
        return found

    def column(self) -> ExtensionArray:
        """Make the column of a table: a text for each of the names, not for each of the windows."""
        return _array(self.names).take(self.codes, allow_fill=True)


def cut(raw: Classification, sample: Sample, size: float, increase: float) -> Cut:
    """Gather how the sample was cut and every interval that the response names; size and increase in ms."""
    payload = sample.payload
    return Cut(
        raw.scores().windows,
        size,
        increase,
        interval=sample.interval_ms,
        length=sample.length_ms,
        payload_interval=spacing(payload.interval_ms, payload.frequency_hz),
        own_interval=spacing(raw.interval_ms, raw.frequency_hz),
    )


def labels(raw: Classification, sample: Sample, cut: Cut, key: str | None = None) -> Expected:
    """Say which label each window should have; see `edgekit.BlockResult.windows`.

    Of structured labels it is that of one `key`; without it all of them in one text, "activity: walk, place: belt".
    """
    if key is None and (keys := raw.keys()):
        found = {name: labels(raw, sample, cut, name) for name in keys}
        texts = [
            ", ".join(f"{name}: {label}" for name, label in zip(keys, of, strict=True) if label is not None) or None
            for of in zip(*(one.texts for one in found.values()), strict=True)
        ]
        first = found[keys[0]]
        return Expected.of(texts)._replace(doubt=first.doubt, method=first.method)
    ranges, join, method = _joined(raw, sample, cut, key)
    if join is None:
        label = sample.label if key is None else label_of(sample.info.label_map, key)
        return Expected.same(label, cut.windows)
    return Expected(join.codes(ranges), ranges.names, join.doubt, method)


def outcomes(raw: Classification, sample: Sample, cut: Cut, known: Expected | None = None) -> Expected:
    """Say which ``expectedAnomalyOutcome`` each window has: that of the reading whose label the window has.

    Where the server sends none, what the project, or else the words themselves, say of each window's label; `known` are
    the labels, where the caller has them already.
    """
    ranges, method = Ranges(*raw.outcome_ranges()), ""
    if not len(ranges.first):
        return _by_label(raw, sample, cut, known)
    join = joined(ranges, cut)
    if join.counts is Counts.READINGS and len(raw.expected_ranges().first):
        _, by_label, method = _joined(raw, sample, cut)
        if by_label is not None and by_label.counts is Counts.READINGS:
            join = join._replace(place=by_label.place)
    return Expected(join.codes(ranges), ranges.names, join.doubt, method)


def _by_label(raw: Classification, sample: Sample, cut: Cut, known: Expected | None) -> Expected:
    """Read each window's outcome off its label: by the project's lists of labels, else where it is the API's word."""
    unknown = Expected.same(None, cut.windows)
    if kind_of_block(raw) not in _SCORED:
        return unknown
    words = {flag: word for word, flag in _ANOMALOUS.items()}
    said = {label: words[flag] for label, flag in (_project_labels(sample) or _ANOMALOUS).items()}
    found = labels(raw, sample, cut) if known is None else known
    texts = found.texts.tolist()
    if said.keys().isdisjoint(texts):
        return unknown
    return Expected.of([*map(said.get, texts)])._replace(doubt=found.doubt, method=found.method)


def _project_labels(sample: Sample) -> dict[str, bool]:
    if sample.source is None:
        return {}
    try:
        return sample.source.anomaly_labels()
    except EdgekitError:  # an older server, or a role that may not ask
        return {}


def anomalous(outcomes: Expected) -> pd.Series[Any]:
    """Say for each window whether its outcome is an anomaly; <NA> where it has none."""
    words = np.array([*outcomes.names, None], object)
    said = {flag: np.asarray(words == word, bool) for word, flag in _ANOMALOUS.items()}
    values = pd.arrays.BooleanArray(said[True], ~(said[True] | said[False])).take(outcomes.codes)
    return pd.Series(values, index=pd.RangeIndex(len(values), name="window"), name="anomalous")


def ambiguous(field: str, sample: int, block: int, doubt: str) -> str:
    """Say which labels may stand beside the wrong windows, and why."""
    return (
        f"The {field} of sample {sample}, block {block}, may be joined to the wrong windows: {doubt}. Check some "
        f"windows by eye (block.raw has the ranges) before you trust figures that rest on them."
    )


def say_if_unsent(raw: Classification, sample: Sample) -> None:
    """Log that a table of windows is empty although the Studio counted some (``resultCount``)."""
    if raw.result_count and not raw.scores().windows:
        windows = display.counted(raw.result_count, "window")
        _say_once(
            f"edgekit: the Studio counted {windows} of sample {sample.id}, and sent nothing that block "
            f"{raw.learn_block.id} says of them: the table is empty. Classify the sample again."
        )


def _joined(raw: Classification, sample: Sample, cut: Cut, key: str | None = None) -> tuple[Ranges, Join | None, str]:
    ranges = Ranges(*raw.expected_ranges()) if key is None else Ranges.of(raw.expected_labels, key)
    said = ""
    if not len(ranges.first):
        ranges = Ranges.of(sample.info.structured_labels or [], key)
        if not _over_all(ranges, sample.info.values_count):
            return ranges, None, ""
        cut = cut._replace(own_interval=cut.interval)  # of these it is known that they count the stored readings

    def method() -> Method:
        nonlocal said
        known, assumed = _method(raw, sample)
        said = known.kind + " (assumed)" * assumed
        return known

    join = joined(ranges, cut, method)
    return ranges, join, said


def _over_all(ranges: Ranges, count: int) -> bool:
    """Say whether ranges lie end to end from the first reading to the last, as structured labels do."""
    steps = np.append(ranges.first, count) - np.insert(ranges.last, 0, -1)
    return bool(len(ranges.first) and (steps == 1).all())


def _method(raw: Classification, sample: Sample) -> tuple[Method, bool]:
    """Return how the impulse labels a window of several labels, and whether that had to be assumed."""
    reason = "this result came without its impulse"
    if sample.source is not None:
        try:
            return _named(sample.source.known_impulse(), raw.learn_block.dsp), False
        except EdgekitError as problem:
            reason = f"the impulse could not be fetched ({problem})"
    _say_once(
        f"edgekit: end-of-window was assumed. Some windows have several labels, and {reason}, which says how such a "
        "window is labelled (labelingMethodMultiLabel): what is expected of it is the label of its last reading."
    )
    return Method(), True


def _named(impulse: Impulse, dsp: Iterable[int]) -> Method:
    """Return the method of the input block that feeds these DSP blocks; the Studio's default where it names none."""
    inputs = {block.input for block in impulse.dsp_blocks if block.id in dsp}
    blocks = [block for block in impulse.input_blocks if block.id in inputs] or impulse.input_blocks
    for named in (block.labeling_method_multi_label for block in blocks):
        if named is not None:
            return Method(named.type, tuple(named.labels or ()), named.min_percentage or 0)
    return Method()


@lru_cache(maxsize=256)
def _array(names: tuple[str, ...]) -> ExtensionArray:
    """Make an array of texts, to be taken from; many results have the same few names."""
    return pd.Series(names, dtype=TEXT).array


@lru_cache(maxsize=64)
def _say_once(text: str) -> None:
    _LOG.warning(text)
