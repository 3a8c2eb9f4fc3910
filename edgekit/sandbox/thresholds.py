"""Which threshold of a learn block is to be set, and which values it takes."""

from __future__ import annotations

import sys
from typing import Any

from edgekit.sandbox.project import Block, Json, Refused, WrongParameter

PROBABILITY = "min_score"  # the key of thresholds of probabilities; in regression of the largest error


def to_set(block: Block, key: Any, value: Any) -> Json:
    """Return a block's threshold of this key, after a look whether it takes the value."""
    found = {threshold["key"]: threshold for threshold in block.thresholds()}
    if not isinstance(key, str) or key not in found:
        have = " and ".join(map(repr, found))
        raise Refused(f"No threshold {key!r} in learn block {block.about['id']}: it has {have}")
    _check(found[key], value, block.mode)
    return found[key]


def _check(threshold: Json, value: Any, mode: str) -> None:
    key, options = threshold["key"], [option["value"] for option in threshold.get("dropdownOptions", ())]
    if options:
        if value not in options:
            raise WrongParameter(f"The value of threshold {key!r} must be one of {', '.join(options)}, got {value!r}")
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
        raise WrongParameter(f"The value of threshold {key!r} must be a number, got {value!r}")
    if mode == "regression":
        if value < 0:
            raise WrongParameter(
                f"Threshold {key!r} is an absolute error: its value must not be negative, got {value!r}"
            )
    elif key == PROBABILITY and not 0 <= value <= 1:
        raise WrongParameter(f"Threshold {key!r} is a probability: its value must be from 0 to 1, got {value!r}")
