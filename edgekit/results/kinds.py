"""The kind of a learn block: what its model says of a window.

The type decides. For a type that edgekit does not know, what the block sent decides. No other module looks at a type to
find out what can be done with a block.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from edgekit.table_words import SCORE
from edgekit.wire.schema import Classification

KINDS: Mapping[str, Sequence[str]] = {
    "anomaly": ("anomaly", "anomaly-gmm"),
    "detection": ("keras-object-detection", "keras-akida-object-detection"),
    "visual": ("keras-visual-anomaly", "keras-anomaly"),
    "regression": ("keras-regression",),
    "classification": (
        "keras", "keras-transfer-image", "keras-transfer-kws", "keras-akida", "keras-akida-transfer-image",
    ),
}  # fmt: skip
_FAMILIES = {"object-detection": "detection", "visual-anomaly": "visual"}  # in types to come as well


@lru_cache(maxsize=256)
def kind_of(block_type: str) -> str | None:
    """Return "anomaly", "detection", "visual", "regression" or "classification"; None for a type that is not known."""
    family = next((kind for part, kind in _FAMILIES.items() if part in block_type), None)
    return family or next((kind for kind, types in KINDS.items() if block_type in types), None)


def kind_of_block(raw: Classification) -> str | None:
    """Return the kind of a block: by its type, else by what it sent; None where it sent nothing.

    Objects are detection, an anomaly score with a grid of cells is visual anomaly, one alone anomaly; all else is
    classification.
    """
    if known := kind_of(raw.learn_block.type):
        return known
    if raw.structured_result or raw.details:
        return "detection"
    keys = set(raw.scores().columns)
    if SCORE in keys and any(len(found.scores or ()) > 1 for found in raw.anomaly_result or ()):
        return "visual"
    return ("anomaly" if keys == {SCORE} else "classification") if keys else None


def names_of(blocks: Iterable[tuple[str, str]]) -> list[str]:
    """Name blocks, given by type (of object detection the last layer) and title: by the title where types repeat."""
    found = list(blocks)
    types = [name for name, _ in found]
    return [title if title and types.count(name) > 1 else name for name, title in found]
