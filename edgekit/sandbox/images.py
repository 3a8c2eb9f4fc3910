"""Projects of pictures: the input block makes each square, learn blocks say what is where in it.

Two frames: the stored picture (pixels; here boxes are annotated) and what the models see after the input block, which
takes the shortest axis to `SIDE` pixels and cuts the rest off evenly. All detections are ratios 0..1 of the latter.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from abc import abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from edgekit.sandbox import model_testing
from edgekit.sandbox.detections import UNKNOWN, Found, Matching, coco_map, fused, matched, metrics, suppressed, totals
from edgekit.sandbox.models import Network
from edgekit.sandbox.objects import cells
from edgekit.sandbox.objects.pictures import Box, Picture, Pixels
from edgekit.sandbox.project import Block, Floats, Json, Project, StoredSample, Tested

SIDE = cells.SIDE
NOTHING, BACKGROUND = "-", "background"  # the first is the Studio's label of a picture without boxes


@dataclass(frozen=True, eq=False)
class Photo(StoredSample):
    """A picture with annotated boxes."""

    stored: Picture

    device: str = field(default="camera", kw_only=True)
    sensors: list[Json] = field(default_factory=lambda: [{"name": "image", "units": "rgba"}], kw_only=True)

    def __len__(self) -> int:
        return 1

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The annotated boxes, in pixels of the stored picture."""
        return self.stored.scene.boxes

    @property
    def pixels(self) -> Pixels:
        """The stored picture: shape (height, width, 3)."""
        return self.stored.pixels

    @cached_property
    def png(self) -> bytes:
        """The stored file."""
        return _png(Image.fromarray(self.pixels))

    def content(self) -> bytes:
        """Return the pixels' bytes."""
        return self.pixels.tobytes()

    def readings(self, project: Project, part: slice) -> list[Any]:
        """Return one text, which refers to the picture by its size and its signature."""
        signature = hmac.new(project.hmac_key.encode(), self.png, hashlib.sha256).hexdigest()
        return [f"Ref-BINARY-image/png ({len(self.png)} bytes) {signature}"][part]

    def labels(self) -> set[str]:
        """Return the labels of its boxes, each once; "-" without any."""
        return {box.label for box in self.boxes} or {NOTHING}

    def kind(self) -> Json:
        """Return the boxes in pixels of the stored picture, and its size."""
        width, height = self.stored.size
        return {
            "chartType": "image",
            "boundingBoxes": [box._asdict() for box in self.boxes],
            "boundingBoxesType": "object_detection",
            "imageDimensions": {"width": width, "height": height},
        }

    def picture(self, after_input_block: bool) -> bytes:
        """Return the stored file, or what the models see, before its colours are taken away."""
        return _png(self.input()) if after_input_block else self.png

    def input(self) -> Image.Image:
        """Return what the models see, before its colours are taken away."""
        scale, left, top = self._fit()
        width, height = self.stored.size
        size = (round(width * scale), round(height * scale))
        resized = Image.fromarray(self.pixels).resize(size, Image.Resampling.LANCZOS)
        return resized.crop((left, top, left + SIDE, top + SIDE))

    def grey(self) -> Floats:
        """Return what the image DSP block makes of it: (SIDE, SIDE), 0..1."""
        return np.asarray(self.input().convert("L"), float) / 255

    def truths(self, labels: list[str]) -> list[Found]:
        """Return the annotated boxes as far as the models see them; boxes without any area left are skipped."""
        scale, left, top = self._fit()
        found = []
        for box in self.boxes:
            across = np.clip([box.x * scale - left, (box.x + box.width) * scale - left], 0, SIDE) / SIDE
            down = np.clip([box.y * scale - top, (box.y + box.height) * scale - top], 0, SIDE) / SIDE
            label = labels.index(box.label) if box.label in labels else UNKNOWN
            one = Found(label, *map(float, (across[0], down[0], across[1], down[1])))
            if one.area() > 0:
                found.append(one)
        return found

    def _fit(self) -> tuple[float, int, int]:
        """Return the input block's scale and how many pixels it cuts off on the left and at the top."""
        width, height = self.stored.size
        scale = SIDE / min(height, width)
        return scale, (round(width * scale) - SIDE) // 2, (round(height * scale) - SIDE) // 2


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=3)  # the usual 6 takes three times as long and saves nothing here
    return file.getvalue()


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

    def outcome(self, sample: Photo, rows: Floats, variant: str, debug: bool) -> Json:
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

    def windows(self, sample: Photo) -> int:
        """Return 1: a picture is one window."""
        return 1

    def features(self, sample: Photo) -> Floats:
        """Return the grey values, row by row."""
        return sample.grey().reshape(1, -1)

    def feature_names(self) -> list[str]:
        """Return the grey values' names."""
        return [f"row {row} column {column}" for row in range(SIDE) for column in range(SIDE)]

    def expected(self, sample: Photo) -> Json:
        """Return the picture's label over its one reading."""
        return {"expectedLabels": [{"startIndex": 0, "endIndex": 0, "label": sample.label}]}

    def verdicts(self, sample: Photo, classifications: list[Json]) -> list[Json]:
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
        sample: Photo = self.samples[result["sampleId"]]
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
