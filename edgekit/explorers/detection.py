"""The explorer of object detections: truths, predictions and what went wrong, picture by picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import colours, detection, display
from edgekit.arguments import are_several, flag, items, real, whole
from edgekit.detection.debug_info import without_debug_info
from edgekit.detection.matching import FAR_OVERLAP, FAR_TIMES, MIN_DISTANCE, MIN_IOU
from edgekit.errors import UsageError
from edgekit.explorers import titles, trait_values
from edgekit.explorers.base import Explorer
from edgekit.explorers.compared import Threshold, as_threshold
from edgekit.explorers.images import packed
from edgekit.explorers.state import State, reading
from edgekit.explorers.still import detection as still
from edgekit.explorers.still.canvas import Canvas
from edgekit.results import detection as detected
from edgekit.studio.many import in_order
from edgekit.threshold_rules import is_detected

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

    from edgekit.results.block import BlockResult

_F1 = "f1_one_to_one"
_CELL = 8  # pixels of a FOMO model's input that one of its cells covers


class DetectionState(TypedDict, total=False):
    """The state of a `DetectionExplorer`, to begin with."""

    picture: int
    threshold: Threshold
    min_distance: float
    min_iou: float
    chosen: Sequence[str | int]
    cells: bool


class DetectionExplorer(Explorer):
    """Detections of one picture, or of many, worst first, with sliders for score and matching distance.

    Parameters
    ----------
    blocks : sequence of BlockResult
        What an object-detection block says of each picture: all of FOMO blocks, or all of blocks that give boxes.
    beside : sequence of BlockResult, optional
        What another model, or another variant of it, says of the same pictures. Both stand side by side, those pictures
        first on which the second one loses most; only pictures of both are on show.
    models : (str, str), optional
        What the two are called.
    **state
        Any of the traits below, to begin with.

    Attributes
    ----------
    picture : int
        The picture on show: its row in `pictures`.
    threshold : float
        Predictions with a lower score are left out. At first the block's own, 0 where it has none: with 0 all that the
        server sent is shown. Raising it takes whole detections away; the Studio would also split what it fused, so its
        own figures may differ a little.
    min_distance, min_iou : float
        Up to which distance of centres (FOMO), from which overlap on (boxes) a prediction can belong to a truth.
    chosen : list
        The chosen object: ["prediction" or "truth", its number], or empty.
    cells : bool
        Whether the cells of a FOMO model lie over the picture.
    pictures : DataFrame
        Index `picture`, worst first at the start: `sample` (id), `filename`, then the figures of
        `edgekit.detection.summary`. Of two models these are the first one's, and `difference` is by how much the F1 of
        the second one is higher, one-to-one.
    """

    script: ClassVar[str] = "detection/explorer.js"
    state: ClassVar[tuple[str, ...]] = ("picture", "threshold", "min_distance", "min_iou", "chosen", "cells")

    picture = State(0, whole)
    threshold = State(0.0, as_threshold)
    min_distance = State(MIN_DISTANCE, real)
    min_iou = State(MIN_IOU, real)
    chosen = State([], items)
    cells = State(False, flag)

    def __init__(
        self,
        blocks: Sequence[BlockResult],
        *,
        beside: Sequence[BlockResult] = (),
        models: Sequence[str] = ("first", "second"),
        **state: Unpack[DetectionState],
    ) -> None:
        if not are_several(beside) or not are_several(models) or len(list(models)) != 2:
            raise UsageError("beside takes the second model's blocks as a list, and models the names of the two.")
        names: dict[int, str] = {}
        for block in (*blocks, *beside):
            names |= detected.class_names(block.raw)
        pictures, others = _pictures_of(blocks, names), _pictures_of(beside, names)
        if beside:
            there = {picture.place: picture for picture in others}
            pictures = [picture for picture in pictures if picture.place in there]
            others = [there[picture.place] for picture in pictures]
        if not pictures:
            raise UsageError("There is no picture to explore: give a block that detected objects, or a list of them.")
        self._is_boxes = isinstance(pictures[0].matched, detection.BoxMatch)
        if any(isinstance(one.matched, detection.BoxMatch) != self._is_boxes for one in (*pictures, *others)):
            raise UsageError("Some of these blocks give centres (FOMO) and some boxes: explore one kind at a time.")
        self.models = [display.shown(name) for name in models] if beside else []
        summed = _summed(pictures)
        if beside:
            summed["difference"] = _summed(others)[_F1] - summed[_F1]
            summed = summed.sort_values("difference", kind="stable")
        self._pictures = [pictures[i] for i in summed.index]
        self._others = [others[i] for i in summed.index] if beside else []
        self.pictures = summed.reset_index(drop=True).rename_axis(index="picture")
        self.pictures.insert(0, "sample", [picture.block.sample.id for picture in self._pictures])
        self.pictures.insert(1, "filename", [picture.block.sample.filename for picture in self._pictures])
        self._fetch_images()
        own = {block.threshold for block in (*blocks, *beside) if block.threshold is not None}
        self._own = own.pop() if len(own) == 1 and 0 <= min(own) <= max(own) <= 1 else None
        begin: dict[str, Any] = {"threshold": self._own or 0.0}
        if not self._is_boxes:
            begin["min_distance"] = self._pictures[0].matched.limit
        super().__init__(self._describe(), self._arrays(), {**begin, **state})

    def _fetch_images(self) -> None:
        """Fetch every picture as the model saw it, a few at a time; a result from a file has no pictures."""
        ids = list(range(len(self._pictures)))
        images = in_order(lambda i, _: detected.picture(self._pictures[i].block.sample), ids, "fetch pictures")
        for picture, image in zip(self._pictures, images, strict=True):
            picture.image = image
        for other, picture in zip(self._others, self._pictures, strict=False):
            other.image = picture.image

    def _describe(self) -> dict[str, Any]:
        first = self._pictures[0].block
        figure = "mAP" if self._is_boxes else "F1"
        many = len(self._pictures)
        unscored = sum(int(picture.predictions["score"].isna().sum()) for picture in self._pictures)
        found = sum(len(picture.predictions) for picture in self._pictures)
        missing = sum(picture.image is None for picture in self._pictures)
        notes = (
            [f"{unscored} of {display.counted(found, 'prediction')} came without a score and are always shown"]
            if unscored
            else []
        )
        notes += [f"{missing} of {display.counted(many, 'picture')} could not be fetched"] if missing else []
        own = sum(picture.without_debug_info for picture in self._pictures)
        notes += [without_debug_info(own, many)] if own else []
        return {
            "title": titles.of_block(first, " and ".join(self.models), titles.of_pictures(first.sample, many)),
            "models": self.models,
            "boxes": self._is_boxes,
            "far": FAR_OVERLAP if self._is_boxes else FAR_TIMES,
            "own": self._own,
            "cells": None if self._is_boxes else _grid(self._pictures),
            "figure": figure,
            "counting": list(detection.COUNTINGS),
            "labels": self._labels(),
            "unknown": self._pictures[0].matched.name(detection.NOT_IN_TRAINING),
            "unnamed": list(colours.UNNAMED),
            "pictures": [
                {
                    "name": titles.of_sample(p.block.sample),
                    "shape": p.shape,
                    "server": p.server.get("mAP" if self._is_boxes else "f1"),
                }
                for p in self._pictures
            ],
            "note": "; ".join(notes),
        }

    def _labels(self) -> list[str]:
        sides = [table for p in (*self._pictures, *self._others) for table in (p.matched.truths, p.predictions)]
        known = {label: self._pictures[0].matched.name(label) for table in sides for label in table["label"]}
        return list(dict.fromkeys(name for label, name in known.items() if label != detection.NOT_IN_TRAINING))

    def _arrays(self) -> dict[str, NDArray[Any]]:
        codes = {name: code for code, name in enumerate(self._labels())}
        arrays: dict[str, NDArray[Any]] = {}
        pictures = [*self._pictures, *self._others]
        for side in ("truth", "prediction"):
            tables = [picture.truths if side == "truth" else picture.predictions for picture in pictures]
            together = pd.concat(tables, ignore_index=True)
            name = self._pictures[0].matched.name
            unknown = detection.NOT_IN_TRAINING
            labels = [unknown if label == unknown else codes[name(label)] for label in together["label"]]
            arrays |= {
                f"{side}_place": together[["x", "y", "width", "height"]].to_numpy("f8"),
                f"{side}_label": np.array(labels, "i4"),
                f"{side}_at": np.cumsum([0, *map(len, tables)]).astype("i4"),
            }
            if side == "prediction":
                arrays["prediction_score"] = together["score"].to_numpy("f8")
        return arrays | packed([picture.image for picture in self._pictures])

    def _checked(self, name: str, value: Any) -> Any:
        match name:
            case "picture":
                return trait_values.place("pictures", len(self._pictures), value)
            case "threshold" | "min_distance":
                return trait_values.finite(name, value, 0, 1)
            case "min_iou" if not 1e-9 <= value <= 1:
                raise UsageError(f"{name} is a number above 0 and up to 1, got {value}.")
            case "chosen" if value and not _is_object(value):
                raise UsageError(f'chosen is ["prediction" or "truth", its number], or [] for none; got {value}.')
        return super()._checked(name, value)

    @reading
    def matched(self, picture: int | None = None, *, model: int = 0) -> detection.Matched:
        """Return one picture matched at the sliders' values; the one on show without a number.

        `model` 1 is the second one of two.
        """
        one = (self._others if model else self._pictures)[self.picture if picture is None else picture]
        shown = one.predictions[is_detected(one.predictions["score"], self.threshold)].reset_index(drop=True)
        if self._is_boxes:
            return detection.match_boxes(one.truths, shown, self.min_iou, names=one.matched.names)
        return detection.match(one.truths, shown, self.min_distance, names=one.matched.names)

    @property
    @reading
    def selection(self) -> pd.DataFrame:
        """Each truth and each prediction on show, with its kind; see `edgekit.detection.errors`.

        `label` is a name, as far as names are known. `index` and `partner` number the predictions that the server sent,
        those below the threshold too, as `chosen` does.
        """
        scores = self._pictures[self.picture].predictions["score"].to_numpy(float)
        kept = np.flatnonzero(is_detected(scores, self.threshold))
        matched = self.matched()
        found = matched.errors()
        found["label"] = found["label"].map(matched.name).astype("str")
        for side, column in (("prediction", "index"), ("truth", "partner")):
            rows = (found["object"] == side) & found[column].notna()
            found.loc[rows, column] = kept[found.loc[rows, column].to_numpy(int)]
        return found

    @property
    @reading
    def counts(self) -> pd.DataFrame:
        """How many hits and misses, in this picture and in all, by both countings.

        Returns
        -------
        DataFrame, index `scope` ("this picture", "all pictures") and `counting` ("Studio": several predictions may take
        one truth; "one-to-one"); `tp`, `fp`, `fn`, `precision`, `recall`, `f1`.
        """
        everything = detection.summary(self.matched(i) for i in range(len(self._pictures)))
        rows = {
            (scope, name): source.metrics(one_to_one=one_to_one)
            for scope, source in (("this picture", self.matched()), ("all pictures", everything))
            for name, one_to_one in detection.COUNTINGS.items()
        }
        index = pd.MultiIndex.from_tuples(list(rows), names=["scope", "counting"])
        return pd.DataFrame(list(rows.values()), index=index)

    @property
    @reading
    def comparison(self) -> pd.DataFrame:
        """How many hits and misses each of two models has, one-to-one, in this picture and in all.

        Returns
        -------
        DataFrame, index `scope` ("this picture", "all pictures") and `model`; `tp`, `fp`, `fn`, `precision`, `recall`,
        `f1`. Without rows where there is one model only.
        """
        every = range(len(self._pictures))
        rows = {
            (scope, name): detection.summary(self.matched(i, model=number) for i in which).metrics(one_to_one=True)
            for scope, which in (("this picture", [self.picture]), ("all pictures", every))
            for number, name in enumerate(self.models)
        }
        index = pd.MultiIndex.from_tuples(list(rows), names=["scope", "model"])
        return pd.DataFrame(list(rows.values()), index, ["tp", "fp", "fn", "precision", "recall", "f1"])

    @property
    @reading
    def gains(self) -> pd.DataFrame:
        """What mending one kind of error would gain, over all pictures; see `edgekit.detection.gains`."""
        return detection.gains(pd.concat([self.matched(i).errors() for i in range(len(self._pictures))]))

    def _still(self) -> Canvas:
        image, shape = self._pictures[self.picture].image, self._pictures[self.picture].shape
        return still.picture(self._view(), image, shape, [self._stage(i) for i in range(len(self.models) or 1)])

    def _stage(self, model: int) -> still.Stage:
        """Return what the still picture draws of a model."""
        on_show, matched = (self._others if model else self._pictures)[self.picture], self.matched(model=model)
        shown = on_show.predictions[is_detected(on_show.predictions["score"], self.threshold)]
        truths = [matched.name(label) for label in on_show.truths["label"]]
        found = [matched.name(label) for label in shown["label"]]
        scored = [name if np.isnan(s) else f"{name} {s:.2f}" for name, s in zip(found, shown["score"], strict=True)]
        title = self.models[model] if self.models else ""
        return still.Stage(title, matched.errors(), [on_show.truths, shown], [truths, scored])

    @reading
    def _figure(self) -> Figure:
        """Return the picture on show as a matplotlib figure of its own; see `edgekit.plots.detections`."""
        from edgekit import plots
        from edgekit.plots.dark import ThemedFigure

        many = len(self.models) or 1
        figure = ThemedFigure(figsize=(7.6 * many, 5), layout="constrained")
        for model, axes in enumerate(figure.subplots(1, many, squeeze=False)[0]):
            on_show = (self._others if model else self._pictures)[self.picture]
            scores = on_show.predictions["score"]
            shown = scores[is_detected(scores, self.threshold)]
            title = " · ".join([*self.models[model : model + 1], str(on_show.block.sample.filename)])
            plots.detections(self.matched(model=model), on_show.image, scores=shown, ax=axes, title=title)
        return figure

    def _lines(self) -> list[str]:
        sample = self.pictures["sample"].iloc[self.picture]
        near = f"IoU at least {self.min_iou:g}" if self._is_boxes else f"distance up to {self.min_distance:g}"
        lines = [
            f"score at least {self.threshold:g}, {near}",
            f"picture {self.picture + 1} of {len(self._pictures)}: sample {sample}",
        ]
        counts = self.comparison if self.models else self.counts
        of = [f"{scope}, {name}" for scope, name in counts.index.to_flat_index()]
        lines += [f"{name}: F1 {f1:.3f}" for name, f1 in zip(of, counts["f1"], strict=True)]
        return lines


class _Picture:
    """One window of a block: what was matched, its predictions with their scores, and the picture, once fetched."""

    def __init__(self, block: BlockResult, window: int, names: dict[int, str]) -> None:
        self.block, self.image, self.place = block, None, (block.sample.id, window)
        self.matched = block.matched(window, names=names)
        self.predictions = detected.with_scores(block.raw, window, self.matched)
        truths = self.matched.truths
        self.truths = truths if "width" in truths else truths.assign(width=np.nan, height=np.nan)
        self.server = detected.server_figures(block.raw, window)

    image: Image | None

    @property
    def without_debug_info(self) -> bool:
        """Whether edgekit matched the centres because a FOMO model's answer came without debug info."""
        return isinstance(self.matched, detection.DebugInfo) and self.matched.without_debug_info

    @property
    def shape(self) -> float:
        """Height over width."""
        if self.image is not None:
            return float(self.image.height / self.image.width)
        size = self.block.sample.info.image_dimensions
        return size.height / size.width if size and size.width > 0 and size.height > 0 else 1.0


def _pictures_of(blocks: Sequence[BlockResult], names: dict[int, str]) -> list[_Picture]:
    return [
        _Picture(block, window, names) for block in blocks for window in range(len(block.raw.structured_result or []))
    ]


def _summed(pictures: list[_Picture]) -> pd.DataFrame:
    """Return the figures of each picture, worst first; the index is its place in the list."""
    return detection.summary(detection.Picture(i, p.matched, p.server) for i, p in enumerate(pictures)).per_sample


def _is_object(chosen: list[Any]) -> bool:
    return len(chosen) == 2 and chosen[0] in ("prediction", "truth") and isinstance(chosen[1], int)


def _grid(pictures: list[_Picture]) -> list[int] | None:
    """Return how many cells lie across and down, by the size of the picture that went into the model."""
    image = next((picture.image for picture in pictures if picture.image is not None), None)
    return None if image is None else [max(image.width // _CELL, 1), max(image.height // _CELL, 1)]
