"""One table of the windows of many results."""

from __future__ import annotations

import pandas as pd

from edgekit.summaries import Results, blocks_of


def windows(results: Results, block: int | str | None = None, *, key: str | None = None) -> pd.DataFrame:
    """Put the windows of many results into one table.

    Parameters
    ----------
    results : iterable, or mapping from sample id
        Of what `Studio.classify` returned, or of its blocks; or what `Studio.test` returned; or one result or block.
    block : int or str, optional
        Which block: its id, type or title. Not needed where each result has one.
    key : str, optional
        Of structured labels (label maps), which have a label for each of several keys: those of this one.

    Returns
    -------
    DataFrame, one row a window, in the order of the results: `sample` (its id) and `window` (from 0 in each sample),
    then the columns of `BlockResult.windows`, then `anomalous` (nullable boolean) where the response says of any window
    whether it should be an anomaly, and `category` ("training", "testing", …). A key that only some samples have is NaN
    in the others. `ek.anomaly.sweep`, `ek.classification.sweep` and the like take the table as it is.

    Raises
    ------
    UsageError
        No results, something else in their place, or results of several blocks; the text says what to give.

    Examples
    --------
    >>> import edgekit as ek
    >>> studio = ek.connect(sandbox="motion")
    >>> windows = ek.windows(studio.classify([31, 32]), block="anomaly-gmm")
    >>> windows.groupby("sample")["anomaly"].max().round(2)
    sample
    31    50.83
    32    13.36
    Name: anomaly, dtype: float64
    """
    tables = []
    for sample, one in blocks_of(results, None, block):
        table = one.windows(key=key)
        anomalous = one.anomalous()
        if anomalous.notna().any():
            table["anomalous"] = anomalous
        table = table.assign(category=one.sample.category)
        table.insert(0, "window", table.index)
        table.insert(0, "sample", sample)
        tables.append(table)
    together: pd.DataFrame = pd.concat(tables, ignore_index=True)
    if "anomalous" in together:
        together["anomalous"] = together.pop("anomalous").astype("boolean")
    together["category"] = together.pop("category")
    if keys := next((table.attrs["keys"] for table in tables if table.attrs.get("keys")), None):
        together.attrs["keys"] = keys  # pandas drops it where samples differ in anything else
    return together
