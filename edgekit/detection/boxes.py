"""Boxes: where they lie in the model's input, which overlap, and COCO's mean average precision."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

import numpy as np
import pandas as pd

from edgekit import arguments, display
from edgekit.arguments import items, number
from edgekit.detection.matched import Matched, Names
from edgekit.detection.matching import FAR_OVERLAP, MIN_IOU, Metrics, optimal
from edgekit.detection.scene import BOX, Floats, Objects, Scene, overlap
from edgekit.errors import UsageError

# From the scale of either side to the one that is taken.
RESIZE_MODES: dict[str, Callable[[Floats], Floats]] = {"squash": np.copy, "fit-short": np.max, "fit-long": np.min}


def iou(truths: pd.DataFrame, predictions: pd.DataFrame) -> Floats:
    """Return the overlap (intersection over union) of every prediction with every truth, (predictions, truths)."""
    for name, boxes in (("predictions", predictions), ("truths", truths)):
        arguments.table(name, boxes, BOX)
    one = Objects.from_table(predictions.assign(label=0), "predictions", BOX).place
    other = Objects.from_table(truths.assign(label=0), "truths", BOX).place
    rows, columns = np.indices((len(one), len(other)))
    return overlap(one[rows.ravel()], other[columns.ravel()]).reshape(rows.shape)


def to_input(
    boxes: pd.DataFrame, image_size: tuple[float, float], input_size: tuple[float, float], resize_mode: str = "squash"
) -> pd.DataFrame:
    """Turn boxes in pixels of the stored image into ratios of the model's input.

    Parameters
    ----------
    boxes : DataFrame
        `x`, `y` (top left), `width`, `height` in pixels of the stored image, and whatever else.
    image_size, input_size : (width, height)
        Of the stored image, and of the impulse's input block.
    resize_mode : {"squash", "fit-short", "fit-long"}
        What the input block does: stretch both sides, crop the long side around its middle, or pad the short one.

    Returns
    -------
    DataFrame
        The same with ratios 0..1; boxes are cut at the picture's edge, and those that lie beyond it are left out. Real
        input blocks resize and crop by whole pixels, so places may be off by up to a pixel of the model's input.
    """
    image, target = checked_size(image_size, "image_size"), checked_size(input_size, "input_size")
    arguments.choice("resize_mode", resize_mode, RESIZE_MODES)
    arguments.table("boxes", boxes, BOX)
    place = Objects.from_table(boxes.assign(label=0), "boxes", BOX).place
    scale = np.broadcast_to(RESIZE_MODES[resize_mode](target / image), 2)
    start = (place[:, :2] * scale + (target - image * scale) / 2) / target
    end = start + place[:, 2:] * scale / target
    start, end = np.clip(start, 0, 1), np.clip(end, 0, 1)
    inside = np.flatnonzero((end > start).all(axis=1))
    moved = dict(zip(BOX, np.hstack([start, end - start]).T, strict=True))
    table: pd.DataFrame = boxes.assign(**moved).iloc[inside].reset_index(drop=True)
    return table


def checked_size(size: tuple[float, float], name: str) -> Floats:
    """Return (width, height) as an array, where it can be the size of a picture."""
    try:
        found = np.array([number(name, side) for side in items(name, size)])
    except UsageError:
        found = np.empty(0)
    if found.shape != (2,) or not (np.isfinite(found).all() and (found > 0).all()):
        raise UsageError(f"{name} is (width, height) in pixels, both above 0, got {display.quoted(size)}.")
    return found


def match_boxes(
    truths: pd.DataFrame, predictions: pd.DataFrame, min_iou: float = MIN_IOU, *, names: Names | None = None
) -> BoxMatch:
    """Match the predicted boxes of one picture with its truths.

    Parameters
    ----------
    truths, predictions : DataFrame
        Columns `x`, `y` (top left), `width`, `height`, `label`, all in one frame; predictions may have a `score`.
    min_iou : float
        A prediction and a truth of one label may belong together that overlap by at least this much (0 < IoU ≤ 1).
    names : mapping, optional
        Names of the classes by label.

    Returns
    -------
    BoxMatch
    """
    return BoxMatch(truths, predictions, number("min_iou", min_iou, 0, 1, above=True), names)


class BoxMatch(Matched):
    """The true and the predicted boxes of one picture, paired one-to-one.

    As many pairs of one label that overlap enough as there can be, then those with the most overlap. (COCO's own
    matching, which `average_precision` uses, lets the prediction with the highest score choose first.)

    Attributes
    ----------
    min_iou : float
        Boxes that overlap by at least this much may be a pair.
    """

    def __init__(self, truths: pd.DataFrame, predictions: pd.DataFrame, min_iou: float, names: Names | None) -> None:
        super().__init__(names)
        self._scene = Scene(
            Objects.from_table(truths, "truths", BOX), Objects.from_table(predictions, "predictions", BOX)
        )
        self._truths = truths[[*BOX, "label"]].reset_index(drop=True)
        self._predictions = predictions[[*BOX, "label", *_score(predictions)]].reset_index(drop=True)
        self.min_iou = min_iou

    @property
    def truths(self) -> pd.DataFrame:
        """Table `x`, `y`, `width`, `height`, `label`."""
        return self._truths.copy()

    @property
    def predictions(self) -> pd.DataFrame:
        """Table `x`, `y`, `width`, `height`, `label`, and `score` where there is one."""
        return self._predictions.copy()

    @property
    def scene(self) -> Scene:
        """Truths and predictions as arrays."""
        return self._scene

    @property
    def limit(self) -> float:
        """1 - `min_iou`."""
        return 1 - self.min_iou

    @property
    def far(self) -> float:
        """An overlap of one tenth, or `limit` where that is less overlap still."""
        return max(self.limit, FAR_OVERLAP)

    @cached_property
    def assignments(self) -> pd.DataFrame:
        """Table `prediction`, `truth` (rows of those tables), `label`, `iou`."""
        pairs = optimal(self._scene.same(self.limit), self.limit)
        return pd.DataFrame(
            {
                "prediction": pairs.prediction,
                "truth": pairs.truth,
                "label": self._scene.predictions.label[pairs.prediction],
                "iou": 1 - pairs.distance,
            }
        )

    def metrics(self, one_to_one: bool = False) -> Metrics:
        """Count hits and misses.

        Parameters
        ----------
        one_to_one : bool
            False is the Studio's counting, as for centres: each prediction takes the truth of its label that it
            overlaps most with. It is a true positive where that overlap is at least `min_iou`, even where others take
            the same truth; a truth that no prediction took is a false negative. True is one-to-one counting: the pairs
            in `assignments` are the true positives.

        Returns
        -------
        Metrics
            Truths with label -1 are left out.

        Notes
        -----
        The Studio itself sends no such counts for boxes, only COCO's mAP (`average_precision`). Its rule for centres is
        applied to boxes here, so that the figures of both kinds of models mean the same.
        """
        return self.recomputed_metrics(one_to_one=one_to_one)

    def average_precision(self) -> float:
        """Return COCO's mAP of this picture by the Studio's rule; see `edgekit.detection.average_precision`."""
        from edgekit.detection.coco import mean_average_precision

        return mean_average_precision(self._truths, self._predictions)

    def rematch(self, min_iou: float) -> BoxMatch:
        """Match the same boxes anew with another overlap."""
        return match_boxes(self._truths, self._predictions, min_iou, names=self.names)

    def __repr__(self) -> str:
        return display.fit(
            f"<BoxMatch of {display.counted(len(self._truths), 'truth')}, "
            f"{display.counted(len(self._predictions), 'prediction')} · "
            f"{display.counted(len(self.assignments), 'pair')} with IoU ≥ {self.min_iou:g}>"
        )

    def _repr_html_(self) -> str:
        return display.card("Boxes and truths", {"min_iou": f"{self.min_iou:g}"} | self._facts())


def _score(predictions: pd.DataFrame) -> Iterable[str]:
    return ["score"] if "score" in predictions else []
