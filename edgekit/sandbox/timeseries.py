"""Projects of signals: a sliding window cuts each recording, spectral features go into the learn blocks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, ClassVar

import numpy as np

from edgekit.sandbox import model_testing
from edgekit.sandbox.models import Classifier, Clusters, Mixture
from edgekit.sandbox.motion import spectral_features as features
from edgekit.sandbox.motion.recordings import AXES, INTERVAL_MS
from edgekit.sandbox.project import DATE, Block, Floats, Json, Project, StoredSample, Tested

ANOMALY, UNCERTAIN = "anomaly", "uncertain"


@dataclass(frozen=True, eq=False)
class Signal(StoredSample):
    """A recording; `values` has shape (readings, axes), `spans` says from which reading on which label holds."""

    values: Floats
    interval_ms: float = field(default=INTERVAL_MS, kw_only=True)
    spans: tuple[tuple[int, str], ...] = field(default=(), kw_only=True)

    device: ClassVar[str] = "smart watch"
    sensors: ClassVar[list[Json]] = [{"name": axis, "units": "N/A"} for axis in AXES]

    def __len__(self) -> int:
        return len(self.values)

    def readings(self, project: Project, part: slice) -> list[Any]:
        """Return the readings, each a list of one value an axis."""
        found: list[Any] = self.values[part].tolist()
        return found

    def sampled(self, project: Project) -> list[Any]:
        """Return the readings as often as the impulse wants them."""
        found: list[Any] = self.resampled(project.interval(self)).tolist()
        return found

    def resampled(self, interval_ms: float) -> Floats:
        """Return the readings at another interval, on straight lines between those that are stored."""
        if interval_ms == self.interval_ms:
            return self.values
        wanted, stored = self._instants(interval_ms), self._instants(self.interval_ms)
        return np.column_stack([np.interp(wanted, stored, axis) for axis in self.values.T])

    def labels_at(self, interval_ms: float) -> list[str]:
        """Return the label of every reading at that interval: that of the stored reading which holds then."""
        starts, names = zip(*(self.spans or ((0, self.label),)), strict=True)
        stored = self._instants(interval_ms) // self.interval_ms
        return [names[i] for i in np.searchsorted(starts, stored, "right") - 1]

    def _instants(self, interval_ms: float) -> Floats:
        count = len(self) * self.interval_ms // interval_ms
        instants: Floats = np.arange(count) * interval_ms
        return instants

    def labels(self) -> set[str]:
        """Return every label that a part of the recording has."""
        return {self.label, *(name for _, name in self.spans)}

    def content(self) -> bytes:
        """Return the values' bytes."""
        return np.ascontiguousarray(self.values).tobytes()

    def kind(self) -> Json:
        """Return that this is a chart, without boxes, and which label holds where."""
        structured = ranges(self.labels_at(self.interval_ms)) if self.spans else []
        return {
            "chartType": "chart",
            "boundingBoxes": [],
            "boundingBoxesType": "object_detection",
            "structuredLabels": structured,
            "structuredLabelsList": list(dict.fromkeys(span["label"] for span in structured)),
        }


def ranges(labels: list[str]) -> list[Json]:
    """Return runs of one label as the API has them: startIndex, endIndex (inclusive), label."""
    found, start = [], 0
    for label, run in groupby(labels):
        end = start + sum(1 for _ in run)
        found.append({"startIndex": start, "endIndex": end - 1, "label": label})
        start = end
    return found


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

    def interval(self, sample: Signal) -> float:
        """Return the interval of the impulse's frequency: every recording is resampled to it."""
        return INTERVAL_MS

    def cut(self, sample: Signal) -> Floats:
        """Cut a recording the way the impulse says: (windows, readings, axes)."""
        readings = sample.resampled(INTERVAL_MS)
        return features.sliding_windows(readings, self.window_ms // INTERVAL_MS, self.increase_ms // INTERVAL_MS)

    def window_labels(self, sample: Signal) -> list[str]:
        """Return the label that most readings of each window have; of two with as many the later (majority-in-window).

        The impulse's ``labelingMethodMultiLabel`` names this method.
        """
        size, increase = self.window_ms // INTERVAL_MS, self.increase_ms // INTERVAL_MS
        labels = sample.labels_at(INTERVAL_MS)
        windows = [labels[i * increase : i * increase + size] for i in range(self.windows(sample))]
        return [_majority(window) for window in windows]

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
        """Return which label holds where, and whether it is an anomaly."""
        labels = sample.labels_at(self.interval(sample))
        return {
            "expectedLabels": ranges(labels),
            "expectedAnomalyOutcome": ranges([self.outcome(label) for label in labels]),
        }

    def outcome(self, label: str) -> str:
        """Say in the API's words whether a label is an anomaly."""
        return ANOMALY if label in self.anomalous else "no anomaly"

    def verdicts(self, sample: Signal, classifications: list[Json]) -> list[Json]:
        """Return "anomaly" where the GMM block says so, else the classifier's label if it is sure enough."""
        rows = []
        for window, truth in enumerate(self.window_labels(sample)):
            label, outcome = UNCERTAIN, self.outcome(truth)
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
                    "label": truth,
                    "prediction": label,
                    "predictionCorrect": label == (ANOMALY if outcome == ANOMALY else truth),
                    "expectedAnomalyOutcome": outcome,
                }
            )
        return rows

    def accuracy(self, tested: Tested) -> Json:
        """Return windows right and wrong, per class, and who was taken for whom."""
        rows = [row for _, predictions in tested for row in predictions]
        wanted = [ANOMALY if row["expectedAnomalyOutcome"] == ANOMALY else row["label"] for row in rows]
        pairs = Counter(zip(wanted, (row["prediction"] for row in rows), strict=True))
        return {"accuracy": model_testing.confusion(pairs), "additionalMetricsByLearnBlock": []}


def _majority(labels: list[str]) -> str:
    latest_first = dict.fromkeys(reversed(labels))
    return max(latest_first, key=labels.count)
