"""A row a sample: what is known of it, and what a block makes of it; of a store as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from edgekit.batch.reading import TYPES, Parts
from edgekit.results import label_lists

_LAST, _PLACE = ("run", "thresholds"), ("offset", "size")
_DOUBTED = ("suggested", "label_quality")
# Of an overview: what a table of all samples shows. To read all columns takes several times as long.
_SHOWN = ("sample", "filename", "label", "objects", "category", "length_ms", "thresholds")
_JUDGED = ("sample", "block", "verdict", "worst", "right", "known", "suggested")
_REPEATED = ("label", "category", "thresholds", "verdict", "suggested")


def samples(parts: Parts, block: int | str | None) -> pd.DataFrame:
    """List the samples as `Store.samples` says."""
    table = _samples(parts).drop(columns=[*_PLACE])
    chosen = _chosen(parts, block)
    if chosen is None:
        return table
    found = _of_block(parts.whole("verdicts"), chosen["id"])
    if chosen["kind"] != "classification":
        found = found.drop(columns=[*_DOUBTED], errors="ignore")
    found.insert(list(found).index("known") + 1, "correct", _all_right(found))
    last = table[[*_LAST]]
    return table.drop(columns=list(last)).join(found).join(last)


def overview(parts: Parts, block: int | str | None) -> pd.DataFrame:
    """List the samples as `Store.overview` says."""
    table = _samples(parts, _SHOWN, _REPEATED)
    chosen = _chosen(parts, block)
    if chosen is None:
        return table
    verdicts: Any = parts.whole("verdicts", _JUDGED, _REPEATED)  # there is a block
    found = _of_block(verdicts, chosen["id"])
    found["correct"] = _all_right(found)
    if chosen["kind"] != "classification":
        found = found.drop(columns="suggested", errors="ignore")
        classifier = next((one["id"] for one in parts.blocks() if one["kind"] == "classification"), None)
        if classifier is not None and "suggested" in verdicts.column_names:
            found = found.join(_of_block(verdicts.select(["sample", "block", "suggested"]), classifier))
    return table.join(found.assign(kind=pd.Categorical([chosen["kind"]]).repeat(len(found))))


def _samples(parts: Parts, columns: Sequence[str] | None = None, coded: Sequence[str] = ()) -> pd.DataFrame:
    """Return what is known of each sample, index `id`, ascending; labels of objects are lists."""
    table = _by_sample(parts.whole("samples", columns, coded)).rename_axis(index="id")
    lists = table.pop("objects").to_numpy(bool)
    if lists.any():
        label = [label_lists.split(text) if yes else text for text, yes in zip(table["label"], lists, strict=True)]
        table["label"] = pd.Series(label, table.index, object)
    return table


def _chosen(parts: Parts, block: int | str | None) -> dict[str, Any] | None:
    """Return the block that is meant; None where nothing was answered, and none is named."""
    return parts.block(block) if block is not None or parts.blocks() else None


def _of_block(verdicts: pa.Table, block: int) -> pd.DataFrame:
    return _by_sample(verdicts.filter(pc.equal(verdicts["block"], block)).drop_columns("block"))


def _by_sample(table: pa.Table) -> pd.DataFrame:
    found: pd.DataFrame = table.to_pandas(types_mapper=TYPES.get).set_index("sample")
    return found if found.index.is_monotonic_increasing else found.sort_index(kind="stable")


def _all_right(table: pd.DataFrame) -> Any:
    right, known = table["right"].to_numpy(), table["known"].to_numpy()
    return pd.arrays.BooleanArray(right == known, known == 0)
