"""Why results are not what their baseline says, a sentence each, with what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from edgekit import display

if TYPE_CHECKING:
    from edgekit.checks.comparison import Comparison

_NOT_COMPARED = "Samples and windows were not compared."


def reasons(found: Comparison) -> list[str]:
    """Say why all is not as it was; see `Comparison.reasons`."""
    said = list(of_settings(found))
    if count := len(found.verdicts):
        said.append(f"{display.counted(count, 'verdict')} changed, in {_samples(found.verdicts)}.")
    if count := len(found.moved):
        said.append(f"{display.counted(count, 'score')} moved beyond the tolerance, in {_samples(found.moved)}.")
    for change, table in found.missing.groupby("change", sort=True):
        said.append(_of_missing(str(change), table))
    for (old, new), table in found.labels.groupby(["old", "new"], sort=True):
        one = table["sample"].nunique() == 1
        of, was, now = ("label of sample", "was", "is") if one else ("labels of samples", "were", "are")
        said.append(
            f"The {of} {_ids(table)} {was} {display.quoted(old)} and {now} {display.quoted(new)}. Where that was "
            "changed on purpose, accept it; it moves no score."
        )
    return said


def of_settings(found: Comparison) -> Iterator[str]:
    """Say which settings are other ones: those that matter."""
    changed = set(found.settings["setting"])
    for row in found.settings.itertuples(index=False):
        setting = str(row.setting)
        if "project" in changed and setting != "project":
            continue  # of another project everything is another
        if setting == "window increase" and "window size" in changed:
            continue
        if setting.startswith("threshold "):
            yield _of_threshold(found, row, setting.removeprefix("threshold "))
        elif setting in _SETTINGS and not (setting == "block" and row.new):
            yield _SETTINGS[setting](row)


def notes(found: Comparison, *, version: bool = True) -> list[str]:
    """Say what is not as it was and does not matter by itself; see `Comparison.notes`."""
    said = []
    for row in found.settings.itertuples(index=False):
        setting, old, new = (str(value) for value in (row.setting, row.old, row.new))
        if setting == "edgekit" and version:
            said.append(f"The baseline was made with edgekit {old}, this comparison with {new}.")
        elif setting == "variant":
            said.append(f"Variant of the models: {old or 'not said'} in the baseline, now {new or 'not said'}.")
        elif setting == "block" and not old:
            said.append(f"Block {new} is not in the baseline and was not compared.")
        elif setting == "block" and new:
            said.append(f"Block {old} of the baseline was compared with {new}, the only one of its type.")
    return said


def _of_project(row: Any) -> str:
    return (
        f"The baseline is of project {row.old}, the results are of project {row.new}. {_NOT_COMPARED} Connect to the "
        "baseline's project (EI_API_KEY, EI_PROJECT_ID), or save a baseline of this one in another file."
    )


def _of_impulse(row: Any) -> str:
    return (
        f"The baseline is of impulse {row.old}, the results are of impulse {row.new}. Ask for the baseline's: "
        f"studio.test(impulse={row.old.partition(' ')[0]}). Where the new one is meant to take its place, accept it."
    )


def _of_windows(row: Any) -> str:
    return (
        f"The {row.setting} was {row.old} and is {row.new}, so that no window is what it was. {_NOT_COMPARED} "
        "studio.compare(a, b) compares two impulses window by window; then save a new baseline."
    )


def _of_block(row: Any) -> str:
    return (
        f"Block {row.old} of the baseline is not in the results. Classify with all blocks (without block=…), or accept "
        "that it is gone."
    )


def _of_columns(row: Any) -> str:
    before, now = set(row.old.split(", ")), set(row.new.split(", "))
    parts = [
        f"{display.listing(sorted(names))} {word}" for names, word in ((before - now, "gone"), (now - before, "new"))
    ]
    said = "; ".join(part for part, names in zip(parts, (before - now, now - before), strict=True) if names)
    return f"Block {row.block} gives other scores than it did: {said}. Its model was trained on other labels."


_SETTINGS: dict[str, Callable[[Any], str]] = {
    "project": _of_project, "impulse": _of_impulse, "window size": _of_windows, "window increase": _of_windows,
    "block": _of_block, "columns": _of_columns,
}  # fmt: skip


def _of_threshold(found: Comparison, row: Any, key: str) -> str:
    verdicts = int((found.verdicts["block"] == row.block).sum())
    scores = int((found.moved["block"] == row.block).sum())
    moved = "none of its scores moved" if not scores else f"{display.counted(scores, 'score')} moved"
    happened = (
        f": {display.counted(verdicts, 'verdict')} of that block changed and {moved}" if any(found.compared) else ""
    )
    same = row.old and not _is_another_block(found.settings, row.block)
    back = f"; else set it back: studio.set_threshold({row.block}, {row.old}, key={key!r})" if same else ""
    return (
        f"The threshold {key} of block {row.block} was {row.old or 'none'} and is {row.new or 'none'}{happened}. "
        f"Where it was changed on purpose, accept it{back}."
    )


def _is_another_block(settings: pd.DataFrame, block: int) -> bool:
    """Say whether a block is of another impulse than the baseline's, or stands for one of another id."""
    if "impulse" in set(settings["setting"]):
        return True
    stands = settings[(settings["setting"] == "block") & (settings["old"] != "") & (settings["block"] != block)]
    return bool(stands["new"].str.startswith(f"{block} (").any())


def _of_missing(change: str, table: pd.DataFrame) -> str:
    samples, ids = _samples(table), _ids(table)
    one = table["sample"].nunique() == 1
    if change == "missing":
        return (
            f"{samples} of the baseline {'is' if one else 'are'} missing: {ids}. Check the same samples, or accept "
            f"that {'it is' if one else 'they are'} gone."
        )
    if change == "new":
        are, them = ("is", "it") if one else ("are", "them")
        return f"{samples} {are} not in the baseline: {ids}. Accept {them} to have {them} checked."
    first = table.iloc[0]
    return (
        f"{samples} {'has' if one else 'have'} another number of windows: {ids} (sample "
        f"{first['sample']}: {first['old']}, now {first['new']}), because of a crop or another upload."
    )


def _samples(table: pd.DataFrame) -> str:
    return display.counted(table["sample"].nunique(), "sample")


def _ids(table: pd.DataFrame) -> str:
    return display.listing(dict.fromkeys(table["sample"].tolist()))
