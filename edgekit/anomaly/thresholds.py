"""Thresholds: what each one does, which one to take, and how certain that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import floor, isfinite

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from edgekit import display
from edgekit.anomaly.alarms import HOUR_MS
from edgekit.anomaly.feature_columns import Floats
from edgekit.anomaly.window_scores import WindowScores, window_scores
from edgekit.arguments import FINITE, choice, number
from edgekit.errors import UsageError
from edgekit.resampling import LEVEL, RESAMPLES, Ints, checked_draws, checked_level, interval
from edgekit.threshold_rules import anomalies_at_each, is_anomaly

FEW_SAMPLES = 10
WAYS = ("quantile", "f1", "balanced_accuracy", "false_alarms")
_OF_WINDOWS = "block.windows().assign(anomalous=block.anomalous())"
_WITH_TRUTH = {"pictures": "ek.visual.summary(results).per_sample"}  # tables, by what has a score; else of windows
Choice = Callable[[Floats, Floats, Floats], float]


def sweep(scores: ArrayLike | pd.DataFrame, truth: ArrayLike | None = None) -> pd.DataFrame:
    """Say what every threshold does: one row for each at which something changes.

    Parameters
    ----------
    scores : array (windows,), or a table of windows
        A table (``BlockResult.windows()``, or many of them put together by ``pd.concat``) has its scores in the column
        `anomaly`. Windows without a score (NaN) are left out.
    truth : array (windows,) of booleans
        True where a window is an anomaly; windows without truth (None, NaN, <NA>) are left out. Without it, the table's
        column `anomalous`.

    Returns
    -------
    DataFrame, ascending: `threshold` (each score that occurs; a score above it is an anomaly), `precision`, `recall`,
    `f1`, `balanced_accuracy`, `false_alarm_rate` (share of the normal windows above). There is no row for a
    threshold below the lowest score, where every window is an anomaly.

    Notes
    -----
    What is 0/0 is NaN: precision where no window is above the threshold, recall where none is anomalous, the
    false-alarm rate where none is normal, balanced accuracy in either case, F1 where none is anomalous and none above.

    Examples
    --------
    >>> import edgekit as ek
    >>> swept = ek.anomaly.sweep([0.2, 0.5, 1.5, 4.0, 6.0], [False, False, False, True, True])
    >>> swept[["threshold", "precision", "recall", "false_alarm_rate"]].round(2)
       threshold  precision  recall  false_alarm_rate
    0        0.2       0.50     1.0              0.67
    1        0.5       0.67     1.0              0.33
    2        1.5       1.00     1.0              0.00
    3        4.0       1.00     0.5              0.00
    4        6.0        NaN     0.0              0.00
    """
    windows = window_scores(scores, truth)
    if windows.assumed:
        raise UsageError("A sweep needs the truth: sweep(scores, truth), or a table with a column 'anomalous'.")
    return _curves(windows.values, *windows.counted())


def rates(
    scores: ArrayLike | pd.DataFrame,
    truth: ArrayLike | None = None,
    *,
    threshold: float,
    increase_ms: float | None = None,
    samples: ArrayLike | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure what one threshold does, with intervals.

    Parameters
    ----------
    scores, truth
        As for `sweep`. Without any truth, every window is taken for normal.
    threshold : float
        A score above it is an anomaly.
    increase_ms : float, optional
        For alarms an hour: from one window's start to the next one's (``result.window_increase_ms``), the time that
        each window stands for.
    samples, level, resamples, seed
        As for `suggest_threshold`.

    Returns
    -------
    DataFrame with rows `false_alarm_rate` (share of the normal windows above the threshold), `recall` (of the
    anomalous) and, with `increase_ms`, `false_alarms_per_hour`; columns `value`, `low`, `high` (NaN without samples),
    `windows` and `samples` (how many it rests on, NaN without samples). What rests on no window is NaN. A rate of
    exactly 0 or 1 has an interval of no width: a bootstrap cannot draw what was never seen.

    Examples
    --------
    >>> import edgekit as ek
    >>> rates = ek.anomaly.rates([0.2, 0.5, 1.5, 4.0, 6.0], [False, False, False, True, True], threshold=1)
    >>> rates[["value", "windows"]].round(2)
                      value  windows
    rate
    false_alarm_rate   0.33        3
    recall             1.00        2
    """
    windows = window_scores(scores, truth, samples)
    lasts, share = _increase(increase_ms), checked_level(level)
    return _rates(windows, threshold, lasts, windows.draws(*checked_draws(resamples, seed)), share)


@dataclass(frozen=True, eq=False)
class Suggestion:
    """A threshold, how certain it is, and what it does to the windows it was chosen on.

    Attributes
    ----------
    threshold : float
        A score above it is an anomaly.
    interval : (float, float) or None
        Where the threshold lies when the samples are drawn again; None without samples to draw, and a note says so.
    by : str
        How it was chosen.
    rates : DataFrame
        What it does to the windows it was chosen on (`edgekit.anomaly.rates`). On other samples it usually does worse:
        measure it there as well.
    level : float
        Of the intervals.
    notes : tuple of str
        What to know before trusting it.
    unit : str
        What has a score: "windows", or "pictures", and a column of `rates`.
    """

    threshold: float
    interval: tuple[float, float] | None
    by: str
    rates: pd.DataFrame
    level: float
    notes: tuple[str, ...]
    unit: str = "windows"

    @property
    def false_alarm_rate(self) -> float:
        """Share of the normal windows above the threshold."""
        return float(self.rates["value"].to_dict()["false_alarm_rate"])

    @property
    def recall(self) -> float:
        """Share of the anomalous windows above the threshold; NaN where none is known."""
        return float(self.rates["value"].to_dict()["recall"])

    def _facts(self) -> dict[str, str]:
        sure = "no interval" if self.interval is None else "{:.4g} to {:.4g}".format(*self.interval)
        facts = {"threshold": f"{self.threshold:.4g} ({sure})", "chosen by": self.by}
        for name, value, low, high, count in self.rates[["value", "low", "high", self.unit]].itertuples():
            if count:
                form = ".3g" if name == "false_alarms_per_hour" else ".1%"
                sure = "no interval" if np.isnan(low) else f"{low:{form}} to {high:{form}}"
                facts[name.replace("_", " ")] = f"{value:{form}} ({sure}) of {count} {self.unit}"
        return facts

    def __repr__(self) -> str:
        lines = [f"{name}: {fact}" for name, fact in self._facts().items()] + [f"note: {note}" for note in self.notes]
        return display.fit("\n  ".join([f"<Suggestion · intervals of {self.level:.0%}", *lines]) + ">")

    def _repr_html_(self) -> str:
        facts = self._facts() | {f"note {i}": note for i, note in enumerate(self.notes, start=1)}
        return display.card(f"Suggested threshold · intervals of {self.level:.0%}", facts)


def suggest_threshold(
    scores: ArrayLike | pd.DataFrame,
    truth: ArrayLike | None = None,
    *,
    by: str = "quantile",
    quantile: float = 0.99,
    per_hour: float | None = None,
    increase_ms: float | None = None,
    samples: ArrayLike | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
    unit: str = "windows",
) -> Suggestion:
    """Choose a threshold, and say how certain it is.

    Parameters
    ----------
    scores, truth
        As for `sweep`. Without any truth, every window is taken for normal.
    by : str
        ``"quantile"``: a quantile of the normal windows' scores; ``"f1"`` or ``"balanced_accuracy"``: the threshold
        where that is highest, the lowest of several; ``"false_alarms"``: the lowest threshold that keeps to a budget.
    quantile : float
        For ``"quantile"``: which one, linear between scores.
    per_hour : float
        For ``"false_alarms"``: how many normal windows an hour may be above the threshold.
    increase_ms : float
        For ``"false_alarms"``: from one window's start to the next one's (``result.window_increase_ms``), the time that
        each window stands for.
    samples : array (windows,), optional
        Which sample each window belongs to. Without it, the table's column `sample` (as in an explorer's `windows`) or
        the index level `sample` of the scores, which ``pd.concat({sample_id: block.windows()}, names=["sample",
        "window"])`` makes; without either, no intervals.
    level : float
        Of the intervals.
    resamples : int
        How often the samples are drawn anew for them.
    seed : int
        Of the draws.
    unit : str
        What has a score, in the plural, for what is said of it.

    Returns
    -------
    Suggestion

    Raises
    ------
    UsageError
        There is no normal window with a score, or, for F1 and balanced accuracy, no anomalous one.

    Notes
    -----
    Except for a quantile, the threshold lies half way between two scores: what happens at equality is not settled, and
    the server's last digits are its own.

    Examples
    --------
    >>> import edgekit as ek
    >>> suggestion = ek.anomaly.suggest_threshold([0.2, 0.5, 1.5, 4.0, 6.0], [False, False, False, True, True], by="f1")
    >>> suggestion.threshold, suggestion.recall
    (2.75, 1.0)
    """
    quantile, level, increase_ms = number("quantile", quantile, 0, 1), checked_level(level), _increase(increase_ms)
    per_hour = None if per_hour is None else number("per_hour", per_hour, 0, FINITE)
    choice("by", by, WAYS)
    budget = None
    if by == "false_alarms":
        if per_hour is None or increase_ms is None:
            raise UsageError(
                "A budget of false alarms needs per_hour=… (not negative) and increase_ms=… (above 0; it is "
                f"result.window_increase_ms), got {per_hour} and {increase_ms}."
            )
        budget = per_hour * increase_ms / HOUR_MS  # alarms a window
    ways: dict[str, tuple[str, Choice]] = {
        "quantile": (f"quantile {quantile:g} of the normal {unit}", partial(_quantile, quantile)),
        "f1": ("highest F1", partial(_best, "f1")),
        "balanced_accuracy": ("highest balanced accuracy", partial(_best, "balanced_accuracy")),
        "false_alarms": (f"at most {per_hour or 0:g} false alarms an hour", partial(_within, budget or 0.0)),
    }
    name, choose = ways[by]
    windows = window_scores(scores, truth, samples)
    chosen = choose(windows.values, *windows.counted())
    if np.isnan(chosen):
        normal, anomalous = (int((windows.anomalous == kind).sum()) for kind in (False, True))
        needed = "normal" if by in ("quantile", "false_alarms") else "normal and anomalous"
        raise UsageError(
            f"No threshold by {by}: that takes {needed} {unit} with a score, and there are {normal} normal and "
            f"{anomalous} anomalous ones."
            + (
                " Nothing says which are anomalous: give the truth, or a table with a column 'anomalous', such as "
                f"{_WITH_TRUTH.get(unit, _OF_WINDOWS)}."
                if windows.assumed
                else ""
            )
        )
    draws = windows.draws(*checked_draws(resamples, seed))
    drawn = np.array([choose(windows.values, *windows.counted(draw)) for draw in draws], float)
    measured = _rates(windows, chosen, increase_ms, draws, level)
    notes = tuple(_notes(windows, measured, drawn, budget, unit))
    measured = measured.rename(columns={"windows": unit})
    return Suggestion(chosen, interval(drawn, level), name, measured, level, notes, unit)


def _curves(values: Floats, normal: Floats, anomalous: Floats) -> pd.DataFrame:
    """Return the table of `sweep` from how many windows have each of the distinct scores."""
    false_alarms, hits = anomalies_at_each(normal), anomalies_at_each(anomalous)
    wanted = anomalous.sum()
    with np.errstate(invalid="ignore"):
        recall, rate = hits / wanted, false_alarms / normal.sum()
        return pd.DataFrame(
            {
                "threshold": values,
                "precision": hits / (hits + false_alarms),
                "recall": recall,
                "f1": 2 * hits / (hits + false_alarms + wanted),
                "balanced_accuracy": (recall + 1 - rate) / 2,
                "false_alarm_rate": rate,
            }
        )


def _quantile(share: float, values: Floats, normal: Floats, anomalous: Floats) -> float:
    total = normal.sum()
    if not total:
        return float("nan")
    place = share * (total - 1)
    low, high = np.searchsorted(normal.cumsum(), [np.floor(place), np.ceil(place)], side="right")
    part = place - np.floor(place)
    return float(values[low] if low == high else values[low] * (1 - part) + values[high] * part)


def _best(figure: str, values: Floats, normal: Floats, anomalous: Floats) -> float:
    if not normal.sum() or not anomalous.sum():
        return float("nan")
    return _half_way(values, int(_curves(values, normal, anomalous)[figure].to_numpy().argmax()))


def _within(budget: float, values: Floats, normal: Floats, anomalous: Floats) -> float:
    """Return the lowest threshold with at most `budget` false alarms a window."""
    if not normal.sum():
        return float("nan")
    allowed = _allowed(budget, normal.sum())
    return _half_way(values, int((anomalies_at_each(normal) <= allowed).argmax()))


def _allowed(budget: float, normal: float) -> int:
    return floor(budget * normal * (1 + 1e-9))  # 0.29 · 100 is 28.999999999999996


def _half_way(values: Floats, place: int) -> float:
    """Return a threshold between the score at `place` and the next higher one."""
    low = float(values[place])
    high = float(values[min(place + 1, len(values) - 1)])
    middle = low + (high - low) / 2
    return middle if isfinite(middle) and low < middle < high else low


def _rates(
    windows: WindowScores, threshold: float, increase_ms: float | None, draws: Ints, level: float
) -> pd.DataFrame:
    if isinstance(threshold, float) and np.isnan(threshold):
        raise UsageError("The threshold is not a number.")
    above = is_anomaly(windows.values[windows.rank], number("threshold", threshold))
    code = np.zeros(len(above), np.int64) if windows.sample is None else windows.sample
    rows: dict[str, list[float]] = {}
    for name, group in {"false_alarm_rate": ~windows.anomalous, "recall": windows.anomalous}.items():
        of, hit = (np.bincount(code[which], minlength=max(windows.samples, 1)) for which in (group, group & above))
        with np.errstate(invalid="ignore"):
            value, drawn = np.divide(hit.sum(), of.sum()), np.divide(draws @ hit, draws @ of)
        low, high = interval(drawn, level) or (np.nan, np.nan)
        rows[name] = [value, low, high, of.sum(), (of > 0).sum() if windows.samples else np.nan]
    if increase_ms is not None:
        *shares, count, samples = rows["false_alarm_rate"]
        rows["false_alarms_per_hour"] = [share * HOUR_MS / increase_ms for share in shares] + [count, samples]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high", "windows", "samples"])
    return table.rename_axis(index="rate")


def _increase(increase_ms: float | None) -> float | None:
    return None if increase_ms is None else number("increase_ms", increase_ms, 0, FINITE, above=True)


def _notes(windows: WindowScores, measured: pd.DataFrame, drawn: Floats, budget: float | None, unit: str) -> list[str]:
    notes, one = [], unit.removesuffix("s")
    if windows.assumed:
        notes.append(f"No truth was given: every {one} was taken for normal, and alarms on anomalies count as false.")
    if not windows.samples:
        notes.append(
            f"No intervals: they are drawn from whole samples. Say which sample each {one} belongs to, samples=…."
        )
    elif windows.samples == 1:
        notes.append(f"No intervals: all {unit} are of one sample, which leaves nothing to draw.")
    elif windows.samples < FEW_SAMPLES:
        notes.append(f"The intervals rest on {windows.samples} samples: take them for a hint.")
    if lost := int(np.isnan(drawn).sum()):
        notes.append(f"{lost} of {len(drawn)} draws had no normal or no anomalous {one} and were left out.")
    normal = len(windows.rank) - int(windows.anomalous.sum())
    if budget is not None and not _allowed(budget, normal):
        notes.append(
            f"The budget allows less than one alarm on the {normal} normal {unit} there are: longer recordings are "
            f"needed to tell whether it is kept."
        )
    if measured["value"].at["false_alarm_rate"] == 0:
        notes.append("Not one false alarm was seen, so the rate's interval has no width; that does not make it zero.")
    notes.append(f"The rates are measured on the {unit} the threshold was chosen on. Check it on other samples.")
    return notes
