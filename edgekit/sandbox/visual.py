"""Projects of pictures in which something may be wrong: learn blocks score each cell of a grid (visual anomaly).

A cell's score is the model's for the patch that it looks at. Cells tile what the models see evenly: with n columns each
is 1 / n wide, as the API's boxes have it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from edgekit.sandbox import model_testing
from edgekit.sandbox.models import Mixture, Patches, as_int8
from edgekit.sandbox.photos import Photo
from edgekit.sandbox.project import DATE, Block, Floats, Json, Project, Tested
from edgekit.sandbox.surface import patch_features
from edgekit.sandbox.surface.patch_features import Grid

ANOMALY, NO_ANOMALY = "anomaly", "no anomaly"
METHODS: dict[str, tuple[str, Callable[[Floats], np.floating]]] = {  # how the cells become one score
    "max": ("Highest cell", np.max),
    "mean": ("Mean of all cells", np.mean),
}


@dataclass(frozen=True, eq=False)
class VisualBlock(Block):
    """A learn block that scores the cells of a grid.

    Its threshold `aggregation` says which of the `METHODS` makes one score of them; the picture is an anomaly where
    that is at or above the threshold. `reach` is the largest feature in training: what int8 has to cover. Only the
    features have a quantised variant; they are scored in floats whichever is asked for.
    """

    aggregation: Json
    grid: Grid
    model: Mixture | Patches
    reach: float

    mode: ClassVar[str] = "visual-anomaly"

    def thresholds(self) -> list[Json]:
        """Return the score from which on a picture is an anomaly, and how its cells become one score."""
        return [self.threshold, self.aggregation]

    def scores(self, rows: Floats, variant: str = "float32") -> Floats:
        """Return each cell's score: (rows, columns)."""
        patches = rows.reshape(self.grid.size**2, -1)
        if variant == "int8":
            patches = as_int8(patches, self.reach)
        return self.model.scores(patches).reshape(self.grid.size, self.grid.size)

    def outcome(self, sample: Photo, rows: Floats, variant: str, debug: bool) -> Json:
        """Return the picture's score as ``result``, the grid and the boxes of its anomalous cells beside it."""
        scores = self.scores(rows, variant)
        _, aggregated = METHODS[self.aggregation["value"]]
        return {
            "result": [{ANOMALY: float(aggregated(scores))}],
            "anomalyResult": [
                {
                    "boxes": self._boxes(scores),
                    "scores": scores.tolist(),
                    "meanScore": float(scores.mean()),
                    "maxScore": float(scores.max()),
                }
            ],
        }

    def _boxes(self, scores: Floats) -> list[Json]:
        """Return a box for each cell at or above the threshold."""
        down, across = scores.shape
        return [
            {
                "label": ANOMALY,
                "x": column / across,
                "y": row / down,
                "width": 1 / across,
                "height": 1 / down,
                "score": float(scores[row, column]),
            }
            for row, column in np.argwhere(scores >= self.threshold["value"]).tolist()
        ]

    def metadata(self) -> Json | None:
        """Return how a mixture's log-likelihood is scaled; None for another model.

        See `mixture`.
        """
        if not isinstance(self.model, Mixture):
            return None
        return {
            "created": DATE,
            "mean": [float(self.model.score_mean)],
            "scale": [float(self.model.score_scale)],
            "clusters": [],
            "axes": list(range(self.model.means.shape[1])),
            "defaultMinimumConfidenceRating": self.threshold["value"],
            "thresholds": self.thresholds(),
            "availableModelTypes": ["float32"],
            "recommendedModelType": "float32",
            "hasTrainedModel": True,
        }

    def mixture(self) -> Json | None:
        """Return the API's GMM metadata; None for another model.

        The API has this call "for a trained anomaly block"; whether the Studio answers it for a visual block is not
        known, and no call of the Studio gives the features of a cell. Here both are given (the DSP block's features
        are those of all cells, row by row), so that every score can be computed again.
        """
        return self.model.parameters() if isinstance(self.model, Mixture) else None


@dataclass(frozen=True, eq=False)
class VisualProject(Project):
    """A project of pictures labelled anomaly or no anomaly; a picture is one window without duration."""

    grids: dict[int, Grid]  # by DSP block
    known: dict[int, dict[int, Floats]] = field(default_factory=dict)  # features by sample and DSP block

    labeling: ClassVar[str] = "single_label"

    def windows(self, sample: Photo) -> int:
        """Return 1: a picture is one window."""
        return 1

    def features(self, sample: Photo, dsp_id: int) -> Floats:
        """Return the features of all cells of a DSP block's grid in one row, cell by cell."""
        if sample.id not in self.known:
            maps = patch_features.maps(sample.grey())
            self.known[sample.id] = {i: patch_features.features(maps, grid) for i, grid in self.grids.items()}
        return self.known[sample.id][dsp_id].reshape(1, -1)

    def feature_names(self, dsp_id: int) -> list[str]:
        """Return the names of that row: row and column of the cell, then the feature."""
        return self.grids[dsp_id].names()

    def expected(self, sample: Photo) -> Json:
        """Return the picture's label, and the same as its outcome."""
        truth = [{"startIndex": 0, "endIndex": 0, "label": sample.label}]
        return {"expectedLabels": truth, "expectedAnomalyOutcome": truth}

    def anomalous_labels(self) -> set[str]:
        """Return the label of pictures with a defect."""
        return {ANOMALY}

    def verdicts(self, sample: Photo, classifications: list[Json]) -> list[Json]:
        """Return what the first block makes of the picture as a whole, with its grid and boxes."""
        first = classifications[0]
        (grid,) = first["anomalyResult"]
        said = _verdict(first)
        return [
            {
                "sampleId": sample.id,
                **self.span(0),
                "label": sample.label,
                "prediction": said,
                "predictionCorrect": said == sample.label,
                "expectedAnomalyOutcome": sample.label,
                "anomalyScores": grid["scores"],
                "boundingBoxes": grid["boxes"],
            }
        ]

    def accuracy(self, tested: Tested) -> Json:
        """Return how many pictures were told right, and of each block its false alarms and misses."""
        pairs = Counter((row["label"], row["prediction"]) for _, rows in tested for row in rows)
        accuracy = model_testing.confusion(pairs)
        if not tested:
            return {"accuracy": accuracy, "additionalMetricsByLearnBlock": []}
        shares = {name: of["good"] / (of["good"] + of["bad"]) for name, of in accuracy["summaryPerClass"].items()}
        accuracy["balancedAccuracyScore"] = sum(shares.values()) / len(shares)
        for name, score in ((ANOMALY, "anomalyAccuracyScore"), (NO_ANOMALY, "noAnomalyAccuracyScore")):
            if name in shares:
                accuracy[score] = shares[name]
        by_block = [self._additional(number, block, tested) for number, block in enumerate(self.blocks.values())]
        return {"accuracy": accuracy, "additionalMetricsByLearnBlock": by_block}

    def _additional(self, number: int, block: VisualBlock, tested: Tested) -> Json:
        said = Counter((result["sample"]["label"], _verdict(result["classifications"][number])) for result, _ in tested)
        counts = {"False alarms": said[NO_ANOMALY, ANOMALY], "Misses": said[ANOMALY, NO_ANOMALY]}
        return model_testing.additional(block, counts)


def _verdict(classification: Json) -> str:
    """Return what a block says of a picture: an anomaly at or above the threshold."""
    limit = classification["thresholds"][0]["value"]
    return ANOMALY if classification["result"][0][ANOMALY] >= limit else NO_ANOMALY
