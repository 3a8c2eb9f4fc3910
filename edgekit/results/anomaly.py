"""What an anomaly block says of a sample: in a few words, as a picture, and why each window scored so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from edgekit import anomaly, display
from edgekit.errors import ResponseError
from edgekit.results.drawing import Drawing, Drawn, Labels, over_time
from edgekit.results.sample import Source
from edgekit.table_words import SCORE
from edgekit.threshold_rules import is_anomaly
from edgekit.wire.schema import Classification

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def is_mixture(block_type: str) -> bool:
    """Tell which of the two kinds of model gave the scores: a mixture (GMM), or clusters (K-means)."""
    return block_type == "anomaly-gmm"


def in_words(raw: Classification, scores: pd.DataFrame, threshold: float | None, expected: Labels) -> str:
    """Say in a few words how many windows are above the threshold, and what the highest score is."""
    found = scores[SCORE]
    windows = display.counted(len(scores), "window")
    above = "" if threshold is None else f"{is_anomaly(found, threshold).sum()} of {windows} above {threshold:g}, "
    return f"{above}highest score {found.max():.2f}"


def plot(block: Drawn, drawing: Drawing) -> Axes:
    """Draw the scores over the sample's time, with the time ranges above the threshold; see `BlockResult.plot`."""
    return over_time(block, drawing)


def explain(raw: Classification, score: pd.Series[float], features: pd.DataFrame, source: Source) -> pd.DataFrame:
    """Say why each window scored so, by the block's parameters; see `BlockResult.explain`."""
    block = raw.learn_block.id
    model = source.gmm(block) if is_mixture(raw.learn_block.type) else source.kmeans(block)
    if len(features) != len(score):
        raise ResponseError(
            f"The Studio gives features of {display.counted(len(features), 'window')} of this sample, and block "
            f"{block} scored {len(score)}: the impulse was changed after this result. Classify the sample again."
        )
    front = {"score": score, "recomputed": model.score(features)}
    if isinstance(model, anomaly.Gmm):
        front["signed_score"] = model.signed_score(features)
    table = model.explain(features)
    return pd.concat([pd.DataFrame(front, index=table.index), table], axis=1)
