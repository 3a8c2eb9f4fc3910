"""Projects of pictures with objects in them: learn blocks say what is where.

All detections are ratios 0..1 of what the models see, a square of `SIDE` pixels; `photos` has the frames.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from edgekit.sandbox import model_testing
from edgekit.sandbox.detections import UNKNOWN, Found, Matching, coco_map, fused, matched, metrics, suppressed, totals
from edgekit.sandbox.models import Network
from edgekit.sandbox.objects import cells
from edgekit.sandbox.photos import Photo
from edgekit.sandbox.project import Block, Floats, Json, Project, Tested

SIDE = cells.SIDE
NOTHING, BACKGROUND = "-", "background"  # the first is the Studio's label of a picture without boxes


@dataclass(frozen=True, eq=False)
class ObjectPhoto(Photo):
    """A picture that is labelled by its boxes."""

    def labels(self) -> set[str]:
        """Return the labels of its boxes, each once; "-" without any."""
        return {box.label for box in self.boxes} or {NOTHING}


# --- learn blocks ---


@dataclass(frozen=True, eq=False)
class DetectionBlock(Block):
    """A learn block that finds objects of the classes `names`."""

    names: list[str]
    classes: Network

    mode: ClassVar[str] = "object-detection"
    last_layer: ClassVar[str]

    def class_names(self) -> list[str]:
        """Return the labels of the objects."""
        return self.names

    def outcome(self, sample: ObjectPhoto, rows: Floats, variant: str, debug: bool) -> Json:
        """Return detections as ``structuredResult`` and ``details``, and as ``result`` the best score of each label.

        The best score is there below the threshold too: it says how far a label was from being found.
        """
        best, found = self.found(rows, variant)
        figures = self.figures(sample.truths(self.names), found, debug)
        return {
            "result": [dict(zip(self.names, best.tolist(), strict=True))],
            "structuredResult": [
                {
                    "boxes": [[f.left, f.top, f.right - f.left, f.bottom - f.top] for f in found],
                    "scores": [f.score for f in found],
                    "labels": [self.names[f.label] for f in found],
                    **figures,
                }
            ],
            "details": [
                {
                    "boxes": [[f.top, f.left, f.bottom, f.right] for f in found],
                    "labels": [f.label for f in found],
                    "scores": [f.score for f in found],
                    **{name: figures[name] for name in ("mAP", "f1") if name in figures},
                }
            ],
            "objectDetectionLastLayer": self.last_layer,
        }

    @abstractmethod
    def found(self, rows: Floats, variant: str) -> tuple[Floats, list[Found]]:
        """Return each label's highest score, and the detections."""

    @abstractmethod
    def figures(self, truths: list[Found], found: list[Found], debug: bool) -> Json:
        """Return the metrics of one picture."""


@dataclass(frozen=True, eq=False)
class CentroidBlock(DetectionBlock):
    """FOMO: classes for each cell, touching cells fused, judged by centroids."""

    last_layer: ClassVar[str] = "fomo"

    def found(self, rows: Floats, variant: str) -> tuple[Floats, list[Found]]:
        """Return the fused cells above the threshold."""
        grid = cells.grid(self.classes.probabilities(cells.contexts(rows), variant == "int8"))
        return grid[:, :, 1:].max(axis=(0, 1)), fused(grid, self.threshold["value"])

    def figures(self, truths: list[Found], found: list[Found], debug: bool) -> Json:
        """Return precision, recall and F1, which also stands in for mAP, and the debug info if asked for."""
        matching = matched(truths, found)
        precision, recall, f1 = metrics(*matching.counts())
        document = {"debugInfoJson": json.dumps(matching.debug_info())} if debug else {}
        return {"mAP": f1, "f1": f1, "precision": precision, "recall": recall, **document}


@dataclass(frozen=True, eq=False)
class BoxBlock(DetectionBlock):
    """Classes and a box for each cell, non-maximum suppression, judged by overlap."""

    edges: Network

    last_layer: ClassVar[str] = "yolox"

    def found(self, rows: Floats, variant: str) -> tuple[Floats, list[Found]]:
        """Return the best boxes at or above the threshold."""
        contexts, int8 = cells.contexts(rows), variant == "int8"
        scores = self.classes.probabilities(contexts, int8)[:, 1:]
        boxes = (cells.centres() + self.edges.outputs(contexts, int8)).clip(0, 1).tolist()
        active = np.argwhere(scores >= self.threshold["value"])
        candidates = []
        for cell, label in active.tolist():
            left, top, right, bottom = boxes[cell]
            candidates.append(Found(label, left, top, right, bottom, float(scores[cell, label])))
        return scores.max(axis=0), suppressed([found for found in candidates if found.area() > 0])

    def figures(self, truths: list[Found], found: list[Found], debug: bool) -> Json:
        """Return the COCO mAP of this picture, and nothing else."""
        return {"mAP": coco_map(truths, found, len(self.names), SIDE)}


# --- the project ---


@dataclass(frozen=True, eq=False)
class PhotoProject(Project):
    """A project of pictures with objects of the classes `names`; a picture is one window without duration."""

    names: list[str]

    labeling: ClassVar[str] = "object_detection"

    def windows(self, sample: ObjectPhoto) -> int:
        """Return 1: a picture is one window."""
        return 1

    def features(self, sample: ObjectPhoto, dsp_id: int) -> Floats:
        """Return the grey values, row by row."""
        return sample.grey().reshape(1, -1)

    def feature_names(self, dsp_id: int) -> list[str]:
        """Return the grey values' names."""
        return [f"row {row} column {column}" for row in range(SIDE) for column in range(SIDE)]

    def expected(self, sample: ObjectPhoto) -> Json:
        """Return the picture's label over its one reading."""
        return {"expectedLabels": [{"startIndex": 0, "endIndex": 0, "label": sample.label}]}

    def verdicts(self, sample: ObjectPhoto, classifications: list[Json]) -> list[Json]:
        """Return the first (FOMO) block's boxes and F1, which is the prediction; a picture is right where it is 1."""
        found, names = _found(classifications[0]), classifications[0]["structuredResult"][0]["labels"]
        f1 = classifications[0]["structuredResult"][0]["f1"]
        boxes = [
            {
                "label": name,
                "x": f.left,
                "y": f.top,
                "width": f.right - f.left,
                "height": f.bottom - f.top,
                "score": f.score,
            }
            for name, f in zip(names, found, strict=True)
        ]
        return [
            {
                "sampleId": sample.id,
                **self.span(0),
                "label": sample.label,
                "prediction": f"{f1:.2f}",
                "predictionCorrect": f1 == 1,
                "f1Score": f1,
                "boundingBoxes": boxes,
            }
        ]

    def accuracy(self, tested: Tested) -> Json:
        """Return objects found and missed per class, with background as what was found where nothing is."""
        matchings = [self._matching(result) for result, _ in tested]
        pairs = Counter(pair for matching in matchings for pair in self._pairs(matching))
        if not tested:
            return {"accuracy": model_testing.confusion(pairs), "additionalMetricsByLearnBlock": []}
        precision, recall, f1 = metrics(*totals(matchings))
        maps = [result["classifications"][1]["structuredResult"][0]["mAP"] for result, _ in tested]
        by_block = [{"Precision": precision, "Recall": recall, "F1": f1}, {"COCO mAP, mean of pictures": np.mean(maps)}]
        accuracy = model_testing.confusion(pairs)
        accuracy |= {"accuracyScore": f1, "summaryPerClass": {"F1 score": accuracy["totalSummary"]}}
        return {
            "accuracy": accuracy,
            "additionalMetricsByLearnBlock": [
                model_testing.additional(block, values)
                for block, values in zip(self.blocks.values(), by_block, strict=True)
            ],
        }

    def _matching(self, result: Json) -> Matching:
        sample: ObjectPhoto = self.samples[result["sampleId"]]
        return matched(sample.truths(self.names), _found(result["classifications"][0]))

    def _pairs(self, matching: Matching) -> list[tuple[str, str]]:
        """Return (expected, predicted) of every object; an object of an unknown class has no name here."""
        hits = [self.names[matching.predictions[pair.prediction].label] for pair in matching.assigned]
        missed = [
            self.names[t.label] for t in map(matching.truths.__getitem__, matching.missed()) if t.label != UNKNOWN
        ]
        false = [self.names[matching.predictions[i].label] for i in matching.unassigned()]
        return [*zip(hits, hits, strict=True), *((m, BACKGROUND) for m in missed), *((BACKGROUND, f) for f in false)]


def _found(classification: Json) -> list[Found]:
    details = classification["details"][0]
    rows = zip(details["labels"], details["boxes"], details["scores"], strict=True)
    return [Found(label, left, top, right, bottom, score) for label, (top, left, bottom, right), score in rows]
