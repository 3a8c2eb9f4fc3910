"""Two models on the same samples: which windows get another verdict, and which model is right more often.

Plain tables in and out: the `predictions` of two runs of model testing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from edgekit import display
from edgekit.errors import UsageError
from edgekit.resampling import Figure
from edgekit.summaries import figures_table, in_words
from edgekit.table_words import label_order

NORMAL_95 = 1.959963984540054  # 95 % of a normal distribution lie within so many standard deviations of the mean
WITHIN, BEYOND = "within the threshold", "beyond the threshold"
_COLUMNS = ["sample", "start_ms", "end_ms", "label", "a", "b", "a_right", "b_right"]


@dataclass(frozen=True, eq=False)
class VerdictComparison:
    """What became of each window's verdict from one model (`a`) to another (`b`).

    Attributes
    ----------
    names : (str, str)
        What the two are called.
    changed : DataFrame
        The windows whose verdicts differ, in order: `sample`, `start_ms`, `end_ms`, `label`, `a` and `b` (the two
        verdicts), `a_right` and `b_right`. Of numbers the verdict is whether they are within the threshold.
    confusion : DataFrame
        How many windows get which verdict from `a` (rows) and from `b` (columns).
    figures : DataFrame
        Index `figure`; `value`, `low`, `high`: the shares of windows that are right, their difference (b minus a) with
        McNemar's 95 % interval over samples, and how many windows only one of the two gets right.
    note : str
        What a reader of the figures has to know.
    results : (dict, dict)
        What each of the two says of each sample, by its id: ``edgekit.explore`` shows them. Empty without a Studio.
    """

    names: tuple[str, str]
    changed: pd.DataFrame
    confusion: pd.DataFrame
    figures: pd.DataFrame
    note: str = ""
    results: tuple[Mapping[int, Any], Mapping[int, Any]] = field(default=({}, {}), repr=False)

    def __repr__(self) -> str:
        facts = dict(in_words(self.figures))
        changed = display.counted(len(self.changed), "window")
        between = " and ".join(display.short(name) for name in self.names)
        return display.fit(f"<{between}: {changed} changed · difference {facts['difference']}>")

    def _repr_html_(self) -> str:
        facts = {"changed": display.counted(len(self.changed), "window"), **dict(in_words(self.figures))}
        a, b = (display.shown(name) for name in self.names)
        return display.card(f"{a} (a) and {b} (b)", facts, note=self.note)


def compare(a: pd.DataFrame, b: pd.DataFrame, names: tuple[str, str] = ("a", "b")) -> VerdictComparison:
    """Compare two tables of predictions of the same samples, as `ModelTesting.predictions` has them.

    Where the windows of the two are not the same, as of two impulses, each window of `a` is compared with the one of
    `b`, in the same sample, whose middle is nearest (of two as near the earlier). Only samples in both count, and only
    windows of which both say whether they are right.

    Notes
    -----
    The interval is McNemar's for a difference of paired shares, with samples instead of windows as what was drawn
    (N. A. Obuchowski, Statistics in Medicine 17, 1998): with one window a sample it is the usual
    (c - b)/n ± 1.96 √(b + c - (b - c)²/n)/n.

    Raises
    ------
    UsageError
        A column is missing, or no window can be compared.

    Examples
    --------
    >>> import pandas as pd
    >>> from edgekit.verdicts import compare
    >>> one = pd.DataFrame({"sample": [1, 2], "start_ms": 0, "end_ms": 10, "label": "on", "prediction": ["on", "off"]})
    >>> one["correct"] = one["prediction"] == one["label"]
    >>> other = one.assign(prediction="on", correct=True)
    >>> compare(one, other).changed[["sample", "a", "b"]]
       sample    a   b
    0       2  off  on
    """
    known, others = _verdicts(a, "a"), _verdicts(b, "b")
    rows, exact = _side_by_side(known, others)
    if rows.empty:
        raise UsageError("The two have no window of the same sample that can be compared. Test the same samples.")
    changed = rows.loc[rows["a"] != rows["b"], _COLUMNS].reset_index(drop=True)
    notes = ["Intervals are over samples, not over windows."]
    if not exact:
        notes.append("The windows of the two differ: each of a is compared with the nearest of b.")
    if not {*map(str, known["label"])} & {*map(str, others["label"])}:
        notes.append("The two have no label in common, as of two questions: every verdict differs.")
    return VerdictComparison(names, changed, _confusion(rows), _figures(rows), " ".join(notes))


def difference(sample: pd.Series, a_right: pd.Series, b_right: pd.Series) -> Figure:
    """Return by how much more often b is right than a, with McNemar's interval over samples; see `compare`."""
    table = pd.DataFrame({"sample": sample, "windows": 1, "gain": b_right.astype(int) - a_right.astype(int)})
    per_sample = table.groupby("sample")[["windows", "gain"]].sum()
    windows = per_sample["windows"].sum()
    value = per_sample["gain"].sum() / windows
    if len(per_sample) < 2:
        return Figure(value, np.nan, np.nan)
    spread = NORMAL_95 * np.sqrt(((per_sample["gain"] - value * per_sample["windows"]) ** 2).sum()) / windows
    return Figure(value, max(value - spread, -1.0), min(value + spread, 1.0))


def _verdicts(table: pd.DataFrame, name: str) -> pd.DataFrame:
    missing = [c for c in ("sample", "start_ms", "end_ms", "label", "prediction", "correct") if c not in table]
    if missing:
        raise UsageError(f"The predictions {name} lack the column {missing[0]!r}: give ModelTesting.predictions.")
    known = table[table["correct"].notna()]
    right = known["correct"].astype(bool)
    said = known["prediction"]
    if pd.api.types.is_numeric_dtype(said):
        said = pd.Series(np.where(right, WITHIN, BEYOND), known.index)
    found = known[["sample", "start_ms", "end_ms", "label"]]
    return found.assign(**{name: said, f"{name}_right": right}).reset_index(drop=True)


def _side_by_side(a: pd.DataFrame, b: pd.DataFrame) -> tuple[pd.DataFrame, bool]:
    """Return each window of `a` with what `b` says of it, and whether the windows of both are the same."""
    keys = ["sample", "start_ms", "end_ms"]
    same = a.merge(b.drop(columns="label"), on=keys)
    if len(same) == len(a) == len(b):
        return same, True
    a, b = (table.assign(middle=(table["start_ms"] + table["end_ms"]) / 2.0) for table in (a, b))
    others = dict(tuple(b.groupby("sample")))
    rows = []
    for sample, own in a.groupby("sample", sort=False):
        if sample in others:
            other = others[sample]
            away = np.abs(own["middle"].to_numpy()[:, None] - other["middle"].to_numpy())
            nearest = other.iloc[away.argmin(axis=1)][["b", "b_right"]]
            rows.append(own.reset_index(drop=True).join(nearest.reset_index(drop=True)))
    return pd.concat(rows, ignore_index=True) if rows else same, False


def _confusion(rows: pd.DataFrame) -> pd.DataFrame:
    names = label_order({*rows["a"], *rows["b"]})
    return pd.crosstab(rows["a"], rows["b"]).reindex(index=names, columns=names, fill_value=0)


def _figures(rows: pd.DataFrame) -> pd.DataFrame:
    a, b = rows["a_right"], rows["b_right"]
    nothing = pd.Series(False, rows.index)
    counts = {
        "both right": a & b, "only a right": a & ~b, "only b right": ~a & b, "both wrong": ~a & ~b,
    }  # fmt: skip

    def share(of: pd.Series) -> Figure:
        found = difference(rows["sample"], nothing, of)
        return found._replace(low=max(found.low, 0.0))

    figures = {
        "a right": share(a),
        "b right": share(b),
        "difference": difference(rows["sample"], a, b),
        "changed": share(rows["a"] != rows["b"]),
    }
    return figures_table(figures | {name: Figure(float(c.sum()), np.nan, np.nan) for name, c in counts.items()})
