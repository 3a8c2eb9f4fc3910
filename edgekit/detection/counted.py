"""What is counted over many pictures: picture by picture, class by class, and which label was taken for which.

All of it adds up over pictures, so that a store can count its parts when they are made, and add them up later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from edgekit.detection import error_kinds
from edgekit.detection.error_kinds import BACKGROUND, ERROR_KINDS
from edgekit.detection.matched import Matched
from edgekit.detection.matching import counts, rates
from edgekit.detection.scene import NOT_IN_TRAINING, Indices, Pairs, Scene
from edgekit.errors import UsageError

RATES = ("precision", "recall", "f1")
SUFFIXES = {False: "", True: "_one_to_one"}  # of the columns, by `one_to_one`
_COUNTS = ("tp", "fp", "fn")


class HasNames(Protocol):
    """A picture; `edgekit.detection.Picture` is one."""

    @property
    def name(self) -> Any:
        """What it is called: a sample's id."""

    @property
    def matched(self) -> Matched:
        """Its truths and predictions."""


class Counted(NamedTuple):
    """Tables with the labels as they came, not with their names.

    `images`: a row a picture, in their order; `classes`: a row a label; `confusion`: see `edgekit.detection.confusion`;
    `objects`: see `edgekit.detection.errors`, `picture` the place in `images`.
    """

    images: pd.DataFrame
    classes: pd.DataFrame
    confusion: pd.DataFrame
    objects: pd.DataFrame


def of_scene(scene: Scene, limit: float, far: float, pictures: pd.Index[Any]) -> Counted:
    """Count all pictures of a scene."""
    found, near = error_kinds.table(scene, limit, far), scene.same(limit)
    images = by_group(scene, near, scene.truths.picture, scene.predictions.picture, pictures)
    kinds = error_kinds.count(found, "picture").reindex(range(len(pictures)), fill_value=0)
    images = images.assign(**{kind: kinds[kind].to_numpy() for kind in ERROR_KINDS})  # by place: names may come twice
    codes, labels = pd.factorize(np.concatenate([scene.truths.label, scene.predictions.label]), sort=False)
    split = len(scene.truths)
    classes = by_group(scene, near, codes[:split], codes[split:], pd.Index(labels, dtype=object, name="label"))
    by_label = error_kinds.count(found, "label").reindex(labels, fill_value=0)
    classes = classes.join(by_label[list(ERROR_KINDS)].set_axis(classes.index))
    return Counted(images, classes, error_kinds.confusion(found), found)


def by_group(scene: Scene, near: Pairs, truth: Indices, prediction: Indices, index: pd.Index[Any]) -> pd.DataFrame:
    """Count truths, predictions, hits and misses of each group of objects, by both countings; see `counts`."""
    size = len(index)
    columns: dict[str, Any] = {
        "truths": np.bincount(truth, minlength=size),
        "predictions": np.bincount(prediction, minlength=size),
    }
    for one_to_one, suffix in SUFFIXES.items():
        found = counts(scene, near, truth, prediction, size, one_to_one=one_to_one)
        shares = dict(zip(RATES, rates(*found), strict=True))
        columns |= {f"{name}{suffix}": values for name, values in (found._asdict() | shares).items()}
    return pd.DataFrame(columns, index=index)


def added_up(classes: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Add up the classes of several parts; the rates anew."""
    whole: pd.DataFrame = pd.concat(classes).groupby(level=0, sort=False).sum()
    for suffix in SUFFIXES.values():
        found = rates(*(whole[f"{name}{suffix}"].to_numpy() for name in _COUNTS))
        for name, values in zip(RATES, found, strict=True):
            whole[f"{name}{suffix}"] = values
    return whole


def confusions_added_up(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Add up the confusion matrices of several parts."""
    rows, columns = (
        _ordered({label for part in parts for label in getattr(part, name)}) for name in ("index", "columns")
    )
    whole = pd.DataFrame(0, pd.Index(rows, dtype=object, name="truth"), pd.Index(columns, dtype=object))
    for part in parts:
        whole = whole.add(part.reindex(index=rows, columns=columns, fill_value=0))
    return whole.rename_axis(columns="prediction")


def _ordered(labels: set[Any]) -> list[Any]:
    return [*sorted(labels - {BACKGROUND}, key=in_order), BACKGROUND]


def in_order(label: Any) -> tuple[bool, Any]:
    """Numbers before texts."""
    return isinstance(label, str), label


def in_their_order(classes: pd.DataFrame) -> pd.DataFrame:
    """Return the classes in the order of their labels, without rates of what is not in training."""
    table = classes.loc[sorted(classes.index, key=in_order)].copy()
    is_unknown = table.index == NOT_IN_TRAINING
    table.loc[is_unknown, [f"{rate}{suffix}" for rate in RATES for suffix in SUFFIXES.values()]] = np.nan
    return table


def names_of(pictures: Iterable[HasNames]) -> dict[Any, str]:
    """Return the names of the labels over all pictures; two names for one label are not of one model."""
    names: dict[Any, str] = {}
    for shown in pictures:
        for label, name in shown.matched.names.items():
            if names.setdefault(label, name) != name:
                raise UsageError(
                    f"Label {label!r} is called {names[label]!r} in one picture and {name!r} in picture "
                    f"{shown.name!r}: these are not of one model."
                )
    return names
