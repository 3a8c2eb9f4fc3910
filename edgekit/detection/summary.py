"""Many pictures at once: which are worst, which classes, what kinds of errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
import pandas as pd

from edgekit import display, summaries
from edgekit.detection import error_kinds
from edgekit.detection.boxes import BoxMatch
from edgekit.detection.debug_info import MATCHED_BY_EDGEKIT, DebugInfo
from edgekit.detection.error_kinds import ERROR_KINDS
from edgekit.detection.matched import Matched
from edgekit.detection.matching import COUNTINGS, Metrics, checked_distance, counts, rates
from edgekit.detection.scene import NOT_IN_TRAINING, Floats, Indices, Objects, Scene
from edgekit.detection.sweep import sweep
from edgekit.errors import UsageError
from edgekit.resampling import Figure, figure
from edgekit.summaries import HasResults, figures_table


@dataclass(frozen=True)
class Picture:
    """A picture with its name (a sample's id), its truths and predictions, and what the server scored: f1, mAP, …"""

    name: Any
    matched: Matched
    server: Mapping[str, float | None] = field(default_factory=dict)


@runtime_checkable
class HasPictures(Protocol):
    """What a learn block says of a sample; `edgekit.BlockResult` is one."""

    @property
    def detects(self) -> bool:
        """Whether it is about objects at all."""

    @property
    def last_layer(self) -> str | None:
        """What an object-detection model ends in: fomo, yolox, …"""

    def pictures(self) -> Sequence[Picture]:
        """Return one picture per window."""


@runtime_checkable
class HasBlocks(Protocol):
    """What the learn blocks say of a sample; `edgekit.ClassifyResult` is one."""

    @property
    def blocks(self) -> Sequence[HasPictures]:
        """All of them."""

    def block(self, key: int | str) -> HasPictures:
        """Return one by its id, type or title."""


Results: TypeAlias = "Mapping[Any, Any] | Iterable[Any]"
_RATES = ("precision", "recall", "f1")
_SUFFIXES = {False: "", True: "_one_to_one"}  # of the columns, by `one_to_one`


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Summary(summaries.Summary):
    """How well a model detects, over many pictures.

    Attributes
    ----------
    per_sample : DataFrame
        One row a picture, index `sample` (its name where it was given one), worst first (by the one-to-one F1, then by
        how many are wrong): `truths`, `predictions`; `tp`, `fp`, `fn`, `precision`, `recall`, `f1` by the Studio's
        counting, and with the suffix `_one_to_one` by one-to-one counting; a column a kind of error; `server` (its f1,
        of box models its mAP), `recomputed` and `difference`.
    figures : DataFrame
        Index `figure`: `f1`, `precision` and `recall` over all pictures by the Studio's counting, and with the suffix
        `_one_to_one`; of boxes with scores also `mAP`, the mean of the pictures' own (`recomputed`); `value`, and the
        interval over pictures from `low` to `high` (`edgekit.resampling`), NaN of one picture.
    note : str
        In how many pictures the server's own figure differs, and how many came without debug info.
    per_class : DataFrame
        Index `label` (its name where known): as `per_sample`, without the server's. Truths of label -1 are the row "not
        in training", without precision, recall and F1: they are counted, and no figure holds them against the model.
    confusion : DataFrame
        See `edgekit.detection.confusion`, with names; label -1 is "not in training".
    per_object : DataFrame
        Each truth and each prediction with its kind of error; see `edgekit.detection.errors`, with names as well.
    names : dict
        Names of the classes by label, as far as any of the pictures knows them.
    """

    per_class: pd.DataFrame
    confusion: pd.DataFrame
    per_object: pd.DataFrame
    names: dict[Any, str]

    @property
    def per_image(self) -> pd.DataFrame:
        """`per_sample` under its first name, with the index named `picture`: notebooks of edgekit 0.1 ask for it."""
        return self.per_sample.rename_axis(index="picture")

    def metrics(self, one_to_one: bool = False) -> Metrics:
        """Return the figures over all pictures; see `DebugInfo.metrics` for the two countings."""
        suffix = _SUFFIXES[bool(one_to_one)]
        return Metrics.of(*(int(self.per_sample[f"{name}{suffix}"].sum()) for name in ("tp", "fp", "fn")))

    def __repr__(self) -> str:
        f1 = ", ".join(f"{self.metrics(one_to_one=way).f1:.3f} ({name})" for name, way in COUNTINGS.items())
        return display.fit(f"<Summary of {len(self.per_sample)} pictures · F1 {f1}>")

    def _repr_html_(self) -> str:
        found = error_kinds.total(self.per_object)
        shown = dict(summaries.in_words(self.figures))
        facts = {f"F1, {name}": shown[f"f1{_SUFFIXES[way]}"] for name, way in COUNTINGS.items()}
        facts["mAP"] = shown.get("mAP", "")
        facts["kinds"] = display.listing((f"{kind} {count}" for kind, count in found.items()), limit=len(ERROR_KINDS))
        return display.card(f"{len(self.per_sample)} pictures", facts, note=self.note)


def summary(results: Results, block: int | str | None = None) -> Summary:
    """Sum up what a model detected in many pictures.

    Parameters
    ----------
    results : iterable, or mapping from name
        Of `ClassifyResult`, `BlockResult`, `Picture`, `DebugInfo` or `BoxMatch`; or what `Studio.test` returned.
    block : int or str, optional
        Which block: its id, type, last layer ("fomo") or title. Without it the one that detects objects; of several the
        FOMO block, as `edgekit.explore` chooses.

    Returns
    -------
    Summary

    Examples
    --------
    >>> import edgekit as ek
    >>> studio = ek.connect(sandbox="objects")
    >>> results = studio.classify(studio.samples("testing").index[:4])
    >>> ek.detection.summary(results).metrics()
    Metrics(tp=11, fp=0, fn=0, precision=1.000, recall=1.000, f1=1.000)
    """
    pictures = _pictures(results, block)
    scene, limit, far = _together(pictures)
    found = error_kinds.table(scene, limit, far)
    names = _names(pictures)
    picture = pd.Index([shown.name for shown in pictures], name="sample", dtype=object).infer_objects()
    images = _counted(scene, limit, scene.truths.picture, scene.predictions.picture, picture)
    images = images.join(
        error_kinds.count(found, "picture")
        .reindex(range(len(picture)), fill_value=0)
        .set_axis(picture)[list(ERROR_KINDS)]
    )
    images = images.assign(**_compared(pictures, images["f1"].to_numpy()))
    wrong = -(images["fp_one_to_one"] + images["fn_one_to_one"])
    images = images.iloc[np.lexsort((np.arange(len(images)), wrong, images["f1_one_to_one"]))]

    codes, labels = pd.factorize(np.concatenate([scene.truths.label, scene.predictions.label]), sort=False)
    split = len(scene.truths)
    classes = _counted(scene, limit, codes[:split], codes[split:], pd.Index(labels, dtype=object, name="label"))
    by_label = error_kinds.count(found, "label").reindex(labels, fill_value=0)
    classes = classes.join(by_label[list(ERROR_KINDS)].set_axis(classes.index))
    classes = classes.loc[sorted(classes.index, key=lambda label: (isinstance(label, str), label))]
    classes.loc[
        classes.index == NOT_IN_TRAINING, [f"{rate}{suffix}" for rate in _RATES for suffix in _SUFFIXES.values()]
    ] = np.nan
    matrix = error_kinds.confusion(found)
    shown = names | {NOT_IN_TRAINING: error_kinds.UNKNOWN}
    label = found["label"].map(lambda label: shown.get(label, label))
    return Summary(
        per_sample=images,
        figures=figures_table(_figures(images, isinstance(pictures[0].matched, BoxMatch))),
        note=_note(images, pictures),
        per_class=classes.rename(index=shown),
        confusion=matrix.rename(index=shown, columns=shown),
        per_object=found.assign(picture=picture.take(found["picture"].to_numpy(int)), label=label),
        names=names,
    )


def errors(results: Results, block: int | str | None = None) -> pd.DataFrame:
    """Put each truth and each prediction of many pictures into exactly one kind.

    Parameters
    ----------
    results, block
        As for `summary`.

    Returns
    -------
    DataFrame, one row each: `picture`, `object` ("truth" or "prediction"), `index` (its row in that picture's table),
    `x`, `y` (centres; of boxes the top left corner), `label`, `kind`, `partner` (the other one's index, missing without
    one), `distance` (to it; of boxes 1 - IoU). Looked for in this order:

    hit
        A prediction and a truth of one label within the matching distance, paired one-to-one.
    duplicate
        A prediction with a truth of its label within the distance that is hit by another one; `partner` is the nearest.
        Hits and duplicates together are the Studio's true positives.
    wrong class
        A prediction and a truth of different labels within the distance, both left so far, paired one-to-one.
    too far
        A prediction and a truth of one label, both left so far, up to twice the distance apart (boxes: that overlap by
        a tenth at least), paired one-to-one.
    background
        Any other prediction: nothing is there.
    missed
        Any other truth: nothing was found.
    not in training
        Every truth of label -1. A prediction on it is of the wrong class, and the truth's partner.
    """
    pictures = _pictures(results, block)
    found = error_kinds.table(*_together(pictures))
    names = pd.Index([shown.name for shown in pictures], dtype=object).infer_objects()
    return found.assign(picture=names.take(found["picture"].to_numpy(int)))


def sweep_distance(
    results: Results,
    distances: Sequence[float] | None = None,
    *,
    block: int | str | None = None,
    draws: int = 20,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the figures of many pictures over matching distances, with chance beside them.

    See `edgekit.detection.sweep.sweep` for the table; `results` and `block` as for `summary`, of FOMO models.
    """
    pictures = _pictures(results, block)
    if any(not isinstance(shown.matched, DebugInfo) for shown in pictures):
        raise UsageError("sweep_distance() is for centres (FOMO): boxes are matched by their overlap.")
    return sweep(_together(pictures)[0], distances, draws=draws, seed=seed)


def per_picture(truths: pd.DataFrame, predictions: pd.DataFrame, min_distance: float = 0.2) -> pd.DataFrame:
    """Match and count many pictures that stand in two tables.

    Parameters
    ----------
    truths, predictions : DataFrame
        Columns `picture`, `x`, `y`, `label`.
    min_distance : float
        As for `match`.

    Returns
    -------
    DataFrame, index `picture` in order of first appearance: `truths`, `predictions`, `tp`, `fp`, `fn`, `precision`,
    `recall`, `f1` by the Studio's counting, and with the suffix `_one_to_one` by one-to-one counting. A picture without
    any row in either table is not in it: nothing says that it exists.
    """
    limit = checked_distance(min_distance)
    for table, what in ((truths, "truths"), (predictions, "predictions")):
        if not isinstance(table, pd.DataFrame) or "picture" not in table:
            raise UsageError(f"The {what} are a table with a column picture.")
    codes, names = pd.factorize(pd.concat([truths["picture"], predictions["picture"]], ignore_index=True))
    split = len(truths)
    scene = Scene(
        Objects.from_table(truths, "truths", picture=codes[:split]),
        Objects.from_table(predictions, "predictions", picture=codes[split:]),
    )
    return _counted(scene, limit, codes[:split], codes[split:], pd.Index(names, name="picture"))


def _pictures(results: Results, block: int | str | None) -> list[Picture]:
    if isinstance(results, HasResults) and not isinstance(results, Matched | HasPictures | HasBlocks):
        results = results.results
    if isinstance(results, Matched | Picture | HasPictures | HasBlocks):
        results = [results]
    named = isinstance(results, Mapping)
    found: list[Picture] = []
    given = results.items() if isinstance(results, Mapping) else enumerate(_listed(results))
    for name, item in given:
        if isinstance(item, Picture):
            found.append(item)
        elif isinstance(item, Matched):
            found.append(Picture(name, item))
        elif isinstance(item, HasPictures | HasBlocks):
            shown = (_chosen(item, block) if isinstance(item, HasBlocks) else item).pictures()
            found += [Picture(name, one.matched, one.server) for one in shown] if named and len(shown) == 1 else shown
        else:
            raise UsageError(
                f"Item {display.quoted(name)} is {type(item).__name__}: expected what classify() returned, one of its "
                "blocks, a DebugInfo or a BoxMatch."
            )
    if not found:
        raise UsageError("There is no picture to sum up.")
    return found


def _listed(results: Results) -> Iterable[Any]:
    if isinstance(results, Iterable) and not isinstance(results, str | bytes | pd.DataFrame | np.ndarray):
        return results
    raise UsageError(
        f"Expected what classify() returned, one of its blocks, a DebugInfo or a BoxMatch, or a list of one of these; "
        f"got {display.quoted(results)}."
    )


def _chosen(result: HasBlocks, block: int | str | None) -> HasPictures:
    if block is not None:
        return result.block(block)
    found = [one for one in result.blocks if one.detects]
    if len(found) > 1:
        found = [one for one in found if one.last_layer == "fomo"] or found
    if len(found) != 1:
        fault = "More than one block detects" if found else "No block detects"
        raise UsageError(f"{fault} objects here: {result!r}. Name one: block=… (its id or last layer).")
    return found[0]


def _together(pictures: list[Picture]) -> tuple[Scene, float, float]:
    """Return all pictures as one scene, and the limits they share."""
    all_matched = [shown.matched for shown in pictures]
    if not (all(isinstance(m, DebugInfo) for m in all_matched) or all(isinstance(m, BoxMatch) for m in all_matched)):
        raise UsageError("These are centres (FOMO) and boxes mixed: sum up one block at a time.")
    stated = [m for m in all_matched if not (isinstance(m, DebugInfo) and "min_distance" in m.derived)] or all_matched
    limits = {(m.limit, m.far) for m in stated}
    if len(limits) > 1:
        shown = sorted(limit for limit, _ in limits)
        raise UsageError(f"These pictures were matched with different limits ({shown}): rematch() them with one.")
    return Scene.merged([m.scene for m in all_matched]), *limits.pop()


def _names(pictures: list[Picture]) -> dict[Any, str]:
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


def _counted(scene: Scene, limit: float, truth: Indices, prediction: Indices, index: pd.Index[Any]) -> pd.DataFrame:
    size = len(index)
    columns: dict[str, Any] = {
        "truths": np.bincount(truth, minlength=size),
        "predictions": np.bincount(prediction, minlength=size),
    }
    for one_to_one, suffix in _SUFFIXES.items():
        found = counts(scene, limit, truth, prediction, size, one_to_one=one_to_one)
        shares = dict(zip(_RATES, rates(*found), strict=True))
        columns |= {f"{name}{suffix}": values for name, values in (found._asdict() | shares).items()}
    return pd.DataFrame(columns, index=index)


def _compared(pictures: list[Picture], f1: Any) -> dict[str, Any]:
    """Return the server's main figure of each picture beside the recomputed one."""
    boxes = isinstance(pictures[0].matched, BoxMatch)
    server = [shown.server.get("mAP" if boxes else "f1") for shown in pictures]
    recomputed = f1
    if boxes:
        recomputed = [
            shown.matched.average_precision() if "score" in shown.matched.predictions else np.nan
            for shown in pictures
            if isinstance(shown.matched, BoxMatch)
        ]
    sent, again = np.array(server, float), np.array(recomputed, float)
    return {"server": sent, "recomputed": again, "difference": again - sent}


def _figures(images: pd.DataFrame, boxes: bool) -> dict[str, Figure]:
    """Return the figures over all pictures, by both countings, and of boxes the mean of the pictures' mAPs."""
    found = {}
    for suffix in _SUFFIXES.values():
        counted = images[[f"{name}{suffix}" for name in ("tp", "fp", "fn")]]
        for place, name in sorted(enumerate(_RATES), key=lambda rate: rate[1] != "f1"):
            found[f"{name}{suffix}"] = figure(counted, partial(_rate, place))
    recomputed = images["recomputed"].dropna()
    if boxes and len(recomputed):
        parts = np.column_stack([recomputed, np.ones(len(recomputed))])
        found["mAP"] = figure(parts, lambda sums: sums[..., 0] / sums[..., 1])
    return found


def _rate(place: int, sums: Floats) -> Floats:
    return rates(*np.moveaxis(sums, -1, 0))[place]


def _note(images: pd.DataFrame, pictures: list[Picture]) -> str:
    differ = int((images["difference"].abs() > 1e-6).sum())
    own = sum(isinstance(shown.matched, DebugInfo) and shown.matched.without_debug_info for shown in pictures)
    notes = [f"In {differ} pictures the server's own figure differs from the recomputed one."] if differ else []
    notes += [f"{own} of {len(pictures)} pictures came without debug info: {MATCHED_BY_EDGEKIT}."] if own else []
    return " ".join(notes)
