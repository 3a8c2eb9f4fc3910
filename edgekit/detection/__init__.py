"""Object detection on plain tables: which prediction belongs to which truth, what went wrong, and the figures.

Nothing here uses the API; only debugInfoJson is read, as a text. Places are in **image coordinates**, ratios 0..1 of
the picture as it went into the model: x to the right, y down.

There are two countings. By **the Studio's counting**, everywhere the default, a prediction that is near enough to a
truth of its label is a true positive, even if other predictions take the same truth. By **one-to-one counting**
(``one_to_one=True``) each truth takes one prediction only, and every other one is a false positive. Tables have both,
the second with the suffix `_one_to_one`; figures on show are named "Studio" and "one-to-one" (`COUNTINGS`).

Centres (FOMO): `match`, `match_centres_of` (of boxes), `DebugInfo`. Boxes: `match_boxes`, `BoxMatch`,
`average_precision`. Many pictures: `summary`, `errors`, `confusion`, `count`, `gains`, `sweep_distance`, `per_picture`.
"""

from edgekit.detection.boxes import RESIZE_MODES, BoxMatch, iou, match_boxes, to_input
from edgekit.detection.coco import AveragePrecision, average_precision
from edgekit.detection.debug_info import DebugInfo, match, match_centres_of
from edgekit.detection.error_kinds import ERROR_KINDS, confusion, count
from edgekit.detection.gains import gains
from edgekit.detection.matched import Matched, Names
from edgekit.detection.matching import COUNTINGS, Metrics
from edgekit.detection.scene import NOT_IN_TRAINING
from edgekit.detection.summary import Picture, Summary, errors, per_picture, summary, sweep_distance

__all__ = [
    "COUNTINGS",
    "ERROR_KINDS",
    "NOT_IN_TRAINING",
    "RESIZE_MODES",
    "AveragePrecision",
    "BoxMatch",
    "DebugInfo",
    "Matched",
    "Metrics",
    "Names",
    "Picture",
    "Summary",
    "average_precision",
    "confusion",
    "count",
    "errors",
    "gains",
    "iou",
    "match",
    "match_boxes",
    "match_centres_of",
    "per_picture",
    "summary",
    "sweep_distance",
    "to_input",
]


def __dir__() -> list[str]:
    return __all__
