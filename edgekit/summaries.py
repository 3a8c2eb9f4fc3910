"""What the summaries of every kind of block have in common: which blocks they are about, a table, figures, a repr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeGuard, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import display
from edgekit.errors import UsageError
from edgekit.resampling import Figure

Results: TypeAlias = "Mapping[Any, Any] | Iterable[Any]"
Tables: TypeAlias = "Mapping[str, Sequence[str]]"  # of a store: names of tables, and which of their columns
PartArrays: TypeAlias = "Mapping[str, Mapping[str, Any]]"  # by table and column
_SHOWN = 3  # figures in a repr of one line


class HasId(Protocol):
    """A sample; `edgekit.Sample` is one."""

    @property
    def id(self) -> int:
        """Its id."""


@runtime_checkable
class HasKind(Protocol):
    """What a learn block says of a sample; `edgekit.BlockResult` is one."""

    @property
    def kind(self) -> str | None:
        """Which kind of block it is: "anomaly", "classification", …"""

    @property
    def sample(self) -> HasId:
        """The sample that was classified."""


@runtime_checkable
class HasBlocks(Protocol):
    """What the learn blocks say of a sample; `edgekit.ClassifyResult` is one."""

    @property
    def blocks(self) -> Sequence[HasKind]:
        """All of them."""

    def block(self, key: int | str) -> HasKind:
        """Return one by its id, type or title."""


@runtime_checkable
class HasResults(Protocol):
    """Results by sample id: what model testing returned."""

    @property
    def results(self) -> Mapping[Any, Any]:
        """Sample id to what was classified."""


@runtime_checkable
class HasWorst(HasResults, Protocol):
    """Results by sample id, the worst first, and where to look first; `edgekit.checks.Comparison` is one."""

    @property
    def worst(self) -> tuple[int, int, int] | None:
        """Block, sample and window; None where there is nothing to look at."""


def reduced(how: np.ufunc, values: NDArray[Any], counts: NDArray[np.int64], empty: float) -> NDArray[Any]:
    """Reduce the values of each sample to one, `counts` values a sample; `empty` for a sample without any."""
    found = np.full(len(counts), empty, values.dtype)
    some = counts > 0
    if some.any():
        found[some] = how.reduceat(values, (np.cumsum(counts) - counts)[some])
    return found


class Coded(NamedTuple):
    """Texts as places in a list of names; -1 where one is missing."""

    codes: NDArray[np.int32]
    names: list[str]

    def are(self, name: str) -> NDArray[np.bool_]:
        """Say which are this text."""
        return np.array([*(one == name for one in self.names), False], bool)[self.codes]


class StoredPart(NamedTuple):
    """What a block says of some samples of a store: arrays in place of a table for each sample.

    `samples` (ids), `windows` (how many each has) and `thresholds` (NaN without one) have a value for each sample;
    `columns` for each window, sample by sample: numbers, flags as -1 (missing), 0 and 1, or `Coded` texts. The column
    `category` has a value for each sample.
    """

    samples: NDArray[np.int64]
    windows: NDArray[np.int64]
    thresholds: NDArray[np.float64]
    columns: Mapping[str, Any]

    def reduced(self, how: np.ufunc, values: NDArray[Any], empty: float = 0) -> NDArray[Any]:
        """Reduce the values of each sample's windows to one; `empty` for a sample without windows."""
        return reduced(how, values, self.windows, empty)

    def counted(self, flags: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Count the windows of each sample that have the flag."""
        return self.reduced(np.add, flags.astype(np.int64))


class ValuesOfEach(NamedTuple):
    """Several values of each sample, one behind the other: `counts` of them a sample."""

    values: NDArray[np.uint16]
    counts: NDArray[np.integer[Any]]


class Counts(NamedTuple):
    """What was counted of some samples of a store: all that a summary needs, without their windows.

    `columns` have a value for each sample, or a row of numbers, or are `ValuesOfEach`. Where they are counts by label,
    `labels` says which label each number of a row is of.
    """

    columns: Mapping[str, Any]
    labels: Sequence[str] = ()


@runtime_checkable
class HasParts(Protocol):
    """Many samples out of memory; `edgekit.Store` has them."""

    def parts_of(self, kind: str, block: int | str | None, tables: Tables) -> Iterator[PartArrays] | None:
        """Yield these columns of the block's tables, part by part; None where they cannot be had as arrays."""

    def counts_of(self, kind: str, block: int | str | None, threshold: float | None) -> Iterator[Counts] | None:
        """Yield what is counted of the block's samples: by each one's own threshold where none is given."""


@dataclass(frozen=True, eq=False)
class Summary:
    """How well a model does over many samples.

    Attributes
    ----------
    per_sample : DataFrame
        Index `sample` (its id), the worst first.
    figures : DataFrame
        Index `figure`; `value`, `low` and `high`: the interval over samples (not over windows) that holds 95 % of what
        other draws of the samples give. NaN where there are fewer than two samples.
    note : str
        What a reader of the figures has to know, if anything.
    """

    per_sample: pd.DataFrame
    figures: pd.DataFrame
    note: str = ""

    def __repr__(self) -> str:
        said = (f"{name} {value}" for name, value in in_words(self.figures.iloc[:_SHOWN]))
        return display.fit(" · ".join([f"<Summary of {_samples(self.per_sample)}", *said]) + ">")

    def _repr_html_(self) -> str:
        return display.card(
            _samples(self.per_sample),
            {display.shown(name): value for name, value in in_words(self.figures)},
            note=self.note,
        )


def _samples(table: pd.DataFrame) -> str:
    return display.counted(table.index.nunique(), "sample")  # which may have several rows


def _said(figure: Figure) -> str:
    if np.isnan(figure.value):
        return "none"
    between = "" if np.isnan(figure.low) else f" ({figure.low:.3g} to {figure.high:.3g})"
    return f"{figure.value:.3g}{between}"


def in_words(figures: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the name of each figure and what is said of it: "0.825 (0.55 to 1)"."""
    rows = figures[["value", "low", "high"]].itertuples()
    return [(str(name), _said(Figure(*values))) for name, *values in rows]


def figures_table(figures: Mapping[str, Figure]) -> pd.DataFrame:
    """Return figures as the table that `Summary.figures` is."""
    table = pd.DataFrame(list(figures.values()), columns=list(Figure._fields), dtype=float)
    return table.set_axis(pd.Index(list(figures), name="figure"))


def blocks_of(results: Results, kind: str | None, block: int | str | None = None) -> list[tuple[Any, Any]]:
    """Return which sample, and what the block of this kind said of it, for each of many results.

    Parameters
    ----------
    results : iterable, or mapping from sample id
        Of what `Studio.classify` returned, or of its blocks; or what `Studio.test` returned; or one result or block.
    kind : str or None
        The kind of block to take: "classification", say; None for any.
    block : int or str, optional
        Which block: its id, type or title. Without it the only one of that kind.

    Returns
    -------
    list of (sample id, block). A mapping's keys are the ids; else each sample's own.

    Raises
    ------
    UsageError
        No results, something else in their place, no such block or more than one, blocks of several models.
    """
    return list(each_block(results, kind, block))


def each_block(results: Results, kind: str | None, block: int | str | None = None) -> Iterator[tuple[Any, Any]]:
    """Yield one after the other what `blocks_of` returns, so that results of a generator need not all be held.

    That the blocks are of several models is told after the last one.
    """
    if isinstance(results, pd.DataFrame):  # it may have a column that is called as what a block has
        raise UsageError(
            "Expected what classify() or test() returned, got a table, which holds no results. "
            "studio.classify(table) returns those of its samples."
        )
    if isinstance(results, HasResults) and not isinstance(results, HasKind | HasBlocks):
        results = results.results
    if isinstance(results, HasKind | HasBlocks):
        results = [results]
    if isinstance(results, Mapping):
        given: Iterable[tuple[Any, Any]] = results.items()
    elif isinstance(results, Iterable) and not isinstance(results, str | bytes | np.ndarray):
        given = ((None, one) for one in results)
    else:
        raise UsageError(
            "Expected what classify() or test() returned, or a list of results or of their blocks; "
            f"got {display.quoted(results)}."
        )
    ids = set()
    for name, one in given:
        chosen = _chosen(one, kind, block)
        ids.add(getattr(chosen, "id", None))
        yield chosen.sample.id if name is None else name, chosen
    if not ids:
        raise UsageError("There are no results: the list is empty.")
    if len(ids) > 1:
        raise UsageError(
            f"These are results of several learn blocks ({display.listing(sorted(map(str, ids)))}): take one at a "
            "time, with block=… (its id)."
        )


def not_one_block(found: int, key: object, has: str) -> UsageError:
    """Say that no block, or more than one, answers to a type or title; `has`: "This result has: …", with their ids."""
    fault = "More than one block answers" if found else "No block answers"
    return UsageError(f"{fault} to {display.quoted(key)}. {has}. Ask by id.")


def of_another_kind(block: int, kind: str | None) -> UsageError:
    """Say that a block is not of the kind that a summary is about, and what sums it up."""
    if not kind:
        return UsageError(f"Block {block} is of no kind that edgekit knows: nothing sums it up.")
    return UsageError(f"Block {block} is of the kind {kind}: ek.{kind}.summary(results) sums it up.")


def _is_result(item: object) -> TypeGuard[HasBlocks]:
    return _declares(item, "blocks", "block") or isinstance(item, HasBlocks)


def _is_block(item: object) -> TypeGuard[HasKind]:
    return _declares(item, "kind", "sample") or isinstance(item, HasKind)


def _declares(item: object, *names: str) -> bool:
    """Say whether the class of an item has these members: asked before a protocol, which takes forty times as long."""
    return all(hasattr(type(item), name) for name in names)


def _chosen(item: object, kind: str | None, block: int | str | None) -> HasKind:
    if not _is_result(item):
        if _is_block(item):
            return item
        raise UsageError(f"Expected what classify() returned or one of its blocks, got {display.quoted(item)}.")
    if block is not None:
        return item.block(block)
    found = [one for one in item.blocks if kind is None or one.kind == kind]
    of_kind = f" of the kind {kind}" if kind else ""
    if not found:
        kinds = display.listing(sorted({str(one.kind) for one in item.blocks}))
        raise UsageError(f"There is no block{of_kind} in {item!r}{f', only of: {kinds}' if kinds else ''}.")
    if len(found) > 1:
        raise UsageError(
            f"There are {len(found)} blocks{of_kind} in {item!r}. Name one: block=… (its id, type or title), or give "
            "its part of each result: [result.block(…) for result in results]."
        )
    return found[0]
