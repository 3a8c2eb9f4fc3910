"""Interactive views; each shows what the rooms below it return and computes nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from typing import Any, Unpack

import numpy as np
import pandas as pd

from edgekit.arguments import are_several
from edgekit.errors import EdgekitError, UsageError
from edgekit.explorers.anomaly import AnomalyExplorer, AnomalyState
from edgekit.explorers.base import Explorer
from edgekit.explorers.classification import ClassificationExplorer, ClassificationState
from edgekit.explorers.detection import DetectionExplorer, DetectionState
from edgekit.explorers.features import FeaturesExplorer, FeaturesState
from edgekit.explorers.panel import Panel
from edgekit.explorers.plain import PlainExplorer
from edgekit.explorers.project import ProjectExplorer, ProjectState
from edgekit.explorers.project_sources import Stored, source_of
from edgekit.explorers.regression import RegressionExplorer, RegressionState
from edgekit.explorers.signal import SignalExplorer, SignalState
from edgekit.explorers.tabs import ResultExplorer, ResultState, View, views
from edgekit.explorers.visual import VisualExplorer, VisualState
from edgekit.results.block import BlockResult
from edgekit.results.by_kind import most_telling
from edgekit.results.features import Features
from edgekit.results.result import ClassifyResult
from edgekit.results.sample import Sample
from edgekit.studio.studio import Studio
from edgekit.summaries import HasResults, HasWorst
from edgekit.verdicts import VerdictComparison

__all__ = [
    "AnomalyExplorer",
    "ClassificationExplorer",
    "DetectionExplorer",
    "Explorer",
    "FeaturesExplorer",
    "Panel",
    "ProjectExplorer",
    "RegressionExplorer",
    "ResultExplorer",
    "SignalExplorer",
    "VisualExplorer",
    "explore",
]

Explorable = Sample | BlockResult | ClassifyResult

# The explorer of each kind of block (`BlockResult.shown_kind`); of a result with several: `by_kind.most_telling`.
EXPLORERS: Mapping[str, Callable[..., Explorer]] = {
    "anomaly": AnomalyExplorer,
    "visual": VisualExplorer,
    "detection": DetectionExplorer,
    "regression": RegressionExplorer,
    "classification": ClassificationExplorer,
}


class State(
    AnomalyState,
    ClassificationState,
    DetectionState,
    FeaturesState,
    ProjectState,
    RegressionState,
    ResultState,
    SignalState,
    VisualState,
    total=False,
):
    """The state of any explorer, to begin with; each explorer takes the part that its own class lists."""


def explore(
    what: (
        Explorable
        | Features
        | HasResults
        | Studio
        | Stored
        | VerdictComparison
        | Mapping[Any, Explorable]
        | Iterable[Explorable]
    ),
    block: int | str | None = None,
    **state: Unpack[State],
) -> Explorer:
    """Open the explorer that suits: a signal, anomaly scores, objects, a regression, labels, or a whole project.

    Parameters
    ----------
    what : Sample, BlockResult, ClassifyResult, several of one kind, or what `Studio.test` or `checks.compare` returned
        Several are a list, or a mapping from sample id. Or a Studio or a Store: all samples of the project in one
        table, whose rows open the explorers of their samples. Several samples or anomaly blocks are laid end to end on
        one axis of time, pictures stand one behind the other, the windows of a classifier stand with the most confident
        mistake first. One result of several blocks has a tab for each, and so have the labels and the anomaly score of
        one classifier. Of a comparison with a baseline it is the samples in which something moved, and the explorer
        opens at the window that moved farthest. Of `Studio.compare` it is both models, side by side on each picture in
        which objects were detected, else what the second one says of the samples with another verdict. Of the
        `Features` of a whole set (`Studio.set_features`) each window is a point.
    block : int or str, optional
        Which block of the results: its id, type or title. Without it, one result shows all its blocks, and of several
        results it is the block that has most to show: anomaly scores before objects, a regression and labels, a GMM
        anomaly block before a K-means one, FOMO before boxes. In tabs that block is the one that is open.
    **state
        Traits of the explorer to begin with, such as ``threshold=3``; of tabs those of the one that is open.

    Returns
    -------
    Explorer
        `AnomalyExplorer`, `ClassificationExplorer`, `DetectionExplorer`, `FeaturesExplorer`, `RegressionExplorer`,
        `SignalExplorer` or `VisualExplorer`, of all blocks of a result `ResultExplorer`, of a project
        `ProjectExplorer`: a widget whose state is readable and settable from Python.

    Raises
    ------
    UsageError
        There is no explorer for this; the text says what there is.

    Examples
    --------
    >>> import edgekit as ek
    >>> result = ek.connect(sandbox="motion").classify(31)
    >>> explorer = ek.explore(result.block("anomaly-gmm"), threshold=10)
    >>> explorer.selection[["start_ms", "end_ms", "anomaly"]].head(3).round(2)
            start_ms  end_ms  anomaly
    window
    2           1000    3000    34.66
    3           1500    3500    32.29
    4           2000    4000    50.83

    All blocks of a sample, a tab each:

    >>> print(ek.explore(result, threshold=10))
    ResultExplorer: badminton01 (sample 31) · 3 blocks
    tabs: Classification (logistic regression), Anomaly detection (K-means), [Anomaly detection (GMM)]
    AnomalyExplorer: Anomaly detection (GMM) · badminton01 · badminton
    threshold 10: 12 of 17 windows above, in 1 event
    window 0: 0 to 2 s, expected badminton, score 7.28
    """
    if (opened := _of_many(what, block, {**state})) is not None:
        return opened
    given: Any = list(what.results.values()) if isinstance(what, HasResults) else what
    if isinstance(given, Mapping) and any(
        isinstance(one, Sample | BlockResult | ClassifyResult) for one in given.values()
    ):
        given = list(given.values())  # by sample id
    items: list[Any] = list(given) if are_several(given) else [given]
    samples = [item for item in items if isinstance(item, Sample)]
    results = [item for item in items if isinstance(item, BlockResult | ClassifyResult)]
    if not items or len(items) not in (len(samples), len(results)):
        kinds = ", ".join(sorted({type(item).__name__ for item in items})) or "nothing"
        raise UsageError(
            f"explore() takes a Sample, a block or a result, or a list of one of these; got {kinds}. {_how(items)}"
        )
    begin: dict[str, Any] = {**state}
    if samples:
        return _of(samples, SignalExplorer(samples, **begin))
    if isinstance(what, ClassifyResult) and block is None and len(views(what)) > 1:
        return _tabs(what, begin)
    blocks = [_chosen(r, block) if isinstance(r, ClassifyResult) else r for r in results]
    return _of_blocks(blocks, begin)


def _how(items: list[Any]) -> str:
    """Say how to explore what was given in the place of results."""
    match items:
        case [pd.DataFrame()]:
            return "Of a table of samples: ek.explore(studio.classify(table))."
        case [str() | PathLike()]:
            return "Of a saved result: ek.explore(ek.parse(path)); of a store: ek.explore(ek.Store(folder))."
        case _:
            return "With an id: ek.explore(studio.sample(id)) or ek.explore(studio.classify(id))."


def _of_many(what: object, block: int | str | None, state: Any) -> Explorer | None:
    """Open a project, a set or a comparison; None where it is none of these."""
    match what:
        case Studio() | Stored():
            return ProjectExplorer(source_of(what, block), lambda one: explore(one, block), **state)
        case Features():
            return _of([what], FeaturesExplorer(what, **state))
        case VerdictComparison():
            return _side_by_side(what, block, state)
        case HasWorst():
            return _worst_first(what, block, state)
    return None


def _of_blocks(blocks: list[BlockResult], state: dict[str, Any], kind: str | None = None) -> Explorer:
    """Open the explorer of a kind: without one, that which the first block is shown as."""
    kind = kind or blocks[0].shown_kind
    if kind not in EXPLORERS:
        raise UsageError(
            f"There is no explorer for block {blocks[0].id} ({blocks[0].type}), only for blocks with anomaly scores, "
            "detected objects, a regression or labels. block.plot() draws any block."
        )
    return _of(blocks, EXPLORERS[kind](blocks, **state))


def _of(answers: Sequence[Any], explorer: Explorer) -> Explorer:
    """Let an explorer know what it shows: an exported page says where it came from."""
    explorer._answers = answers
    return explorer


def _tabs(result: ClassifyResult, state: dict[str, Any]) -> Explorer:
    """Open all blocks of a result: at the one that has most to show, which takes the state."""
    tab = state.pop("tab", None)
    if tab is None:
        tab = result.blocks.index(_telling(result))

    def build(view: View) -> Explorer:
        if state:  # it is of the tab that is built first; what is asked for is never passed over
            of_tab = dict(state)
            state.clear()
            return _of_blocks([view.block], of_tab, view.kind)
        try:
            return _of_blocks([view.block], {}, view.kind)
        except EdgekitError as problem:
            return PlainExplorer(view.block, str(problem))

    return _of([result], ResultExplorer(result, build, tab=tab))


def _side_by_side(found: VerdictComparison, block: int | str | None, state: Any) -> Explorer:
    """Open what two models say of the same samples."""
    shared = [one for one in found.results[0] if one in found.results[1]]
    if not shared:
        raise UsageError("This comparison has no results to show: make it with studio.compare(a, b).")
    results = [[of[one] for one in shared] for of in found.results]
    blocks = [[_chosen(one, block) for one in of] for of in results]
    if blocks[0][0].shown_kind == "detection":
        models = found.names
        return _of(results[0], DetectionExplorer(blocks[0], beside=blocks[1], models=models, **state))
    changed = set(found.changed["sample"])
    if not changed:
        raise UsageError("There is nothing to explore: no verdict changed.")
    return _of_blocks([one for one in blocks[1] if one.sample.id in changed], state)


def _worst_first(found: HasWorst, block: int | str | None, state: Any) -> Explorer:
    """Open the results of a comparison where most of it moved."""
    if found.worst is None:
        raise UsageError("There is nothing to explore: no verdict changed, and no score moved beyond the tolerance.")
    moved, sample, window = found.worst
    explorer: Any = explore(list(found.results.values()), moved if block is None else block, **state)
    name = "window" if "window" in explorer.state else "picture"
    places = np.flatnonzero(getattr(explorer, f"{name}s")["sample"] == sample)
    if name not in state and len(places):
        setattr(explorer, name, int(places[min(window, len(places) - 1)]))
    opened: Explorer = explorer
    return opened


def _chosen(result: ClassifyResult, block: int | str | None) -> BlockResult:
    return _telling(result) if block is None else result.block(block)


def _telling(result: ClassifyResult) -> BlockResult:
    """Return the block of a result that an explorer can show most of."""
    blocks = [block for block in result.blocks if block.shown_kind in EXPLORERS]
    if not blocks:
        raise UsageError(
            "No block of this result has anomaly scores, objects, a regression or labels; there are: "
            f"{result.listing()}. block.plot() draws any of them."
        )
    return min(blocks, key=lambda b: most_telling(b.shown_kind, b.type, b.last_layer))


def __dir__() -> list[str]:
    return __all__
