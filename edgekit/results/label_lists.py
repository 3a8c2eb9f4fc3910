"""Labels of object detection: a picture has as many as it has objects, and the Studio writes them into one text.

"bolt, bolt, nut" are three, "-" is none. Everywhere else a label is one text, and its commas are part of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from edgekit import display
from edgekit.results.kinds import kind_of
from edgekit.wire.schema import Impulse, SampleInfo

NONE = "-"


def labels_objects(sample: SampleInfo) -> bool:
    """Tell whether a sample's label lists objects: its project's way of labelling, else its boxes say so."""
    if sample.project_labeling_method is not None:
        return sample.project_labeling_method == "object_detection"
    return bool(sample.bounding_boxes) and Counter(split(sample.label)) == Counter(_boxes(sample))


def detects(impulse: Impulse) -> bool | None:
    """Tell whether an impulse detects objects; None where it has no learn block."""
    return any(kind_of(block.type) == "detection" for block in impulse.learn_blocks) if impulse.learn_blocks else None


def split(text: str | None) -> list[str]:
    """Return the labels in one text, in its order; none for "-" and for no text."""
    parts = [part.strip() for part in (text or "").split(",")]
    return [] if parts in ([""], [NONE]) else parts


def objects(sample: SampleInfo) -> list[str]:
    """Return the label of each object in a picture: as its text lists them, or its boxes where those are others."""
    named, boxes = split(sample.label), _boxes(sample)
    return boxes if boxes and Counter(named) != Counter(boxes) else named


def label(sample: SampleInfo) -> str | list[str]:
    """Return a sample's label for a table: a text, or in object detection the list of the objects' labels."""
    return objects(sample) if labels_objects(sample) else sample.label


def listed(text: str | None, sample: SampleInfo) -> list[str] | None:
    """Return the labels of a text that may be the sample's own; None for no text."""
    if text is None:
        return None
    return objects(sample) if text == sample.label else split(text)


def in_words(sample: SampleInfo) -> str:
    """Return a sample's label for a person: 'bolt 2, nut 1' of objects, 'no objects' for none of them."""
    if not labels_objects(sample):
        return sample.label
    counted = Counter(objects(sample)).most_common()
    return display.listing(f"{display.shown(name, 80)} {count}" for name, count in counted) or "no objects"


def has(sample: SampleInfo, wanted: Iterable[str]) -> bool:
    """Tell whether a picture has an object of one of these labels; "-" finds those without any object."""
    return not set(wanted).isdisjoint(objects(sample) or [NONE])


def _boxes(sample: SampleInfo) -> list[str]:
    return [box.label for box in sample.bounding_boxes or []]
