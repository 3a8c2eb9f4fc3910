"""What kind of learn block a type is: what it says of a window, whatever the model behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# Types by kind. Anything else that ends in "-object-detection" detects as well; other types have no kind yet.
KINDS: Mapping[str, Sequence[str]] = {
    "anomaly": ("anomaly", "anomaly-gmm"),
    "detection": ("keras-object-detection", "keras-akida-object-detection"),
    "visual": ("keras-visual-anomaly", "keras-anomaly"),
    "regression": ("keras-regression",),
    "classification": (
        "keras", "keras-transfer-image", "keras-transfer-kws", "keras-akida", "keras-akida-transfer-image",
    ),
}  # fmt: skip


def kind_of(block_type: str) -> str | None:
    """Return "anomaly", "detection", "visual", "regression" or "classification"; None for a type that is not known."""
    if block_type.endswith("object-detection"):
        return "detection"
    return next((kind for kind, types in KINDS.items() if block_type in types), None)
