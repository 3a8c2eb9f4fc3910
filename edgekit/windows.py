"""The sliding window's table, on plain values: when each window is, what it scored, what it should have been."""

from __future__ import annotations

from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SCORE = "anomaly"
FRAME = ("start_ms", "end_ms", "expected")
_EXACT = 2**53  # whole numbers up to here are the same as floats; beyond, no time or index is meant

Row = dict[str, float | None]
Columns = dict[str, NDArray[np.float64]]


class Span(NamedTuple):
    """A label over the indices `first` to `last`, inclusive: of readings or of windows, which the API leaves open."""

    first: int
    last: int
    label: str


class Cut(NamedTuple):
    """How a recording was cut into `windows` windows; `interval` (between readings) and `length` are 0 if not known."""

    windows: int
    size: float
    increase: float
    interval: float = 0
    length: float = 0

    def times(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the start and the end of each window in milliseconds; window i starts at i · increase."""
        size, increase = self.size, self.increase
        if max(abs(size), abs(increase)) * self.windows >= _EXACT:
            size, increase = float(size), float(increase)
        start = np.arange(self.windows) * increase
        return start, start + size


def windows_table(scores: Columns, cut: Cut, expected: NDArray[Any]) -> pd.DataFrame:
    """Put time, expected label and scores side by side; see `edgekit.BlockResult.windows`."""
    start, end = cut.times()
    columns: dict[str, Any] = {"start_ms": start, "end_ms": end, "expected": expected}
    for name, values in scores.items():
        while name in columns:
            name += "_score"  # noqa: PLW2901
        columns[name] = values
    return pd.DataFrame(columns).rename_axis(index="window")


def score_columns(rows: list[Row]) -> Columns:
    """Turn a dict per window into an array per key; the usual case, the same keys in every window, without a copy."""
    names = list(rows[0]) if rows else []
    count = len(rows)
    try:
        if sum(map(len, rows)) != count * len(names):
            raise KeyError
        columns = {name: np.fromiter(map(itemgetter(name), rows), float, count) for name in names}
    except (KeyError, TypeError):  # windows with other keys, or null scores
        names = list(dict.fromkeys(chain.from_iterable(rows)))
        columns = {name: np.array([row.get(name) for row in rows], float) for name in names}
    return anomaly_last(columns)


def anomaly_last(columns: Columns) -> Columns:
    """Put the anomaly score behind the labels' scores."""
    if SCORE in columns:
        columns[SCORE] = columns.pop(SCORE)
    return columns


def labels_joined(spans: list[Span], cut: Cut) -> tuple[NDArray[Any], str]:
    """Give each window the label of the spans it belongs to.

    Returns
    -------
    labels : array of object, (windows,)
        None where no span is.
    doubt : str
        Why the labels may be wrong; empty where there is no doubt.

    Notes
    -----
    The API does not say what the indices count. Where the spans together are exactly as many entries as there are
    windows, they count windows; otherwise readings, and a window takes the label at its end. There is doubt where that
    guess decides about the labels and the spans fit both ways, or neither.
    """
    labels = np.full(cut.windows, None, object)
    if not spans or not cut.windows:
        return labels, ""
    first, last = min(span.first for span in spans), max(span.last for span in spans)
    count_windows = last - first + 1 == cut.windows
    if count_windows:
        _paint(labels, spans, np.arange(cut.windows), first)
    elif cut.interval:
        _paint(labels, spans, _readings(cut, last), 0)
    covered = sum(span.last - span.first + 1 for span in spans) == last + 1
    if covered and first == 0 and len({span.label for span in spans}) == 1:
        return labels, ""  # one label all over, whatever the indices count
    misfit = _misfit(first, last, cut)
    if not count_windows:
        taken = "They were taken for readings" if cut.interval else "No window was given a label"
        return labels, misfit and (
            f"they fit neither way: {last - first + 1} entries are not one for each of the {cut.windows} windows, and "
            f"{misfit}. {taken}"
        )
    if misfit:
        return labels, ""
    others = np.full(cut.windows, None, object)
    _paint(others, spans, _readings(cut, last), 0)
    return labels, "" if (others == labels).all() else (
        f"they fit both ways: there is one entry for each of the {cut.windows} windows, and as readings they end where "
        f"the windows end. They were taken for windows; as readings, {(others != labels).sum()} windows would have "
        f"another label"
    )


def _readings(cut: Cut, last: int) -> NDArray[np.float64]:
    """Index of the last reading in each window; a padded window ends with the last reading of all."""
    with np.errstate(over="ignore"):
        readings = cut.times()[1] / cut.interval - 1e-6  # an interval such as 1000/48 is not exact: do not round up
    found: NDArray[np.float64] = np.minimum(np.ceil(readings) - 1, _bounded(last))
    return found


def _misfit(first: int, last: int, cut: Cut) -> str:
    """Say why spans cannot well be readings: they end with the windows or with the recording, give or take a step."""
    if not cut.interval:
        return "the response names no interval between readings"
    begin, reach, end = _bounded(first) * cut.interval, _bounded(last + 1) * cut.interval, float(cut.times()[1][-1])
    if begin >= end:
        return f"as readings they begin at {begin:g} ms, when the last window, at {end:g} ms, is over"
    if reach < end - cut.increase and cut.windows > 1:  # one window alone may be padded
        return f"as readings they end at {reach:g} ms, and the last window at {end:g} ms"
    if reach > end + max(cut.increase, 2 * cut.size) and abs(reach - cut.length) > cut.increase:
        return f"as readings they end at {reach:g} ms, long after the last window, at {end:g} ms"
    return ""


def _paint(labels: NDArray[Any], spans: list[Span], place: NDArray[Any], origin: int) -> None:
    """Label the windows whose `place` lies in a span; where spans overlap, the later one in the list counts."""
    order = np.argsort(place, kind="stable")
    bounds = np.array([(_bounded(span.first - origin), _bounded(span.last - origin)) for span in spans], float)
    begin = np.searchsorted(place, bounds[:, 0], "left", sorter=order)
    stop = np.searchsorted(place, bounds[:, 1], "right", sorter=order)
    for span, i, j in zip(spans, begin, stop, strict=True):
        labels[order[i:j]] = span.label


def _bounded(index: int) -> int:
    return max(-_EXACT, min(index, _EXACT))
