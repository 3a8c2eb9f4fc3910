"""The anomaly scores of a store of samples, summed up in one pass over its parts: ten million windows in a second."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from edgekit.anomaly.ranked_auroc import Ranked, auroc
from edgekit.anomaly.window_scores import TRUTH
from edgekit.resampling import Figure
from edgekit.summaries import Counts, StoredPart, ValuesOfEach
from edgekit.table_words import SCORE
from edgekit.threshold_rules import is_anomaly

COLUMNS = (SCORE, TRUTH)


class Summed(NamedTuple):
    """What a store says of its samples: `per_sample` ascending by their ids, the AUROC, the thresholds there were."""

    per_sample: pd.DataFrame
    auroc: Figure
    thresholds: set[float | None]


def summed(parts: Iterable[Counts]) -> Summed:
    """Put together what was counted of each part."""
    found = [part.columns for part in parts]
    if not found:
        return Summed(pd.DataFrame(), auroc([]), set())
    stated = {None if np.isnan(own) else float(own) for of in found for own in np.unique(of["threshold"])}
    columns = {name: np.concatenate([of[name] for of in found]) for name in _SHOWN}
    samples = np.concatenate([of["sample"] for of in found])
    table = pd.DataFrame(columns, index=pd.Index(samples, name="sample")).sort_index()
    table = table[table["windows"] > 0]
    table.insert(2, "share", table["above"] / table["windows"])
    unknown = table["known"] == 0
    for name in ("anomalous", "false_alarms", "missed"):
        table[name] = table[name].astype("Int64").mask(unknown)
    ranked = [Ranked(of["sample"], of["known"] - of["anomalous"], of["anomalous"], of["ranks"].values) for of in found]
    return Summed(table, auroc(ranked), stated)


_SHOWN = ("windows", "above", "highest", "anomalous", "false_alarms", "missed", "known")


def counts(part: StoredPart, threshold: float | None) -> Counts:
    """Count the windows of each sample of a part; by the sample's own threshold where none is given.

    `ranks` are those of the windows whose truth is known, for the AUROC: of each sample the normal ones first.
    """
    score, truth = part.columns[SCORE], part.columns[TRUTH]
    scored = ~np.isnan(score)
    normal, anomalous = (truth == 0) & scored, (truth == 1) & scored
    above = is_anomaly(score, np.repeat(part.thresholds, part.windows) if threshold is None else threshold)
    known = part.counted(normal | anomalous)
    columns = {
        "sample": part.samples,
        "threshold": part.thresholds,
        "windows": part.counted(scored),
        "above": part.counted(above),
        "highest": part.reduced(np.fmax, score, np.nan),
        "anomalous": part.counted(anomalous),
        "false_alarms": part.counted(above & normal),
        "missed": part.counted(anomalous & ~above),
        "known": known,
    }
    place = np.repeat(np.arange(len(part.samples)), part.windows)
    ranked = Ranked.of(part.samples, place, score, np.where(truth < 0, np.nan, truth))
    return Counts(columns | {"ranks": ValuesOfEach(ranked.ranks, known)})
