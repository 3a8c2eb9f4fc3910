"""Visual anomaly on plain tables and arrays: a picture's grid of cells, each with a score, and what comes of it.

Nothing here uses the API. A grid is an array (rows, columns): ``scores[row, column]``, row 0 on top. Places are ratios
0..1 of the picture as it went into the model, x to the right, y down. A score at or above the threshold is an anomaly.
"""

from edgekit.visual.auroc import auroc
from edgekit.visual.grid import cell_at, cells, to_stored
from edgekit.visual.many_cells import cells_of
from edgekit.visual.masks import covered, mask_cells, mask_to_input
from edgekit.visual.region_overlap import region_overlap
from edgekit.visual.summary import relative, summary
from edgekit.visual.thresholds import suggest_threshold
from edgekit.visual.visual_anomaly import VisualAnomaly

__all__ = [
    "VisualAnomaly",
    "auroc",
    "cell_at",
    "cells",
    "cells_of",
    "covered",
    "mask_cells",
    "mask_to_input",
    "region_overlap",
    "relative",
    "suggest_threshold",
    "summary",
    "to_stored",
]


def __dir__() -> list[str]:
    return __all__
