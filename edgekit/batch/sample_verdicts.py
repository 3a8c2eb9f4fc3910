"""One row a sample and block: what the block makes of the sample, its worst score, and how much of it is right.

=================  ===========================================  ========================================  =============
kind               `verdict`                                    `worst`                                   right
=================  ===========================================  ========================================  =============
anomaly            "anomaly": a window's score is above the     the highest score                         windows
                   threshold; else "normal"
visual             "anomaly": a picture's score is at or above  the highest score                         pictures
                   the threshold; else "normal"
classification     the label that most windows are given, or    the lowest probability of the expected    windows
                   "uncertain"                                  label, without one the lowest of the
                                                                highest
regression         "within": no error is above the threshold;   the largest absolute error                windows
                   else "off"
detection          the labels of all objects, as the Studio     the server's F1, the lowest; without one  pictures
                   writes them; "-" for none                    the lowest score of an object             (F1 is 1)
=================  ===========================================  ========================================  =============

`right` counts what is right among the `known`, of which the truth is known. What nothing tells is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from edgekit.batch.tables import BlockWindows
from edgekit.classification.predictions import UNCERTAIN
from edgekit.classification.probabilities import Probabilities
from edgekit.wire.schema import StructuredResult
from edgekit.wire.scores import SCORE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ANOMALY, NORMAL, WITHIN, OFF, NO_OBJECTS = "anomaly", "normal", "within", "off", "-"


class Verdicts(NamedTuple):
    """A value for each sample."""

    verdict: list[str | None]
    worst: Floats
    right: Ints
    known: Ints


def verdicts(block: BlockWindows, predicted: pd.DataFrame | None) -> pa.Table:
    """Return the rows of one block; `predicted` is its table of predictions."""
    found = _KINDS[block.kind](block, predicted) if block.kind in _KINDS else _nothing(block)
    return pa.table(
        {
            "sample": pa.array(block.samples),
            "block": pa.array(np.full(len(block.raws), block.block)),
            "kind": pa.array([block.kind] * len(block.raws), pa.string()),
            "windows": pa.array(block.counts),
            "verdict": pa.array(found.verdict, pa.string()),
            "worst": pa.array(found.worst),
            "right": pa.array(found.right),
            "known": pa.array(found.known),
            "threshold": pa.array(block.thresholds()),
            "problem": pa.array([text or None for text in block.problems], pa.string()),
        }
    )


def _nothing(block: BlockWindows) -> Verdicts:
    size = len(block.raws)
    return Verdicts([None] * size, np.full(size, np.nan), np.zeros(size, np.int64), np.zeros(size, np.int64))


def _reduced(how: np.ufunc, values: NDArray[Any], counts: Ints, empty: float) -> NDArray[Any]:
    """Reduce the values of each sample to one; `empty` for a sample without any."""
    found = np.full(len(counts), empty, values.dtype)
    some = counts > 0
    if some.any():
        found[some] = how.reduceat(values, (np.cumsum(counts) - counts)[some])
    return found


def _sums(flags: NDArray[Any], counts: Ints) -> Ints:
    return _reduced(np.add, flags.astype(np.int64), counts, 0)


def _judged(right: NDArray[np.bool_], known: NDArray[np.bool_], counts: Ints) -> tuple[Ints, Ints]:
    return _sums(right & known, counts), _sums(known, counts)


def _scores(block: BlockWindows, above: Callable[[Floats, Floats], NDArray[np.bool_]]) -> Verdicts:
    if SCORE not in block.windows:
        return _nothing(block)
    score, limit = block.windows[SCORE].to_numpy(float), block.thresholds()
    worst = _reduced(np.fmax, score, block.counts, np.nan)
    alarms = above(score, block.spread(limit))
    truth = block.windows["anomalous"].array
    known = ~truth.isna() & ~np.isnan(score) & ~np.isnan(block.spread(limit))
    any_alarm = _reduced(np.logical_or, alarms, block.counts, False)
    unknown = np.isnan(limit) | np.isnan(worst)
    said = [None if no else ANOMALY if alarm else NORMAL for no, alarm in zip(unknown, any_alarm, strict=True)]
    right = alarms == np.asarray(truth.fillna(False), bool)
    return Verdicts(said, worst, *_judged(right, known, block.counts))


def _anomaly(block: BlockWindows, predicted: pd.DataFrame | None) -> Verdicts:
    return _scores(block, np.greater)


def _visual(block: BlockWindows, predicted: pd.DataFrame | None) -> Verdicts:
    return _scores(block, np.greater_equal)


def _classification(block: BlockWindows, predicted: pd.DataFrame | None) -> Verdicts:
    if predicted is None:
        return _nothing(block)
    if block.keys:
        right, known = _right_of(block, predicted)
        return _nothing(block)._replace(right=right, known=known)
    found = Probabilities.of(block.windows.drop(columns=["sample", "window", "anomalous"]))
    place = {label: i for i, label in enumerate([*found.labels, UNCERTAIN])}
    codes = np.array([place.get(label, -1) for label in predicted["predicted"]])
    sample = np.repeat(np.arange(len(block.counts)), block.counts)
    given = codes >= 0
    cells = np.bincount(sample[given] * len(place) + codes[given], minlength=len(block.counts) * len(place))
    most = cells.reshape(len(block.counts), len(place))
    said = [list(place)[of.argmax()] if of.any() else None for of in most]
    own = np.array([place.get(label, -1) for label in predicted["expected"]])
    of_expected = found.values[np.arange(len(own)), np.clip(own, 0, len(found.labels) - 1)]
    believed = np.where((own >= 0) & (own < len(found.labels)), of_expected, found.confidence)
    worst = _reduced(np.fmin, believed, block.counts, np.nan)
    return Verdicts(said, worst, *_right_of(block, predicted))


def _right_of(block: BlockWindows, predicted: pd.DataFrame) -> tuple[Ints, Ints]:
    """Count the windows whose prediction is right, and those of which that is known; of structured labels each key."""
    right = predicted["correct"].fillna(False).to_numpy(bool)
    sums = pd.DataFrame({"right": right, "known": predicted["correct"].notna()}).groupby(predicted["sample"]).sum()
    sums = sums.reindex(block.samples, fill_value=0)
    return sums["right"].to_numpy(np.int64), sums["known"].to_numpy(np.int64)


def _regression(block: BlockWindows, predicted: pd.DataFrame | None) -> Verdicts:
    if predicted is None:
        return _nothing(block)
    within = predicted["within"].array
    known = ~within.isna()
    right, count = _judged(np.asarray(within.fillna(False), bool), known, block.counts)
    worst = _reduced(np.fmax, predicted["error"].abs().to_numpy(float), block.counts, np.nan)
    said = [None if not n else WITHIN if good == n else OFF for good, n in zip(right, count, strict=True)]
    return Verdicts(said, worst, right, count)


def _detection(block: BlockWindows, predicted: pd.DataFrame | None) -> Verdicts:
    pictures = [raw.structured_result or [] for raw in block.raws]
    f1 = [[one.f1 for one in of if one.f1 is not None] for of in pictures]
    scores = [[score for one in of for score in one.scores] for of in pictures]
    worst = [min(figures or found, default=np.nan) for figures, found in zip(f1, scores, strict=True)]
    right = np.array([sum(figure == 1 for figure in figures) for figures in f1], np.int64)
    said = [_objects(of) for of in pictures]
    return Verdicts(said, np.array(worst, float), right, np.array(list(map(len, f1)), np.int64))


def _objects(pictures: list[StructuredResult]) -> str | None:
    if any(one.labels is None and one.scores for one in pictures):
        return None
    return ", ".join(label for one in pictures for label in one.labels or []) or NO_OBJECTS


_KINDS: Mapping[str, Callable[[BlockWindows, pd.DataFrame | None], Verdicts]] = {
    "anomaly": _anomaly,
    "visual": _visual,
    "classification": _classification,
    "regression": _regression,
    "detection": _detection,
}
