"""From what the API says of objects (structuredResult, details, boundingBoxes) to the tables of `detection`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import detection, display
from edgekit.detection.boxes import checked_size
from edgekit.detection.matching import MIN_IOU
from edgekit.errors import EdgekitError, ResponseError, UsageError, warn
from edgekit.results import drawing
from edgekit.results.drawing import Drawing, Drawn, Labels
from edgekit.results.kinds import kind_of_block
from edgekit.results.sample import Sample
from edgekit.wire.schema import Classification, Details, StructuredResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

picture = drawing.picture
_COLUMNS = ("window", "label", "score", "x", "y", "width", "height")
_PLACE = ["x", "y", "width", "height"]
_APART = 0.02  # structuredResult.boxes and details.boxes may differ by rounding to pixels, not by more
_FIGURES = {"f1": "f1", "precision": "precision", "recall": "recall", "mAP": "m_ap"}

Size = tuple[float, float]


class MatchOptions(TypedDict, total=False):
    """How the objects of a window are matched; see `BlockResult.matched`."""

    min_iou: float
    names: detection.Names | None
    classes: Sequence[str] | None
    input_size: Size | None
    resize_mode: str | None


def detects(raw: Classification) -> bool:
    """Tell whether a block detects objects: by its kind, or because it sent objects."""
    return kind_of_block(raw) == "detection" or bool(raw.structured_result or raw.details)


def detections(raw: Classification, input_size: Size | None, path: str = "$") -> pd.DataFrame:
    """Return all boxes of a block; see `BlockResult.detections`."""
    structured, details = raw.structured_result or [], raw.details or []
    if not detects(raw):
        raise UsageError(
            f"Block {raw.learn_block.id} ({raw.learn_block.type}) does not detect objects: it has no boxes."
        )
    labels: list[str | None] = []
    counts: list[int] = []
    scores, places = [np.empty(0)], [np.empty((0, 4))]
    for window in range(max(len(structured), len(details))):
        found = structured[window] if window < len(structured) else None
        detail = details[window] if window < len(details) else None
        paths = f"{path}.structuredResult[{window}]", f"{path}.details[{window}]"
        names, score, place = _window(found, detail, input_size, paths)
        labels += names
        counts.append(len(names))
        scores.append(score)
        places.append(place)
    columns = {
        "window": np.repeat(np.arange(len(counts)), np.array(counts, int)),
        "label": pd.Series(labels, dtype=object),
        "score": np.concatenate(scores),
        **dict(zip(_PLACE, np.concatenate(places).T, strict=True)),
    }
    return pd.DataFrame(columns, columns=list(_COLUMNS))


def _window(
    found: StructuredResult | None, detail: Details | None, input_size: Size | None, paths: tuple[str, str]
) -> tuple[list[str | None], NDArray[np.float64], NDArray[np.float64]]:
    """Return the labels, the scores and the places (n, 4) of the boxes of one window."""
    corners = None if detail is None or detail.boxes is None else _boxes(detail.boxes, f"{paths[1]}.boxes")
    ratios = None if corners is None else np.hstack([corners[:, 1::-1], corners[:, 3:1:-1] - corners[:, 1::-1]])
    if found is None:
        scores = (detail.scores if detail is not None else None) or []
        place, source = ratios if ratios is not None else np.empty((0, 4)), paths[1]
    else:
        scores, source = found.scores, paths[0]
        place = _ratios(_boxes(found.boxes, f"{paths[0]}.boxes"), ratios, input_size, paths[0])
    if len(scores) != len(place):
        raise ResponseError(f"{len(place)} boxes but {len(scores)} scores at {source}.scores.", f"{source}.scores")
    return _labels(found, detail, len(place), source), np.array(scores, float), place


def _boxes(boxes: list[list[float]], path: str) -> NDArray[np.float64]:
    for row, box in enumerate(boxes):
        if len(box) != 4:
            raise ResponseError(f"Expected a box of 4 numbers at {path}[{row}], got {len(box)}.", f"{path}[{row}]")
    return np.array(boxes, float).reshape(-1, 4)


def _ratios(
    boxes: NDArray[np.float64], ratios: NDArray[np.float64] | None, input_size: Size | None, path: str
) -> NDArray[np.float64]:
    """Return (x, y, width, height) as ratios; `ratios` is what details say of the same boxes, where they do."""
    if ratios is not None and len(ratios) != len(boxes):
        ratios = None
    if (boxes <= 1).all():
        if ratios is not None and (np.abs(boxes - ratios) > _APART).any():
            warn(f"{path}.boxes and details.boxes of the same window differ. edgekit goes by the former.")
        return boxes
    if input_size is not None:
        found: NDArray[np.float64] = boxes / np.tile(checked_size(input_size, "input_size"), 2)
        if ratios is not None and (np.abs(found - ratios) > _APART).any():
            warn(f"{path}.boxes, divided by the input size {input_size}, are not what details.boxes say.")
        return found
    if ratios is not None and (np.abs(ratios) <= 1 + _APART).all():
        return ratios
    raise UsageError(
        f"The boxes at {path}.boxes are in pixels of the model's input, and nothing in the response says how large "
        "that is. Give it: detections(input_size=(width, height)), the image size of the impulse's input block "
        "(studio.impulse().input_blocks)."
    )


def _labels(found: StructuredResult | None, detail: Details | None, count: int, path: str) -> list[str | None]:
    """Return a name for each box: the API's, else "class i" by the index in details (from 0), else none."""
    if found is not None and found.labels is not None:
        if len(found.labels) != count:
            raise ResponseError(f"{count} boxes but {len(found.labels)} labels at {path}.labels.", f"{path}.labels")
        return list(found.labels)
    if detail is not None and detail.labels is not None and len(detail.labels) == count:
        return [f"class {label:g}" for label in detail.labels]
    return [None] * count


def class_names(raw: Classification) -> dict[int, str]:
    """Return the names of classes by their number in debugInfoJson (from 1), as far as this response shows them.

    ``details.labels`` are indices into the training classes, from 0, and ``structuredResult.labels`` names of the same
    boxes. A number with two names is left out: the two lists are then not of the same boxes.
    """
    seen: dict[int, set[str]] = {}
    for found, detail in zip(raw.structured_result or [], raw.details or [], strict=False):
        if found.labels and detail.labels and len(found.labels) == len(detail.labels):
            for name, index in zip(found.labels, detail.labels, strict=True):
                seen.setdefault(int(index) + 1, set()).add(name)
    return {number: names.pop() for number, names in sorted(seen.items()) if len(names) == 1}


def debug_info(raw: Classification, window: int, names: detection.Names | None) -> detection.DebugInfo:
    """Return what FOMO saw in one window; see `BlockResult.debug_info`."""
    found = _at(raw, window)
    if found.debug_info_json is None:
        layer = raw.object_detection_last_layer
        kind = f"its last layer is {layer}" if layer else "it does not say what its last layer is"
        raise UsageError(
            f"Block {raw.learn_block.id} ({raw.learn_block.type}; {kind}) came without debug info. The Studio sends it "
            "for FOMO models only, and only where all blocks are classified and it is asked for: "
            "studio.classify(sample, debug=True), without block=. (POST …/classify/v2/{sampleId}?includeDebugInfo=true)"
            " block.matched() goes by the boxes that came."
        )
    known = class_names(raw) if names is None else names
    return detection.DebugInfo.from_json(found.debug_info_json, names=known)


def truth_boxes(sample: Sample, input_size: Size | None, resize_mode: str | None) -> pd.DataFrame:
    """Return the sample's true boxes as ratios; see `BlockResult.truth_boxes`."""
    size = sample.info.image_dimensions
    rows = [(box.label, box.x, box.y, box.width, box.height) for box in sample.info.bounding_boxes or []]
    table = pd.DataFrame(rows, columns=["label", *_PLACE]).astype({"label": object} | dict.fromkeys(_PLACE, float))
    if not len(table):
        return table
    if size is None or size.width <= 0 or size.height <= 0:
        raise UsageError(
            f"Sample {sample.id} has boxes in pixels, but the response does not say how large its picture is "
            "(imageDimensions)."
        )
    stored = (size.width, size.height)
    if (input_size is None) != (resize_mode is None):
        raise UsageError("Give both input_size and resize_mode, or none of them.")
    if input_size is None:
        input_size, resize_mode = input_frame(sample)
    found = detection.to_input(
        table,
        stored,
        stored if input_size is None else input_size,
        "squash" if resize_mode is None else resize_mode,
    )
    found.attrs["frame"] = "stored image" if resize_mode is None else "model input"
    return found


def input_frame(sample: Sample) -> tuple[Size | None, str | None]:
    """Return size and resize mode of the input block, asked of the Studio that the sample came from, if it came so."""
    if sample.source is None:
        return None, None
    try:
        inputs = sample.source.known_impulse().input_blocks
    except EdgekitError:
        return None, None
    blocks = [block for block in inputs if block.image_width and block.image_height]
    if len(blocks) != 1 or blocks[0].resize_mode not in detection.RESIZE_MODES:
        return None, None
    return (float(blocks[0].image_width or 0), float(blocks[0].image_height or 0)), blocks[0].resize_mode


def matched(
    sample: Sample,
    raw: Classification,
    window: int,
    *,
    min_iou: float = MIN_IOU,
    names: detection.Names | None = None,
    classes: Sequence[str] | None = None,
    input_size: Size | None = None,
    resize_mode: str | None = None,
    path: str = "$",
) -> detection.Matched:
    """Match the objects of one window with the truth; see `BlockResult.matched`."""
    if _at(raw, window).debug_info_json is not None:
        return debug_info(raw, window, names)
    found = detections(raw, input_size, path)
    truths = truth_boxes(sample, input_size, resize_mode)
    if classes is not None:
        truths["label"] = truths["label"].where(truths["label"].isin(list(classes)), detection.NOT_IN_TRAINING)
    of_window = found[found["window"] == window].drop(columns="window")
    if len(of_window) and (_at(raw, window).labels is None):
        raise UsageError(
            f"The boxes of block {raw.learn_block.id} came without the names of their labels, which the truth has: "
            "nothing to match them by. block.detections() lists them; rename its labels, and those of "
            "block.truth_boxes(), and edgekit.detection.match_boxes(truths, predictions) goes on from there."
        )
    if raw.object_detection_last_layer == "fomo":
        return detection.match_centres_of(truths, of_window, names=names)
    return detection.match_boxes(truths, of_window, min_iou)


def with_scores(raw: Classification, window: int, found: detection.Matched) -> pd.DataFrame:
    """Return the predictions of one window with score and size, which debugInfoJson leaves out.

    Returns
    -------
    DataFrame, one row per prediction of `found`: `x`, `y` (centre; of boxes the top left corner), `label`, `score`,
    `width`, `height`. A centre has those of the nearest box of ``structuredResult``, where that box's centre is less
    than half its size away; without such a box, or where the boxes cannot be read, they are NaN.
    """
    table = found.predictions
    if isinstance(found, detection.BoxMatch):
        return table if "score" in table else table.assign(score=np.nan)
    extra = pd.DataFrame(np.nan, index=table.index, columns=["score", "width", "height"])
    try:
        boxes = detections(raw, None)
    except EdgekitError:  # broken, or in pixels of an unknown frame: detections() says so, centres do without
        return pd.concat([table, extra], axis=1)
    boxes = boxes[boxes["window"] == window]
    if len(boxes) and len(table):
        size = boxes[["width", "height"]].to_numpy(float)
        gap = np.abs(table[["x", "y"]].to_numpy(float)[:, None] - boxes[["x", "y"]].to_numpy(float) - size / 2)
        nearest = np.where((gap < size / 2).all(axis=2), gap.sum(axis=2), np.inf)
        row = nearest.argmin(axis=1)
        known = np.isfinite(nearest.min(axis=1))
        extra.loc[known] = boxes[["score", "width", "height"]].to_numpy(float)[row[known]]
    return pd.concat([table, extra], axis=1)


def compare_metrics(
    sample: Sample, raw: Classification, window: int, *, path: str = "$", **options: Unpack[MatchOptions]
) -> pd.DataFrame:
    """Compare the server's figures with the recomputed ones; see `BlockResult.compare_metrics`."""
    server = server_figures(raw, window)
    found = matched(sample, raw, window, path=path, **options)
    paired = found.metrics(one_to_one=True)._asdict()
    again: dict[str, Any]
    if isinstance(found, detection.BoxMatch):
        again = {"mAP": found.average_precision()}
    else:
        again = found.recomputed_metrics(one_to_one=False)._asdict()
        again["mAP"] = again["f1"]  # as in the Studio's published code, where it is not a mean average precision
    columns = {
        "server": [server[name] for name in _FIGURES],
        "recomputed": [again.get(name) for name in _FIGURES],
        "one_to_one": [paired.get(name) for name in _FIGURES],
    }
    table = pd.DataFrame(columns, index=pd.Index(_FIGURES, name="metric"), dtype=float)
    table.insert(2, "difference", table["recomputed"] - table["server"])
    return table


def server_figures(raw: Classification, window: int) -> dict[str, float | None]:
    """Return the server's own f1, precision, recall and mAP of one window (a FOMO's mAP is its f1 again)."""
    found = _at(raw, window)
    return {name: getattr(found, attribute) for name, attribute in _FIGURES.items()}


def pictures(
    sample: Sample, raw: Classification, *, path: str = "$", **options: Unpack[MatchOptions]
) -> list[detection.Picture]:
    """Return every window as a picture for `detection.summary`, named by the sample's id."""
    windows = range(len(raw.structured_result or []))
    return [
        detection.Picture(
            sample.id if len(windows) == 1 else f"{sample.id} window {window}",
            matched(sample, raw, window, path=path, **options),
            server_figures(raw, window),
        )
        for window in windows
    ]


def in_words(raw: Classification, scores: pd.DataFrame, threshold: float | None, expected: Labels) -> str:
    """Say in a few words what a block detected."""
    found = raw.structured_result or []
    counted = Counter(label for window in found for label in window.labels or [])
    total = sum(len(window.scores) for window in found)
    labels = display.listing(f"{display.shown(label, 80)} {count}" for label, count in counted.most_common())
    return display.counted(total, "detection") + (f": {labels}" if labels else "")


def plot(block: Drawn, asked: Drawing) -> Axes:
    """Draw truths and detections of one window on its picture; see `BlockResult.plot`."""
    from edgekit import plots

    found = block.matched(asked.window, names=asked.names)
    image = asked.image if asked.image is not None else picture(block.sample)
    scores = with_scores(block.raw, asked.window, found)["score"]
    return plots.detections(found, image=image, scores=scores, ax=asked.ax, title=asked.title)


def _at(raw: Classification, window: int) -> StructuredResult:
    found = raw.structured_result or []
    if not found:
        raise UsageError(
            f"Block {raw.learn_block.id} ({raw.learn_block.type}) sent no structuredResult: no detections."
        )
    if not isinstance(window, int | np.integer) or isinstance(window, bool) or not 0 <= window < len(found):
        raise UsageError(
            f"There is no window {display.quoted(window)}: block {raw.learn_block.id} has windows 0 to "
            f"{len(found) - 1}."
        )
    return found[window]
