"""The pictures of a store of samples, part by part: what is summed up of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from edgekit.resampling import Figure
from edgekit.summaries import HasParts, StoredPart, reduced
from edgekit.visual.auroc import auroc_of
from edgekit.visual.grid import Floats

# A row a picture: `cells` is how many are at or above the threshold that it came with, `size` how many it has,
# `partly` whether it is known which of them are anomalous. And a row a cell: `truth` is how much of it is.
PICTURES = ("sample", "expected", "anomalous", "score", "largest", "mean", "cells", "size", "partly")
CELLS = ("sample", "score", "truth")


class Read(NamedTuple):
    """All pictures, ascending by sample, and the thresholds that they came with."""

    pictures: pd.DataFrame
    thresholds: set[float]


def read(parts: Iterable[StoredPart]) -> Read:
    """Read a row a picture."""
    tables, stated = [], set[float]()
    for part in parts:
        stated |= set(np.unique(part.thresholds[~np.isnan(part.thresholds)]).tolist())
        columns = dict(part.columns)
        expected, flags = columns.pop("expected"), columns.pop("anomalous")
        names = np.array([*expected.names, None], object)
        anomalous = pd.arrays.BooleanArray(flags == 1, flags < 0)
        tables.append(pd.DataFrame({**columns, "expected": names[expected.codes], "anomalous": anomalous}))
    whole = pd.concat(tables, ignore_index=True)
    return Read(whole.sort_values("sample", kind="stable", ignore_index=True), stated)


def cells_above(store: HasParts, block: int | str | None, pictures: pd.DataFrame, limit: float) -> Any:
    """Count the cells of each picture at or above a threshold that it did not come with."""
    scores = _cells(store, block)["score"]
    return reduced(np.add, (scores >= limit).astype(np.int64), pictures["size"].to_numpy(np.int64), 0)


def figures_of_cells(store: HasParts, block: int | str | None, pictures: pd.DataFrame) -> dict[str, Figure]:
    """Return `cell_auroc` where boxes say of any picture which part of it is anomalous."""
    if not pictures["partly"].any():
        return {}
    cells = _cells(store, block)
    return {"cell_auroc": auroc_of(cells["score"], cells["truth"], cells["sample"].astype(np.intp))}


def _cells(store: HasParts, block: int | str | None) -> dict[str, Floats]:
    """Read all cells, ascending by sample."""
    parts = [part.columns for part in store.parts_of("visual", block, "cell_scores", CELLS) or ()]
    columns = {name: np.concatenate([np.empty(0), *(part[name] for part in parts)]) for name in CELLS}
    order = np.argsort(columns["sample"], kind="stable")
    return {name: values[order] for name, values in columns.items()}
