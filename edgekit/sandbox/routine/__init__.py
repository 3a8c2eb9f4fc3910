"""The project "routine": the wearer of a smart watch changes the activity while the watch records.

Its models are those of the project "motion", and so are its training samples. The testing samples are longer: testing
recordings of "motion" joined end to end, so that every reading is a real one, and each part keeps its label. Only where
two parts meet does one wearer's recording go over into another's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate

import numpy as np

from edgekit.sandbox import motion
from edgekit.sandbox.project import Json
from edgekit.sandbox.routine import two_questions
from edgekit.sandbox.timeseries import Signal, SignalProject, ranges

STORED_MS = 80
MORNING, MATCH, ERRAND, SPRINT, GAME, EVENING = "morning", "match", "errand", "sprint", "game", "evening"
PARTS = {
    MORNING: ("standing", "walking", "running", "walking"),
    MATCH: ("walking", "badminton", "standing"),
    ERRAND: ("walking", "standing", "walking"),
    SPRINT: ("standing", "running", "standing"),
    GAME: ("badminton", "running", "badminton"),
    EVENING: ("running", "walking", "standing"),
}
MAPPED = 1  # the sample whose label is a map
RESAMPLED = (MATCH, SPRINT, EVENING)


def build() -> SignalProject:
    """Put the project together from the one whose models it shares."""
    shared = motion.build()
    first = replace(
        shared,
        id=6,
        name="routine",
        description=(__doc__ or "").splitlines()[0],
        samples=_samples(list(shared.samples.values())),
        impulse=_impulse(shared.impulse),
        others=(),
    )
    return replace(first, others=(two_questions.project(first, shared.blocks[motion.CLASSIFIER_ID]),))


def _impulse(shared: Json) -> Json:
    (block,) = shared["inputBlocks"]
    method = {"labelingMethodMultiLabel": {"type": "majority-in-window"}}
    return shared | {"name": "routine", "inputBlocks": [block | method]}


def _samples(recordings: list[Signal]) -> dict[int, Signal]:
    found = {recording.id: recording for recording in recordings if recording.category == "training"}
    found[MAPPED] = two_questions.labelled(found[MAPPED])
    unused = {
        activity: iter([r for r in recordings if (r.category, r.label) == ("testing", activity)])
        for activity in sorted({recording.label for recording in recordings})
    }
    for number, (name, activities) in enumerate(PARTS.items(), len(found) + 1):
        sample = _joined(number, name, activities, unused)
        found[number] = _stored_anew(sample) if name in RESAMPLED else sample
    return found


def _joined(number: int, name: str, activities: tuple[str, ...], unused: dict[str, Iterator[Signal]]) -> Signal:
    parts = [next(unused[activity]) for activity in activities]
    starts = accumulate(map(len, parts[:-1]), initial=0)
    return replace(
        parts[0],
        id=number,
        filename=name,
        label=activities[0],
        values=np.concatenate([part.values for part in parts]),
        metadata={"source": f"{', '.join(part.filename for part in parts)} of the project motion, joined end to end"},
        spans=tuple(zip(starts, activities, strict=True)),
    )


def _stored_anew(sample: Signal) -> Signal:
    """Store a sample at 12.5 readings a second, on straight lines between the recorded ones: the impulse resamples it.

    The watch recorded 10 a second, which is also what the impulse wants.
    """
    return replace(
        sample,
        values=sample.resampled(STORED_MS),
        interval_ms=STORED_MS,
        spans=tuple((span["startIndex"], span["label"]) for span in ranges(sample.labels_at(STORED_MS))),
        metadata={"source": f"{sample.metadata['source']}, and stored at {1000 / STORED_MS:g} readings a second"},
    )
