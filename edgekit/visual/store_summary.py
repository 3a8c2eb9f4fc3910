"""The pictures of a store of samples, part by part: what is summed up of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from edgekit.anomaly.ranked_auroc import Ranked, auroc
from edgekit.resampling import Figure
from edgekit.summaries import Counts, HasParts, StoredPart, ValuesOfEach, reduced
from edgekit.threshold_rules import is_flagged
from edgekit.visual.auroc import auroc_of

# A row a picture: `cells` is how many are at or above the threshold that it came with, `size` how many it has,
# `partly` whether it is known which of them are anomalous. And a row a cell: `truth` is how much of it is.
PICTURES = ("sample", "expected", "anomalous", "score", "largest", "mean", "cells", "size", "partly")
CELLS = ("sample", "score", "truth")
_EXACT = 1 << 18  # cells, of which the AUROC is made as of results
_WHOLE = (1 << 16) - 1  # the share of a cell that is anomalous as a whole, as it is stored


class Read(NamedTuple):
    """All pictures, ascending by sample, and the thresholds that they came with."""

    pictures: pd.DataFrame
    thresholds: set[float]


def read(store: HasParts, block: int | str | None) -> Read | None:
    """Read a row a picture; None where that cannot be had."""
    given = store.parts_of("visual", block, {"verdicts": ["threshold"], "pictures": PICTURES})
    if given is None:
        return None
    parts = list(given)
    stated = {float(one) for part in parts for one in np.unique(part["verdicts"]["threshold"]) if not np.isnan(one)}
    columns = {name: [part["pictures"][name] for part in parts] for name in PICTURES}
    flags = np.concatenate(columns.pop("anomalous"))
    expected = [np.array([*of.names, None], object)[of.codes] for of in columns.pop("expected")]
    whole = pd.DataFrame({name: np.concatenate(of) for name, of in columns.items()}).assign(
        expected=np.concatenate(expected), anomalous=pd.arrays.BooleanArray(flags == 1, flags < 0)
    )
    return Read(whole.sort_values("sample", kind="stable", ignore_index=True), stated)


def cells_above(store: HasParts, block: int | str | None, limit: float) -> Any:
    """Count the cells of each picture at or above a threshold that it did not come with, in the order of `read`."""
    samples, counts = [], []
    wanted = {"pictures": ["sample", "size"], "cell_scores": ["score"]}
    for part in store.parts_of("visual", block, wanted) or ():
        samples.append(part["pictures"]["sample"])
        above = is_flagged(part["cell_scores"]["score"], limit).astype(np.int64)
        counts.append(reduced(np.add, above, part["pictures"]["size"], 0))
    return np.concatenate(counts)[np.argsort(np.concatenate(samples), kind="stable")]


def figures_of_cells(store: HasParts, block: int | str | None, pictures: pd.DataFrame) -> dict[str, Figure]:
    """Return `cell_auroc` where boxes say of any picture which part of it is anomalous.

    Of more than `_EXACT` cells it is made of their ranks, see `edgekit.anomaly.ranked_auroc`.
    """
    if not pictures["partly"].any():
        return {}
    if pictures["size"].sum() <= _EXACT:
        return {"cell_auroc": _exact(store, block)}
    return {"cell_auroc": auroc([_ranked(part.columns) for part in store.counts_of("visual", block, None) or ()])}


def _exact(store: HasParts, block: int | str | None) -> Figure:
    parts = [part["cell_scores"] for part in store.parts_of("visual", block, {"cell_scores": CELLS}) or ()]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in CELLS}
    order = np.argsort(columns["sample"], kind="stable")
    return auroc_of(columns["score"][order], columns["truth"][order], columns["sample"][order].astype(np.intp))


def counts(part: StoredPart, threshold: float | None) -> Counts:
    """Rank the cells of each sample of a part of which it is known whether they are anomalous; for the AUROC alone."""
    place = np.searchsorted(part.samples, part.columns["sample"])
    ranked = Ranked.of(part.samples, place, part.columns["score"], part.columns["truth"])
    shares = np.zeros(0) if ranked.shares is None else ranked.shares
    of_cells = {
        "ranks": ValuesOfEach(ranked.ranks, ranked.normal + ranked.anomalous),
        "shares": ValuesOfEach(np.ceil(shares * _WHOLE).astype(np.uint16), ranked.anomalous),  # none becomes 0
    }
    return Counts({"sample": part.samples, "normal": ranked.normal, "anomalous": ranked.anomalous, **of_cells})


def _ranked(columns: Mapping[str, Any]) -> Ranked:
    ranks, shares = columns["ranks"].values, columns["shares"].values / _WHOLE
    return Ranked(columns["sample"], columns["normal"], columns["anomalous"], ranks, shares)
