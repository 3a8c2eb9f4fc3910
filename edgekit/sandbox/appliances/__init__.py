"""The project "appliances": which of 11 kinds of appliance draws this current? A classification that is hard.

Some kinds have many recordings and others few, as in the source. Some labels of the training set are wrong, on purpose:
`SWAPPED`.
"""

from __future__ import annotations

from edgekit.sandbox import shipped
from edgekit.sandbox.appliances import current_features as features
from edgekit.sandbox.appliances import currents
from edgekit.sandbox.appliances.currents import FREQUENCY_HZ, Recording
from edgekit.sandbox.models import LabelledNetwork
from edgekit.sandbox.project import DATE, Json
from edgekit.sandbox.shipped import Learned
from edgekit.sandbox.signal_blocks import ClassifierBlock
from edgekit.sandbox.timeseries import Dsp, Signal, SignalProject

WINDOW_MS, INCREASE_MS, TRAINING_INCREASE_MS = 500, 150, 50
SIZE = round(WINDOW_MS * FREQUENCY_HZ / 1000)
INPUT_ID, DSP_ID, CLASSIFIER_ID = 1, 2, 3
AXIS = "current"
THRESHOLD = 0.6
# Pairs of training samples that have each other's label. They were drawn once, blindly, among those that differ.
SWAPPED = (
    (2, 269), (29, 441), (64, 252), (71, 429), (121, 30), (154, 470), (311, 417), (336, 508), (368, 482), (448, 162),
)  # fmt: skip


def build() -> SignalProject:
    """Read the recordings and the shipped parameters, and put the project together."""
    learned = shipped.load("appliances", currents.SOURCES)
    block = _classifier_block(learned)
    wrong = ", ".join(str(number) for number in sorted(sum(SWAPPED, ())))
    return SignalProject(
        id=4,
        name="appliances",
        description=(
            f"{(__doc__ or '').splitlines()[0]} These {2 * len(SWAPPED)} training samples have a wrong label, swapped "
            f"in pairs on purpose: {wrong}."
        ),
        samples=samples(),
        blocks={CLASSIFIER_ID: block},
        impulse=_impulse(block),
        dsp=Dsp(features.spectral, features.names(SIZE, FREQUENCY_HZ)),
    )


def samples() -> dict[int, Signal]:
    """Return the recordings by their ids, the training set first, in the source's order; some labels swapped."""
    recordings = dict(enumerate(currents.plaid(), start=1))
    labels = {number: recording.kind for number, recording in recordings.items()}
    for one, other in SWAPPED:
        labels[one], labels[other] = labels[other], labels[one]
    return {number: _sample(number, recording, labels[number]) for number, recording in recordings.items()}


def _sample(number: int, recording: Recording, label: str) -> Signal:
    category = {"TRAIN": "training", "TEST": "testing"}[recording.part]
    return Signal(
        id=number,
        filename=f"{category}{recording.number:03}",
        category=category,
        label=label,
        values=recording.values[:, None],
        metadata={"source": f"PLAID_{recording.part}, from the sktime wheel; the source states no units"},
        device="plug",
        sensors=[{"name": AXIS, "units": "N/A"}],
        interval_ms=1000 / FREQUENCY_HZ,
    )


# --- what the API says of it -----------------------------------------------------------------------------------------


def _classifier_block(learned: Learned) -> ClassifierBlock:
    float32, int8 = learned.figures["float32"], learned.figures["int8"]
    threshold = {
        "key": "min_score",
        "description": "Minimum confidence",
        "helpText": (
            f"Below this probability a window counts as uncertain. On {float32['windows']} windows of "
            f"{float32['samples']} testing samples, whatever the probability: {float32['accuracy']:.1%} right (int8 "
            f"{int8['accuracy']:.1%}), {float32['balanced_accuracy']:.1%} as the mean over the labels; of the samples, "
            f"all their windows taken together, {float32['sample_accuracy']:.1%}. At {THRESHOLD}, "
            f"{float32['uncertain']:.1%} are uncertain and {float32['sure_accuracy']:.1%} of the others right. Both "
            f"sets come from the same households: expect less of new ones."
        ),
        "value": THRESHOLD,
    }
    about = {
        "id": CLASSIFIER_ID,
        "type": "keras",
        "name": "Classifier",
        "dsp": [DSP_ID],
        "title": "Classification (a network of 64 units)",
        "createdBy": "createImpulse",
        "createdAt": DATE,
    }
    axes = list(range(len(features.names(SIZE, FREQUENCY_HZ))))
    return ClassifierBlock(about, threshold, axes, LabelledNetwork.restored(learned.arrays, "network"))


def _impulse(block: ClassifierBlock) -> Json:
    return {
        "id": 1,
        "name": "appliances",
        "type": "default",
        "inputBlocks": [
            {
                "id": INPUT_ID,
                "type": "time-series",
                "name": "Time series",
                "title": "Time series data",
                "windowSizeMs": WINDOW_MS,
                "windowIncreaseMs": TRAINING_INCREASE_MS,
                "classificationWindowIncreaseMs": INCREASE_MS,
                "frequencyHz": FREQUENCY_HZ,
                "padZeros": True,
            }
        ],
        "dspBlocks": [
            {
                "id": DSP_ID,
                "type": "spectral-analysis",
                "name": "Spectral features",
                "title": "Spectral features",
                "axes": [AXIS],
                "valuesPerAxis": len(features.names(SIZE, FREQUENCY_HZ)),
                "input": INPUT_ID,
                "implementationVersion": 4,
            }
        ],
        "learnBlocks": [block.about],
        "postProcessingBlocks": [],
    }
