"""Windows of many samples in one table, out of results or as the caller put them together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from edgekit import display
from edgekit.arguments import number, table
from edgekit.classification.predictions import judged, predictions
from edgekit.errors import UsageError
from edgekit.summaries import Results, blocks_of, of_another_kind
from edgekit.table_words import UNCERTAIN
from edgekit.threshold_rules import is_uncertain

Windows: TypeAlias = "pd.DataFrame | Results"


def windows(results: Results, block: int | str | None = None, *, key: str | None = None) -> pd.DataFrame:
    """Put the windows of many samples into one table, each with its `sample` (id) and `category`.

    Like `ek.windows`, which this room cannot import. Of structured labels it takes one `key`.
    """
    found = blocks_of(results, "classification", block)
    return _together(found, [one.windows(key=key) for _, one in found])


def predictions_of(results: Results, block: int | str | None = None, threshold: float | None = None) -> pd.DataFrame:
    """Put the predictions of many samples into one table, by each block's own threshold where none is given."""
    return uncertain(labelled(results, block), threshold).drop(columns="own_threshold")


def labelled(results: Results, block: int | str | None = None) -> pd.DataFrame:
    """Put the predictions of many samples into one table, each the most probable label; `own_threshold` is the block's.

    NaN where the block has no threshold.
    """
    found = blocks_of(results, "classification", block)
    if other := next((one for _, one in found if one.kind == "regression"), None):
        raise of_another_kind(other.id, other.kind)
    tables = [one.windows() for _, one in found]
    if any(len(part) and part.attrs.get("keys") for part in tables):
        tables = [one.predictions(0) for _, one in found]
        together = _together(found, tables)
    else:  # in one go: five times as fast as sample by sample
        together = predictions(_together(found, tables))
    own = [np.nan if (limit := one.uncertain_below()) is None else limit for _, one in found]
    return together.assign(own_threshold=np.repeat(own, list(map(len, tables))))


def uncertain(table: pd.DataFrame, threshold: float | None) -> pd.DataFrame:
    """Call windows of `labelled` uncertain below a threshold, or below the block's own where none is given."""
    limit = table["own_threshold"] if threshold is None else number("threshold", threshold, 0, 1)
    unsure = is_uncertain(table["probability"].to_numpy(float), np.asarray(limit, float))
    return judged(table.assign(predicted=table["predicted"].mask(unsure, UNCERTAIN)))


def windows_table(given: Windows) -> pd.DataFrame:
    """Take a table of windows as it is, and of results make one."""
    return given if isinstance(given, pd.DataFrame) else windows(given)


def predictions_table(given: Windows) -> pd.DataFrame:
    """Take a table of predictions as it is, and of results make one; it may be of one key only."""
    found = given if isinstance(given, pd.DataFrame) else predictions_of(given)
    name = "predictions (block.predictions(), ek.classification.predictions(windows), or the results themselves)"
    table(name, found, ["expected", "predicted"])
    if "key" in found and len(keys := found["key"].unique()) > 1:
        raise UsageError(
            f"These predictions have a label for each of {len(keys)} keys ({display.listing(map(display.quoted, keys))}"
            f"): take one at a time, predictions[predictions['key'] == {display.quoted(keys[0])}], of results "
            f"ek.classification.predictions(ek.windows(results, key={display.quoted(keys[0])}))."
        )
    return found


def _together(found: Sequence[tuple[Any, Any]], tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Put the table of each sample under the one before, with the sample's id and category in front."""
    together = pd.concat(tables)
    counts = list(map(len, tables))
    categories = pd.array([getattr(one.sample, "category", None) for _, one in found], "str")
    front = {
        "sample": pd.Index([name for name, _ in found]).repeat(counts),
        "category": categories.take(np.repeat(np.arange(len(found)), counts)),
    }
    whole = pd.concat([pd.DataFrame(front, index=together.index), together], axis=1)
    if keys := next((part.attrs["keys"] for part in tables if part.attrs.get("keys")), None):
        whole.attrs["keys"] = keys  # pandas drops it where samples differ in anything else
    return whole
