"""What two baselines do not agree about: plain tables in and out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.checks.baseline import ANOMALY, NO_OBJECT, NORMAL, Baseline, BlockSettings
from edgekit.checks.object_matching import matched
from edgekit.table_words import SCORE, UNCERTAIN
from edgekit.verdicts import BEYOND, WITHIN

VERDICTS = ["block", "sample", "window", "label", "change", "old", "new"]
MOVED = ["block", "sample", "window", "column", "old", "new", "difference"]
MISSING = ["block", "sample", "change", "old", "new"]
SETTINGS = ["setting", "block", "old", "new"]
LABELS = ["sample", "old", "new", "windows"]
LOST, FOUND, ANOTHER_LABEL = "object lost", "object found", "another label"
_PLACE = ["x", "y", "width", "height"]
Floats = NDArray[np.float64]


class Pair(NamedTuple):
    """A block of the baseline, and the one that stands for it now."""

    old: BlockSettings
    new: BlockSettings


class _Objects(NamedTuple):
    """Objects of both sides, and the rows of those that are the same ones."""

    old: pd.DataFrame
    new: pd.DataFrame
    first: NDArray[np.intp]
    second: NDArray[np.intp]


@dataclass(eq=False)
class Differences:
    """What two baselines do not agree about.

    Attributes
    ----------
    settings : DataFrame
        `setting` ("project", "impulse", "variant", "edgekit", "window size", "block", "threshold …", "columns"),
        `block` (0: of all), `old`, `new`, as texts; "" where there is none.
    verdicts, moved, missing, labels : DataFrame
        See `edgekit.checks.Comparison`; the worst first.
    samples : dict
        Which samples either side has, by the id of each block that was compared.
    compared : tuple of int
        How many samples and windows were compared.
    """

    settings: pd.DataFrame
    samples: dict[int, list[int]] = field(default_factory=dict)
    verdicts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=VERDICTS))
    moved: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=MOVED))
    missing: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=MISSING))
    labels: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=LABELS))
    compared: tuple[int, int] = (0, 0)


def differences(old: Baseline, new: Baseline, rtol: float, atol: float) -> Differences:
    """Compare two baselines: a score may differ by `atol` + `rtol` times the old one, everything else not at all.

    Where they are of different projects, or of windows of another size, their rows have nothing to do with each other:
    only the settings are compared.
    """
    pairs, alone = _pairs(old.settings.blocks, new.settings.blocks)
    settings = pd.DataFrame([*_settings(old, new), *alone, *_of_blocks(pairs)], columns=SETTINGS)
    found = Differences(settings)
    if not set(settings["setting"]) & {"project", "window size", "window increase"}:
        parts = [_Compared(pair, old.rows, new.rows, rtol, atol) for pair in pairs]
        found.missing = _stacked([part.missing() for part in parts], MISSING)
        found.labels = _stacked([part.labels() for part in parts], LABELS).drop_duplicates(ignore_index=True)
        found.verdicts = _worst_first([part.verdicts() for part in parts], VERDICTS)
        found.moved = _worst_first([part.moved() for part in parts], MOVED)
        found.compared = _counted(parts)
        found.samples = {part.pair.new.id: part.samples() for part in parts}
    return found


# --- settings ---------------------------------------------------------------------------------------------------------


def _settings(old: Baseline, new: Baseline) -> Iterator[tuple[str, int, str, str]]:
    before, now = old.settings, new.settings
    ids = {"project": (before.project, now.project), "impulse": (before.impulse, now.impulse)}
    named = {
        "project": (_named(before.project, before.project_name), _named(now.project, now.project_name)),
        "impulse": (_named(before.impulse, before.impulse_name), _named(now.impulse, now.impulse_name)),
    }
    for name, (number, another) in ids.items():
        if (
            None not in (number, another) and number != another
        ):  # results out of a file may have none; a name may be changed
            yield name, 0, *named[name]
    pairs = {
        "variant": (before.variant or "", now.variant or ""),
        "edgekit": (before.edgekit, now.edgekit),
        "window size": (f"{before.window_size_ms:g} ms", f"{now.window_size_ms:g} ms"),
        "window increase": (f"{before.window_increase_ms:g} ms", f"{now.window_increase_ms:g} ms"),
    }
    for name, (one, other) in pairs.items():
        if one != other:
            yield name, 0, one, other


def _named(number: int | None, name: str | None) -> str:
    return "" if number is None else f"{number} ({name})" if name else f"{number}"


def _pairs(
    old: Sequence[BlockSettings], new: Sequence[BlockSettings]
) -> tuple[list[Pair], list[tuple[str, int, str, str]]]:
    """Return which block stands for which, by id, else the only one of its type; and what is to be said of others."""
    now = {block.id: block for block in new}
    pairs = [Pair(block, now[block.id]) for block in old if block.id in now and now[block.id].kind == block.kind]
    taken = {pair.new.id for pair in pairs}
    said: list[tuple[str, int, str, str]] = []
    for block in (block for block in old if block.id not in {pair.old.id for pair in pairs}):
        rivals = [one for one in old if one.type == block.type]
        alike = [one for one in new if one.type == block.type and one.id not in taken]
        stands = alike[0] if len(alike) == len(rivals) == 1 else None
        if stands is not None:
            pairs.append(Pair(block, stands))
            taken.add(stands.id)
        said.append(("block", block.id, _block(block), _block(stands) if stands else ""))
    said += [("block", block.id, "", _block(block)) for block in new if block.id not in taken]
    return pairs, said


def _block(block: BlockSettings) -> str:
    return f"{block.id} ({block.type})"


def _of_blocks(pairs: list[Pair]) -> Iterator[tuple[str, int, str, str]]:
    for old, new in pairs:
        for key in dict.fromkeys([*old.thresholds, *new.thresholds]):
            before, now = (_value(block.thresholds.get(key)) for block in (old, new))
            if before != now:
                yield f"threshold {key}", new.id, before, now
        if set(old.columns) != set(new.columns):
            yield "columns", new.id, ", ".join(old.columns), ", ".join(new.columns)


def _value(value: float | str | None) -> str:
    return f"{value:.9g}" if isinstance(value, int | float) else value or ""


# --- rows -------------------------------------------------------------------------------------------------------------


class _Compared:
    """The rows of one block on both sides, and which windows are the same ones."""

    def __init__(self, pair: Pair, old: pd.DataFrame, new: pd.DataFrame, rtol: float, atol: float) -> None:
        self.pair, self._rtol, self._atol = pair, rtol, atol
        self._all = (_of(old, pair.old.id), _of(new, pair.new.id))
        self._columns = [name for name in pair.old.columns if name in pair.new.columns]
        before, now = (_windows(rows) for rows in self._all)
        self._counts = [rows["sample"].value_counts(sort=False) for rows in (before, now)]
        one, other = aligned(before, now)
        self.old, self.new = before.take(one), now.take(other)
        self._scales = _scales(pair.old.kind, self._columns, self._all[0])

    def samples(self) -> list[int]:
        """Return the samples that either side has."""
        return sorted({int(sample) for counts in self._counts for sample in counts.index})

    def missing(self) -> pd.DataFrame:
        """Samples with more or fewer windows than there were, none for one side among them."""
        counts = pd.concat(self._counts, axis=1, keys=["old", "new"]).fillna(0).astype(int).sort_index()
        counts = counts[counts["old"] != counts["new"]].rename_axis("sample").reset_index()
        change = np.select([counts["new"] == 0, counts["old"] == 0], ["missing", "new"], "other windows")
        return counts.assign(block=self.pair.new.id, change=change)[MISSING]

    def labels(self) -> pd.DataFrame:
        """What windows should be and were not to be before."""
        changed = np.flatnonzero(_differ(self.old["label"], self.new["label"]))
        old, new = (rows["label"].iloc[changed].to_numpy(object) for rows in (self.old, self.new))
        table = pd.DataFrame({"sample": self.new["sample"].iloc[changed].to_numpy(), "old": old, "new": new})
        return table.groupby(["sample", "old", "new"], sort=True).size().rename("windows").reset_index()[LABELS]

    def verdicts(self) -> pd.DataFrame:
        """Windows of which the block says something else, and objects that are lost or found; with `_worst`."""
        if self.pair.new.kind == "detection":
            return self._verdicts_of_objects()
        changed = np.flatnonzero(_differ(self.old["verdict"], self.new["verdict"]))
        one, other = (rows["verdict"].iloc[changed].to_numpy(object) for rows in (self.old, self.new))
        label = self.new["label"].iloc[changed].to_numpy(object)
        table = self._rows(changed).assign(old=one, new=other, label=label)
        table["change"] = [_change(*both) for both in zip(one, other, strict=True)]
        worst = [self._far(name, changed) for name in self._columns]
        return table.assign(_worst=np.max(worst, axis=0) if worst else 0.0)[[*VERDICTS, "_worst"]]

    def moved(self) -> pd.DataFrame:
        """Scores beyond the tolerance; with `_worst`, how far, as a share of the largest one: see `_scales`."""
        if self.pair.new.kind == "detection":
            return self._moved_objects()
        parts = []
        for name in self._columns:
            one, other = (rows[name].to_numpy(float) for rows in (self.old, self.new))
            place = np.flatnonzero(beyond(one, other, self._rtol, self._atol))
            if len(place):
                one, other, worst = one[place], other[place], self._far(name, place)
                parts.append(
                    self._rows(place).assign(column=name, old=one, new=other, difference=other - one, _worst=worst)
                )
        return _stacked(parts, [*MOVED, "_worst"])

    def _rows(self, place: NDArray[Any]) -> pd.DataFrame:
        return self.new[["sample", "window"]].iloc[place].reset_index(drop=True).assign(block=self.pair.new.id)

    def _far(self, name: str, place: NDArray[Any]) -> Floats:
        """Return how far scores of a column moved; see `_far`."""
        one, other = (rows[name].to_numpy(float)[place] for rows in (self.old, self.new))
        return _far(one, other, self._scales[name])

    @cached_property
    def _objects(self) -> _Objects:
        """Return the objects of the windows that both sides have, and which is which."""
        keys = pd.MultiIndex.from_frame(self.new[["sample", "window"]])
        sides = []
        for rows in map(_objects, self._all):
            picture = keys.get_indexer(pd.MultiIndex.from_frame(rows[["sample", "window"]]))
            kept = np.flatnonzero(picture >= 0)  # the others are of a sample or window that only one side has
            sides.append((rows.take(kept), picture[kept]))
        (old, one), (new, other) = sides
        return _Objects(old, new, *matched(old, new, one, other))

    def _verdicts_of_objects(self) -> pd.DataFrame:
        old, new, first, second = self._objects
        said, says = (rows["verdict"].to_numpy(object) for rows in (old, new))
        lost, found = (np.delete(np.arange(len(rows)), of_pairs) for rows, of_pairs in ((old, first), (new, second)))
        other = np.flatnonzero(said[first] != says[second])
        nothing = [np.full(len(rows), "", object) for rows in (lost, found)]
        there = pd.concat([old.take(lost), new.take(found), new.take(second[other])], ignore_index=True)
        table = pd.DataFrame({
            "block": self.pair.new.id, "sample": there["sample"], "window": there["window"],
            "label": _plain(there["label"]),
            "change": np.repeat(np.array([LOST, FOUND, ANOTHER_LABEL], object), [len(lost), len(found), len(other)]),
            "old": np.concatenate([said[lost], nothing[1], said[first[other]]]),
            "new": np.concatenate([nothing[0], says[found], says[second[other]]]),
            "_worst": there["score"],
        })  # fmt: skip
        return table.sort_values(["sample", "window"], kind="stable", ignore_index=True)

    def _moved_objects(self) -> pd.DataFrame:
        old, new, first, second = self._objects
        parts = []
        for name in self._columns:
            one, other = old[name].to_numpy(float)[first], new[name].to_numpy(float)[second]
            place = np.flatnonzero(beyond(one, other, self._rtol, self._atol))
            now = new.take(second[place])
            there = zip(now["verdict"], now["x"].tolist(), now["y"].tolist(), strict=True)
            one, other = one[place], other[place]
            parts.append(pd.DataFrame({
                "block": self.pair.new.id, "sample": now["sample"], "window": now["window"],
                "column": [f"{name} of {label} at {x:.3g}, {y:.3g}" for label, x, y in there],
                "old": one, "new": other, "difference": other - one, "_worst": _far(one, other, self._scales[name]),
            }))  # fmt: skip
        table = _stacked(parts, [*MOVED, "_worst"])
        return table.sort_values(["sample", "window"], kind="stable", ignore_index=True)


def aligned(
    old: pd.DataFrame, new: pd.DataFrame, keys: Sequence[str] = ("sample", "window")
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the rows of both that have the same keys."""
    if len(old) == len(new) and all(np.array_equal(old[key].to_numpy(), new[key].to_numpy()) for key in keys):
        return np.arange(len(old)), np.arange(len(new))
    place = pd.MultiIndex.from_frame(new[list(keys)]).get_indexer(pd.MultiIndex.from_frame(old[list(keys)]))
    return np.flatnonzero(place >= 0), place[place >= 0]


def beyond(old: Floats, new: Floats, rtol: float, atol: float) -> NDArray[np.bool_]:
    """Say which numbers differ by more than `atol` + `rtol` · abs(old); NaN is the same as NaN, and as nothing else."""
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(new - old) <= atol + rtol * np.abs(np.where(np.isinf(old), 0.0, old))
    return np.asarray(~(near | (old == new) | (np.isnan(old) & np.isnan(new))))


def _of(rows: pd.DataFrame, block: int) -> pd.DataFrame:
    return rows.take(np.flatnonzero(rows["block"].to_numpy() == block))


def _windows(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.take(np.flatnonzero(rows["object"].to_numpy() == NO_OBJECT))


def _objects(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.take(np.flatnonzero(rows["object"].to_numpy() != NO_OBJECT))


def _scales(kind: str, columns: list[str], rows: pd.DataFrame) -> dict[str, float]:
    """Return the largest score in the unit of each column, in the baseline: 1 where there is none above 0.

    Labels' probabilities have one unit, so that one near zero is not the worst where it becomes twice as much; the
    sides of boxes have one, and the scores of a visual anomaly. Several numbers of a regression have each their own.
    """
    largest: dict[str, float] = {}
    for name in columns:
        values = np.abs(rows[name].to_numpy(float))
        known = float(np.max(values, where=np.isfinite(values), initial=0))
        unit = _unit(kind, name)
        largest[unit] = max(known, largest.get(unit, 0))
    return {name: largest[_unit(kind, name)] or 1.0 for name in columns}


def _unit(kind: str, column: str) -> str:
    if kind == "regression":
        return column
    if kind == "detection":
        return "side" if column in _PLACE else column
    return SCORE if kind == "visual" or column == SCORE else "probability"


def _far(old: Floats, new: Floats, scale: float) -> Floats:
    """Return how far numbers moved, as a share of the scale; infinitely far where one of two is missing."""
    with np.errstate(invalid="ignore"):
        far = np.abs(new - old) / scale
    same = (old == new) | (np.isnan(old) & np.isnan(new))
    return np.asarray(np.where(same, 0.0, np.where(np.isnan(far), np.inf, far)))


def _plain(column: pd.Series[Any]) -> NDArray[Any]:
    return column.astype(object).to_numpy(object)


def _differ(old: pd.Series[Any], new: pd.Series[Any]) -> NDArray[np.bool_]:
    """Say which of two columns of categories are not the same text; the codes are compared, not a million texts."""
    known = old.cat.categories.get_indexer(new.cat.categories)
    codes = np.append(np.where(known < 0, -2, known), -1)[new.cat.codes]  # -2: a text that the old column never has
    return np.asarray(old.cat.codes.to_numpy() != codes)


def _change(old: str, new: str) -> str:
    """Say in a few words what became of a verdict."""
    if not old or not new:
        return "a verdict is new" if new else "no verdict any more"
    if {old, new} == {WITHIN, BEYOND}:
        return new
    before, now = (text.rpartition(", ")[2] for text in (old, new))
    if {before, now} == {ANOMALY, NORMAL}:
        return "over the threshold" if now == ANOMALY else "under the threshold"
    if UNCERTAIN in (before, now):
        return "over the threshold" if before == UNCERTAIN else "under the threshold"
    return ANOTHER_LABEL


def _stacked(parts: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    known = [part[columns] for part in parts if len(part)]
    return pd.concat(known, ignore_index=True) if known else pd.DataFrame(columns=columns)


def _worst_first(parts: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    table = _stacked(parts, [*columns, "_worst"])
    order = np.argsort(-table.pop("_worst").to_numpy(float), kind="stable")
    return table.take(order).reset_index(drop=True)


def _counted(parts: Sequence[_Compared]) -> tuple[int, int]:
    samples = np.unique(np.concatenate([part.new["sample"].to_numpy() for part in parts])) if parts else ()
    return len(samples), max((len(part.new) for part in parts), default=0)
