"""The project "motion": what is a smart watch's wearer doing, and is it something the model has never seen?

Standing, walking and running are the normal activities: half of their recordings are the training set, the other half
the testing set. All badminton recordings are in the testing set; no model of this project has seen one.
"""

from __future__ import annotations

from dataclasses import replace

from edgekit.sandbox import shipped
from edgekit.sandbox.models import Classifier, Clusters, Mixture
from edgekit.sandbox.motion import recordings, short_windows
from edgekit.sandbox.motion import spectral_features as features
from edgekit.sandbox.motion.recordings import AXES, INTERVAL_MS, Recording
from edgekit.sandbox.project import DATE, Json
from edgekit.sandbox.shipped import Learned
from edgekit.sandbox.signal_blocks import AnomalyBlock, ClassifierBlock, SignalBlock
from edgekit.sandbox.timeseries import Dsp, Signal, SignalProject

WINDOW_MS, INCREASE_MS = 2000, 500
INPUT_ID, DSP_ID, CLASSIFIER_ID, CLUSTERS_ID, MIXTURE_ID = 1, 2, 3, 4, 5
NORMAL = ("standing", "walking", "running")
UNSEEN = "badminton"
FOLDS = 5
QUANTILE = 0.95


def build() -> SignalProject:
    """Read the recordings and the shipped parameters, and put the project together."""
    learned = shipped.load("motion", recordings.SOURCES)
    return project(samples(), learned)


def samples() -> dict[int, Signal]:
    """Return the recordings by their ids: the training set first, else in the source's order."""
    ordered = sorted(recordings.basic_motions(), key=_category, reverse=True)
    return {i: _sample(i, recording) for i, recording in enumerate(ordered, start=1)}


def project(samples: dict[int, Signal], learned: Learned) -> SignalProject:
    """Put the project together from its recordings and what its models learned."""
    blocks: dict[int, SignalBlock] = {
        CLASSIFIER_ID: _classifier_block(learned),
        CLUSTERS_ID: _anomaly_block(
            CLUSTERS_ID,
            "anomaly",
            "K-means",
            Clusters.restored(learned.arrays, "clusters"),
            learned.figures["clusters"],
        ),
        MIXTURE_ID: _anomaly_block(
            MIXTURE_ID, "anomaly-gmm", "GMM", Mixture.restored(learned.arrays, "mixture"), learned.figures["mixture"]
        ),
    }
    first = SignalProject(
        id=1,
        name="motion",
        description=(__doc__ or "").splitlines()[0],
        samples=samples,
        blocks=blocks,
        impulse=_impulse(blocks),
        dsp=Dsp(features.spectral, features.names(AXES, WINDOW_MS // INTERVAL_MS, INTERVAL_MS)),
        anomalous=frozenset({UNSEEN}),
    )
    return replace(first, others=(short_windows.project(first, learned),))


def _category(recording: Recording) -> str:
    return "training" if recording.origin.endswith("TRAIN") and recording.activity in NORMAL else "testing"


def _sample(number: int, recording: Recording) -> Signal:
    return Signal(
        id=number,
        filename=recording.name,
        category=_category(recording),
        label=recording.activity,
        values=recording.values,
        metadata={"source": f"{recording.origin}, from the sktime wheel; the source states no units"},
        device="smart watch",
        sensors=[{"name": axis, "units": "N/A"} for axis in AXES],
        interval_ms=INTERVAL_MS,
    )


def rms_axes() -> list[int]:
    """Return which of the features the anomaly blocks look at: each axis's RMS."""
    per_axis = 3 + WINDOW_MS // INTERVAL_MS // 2
    return [axis * per_axis for axis in range(len(AXES))]


# --- what the API says of it -----------------------------------------------------------------------------------------


def _about(block_id: int, kind: str, name: str, title: str) -> Json:
    created = {"createdBy": "createImpulse", "createdAt": DATE}
    return {"id": block_id, "type": kind, "name": name, "dsp": [DSP_ID], "title": title, **created}


def _classifier_block(learned: Learned) -> ClassifierBlock:
    figures, width = learned.figures["classifier"], len(features.names(AXES, WINDOW_MS // INTERVAL_MS, INTERVAL_MS))
    threshold = {
        "key": "min_score",
        "description": "Minimum confidence",
        "helpText": (
            f"Below this probability a window counts as uncertain. Trained on {', '.join(NORMAL)}; it has never seen "
            f"{UNSEEN} and will call it one of those, often with confidence. Right on "
            f"{figures['accuracy']:.1%} of {figures['windows']} windows of testing recordings "
            f"of the activities it knows."
        ),
        "value": 0.6,
    }
    about = _about(CLASSIFIER_ID, "keras", "Classifier", "Classification (logistic regression)")
    return ClassifierBlock(about, threshold, list(range(width)), Classifier.restored(learned.arrays, "classifier"))


def _anomaly_block(
    block_id: int, kind: str, method: str, model: Mixture | Clusters, figures: dict[str, float]
) -> AnomalyBlock:
    threshold = {
        "key": "min_anomaly_score",
        "description": "Minimum anomaly score",
        "helpText": (
            f"A window that scores above this is an anomaly. {QUANTILE:.0%} of normal windows held out in training "
            f"({FOLDS} folds, whole recordings) score below it. On testing recordings: "
            f"{figures['false_alarms']:.1%} of {figures['normal_windows']} normal windows above it (false alarms), "
            f"{figures['detected']:.1%} of {figures['unseen_windows']} windows of {UNSEEN}, which it has never seen."
        ),
        "value": figures["threshold"],
        "suggestedValue": figures["threshold"],
        "suggestedValueText": f"{QUANTILE:.0%} quantile of held-out normal windows",
    }
    return AnomalyBlock(
        _about(block_id, kind, "Anomaly detection", f"Anomaly detection ({method})"), threshold, rms_axes(), model
    )


def _impulse(blocks: dict[int, SignalBlock]) -> Json:
    return {
        "id": 1,
        "name": "motion",
        "type": "default",
        "inputBlocks": [
            {
                "id": INPUT_ID,
                "type": "time-series",
                "name": "Time series",
                "title": "Time series data",
                "windowSizeMs": WINDOW_MS,
                "windowIncreaseMs": INCREASE_MS,
                "frequencyHz": 1000 / INTERVAL_MS,
                "padZeros": False,
            }
        ],
        "dspBlocks": [
            {
                "id": DSP_ID,
                "type": "spectral-analysis",
                "name": "Spectral features",
                "title": "Spectral features",
                "axes": list(AXES),
                "valuesPerAxis": 3 + WINDOW_MS // INTERVAL_MS // 2,
                "input": INPUT_ID,
                "implementationVersion": 4,
            }
        ],
        "learnBlocks": [block.about for block in blocks.values()],
        "postProcessingBlocks": [],
    }
