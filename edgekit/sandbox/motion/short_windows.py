"""The second impulse of the project "motion": windows of one second, a small network and a mixture."""

from __future__ import annotations

from dataclasses import replace

from edgekit.sandbox.models import LabelledNetwork, Mixture
from edgekit.sandbox.motion import spectral_features as features
from edgekit.sandbox.motion.recordings import AXES, INTERVAL_MS
from edgekit.sandbox.project import DATE, Json
from edgekit.sandbox.shipped import Learned
from edgekit.sandbox.signal_blocks import AnomalyBlock, ClassifierBlock, SignalBlock
from edgekit.sandbox.timeseries import Dsp, SignalProject

WINDOW_MS, INCREASE_MS = 1000, 500
SIZE = WINDOW_MS // INTERVAL_MS
IMPULSE_ID, INPUT_ID, DSP_ID, CLASSIFIER_ID, MIXTURE_ID = 2, 6, 7, 8, 9


def project(first: SignalProject, learned: Learned) -> SignalProject:
    """Return the project under its second impulse: the same recordings, cut and classified in another way."""
    blocks: dict[int, SignalBlock] = {CLASSIFIER_ID: _classifier_block(learned), MIXTURE_ID: _mixture_block(learned)}
    names = features.names(AXES, SIZE, INTERVAL_MS)
    impulse = _impulse(first.impulse, blocks, len(names) // len(AXES))
    return replace(first, blocks=blocks, impulse=impulse, dsp=Dsp(features.spectral, names), others=())


def rms_axes() -> list[int]:
    """Return which of the features the mixture looks at: each axis's RMS."""
    per_axis = 3 + SIZE // 2
    return [axis * per_axis for axis in range(len(AXES))]


def _about(block_id: int, kind: str, name: str, title: str) -> Json:
    created = {"createdBy": "clone", "createdAt": DATE}
    return {"id": block_id, "type": kind, "name": name, "dsp": [DSP_ID], "title": title, **created}


def _classifier_block(learned: Learned) -> ClassifierBlock:
    figures = learned.figures["short_network"]
    threshold = {
        "key": "min_score",
        "description": "Minimum confidence",
        "helpText": (
            f"Below this probability a window counts as uncertain. Right on {figures['accuracy']:.1%} of "
            f"{figures['windows']} windows of testing recordings of the activities it knows."
        ),
        "value": 0.6,
    }
    about = _about(CLASSIFIER_ID, "keras", "Classifier", "Classification (a network of 16 units)")
    axes = list(range(len(features.names(AXES, SIZE, INTERVAL_MS))))
    return ClassifierBlock(about, threshold, axes, LabelledNetwork.restored(learned.arrays, "short_network"))


def _mixture_block(learned: Learned) -> AnomalyBlock:
    figures = learned.figures["short_mixture"]
    threshold = {
        "key": "min_anomaly_score",
        "description": "Minimum anomaly score",
        "helpText": (
            f"A window that scores above this is an anomaly. On testing recordings: {figures['false_alarms']:.1%} of "
            f"{figures['normal_windows']} normal windows above it (false alarms), {figures['detected']:.1%} of "
            f"{figures['unseen_windows']} windows of the activity that it has never seen."
        ),
        "value": figures["threshold"],
    }
    about = _about(MIXTURE_ID, "anomaly-gmm", "Anomaly detection", "Anomaly detection (GMM)")
    return AnomalyBlock(about, threshold, rms_axes(), Mixture.restored(learned.arrays, "short_mixture"))


def _impulse(first: Json, blocks: dict[int, SignalBlock], per_axis: int) -> Json:
    """Return the first impulse with other windows and learn blocks."""
    window = {"id": INPUT_ID, "windowSizeMs": WINDOW_MS, "windowIncreaseMs": INCREASE_MS}
    return first | {
        "id": IMPULSE_ID,
        "name": "motion, short windows",
        "inputBlocks": [block | window for block in first["inputBlocks"]],
        "dspBlocks": [
            block | {"id": DSP_ID, "valuesPerAxis": per_axis, "input": INPUT_ID} for block in first["dspBlocks"]
        ],
        "learnBlocks": [block.about for block in blocks.values()],
    }
