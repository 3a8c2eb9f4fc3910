"""What a visual-anomaly block says of a picture as a whole: flagged or not, by which score, and how that came to be.

The score is ``result[…].anomaly``. It was the largest cell until February 2026; since then the block's threshold
``anomaly_scoring_aggregation_method`` says what it is (largest, mean, …). So ``anomalyResult``, which has the cells,
never decides.
"""

from __future__ import annotations

import math
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from edgekit import display
from edgekit.detection.boxes import checked_size
from edgekit.errors import ResponseError, StudioError, UsageError
from edgekit.results.decision import aggregation
from edgekit.results.drawing import Drawing, Drawn, Labels, picture
from edgekit.results.sample import Sample, Source
from edgekit.table_words import SCORE
from edgekit.threshold_rules import is_flagged
from edgekit.visual import VisualAnomaly, masks
from edgekit.visual.visual_anomaly import NO_SCORE, verdict_in_words
from edgekit.wire.schema import AnomalyResult, Classification

SENDS_CELLS = "studio.classify(sample) (POST …/classify/v2/{sampleId})"
_MOST_CELLS = 1_000_000  # of a grid that is made of boxes: a picture has fewer

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def in_words(raw: Classification, scores: pd.DataFrame, threshold: float | None, expected: Labels) -> str:
    """Say in a few words whether the picture is flagged: at which threshold, by what of its cells."""
    method = aggregation(raw.thresholds)
    how = f" by {method}" if method else ""
    grids = [found.grid() for found in raw.anomaly_result or []]
    cells = [float(one.max()) for one in grids if one is not None]
    lists = [found.scores or [] for found, one in zip(raw.anomaly_result or [], grids, strict=True) if one is None]
    cells += [cell for rows in lists for row in rows for cell in row if cell is not None]
    beside = f"; highest cell {max(cells):.2f}" if cells else ""
    known = scores[SCORE].dropna() if SCORE in scores else pd.Series(dtype=float)
    if known.empty:
        return f"{NO_SCORE}{beside}"
    if threshold is None:
        return f"score {known.max():.2f}{how}, no threshold{beside}"
    found = is_flagged(known, threshold)
    if len(scores) > 1:
        front = f"{found.sum()} of {display.counted(len(scores), 'picture')} flagged at {threshold:g}"
        return f"{front}, highest score {known.max():.2f}{how}{beside}"
    verdict, side = ("flagged", "at or above") if found.all() else ("not flagged", "below")
    return f"{verdict}: score {known.iloc[0]:.2f}{how}, {side} {threshold:g}{beside}"


def plot(block: Drawn, drawing: Drawing) -> Axes:
    """Draw the cells of one picture over it, with its boxes and its verdict; see `BlockResult.plot`."""
    from edgekit import plots

    found = block.visual_anomaly(drawing.window)
    limit = found.threshold if drawing.threshold is None else drawing.threshold
    image = drawing.image if drawing.image is not None else picture(block.sample)
    return plots.cells(
        found.cells(),
        limit,
        image=image,
        boxes=found.boxes if len(found.boxes) else None,
        ax=drawing.ax,
        title=drawing.title,
        note=verdict_in_words(found, limit),
    )


def visual_anomaly(
    raw: Classification,
    window: int,
    threshold: float | None,
    *,
    input_size: tuple[float, float] | None = None,
    path: str = "$",
    others: str = "",
) -> VisualAnomaly:
    """Return what a block says of one picture; see `BlockResult.visual_anomaly`. `others`: which blocks have one."""
    found = _at(raw, window, others)
    scores = raw.scores().columns.get(SCORE, np.empty(0))
    boxes, cells, notes = with_cells(found, grid(found, f"{path}.anomalyResult[{window}].scores"), input_size)
    return VisualAnomaly(
        cells,
        score=float(scores[window]) if window < len(scores) else math.nan,
        boxes=boxes,
        notes=notes,
        mean=found.mean_score,
        max=found.max_score,
        threshold=threshold,
        method=aggregation(raw.thresholds),
    )


Boxes = list[tuple[str, float, float, float, float, float]]
Cells = tuple[Boxes, NDArray[np.float64], tuple[str, ...]]


def with_cells(
    found: AnomalyResult, cells: NDArray[np.float64], input_size: tuple[float, float] | None = None
) -> Cells:
    """Return the boxes, the grid and what to know of them; without a grid that of the boxes, see `cells_of_boxes`."""
    boxes = [(box.label, box.score, box.x, box.y, box.width, box.height) for box in found.boxes or []]
    return cells_of_boxes(boxes, input_size) if boxes and not cells.size else (boxes, cells, ())


def cells_of_boxes(boxes: Boxes, input_size: tuple[float, float] | None) -> Cells:
    """Make a grid of the cells that came as boxes alone, as the Linux runner's do: of all others the score is NaN.

    Returns
    -------
    boxes, scores, notes
        The boxes as ratios where they came as such or `input_size` says of what; else as they came, in pixels, and the
        grid ends at the last of them.
    """
    place = np.array([box[2:] for box in boxes], float)
    pixels = bool((place > 1).any())
    if pixels and input_size is not None:
        place /= np.tile(checked_size(input_size, "input_size"), 2)
        pixels = False
    note = "The cells came without their grid: only those that the server or the device flagged are known."
    size = place[:, 2:].min(axis=0)
    if not (size > 0).all():
        return boxes, np.empty((0, 0)), (note,)
    with np.errstate(over="ignore", divide="ignore"):
        least = np.clip(1 / size, 0, _MOST_CELLS)
        column, row = np.clip(np.round(place[:, :2] / size), -1, _MOST_CELLS).astype(int).T
    rows, columns = int(row.max()) + 1, int(column.max()) + 1
    if pixels:
        note += (
            " They are in pixels of the model's input, whose size is not told, so there may be more rows and columns: "
            "visual_anomaly(input_size=(width, height)) says where they lie."
        )
    else:
        across, down = np.floor(least + 1e-6).astype(int).tolist()
        rows, columns = max(rows, down), max(columns, across)
    if (row < 0).any() or (column < 0).any() or rows * columns > _MOST_CELLS:
        return boxes, np.empty((0, 0)), (note,)
    scores = np.full((rows, columns), np.nan)
    scores[row, column] = [box[1] for box in boxes]
    return [(*box[:2], *where) for box, where in zip(boxes, place.tolist(), strict=True)], scores, (note,)


def grids(raw: Classification, path: str) -> list[NDArray[np.float64]]:
    """Return the cells of every window; see `BlockResult.grids`."""
    return [grid(one, f"{path}.anomalyResult[{i}].scores") for i, one in enumerate(raw.anomaly_result or [])]


def grid(found: AnomalyResult, path: str) -> NDArray[np.float64]:
    """Return the scores of the cells as an array (rows, columns); null is NaN.

    Raises
    ------
    ResponseError
        The rows are not of one length; the text names the first that differs from the one on top.
    """
    known = found.grid()
    if known is not None:
        return known
    rows = found.scores or []
    columns = len(rows[0]) if rows else 0
    for row, cells in enumerate(rows):
        if len(cells) != columns:
            raise ResponseError(
                f"Expected a row of {columns} cells at {path}[{row}], as the first row has, got {len(cells)}.",
                f"{path}[{row}]",
            )
    return np.array(rows, float).reshape(len(rows), columns)


def explain(
    raw: Classification, window: int, cells: NDArray[np.float64], features: pd.DataFrame, source: Source
) -> pd.DataFrame:
    """Say why each cell of a picture scored so, by the block's mixture; see `BlockResult.explain`."""
    block = raw.learn_block.id
    try:
        model = source.gmm(block)
    except (StudioError, UsageError):
        raise UsageError(
            f"The server publishes no Gaussian mixture of block {block} ({display.shown(raw.learn_block.type)}), so "
            "the scores of its cells cannot be computed again."
        ) from None
    if window >= len(features) or not cells.size or features.shape[1] % cells.size:
        raise ResponseError(
            f"The Studio gives {features.shape[1]} features of {len(features)} pictures of this sample, and block "
            f"{block} scored {cells.shape[0]} by {cells.shape[1]} cells: features and cells do not go together. "
            "Classify the sample again."
        )
    names = [str(name) for name in features.columns[: features.shape[1] // cells.size]]
    values = features.iloc[window].to_numpy(float).reshape(cells.size, len(names))
    table = pd.DataFrame(values, columns=_without_cell(names))
    row, column = np.divmod(np.arange(cells.size), cells.shape[1])
    front = {"row": row, "column": column, "score": cells.ravel(), "recomputed": model.score(table)}
    front["signed_score"] = model.signed_score(table)
    return pd.concat([pd.DataFrame(front), model.explain(table).reset_index(drop=True)], axis=1)


def _without_cell(names: list[str]) -> list[str]:
    """Leave out the words that all names of one cell's features begin with: "row 0 column 0", say."""
    words = [name.split(" ") for name in names]
    shared = sum(1 for _ in takewhile(lambda of: len(set(of)) == 1, zip(*words, strict=False)))
    return [" ".join(parts[shared:]) or name for parts, name in zip(words, names, strict=True)] if names[1:] else names


def mask_to_input(
    sample: Sample, mask: ArrayLike, input_size: tuple[float, float] | None, resize_mode: str | None
) -> NDArray[np.bool_]:
    """Turn a mask of the sample's picture into one of the model's input; see `BlockResult.mask_to_input`."""
    pixels = masks.checked_mask(mask)
    size = tuple(map(float, pixels.shape[::-1]))
    info = sample.info.image_dimensions
    stored = None if info is None else (float(info.width), float(info.height))
    if stored is not None and size == stored and input_size is not None and resize_mode is not None:
        return masks.mask_to_input(pixels, input_size, resize_mode)
    known = {"the stored picture": stored, "the model's input": input_size}
    sizes = {name: place for name, place in known.items() if place is not None}
    if sizes and size not in sizes.values():
        listed = ", ".join(f"{name} {width:g} by {height:g}" for name, (width, height) in sizes.items())
        raise UsageError(
            f"The mask of sample {sample.id} is {size[0]:g} by {size[1]:g} pixels (width by height); {listed}. Give it "
            "in the size of the stored picture."
        )
    return pixels


def _at(raw: Classification, window: int, others: str) -> AnomalyResult:
    found = raw.anomaly_result or []
    if not found:
        hint = (
            f"This result has it of {others}."
            if others
            else f"Of a visual-anomaly block the calls that classify a sample have it: {SENDS_CELLS}."
        )
        raise UsageError(
            f"Block {raw.learn_block.id} ({display.shown(raw.learn_block.type)}) sent no anomalyResult, which has "
            f"the cells of a picture. {hint}"
        )
    if not isinstance(window, int | np.integer) or isinstance(window, bool) or not 0 <= window < len(found):
        raise UsageError(
            f"There is no window {display.quoted(window)}: block {raw.learn_block.id} has the cells of windows 0 to "
            f"{len(found) - 1}."
        )
    return found[int(window)]
