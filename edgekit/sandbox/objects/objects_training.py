"""Trains and measures the models of the project "objects"."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgekit.sandbox import fitting
from edgekit.sandbox.detections import MIN_DISTANCE, UNKNOWN, Found, matched, metrics, totals
from edgekit.sandbox.fitting import SEED, Singles
from edgekit.sandbox.images import BoxBlock, CentroidBlock, DetectionBlock, ObjectPhoto
from edgekit.sandbox.models import Floats
from edgekit.sandbox.objects import TIGHT, box_block, cells, centroid_block, samples
from edgekit.sandbox.objects.pictures import LABELS, Picture
from edgekit.sandbox.objects.scenes import scenes
from edgekit.sandbox.project import VARIANTS
from edgekit.sandbox.shipped import Learned

CORE = 1 / 3  # of an object's width and height, each way from its centre: cells there are the object
BACKGROUND_KEPT = 0.2

Both = tuple[list[Found], list[Found]]  # truths and detections of one picture


def train() -> Learned:
    """Train both networks and measure the blocks on pictures they have not seen."""
    photos = list(samples([Picture(scene) for scene in scenes()]).values())
    features, labels, edges = _table([photo for photo in photos if photo.category == "training"])
    inside = labels > 0
    arrays = {
        **fitting.class_network(features, labels, BACKGROUND_KEPT).arrays("classes"),
        **fitting.target_network(features[inside], edges[inside]).arrays("edges"),
    }
    unseen = [photo for photo in photos if photo.category == "testing"]
    figures = {
        "centroids": _measured_centroids(centroid_block(arrays), unseen),
        "boxes": _measured_boxes(box_block(arrays), unseen),
    }
    return Learned(arrays, figures)


def _table(photos: list[ObjectPhoto]) -> tuple[Singles, NDArray[np.int_], Floats]:
    """Return of all half-way cells, the background thinned out: context, label from 1, where the object's edges are."""
    random = np.random.default_rng(SEED)
    centres = cells.centres(cells.PATCH)
    features, labels, edges = [], [], []
    for photo in photos:
        label, edge = _targets(photo.truths(LABELS), centres)
        kept = (label > 0) | (random.random(len(label)) < BACKGROUND_KEPT)
        features.append(cells.contexts(photo.grey(), cells.PATCH)[kept].astype(np.float32))
        labels.append(label[kept])
        edges.append(edge[kept])
    return np.concatenate(features), np.concatenate(labels), np.concatenate(edges)


def _targets(truths: list[Found], centres: Floats) -> tuple[NDArray[np.int_], Floats]:
    """Return each cell's label, 0 for background, and how far its object's edges are from its centre."""
    labels, edges = np.zeros(len(centres), int), np.zeros_like(centres)
    half_cell = cells.CELL / cells.SIDE / 2
    for truth in truths:
        column, row = truth.centre()
        across, down = CORE * (truth.right - truth.left), CORE * (truth.bottom - truth.top)
        core = (abs(centres[:, 0] - column) <= max(across, half_cell)) & (
            abs(centres[:, 1] - row) <= max(down, half_cell)
        )
        labels[core] = truth.label + 1
        edges[core] = np.array(truth[1:5]) - centres[core]
    return labels, edges


def _detected(block: DetectionBlock, photos: list[ObjectPhoto]) -> list[Both]:
    """Return (truths, detections) of each picture."""
    return [(p.truths(block.names), block.found(p.grey().reshape(1, -1), VARIANTS[0])[1]) for p in photos]


def _measured_centroids(block: CentroidBlock, photos: list[ObjectPhoto]) -> dict[str, float]:
    """Measure F1 over all objects, at the usual and at a tight distance, and of as many points put down at random."""
    found = _detected(block, photos)
    random = np.random.default_rng(SEED)
    scattered = [(truths, [_elsewhere(one, random) for one in detections]) for truths, detections in found]
    hits, false, missed = totals([matched(*both) for both in found])
    return {
        "pictures": len(photos),
        "objects": _known(found),
        "hits": hits,
        "false": false,
        "missed": missed,
        "f1": _f1(found, MIN_DISTANCE),
        "f1_tight": _f1(found, TIGHT),
        "f1_random": _f1(scattered, MIN_DISTANCE),
        "f1_random_tight": _f1(scattered, TIGHT),
    }


def _measured_boxes(block: BoxBlock, photos: list[ObjectPhoto]) -> dict[str, float]:
    """Measure the mean of the pictures' COCO mAP, over those that hold an object of a known class."""
    found = [both for both in _detected(block, photos) if _known([both])]
    maps = [block.figures(*both, debug=False)["mAP"] for both in found]
    return {
        "pictures": len(found),
        "objects": _known(found),
        "boxes": sum(len(boxes) for _, boxes in found),
        "map": float(np.mean(maps)),
    }


def _known(found: list[Both]) -> int:
    """Count the truths of known classes."""
    return sum(truth.label != UNKNOWN for truths, _ in found for truth in truths)


def _f1(found: list[Both], distance: float) -> float:
    return metrics(*totals([matched(*both, distance) for both in found]))[2]


def _elsewhere(found: Found, random: np.random.Generator) -> Found:
    x, y = random.random(2).tolist()
    return found._replace(left=x, right=x, top=y, bottom=y)
