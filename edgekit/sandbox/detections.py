"""From cells to detections, and how detections are judged: by centroids (FOMO) or by overlap (COCO mAP).

Everything here is in ratios 0..1 of the picture the models see, top left corner first: (left, top, right, bottom).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MIN_DISTANCE = 0.2
MAX_OVERLAP = 0.3
UNKNOWN = -1  # the label of a truth whose class no model was trained on


class Found(NamedTuple):
    """A box with a label (an index into the training classes); a truth has score 1."""

    label: int
    left: float
    top: float
    right: float
    bottom: float
    score: float = 1.0

    def centre(self) -> tuple[float, float]:
        """Return (horizontal, vertical)."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def overlap(self, other: Found) -> float:
        """Return the intersection over union."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        shared = max(width, 0) * max(height, 0)
        return shared / (self.area() + other.area() - shared) if shared else 0.0

    def area(self) -> float:
        """Return width times height."""
        return (self.right - self.left) * (self.bottom - self.top)


def fused(probabilities: Floats, threshold: float) -> list[Found]:
    """Return one box for each group of touching active cells of one label; corners touch.

    `probabilities` has shape (rows, columns, 1 + labels), background first. A cell is active for a label where its
    probability exceeds the threshold; a box's score is the highest of its cells.
    """
    rows, columns, labels = probabilities.shape
    found = []
    for label in range(labels - 1):
        of_label = probabilities[:, :, label + 1]
        for group in _groups(of_label > threshold):
            down, across = zip(*group, strict=True)
            edges = (min(across) / columns, min(down) / rows, (max(across) + 1) / columns, (max(down) + 1) / rows)
            found.append(Found(label, *edges, float(of_label[down, across].max())))
    return found


def _groups(active: NDArray[np.bool_]) -> list[list[tuple[int, int]]]:
    """Return the groups of active cells that touch, by their first cells, row by row.

    SciPy has a function for it; importing that takes longer than the whole sandbox.
    """
    waiting = dict.fromkeys(zip(*(axis.tolist() for axis in active.nonzero()), strict=True))
    groups = []
    while waiting:
        group = [next(iter(waiting))]
        del waiting[group[0]]
        for row, column in group:  # it grows meanwhile
            for one in itertools.product((row - 1, row, row + 1), (column - 1, column, column + 1)):
                if one in waiting:
                    del waiting[one]
                    group.append(one)
        groups.append(group)
    return groups


def suppressed(candidates: list[Found]) -> list[Found]:
    """Return the best candidates, without those of the same label that overlap a better one."""
    kept: list[Found] = []
    for one in sorted(candidates, key=lambda found: -found.score):
        if all(one.label != other.label or one.overlap(other) <= MAX_OVERLAP for other in kept):
            kept.append(one)
    return kept


# --- by centroids ---


class Pair(NamedTuple):
    """A prediction, a truth of the same label, and how far their centres are apart."""

    prediction: int
    truth: int
    distance: float


@dataclass(frozen=True, eq=False)
class Matching:
    """Which prediction belongs to which truth, by the Studio's counting, for FOMO."""

    truths: list[Found]
    predictions: list[Found]
    pairs: list[Pair]
    assigned: list[Pair]
    min_distance: float

    def missed(self) -> list[int]:
        """Return the truths that no prediction was assigned to."""
        return sorted(set(range(len(self.truths))) - {pair.truth for pair in self.assigned})

    def unassigned(self) -> list[int]:
        """Return the predictions that were assigned to no truth."""
        return sorted(set(range(len(self.predictions))) - {pair.prediction for pair in self.assigned})

    def counts(self) -> tuple[int, int, int]:
        """Return true positives, false positives, false negatives; truths of unknown class are left out."""
        return len(self.assigned), len(self.unassigned()), sum(self.truths[i].label != UNKNOWN for i in self.missed())

    def debug_info(self) -> dict[str, Any]:
        """Return the document of ``debugInfoJson``: x is the row fraction, y the column fraction, labels from 1."""
        info: dict[str, Any] = {}
        if self.truths or self.predictions:
            info |= {"y_trues": list(map(_point, self.truths)), "y_preds": list(map(_point, self.predictions))}
        info["assignments"] = [
            {"yp": p.prediction, "yt": p.truth, "label": self.truths[p.truth].label + 1, "distance": p.distance}
            for p in self.assigned
        ]
        if self.truths or self.predictions:
            pairwise = [list(pair) for pair in self.pairs]
            info |= {"normalised_min_distance": self.min_distance, "all_pairwise_distances": pairwise}
        return info | {"unassigned_y_true_idxs": self.missed(), "unassigned_y_pred_idxs": self.unassigned()}


def _point(found: Found) -> dict[str, Any]:
    column, row = found.centre()
    return {"x": row, "y": column, "label": UNKNOWN if found.label == UNKNOWN else found.label + 1}


def matched(truths: list[Found], predictions: list[Found], min_distance: float = MIN_DISTANCE) -> Matching:
    """Assign each prediction to the nearest truth of its label that is near enough.

    Several predictions may take the same truth, and each counts.
    """
    pairs, assigned = [], []
    for i, prediction in enumerate(predictions):
        of_label = [
            Pair(i, j, math.dist(prediction.centre(), truth.centre()))
            for j, truth in enumerate(truths)
            if truth.label == prediction.label
        ]
        pairs += of_label
        nearest = min(of_label, key=lambda pair: pair.distance, default=None)
        if nearest and nearest.distance <= min_distance:
            assigned.append(nearest)
    return Matching(truths, predictions, pairs, assigned, min_distance)


def metrics(hits: int, false: int, missed: int) -> tuple[float, float, float]:
    """Return precision, recall and F1 by the Studio's rule: 1 where there is nothing at all, 0 where undefined."""
    if hits == false == missed == 0:
        return 1.0, 1.0, 1.0
    precision = hits / (hits + false) if hits + false else 0.0
    recall = hits / (hits + missed) if hits + missed else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


def totals(matchings: list[Matching]) -> tuple[int, int, int]:
    """Return the counts of several pictures together."""
    hits, false, missed = np.sum([matching.counts() for matching in matchings], axis=0).tolist()
    return hits, false, missed


# --- by overlap ---


def coco_map(truths: list[Found], predictions: list[Found], labels: int, side: int) -> float:
    """Return the COCO mAP of one picture (IoU 0.50:0.95:0.05), the classes it lacks left out of account.

    The mean over all classes counts a class that the truth lacks as 0 and is then divided by (classes in this
    picture's truth / number of classes). Without truth: 1 if nothing was detected, else 0. Truths of a class no model
    was trained on are left out.
    """
    known = [truth for truth in truths if truth.label != UNKNOWN]
    if not known:
        return 0.0 if predictions else 1.0
    evaluation = _quiet("pycocotools.cocoeval").COCOeval(
        _coco(known, labels, side), _coco(predictions, labels, side), iouType="bbox"
    )
    parameters = evaluation.params
    parameters.areaRng, parameters.areaRngLbl, parameters.maxDets = parameters.areaRng[:1], ["all"], [100]
    evaluation.evaluate()
    evaluation.accumulate()
    precision = evaluation.eval["precision"][:, :, :, 0, 0]  # (IoU, recall, class); -1 for a class without truth
    over_all = precision.mean(axis=(0, 1)).clip(0).sum() / labels
    return float(over_all / (len({truth.label for truth in known}) / labels))


def _coco(found: list[Found], labels: int, side: int) -> Any:
    document = _quiet("pycocotools.coco").COCO()
    document.dataset = {
        "images": [{"id": 1}],
        "categories": [{"id": label} for label in range(labels)],
        "annotations": [
            {
                "id": number,
                "image_id": 1,
                "category_id": one.label,
                "bbox": [side * v for v in (one.left, one.top, one.right - one.left, one.bottom - one.top)],
                "area": side**2 * one.area(),
                "score": one.score,
                "iscrowd": 0,
            }
            for number, one in enumerate(found, start=1)
        ],
    }
    document.createIndex()
    return document


_quiet_modules: dict[str, ModuleType] = {}


def _quiet(name: str) -> ModuleType:
    """Return a module of pycocotools as a copy of our own that does not print.

    It prints its progress, and this runs in a thread of the user's notebook: stdout is not ours to redirect.
    """
    if name not in _quiet_modules:
        spec = find_spec(name)
        if spec is None or spec.loader is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        vars(module)["print"] = lambda *args, **options: None
        _quiet_modules[name] = module
    return _quiet_modules[name]
