"""Interactive views; each shows what the rooms below it return and computes nothing itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from edgekit.arguments import are_several
from edgekit.errors import UsageError
from edgekit.explorers.anomaly import AnomalyExplorer
from edgekit.explorers.base import Explorer
from edgekit.explorers.detection import DetectionExplorer
from edgekit.explorers.panel import Panel
from edgekit.explorers.signal import SignalExplorer
from edgekit.results.anomaly import is_mixture
from edgekit.results.block import BlockResult
from edgekit.results.result import ClassifyResult
from edgekit.results.sample import Sample
from edgekit.wire.scores import SCORE

__all__ = ["AnomalyExplorer", "DetectionExplorer", "Explorer", "Panel", "SignalExplorer", "explore"]

Explorable = Sample | BlockResult | ClassifyResult


def explore(what: Explorable | Iterable[Explorable], **state: Any) -> Explorer:
    """Open the explorer that suits: a sample's signal, an anomaly block's scores, the pictures of object detection.

    Parameters
    ----------
    what : Sample, BlockResult or ClassifyResult, or a list of one kind
        Several samples or anomaly blocks are laid end to end on one axis of time, pictures stand one behind the other.
        Of a result, the block that has most to show is taken: a GMM anomaly block before a K-means one, FOMO before
        boxes.
    **state
        Traits of the explorer to begin with, such as ``threshold=3``.

    Returns
    -------
    Explorer
        `AnomalyExplorer`, `SignalExplorer` or `DetectionExplorer`: a widget whose state is readable and settable from
        Python.

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
    """
    given: Any = what
    items: list[Any] = list(given) if are_several(given) else [given]
    samples = [item for item in items if isinstance(item, Sample)]
    results = [item for item in items if isinstance(item, BlockResult | ClassifyResult)]
    if not items or len(items) not in (len(samples), len(results)):
        kinds = ", ".join(sorted({type(item).__name__ for item in items})) or "nothing"
        raise UsageError(
            f"explore() takes a Sample, a block or a result, or a list of one of these; got {kinds}. "
            f"With an id: ek.explore(studio.sample(id)) or ek.explore(studio.classify(id))."
        )
    if samples:
        return SignalExplorer(samples, **state)
    blocks = [_telling(r) if isinstance(r, ClassifyResult) else r for r in results]
    return (_explorer(blocks[0]) or AnomalyExplorer)(blocks, **state)


def _explorer(block: BlockResult) -> type[AnomalyExplorer | DetectionExplorer] | None:
    """Return what suits a block: by its kind, and of kinds without an explorer of their own by what it holds."""
    if block.kind == "detection":
        return DetectionExplorer
    scores = block.scores()
    if SCORE in scores or (block.kind == "anomaly" and not len(scores)):  # the latter: too short for a window
        return AnomalyExplorer
    return DetectionExplorer if block.detects else None


def _telling(result: ClassifyResult) -> BlockResult:
    """Return the block of a result that an explorer can show most of."""
    found = [block for block in result.blocks if _explorer(block)]
    if not found:
        raise UsageError(
            f"No block of this result has anomaly scores or detects objects; there are: {result.listing()}. "
            f"block.plot() draws any of them."
        )
    return min(found, key=lambda block: (not is_mixture(block.type), block.last_layer != "fomo"))
