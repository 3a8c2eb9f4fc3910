"""Results against a baseline: `save` writes one, `compare` says what moved."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pandas as pd

from edgekit import arguments, display
from edgekit.checks import baseline_file, reasons, report
from edgekit.checks.baseline import Baseline, Item, gathered, items_of
from edgekit.checks.baseline_file import LIBRARY, Commands
from edgekit.checks.differences import aligned, beyond, differences
from edgekit.errors import UsageError
from edgekit.results.block import BlockResult
from edgekit.saving import save as write

RTOL, ATOL = 1e-6, 0.0
_KEYS = ("block", "sample", "window", "object")


class Place(NamedTuple):
    """Where something moved."""

    block: int
    sample: int
    window: int


@dataclass(frozen=True, eq=False)
class Comparison:
    """What became of a model's results since their baseline was saved.

    Attributes
    ----------
    verdicts : DataFrame
        Windows of which a block says something else, the one whose scores moved farthest first: `block`, `sample`,
        `window`, `label` (what it should be), `change` ("over the threshold", "under the threshold", "another label",
        "object lost", "object found", …), `old`, `new`.
    moved : DataFrame
        Scores beyond the tolerance, the worst first: `block`, `sample`, `window`, `column`, `old`, `new`, `difference`
        (new minus old). Which is worst goes by the share of the largest score; probabilities are measured against one
        another, numbers of a regression each against its own column.
    missing : DataFrame
        Samples that are only in one of the two, or have other windows: `block`, `sample`, `change` ("missing", "new",
        "other windows"), `old` and `new` (how many windows).
    labels : DataFrame
        What windows should be, where that was changed: `sample`, `old`, `new`, `windows` (how many).
    settings : DataFrame
        What else was changed, as texts: `setting` ("project", "impulse", "window size", "threshold …", …), `block` (0:
        all), `old`, `new`.
    rtol, atol : float
        A score may differ by `atol` + `rtol` times the old one.
    name : str
        The file's name.
    compared : (int, int)
        How many samples and windows were compared.
    blocks : dict
        Which samples were looked at, by the id of the block.
    commands : (str, str)
        What to type to have a baseline written, and to have this one replaced.
    """

    verdicts: pd.DataFrame
    moved: pd.DataFrame
    missing: pd.DataFrame
    labels: pd.DataFrame
    settings: pd.DataFrame
    rtol: float
    atol: float
    name: str
    compared: tuple[int, int]
    blocks: Mapping[int, list[int]]
    _items: tuple[Item, ...]
    commands: Commands = LIBRARY

    @property
    def ok(self) -> bool:
        """Whether all is as it was. Another variant of the models or version of edgekit alone does not matter."""
        return not self.reasons

    @cached_property
    def reasons(self) -> list[str]:
        """Why all is not as it was, a sentence each with what to do; empty where it is."""
        return reasons.reasons(self)

    @property
    def notes(self) -> list[str]:
        """What is not as it was and does not matter by itself: another variant of the models, block or edgekit.

        The repr has them too, but for another version of edgekit where all is well: so that it stays the same text.
        """
        return reasons.notes(self)

    @property
    def worst(self) -> Place | None:
        """The window to look at first: that of the first changed verdict, else of the score that moved farthest."""
        for table in (self.verdicts, self.moved):
            if len(table):
                return Place(*(int(table[name].iloc[0]) for name in Place._fields))
        return None

    @property
    def results(self) -> dict[int, Item]:
        """The new results of the samples in which something moved, by sample id, the worst first.

        Of blocks that were given one by one it is those of the worst window's block.
        """
        if self.worst is None:
            return {}
        order = pd.concat([self.verdicts["sample"], self.moved["sample"]]).drop_duplicates()
        known = {
            item.sample.id: item
            for item in self._items
            if not isinstance(item, BlockResult) or item.id == self.worst.block
        }
        return {int(sample): known[sample] for sample in order if sample in known}

    def to_markdown(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return a summary in Markdown, as for the comment of a pull request; write it to `path` where there is one."""
        text = report.markdown(self)
        if path is not None:
            write(path, text)
        return text

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Write what moved as one page that needs no network: for the pull request's artefacts.

        Raises
        ------
        UsageError, EdgekitError
            It cannot be written there; the text says why.
        """
        write(path, report.page(self))

    def to_junit(self, path: str | os.PathLike[str]) -> None:
        """Write JUnit XML, which CI services show: one test a block and sample, one for what else was changed."""
        write(path, report.junit(self))

    def __repr__(self) -> str:
        return display.fit(display.lines(report.text(self)))

    def _repr_html_(self) -> str:
        return report.html(self)


def save(results: object, path: str | os.PathLike[str], *, update: bool = False) -> None:
    """Write the verdicts and scores of results to a file, against which `compare` judges later ones.

    Parameters
    ----------
    results : iterable, mapping, ModelTesting or Store
        What `Studio.classify` or `Studio.test` returned, or a list of results or of their blocks.
    path : str or path
        The file, CSV: a row a window with its label, the verdict and the scores of each block, below a head with the
        project, the impulse, the blocks with their thresholds, and the window's size. No key is in it. Commit it.
    update : bool
        Replace a baseline that says something else, or is damaged: what `compare` showed is accepted. Scores that moved
        by less than the default tolerance stay as they were written, so that a diff shows what moved and nothing else.

    Raises
    ------
    UsageError
        There is a baseline already that says something else, and `update` was not given; or the results are of several
        impulses or thresholds, or have a sample twice; or nothing can be written there.
    BaselineError
        The file there is no baseline, or was written by a newer edgekit: it is left as it is, with `update` too. Or it
        is a damaged baseline, and `update` was not given.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import edgekit as ek
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "baseline.csv"
    >>> studio = ek.connect(sandbox="motion")
    >>> ek.checks.save(studio.classify([31, 32]), path)
    >>> ek.checks.compare(studio.classify([31, 32]), path)
    <Comparison with baseline.csv: all is as it was · 2 samples, 34 windows, 3 blocks · rtol 1e-06, atol 0>
    """
    if arguments.flag("update", update):
        accept(results, path)
        return
    new, place = gathered(items_of(results)), baseline_file.file_at(path)
    if not place.exists():
        write(place, baseline_file.written(new))
        return
    old = baseline_file.read(place)
    if _says_the_same(old, _steady(new, old, RTOL, ATOL)):
        return
    found = differences(old, new, RTOL, ATOL)
    raise UsageError(
        f"There is a baseline already at {display.quoted(str(path))}, and it says something else "
        f"({len(found.verdicts)} other verdicts, {len(found.moved)} scores that moved, "
        f"{found.missing['sample'].nunique()} samples that are missing, new or have other windows, "
        f"{len(found.labels)} changed labels, {len(found.settings)} other settings). "
        f"Look with ek.checks.compare(results, path); to accept what it shows: {LIBRARY.renew}."
    )


def accept(results: object, path: str | os.PathLike[str], *, rtol: float = RTOL, atol: float = ATOL) -> None:
    """Write a baseline in place of one that says something else, or is damaged: see `save`.

    Scores that moved by less than the tolerance stay as they were written.
    """
    new, place = gathered(items_of(results)), baseline_file.file_at(path)
    with contextlib.suppress(baseline_file.DamagedBaselineError):
        old = baseline_file.read(place) if place.exists() else None
        new = new if old is None else _steady(new, old, rtol, atol)
        if old is not None and _says_the_same(old, new):
            return
    write(place, baseline_file.written(new))


def compare(results: object, path: str | os.PathLike[str], *, rtol: float = RTOL, atol: float = ATOL) -> Comparison:
    """Compare results with a baseline that `save` wrote.

    Parameters
    ----------
    results : iterable, mapping, ModelTesting or Store
        As for `save`. Blocks that the baseline does not have are named and not compared.
    path : str or path
        The baseline's file.
    rtol, atol : float
        A score may differ by `atol` + `rtol` · abs(old). Verdicts, labels, thresholds and sizes are compared exactly.

    Returns
    -------
    Comparison
        `ok`, and tables of what is not as it was: `verdicts`, `moved`, `missing`, `labels`, `settings`. Its text is the
        same from run to run where all is well. ``ek.explore(comparison)`` shows what moved.

    Notes
    -----
    A learn block is found again by its id, else as the only one of its type. Windows are the same where sample and
    number are; results of another project, or of windows of another size, are not compared row by row. An object is the
    same as one that its box overlaps.

    Raises
    ------
    UsageError
        There is no such file, or the results cannot be compared.
    BaselineError
        The file is no baseline, is damaged, or was written by a newer edgekit.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import edgekit as ek
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "baseline.csv"
    >>> studio = ek.connect(sandbox="meat")
    >>> ek.checks.save(studio.test(), path)
    >>> comparison = ek.checks.compare(studio.test(variant="int8"), path, atol=1)
    >>> comparison.ok
    False
    >>> comparison.verdicts[["sample", "change"]]
       sample                change
    0     187  within the threshold
    1     174  within the threshold
    2     173  within the threshold
    >>> comparison.moved[["sample", "old", "new"]].head(2).round(2)
       sample    old   new
    0     187  51.73  49.1
    1     174  51.39  49.1
    """
    return compared(results, path, rtol=rtol, atol=atol)


def compared(
    results: object, path: str | os.PathLike[str], *, rtol: float, atol: float, commands: Commands = LIBRARY
) -> Comparison:
    """Compare as `compare` does; errors and the comparison name these commands as next steps."""
    tolerances = arguments.number("rtol", rtol, 0), arguments.number("atol", atol, 0)
    old = baseline_file.read(path, commands)
    items = items_of(results)
    found = differences(old, gathered(items), *tolerances)
    return Comparison(
        found.verdicts, found.moved, found.missing, found.labels, found.settings, *tolerances,
        display.shown(Path(path).name), found.compared, found.samples, tuple(items), commands,
    )  # fmt: skip


def _says_the_same(old: Baseline, new: Baseline) -> bool:
    """Say whether two files would be the same; edgekit's version alone makes no other baseline."""
    settings = msgspec.structs.replace(new.settings, edgekit=old.settings.edgekit)
    same = old.settings == settings and list(old.rows) == list(new.rows) and len(old.rows) == len(new.rows)
    return same and all(_are_equal(old.rows[name], new.rows[name]) for name in new.rows)


def _are_equal(one: pd.Series[Any], other: pd.Series[Any]) -> bool:
    if isinstance(one.dtype, pd.CategoricalDtype):
        return np.array_equal(one.to_numpy(object), other.to_numpy(object))
    return np.array_equal(one.to_numpy(float), other.to_numpy(float), equal_nan=True)


def _steady(new: Baseline, old: Baseline, rtol: float, atol: float) -> Baseline:
    """Return the new baseline with the old numbers where they moved by less than the tolerance."""
    rows = new.rows.copy()
    one, other = aligned(old.rows, rows, _KEYS)
    for name in (name for name in rows if name in old.rows and rows[name].dtype.kind == "f"):
        values, before = rows[name].to_numpy(float, copy=True), old.rows[name].to_numpy(float)[one]
        values[other] = np.where(beyond(before, values[other], rtol, atol), values[other], before)
        rows[name] = values
    return Baseline(new.settings, rows)
