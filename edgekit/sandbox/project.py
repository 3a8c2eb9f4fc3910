"""A project of the sandbox: samples, an impulse, trained learn blocks, and the answers the API gives about them.

What is the same for signals and for pictures stands here; `timeseries` and `images` hold what differs.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

Json = dict[str, Any]
Floats = NDArray[np.float64]
Tested = list[tuple[Json, list[Json]]]  # model testing: (result, predictions) of each sample

# The recordings and pictures carry no dates; one fixed date keeps every answer the same from run to run.
DATE = "2018-10-31T00:00:00.000Z"
VARIANTS = ("float32", "int8")


def frequency(interval_ms: float) -> float:
    """Return how many readings a second there are; 0 where there is no time."""
    return 1000 / interval_ms if interval_ms else 0.0


class Refused(Exception):
    """The call is understood and cannot be done; the text helps."""


class WrongParameter(Refused):
    """A parameter or the body is not what the call takes."""


@dataclass(frozen=True, eq=False)
class StoredSample(ABC):
    """A sample as the Studio keeps it."""

    id: int
    filename: str
    category: str
    label: str
    metadata: Json

    device: str = field(default="", kw_only=True)
    sensors: list[Json] = field(default_factory=list, kw_only=True)
    interval_ms: float = field(default=0, kw_only=True)  # between two stored readings; 0 where a sample has no time

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of readings."""

    @abstractmethod
    def readings(self, project: Project, part: slice) -> list[Any]:
        """Return the payload's values, or a part of them."""

    def sampled(self, project: Project) -> list[Any]:
        """Return the values as the project's impulse takes them, `Project.interval` apart."""
        return self.readings(project, slice(None))

    @abstractmethod
    def content(self) -> bytes:
        """Return what the sample's hash is taken of."""

    @abstractmethod
    def kind(self) -> Json:
        """Return what the API's ``sample`` says of this kind of sample."""

    def picture(self, after_input_block: bool) -> bytes | None:
        """Return the sample as a PNG file; None where it is not a picture."""
        return None

    def labels(self) -> set[str]:
        """Return the labels by which a listing finds this sample."""
        return {self.label}

    def info(self, project: Project) -> Json:
        """Return the API's ``sample``."""
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
            "frequency": frequency(self.interval_ms),
            "originalIntervalMs": self.interval_ms,
            "originalFrequency": frequency(self.interval_ms),
            "deviceType": self.device,
            "sensors": self.sensors,
            "valuesCount": len(self),
            "totalLengthMs": len(self) * self.interval_ms,
            "isDisabled": False,
            "isProcessing": False,
            "processingError": False,
            "isCropped": False,
            "metadata": self.metadata,
            "projectId": project.id,
            "projectName": project.name,
            "projectOwnerName": "edgekit sandbox",
            "projectLabelingMethod": project.labeling,
            "sha256Hash": hashlib.sha256(self.content()).hexdigest(),
            **self.kind(),
        }

    def data(self, project: Project, limit: int | None = None) -> Json:
        """Return ``{sample, payload, totalPayloadLength}``, resampled as the impulse says.

        With a `limit` that many readings are spread over the whole length; ``totalPayloadLength`` and ``intervalMs``
        stay those of all of them, as the Studio has it.
        """
        values = self.sampled(project)
        total = len(values)
        if limit is not None and limit < total:
            values = [values[i * total // limit] for i in range(limit)]
        return self._sent(project, values, project.interval(self), total)

    def part(self, project: Project, start: int, end: int) -> Json:
        """Return the same of the stored readings [start, end): neither resampled nor thinned."""
        return self._sent(project, self.readings(project, slice(start, end)), self.interval_ms, end - start)

    def _sent(self, project: Project, values: list[Any], interval: float, total: int) -> Json:
        payload = {
            "device_type": self.device,
            "sensors": self.sensors,
            "values": values,
            "intervalMs": interval,
            "frequencyHz": frequency(interval),
        }
        return {"sample": self.info(project), "payload": payload, "totalPayloadLength": total}

    def original(self, project: Project) -> bytes:
        """Return the sample as it was uploaded: the acquisition format, signed with the project's HMAC key.

        The signature covers the very bytes, with the 64 hex digits of the signature as zeros.
        """
        zeros = "0" * 64
        document = {
            "protected": {"ver": "v1", "alg": "HS256"},
            "signature": zeros,
            "payload": {
                "device_type": self.device,
                "interval_ms": self.interval_ms,
                "sensors": self.sensors,
                "values": self.readings(project, slice(None)),
            },
        }
        unsigned = json.dumps(document)
        signature = hmac.new(project.hmac_key.encode(), unsigned.encode(), hashlib.sha256).hexdigest()
        return unsigned.replace(zeros, signature, 1).encode()


@dataclass(frozen=True, eq=False)
class Block(ABC):
    """A learn block: what the API says of it, the threshold that decides, and (in its subclasses) its model."""

    about: Json
    threshold: Json

    mode: ClassVar[str] = "classification"  # of the model, in the API's words

    @abstractmethod
    def outcome(self, sample: Any, rows: Floats, variant: str, debug: bool) -> Json:
        """Return what only this block says of a sample: ``result``, one dict a window, and what else its kind has.

        `rows` are its DSP block's features, one row per window.
        """

    @property
    def dsp_id(self) -> int:
        """The DSP block whose features it looks at."""
        (found,) = self.about["dsp"]
        return int(found)

    def thresholds(self) -> list[Json]:
        """Return all its thresholds: the one that decides, and what can be set beside it."""
        return [self.threshold]

    def class_names(self) -> list[str]:
        """Return the labels the block tells apart."""
        return []

    def metadata(self) -> Json | None:
        """Return the API's anomaly metadata; None for a block of another kind."""
        return None

    def mixture(self) -> Json | None:
        """Return the API's GMM metadata; None for a block of another kind."""
        return None


@dataclass(frozen=True, eq=False)
class Project(ABC):
    """Everything the sandbox knows of one project."""

    id: int
    name: str
    description: str
    samples: dict[int, Any]
    blocks: dict[int, Any]
    impulse: Json
    others: tuple[Project, ...] = field(default=(), kw_only=True)  # the same project under its further impulses

    labeling: ClassVar[str]
    regenerates: ClassVar[bool] = False  # whether new thresholds change no score, but only verdicts

    @property
    def window_ms(self) -> int:
        """Length of the impulse's window; 0 where there is no time."""
        size: int = self.impulse["inputBlocks"][0].get("windowSizeMs", 0)
        return size

    @property
    def increase_ms(self) -> int:
        """Time from one window to the next in classification; 0 where there is no time."""
        block = self.impulse["inputBlocks"][0]
        increase: int = block.get("classificationWindowIncreaseMs") or block.get("windowIncreaseMs", 0)
        return increase

    @property
    def dsp_ids(self) -> tuple[int, ...]:
        """The ids of the impulse's DSP blocks."""
        return tuple(block["id"] for block in self.impulse["dspBlocks"])

    @property
    def hmac_key(self) -> str:
        """The key that samples are signed with."""
        return f"edgekit-sandbox-{self.name}-hmac-key"

    @abstractmethod
    def windows(self, sample: Any) -> int:
        """Return the number of windows the impulse cuts a sample into."""

    @abstractmethod
    def features(self, sample: Any, dsp_id: int) -> Floats:
        """Return what a DSP block makes of a sample, one row per window."""

    @abstractmethod
    def feature_names(self, dsp_id: int) -> list[str]:
        """Return the names of a DSP block's features."""

    @abstractmethod
    def expected(self, sample: Any) -> Json:
        """Return what the API says of a sample's truth beside every block's outcome: readings, `interval` apart."""

    @abstractmethod
    def verdicts(self, sample: Any, classifications: list[Json]) -> list[Json]:
        """Return model testing's predictions, one a window."""

    @abstractmethod
    def accuracy(self, tested: Tested) -> Json:
        """Return how good model testing found the models: ``accuracy``, ``additionalMetricsByLearnBlock``."""

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
            "labelingMethod": self.labeling,
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

    def feature_rows(self, sample: StoredSample, dsp_id: int) -> list[Json]:
        """Return a DSP block's features as the API gives them, one row per window."""
        of_window = self.window_labels(sample)
        targets = self.targets()
        return [
            {
                "X": row,
                "y": targets[of_window[window]],
                "yLabel": of_window[window],
                "sample": {"id": sample.id, "name": sample.filename, **self.span(window)},
            }
            for window, row in enumerate(self.features(sample, dsp_id).tolist())
        ]

    def targets(self) -> dict[str, int]:
        """Return the number of each label: 1, 2, … in alphabetical order."""
        labels = sorted({sample.label for sample in self.samples.values()})
        return {label: number for number, label in enumerate(labels, start=1)}

    def interval(self, sample: Any) -> float:
        """Return the milliseconds between two readings as they go into the models, resampled by the impulse."""
        interval: float = sample.interval_ms
        return interval

    def anomalous_labels(self) -> set[str]:
        """Return the labels of what the anomaly blocks should find; none without such blocks."""
        return set()

    def window_labels(self, sample: Any) -> list[str]:
        """Return each window's label."""
        return [sample.label] * self.windows(sample)

    def span(self, window: int) -> Json:
        """Return from when to when a window lasts."""
        start = window * self.increase_ms
        return {"startMs": start, "endMs": start + self.window_ms}

    def classify(
        self, sample: StoredSample, block_id: int | None = None, variant: str = VARIANTS[0], debug: bool = False
    ) -> Json:
        """Return the answer of every classify call: all learn blocks, or one."""
        found = self.classifications(sample, block_id, variant, debug)
        return {"success": True, "classifications": found} | self._frame(sample)

    def compare_variants(self, sample: StoredSample, variants: list[str]) -> Json:
        """Return the answers of several variants of the models side by side."""
        results = [
            {"variant": name, "classifications": self.classifications(sample, None, name, False)} for name in variants
        ]
        return {"success": True, "results": results} | self._frame(sample)

    def _frame(self, sample: StoredSample) -> Json:
        return {
            "sample": sample.data(self),
            "windowSizeMs": self.window_ms,
            "windowIncreaseMs": self.increase_ms,
            "alreadyInDatabase": True,
        }

    def classifications(self, sample: StoredSample, block_id: int | None, variant: str, debug: bool) -> list[Json]:
        """Return what every learn block, or one, says of a sample."""
        chosen = list(self.blocks.values() if block_id is None else [self.blocks[block_id]])
        rows = {dsp_id: self.features(sample, dsp_id) for dsp_id in {block.dsp_id for block in chosen}}
        return [
            {
                "learnBlock": block.about,
                **block.outcome(sample, rows[block.dsp_id], variant, debug),
                "resultCount": len(rows[block.dsp_id]),
                "minimumConfidenceRating": block.threshold["value"],
                "thresholds": [dict(threshold) for threshold in block.thresholds()],
                "isMultiLabel": False,
                "intervalMs": self.interval(sample),
                "frequencyHz": frequency(self.interval(sample)),
                **self.expected(sample),
            }
            for block in chosen
        ]
