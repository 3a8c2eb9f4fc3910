"""Interactive views; each shows what the rooms below it return and computes nothing itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from edgekit.block import BlockResult
from edgekit.errors import UsageError
from edgekit.explorers.anomaly import AnomalyExplorer
from edgekit.explorers.base import Explorer
from edgekit.explorers.panel import Panel
from edgekit.explorers.scored import SCORE
from edgekit.explorers.signal import SignalExplorer
from edgekit.results import ClassifyResult
from edgekit.sample import Sample

__all__ = ["AnomalyExplorer", "Explorer", "Panel", "SignalExplorer", "explore"]

Explorable = Sample | BlockResult | ClassifyResult


def explore(what: Explorable | Iterable[Explorable], **state: Any) -> Explorer:
    """Open the explorer that suits: for a sample its signal, for an anomaly block its scores.

    Parameters
    ----------
    what : Sample, BlockResult or ClassifyResult, or a list of one kind
        Several are laid end to end on one axis of time. Of a result, the block that has most to show is taken: a GMM
        anomaly block before a K-means one.
    **state
        Traits of the explorer to begin with, such as ``threshold=3``.

    Returns
    -------
    Explorer
        `AnomalyExplorer` or `SignalExplorer`: a widget whose state is readable and settable from Python.

    Raises
    ------
    UsageError
        There is no explorer for this; the text says what there is.
    """
    items = list(what) if isinstance(what, Iterable) else [what]
    samples = [item for item in items if isinstance(item, Sample)]
    results = [item for item in items if isinstance(item, BlockResult | ClassifyResult)]
    if not items or len(items) not in (len(samples), len(results)):
        kinds = ", ".join(sorted({type(item).__name__ for item in items})) or "nothing"
        raise UsageError(f"explore() takes a Sample, a block or a result, or a list of one of these; got {kinds}.")
    if samples:
        return SignalExplorer(samples, **state)
    return AnomalyExplorer([_telling(r) if isinstance(r, ClassifyResult) else r for r in results], **state)


def _telling(result: ClassifyResult) -> BlockResult:
    """Return the block of a result that an explorer can show most of."""
    found = [
        block
        for block in result.blocks
        if any(SCORE in window for window in block.raw.result)
        or (not block.raw.result and block.type in ("anomaly", "anomaly-gmm"))  # the sample is too short for a window
    ]
    if not found:
        have = ", ".join(f"{block.id} ({block.type})" for block in result.blocks) or "none"
        raise UsageError(f"No block of this result gives anomaly scores; there are: {have}. block.plot() draws any.")
    return min(found, key=lambda block: block.type != "anomaly-gmm")
