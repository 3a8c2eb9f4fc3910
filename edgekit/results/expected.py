"""What each window should have been: the API's ranges of labels, joined to the windows of a block."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from math import isclose
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edgekit.results.windows import EXACT, Cut
from edgekit.wire.label_maps import label_of
from edgekit.wire.ranges import Codes, Range, coded, ranges_of_structs

Floats = NDArray[np.float64]

_ALIKE = 1e-3  # two intervals are the same up to this share: 1000/119 comes as 8.4034 as well as 8.403361344537815
_ROUNDED = 1e-6  # of a reading: an interval such as 1000/48 is not exact


class Ranges(NamedTuple):
    """Labels over the indices `first` to `last`, inclusive: of readings or of windows, which the API leaves open.

    `code` is each range's place in `names`; -1 is no label.
    """

    first: Floats
    last: Floats
    code: Codes
    names: tuple[str, ...]

    @classmethod
    def of(cls, ranges: Iterable[Range], key: str | None = None) -> Ranges:
        """Take the API's ranges, of structured labels those of one key; an index beyond 2**53 counts as that."""
        ranges = list(ranges)
        found = cls(*ranges_of_structs(ranges))
        if key is None:
            return found
        code, names = coded([label_of(one.label_map, key) for one in ranges])
        return found._replace(code=code, names=names)

    def at(self, index: Floats) -> Codes:
        """Return the code of the label at each index, -1 where no range is; where ranges overlap the later one counts.

        The array may be `code` itself: it is not to be written to.
        """
        if np.array_equal(index, self.first) and np.array_equal(index, self.last):  # a range for each: the usual case
            return self.code
        runs = self.runs()
        found = np.full(len(index), -1, np.intp)
        if len(runs.first):
            place = np.searchsorted(runs.first, index, "right") - 1
            inside = (place >= 0) & (index <= runs.last[place])
            found[inside] = runs.code[place[inside]]
        return found

    def runs(self) -> Ranges:
        """Return the same labels as ascending ranges that do not overlap."""
        if (self.first[1:] > self.last[:-1]).all() and (self.last >= self.first).all():
            return self
        edges = np.unique(np.concatenate([self.first, self.last + 1]))
        owner = np.full(len(edges), -1)
        bounds = np.searchsorted(edges, self.first), np.searchsorted(edges, self.last + 1)
        for number, (i, j) in enumerate(zip(*(bound.tolist() for bound in bounds), strict=True)):
            owner[i:j] = number
        begin = np.flatnonzero((owner >= 0) & (np.diff(owner, prepend=-1) != 0))
        stop = np.flatnonzero((owner >= 0) & (np.diff(owner, append=-1) != 0))
        return self._replace(first=edges[begin], last=edges[stop + 1] - 1, code=self.code[owner[begin]])


class Method(NamedTuple):
    """How an impulse labels a window that holds several labels; ``labelingMethodMultiLabel`` of its input block.

    =====================================  ============================================================================
    ``kind``                               the window's label
    =====================================  ============================================================================
    ``end-of-window``                      that of its last reading; the Studio's default
    ``anywhere-in-window``                 the first of `labels` that any of its readings has, else that of its last
                                           reading
    ``anywhere-in-window-min-percentage``  the first of `labels` that at least `percentage` of a full window's readings
                                           have, else that of its last reading with a label that is none of these
    ``majority-in-window``                 that of most of its readings
    =====================================  ============================================================================

    What the API's text leaves open is assumed: the order of `labels` is their rank; of two labels with as many readings
    the one that comes last in the window is taken; readings without a label are not counted; where a window has no
    other labels than such as are too seldom, that of its last reading is taken. A kind that is not in the table is
    taken for ``end-of-window``.
    """

    kind: str = "end-of-window"
    labels: tuple[str, ...] = ()
    percentage: float = 0


class Counts(Enum):
    """What the indices of ranges count."""

    READINGS = "readings"
    WINDOWS = "windows"
    RANGES = "ranges"  # one range for each window, over its readings


class Join(NamedTuple):
    """For each window the index at which its label stands, and what that index counts; NaN where there is none."""

    counts: Counts
    place: Floats
    doubt: str = ""

    def codes(self, ranges: Ranges) -> Codes:
        """Read the codes of the labels off; -1 where no range is."""
        if self.counts is Counts.RANGES:
            of_window: Codes = ranges.code[self.place.astype(int)]
            return of_window
        return ranges.at(self.place)


def joined(ranges: Ranges, cut: Cut, method: Callable[[], Method] = Method) -> Join:
    """Say where each window's label stands.

    Parameters
    ----------
    ranges : Ranges
        ``expectedLabels``, say.
    cut : Cut
        How the recording was cut, and the intervals that the response names.
    method : callable
        Asked only where a window holds several labels and the ranges count readings.

    Notes
    -----
    The API does not say what the indices count. The first row that fits decides:

    ==============================================  ==========  ==================================  ================
    the response                                    counts      a window's label                    doubt
    ==============================================  ==========  ==================================  ================
    as many ranges as windows, they overlap, and    readings    that of its own range               none
    range i spans window i
    the block's own interval is the window          windows     that of the range over its number   none
    increase, and no interval between readings
    the block's own interval is the payload's or    readings    by `method`; time = index · the     none
    the sample's, and not the window increase                   block's own interval
    no such witness; together the ranges span as    windows     that of the range over its place    as readings they
    many entries as there are windows                           among these entries                 fit as well, and
                                                                                                    give others
    no such witness; any other ranges               readings    by `method`; time = index · the     they do not end
                                                                block's own interval, else the      with the windows
                                                                sample's, else the payload's        or the recording
    ==============================================  ==========  ==================================  ================

    Where all labels are the same, what the indices count makes no difference. Nor where the ranges that count
    windows leave no room for readings.
    """
    windows = np.arange(cut.windows, dtype=float)
    if not len(ranges.first) or not cut.windows:
        return Join(Counts.WINDOWS, windows)
    if _one_each(ranges, cut):
        return Join(Counts.RANGES, windows)
    first, last = ranges.first.min(), ranges.last.max()
    one_entry_each = last - first + 1 == cut.windows
    by_window = Join(Counts.WINDOWS, windows + (first if one_entry_each else 0))
    witness = _witness(cut)
    if witness is Counts.WINDOWS:
        return by_window
    interval = _interval(first, last, cut)
    misfit = _misfit(first, last, cut, interval)
    open_ = witness is None and not _one_label(ranges, first, last)
    if one_entry_each and witness is None:
        return (
            by_window._replace(doubt=_otherwise(ranges, cut, interval, by_window))
            if open_ and not misfit
            else by_window
        )
    by_reading = Join(Counts.READINGS, _readings(ranges, cut, interval, method))
    if not (open_ and misfit):
        return by_reading
    taken = "They were taken for readings" if interval else "No window was given a label"
    return by_reading._replace(
        doubt=f"they fit neither way: {last - first + 1:.0f} entries are not one for each of the {cut.windows} "
        f"windows, and {misfit}. {taken}"
    )


# --- what the indices count -------------------------------------------------------------------------------------------


def _alike(one: float, other: float) -> bool:
    return bool(one and other and isclose(one, other, rel_tol=_ALIKE))


def _witness(cut: Cut) -> Counts | None:
    of_readings = _alike(cut.own_interval, cut.payload_interval) or _alike(cut.own_interval, cut.interval)
    if of_readings == _alike(cut.own_interval, cut.increase):
        return None  # neither, or one window a reading
    return Counts.READINGS if of_readings else Counts.WINDOWS


def _one_each(ranges: Ranges, cut: Cut) -> bool:
    """Say whether range i spans window i; only of ranges that overlap: others are read as readings just as well."""
    if len(ranges.first) != cut.windows or not (ranges.first[1:] <= ranges.last[:-1]).any():
        return False
    start, end = cut.times()
    for interval in {cut.own_interval, cut.payload_interval, cut.interval} - {0}:
        with np.errstate(over="ignore"):
            first, last = start / interval, np.minimum(end / interval - 1, ranges.last.max())
        if (np.abs(ranges.first - first) <= 1).all() and (np.abs(ranges.last - last) <= 1).all():
            return True
    return False


def _one_label(ranges: Ranges, first: float, last: float) -> bool:
    """Say whether one label holds from the very start to the end."""
    whole = first == 0 and (ranges.last - ranges.first + 1).sum() == last + 1
    return bool(whole and (ranges.code == ranges.code[0]).all())


def _interval(first: float, last: float, cut: Cut) -> float:
    """Milliseconds between the readings that ranges count."""
    if cut.own_interval:
        return cut.own_interval
    if cut.interval and not (cut.payload_interval and _misfit(first, last, cut, cut.interval)):
        return cut.interval
    return cut.payload_interval or cut.interval


def _misfit(first: float, last: float, cut: Cut, interval: float) -> str:
    """Say why ranges cannot well be readings: they end with the windows or with the recording, give or take a step."""
    if not interval:
        return "the response names no interval between readings"
    begin, reach, end = first * interval, (last + 1) * interval, cut.end()
    if begin >= end:
        return f"as readings they begin at {begin:g} ms, when the last window, at {end:g} ms, is over"
    if reach < end - cut.increase and cut.windows > 1:  # one window alone may be padded
        return f"as readings they end at {reach:g} ms, and the last window at {end:g} ms"
    if reach > end + max(cut.increase, 2 * cut.size) and abs(reach - cut.length) > cut.increase:
        return f"as readings they end at {reach:g} ms, long after the last window, at {end:g} ms"
    return ""


def _otherwise(ranges: Ranges, cut: Cut, interval: float, by_window: Join) -> str:
    """Say how many windows would have another label if the ranges counted readings; empty where none would."""
    others = ranges.at(_readings(ranges, cut, interval, Method))
    differ = (others != by_window.codes(ranges)).sum()
    if not differ:
        return ""
    return (
        f"they fit both ways: there is one entry for each of the {cut.windows} windows, and as readings they end "
        f"where the windows end. They were taken for windows; as readings, {differ} windows would have another label"
    )


# --- which reading's label a window has -------------------------------------------------------------------------------


def _readings(ranges: Ranges, cut: Cut, interval: float, method: Callable[[], Method]) -> Floats:
    """Return the index of a reading of each window that has the window's label; NaN where no interval is known."""
    if not interval:
        return np.full(cut.windows, np.nan)
    begin: Floats
    stop: Floats
    with np.errstate(over="ignore"):
        begin, stop = (np.ceil(time / interval - _ROUNDED).clip(-EXACT, EXACT) for time in cut.times())
    last: Floats = np.minimum(stop - 1, ranges.last.max())  # a padded window ends with the last reading of all
    if len(ranges.first) == 1 and ranges.first[0] == 0:  # one label from the start on: the usual case
        return last
    runs = ranges.runs()
    mixed = _mixed(runs, begin, last)
    if not mixed.any():
        return last
    chosen = method()
    if chosen.kind == "majority-in-window":
        last[mixed] = _majority(runs, begin[mixed], last[mixed])
    elif chosen.kind in ("anywhere-in-window", "anywhere-in-window-min-percentage"):
        wanted = chosen.percentage / 100 if chosen.kind.endswith("min-percentage") else 0.0
        least = np.maximum(wanted * (stop - begin)[mixed], 1)
        last[mixed] = _anywhere(runs, begin[mixed], last[mixed], chosen.labels, least)
    return last


def _mixed(runs: Ranges, begin: Floats, last: Floats) -> NDArray[np.bool_]:
    """Say of each window whether the readings `begin` to `last` have several labels, or one and none."""
    if not len(runs.first):
        return np.zeros(len(begin), bool)
    low = np.searchsorted(runs.last, begin, "left")
    high = np.searchsorted(runs.first, last, "right") - 1
    inner = np.minimum(low, len(runs.first) - 1), np.maximum(high, 0)
    changes = np.concatenate([[0], (runs.code[1:] != runs.code[:-1]) | (runs.first[1:] != runs.last[:-1] + 1)])
    changed = np.cumsum(changes)
    within = (runs.first[inner[0]] <= begin) & (runs.last[inner[1]] >= last)
    mixed: NDArray[np.bool_] = (low <= high) & ~(within & (changed[inner[0]] == changed[inner[1]]))
    return mixed


def _counted(runs: Ranges, own: NDArray[np.bool_], begin: Floats, last: Floats) -> tuple[Floats, Floats]:
    """Count the readings of these runs, at least one, in each window, and return the last of them."""
    first, end = runs.first[own], runs.last[own] + 1
    before = np.concatenate([[0], np.cumsum(end - first)])

    def up_to(index: Floats) -> Floats:
        place = np.searchsorted(first, index, "right") - 1
        inside = np.maximum(place, 0)
        return np.where(place < 0, 0, before[inside] + np.minimum(index, end[inside]) - first[inside])

    place = np.maximum(np.searchsorted(first, last, "right") - 1, 0)
    return up_to(last + 1) - up_to(begin), np.minimum(last, end[place] - 1)


def _majority(runs: Ranges, begin: Floats, last: Floats) -> Floats:
    chosen, most = last.copy(), np.zeros(len(last))
    for code in dict.fromkeys(runs.code.tolist()):
        count, at = _counted(runs, runs.code == code, begin, last)
        better = (count > most) | ((count == most) & (count > 0) & (at > chosen))
        chosen[better], most[better] = at[better], count[better]
    return chosen


def _anywhere(runs: Ranges, begin: Floats, last: Floats, labels: Iterable[str], least: Floats) -> Floats:
    chosen, open_ = last.copy(), np.ones(len(last), bool)
    others = np.ones(len(runs.code), bool)
    for label in labels:
        if label in runs.names and (own := runs.code == runs.names.index(label)).any():
            count, at = _counted(runs, own, begin, last)
            found = open_ & (count >= least - _ROUNDED)
            chosen[found] = at[found]
            open_ &= ~found
            others &= ~own
    if others.any():  # the last reading's label may be one that is too seldom
        count, at = _counted(runs, others, begin, last)
        chosen = np.where(open_ & (count > 0), at, chosen)
    return chosen
