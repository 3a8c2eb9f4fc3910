"""Which samples a caller means: ids, samples, a table's index, a file's name."""

from __future__ import annotations

from typing import Any

import pandas as pd

from edgekit import display
from edgekit.arguments import are_several
from edgekit.errors import NotFoundError, UsageError
from edgekit.studio.calls import Calls, id_of
from edgekit.studio.sample_calls import CATEGORIES, listed


def sample_ids(calls: Calls, given: Any) -> int | list[int]:
    """Return the id of the sample that was meant, or the ids of several.

    Parameters
    ----------
    calls : Calls
        Of the project, for the names of files.
    given : int, str, Sample, DataFrame, or several of the first three
        A text is the name of a file that one sample has. Of a table the index counts, as `Studio.samples` returns it.

    Raises
    ------
    UsageError
        Something else, or a name that several samples have; the text says what an id is.
    NotFoundError
        No sample has this name.
    """
    if isinstance(given, pd.DataFrame):
        return [id_of(one) for one in _index(given)]
    if not are_several(given):
        return sample_id(calls, given)
    wanted = list(given)
    names = [one for one in wanted if isinstance(one, str)]
    known = _by_name(calls) if len(names) > 1 else None  # one list for all names
    return [sample_id(calls, one, known) for one in wanted]


def _index(table: pd.DataFrame) -> list[Any]:
    if pd.api.types.is_integer_dtype(table.index.dtype) and table.index.name in ("id", "sample"):
        return table.index.to_list()
    raise UsageError(
        f"Of a table the index has the samples' ids, as studio.samples() returns it; the index of this one is "
        f"{display.quoted(table.index.name)}. Give the column with the ids: table['sample'].unique()."
    )


def sample_id(calls: Calls, given: Any, known: pd.Series[Any] | None = None) -> int:
    """Return the id of the one sample that was meant, by id or by its file's name; see `sample_ids`."""
    if not isinstance(given, str):
        return id_of(given)
    if given.strip().isdecimal():
        raise UsageError(
            f"Expected an id (a whole number), got the text {display.quoted(given)}: leave out the quotes."
        )
    if given in CATEGORIES:
        raise UsageError(f"{given!r} is a part of the project, not a sample: give studio.samples({given!r}).")
    names = _by_name(calls) if known is None else known
    found = names.index[names.astype(object) == given].to_list()  # Arrow compares no half of a surrogate pair
    if not found:
        raise NotFoundError(
            f"No sample's file is called {display.quoted(given)}. studio.samples() lists them, with ids."
        )
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} samples have files called {display.quoted(given)}; choose by id: {display.listing(found)}."
        )
    return int(found[0])


def _by_name(calls: Calls) -> pd.Series[Any]:
    return listed(calls)["filename"]
