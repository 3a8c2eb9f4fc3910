"""COCO's mean average precision, by pycocotools."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import util
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from edgekit import arguments
from edgekit.detection.scene import BOX, NOT_IN_TRAINING, Objects
from edgekit.errors import UsageError


@dataclass(frozen=True, eq=False)
class AveragePrecision:
    """COCO's average precision of the pictures.

    Attributes
    ----------
    mean : float
        mAP: the mean over IoU 0.50, 0.55, … 0.95 and over the classes that the truths have. Without any truth 1.0 if
        nothing was detected, else 0.0.
    per_class : DataFrame
        Index `label`; `truths`, `predictions`, `ap` (over the ten IoUs), `ap50` (at IoU 0.5); NaN for a class without
        truth, which the mean leaves out.
    curve : DataFrame
        `label`, `iou`, `recall` (0, 0.01, … 1), `precision` (COCO's: never rising with recall; 0 where that recall is
        not reached), `score` (the least score that counts there; NaN where not reached).
    """

    mean: float
    per_class: pd.DataFrame
    curve: pd.DataFrame

    def __repr__(self) -> str:
        return f"<AveragePrecision {self.mean:.3f} over {self.per_class['ap'].notna().sum()} classes>"


def average_precision(truths: pd.DataFrame, predictions: pd.DataFrame) -> AveragePrecision:
    """Work out COCO's mAP.

    Parameters
    ----------
    truths, predictions : DataFrame
        Columns `x`, `y` (top left), `width`, `height`, `label`; predictions also `score`. With a column `picture` in
        both they are those of many pictures, without it of one.

    Returns
    -------
    AveragePrecision

    Notes
    -----
    By pycocotools' COCOeval over all sizes, with at most 100 detections a picture and class. The Studio's published
    rule for one picture (COCO's mAP divided by the share of the classes that the picture's truth has) is the same
    mean over these classes. Truths of label -1, not in training, are left out.
    """
    truths, names, precision, absent, found = _precision(truths, predictions)
    scores, known = found["scores"][:, :, :, 0, 0], np.where(absent, np.nan, 1.0)
    per_class = pd.DataFrame(
        {
            "truths": [int((truths["label"] == name).sum()) for name in names],
            "predictions": [int((predictions["label"] == name).sum()) for name in names],
            "ap": precision.mean(axis=(0, 1)) * known,
            "ap50": precision[0].mean(axis=0) * known,
        },
        index=names.rename("label"),
    )
    mean = _mean(precision, absent, predictions)
    return AveragePrecision(mean, per_class, _curve(precision, scores, names, absent, found["params"]))


def mean_average_precision(truths: pd.DataFrame, predictions: pd.DataFrame) -> float:
    """Return the mean alone, in a third of the time."""
    _, _, precision, absent, _ = _precision(truths, predictions)
    return _mean(precision, absent, predictions)


def _mean(precision: Any, absent: Any, predictions: pd.DataFrame) -> float:
    return float(not len(predictions)) if absent.all() else float(precision[:, :, ~absent].mean())


def _precision(truths: pd.DataFrame, predictions: pd.DataFrame) -> tuple[pd.DataFrame, pd.Index[Any], Any, Any, Any]:
    """Return the truths that count, the labels, the precision (iou, recall, class), which have none, and the rest."""
    arguments.table("truths", truths, [*BOX, "label"])
    arguments.table("predictions", predictions, [*BOX, "label"])
    if "label" in truths:
        truths = truths[truths["label"] != NOT_IN_TRAINING]
    if "score" not in predictions:
        raise UsageError("The predictions need a column score: COCO ranks by it.")
    names = pd.Index([*truths.get("label", []), *predictions.get("label", [])], dtype=object).unique()
    found = _evaluated(truths, predictions, names)
    precision = found["precision"][:, :, :, 0, 0]
    return truths, names, precision, (precision < 0).all(axis=(0, 1)), found


def _evaluated(truths: pd.DataFrame, predictions: pd.DataFrame, names: pd.Index[Any]) -> dict[str, Any]:
    store_of, judge_of = _silent("pycocotools.coco").COCO, _silent("pycocotools.cocoeval").COCOeval
    pictures = pd.Index([*truths.get("picture", [0]), *predictions.get("picture", [0])], dtype=object).unique()
    if ("picture" in truths) != ("picture" in predictions):
        raise UsageError("Either both tables have a column picture, or none.")

    def annotations(table: pd.DataFrame, what: str) -> list[dict[str, Any]]:
        places = Objects.from_table(table, what, BOX).place
        picture = pictures.get_indexer(
            pd.Index(table["picture"] if "picture" in table else [0] * len(table), dtype=object)
        )
        rows = zip(places.tolist(), names.get_indexer(pd.Index(table["label"], dtype=object)), picture, strict=True)
        return [
            {
                "id": i, "bbox": box, "area": box[2] * box[3], "iscrowd": 0,
                "category_id": int(label), "image_id": int(where),
            }
            for i, (box, label, where) in enumerate(rows, start=1)  # COCOeval takes id 0 for "not matched"
        ]  # fmt: skip

    def store(found: list[dict[str, Any]]) -> Any:
        coco = store_of()
        coco.dataset = {
            "images": [{"id": i} for i in range(len(pictures))],
            "categories": [{"id": i} for i in range(len(names))],
            "annotations": found,
        }
        coco.createIndex()
        return coco

    found = annotations(predictions, "predictions")
    for annotation, score in zip(found, predictions["score"], strict=True):
        annotation["score"] = float(score)
    judge = judge_of(store(annotations(truths, "truths")), store(found), "bbox")
    judge.params.maxDets, judge.params.areaRng, judge.params.areaRngLbl = [100], [[0, 1e10]], ["all"]
    judge.evaluate()
    judge.accumulate()
    return dict(judge.eval)


@cache
def _silent(name: str) -> ModuleType:
    """Return a copy of a module of pycocotools, of our own, in which `print` does nothing.

    pycocotools prints its progress and cannot be told not to. ``sys.stdout`` belongs to the whole process, and the
    module itself to everyone who imports it: neither is touched.
    """
    spec = util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    module = util.module_from_spec(spec)
    vars(module)["print"] = lambda *_, **__: None
    spec.loader.exec_module(module)
    return module


def _curve(precision: Any, scores: Any, names: pd.Index[Any], absent: Any, params: Any) -> pd.DataFrame:
    rows = []
    for place, label in enumerate(names):
        if absent[place]:
            continue
        for step, iou in enumerate(params.iouThrs):
            reached = precision[step, :, place] > 0
            rows.append(
                pd.DataFrame(
                    {
                        "label": label, "iou": round(float(iou), 2), "recall": params.recThrs,
                        "precision": precision[step, :, place],
                        "score": np.where(reached, scores[step, :, place], np.nan),
                    }
                )
            )  # fmt: skip
    columns = ["label", "iou", "recall", "precision", "score"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)
