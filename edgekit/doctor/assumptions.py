"""What edgekit assumes of the Studio, each as a check of one answer: held, did not hold, or not to be seen there.

No whole answer of the live service is public. Where the facts are likely and not sure, edgekit goes by these. A check
returns True, False or None and nothing else: what it has looked at stays with it.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit.results import label_lists
from edgekit.results.block import BlockResult
from edgekit.results.decision import AGGREGATION, deciding, number
from edgekit.results.kinds import KINDS
from edgekit.results.result import ClassifyResult
from edgekit.studio.studio import Studio
from edgekit.table_words import SCORE
from edgekit.threshold_rules import is_flagged
from edgekit.wire.schema import FeaturesResponse, Impulse

Answer = bool | None
Floats = NDArray[np.float64]

_FEW = 50  # readings that a sample is asked for, to see which ones come
_LONG = 4 * _FEW
_NEAR = 0.02  # of a picture: further apart are not the same place
_ROUNDED = 0.01  # the Studio calculates in float32
_FIGURES = {"f1": 0.01, "mAP": 0.05}  # a box rounded to pixels may cross one of the ten thresholds of the mAP
LAST_LAYERS = frozenset((
    "mobilenet-ssd", "fomo", "yolov2-akida", "yolov5", "yolov5v5-drpai", "yolox", "yolov7", "yolo-pro", "tao-retinanet",
    "tao-ssd", "tao-yolov3", "tao-yolov4", "yolov11", "yolov11-abs", "paddleocr-detector", "qc-face-det-lite",
    "qc-yolox",
))  # fmt: skip
# Of blocks: those whose kind is known, and what the API has besides.
TYPES = frozenset(kind_type for types in KINDS.values() for kind_type in types) | {"keras-freeform", "vlm"}


class Seen(NamedTuple):
    """One sample of a project, classified by all blocks."""

    studio: Studio
    impulse: Impulse
    result: ClassifyResult


# --- of a sample ---


def _windows_fit(seen: Seen) -> Answer:
    result = seen.result
    size, increase, length = result.window_size_ms, result.window_increase_ms, result.sample.info.total_length_ms
    if not (result.blocks and size and increase and length) or length < size:
        return None
    return len(result.blocks[0].scores()) == math.floor((length - size) / increase + 1e-6) + 1


def _short_is_padded(seen: Seen) -> Answer:
    result, inputs = seen.result, seen.impulse.input_blocks
    length = result.sample.info.total_length_ms
    if not result.blocks or not inputs or not length or length >= result.window_size_ms:
        return None
    return len(result.blocks[0].scores()) == int(bool(inputs[0].pad_zeros))


def _increase(seen: Seen) -> Answer:
    for block in seen.impulse.input_blocks[:1]:
        said = block.classification_window_increase_ms or block.window_increase_ms
        return None if not said else math.isclose(said, seen.result.window_increase_ms)
    return None


def _windows_start(seen: Seen) -> Answer:
    if not seen.impulse.dsp_blocks or not seen.result.window_increase_ms:
        return None
    path = ("dsp", seen.impulse.dsp_blocks[0].id, "features", "get-graph", "classification", seen.result.sample.id)
    rows = seen.studio._calls.get(FeaturesResponse, *path).data
    starts = [(i * seen.result.window_increase_ms, row.sample.start_ms) for i, row in enumerate(rows) if row.sample]
    return all(abs(here - there) <= 1 for here, there in starts) if starts else None


def _payload_whole(seen: Seen) -> Answer:
    raw = seen.result.sample.raw
    return None if raw.total_payload_length is None else raw.total_payload_length == len(raw.payload.values)


def _limit_spreads(seen: Seen) -> Answer:
    whole = seen.result.sample.raw
    if seen.result.sample.info.chart_type == "image" or len(whole.payload.values) < _LONG:
        return None
    few = seen.studio.sample(seen.result.sample.id, limit=_FEW).raw.payload.values
    if few != whole.payload.values[: len(few)]:
        return True
    steady = all(reading == few[0] for reading in whole.payload.values)
    return None if steady or len(few) == len(whole.payload.values) else False


def _length(seen: Seen) -> Answer:
    info = seen.result.sample.info
    if not info.interval_ms or not info.total_length_ms:
        return None
    return abs(info.values_count * info.interval_ms - info.total_length_ms) <= info.interval_ms + 1


def _payload_interval(seen: Seen) -> Answer:
    raw = seen.result.sample.raw
    step, readings, length = raw.payload.interval_ms, raw.total_payload_length, raw.sample.total_length_ms
    if not (step and readings and length):
        return None
    return abs(step * readings - length) <= step + raw.sample.interval_ms + 1


def _not_resampled(seen: Seen) -> Answer:
    raw = seen.result.sample.raw
    step = raw.payload.interval_ms
    return None if not step or not raw.sample.interval_ms else math.isclose(step, raw.sample.interval_ms, rel_tol=1e-3)


def _structured(seen: Seen) -> Answer:
    info = seen.result.sample.info
    spans = sorted((span.start_index, span.end_index) for span in info.structured_labels or [])
    if not spans:
        return None
    ends = [-1, *(end for _, end in spans)]
    return (
        all(start == end + 1 for (start, _), end in zip(spans, ends, strict=False))
        and ends[-1] == info.values_count - 1
    )


def _label_list(seen: Seen) -> Answer:
    info = seen.result.sample.info
    if info.project_labeling_method != "object_detection":
        return None
    return Counter(label_lists.split(info.label)) == Counter(box.label for box in info.bounding_boxes or [])


def _input_frame(seen: Seen) -> Answer:
    inputs = [b for b in seen.impulse.input_blocks if b.image_width and b.image_height]
    if len(inputs) != 1 or seen.result.sample.info.chart_type != "image":
        return None
    size = seen.studio.image(seen.result.sample.id, after_input_block=True).size
    return size == (inputs[0].image_width, inputs[0].image_height)


# --- of a block ---


def _type(block: BlockResult) -> Answer:
    return block.type in TYPES


def _last_layer(block: BlockResult) -> Answer:
    return None if block.last_layer is None else block.last_layer in LAST_LAYERS


def _count(block: BlockResult) -> Answer:
    return None if block.raw.result_count is None else block.raw.result_count == len(block.raw.result)


def _steps(block: BlockResult) -> tuple[float, float, list[float]]:
    """Return the block's interval, the window increase, and the intervals between readings; 0 where not told."""
    raw = block.sample.raw
    readings = [raw.payload.interval_ms or 0, raw.sample.interval_ms]
    return block.raw.interval_ms or 0, block.result.window_increase_ms, readings


def _witness(block: BlockResult) -> Answer:
    interval, increase, readings = _steps(block)
    return (
        None
        if not interval or not increase
        else any(math.isclose(interval, s, rel_tol=1e-3) for s in [increase, *readings])
    )


def _count_readings(block: BlockResult) -> Answer:
    ranges, (interval, increase, readings) = block.raw.expected_labels, _steps(block)
    if not ranges or not interval or not increase:
        return None
    of_readings = any(math.isclose(interval, step, rel_tol=1e-3) for step in readings if step)
    of_windows = math.isclose(interval, increase, rel_tol=1e-3)
    return None if of_readings == of_windows else of_readings


def _decides(block: BlockResult) -> Answer:
    return deciding(block.raw.thresholds, block.type) is not None if block.raw.thresholds else None


def _rating(block: BlockResult) -> Answer:
    found, rating = deciding(block.raw.thresholds, block.type), block.raw.minimum_confidence_rating
    return None if found is None or rating is None else number(found.value) == rating


def _positive(block: BlockResult) -> Answer:
    scores = _anomaly(block)
    return None if block.type != "anomaly-gmm" or scores is None else bool((scores >= 0).all())


def _rescored(kind: str) -> Callable[[BlockResult], Answer]:
    def check(block: BlockResult) -> Answer:
        if block.type != kind or _anomaly(block) is None:
            return None
        table = block.explain()
        return bool(np.allclose(table["recomputed"], table["score"], rtol=_ROUNDED, atol=_ROUNDED))

    return check


def _anomaly(block: BlockResult) -> pd.Series[float] | None:
    scores = block.scores()
    return scores[SCORE].dropna() if SCORE in scores and scores[SCORE].notna().any() else None


def _grids(block: BlockResult) -> list[Floats]:
    """Return the cells of every picture that has some, where they make a table."""
    found = [result.scores for result in block.raw.anomaly_result or [] if result.scores]
    return [np.array(rows, float) for rows in found if len({len(row) for row in rows}) == 1 and rows[0]]


def _of_cells(figure: Callable[[Floats], float]) -> Callable[[BlockResult], Answer]:
    def check(block: BlockResult) -> Answer:
        grids, scores = _grids(block), _anomaly(block)
        if block.kind != "visual" or scores is None or not grids or len(grids) != len(scores):
            return None
        return bool(np.allclose([figure(grid) for grid in grids], scores, rtol=1e-3, atol=1e-3))

    return check


def _method(block: BlockResult) -> Answer:
    return None if block.kind != "visual" else any(t.key == AGGREGATION for t in block.raw.thresholds)


def _square(block: BlockResult) -> Answer:
    grids = _grids(block)
    return None if not grids else all(grid.shape[0] == grid.shape[1] for grid in grids)


def _boxes_above(block: BlockResult) -> Answer:
    boxes = [box.score for result in block.raw.anomaly_result or [] for box in result.boxes or []]
    limit = block.threshold
    return None if not boxes or limit is None else bool(is_flagged(min(boxes), limit))


def _ratios(block: BlockResult) -> Answer:
    values = [value for found in block.raw.structured_result or [] for box in found.boxes for value in box]
    return None if not values else max(values) <= 1


def _corners(block: BlockResult) -> Answer:
    boxes = [box for detail in block.raw.details or [] for box in detail.boxes or [] if len(box) == 4]
    return None if not boxes else all(top <= bottom and left <= right for top, left, bottom, right in boxes)


def _same_boxes(block: BlockResult) -> Answer:
    apart = [
        max(abs(x - left), abs(y - top), abs(x + width - right), abs(y + height - bottom))
        for found, detail in zip(block.raw.structured_result or [], block.raw.details or [], strict=False)
        for (x, y, width, height), (top, left, bottom, right) in zip(found.boxes, detail.boxes or [], strict=False)
    ]
    return None if not apart or not _ratios(block) else max(apart) <= _NEAR


def _debug_came(block: BlockResult) -> Answer:
    if block.last_layer != "fomo":
        return None
    return all(found.debug_info_json for found in block.raw.structured_result or [])


def _row_first(block: BlockResult) -> Answer:
    answers = []
    for found, detail in zip(block.raw.structured_result or [], block.raw.details or [], strict=False):
        boxes = np.array(detail.boxes or [], float).reshape(-1, 4)
        points = json.loads(found.debug_info_json or "{}").get("y_preds") or []
        if not len(boxes) or not points:
            continue
        centres = np.column_stack([boxes[:, [0, 2]].mean(axis=1), boxes[:, [1, 3]].mean(axis=1)])  # row, column
        sent = np.array([(point["x"], point["y"]) for point in points], float)
        row, column = (_apart(sent[:, order], centres) for order in ([0, 1], [1, 0]))
        if (row < _NEAR) != (column < _NEAR):
            answers.append(row < _NEAR)
    return all(answers) if answers else None


def _apart(points: Floats, centres: Floats) -> float:
    """Return how far the loneliest point is from the centre nearest to it."""
    return float(np.linalg.norm(points[:, None] - centres, axis=2).min(axis=1).max())


def _refigured(name: str) -> Callable[[BlockResult], Answer]:
    def check(block: BlockResult) -> Answer:
        if block.kind != "detection" or not block.raw.structured_result:
            return None
        if (block.last_layer == "fomo") != (name == "f1"):
            return None
        row = block.compare_metrics().loc[name]
        return None if row[["server", "recomputed"]].isna().any() else bool(abs(row["difference"]) <= _FIGURES[name])

    return check


# The page's words, and the check: of each sample, then of each block of its answer.
OF_SAMPLES: tuple[tuple[str, Callable[[Seen], Answer]], ...] = (
    ("A sample has floor((length - size) / increase) + 1 windows; the last partial one is left out", _windows_fit),
    ("A sample shorter than a window is one window where zeros are padded, else none", _short_is_padded),
    ("The answer's window increase is the impulse's for classification", _increase),
    ("Window i starts at i · increase", _windows_start),
    ("A classify answer holds every reading", _payload_whole),
    ("limitPayloadValues spreads the readings over the whole length", _limit_spreads),
    ("A sample's length is its readings times its intervalMs", _length),
    ("A payload's intervalMs and totalPayloadLength span the sample's length", _payload_interval),
    ("The payload has the stored sample's interval (the impulse does not resample)", _not_resampled),
    ("structuredLabels are readings, contiguous, from the first to the last", _structured),
    ("In object detection a sample's label lists its boxes; - is none", _label_list),
    ("A picture after the input block has the size the impulse names", _input_frame),
)
OF_BLOCKS: tuple[tuple[str, Callable[[BlockResult], Answer]], ...] = (
    ("The type of a block is one that edgekit knows", _type),
    ("A detector's last layer is one that edgekit knows", _last_layer),
    ("resultCount is the number of results", _count),
    ("A block's intervalMs is that of its readings or the window increase", _witness),
    ("expectedLabels count readings, by the block's intervalMs", _count_readings),
    ("One threshold decides, by its key or as the only number", _decides),
    ("minimumConfidenceRating is the threshold that decides", _rating),
    ("A GMM score is never negative", _positive),
    ("A GMM score is the absolute z that edgekit computes from the block's parameters", _rescored("anomaly-gmm")),
    ("A K-means score is the distance that edgekit computes from the clusters", _rescored("anomaly")),
    ("A visual block says how the cells become one score", _method),
    ("The score of a picture is its highest cell", _of_cells(np.nanmax)),
    ("The score of a picture is the mean of its cells", _of_cells(np.nanmean)),
    ("The grid of a visual block is square", _square),
    ("Boxes of a visual block are cells at or above the threshold", _boxes_above),
    ("structuredResult.boxes are ratios of the picture", _ratios),
    ("details.boxes are ymin, xmin, ymax, xmax", _corners),
    ("structuredResult.boxes and details.boxes are the same boxes", _same_boxes),
    ("FOMO's debug info comes where it is asked for", _debug_came),
    ("In FOMO's debug info x is the row", _row_first),
    ("FOMO's F1 is what edgekit recomputes", _refigured("f1")),
    ("A detector's mAP is what edgekit recomputes", _refigured("mAP")),
)
