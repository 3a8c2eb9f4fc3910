"""Many pictures at once: which are worst, which classes, what kinds of errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from functools import cached_property, partial
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
import pandas as pd

from edgekit import display, summaries
from edgekit.detection import error_kinds, store_summary
from edgekit.detection.boxes import BoxMatch
from edgekit.detection.counted import RATES, SUFFIXES, Counted, by_group, in_their_order, names_of, of_scene
from edgekit.detection.debug_info import DebugInfo, without_debug_info
from edgekit.detection.error_kinds import ERROR_KINDS
from edgekit.detection.matched import Matched, with_different_limits
from edgekit.detection.matching import COUNTINGS, MIN_DISTANCE, Metrics, checked_distance, rates
from edgekit.detection.scene import NOT_IN_TRAINING, Floats, Objects, Scene
from edgekit.detection.sweep import sweep
from edgekit.errors import UsageError
from edgekit.resampling import Figure, figure
from edgekit.summaries import HasParts, HasResults, figures_table


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
    names : dict
        Names of the classes by label, as far as any of the pictures knows them.
    """

    per_class: pd.DataFrame
    confusion: pd.DataFrame
    names: dict[Any, str]
    objects: InitVar[Callable[[], pd.DataFrame]]

    def __post_init__(self, objects: Callable[[], pd.DataFrame]) -> None:
        object.__setattr__(self, "_objects", objects)

    def __getstate__(self) -> dict[str, Any]:
        kept = vars(self) | {"per_object": self.per_object}
        return {name: value for name, value in kept.items() if name != "_objects"}

    @cached_property
    def per_object(self) -> pd.DataFrame:
        """Each truth and each prediction with its kind of error; see `edgekit.detection.errors`, with names as well.

        Of a store they are read when they are asked for.
        """
        found: pd.DataFrame = vars(self)["_objects"]()
        return found

    @property
    def per_image(self) -> pd.DataFrame:
        """`per_sample` under its first name, with the index named `picture`: notebooks of edgekit 0.1 ask for it."""
        return self.per_sample.rename_axis(index="picture")

    def metrics(self, one_to_one: bool = False) -> Metrics:
        """Return the figures over all pictures; see `DebugInfo.metrics` for the two countings."""
        suffix = SUFFIXES[bool(one_to_one)]
        return Metrics.of(*(int(self.per_sample[f"{name}{suffix}"].sum()) for name in ("tp", "fp", "fn")))

    def __repr__(self) -> str:
        f1 = ", ".join(f"{self.metrics(one_to_one=way).f1:.3f} ({name})" for name, way in COUNTINGS.items())
        return display.fit(f"<Summary of {display.counted(len(self.per_sample), 'picture')} · F1 {f1}>")

    def _repr_html_(self) -> str:
        kinds = self.per_sample[list(ERROR_KINDS)].sum()
        shown = dict(summaries.in_words(self.figures))
        facts = {f"F1, {name}": shown[f"f1{SUFFIXES[way]}"] for name, way in COUNTINGS.items()}
        facts["mAP"] = shown.get("mAP", "")
        facts["kinds"] = display.listing(
            (f"{kind} {count}" for kind, count in kinds.items() if count), limit=len(ERROR_KINDS)
        )
        return display.card(display.counted(len(self.per_sample), "picture"), facts, note=self.note)


def summary(results: Results, block: int | str | None = None) -> Summary:
    """Sum up what a model detected in many pictures.

    Parameters
    ----------
    results : iterable, or mapping from name
        Of `ClassifyResult`, `BlockResult`, `Picture`, `DebugInfo` or `BoxMatch`; or what `Studio.test` returned; or an
        `edgekit.Store`, whose pictures were counted when they came.
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
    if isinstance(results, HasParts) and (stored := store_summary.read(results, block)):
        return _summed(stored.counted, stored.boxes, stored.own, stored.names, stored.objects)
    pictures = _pictures(results, block)
    counted = count(pictures)
    own = sum(isinstance(shown.matched, DebugInfo) and shown.matched.without_debug_info for shown in pictures)
    return _summed(counted, isinstance(pictures[0].matched, BoxMatch), own, names_of(pictures), lambda: counted.objects)


def count(pictures: list[Picture]) -> Counted:
    """Count what was detected in pictures, in their order, with the server's own figures."""
    scene, limit, far = _together(pictures)
    names = pd.Index([shown.name for shown in pictures], name="sample", dtype=object).infer_objects()
    found = of_scene(scene, limit, far, names)
    return found._replace(images=found.images.assign(**_compared(pictures, found.images["f1"].to_numpy())))


def limits_of(pictures: list[Picture]) -> tuple[float, float]:
    """Return the limits that pictures share: up to where a prediction hits, and is "too far"."""
    return _together(pictures)[1:]


def _summed(
    counted: Counted, boxes: bool, own: int, names: dict[Any, str], objects: Callable[[], pd.DataFrame]
) -> Summary:
    images = counted.images
    wrong = -(images["fp_one_to_one"] + images["fn_one_to_one"])
    worst = images.iloc[np.lexsort((np.arange(len(images)), wrong, images["f1_one_to_one"]))]
    named = names | {NOT_IN_TRAINING: error_kinds.UNKNOWN}

    def per_object() -> pd.DataFrame:
        found = objects()
        label = found["label"].map(lambda label: named.get(label, label))
        return found.assign(picture=images.index.take(found["picture"].to_numpy(int)), label=label)

    return Summary(
        per_sample=worst,
        figures=figures_table(_figures(worst, boxes)),
        note=_note(worst, own),
        per_class=in_their_order(counted.classes).rename(index=named),
        confusion=counted.confusion.rename(index=named, columns=named),
        names=names,
        objects=per_object,
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


def per_picture(truths: pd.DataFrame, predictions: pd.DataFrame, min_distance: float = MIN_DISTANCE) -> pd.DataFrame:
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
    return by_group(scene, scene.same(limit), codes[:split], codes[split:], pd.Index(names, name="picture"))


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
        raise with_different_limits(limit for limit, _ in limits)
    return Scene.merged([m.scene for m in all_matched]), *limits.pop()


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
    for suffix in SUFFIXES.values():
        counted = images[[f"{name}{suffix}" for name in ("tp", "fp", "fn")]]
        for place, name in sorted(enumerate(RATES), key=lambda rate: rate[1] != "f1"):
            found[f"{name}{suffix}"] = figure(counted, partial(_rate, place))
    recomputed = images["recomputed"].dropna()
    if boxes and len(recomputed):
        parts = np.column_stack([recomputed, np.ones(len(recomputed))])
        found["mAP"] = figure(parts, lambda sums: sums[..., 0] / sums[..., 1])
    return found


def _rate(place: int, sums: Floats) -> Floats:
    return rates(*np.moveaxis(sums, -1, 0))[place]


def _note(images: pd.DataFrame, own: int) -> str:
    differ = int((images["difference"].abs() > 1e-6).sum())
    pictures = display.counted(differ, "picture")
    notes = [f"In {pictures} the server's own figure differs from the recomputed one."] if differ else []
    notes += [f"{without_debug_info(own, len(images))}."] if own else []
    return " ".join(notes)
