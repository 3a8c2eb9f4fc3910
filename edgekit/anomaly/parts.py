"""What a component of a mixture, or a cluster, stands for: the labels of the training windows that belong to it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from edgekit.errors import UsageError


def parts(part: ArrayLike, labels: ArrayLike) -> pd.DataFrame:
    """Return which label most of the windows of each component or cluster have.

    Parameters
    ----------
    part : array (windows,)
        The component or the cluster of each window (`Gmm.explain`, `KMeans.explain`).
    labels : array (windows,)
        Its label; missing (None, NaN) where it has none.

    Returns
    -------
    DataFrame, index `part`: `windows`, how many belong to it; `label`, the most frequent of their labels, of several
    the first by name; `of_label`, how many have it.

    Raises
    ------
    UsageError
        There is not one label for each window.

    Examples
    --------
    >>> import edgekit as ek
    >>> ek.anomaly.parts([0, 0, 0, 2], ["running", "walking", "running", "standing"])
          windows     label  of_label
    part
    0           3   running         2
    2           1  standing         1
    """
    table = pd.DataFrame({"part": np.asarray(part).ravel()})
    named = pd.Series(list(np.asarray(labels, object).ravel()), dtype=object)
    if len(named) != len(table):
        raise UsageError(f"There must be one label for each window, got {len(named)} for {len(table)}.")
    counts = table.assign(label=named).groupby(["part", "label"]).size().rename("of_label").reset_index()
    most = counts.sort_values(["part", "of_label", "label"], ascending=[True, False, True]).drop_duplicates("part")
    windows = table.groupby("part").size().rename("windows")
    found = windows.to_frame().join(most.set_index("part"))
    return found.astype({"of_label": "Int64"}) if found["of_label"].isna().any() else found
