"""Learn blocks of signals: a classifier, anomaly scores, a regression; each says something of every window."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from edgekit.sandbox.models import Classifier, Clusters, LabelledNetwork, Linear, Mixture
from edgekit.sandbox.project import DATE, Block, Floats, Json, Tested

ANOMALY, UNCERTAIN, VALUE = "anomaly", "uncertain", "value"


@dataclass(frozen=True, eq=False)
class SignalBlock(Block):
    """A learn block that looks at some of the features (`axes`)."""

    axes: list[int]

    def outcome(self, sample: Any, rows: Floats, variant: str, debug: bool) -> Json:
        """Return one name → number dict per window."""
        return {"result": self.scored(rows[:, self.axes], variant == "int8")}

    @abstractmethod
    def scored(self, features: Floats, int8: bool) -> list[Json]:
        """Return one name → number dict per row of features."""

    @abstractmethod
    def verdict(self, result: Json) -> str | None:
        """Return what the block says of a window by its threshold; None where it says nothing."""

    def right(self, result: Json, wanted: str) -> bool:
        """Say whether the verdict is the right one."""
        return self.verdict(result) == wanted


@dataclass(frozen=True, eq=False)
class ClassifierBlock(SignalBlock):
    """Probabilities of labels; a window whose best is below the threshold is uncertain."""

    model: Classifier | LabelledNetwork

    def scored(self, features: Floats, int8: bool) -> list[Json]:
        """Return each label's probability."""
        labels = self.class_names()
        return [dict(zip(labels, row, strict=True)) for row in self.model.probabilities(features, int8).tolist()]

    def verdict(self, result: Json) -> str:
        """Return the best label if it is sure enough."""
        best = max(result, key=result.__getitem__)
        return best if result[best] >= self.threshold["value"] else UNCERTAIN

    def metrics(self, tested: Tested) -> dict[str, float]:
        """Return precision, recall and F1 of the best labels, weighted by how many windows have each label.

        Only windows of labels that the model knows count.
        """
        truth, said = [], []
        for result, rows in tested:
            (found,) = [c for c in result["classifications"] if c["learnBlock"]["id"] == self.about["id"]]
            truth += [row["label"] for row in rows]
            said += [max(window, key=window.__getitem__) for window in found["result"]]
        pairs = Counter((t, s) for t, s in zip(truth, said, strict=True) if t in self.class_names())
        averages = dict.fromkeys(("Precision", "Recall", "F1 score"), 0.0)
        for name in self.class_names():
            hits = pairs[name, name]
            there = sum(count for (t, _), count in pairs.items() if t == name)
            called = sum(count for (_, s), count in pairs.items() if s == name)
            figures = (hits / max(called, 1), hits / max(there, 1), 2 * hits / max(there + called, 1))
            for key, figure in zip(averages, figures, strict=True):
                averages[key] += figure * there / max(pairs.total(), 1)
        return {f"Weighted average {key}": value for key, value in averages.items()}

    def class_names(self) -> list[str]:
        """Return the labels."""
        labels: list[str] = self.model.labels.tolist()
        return labels


@dataclass(frozen=True, eq=False)
class AnomalyBlock(SignalBlock):
    """An anomaly score; it is a float model, whichever variant is asked for. The GMM's decides in model testing."""

    model: Mixture | Clusters

    def scored(self, features: Floats, int8: bool) -> list[Json]:
        """Return the score."""
        return [{ANOMALY: score} for score in self.model.scores(features).tolist()]

    def verdict(self, result: Json) -> str | None:
        """Return "anomaly" where the GMM's score is above the threshold."""
        decides = isinstance(self.model, Mixture)
        return ANOMALY if decides and result[ANOMALY] > self.threshold["value"] else None

    def metadata(self) -> Json:
        """Return the API's anomaly metadata."""
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
        """Return the API's GMM metadata; None for K-means."""
        if not isinstance(self.model, Mixture):
            return None
        return self.model.parameters()


@dataclass(frozen=True, eq=False)
class RegressionBlock(SignalBlock):
    """A number; its threshold is the absolute error up to which the number counts as right."""

    model: Linear

    mode: ClassVar[str] = "regression"

    def scored(self, features: Floats, int8: bool) -> list[Json]:
        """Return the number."""
        return [{VALUE: value} for value in self.model.values(features, int8).tolist()]

    def verdict(self, result: Json) -> str:
        """Return the number as the Studio writes it, with two decimals."""
        return f"{result[VALUE]:.2f}"

    def right(self, result: Json, wanted: str) -> bool:
        """Say whether the number is within the threshold of the label's."""
        return bool(abs(result[VALUE] - float(wanted)) <= self.threshold["value"])

    def metrics(self, tested: Tested) -> dict[str, float]:
        """Return the squared and absolute errors' means, and how much of the labels' variance is explained."""
        wanted, said = [], []
        for result, rows in tested:
            (found,) = [c for c in result["classifications"] if c["learnBlock"]["id"] == self.about["id"]]
            wanted += [float(row["label"]) for row in rows]
            said += [window[VALUE] for window in found["result"]]
        if not wanted:
            return {}
        error = np.subtract(said, wanted)
        explained = 1 - error.var() / np.var(wanted) if np.var(wanted) else 0.0
        return {"MSE": (error**2).mean(), "MAE": np.abs(error).mean(), "Explained variance": explained}
