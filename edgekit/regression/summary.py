"""Many samples at once: which predictions are furthest off, and the figures over all of them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from edgekit import display
from edgekit.regression import store_summary
from edgekit.regression.error_figures import errors, nothing_known
from edgekit.regression.predictions import tolerance
from edgekit.summaries import HasParts, Results, Summary, blocks_of, figures_table, of_another_kind


def summary(results: Results, block: int | str | None = None, *, threshold: float | None = None) -> Summary:
    """Sum up what a regression predicted for many samples.

    Parameters
    ----------
    results : iterable, or mapping from sample id
        Of what `Studio.classify` returned, or of its regression blocks; or what `Studio.test` returned; or an
        `edgekit.Store`, of which no more than a part is in memory.
    block : int or str, optional
        Which block: its id, type or title. Without it the only regression block.
    threshold : float, optional
        The largest absolute error that is allowed; without it the block's own.

    Returns
    -------
    Summary
        `.per_sample`, index `sample`: `windows` (with an expected and a predicted number), `expected` and `predicted`
        (means over them), `mae`, `bias`, `largest` (absolute error) and `within` (share of the windows whose error is
        allowed), the largest mean absolute error first; samples without such a window last. `.figures`: see
        `edgekit.regression.errors`.

    Raises
    ------
    UsageError
        No results, no such block, or no window that has both numbers.

    Examples
    --------
    >>> import edgekit as ek
    >>> studio = ek.connect(sandbox="meat")
    >>> summary = ek.regression.summary(studio.classify(studio.samples("testing").index[:4]))
    >>> summary.per_sample[["expected", "predicted", "mae"]].round(1)
            expected  predicted  mae
    sample
    173         46.3       50.7  4.4
    174         47.7       51.4  3.7
    175         25.5       22.8  2.7
    176         10.6        9.5  1.1
    """
    limit = None if threshold is None else tolerance(threshold)
    if isinstance(results, HasParts):
        parts = results.counts_of("regression", block, limit)
        if parts is not None:
            return _of_store(store_summary.summed(parts), limit)
    found = blocks_of(results, "regression", block)
    if other := next((one for _, one in found if one.kind != "regression"), None):
        raise of_another_kind(other.id, other.kind)
    windows = pd.concat([one.predictions(limit).assign(sample=name) for name, one in found], ignore_index=True)
    per_sample = _per_sample(windows, [name for name, _ in found])
    stated = {one.threshold for _, one in found} if limit is None else {limit}
    return Summary(per_sample, errors(windows), _note(per_sample, stated))


def _of_store(found: store_summary.Summed, limit: float | None) -> Summary:
    """Sum up a store, whose parts were read one by one."""
    if not found.sums.windows.any():
        raise nothing_known("its windows")
    per_sample = _worst_first(found.per_sample)
    stated: set[float | None] = found.thresholds if limit is None else {limit}
    return Summary(per_sample, figures_table(found.sums.figures()), _note(per_sample, stated))


def _per_sample(windows: pd.DataFrame, names: list[Any]) -> pd.DataFrame:
    known = windows[windows["error"].notna()]
    size = known["error"].abs()
    parts = known[["sample", "expected", "predicted"]].assign(
        mae=size, bias=known["error"], largest=size, within=known["within"].astype("Float64").astype(float)
    )
    grouped = parts.groupby("sample", sort=False)
    table = grouped.mean().assign(largest=grouped["largest"].max())
    table.insert(0, "windows", grouped.size())
    every = pd.Index(list(dict.fromkeys(names)), name="sample")
    table = table.reindex(every).fillna({"windows": 0}).astype({"windows": int})
    return _worst_first(table)


def _worst_first(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values("mae", ascending=False, kind="stable", na_position="last")


def _note(per_sample: pd.DataFrame, stated: set[float | None]) -> str:
    notes = []
    if lost := int((per_sample["windows"] == 0).sum()):
        of = display.counted(len(per_sample), "sample")
        notes.append(f"In {lost} of {of} no window has an expected and a predicted number.")
    limits = sorted(limit for limit in stated if limit is not None)
    if len(limits) == 1:
        notes.append(f"An error up to {limits[0]:g} is allowed.")
    elif limits:
        notes.append(f"Each result's own threshold decides which errors are allowed: {display.listing(limits)}.")
    else:
        notes.append("The results came without a threshold: no share of windows within it.")
    return " ".join(notes)
