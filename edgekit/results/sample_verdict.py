"""What a result says of its sample in one row: a verdict, the worst score behind it, and whether it is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import progress
from edgekit.classification import gathered, label_issues
from edgekit.classification.judged import expected_codes, most_frequent
from edgekit.classification.predictions import given
from edgekit.classification.probabilities import Probabilities
from edgekit.errors import UsageError
from edgekit.results.block_windows import BlockWindows, Labels, together
from edgekit.results.by_kind import most_telling
from edgekit.summaries import reduced
from edgekit.table_words import SCORE
from edgekit.threshold_rules import is_anomaly, is_flagged
from edgekit.wire.schema import StructuredResult

if TYPE_CHECKING:
    from edgekit.results.block import BlockResult
    from edgekit.results.result import ClassifyResult

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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


class Verdicts(NamedTuple):
    """A value for each of many samples; as in `SampleVerdict`."""

    verdict: list[str | None]
    worst: Floats
    right: Ints
    known: Ints


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
    of_block: dict[int, list[tuple[Any, BlockResult]]] = {}
    for sample, one in chosen.items():
        if one is not None:
            of_block.setdefault(one.id, []).append((sample, one))
    rows: dict[Any, SampleVerdict] = dict.fromkeys(results, SampleVerdict())
    for number, blocks in of_block.items():
        bar = progress.bar(blocks, desc="judge", unit="sample")
        windows = together(number, ((results[sample], one._answer) for sample, one in bar), Labels())
        judged = zip(blocks, *verdicts(windows), strict=True)
        for (sample, _), verdict, worst, right, known in judged:
            correct = bool(right == known) if known else None
            rows[sample] = SampleVerdict(number, windows.kind, verdict, worst, right, known, correct)
    found = pd.DataFrame(rows.values(), pd.Index(list(results), name="sample"), list(SampleVerdict._fields))
    for name, values in _doubted(results, chosen).items():
        found[name] = values.reindex(found.index)
    return found.astype(_TYPES)


def verdicts(block: BlockWindows) -> Verdicts:
    """Say what a block makes of each of many samples."""
    return _JUDGED[block.kind](block) if block.kind in _JUDGED else _nothing(block)


def _nothing(block: BlockWindows) -> Verdicts:
    size = len(block.raws)
    return Verdicts([None] * size, np.full(size, np.nan), np.zeros(size, np.int64), np.zeros(size, np.int64))


def _anomalous(block: BlockWindows) -> Verdicts:
    """Of anomaly scores, of windows or of pictures: the highest one."""
    if SCORE not in block.windows:
        return _nothing(block)
    score, limit = block.windows[SCORE].to_numpy(float), block.spread(block.thresholds)
    above = (is_flagged if block.kind == "visual" else is_anomaly)(score, limit)
    worst = reduced(np.fmax, score, block.counts, np.nan)
    truth = block.windows["anomalous"].array
    known = ~truth.isna() & ~np.isnan(score) & ~np.isnan(limit)
    alarms, judged = (reduced(np.logical_or, one, block.counts, False) for one in (above, ~np.isnan(score + limit)))
    said = ["anomaly" if alarm else "normal" if sure else None for alarm, sure in zip(alarms, judged, strict=True)]
    return Verdicts(said, worst, *_judged(above == np.asarray(truth.fillna(False), bool), known, block.counts))


def _regressed(block: BlockWindows) -> Verdicts:
    if (found := block.predictions) is None:
        return _nothing(block)
    within = found["within"].array
    right, known = _judged(np.asarray(within.fillna(False), bool), ~within.isna(), block.counts)
    worst = reduced(np.fmax, found["error"].abs().to_numpy(float), block.counts, np.nan)
    said = [None if not all_ else "within" if good == all_ else "off" for good, all_ in zip(right, known, strict=True)]
    return Verdicts(said, worst, right, known)


def _detected(block: BlockWindows) -> Verdicts:
    pictures = [raw.structured_result or [] for raw in block.raws]
    f1 = [[one.f1 for one in of if one.f1 is not None] for of in pictures]
    scores = [[score for one in of for score in one.scores] for of in pictures]
    worst = [min(figures or found, default=np.nan) for figures, found in zip(f1, scores, strict=True)]
    right = np.array([sum(figure == 1 for figure in figures) for figures in f1], np.int64)
    known = np.array(list(map(len, f1)), np.int64)
    return Verdicts([_objects(of) for of in pictures], np.array(worst, float), right, known)


def _objects(pictures: list[StructuredResult]) -> str | None:
    if any(one.labels is None and one.scores for one in pictures):
        return None
    return ", ".join(label for one in pictures for label in one.labels or []) or "-"


def _labelled(block: BlockWindows) -> Verdicts:
    if not block.keys:
        return _of_windows(block.windows, block.counts, block.uncertain_below)
    by_key = [(key, _of_key(block, key)) for key in block.keys]
    said = [
        ", ".join(f"{key}: {of.verdict[i]}" for key, of in by_key if of.verdict[i] is not None) or None
        for i in range(len(block.raws))
    ]
    worst = np.fmin.reduce([of.worst for _, of in by_key])
    right, known = (np.sum([getattr(of, name) for _, of in by_key], axis=0) for name in ("right", "known"))
    return Verdicts(said, worst, right, known)


def _of_key(block: BlockWindows, key: str) -> Verdicts:
    """Judge the samples by the label that each window has for one key of structured labels."""
    tables = []
    for result in block.results:
        one = result.block(block.block)
        tables.append(one.windows(key=key) if key in one.windows().attrs.get("keys", ()) else pd.DataFrame())
    whole = pd.concat(tables, ignore_index=True)
    return _of_windows(whole, np.array(list(map(len, tables)), np.int64), block.uncertain_below)


def _of_windows(windows: pd.DataFrame, counts: Ints, limits: Floats) -> Verdicts:
    """Judge samples by the labels of their windows: `counts` is how many each has, `limits` when they are uncertain."""
    size, found = len(counts), Probabilities.of(windows)
    if not found.labels:
        nothing = np.zeros(size, np.int64)
        return Verdicts([None] * size, np.full(size, np.nan), nothing, nothing)
    codes, names = given(found, np.repeat(limits, counts))
    truth = expected_codes(windows, names)
    expected = np.where(truth < len(found.labels), truth, -2)  # "uncertain" is no label that has a probability
    own = found.values[np.arange(len(windows)), np.maximum(expected, 0)]
    believed = np.where(expected >= 0, own, np.where(expected == -1, found.confidence, 0.0))
    known = (truth != -1) & (found.highest >= 0)
    most = most_frequent(np.repeat(np.arange(size), counts), codes, size, len(names))
    said = [names[code] if code >= 0 else None for code in most]
    return Verdicts(said, reduced(np.fmin, believed, counts, np.nan), *_judged(codes == truth, known, counts))


def _judged(right: NDArray[np.bool_], known: NDArray[np.bool_], counts: Ints) -> tuple[Ints, Ints]:
    """Count what is right of each sample among what is known, and what is known."""
    found = (reduced(np.add, flags.astype(np.int64), counts, 0) for flags in (right & known, known))
    return next(found), next(found)


_TYPES: dict[Any, Any] = {
    "correct": "boolean",
    **dict.fromkeys(("block", "right", "known"), "Int64"),
    **dict.fromkeys(("kind", "verdict", "suggested"), "str"),
    **dict.fromkeys(("worst", "label_quality"), float),
}
_JUDGED: Mapping[str, Callable[[BlockWindows], Verdicts]] = {
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
