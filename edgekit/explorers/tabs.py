"""All blocks of a result, a tab each. A tab is built when it is first opened.

A block that is shown as two kinds has two tabs.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypedDict, Unpack

import ipywidgets as widgets
import pandas as pd
import traitlets

from edgekit import display
from edgekit.arguments import whole
from edgekit.explorers import modules, titles, trait_values
from edgekit.explorers.base import Explorer
from edgekit.explorers.state import State, reading
from edgekit.explorers.still.canvas import Canvas

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from edgekit.results.block import BlockResult
    from edgekit.results.result import ClassifyResult


class View(NamedTuple):
    """What one tab shows: a block, as one of the kinds that it is shown as."""

    block: BlockResult
    kind: str


def views(result: ClassifyResult) -> list[View]:
    """Return the tabs of a result: its blocks in their order, then the second kinds that some are shown as."""
    kinds = [(block, block.shown_kinds) for block in result.blocks]
    return [View(block, of[0]) for block, of in kinds] + [View(block, kind) for block, of in kinds for kind in of[1:]]


class ResultState(TypedDict, total=False):
    """The state of a `ResultExplorer`, to begin with."""

    tab: int


class ResultExplorer(Explorer):
    """All blocks of one result, a tab each, in the order of `ClassifyResult.blocks`.

    The labels of a classifier that sends an anomaly score beside them have a tab of their own, after those.

    Parameters
    ----------
    result : ClassifyResult
        At least one block.
    build : callable
        Makes the explorer of a `View`, when its tab is first opened.
    **state
        The trait below, to begin with.

    Attributes
    ----------
    tab : int
        Which tab is open: the position of its block in the result's `blocks`, or one after those.
    opened : Explorer
        The explorer in the open tab. What `ResultExplorer` itself does not have is the open tab's: of a tab with
        anomaly scores ``explorer.threshold = 3`` and ``explorer.windows`` are those of its `AnomalyExplorer`.
    result : ClassifyResult
    """

    script: ClassVar[str] = "tabs/explorer.js"
    state: ClassVar[tuple[str, ...]] = ("tab",)

    tab = State(0, whole)
    _children: traitlets.List[Any] = traitlets.List().tag(sync=True, **widgets.widget_serialization)

    def __init__(self, result: ClassifyResult, build: Callable[[View], Explorer], **state: Unpack[ResultState]) -> None:
        self.result = result
        self._build, self._views = build, views(result)
        self._building = threading.RLock()  # the browser may ask for a tab on another thread
        self._explorers: list[Explorer | None] = [None] * len(self._views)
        super().__init__({"title": titles.of_result(result), "tabs": _names(self._views)}, {}, {**state})
        self._children = list(self._explorers)
        self._explorer(self.tab)
        self.on_msg(self._open)

    def _checked(self, name: str, value: Any) -> Any:
        if name == "tab":
            return trait_values.place("tabs", len(self._explorers), value)
        return super()._checked(name, value)

    @property
    def opened(self) -> Explorer:
        """The explorer in the open tab."""
        return self._explorer(self.tab)

    def _explorer(self, tab: int) -> Explorer:
        with self._building:
            found = self._explorers[tab]
            if found is None:
                found = self._explorers[tab] = self._build(self._views[tab])
                self._children = list(self._explorers)
            return found

    def _open(self, widget: object, message: object, buffers: object) -> None:
        """Build the tab that the browser opens."""
        wanted = message.get("tab") if isinstance(message, dict) else None
        if isinstance(wanted, int) and 0 <= wanted < len(self._explorers):
            self._explorer(wanted)

    def __getattr__(self, name: str) -> Any:
        """Return what only the explorer in the open tab has."""
        if name == "opened" or not self._is_of_tab(name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self.opened, name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a trait of its own, else that of the explorer in the open tab."""
        if not hasattr(type(self), name) and self._is_of_tab(name) and name in self.opened.state:
            setattr(self.opened, name, value)
        else:
            super().__setattr__(name, value)

    def _is_of_tab(self, name: str) -> bool:
        made = any(explorer is not None for explorer in vars(self).get("_explorers", ()))
        return made and not name.startswith("_")

    @property
    def selection(self) -> pd.DataFrame:
        """What is selected in the open tab."""
        return self.opened.selection

    def _figure(self) -> Figure:
        return self.opened._figure()

    def _lines(self) -> list[str]:
        names = ", ".join(f"[{name}]" if i == self.tab else name for i, name in enumerate(self._meta["tabs"]))
        return [f"tabs: {names}", self.opened.text()]

    def _still(self) -> Canvas:
        return self.opened._still()

    @reading
    def _page(self) -> str:
        explorers = [self._explorer(tab) for tab in range(len(self._explorers))]
        scripts = tuple(dict.fromkeys(explorer.script for explorer in explorers))
        pages = [explorer._in_page() for explorer in explorers]
        parts = [
            {"script": scripts.index(explorer.script), "state": state}
            for explorer, (state, _) in zip(explorers, pages, strict=True)
        ]
        own, _ = self._in_page()
        return self._written(
            {**own, "parts": parts}, "\n".join(blob for _, blob in pages), modules.tabs_script(scripts)
        )


def _names(tabs: list[View]) -> list[str]:
    """Return a name for each tab: the block's title; with its id where another block has the same, or with the kind."""
    blocks = {id(block): block for block, _ in tabs}
    titles = Counter(display.shown(block.title) for block in blocks.values())
    kinds = Counter(id(block) for block, _ in tabs)
    names = []
    for block, kind in tabs:
        title = display.shown(block.title)
        several = f" ({block.id})" if titles[title] > 1 else ""
        names.append(f"{title}{several}{f' · {kind}' if kinds[id(block)] > 1 else ''}")
    return names
