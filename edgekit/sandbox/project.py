"""A project of the sandbox: samples, an impulse, trained learn blocks, and the answers the API gives about them."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.sandbox import features
from edgekit.sandbox.models import Classifier, Clusters, Mixture

Json = dict[str, Any]
Floats = NDArray[np.float64]

# The recordings carry no dates; one fixed date keeps every answer the same from run to run.
DATE = "2018-10-31T00:00:00.000Z"
VARIANTS = ("float32", "int8")


class Refused(Exception):
    """The call is understood and cannot be done; the text helps."""


@dataclass(frozen=True, eq=False)
class StoredSample:
    """A recording as the Studio keeps it; `values` has shape (readings, axes)."""

    id: int
    filename: str
    category: str
    label: str
    values: Floats
    sensors: list[Json]
    interval_ms: int
    metadata: Json

    def info(self, project: Project) -> Json:
        """Return the API's ``sample``."""
        frequency = 1000 / self.interval_ms
        return {
            "id": self.id,
            "filename": self.filename,
            "signatureValidate": True,
            "signatureMethod": "HS256",
            "signatureKey": project.hmac_key,
            "created": DATE,
            "lastModified": DATE,
            "added": DATE,
            "category": self.category,
            "coldstorageFilename": f"{project.name}/{self.filename}.json",
            "label": self.label,
            "intervalMs": self.interval_ms,
            "frequency": frequency,
            "originalIntervalMs": self.interval_ms,
            "originalFrequency": frequency,
            "deviceType": "smart watch",
            "sensors": self.sensors,
            "valuesCount": len(self.values),
            "totalLengthMs": len(self.values) * self.interval_ms,
            "boundingBoxes": [],
            "boundingBoxesType": "object_detection",
            "chartType": "chart",
            "isDisabled": False,
            "isProcessing": False,
            "processingError": False,
            "isCropped": False,
            "metadata": self.metadata,
            "projectId": project.id,
            "projectName": project.name,
            "projectOwnerName": "edgekit sandbox",
            "projectLabelingMethod": "single_label",
            "sha256Hash": hashlib.sha256(np.ascontiguousarray(self.values).tobytes()).hexdigest(),
        }

    def data(self, project: Project, start: int = 0, end: int | None = None, limit: int | None = None) -> Json:
        """Return ``{sample, payload, totalPayloadLength}`` of the readings [start, end), the first `limit` of them."""
        values = self.values[start:end]
        payload = {
            "device_type": "smart watch",
            "sensors": self.sensors,
            "values": values[:limit].tolist(),
            "intervalMs": self.interval_ms,
            "frequencyHz": 1000 / self.interval_ms,
        }
        return {"sample": self.info(project), "payload": payload, "totalPayloadLength": len(values)}

    def original(self, project: Project) -> bytes:
        """Return the sample as it was uploaded: the acquisition format, signed with the project's HMAC key.

        The signature covers the very bytes, with the 64 hex digits of the signature as zeros.
        """
        zeros = "0" * 64
        document = {
            "protected": {"ver": "v1", "alg": "HS256"},
            "signature": zeros,
            "payload": {
                "device_type": "smart watch",
                "interval_ms": self.interval_ms,
                "sensors": self.sensors,
                "values": self.values.tolist(),
            },
        }
        unsigned = json.dumps(document)
        signature = hmac.new(project.hmac_key.encode(), unsigned.encode(), hashlib.sha256).hexdigest()
        return unsigned.replace(zeros, signature, 1).encode()


@dataclass(frozen=True, eq=False)
class Block:
    """A learn block: what the API says of it, its model, and which features (`axes`) the model looks at."""

    about: Json
    threshold: Json
    axes: list[int]
    model: Classifier | Mixture | Clusters

    def results(self, values: Floats, variant: str = VARIANTS[0]) -> list[dict[str, float]]:
        """Return one name → number dict per window, from all features of the windows.

        Only the classifier has a quantised variant; anomaly blocks score in floats whichever is asked for.
        """
        selected = values[:, self.axes]
        if isinstance(self.model, Classifier):
            labels = self.model.labels.tolist()
            score = self.model.quantised_probabilities if variant == "int8" else self.model.probabilities
            return [dict(zip(labels, row, strict=True)) for row in score(selected).tolist()]
        return [{"anomaly": score} for score in self.model.scores(selected).tolist()]

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
class Project:
    """Everything the sandbox knows of one project."""

    id: int
    name: str
    description: str
    samples: dict[int, StoredSample]
    blocks: dict[int, Block]
    dsp_id: int
    feature_names: list[str]
    window_ms: int
    increase_ms: int
    impulse: Json
    hmac_key: str
    anomalous: frozenset[str] = field(default_factory=frozenset)

    def about(self) -> Json:
        """Return the API's project."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "created": DATE,
            "owner": "edgekit sandbox",
            "ownerIsDeveloperProfile": False,
            "collaborators": [],
            "labelingMethod": "single_label",
            "metadata": {},
            "isEnterpriseProject": False,
            "whitelabelId": None,
            "tier": "free",
            "hasPublicVersion": False,
            "isPublic": False,
            "allowsLivePublicAccess": False,
            "indPauseProcessingSamples": False,
            "publicProjectListed": False,
        }

    def windows(self, sample: StoredSample) -> Floats:
        """Cut a sample the way the impulse says: (windows, readings, axes)."""
        step = sample.interval_ms
        return features.sliding_windows(sample.values, self.window_ms // step, self.increase_ms // step)

    def feature_rows(self, sample: StoredSample) -> list[Json]:
        """Return the DSP block's features, one row a window."""
        rows = features.spectral(self.windows(sample)).tolist()
        labels = sorted({s.label for s in self.samples.values()})
        return [
            {
                "X": row,
                "y": labels.index(sample.label) + 1,
                "yLabel": sample.label,
                "sample": {
                    "id": sample.id,
                    "name": sample.filename,
                    "startMs": i * self.increase_ms,
                    "endMs": i * self.increase_ms + self.window_ms,
                },
            }
            for i, row in enumerate(rows)
        ]

    def classify(self, sample: StoredSample, block_id: int | None = None, variant: str = VARIANTS[0]) -> Json:
        """Return the answer of every classify call: all learn blocks, or one."""
        return {"success": True, "classifications": self._classifications(sample, block_id, variant)} | self._frame(
            sample
        )

    def compare_variants(self, sample: StoredSample, variants: list[str]) -> Json:
        """Return the answers of several variants of the models side by side."""
        results = [{"variant": name, "classifications": self._classifications(sample, None, name)} for name in variants]
        return {"success": True, "results": results} | self._frame(sample)

    def _frame(self, sample: StoredSample) -> Json:
        return {
            "sample": sample.data(self),
            "windowSizeMs": self.window_ms,
            "windowIncreaseMs": self.increase_ms,
            "alreadyInDatabase": True,
        }

    def _classifications(self, sample: StoredSample, block_id: int | None, variant: str) -> list[Json]:
        rows = features.spectral(self.windows(sample))
        chosen = self.blocks.values() if block_id is None else [self.blocks[block_id]]
        return [self._classification(sample, block, rows, variant) for block in chosen]

    def _classification(self, sample: StoredSample, block: Block, rows: Floats, variant: str) -> Json:
        whole = {"startIndex": 0, "endIndex": len(sample.values) - 1}
        result = block.results(rows, variant)
        return {
            "learnBlock": block.about,
            "result": result,
            "resultCount": len(result),
            "minimumConfidenceRating": block.threshold["value"],
            "expectedLabels": [{**whole, "label": sample.label}],
            "expectedAnomalyOutcome": [
                {**whole, "label": "anomaly" if sample.label in self.anomalous else "no anomaly"}
            ],
            "thresholds": [dict(block.threshold)],
            "isMultiLabel": False,
            "intervalMs": sample.interval_ms,
            "frequencyHz": 1000 / sample.interval_ms,
        }
