"""Which of a block's thresholds decides, and by which rule a whole picture was scored.

Keys of thresholds: ``min_score`` (classification, object detection), ``min_score_box`` (PaddleOCR: the score of a box),
``min_anomaly_score`` (anomaly blocks). Others go beside them and decide nothing: ``min_score_pixel``, ``unclip_ratio``,
``anomaly_scoring_aggregation_method`` (since February 2026, a text), those of object tracking. Values of a kind that is
not known here are told apart by being the only number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from edgekit import display
from edgekit.results.kinds import kind_of
from edgekit.wire.schema import Classification, DropdownOption, Threshold

AGGREGATION = "anomaly_scoring_aggregation_method"
_ANOMALY, _OTHERS = ("min_anomaly_score",), ("min_score", "min_score_box")


def deciding(thresholds: Sequence[Threshold], block_type: str) -> Threshold | None:
    """Return the threshold that decides: by its key, else the only one that is a number; None where neither is.

    A text decides only where its key says that it is meant, and only one that is a number written as text.
    """
    by_key = {t.key: t for t in thresholds if number(t.value) is not None}
    kind = kind_of(block_type)
    keys = _OTHERS + _ANOMALY if kind is None else _ANOMALY if kind in ("anomaly", "visual") else _OTHERS
    for key in keys:
        if key in by_key:
            return by_key[key]
    numeric = [t for t in by_key.values() if not isinstance(t.value, str)]
    return numeric[0] if len(numeric) == 1 else None


def threshold(raw: Classification) -> float | None:
    """Return the score, or of a regression the error, that decides; see `edgekit.BlockResult.threshold`."""
    found = stated(raw)
    return None if found is not None and found < 0 and kind_of(raw.learn_block.type) == "regression" else found


def stated(raw: Classification) -> float | None:
    """Return the threshold that decides as the block states it: of a regression it may be negative, and no error is."""
    found = deciding(raw.thresholds, raw.learn_block.type)
    return raw.minimum_confidence_rating if found is None else number(found.value)


def number(value: float | str | None) -> float | None:
    """Return a threshold's value as a number; None where it is a text of another kind, or nothing."""
    try:
        found = math.nan if value is None else float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def aggregation(thresholds: Sequence[Threshold]) -> str:
    """Say how the cells of a picture became its one score, in the Studio's words: 'mean (Mean of all cells)'.

    Empty where the server does not say: until February 2026 it was the largest cell.
    """
    chosen = next((t for t in thresholds if t.key == AGGREGATION and t.value is not None), None)
    if chosen is None:
        return ""
    said = next((o.description for o in chosen.dropdown_options or [] if o.value == chosen.value), None)
    method = display.short(chosen.value)
    return f"{method} ({display.shown(said, 80)})" if said else method


def listed(options: Sequence[DropdownOption] | None) -> str | None:
    """Write the values a threshold offers with their descriptions, in one text: 'max: Highest cell; mean: …'."""
    if options is None:
        return None
    return "; ".join(f"{o.value}: {o.description}" if o.description else f"{o.value}" for o in options)


def table(thresholds: Sequence[Threshold]) -> pd.DataFrame:
    """Return one row per threshold; see `BlockResult.thresholds`."""
    names = ["key", "value", "description", "help_text", "suggested_value", "suggested_value_text"]
    rows = [[*(getattr(t, name) for name in names), listed(t.dropdown_options)] for t in thresholds]
    return pd.DataFrame(rows, columns=[*names, "dropdown_options"])
