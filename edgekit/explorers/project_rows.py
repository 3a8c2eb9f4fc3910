"""The table of a project's samples, for the browser: its columns, the orders of its rows, what filters leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import display
from edgekit.arguments import number, texts
from edgekit.errors import UsageError
from edgekit.results.sample_verdict import WORST

Filter = list[Any]
Codes = NDArray[np.int32]


class Column(NamedTuple):
    """A column: its name, what stands in its head, "number" or "text", digits (0: whole numbers), width in rem."""

    name: str
    title: str
    kind: str
    digits: int
    width: float
    note: str = ""


COLUMNS = (
    Column("id", "id", "number", 0, 4.5),
    Column("filename", "name", "text", 0, 9),
    Column("label", "label", "text", 0, 6.5),
    Column("verdict", "verdict", "text", 0, 6.5, "what the model says of the sample as a whole"),
    Column("worst", "worst score", "number", 2, 6.5),
    Column("correct", "right or wrong", "text", 0, 6.5, "right in all windows, in some (partly) or in none"),
    Column("suggested", "doubtful label", "text", 0, 7, "the label that the model prefers to the given one"),
    Column("category", "category", "text", 0, 6),
    Column("length_ms", "length in s", "number", 2, 5.5),
)
ORDERS = ("ascending", "descending")
_ROW, _PICTURE_ROW = 30, 46  # px, the height of a row
_MANY = 1000  # texts, to be sorted faster
_LATE, _FIRST = 10_000, 100  # rows of which names come after the first picture, but for so many that stand first
_LATER = -2  # in the place of such a name
_RIGHT = ("right", "partly", "wrong")


class ProjectRows:
    """All samples, as tables and as what the browser is sent.

    Parameters
    ----------
    table : DataFrame
        Index `id`; any of the columns that `COLUMNS` names. `kind` says what the worst score is.

    Attributes
    ----------
    ids : Index
        Of the samples, in the order in which they were given.
    columns : list of Column
        Those there are.
    worst : array (samples,)
        The rows, wrong ones first, then partly right ones, right ones, those of which nothing is known; among the same
        the worst score first.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self.ids = table.index.rename("id")
        present = ["id", *(column.name for column in COLUMNS[1:] if column.name in table and _any(table[column.name]))]
        kind = _kind(table)
        self._highest = WORST[kind].highest if kind else True
        named = {"worst": WORST[kind].name} if kind else {}
        self.columns = [c._replace(title=named.get(c.name, c.title)) for c in COLUMNS if c.name in present]
        self._values: dict[str, NDArray[Any]] = {}
        self._texts: dict[str, list[str]] = {}
        self._unread: dict[Column, pd.Series[Any]] = {}  # a large table's names: they take longer than all the rest
        for column in self.columns:
            given = _given(table, column.name)
            if column.name == "filename" and len(given) >= _LATE:
                self._unread[column] = given
            else:
                self._read(column, given)
        self.worst = self._worst_first()

    def _read_all(self) -> None:
        for column, given in list(self._unread.items()):
            self._read(column, given)
            self._unread.pop(column, None)  # not before: an interrupt may come while it is read

    def _read(self, column: Column, given: pd.Series[Any]) -> None:
        name = column.name
        if column.kind == "number":
            values = given.to_numpy(float, na_value=np.nan)
            self._values[name] = values / 1000 if name == "length_ms" else values
            return
        codes, found = pd.factorize(_as_texts(given))
        came: list[str] = np.asarray(found, object).tolist()
        shown = _printable(came)
        names = np.array(shown, object)
        order = _ascending(names)
        names = names[order]
        begins = np.ones(len(names), bool)
        if shown is not came:  # names that differ only in what cannot be shown are one
            begins[1:] = names[1:] != names[:-1]
        rank = np.full(len(names) + 1, -1, np.int32)
        rank[order] = np.cumsum(begins) - 1
        ascending: list[str] = names[begins].tolist()
        if ascending[:1] == [""]:  # an empty text is none
            ascending, rank = ascending[1:], np.maximum(rank - 1, -1)
        self._values[name], self._texts[name] = rank[codes], ascending

    def _worst_first(self) -> Codes:
        keys: list[NDArray[Any]] = []
        if "worst" in self._values:
            score = self._values["worst"]
            keys.append(np.nan_to_num(-score if self._highest else score, nan=np.inf))
        if "correct" in self._values:
            rank = {_RIGHT[2]: 0, _RIGHT[1]: 1, _RIGHT[0]: 2}
            known = np.array([*(rank[text] for text in self._texts["correct"]), len(rank)])
            keys.append(known[self._values["correct"]])
        return (np.lexsort(keys) if keys else np.arange(len(self.ids))).astype("i4")

    def meta(self) -> dict[str, Any]:
        """Return the texts that go with `arrays`."""
        worse = {"worst": "high" if self._highest else "low"}
        timed = any(column.name == "length_ms" for column in self.columns)  # what has no length is a picture
        return {
            "columns": [{**column._asdict(), "worst": worse.get(column.name, "")} for column in self.columns],
            "row": _ROW if timed else _PICTURE_ROW,
        }

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return each column as numbers, of texts as places among those there are, and these, one a line."""
        self._read_all()
        return self._arrays(self.columns) | {"worst": self.worst}

    def first_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the same for the first picture: names of a large table but for the first rows come with `later`."""
        read = [column for column in self.columns if column not in self._unread]
        arrays = self._arrays(read) | {"worst": self.worst}
        for column, given in self._unread.items():
            first = self.worst[:_FIRST]
            texts = _shown(given.iloc[first])
            if len({*texts, ""}) <= _FIRST:  # names that repeat, or are missing, are counted and filtered at once
                return self.arrays()
            places = np.full(len(given), _LATER, np.int8)
            order = _ascending(np.array(texts, object))
            places[first[order]] = np.arange(_FIRST)
            arrays |= self._named(column, places, [texts[i] for i in order])
        return arrays

    @property
    def later(self) -> Callable[[], dict[str, NDArray[Any]]] | None:
        """What gives the arrays that `first_arrays` has shortened; None where it has not."""
        late = list(self._unread)

        def whole() -> dict[str, NDArray[Any]]:
            self._read_all()
            return self._arrays(late)

        return whole if late else None

    def _arrays(self, columns: list[Column]) -> dict[str, NDArray[Any]]:
        arrays: dict[str, NDArray[Any]] = {}
        for column in columns:
            values = self._values[column.name]
            if column.kind == "text":
                few = len(self._texts[column.name]) < np.iinfo("i1").max
                arrays |= self._named(column, values.astype("i1") if few else values, self._texts[column.name])
            else:
                arrays[f"column{self.columns.index(column)}"] = _narrow(values)
        return arrays

    def _named(self, column: Column, places: NDArray[Any], texts: list[str]) -> dict[str, NDArray[Any]]:
        i, joined = self.columns.index(column), "\n".join(texts).encode("utf-8", "replace")
        return {f"column{i}": places, f"texts{i}": np.frombuffer(joined, "u1")}

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return the values of a column of numbers, as they are shown."""
        return self._values[name]

    def texts_of(self, row: int) -> dict[str, str]:
        """Return what stands in each column of a row."""
        return {column.title: self._text(column, row) for column in self.columns}

    def _text(self, column: Column, row: int) -> str:
        if column in self._unread:
            return _shown(self._unread[column].iloc[[row]])[0] or "\N{EN DASH}"
        value = self._values[column.name][row]
        if column.kind == "text":
            return self._texts[column.name][value] if value >= 0 else "\N{EN DASH}"
        return "\N{EN DASH}" if np.isnan(value) else f"{value:.{column.digits}f}"

    def order(self, sort: list[str]) -> Codes:
        """Return the rows in an order: [] (worst first), or [column, direction] with missing values last."""
        if not sort:
            return self.worst
        self._read_all()
        values = self._values[sort[0]].astype(float)
        missing = values < 0 if sort[0] in self._texts else np.isnan(values)
        keyed = np.where(missing, np.inf, -values if sort[1] == ORDERS[1] else values)
        return np.lexsort((np.arange(len(values)), keyed, missing)).astype("i4")

    def kept(self, filters: Mapping[str, Filter], search: str) -> NDArray[np.bool_]:
        """Return which rows all filters and the search leave."""
        left = np.ones(len(self.ids), bool)
        if filters or search.strip():
            self._read_all()
        for name, wanted in filters.items():
            values = self._values[name]
            if name in self._texts:
                flags = np.array([*(text in wanted for text in self._texts[name]), "" in wanted], bool)
                left &= flags[values]
            else:
                low, high = (-np.inf if wanted[0] is None else wanted[0]), (np.inf if wanted[1] is None else wanted[1])
                left &= (values >= low) & (values <= high)
        return left & self._searched(search.strip().lower()) if search.strip() else left

    def _searched(self, wanted: str) -> NDArray[np.bool_]:
        found = np.zeros(len(self.ids), bool)
        for name, known in self._texts.items():
            flags = np.array([*(wanted in text.lower() for text in known), False], bool)
            found |= flags[self._values[name]]
        if wanted.isascii() and wanted.isdigit():
            found |= self._values["id"] == float(wanted)
        return found

    def checked_sort(self, value: Any) -> list[str]:
        """Take [] or [column, direction]."""
        given, names = texts("sort", value), [column.name for column in self.columns]
        if given and (len(given) != 2 or given[0] not in names or given[1] not in ORDERS):
            raise UsageError(
                f"sort is [] (worst first) or [column, {ORDERS[0]!r} or {ORDERS[1]!r}], got {display.quoted(value)}. "
                f"The columns: {display.listing(names, len(names))}."
            )
        return given

    def checked_filters(self, value: Any) -> dict[str, Filter]:
        """Take a mapping from columns to the texts that are wanted, or to [low, high]."""
        if not isinstance(value, Mapping):
            raise UsageError(
                f"filters takes a mapping from column to what is wanted of it, got {display.quoted(value)}."
            )
        names = [column.name for column in self.columns]
        if unknown := [name for name in value if name not in names]:
            raise UsageError(
                f"There is no column {display.quoted(unknown[0])} to filter by; the columns: "
                f"{display.listing(names, len(names))}."
            )
        return {name: self._checked_filter(name, wanted) for name, wanted in value.items()}

    def _checked_filter(self, name: str, wanted: Any) -> Filter:
        if next(column.kind for column in self.columns if column.name == name) == "text":
            return texts(f"The filter of {name}", wanted)
        if not isinstance(wanted, list | tuple) or len(wanted) != 2:
            raise UsageError(f"The filter of {name} is [low, high], got {display.quoted(wanted)}.")
        return [None if end is None else number(f"The filter of {name}", end) for end in wanted]


def _ascending(names: NDArray[Any]) -> NDArray[np.intp]:
    """Return the order of texts that are all different, or of which equal ones may stand in any order.

    As bytes they are sorted in half the time, in the same order; where the first eight bytes after those that all share
    tell them apart, as numbers in a fifth.
    """
    try:
        rows = names.astype("S")
    except UnicodeEncodeError:
        return np.argsort(names, kind="stable")
    width = rows.dtype.itemsize
    if len(rows) < _MANY:
        return np.argsort(rows, kind="stable")
    letters = rows.view("u1").reshape(len(rows), width)
    differs = (letters != letters[0]).any(axis=0)
    front = np.zeros((len(rows), 8), np.uint8)
    first = letters[:, int(differs.argmax()) :][:, :8]
    front[:, : first.shape[1]] = first
    keys = front.view(">u8").ravel().astype(np.uint64)
    order = np.argsort(keys)
    ascending = keys[order]
    return order if (ascending[1:] > ascending[:-1]).all() else np.argsort(rows, kind="stable")


def _narrow(values: NDArray[Any]) -> NDArray[Any]:
    """Return numbers in four bytes where these hold each of them as it is."""
    if values.dtype == np.float64:
        with np.errstate(over="ignore"):
            single = values.astype(np.float32)
        return single if np.array_equal(single, values, equal_nan=True) else values
    return values


def _given(table: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return a column as it came; of what is right one of `_RIGHT`."""
    if name == "id":
        return table.index.to_series()
    if name == "correct" and {"right", "known"} <= set(table):
        right, known = (table[count].to_numpy(float, na_value=0) for count in ("right", "known"))
        said = np.where(right == known, 0, np.where(right > 0, 1, 2))
        return pd.Series(pd.Categorical.from_codes(np.where(known > 0, said, -1), pd.Index(_RIGHT)), table.index)
    return table[name]


def _any(values: pd.Series[Any]) -> bool:
    """Whether anything is told: pictures have no length."""
    return bool(values.any()) if values.name == "length_ms" else bool(values.notna().any())


def _kind(table: pd.DataFrame) -> str | None:
    """Return the kind of the blocks that the verdicts are of, where it is one."""
    kinds: list[Any] = list(table["kind"].dropna().unique()) if "kind" in table else []
    return str(kinds[0]) if len(kinds) == 1 and kinds[0] in WORST else None


def _as_texts(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return one text a row, missing where there is none: lists of labels joined, right and wrong in words."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.astype("boolean").map({True: _RIGHT[0], False: _RIGHT[2]})
    if values.dtype == object:
        return values.map(lambda one: (", ".join(map(str, one)) or "-") if isinstance(one, list) else one)
    return values


def _shown(values: pd.Series[Any]) -> list[str]:
    """Return texts as they are shown, empty where there is none."""
    texts = _as_texts(values).astype(object)
    return _printable(texts.where(texts.notna(), "").tolist())


def _printable(names: list[str]) -> list[str]:
    """Return names as they may be shown; most tables need no look at each of them."""
    joined = "".join(names)
    if (
        joined.isascii()
        and joined.isprintable()
        and "ei_" not in joined
        and max(map(len, names), default=0) < display.LONGEST
    ):
        return names
    return [display.shown(name) for name in names]
