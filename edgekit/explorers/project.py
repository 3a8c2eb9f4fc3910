"""The explorer of a whole project: all samples in a table to sort, filter and search, and the chosen one's explorer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, Unpack

import numpy as np
import pandas as pd
import traitlets
from numpy.typing import NDArray

from edgekit import colours, display
from edgekit.arguments import text, whole
from edgekit.errors import EdgekitError, UsageError
from edgekit.explorers import titles, trait_values
from edgekit.explorers.base import Explorer, pack
from edgekit.explorers.project_rows import ProjectRows
from edgekit.explorers.project_sources import ProjectSource
from edgekit.explorers.project_strips import Strips, strip
from edgekit.explorers.state import State, reading
from edgekit.explorers.still import project as still
from edgekit.explorers.still.canvas import Canvas
from edgekit.results.result import ClassifyResult
from edgekit.results.sample import Sample

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EXPORTED, STRIPS = 100_000, 500  # rows that a page holds at most, and how many of them with a strip
_KEPT = 8  # explorers of samples that stay open
_SHOWN = 12  # rows in a figure


class ProjectState(TypedDict, total=False):
    """The state of a `ProjectExplorer`, to begin with."""

    sort: Sequence[str]
    filters: Mapping[str, Sequence[Any]]
    search: str
    selected: Sequence[int]
    sample: int | None


def _ids(name: str, value: Any) -> list[int]:
    if isinstance(value, pd.DataFrame):
        value = value.index
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise UsageError(f"{name} takes the ids of samples, got {display.quoted(value)}.")
    return list(dict.fromkeys(whole(f"Each of {name}", one) for one in value))


class ProjectExplorer(Explorer):
    """All samples of a project in one table; a click opens the explorer of a sample beside it.

    Parameters
    ----------
    source : ProjectSource
        A Studio or a store; see `edgekit.explore`.
    open_sample : callable
        Makes the explorer of a result or of a sample.
    **state
        Any of the traits below, to begin with.

    Attributes
    ----------
    sort : list of str
        [column, "ascending" or "descending"]; missing values stand last. Empty for the worst first: samples that are
        wrong in all windows, in some, right ones, those of which nothing is known; among the same the worst score
        first.
    filters : dict
        Column to what is wanted of it: a list of texts ("" for missing ones), or [low, high] of a number, both
        included, None for no end. The columns are those of `samples`; lengths are in seconds.
    search : str
        Only samples with this text in their name, label, verdict or another text, upper and lower case alike, or with
        this id.
    selected : list of int
        Ids of the samples that are ticked.
    sample : int or None
        Whose explorer is open beside the table.
    opened : Explorer or None
        That explorer.
    samples : DataFrame
        Index `id`: as `Studio.samples`, and what the model says of each as a whole, where that is known: `verdict`,
        `worst`, `right`, `known`, `correct`, `suggested` and `label_quality`; see
        `edgekit.results.sample_verdict.SampleVerdict`.

    Notes
    -----
    The verdicts of a Studio are those of the last run of model testing. Signals and pictures of the rows on show come
    when they are looked at; `to_html` writes tables of up to 100,000 samples, the first 500 rows on show with them.

    The explorer has `results`, so it stands for the results of its `selection`: ``ek.anomaly.summary(explorer)``,
    ``ek.explore(explorer)``. ``studio.classify(explorer.selection)`` asks the model anew.
    """

    script: ClassVar[str] = "project/explorer.js"
    state: ClassVar[tuple[str, ...]] = ("sort", "filters", "search", "selected", "sample")

    sort = State([], lambda _, value: value)
    filters = State({}, lambda _, value: value)
    search = State("", text)
    selected = State([], _ids)
    sample = State(None, whole)
    _opened = traitlets.Unicode("").tag(sync=True)
    _problem = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        source: ProjectSource,
        open_sample: Callable[[ClassifyResult | Sample], Explorer],
        **state: Unpack[ProjectState],
    ) -> None:
        self._source, self._open_sample = source, open_sample
        self._rows = rows = ProjectRows(source.table())
        if rows.ids.empty:
            raise UsageError("There are no samples: nothing to explore.")
        self.opened: Explorer | None = None
        self._explorers: dict[int, Explorer] = {}
        self._results: dict[int, ClassifyResult] = {}
        self._strips = Strips(lambda row: strip(lambda: source.sample(int(rows.ids[row]))))
        self._notes = [source.note] if source.note else []
        meta = rows.meta() | {"title": titles.of_project(source.title, len(rows.ids)), "note": "; ".join(self._notes)}
        by_names = any(state.get(name) for name in ("sort", "filters", "search"))
        first = rows.arrays() if by_names else rows.first_arrays()
        super().__init__(meta, first | _packed({}), state, rows.later)
        self.on_msg(self._send_strips)

    def _checked(self, name: str, value: Any) -> Any:
        match name:
            case "sort":
                return self._rows.checked_sort(value)
            case "filters":
                return self._rows.checked_filters(value)
            case "sample":
                return trait_values.sample(value, self._rows.ids)
            case "selected":
                return [trait_values.sample(one, self._rows.ids) for one in value]
        return super()._checked(name, value)

    @cached_property
    def samples(self) -> pd.DataFrame:
        """All samples, with all that is known of them."""
        return self._source.samples().rename_axis(index="id")

    @property
    @reading
    def selection(self) -> pd.DataFrame:
        """The samples that are ticked, else all on show: rows of `samples`, in the order on show."""
        found: pd.DataFrame = self.samples.iloc[self._chosen()]
        return found

    @reading
    def _chosen(self) -> NDArray[np.int32]:
        order = self._rows.order(self.sort)
        if self.selected:
            ticked = self._rows.ids.isin(self.selected)
            return order[ticked[order]]
        return self._shown()

    def _shown(self) -> NDArray[np.int32]:
        order = self._rows.order(self.sort)
        return order[self._rows.kept(self.filters, self.search)[order]]

    @property
    def results(self) -> dict[int, ClassifyResult]:
        """What the model says of the samples in `selection`: from model testing or the store, else asked for."""
        wanted = self._rows.ids[self._chosen()].tolist()
        if missing := [one for one in wanted if one not in self._results]:
            self._results |= self._source.results(missing)
        return {one: self._results[one] for one in wanted}

    @traitlets.observe("sample")
    def _open(self, change: Mapping[str, Any]) -> None:
        """Make the explorer of the chosen sample; what went wrong is told beside the table."""
        sample = change["new"]
        self._problem, self._opened, self.opened = "", "", None
        if sample is None:
            return
        try:
            explorer = self._explorers.pop(sample, None) or self._explorer_of(sample)
        except EdgekitError as problem:
            self._problem = display.shown(str(problem), display.LONGEST_TEXT)
            return
        self._explorers[sample] = explorer
        while len(self._explorers) > _KEPT:
            self._explorers.pop(next(iter(self._explorers))).close()
        self.opened, self._opened = explorer, explorer.model_id or ""

    def _explorer_of(self, sample: int) -> Explorer:
        """Return the explorer of what the model says of a sample; where it says nothing, of the sample."""
        try:
            return self._open_sample(self._source.result(sample))
        except EdgekitError as problem:
            try:
                return self._open_sample(self._source.sample(sample))
            except EdgekitError:
                raise problem from None

    def _send_strips(self, widget: object, message: object, buffers: object) -> None:
        """Answer the browser, which asks for the signals or pictures of the rows that it shows."""
        wanted = message.get("strips") if isinstance(message, dict) else None
        if isinstance(wanted, list):
            rows = [row for row in wanted if isinstance(row, int) and 0 <= row < len(self._rows.ids)]
            self._strips.want(rows, lambda row, file: self.send({"strips": [row]}, [file]))

    def _asked(self) -> Sequence[Any]:
        return self._source.asked()

    def _exported(self) -> tuple[dict[str, Any], bytes]:
        """Put in the strips of the rows that stand first."""
        if (count := len(self._rows.ids)) > EXPORTED:
            raise UsageError(
                f"A page holds up to {EXPORTED:,} samples, and these are {count:,}. Write a part of them: "
                "explorer.selection.to_csv(path), or ek.explore of what studio.classify(explorer.selection) returns."
            )
        strips = self._strips.all(self._shown()[:STRIPS].tolist())
        layout, blob = pack(self._rows.arrays() | _packed(strips))
        return {**self._meta, "layout": layout, "later": False}, blob

    @reading
    def _still(self) -> Canvas:
        columns, shown = self._rows.columns, self._shown()
        return still.picture(
            str(self._meta["title"]),
            {column.title: column.width for column in columns},
            [column.title for column in columns if column.kind == "number"],
            [self._rows.texts_of(row) for row in shown[:_SHOWN].tolist()],
            "; ".join([self.text().split("\n")[1], *self._notes]),
        )

    @reading
    def _figure(self) -> Figure:
        """Draw the rows that stand first, and the scores of those on show."""
        from edgekit.plots.dark import ThemedFigure
        from edgekit.plots.style import plain

        shown = self._shown()
        figure = ThemedFigure(figsize=(11, 3.6))
        figure.text(0.015, 0.93, plain(display.short(self._meta["title"], 90)))
        self._draw_scores(figure.add_axes((0.05, 0.15, 0.2, 0.7)), shown)
        columns = self._rows.columns
        left = 0.28 + 0.72 * np.cumsum([0.0, *(column.width for column in columns)]) / sum(c.width for c in columns)
        lines = [self._rows.texts_of(row) for row in shown[:_SHOWN].tolist()]
        for at, column in zip(left, columns, strict=False):  # one text a column is as fast again as one a cell
            said = [column.title, *(line[column.title] for line in lines)]
            column_text = "\n".join(plain(display.short(one, 15)) for one in said)
            figure.text(at, 0.9, column_text, fontsize="small", va="top", linespacing=1.6)
        return figure

    def _draw_scores(self, axes: Axes, shown: NDArray[np.int32]) -> None:
        from edgekit.plots.style import plain

        names = {column.name: column.title for column in self._rows.columns}
        name = "worst" if "worst" in names else "id"
        values = self._rows.numbers(name)[shown]
        axes.hist(values[np.isfinite(values)], bins=24, color=colours.COLOURS[0])
        axes.set_xlabel(plain(names[name]))
        axes.set_ylabel("samples")

    def _lines(self) -> list[str]:
        shown, worst = self._shown(), "worst first" if not self.sort else f"by {self.sort[0]}, {self.sort[1]}"
        lines = [
            f"{len(shown)} on show, {worst}" + (f", {len(self.selected)} ticked" if self.selected else ""),
        ]
        lines += self._notes
        for row in shown[:3]:
            lines.append(" · ".join(said for said in self._rows.texts_of(row).values() if said != "\N{EN DASH}"))
        return lines


def _packed(strips: Mapping[int, bytes]) -> dict[str, Any]:
    """Return `strips`, one after the other, `strip_at`, where each begins and the last one ends, and their rows."""
    return {
        "strip_row": np.array(list(strips), "i4"),
        "strip_at": np.cumsum([0, *map(len, strips.values())]).astype("i4"),
        "strips": np.frombuffer(b"".join(strips.values()), "u1"),
    }
