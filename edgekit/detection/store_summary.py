"""The pictures of a store of samples, which were counted while its parts were made: what is added up of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from edgekit.detection.counted import RATES, SUFFIXES, Counted, added_up, confusions_added_up
from edgekit.detection.error_kinds import BACKGROUND, ERROR_KINDS
from edgekit.detection.matched import with_different_limits
from edgekit.summaries import Coded, HasParts

_OF_GROUPS = ("truths", "predictions", *(f"{name}{suffix}" for suffix in SUFFIXES.values() for name in
              ("tp", "fp", "fn", *RATES)), *ERROR_KINDS)  # fmt: skip
# Labels are texts there; `numbered` says whether they were numbers. `limit` is up to where a prediction hits a truth.
IMAGES = ("sample", "name", *_OF_GROUPS, "server", "recomputed", "difference", "boxes", "own", "numbered", "limit")
CLASSES = ("label", "named", *_OF_GROUPS)
CONFUSIONS = ("truth", "prediction", "count")
OBJECTS = ("picture", "object", "index", "x", "y", "label", "kind", "partner", "distance")
_BLANK = pd.DataFrame(columns=list(OBJECTS))


class Stored(NamedTuple):
    """What was counted, with what `edgekit.detection.summary` has to know beside it; `objects` reads them."""

    counted: Counted
    boxes: bool
    own: int
    names: dict[Any, str]
    objects: Callable[[], pd.DataFrame]


def read(store: HasParts, block: int | str | None) -> Stored | None:
    """Read what was counted of each part, and add it up; None where that cannot be had."""
    given = store.parts_of("detection", block, {"pictures": IMAGES, "classes": CLASSES, "confusions": CONFUSIONS})
    if given is None or not (parts := list(given)):
        return None
    whole = _table([part["pictures"] for part in parts])
    numbered = bool(whole["numbered"].iloc[0])
    limits = whole["limit"].unique().tolist()
    if len(limits) > 1:
        raise with_different_limits(limits)
    order = np.argsort(whole["sample"].to_numpy(), kind="stable")
    whole = whole.iloc[order]
    index = pd.Index(_names(whole), name="sample", dtype=object).infer_objects()
    classes = _labelled(_table([part["classes"] for part in parts]), ["label"], numbered)
    confusions = _labelled(_table([part["confusions"] for part in parts]), CONFUSIONS[:2], numbered)
    cells = confusions.groupby(list(CONFUSIONS[:2]), sort=False)["count"].sum()
    shown = whole[[*_OF_GROUPS, "server", "recomputed", "difference"]].set_axis(index)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))

    def objects() -> pd.DataFrame:
        return _objects(store, block, numbered, place, [len(part["pictures"]["sample"]) for part in parts])

    counted = Counted(
        shown,
        added_up([classes.set_index("label")[list(_OF_GROUPS)]]),
        confusions_added_up([cells.unstack(fill_value=0)]),
        _BLANK,
    )
    named = {label: name for label, name in zip(classes["label"], classes["named"], strict=True) if pd.notna(name)}
    return Stored(counted, bool(whole["boxes"].iloc[0]), int(whole["own"].sum()), named, objects)


def _names(images: pd.DataFrame) -> list[Any]:
    """Return the name of each picture: the sample's id, of one of several windows a text."""
    if images["name"].isna().all():
        return images["sample"].tolist()
    return [sample if pd.isna(name) else name for sample, name in zip(images["sample"], images["name"], strict=True)]


def _objects(
    store: HasParts, block: int | str | None, numbered: bool, place: Any, sizes: Sequence[int]
) -> pd.DataFrame:
    """Read all truths and predictions, in the order of their pictures."""
    tables, before = [], 0
    for part, size in zip(store.parts_of("detection", block, {"objects": OBJECTS}) or (), sizes, strict=True):
        found = _labelled(_table([part["objects"]]), ["label"], numbered)
        tables.append(found.assign(picture=place[found["picture"].to_numpy(int) + before]))
        before += size
    whole = pd.concat(tables, ignore_index=True).sort_values("picture", kind="stable", ignore_index=True)
    return whole.assign(partner=whole["partner"].astype("Int64"), label=whole["label"].infer_objects())


def _labelled(table: pd.DataFrame, columns: Sequence[str], numbered: bool) -> pd.DataFrame:
    """Return a table with labels as they came."""
    if not numbered:
        return table
    found = {
        name: pd.Series([one if one == BACKGROUND else int(one) for one in table[name]], table.index, object)
        for name in columns
    }
    return table.assign(**found)


def _table(parts: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Put the columns of several parts together."""
    return pd.DataFrame({name: np.concatenate([_values(part[name]) for part in parts]) for name in parts[0]})


def _values(column: Any) -> Any:
    return np.array([*column.names, None], object)[column.codes] if isinstance(column, Coded) else column
