"""Windows of many samples in one table, out of results or as the caller put them together."""

from __future__ import annotations

from typing import Any, TypeAlias

import pandas as pd

from edgekit import display
from edgekit.arguments import table
from edgekit.errors import UsageError
from edgekit.summaries import Results, blocks_of

Windows: TypeAlias = "pd.DataFrame | Results"


def windows(results: Results, block: int | str | None = None, *, key: str | None = None) -> pd.DataFrame:
    """Put the windows of many samples into one table, each with its `sample` (id) and `category`.

    As `ek.windows`, which is made of results and stands above this room; of structured labels it takes one `key`.
    """
    found = blocks_of(results, "classification", block)
    return pd.concat([_of(name, one, one.windows(key=key)) for name, one in found])


def predictions_of(results: Results, block: int | str | None = None, threshold: float | None = None) -> pd.DataFrame:
    """Put the predictions of many samples into one table, by each block's own threshold where none is given."""
    found = blocks_of(results, "classification", block)
    return pd.concat([_of(name, one, one.predictions(threshold)) for name, one in found])


def windows_table(given: Windows) -> pd.DataFrame:
    """Take a table of windows as it is, and of results make one."""
    return given if isinstance(given, pd.DataFrame) else windows(given)


def predictions_table(given: Windows) -> pd.DataFrame:
    """Take a table of predictions as it is, and of results make one; it may be of one key only."""
    found = given if isinstance(given, pd.DataFrame) else predictions_of(given)
    table("predictions (such as block.predictions())", found, ["expected", "predicted"])
    if "key" in found and len(keys := found["key"].unique()) > 1:
        raise UsageError(
            f"These predictions have a label for each of {len(keys)} keys ({display.listing(map(display.quoted, keys))}"
            f"): take one at a time, predictions[predictions['key'] == {display.quoted(keys[0])}]."
        )
    return found


def _of(name: Any, block: Any, part: pd.DataFrame) -> pd.DataFrame:
    category = getattr(block.sample, "category", None)
    front = pd.DataFrame({"sample": pd.Series(name, part.index), "category": pd.Series(category, part.index, "str")})
    return pd.concat([front, part], axis=1)
