"""Anomaly scores on plain tables and arrays: the models that make them, and what a threshold does to them.

Nothing here uses the API. Times are in milliseconds from the start of a sample. A GMM scores in standard deviations,
K-means in distances between standard-scaled features; a score above the threshold is an anomaly.
"""

from edgekit.anomaly.alarms import counts, per_label, segments
from edgekit.anomaly.kmeans import KMeans
from edgekit.anomaly.mixture import Gmm
from edgekit.anomaly.parts import parts
from edgekit.anomaly.summary import summary
from edgekit.anomaly.thresholds import Suggestion, rates, suggest_threshold, sweep

__all__ = [
    "Gmm",
    "KMeans",
    "Suggestion",
    "counts",
    "parts",
    "per_label",
    "rates",
    "segments",
    "suggest_threshold",
    "summary",
    "sweep",
]


def __dir__() -> list[str]:
    return __all__
