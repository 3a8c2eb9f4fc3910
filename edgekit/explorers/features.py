"""The explorer of a whole set's features: each window a point, a lasso that selects some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, Unpack

import numpy as np
import pandas as pd
import traitlets
from numpy.typing import NDArray

from edgekit import colours, display
from edgekit.arguments import choice, numbers, text, whole
from edgekit.errors import UsageError
from edgekit.explorers import titles, trait_values
from edgekit.explorers.base import Explorer
from edgekit.explorers.state import State, reading
from edgekit.explorers.still import features as still
from edgekit.explorers.still.canvas import Canvas
from edgekit.projection import BY, inside, labels_of, shades

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from edgekit.results.features import Features

PCA, STUDIO = "principal components", "the Studio's map"
Singles = NDArray[np.float32]


class FeaturesState(TypedDict, total=False):
    """The state of a `FeaturesExplorer`, to begin with."""

    window: int
    lasso: Sequence[float]
    label: str
    by: str
    view: str


class FeaturesExplorer(Explorer):
    """Every window of a set as a point: alike ones lie side by side.

    Parameters
    ----------
    features : Features
        What `Studio.set_features` returned, with results (`Features.with_results`) or without.
    **state
        Any of the traits below, to begin with.

    Attributes
    ----------
    window : int
        The chosen window: its row in `windows`.
    lasso : list of float
        A polygon around the windows that are selected, in the coordinates of the view: [x, y, x, y, …], three corners
        or more. Empty for none.
    label : str
        Only windows with this label are selected; empty for any.
    by : str
        What the colour says: "label"; after `Features.with_results` also "correct" and "score".
    view : str
        "principal components", or "the Studio's map" where the project has one (t-SNE or PCA, as its data
        explorer is set). Another view begins without a lasso.
    windows : DataFrame
        Index `row`; the columns of `Features.windows`.
    """

    script: ClassVar[str] = "features/explorer.js"
    state: ClassVar[tuple[str, ...]] = ("window", "lasso", "label", "by", "view")

    window = State(0, whole)
    lasso = State([], numbers)
    label = State("", text)
    by = State("label", text)
    view = State(PCA, text)

    def __init__(self, features: Features, **state: Unpack[FeaturesState]) -> None:
        self._views = {PCA: features.points()}
        there = features.studio_map()
        if there is not None:
            self._views[STUDIO] = there
        self.windows = features.windows.rename_axis(index="row")
        self._by = [name for name in BY if name in self.windows]
        self._labels = sorted(self.windows["label"].dropna().astype(str).unique())
        super().__init__(self._describe(features), self._arrays(), {**state})

    def _describe(self, features: Features) -> dict[str, Any]:
        table, samples = self._views[PCA], self.windows["sample"].nunique()
        windows, width, lost = len(features), features.values.shape[1], int(table["x"].isna().sum())
        size = f"{display.counted(windows, 'window')} of {display.counted(samples, 'sample')}"
        shares = [f"component {i} ({100 * share:.1f} %)" for i, share in enumerate(table.attrs["shares"], start=1)]
        notes = (
            [f"{windows} of the set's {display.counted(features.total, 'window')} are here"]
            if features.total > windows
            else []
        )
        nowhere = "1 window without all features lies" if lost == 1 else f"{lost} windows without all features lie"
        notes += [f"{nowhere} nowhere"] if lost else []
        return {
            "title": titles.of_set(features, size, width),
            "views": [{"name": name, "axes": shares if name == PCA else ["", ""]} for name in self._views],
            "by": self._by,
            "labels": self._labels,
            "groups": labels_of(self.windows)[0],
            "predicted": self._predicted()[0],
            "shades": {by: _range(found) for by in self._by if (found := shades(self.windows, by)) is not None},
            "note": "; ".join(notes),
        }

    def _predicted(self) -> tuple[list[str], NDArray[np.int32]]:
        if "predicted" not in self.windows:
            return [], np.full(len(self.windows), -1, np.int32)
        codes, names = pd.factorize(self.windows["predicted"])
        return [str(name) for name in names], codes.astype(np.int32)

    def _arrays(self) -> dict[str, NDArray[Any]]:
        table = self.windows
        correct = table["correct"] if "correct" in table else pd.Series(pd.NA, table.index, "boolean")
        places = {
            f"{axis}{i}": view[axis].to_numpy(np.float32)
            for i, view in enumerate(self._views.values())
            for axis in ("x", "y")
        }
        shaded = {f"shade_{by}": found for by in self._by if (found := shades(table, by)) is not None}
        return {
            **places,
            **shaded,
            "sample": table["sample"].to_numpy(np.float64),
            "start": table["start_ms"].to_numpy(np.float64),
            "end": table["end_ms"].to_numpy(np.float64),
            "label": pd.Index(self._labels).get_indexer(pd.Index(table["label"].astype(str))).astype(np.int32),
            "group": labels_of(table)[1],
            "correct": correct.to_numpy(float, na_value=-1).astype(np.int8),
            "predicted": self._predicted()[1],
            "heat": colours.heat(),
        }

    def _checked(self, name: str, value: Any) -> Any:
        match name:
            case "window":
                return trait_values.place("windows", len(self.windows), value)
            case "lasso" if value and (len(value) % 2 or len(value) < 6 or not np.isfinite(value).all()):
                raise UsageError(
                    "A lasso is a list of finite numbers [x, y, x, y, …], three corners or more; [] for none."
                )
            case "label":
                return trait_values.label(value, self._labels)
            case "by" if value not in self._by:
                raise UsageError(
                    f"by is one of {', '.join(self._by)} here, got {display.quoted(value)}. features.with_results() "
                    "adds correct and score."
                )
            case "view":
                return choice(name, value, list(self._views))
        return super()._checked(name, value)

    @traitlets.observe("view")
    def _without_lasso(self, change: object) -> None:
        self.lasso = []

    @property
    @reading
    def selection(self) -> pd.DataFrame:
        """The windows inside the lasso that have the label: rows of `windows`, with `x` and `y` in the view.

        Without a lasso, all with the label; without both, none. ``explorer.selection["sample"].unique()`` are the ids
        of their samples.
        """
        table = self._views[self.view].rename_axis(index="row")
        kept = np.full(len(table), bool(self.lasso or self.label))
        if self.label:
            kept &= table["label"].eq(self.label).to_numpy(bool, na_value=False)
        if self.lasso:
            # as the browser has the places
            x, y = (table[axis].to_numpy(np.float32).astype(float) for axis in "xy")
            kept &= inside(np.reshape(self.lasso, (-1, 2)), x, y)
        found: pd.DataFrame = table[kept]
        return found

    def _still(self) -> Canvas:
        return still.picture(self._view())

    @reading
    def _figure(self) -> Figure:
        from matplotlib.patches import Polygon

        from edgekit import plots
        from edgekit.plots.dark import ThemedFigure

        figure = ThemedFigure(figsize=(9, 5.2), layout="constrained")
        axes = figure.subplots()
        table = self._views[self.view]
        plots.features(table, self.by, ax=axes, title=str(self._meta["title"]))
        if self.lasso:
            axes.add_patch(Polygon(np.reshape(self.lasso, (-1, 2)), fill=False, linewidth=1.2, linestyle="--"))
        place = table[["x", "y"]].iloc[self.window]
        axes.plot(*place, "o", color="black", markersize=11, markerfacecolor="none")
        return figure

    def _lines(self) -> list[str]:
        found = self.selection
        of = f", of {display.counted(found['sample'].nunique(), 'sample')}" if len(found) else ""
        windows = display.counted(len(self.windows), "window")
        return [
            f"{self.view}, coloured by {self.by}: {len(found)} of {windows} selected{of}",
            f"window {self.window}: {self._say()}",
        ]

    def _say(self) -> str:
        row = self.windows.iloc[self.window]
        said = [f"sample {row['sample']}", f"{row['start_ms'] / 1000:g} to {row['end_ms'] / 1000:g} s"]
        said += [f"label {display.short(row['label'])}"] if isinstance(row["label"], str) else []
        said += [f"score {row['score']:.4g}"] if "score" in row and not pd.isna(row["score"]) else []
        return ", ".join(said)


def _range(values: NDArray[np.float64]) -> list[float]:
    finite = values[np.isfinite(values)]
    return [float(finite.min()), float(finite.max())] if len(finite) else [0.0, 1.0]
