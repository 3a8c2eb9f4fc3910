"""The project "motion": what is a smart watch's wearer doing, and is it something the model has never seen?

Standing, walking and running are the normal activities: half of their recordings are the training set, the other half
the testing set. All badminton recordings are in the testing set; no model of this project has seen one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.sandbox import features, recordings, store
from edgekit.sandbox.models import Classifier, Clusters, Floats, Mixture
from edgekit.sandbox.project import DATE, Json
from edgekit.sandbox.recordings import AXES, INTERVAL_MS, Recording
from edgekit.sandbox.timeseries import Signal, SignalBlock, SignalProject

WINDOW_MS, INCREASE_MS = SignalProject.window_ms, SignalProject.increase_ms
INPUT_ID, DSP_ID, CLASSIFIER_ID, CLUSTERS_ID, MIXTURE_ID = 1, 2, 3, 4, 5
NORMAL = ("standing", "walking", "running")
UNSEEN = "badminton"
FOLDS = 5
QUANTILE = 0.95


def build() -> SignalProject:
    """Read the recordings, fetch or train the models, and put the project together."""
    ordered = sorted(recordings.basic_motions(), key=_category, reverse=True)  # training first, else the source's order
    samples = {i: _sample(i, recording) for i, recording in enumerate(ordered, start=1)}
    learned = store.trained("motion", lambda: _train(list(samples.values())))
    width = len(features.names(AXES, WINDOW_MS // INTERVAL_MS, INTERVAL_MS))
    blocks = {
        CLASSIFIER_ID: _classifier_block(learned, width),
        CLUSTERS_ID: _anomaly_block(CLUSTERS_ID, "anomaly", "K-means", Clusters.restored(learned, "clusters"), learned),
        MIXTURE_ID: _anomaly_block(MIXTURE_ID, "anomaly-gmm", "GMM", Mixture.restored(learned, "mixture"), learned),
    }
    return SignalProject(
        id=1,
        name="motion",
        description=(__doc__ or "").splitlines()[0],
        samples=samples,
        blocks=blocks,
        impulse=_impulse(blocks),
        anomalous=frozenset({UNSEEN}),
    )


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
    )


# --- training --------------------------------------------------------------------------------------------------------


class _Detector(Protocol):
    def scores(self, features: Floats) -> Floats: ...

    def arrays(self, prefix: str) -> store.Arrays: ...


def _train(samples: list[Signal]) -> store.Arrays:
    """Train all three models and measure them on recordings they have not seen."""
    # imported before the limit is set: it holds only for the libraries that are there by then
    import sklearn.cluster
    import sklearn.linear_model
    import sklearn.mixture  # noqa: F401
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # the arrays are small: on a busy machine more threads only wait for each other
        return _trained(samples)


def _trained(samples: list[Signal]) -> store.Arrays:
    rows, label, recording, training = _table(samples)
    selected = rows[:, _rms_axes()]
    classifier = Classifier.trained(rows[training], label[training])
    seen = ~training & (label != UNSEEN)
    right = classifier.labels[classifier.probabilities(rows[seen]).argmax(axis=1)] == label[seen]
    learned = classifier.arrays("classifier") | {"classifier_accuracy": right.mean(), "classifier_windows": seen.sum()}
    fits: dict[str, Callable[[Floats], _Detector]] = {"mixture": Mixture.trained, "clusters": Clusters.trained}
    for name, fit in fits.items():
        model = fit(selected[training])
        threshold = _held_out_threshold(fit, selected[training], recording[training])
        above = model.scores(selected) > threshold
        learned |= model.arrays(name) | {
            f"{name}_threshold": threshold,
            f"{name}_false_alarms": above[seen].mean(),
            f"{name}_detected": above[label == UNSEEN].mean(),
            f"{name}_windows": np.array([seen.sum(), (label == UNSEEN).sum()]),
        }
    return {name: np.asarray(value) for name, value in learned.items()}


def _table(samples: list[Signal]) -> tuple[Floats, NDArray[Any], NDArray[Any], NDArray[Any]]:
    """All windows of all samples: features, label, recording, and whether it is a training window."""
    size, increase = WINDOW_MS // INTERVAL_MS, INCREASE_MS // INTERVAL_MS
    rows = [features.spectral(features.sliding_windows(s.values, size, increase)) for s in samples]
    windows = [len(r) for r in rows]
    label, training = np.array([s.label for s in samples]), np.array([s.category == "training" for s in samples])
    recording = np.arange(len(samples))
    return np.concatenate(rows), *(np.repeat(column, windows) for column in (label, recording, training))  # type: ignore[return-value]


def _held_out_threshold(fit: Callable[[Floats], _Detector], rows: Floats, recording: NDArray[Any]) -> float:
    """Score every training recording by a model that was trained without it; the threshold is a quantile of that.

    Whole recordings are held out: neighbouring windows overlap, and a model knows half of a window it has the next of.
    """
    scores = np.empty(len(rows))
    for fold in range(FOLDS):
        out = recording % FOLDS == fold
        scores[out] = fit(rows[~out]).scores(rows[out])
    return round(float(np.quantile(scores, QUANTILE)), 2)


def _rms_axes() -> list[int]:
    per_axis = 3 + WINDOW_MS // INTERVAL_MS // 2
    return [axis * per_axis for axis in range(len(AXES))]


# --- what the API says of it -----------------------------------------------------------------------------------------


def _about(block_id: int, kind: str, name: str, title: str) -> Json:
    created = {"createdBy": "createImpulse", "createdAt": DATE}
    return {"id": block_id, "type": kind, "name": name, "dsp": [DSP_ID], "title": title, **created}


def _classifier_block(learned: store.Arrays, width: int) -> SignalBlock:
    threshold = {
        "key": "min_score",
        "description": "Minimum confidence",
        "helpText": (
            f"Below this probability a window counts as uncertain. Trained on {', '.join(NORMAL)}; it has never seen "
            f"{UNSEEN} and will call it one of those, often with confidence. Right on "
            f"{learned['classifier_accuracy']:.1%} of {learned['classifier_windows']} windows of testing recordings "
            f"of the activities it knows."
        ),
        "value": 0.6,
    }
    about = _about(CLASSIFIER_ID, "keras", "Classifier", "Classification (logistic regression)")
    return SignalBlock(about, threshold, list(range(width)), Classifier.restored(learned, "classifier"))


def _anomaly_block(
    block_id: int, kind: str, method: str, model: Mixture | Clusters, learned: store.Arrays
) -> SignalBlock:
    name = "mixture" if kind == "anomaly-gmm" else "clusters"
    value = float(learned[f"{name}_threshold"])
    normal, unseen = learned[f"{name}_windows"]
    threshold = {
        "key": "min_anomaly_score",
        "description": "Minimum anomaly score",
        "helpText": (
            f"A window that scores above this is an anomaly. {QUANTILE:.0%} of normal windows held out in training "
            f"({FOLDS} folds, whole recordings) score below it. On testing recordings: "
            f"{learned[f'{name}_false_alarms']:.1%} of {normal} normal windows above it (false alarms), "
            f"{learned[f'{name}_detected']:.1%} of {unseen} windows of {UNSEEN}, which it has never seen."
        ),
        "value": value,
        "suggestedValue": value,
        "suggestedValueText": f"{QUANTILE:.0%} quantile of held-out normal windows",
    }
    return SignalBlock(
        _about(block_id, kind, "Anomaly detection", f"Anomaly detection ({method})"), threshold, _rms_axes(), model
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
