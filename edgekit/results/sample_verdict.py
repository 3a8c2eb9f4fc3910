"""What a result says of its sample in one row: a verdict, the worst score behind it, and whether it is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import progress
from edgekit.classification import UNCERTAIN, gathered, label_issues
from edgekit.classification.judged import expected_codes
from edgekit.classification.probabilities import Probabilities
from edgekit.errors import EdgekitError, UsageError
from edgekit.results.by_kind import most_telling
from edgekit.wire.scores import SCORE

if TYPE_CHECKING:
    from edgekit.results.block import BlockResult
    from edgekit.results.result import ClassifyResult


class WorstScore(NamedTuple):
    """What the worst score of a kind of block is, and whether a higher one is worse."""

    name: str
    highest: bool


WORST: Mapping[str, WorstScore] = {
    "anomaly": WorstScore("highest score", highest=True),
    "visual": WorstScore("highest score", highest=True),
    "detection": WorstScore("lowest F1", highest=False),
    "regression": WorstScore("largest error", highest=True),
    "classification": WorstScore("lowest probability", highest=False),
}


class SampleVerdict(NamedTuple):
    """One row: what a block says of a sample as a whole.

    Attributes
    ----------
    block, kind : int or None, str or None
        Which block; None where the result has none of a known kind.
    verdict : str or None
        "anomaly" where a window's score is above the threshold (of pictures at or above it), else "normal"; the label
        that most windows are given, of as many the first; "within" where every error of a regression is allowed, else
        "off"; the labels of the objects, "-" for none.
    worst : float
        The highest score; the lowest probability of the label that a window should have (where that is not known, of
        the label that it is given); the largest absolute error; the server's lowest F1, without one the lowest score of
        an object. See `WORST`.
    right, known : int
        How many of the windows (pictures) are right, of as many of which the truth is known.
    correct : bool or None
        Whether all of these are right; None where the truth is known of none.
    suggested, label_quality : str or None, float
        See `edgekit.classification.label_issues`: the label that a classifier of this result prefers to the given one,
        None where it agrees; the mean probability that it gives the given one.
    """

    block: int | None = None
    kind: str | None = None
    verdict: str | None = None
    worst: float = np.nan
    right: int = 0
    known: int = 0
    correct: bool | None = None
    suggested: str | None = None
    label_quality: float = np.nan


class Judged(NamedTuple):
    """What comes of one sample: as in `SampleVerdict`."""

    verdict: str | None = None
    worst: float = np.nan
    right: int = 0
    known: int = 0


Blocks = Mapping[Any, "BlockResult"]


def table(results: Mapping[Any, ClassifyResult], block: int | str | None = None) -> pd.DataFrame:
    """Judge many samples, each by one block of its result.

    Parameters
    ----------
    results : mapping from sample id
        As `ModelTesting.results`.
    block : int or str, optional
        Which block: its id, type or title; without it the one that has most to show (`by_kind.most_telling`).

    Returns
    -------
    DataFrame, index `sample` in the order of the results, a column for each field of `SampleVerdict`.

    Examples
    --------
    >>> import edgekit as ek
    >>> from edgekit.results import sample_verdict
    >>> studio = ek.connect(sandbox="motion")
    >>> results = {11: studio.classify(11), 31: studio.classify(31)}
    >>> sample_verdict.table(results)[["verdict", "worst", "right", "known"]].round(2)
            verdict  worst  right  known
    sample
    11       normal   1.53     17     17
    31      anomaly  50.83     17     17
    """
    chosen = {s: _telling(result) if block is None else result.block(block) for s, result in results.items()}
    groups: dict[tuple[str, int], dict[Any, BlockResult]] = {}
    for sample, one in chosen.items():
        if one is not None:
            groups.setdefault((one.shown_kind, one.id), {})[sample] = one
    rows: dict[Any, SampleVerdict] = dict.fromkeys(results, SampleVerdict())
    for (kind, number), blocks in groups.items():
        for sample, judged in _JUDGED[kind](blocks).items():
            correct = judged.right == judged.known if judged.known else None
            rows[sample] = SampleVerdict(number, kind, *judged, correct)
    found = pd.DataFrame(rows.values(), pd.Index(list(results), name="sample"), list(SampleVerdict._fields))
    for name, values in _doubted(results, chosen).items():
        found[name] = values.reindex(found.index)
    texts, numbers = ("kind", "verdict", "suggested"), ("worst", "label_quality")
    kinds: dict[Any, Any] = (
        dict.fromkeys(("block", "right", "known"), "Int64") | {"correct": "boolean"} | dict.fromkeys(texts, "str")
    )
    return found.astype(kinds | dict.fromkeys(numbers, float))


def _each(judge: Callable[[BlockResult], Judged]) -> Callable[[Blocks], dict[Any, Judged]]:
    """Make of what judges one block what judges many."""

    def judged(block: BlockResult) -> Judged:
        try:
            return judge(block)
        except EdgekitError:  # boxes in pixels of an unknown size, say: the block's own methods tell of it
            return Judged()

    def each(blocks: Blocks) -> dict[Any, Judged]:
        bar = progress.bar(list(blocks.items()), desc="judge", unit="sample")
        return {sample: judged(block) for sample, block in bar}

    return each


@_each
def _anomalous(block: BlockResult) -> Judged:
    """Of anomaly scores, of windows or of pictures: the highest one."""
    scores = block.scores()
    score = scores[SCORE].dropna() if SCORE in scores else pd.Series(dtype=float)
    if score.empty or (limit := block.threshold) is None:
        return Judged(worst=float(score.max()) if len(score) else np.nan)
    above = score >= limit if block.shown_kind == "visual" else score > limit
    right = (block.anomalous().loc[score.index] == above).dropna()
    return Judged("anomaly" if above.any() else "normal", float(score.max()), int(right.sum()), len(right))


@_each
def _regressed(block: BlockResult) -> Judged:
    found = block.predictions()
    errors, within = found["error"].abs().dropna(), found["within"].dropna()
    verdict = None if within.empty else "within" if within.all() else "off"
    return Judged(verdict, float(errors.max()) if len(errors) else np.nan, int(within.sum()), len(within))


@_each
def _detected(block: BlockResult) -> Judged:
    pictures = block.raw.structured_result or []
    f1 = [one.f1 for one in pictures if one.f1 is not None]
    labels = [label for one in pictures for label in one.labels or []]
    worst = min(f1 or [score for one in pictures for score in one.scores], default=np.nan)
    return Judged(", ".join(labels) or "-", worst, sum(one == 1 for one in f1), len(f1))


def _labelled(blocks: Blocks) -> dict[Any, Judged]:
    """Judge all samples in one go: that is several times as fast as sample by sample."""
    keys = next(iter(blocks.values())).windows().attrs.get("keys", ())
    if not keys:
        return _of_key(blocks, None)
    by_key = {key: _of_key(blocks, key) for key in keys}
    return {sample: _together({key: found[sample] for key, found in by_key.items()}) for sample in blocks}


def _together(judged: Mapping[str, Judged]) -> Judged:
    """Put the verdicts of all keys of structured labels into one: each key of a window counts."""
    said = [f"{key}: {one.verdict}" for key, one in judged.items() if one.verdict is not None]
    worst = [one.worst for one in judged.values() if not np.isnan(one.worst)]
    right, known = (sum(getattr(one, name) for one in judged.values()) for name in ("right", "known"))
    return Judged(", ".join(said) or None, min(worst, default=np.nan), right, known)


def _of_key(blocks: Blocks, key: str | None) -> dict[Any, Judged]:
    """Judge the samples by the label of each window, of structured labels by that of one key."""
    windows = gathered.windows(blocks, key=key)
    found = Probabilities.of(windows)
    limits = {one: block.uncertain_below() for one, block in blocks.items()}
    below = found.confidence < windows["sample"].map(limits).to_numpy(float, na_value=np.nan)
    given = np.where(below, len(found.labels), found.highest)
    expected, sample = expected_codes(windows, found.labels), windows["sample"].to_numpy()
    own = found.values[np.arange(len(windows)), np.maximum(expected, 0)] if found.labels else np.empty(0)
    sure = np.where(expected >= 0, own, np.where(expected == -1, found.confidence, 0.0))
    known = (expected != -1) & (found.highest >= 0)
    parts = pd.DataFrame({"worst": sure, "right": known & (given == expected), "known": known}).groupby(sample)
    figures = parts.agg({"worst": "min", "right": "sum", "known": "sum"}).reindex(list(blocks))
    most, names = _most_frequent(given, sample), [*found.labels, UNCERTAIN]
    return {
        one: Judged(names[most[one]] if one in most else None, float(worst), int(right or 0), int(count or 0))
        for one, worst, right, count in figures.fillna({"right": 0, "known": 0}).itertuples()
    }


def _most_frequent(codes: NDArray[np.intp], sample: NDArray[Any]) -> dict[Any, int]:
    """Return the code that most windows of each sample have, of as many the first; -1 counts as missing."""
    table = pd.DataFrame({"sample": sample, "code": codes})[codes != -1]
    if table.empty:
        return {}
    counts = table.groupby(["sample", "code"], sort=False).size()
    most: dict[Any, tuple[Any, int]] = counts.groupby("sample", sort=False).idxmax().to_dict()
    return {one: int(code) for one, (_, code) in most.items()}


_KINDS: dict[Any, Any] = {
    "correct": "boolean",
    **dict.fromkeys(("block", "right", "known"), "Int64"),
    **dict.fromkeys(("kind", "verdict", "suggested"), "str"),
    **dict.fromkeys(("worst", "label_quality"), float),
}
_JUDGED: Mapping[str, Callable[[Blocks], dict[Any, Judged]]] = {
    "anomaly": _anomalous,
    "visual": _anomalous,
    "detection": _detected,
    "regression": _regressed,
    "classification": _labelled,
}


def _telling(result: ClassifyResult) -> BlockResult | None:
    """Return the block of a result that says most; None where none is of a known kind."""
    blocks = [block for block in result.blocks if block.shown_kind in WORST]
    return min(blocks, key=lambda b: most_telling(b.shown_kind, b.type, b.last_layer), default=None)


def _doubted(results: Mapping[Any, ClassifyResult], chosen: Mapping[Any, BlockResult | None]) -> pd.DataFrame:
    """Return which labels a classifier doubts: the chosen block, else the first one there is."""
    blocks: dict[Any, BlockResult] = {}
    for sample, result in results.items():
        candidates = [block for block in (chosen[sample], *result.blocks) if block is not None]
        if classifier := next((block for block in candidates if block.shown_kind == "classification"), None):
            blocks[sample] = classifier
    return doubtful_labels(gathered.windows(blocks)) if blocks else doubtful_labels(pd.DataFrame())


def doubtful_labels(windows: pd.DataFrame) -> pd.DataFrame:
    """Return which label a classifier prefers, where it is not the sample's own, and how far it believes that one.

    Parameters
    ----------
    windows : DataFrame
        Those of a classifier, as `edgekit.windows` puts them together.

    Returns
    -------
    DataFrame, index `sample`: `suggested`, `label_quality` (see `SampleVerdict`), of several labels in a sample about
    the one that is believed least. Empty where no label is known, or each window has one for each of several keys.
    """
    try:
        issues = label_issues(windows, training=True).drop_duplicates("sample").set_index("sample")
    except UsageError:
        return pd.DataFrame(columns=["suggested", "label_quality"])
    unsaid = issues["quality"].isna()  # the model does not know the given label: it cannot say whether that is wrong
    suggested = issues["suggested"].mask(unsaid | (issues["suggested"] == issues["given"]))
    return pd.DataFrame({"suggested": suggested, "label_quality": issues["quality"]})
