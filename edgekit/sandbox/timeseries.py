"""Projects of signals: a sliding window cuts each recording, spectral features go into the learn blocks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from edgekit.sandbox import features, model_testing
from edgekit.sandbox.models import Classifier, Clusters, Mixture
from edgekit.sandbox.project import DATE, Block, Floats, Json, Project, StoredSample, Tested
from edgekit.sandbox.recordings import AXES, INTERVAL_MS

ANOMALY, UNCERTAIN = "anomaly", "uncertain"


@dataclass(frozen=True, eq=False)
class Signal(StoredSample):
    """A recording; `values` has shape (readings, axes)."""

    values: Floats

    device: ClassVar[str] = "smart watch"
    sensors: ClassVar[list[Json]] = [{"name": axis, "units": "N/A"} for axis in AXES]
    interval_ms: ClassVar[int] = INTERVAL_MS

    def __len__(self) -> int:
        return len(self.values)

    def readings(self, project: Project, part: slice) -> list[Any]:
        """Return the readings, each a list of one value an axis."""
        found: list[Any] = self.values[part].tolist()
        return found

    def content(self) -> bytes:
        """Return the values' bytes."""
        return np.ascontiguousarray(self.values).tobytes()

    def kind(self) -> Json:
        """Return that this is a chart, without boxes."""
        return {"chartType": "chart", "boundingBoxes": [], "boundingBoxesType": "object_detection"}


@dataclass(frozen=True, eq=False)
class SignalBlock(Block):
    """A learn block that looks at some of the features (`axes`)."""

    axes: list[int]
    model: Classifier | Mixture | Clusters

    def outcome(self, sample: Signal, rows: Floats, variant: str, debug: bool) -> Json:
        """Return one name → number dict per window.

        Only the classifier has a quantised variant; anomaly blocks score in floats whichever is asked for.
        """
        selected = rows[:, self.axes]
        if isinstance(self.model, Classifier):
            labels = self.model.labels.tolist()
            score = self.model.quantised_probabilities if variant == "int8" else self.model.probabilities
            return {"result": [dict(zip(labels, row, strict=True)) for row in score(selected).tolist()]}
        return {"result": [{ANOMALY: score} for score in self.model.scores(selected).tolist()]}

    def class_names(self) -> list[str]:
        """Return the classifier's labels; none of an anomaly block."""
        labels: list[str] = self.model.labels.tolist() if isinstance(self.model, Classifier) else []
        return labels

    def metadata(self) -> Json | None:
        """Return the API's anomaly metadata; None for a classifier."""
        if isinstance(self.model, Classifier):
            return None
        clusters: list[Json] = []
        if isinstance(self.model, Mixture):
            mean, scale = [float(self.model.score_mean)], [float(self.model.score_scale)]
        else:
            mean, scale = self.model.mean.tolist(), self.model.scale.tolist()
            edges = zip(self.model.centers.tolist(), self.model.radii.tolist(), strict=True)
            clusters = [{"center": center, "maxError": radius} for center, radius in edges]
        return {
            "created": DATE,
            "mean": mean,
            "scale": scale,
            "clusters": clusters,
            "axes": self.axes,
            "defaultMinimumConfidenceRating": self.threshold["value"],
            "thresholds": [self.threshold],
            "availableModelTypes": ["float32"],
            "recommendedModelType": "float32",
            "hasTrainedModel": True,
        }

    def mixture(self) -> Json | None:
        """Return the API's GMM metadata; None for another kind of block."""
        if not isinstance(self.model, Mixture):
            return None
        return {name: getattr(self.model, name).tolist() for name in ("means", "covariances", "weights")}


@dataclass(frozen=True, eq=False)
class SignalProject(Project):
    """A project of recordings; those with a label in `anomalous` are what its anomaly blocks should find."""

    anomalous: frozenset[str]

    labeling: ClassVar[str] = "single_label"
    window_ms: ClassVar[int] = 2000
    increase_ms: ClassVar[int] = 500

    def cut(self, sample: Signal) -> Floats:
        """Cut a recording the way the impulse says: (windows, readings, axes)."""
        step = sample.interval_ms
        return features.sliding_windows(sample.values, self.window_ms // step, self.increase_ms // step)

    def windows(self, sample: Signal) -> int:
        """Return the number of windows."""
        return len(self.cut(sample))

    def features(self, sample: Signal) -> Floats:
        """Return the spectral features."""
        return features.spectral(self.cut(sample))

    def feature_names(self) -> list[str]:
        """Return the spectral features' names, axis by axis."""
        return features.names(AXES, self.window_ms // INTERVAL_MS, INTERVAL_MS)

    def expected(self, sample: Signal) -> Json:
        """Return the label, and whether it is an anomaly, over the whole recording."""
        whole = {"startIndex": 0, "endIndex": len(sample) - 1}
        outcome = "anomaly" if sample.label in self.anomalous else "no anomaly"
        return {
            "expectedLabels": [{**whole, "label": sample.label}],
            "expectedAnomalyOutcome": [{**whole, "label": outcome}],
        }

    def verdicts(self, sample: Signal, classifications: list[Json]) -> list[Json]:
        """Return "anomaly" where the GMM block says so, else the classifier's label if it is sure enough."""
        expected = ANOMALY if sample.label in self.anomalous else sample.label
        rows = []
        for window in range(len(classifications[0]["result"])):
            label = UNCERTAIN
            for block in classifications:
                result, limit = block["result"][window], block["thresholds"][0]["value"]
                if block["learnBlock"]["type"] == "keras":
                    best = max(result, key=result.__getitem__)
                    label = best if result[best] >= limit else UNCERTAIN
                elif block["learnBlock"]["type"] == "anomaly-gmm" and result[ANOMALY] > limit:
                    label = ANOMALY
            rows.append(
                {
                    "sampleId": sample.id,
                    **self.span(window),
                    "label": sample.label,
                    "prediction": label,
                    "predictionCorrect": label == expected,
                    "expectedAnomalyOutcome": "anomaly" if expected == ANOMALY else "no anomaly",
                }
            )
        return rows

    def accuracy(self, tested: Tested) -> Json:
        """Return windows right and wrong, per class, and who was taken for whom."""
        rows = [row for _, predictions in tested for row in predictions]
        wanted = [ANOMALY if row["expectedAnomalyOutcome"] == ANOMALY else row["label"] for row in rows]
        pairs = Counter(zip(wanted, (row["prediction"] for row in rows), strict=True))
        return {"accuracy": model_testing.confusion(pairs), "additionalMetricsByLearnBlock": []}
