"""What went right and wrong with each truth and each prediction: every one of them gets exactly one kind."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.arguments import texts
from edgekit.detection.matching import nearest, optimal
from edgekit.detection.scene import NOT_IN_TRAINING, Floats, Indices, Pairs, Scene
from edgekit.display import quoted
from edgekit.errors import UsageError

HIT, DUPLICATE, WRONG, FAR = "hit", "duplicate", "wrong class", "too far"
BACKGROUND, MISSED, UNKNOWN = "background", "missed", "not in training"
ERROR_KINDS = (HIT, DUPLICATE, WRONG, FAR, BACKGROUND, MISSED, UNKNOWN)
_PAIRED = (HIT, WRONG)


def table(scene: Scene, limit: float, far: float) -> pd.DataFrame:
    """Put each truth and each prediction of the pictures into one kind; see `edgekit.detection.errors`."""
    predictions, truths = _Side(len(scene.predictions), BACKGROUND), _Side(len(scene.truths), MISSED)
    truths.kind[~scene.truths.counted] = UNKNOWN
    same, every = scene.same(max(limit, far)), scene.every(limit)

    _pair(predictions, truths, optimal(same, limit), HIT)

    near = nearest(same, limit)
    again = near.where(~predictions.done[near.prediction])
    predictions.put(again.prediction, DUPLICATE, again.truth, again.distance)

    other = every.where(scene.predictions.label[every.prediction] != scene.truths.label[every.truth])
    _pair(predictions, truths, optimal(_left(other, predictions, truths), limit), WRONG)
    _pair(predictions, truths, optimal(_left(same, predictions, truths), far), FAR)

    parts = []
    for name, side, objects in (("prediction", predictions, scene.predictions), ("truth", truths, scene.truths)):
        picture = objects.picture
        first = np.searchsorted(picture, picture)  # objects stand in order of their pictures
        partners = scene.truths.picture if name == "prediction" else scene.predictions.picture
        partner = np.where(side.partner < 0, -1, side.partner - np.searchsorted(partners, picture))
        parts.append(
            pd.DataFrame(
                {
                    "picture": picture, "object": name, "index": np.arange(len(objects)) - first,
                    "x": objects.place[:, 0], "y": objects.place[:, 1], "label": objects.label.astype(object),
                    "kind": side.kind, "partner": pd.array(partner, "Int64"), "distance": side.distance,
                }
            ).assign(partner=lambda part: part["partner"].where(part["partner"] >= 0))
        )  # fmt: skip
    found = pd.concat(parts).sort_values("picture", kind="stable", ignore_index=True)
    return found.assign(label=found["label"].infer_objects())


def count(errors: pd.DataFrame, by: str | Sequence[str] = "label") -> pd.DataFrame:
    """Count the kinds, class by class or picture by picture.

    Parameters
    ----------
    errors : DataFrame
        What `errors` returned.
    by : str or list of str
        Columns to group by: "label", "picture", "object" or several.

    Returns
    -------
    DataFrame indexed by `by`: `truths`, `predictions`, then one column per kind. A hit is one count, though both a
    truth and a prediction have it; likewise a wrong class and a too far count as predictions. So truths = hit + the
    truths of wrong class and too far + missed + not in training, and predictions = hit + duplicate + wrong class + too
    far + background.
    """
    columns = texts("by", by)
    if not columns:
        raise UsageError("by is a column to group by, or several: label, picture or object.")
    checked(errors, [*columns, "object", "kind"])
    truth = errors["object"] == "truth"
    flags = pd.DataFrame({"truths": truth, "predictions": ~truth})
    for kind in ERROR_KINDS:
        flags[kind] = (errors["kind"] == kind) & (truth if kind in (MISSED, UNKNOWN) else ~truth)
    keys: list[Hashable] = list(columns)
    grouped = flags.astype(int).join(errors[columns]).groupby(keys if len(keys) > 1 else columns[0], sort=True)
    return grouped.sum()


def total(errors: pd.DataFrame) -> pd.Series[int]:
    """Return how often each kind occurs, those that do; a pair is one count, as in `count`."""
    found = count(errors.assign(all=0), "all")[list(ERROR_KINDS)].sum()
    return found[found > 0]


def confusion(errors: pd.DataFrame) -> pd.DataFrame:
    """Return how often which label was taken for which.

    Parameters
    ----------
    errors : DataFrame
        What `errors` returned.

    Returns
    -------
    DataFrame of counts: a row a true label (index `truth`), a column a predicted one, both ending in "background". A
    hit or a wrong class is one count in its row and column; every other prediction stands in the row background,
    every other truth in the column background. So a row sums to the truths of its label, a column to the predictions.
    Truths that are not in training have the row -1.
    """
    checked(errors, ["object", "index", "label", "kind", "partner"])
    key = ["picture"] if "picture" in errors else []
    truth = errors[errors["object"] == "truth"]
    prediction = errors[errors["object"] == "prediction"]
    paired = prediction[prediction["kind"].isin(_PAIRED)]
    named = truth[[*key, "index", "label"]].rename(columns={"index": "partner", "label": "truth"})
    named = named.assign(partner=named["partner"].astype("Int64"))
    both = paired.merge(named, on=[*key, "partner"], how="inner")
    taken = truth.merge(
        both[[*key, "partner"]].rename(columns={"partner": "index"}).astype({"index": int}),
        on=[*key, "index"], how="left", indicator=True,
    )  # fmt: skip
    alone = prediction.loc[~prediction["kind"].isin(_PAIRED), "label"].tolist()
    lost = taken.loc[taken["_merge"] == "left_only", "label"].tolist()
    rows = both["truth"].tolist() + [BACKGROUND] * len(alone) + lost
    columns = both["label"].tolist() + alone + [BACKGROUND] * len(lost)
    order = [*sorted(set(errors["label"]), key=lambda label: (isinstance(label, str), label)), BACKGROUND]
    place = {label: i for i, label in enumerate(order)}
    cells = np.zeros((len(order), len(order)), int)
    np.add.at(cells, ([place[label] for label in rows], [place[label] for label in columns]), 1)
    names = pd.Index(order, dtype=object)
    found = pd.DataFrame(cells, index=names.rename("truth"), columns=names.rename("prediction"))
    if (prediction["label"] == NOT_IN_TRAINING).any():  # no model says so, but a document may
        return found
    return found.drop(columns=[NOT_IN_TRAINING], errors="ignore")


class _Side:
    """The kinds of the truths or of the predictions while they are being found."""

    def __init__(self, size: int, kind: str) -> None:
        self.kind: NDArray[Any] = np.full(size, kind, object)
        self.partner = np.full(size, -1, np.intp)
        self.distance: Floats = np.full(size, np.nan)
        self.done = np.zeros(size, bool)

    def put(self, rows: Indices, kind: str, partner: Indices, distance: Floats) -> None:
        self.kind[rows] = np.where(self.kind[rows] == UNKNOWN, UNKNOWN, kind)
        self.partner[rows], self.distance[rows], self.done[rows] = partner, distance, True


def _pair(predictions: _Side, truths: _Side, pairs: Pairs, kind: str) -> None:
    predictions.put(pairs.prediction, kind, pairs.truth, pairs.distance)
    truths.put(pairs.truth, kind, pairs.prediction, pairs.distance)


def _left(pairs: Pairs, predictions: _Side, truths: _Side) -> Pairs:
    return pairs.where(~predictions.done[pairs.prediction] & ~truths.done[pairs.truth])


def checked(errors: pd.DataFrame, columns: list[str]) -> None:
    """Raise UsageError where this is no table of errors with these columns."""
    if not isinstance(errors, pd.DataFrame):
        raise UsageError(f"This is no table of errors, what edgekit.detection.errors() returns, but {quoted(errors)}.")
    if missing := [name for name in columns if name not in errors]:
        raise UsageError(f"This is no table of errors: it has no column {missing}, only {list(errors.columns)}.")
