"""Many pictures at once: which were judged wrongly, and how certain the figures are."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from edgekit.arguments import array, number
from edgekit.colours import heat_shares
from edgekit.display import listing
from edgekit.errors import EdgekitError, UsageError
from edgekit.resampling import Figure, figure
from edgekit.summaries import HasParts, Results, Summary, blocks_of, figures_table
from edgekit.table_words import SCORE
from edgekit.threshold_rules import is_flagged, threshold_of_all
from edgekit.visual import store_summary
from edgekit.visual.auroc import auroc_of, auroc_of_samples
from edgekit.visual.grid import PLACE, Floats
from edgekit.visual.masks import covered, mask_cells
from edgekit.visual.region_overlap import Regions, region_overlap_of_samples, regions_of
from edgekit.visual.visual_anomaly import VisualAnomaly

OUTCOMES = ("missed", "false alarm", "hit", "normal", "not known")  # what came of a picture, the wrong ones first


class Picture(NamedTuple):
    """One picture of a sample: what was found, what it should be, the block and the window it is of."""

    sample: Any
    found: VisualAnomaly
    anomalous: Any
    expected: Any
    block: Any
    window: int


def relative(scores: ArrayLike, threshold: float) -> Floats:
    """Return scores relative to the threshold, score / (score + threshold): 0 to 1, a half at the threshold.

    So pictures compare whose thresholds differ: four times the threshold is 0.8 in each. Scores below 0 are 0.

    Examples
    --------
    >>> import edgekit as ek
    >>> ek.visual.relative([0, 4.5, 18], threshold=4.5)
    array([0. , 0.5, 0.8])
    """
    return heat_shares(array("The scores", scores), number("threshold", threshold, 0, above=True))


def summary(
    results: Results,
    block: int | str | None = None,
    *,
    threshold: float | None = None,
    masks: Mapping[Any, Any] | None = None,
) -> Summary:
    """Sum up what a visual-anomaly block says of many pictures.

    Parameters
    ----------
    results : iterable, or mapping from sample id
        Of what `Studio.classify` returned, or of its visual-anomaly blocks; or what `Studio.test` returned; or an
        `edgekit.Store`, whose tables are read, unless there are masks.
    block : int or str, optional
        Which block: its id, type or title. Without it the only visual-anomaly block.
    threshold : float, optional
        A picture whose score is at or above it is flagged; without it the block's own.
    masks : mapping from sample id, optional
        To an array (height, width) that is not 0 where the picture is anomalous: in the size of the stored picture, or
        of the model's input.

    Returns
    -------
    Summary
        `.per_sample`, index `sample`, one row a picture, worst first: `expected` (its label), `anomalous` (what it
        should be, missing where nothing says so), `score` (``result.anomaly``), `flagged`, `outcome` ("missed", "false
        alarm", "hit", "normal", "not known"), `largest` and `mean` (of its cells), `cells` (at or above the threshold).
        First the wrong ones, those farthest on the wrong side of the threshold first; then the right ones, those
        closest to it first; last what is not known, the highest score first.

        `.figures`: of the pictures whose truth is known `false_alarm_rate` (share of the normal ones that are flagged),
        `recall`, `balanced_accuracy`, `precision`, `f1`, and `auroc`, which no threshold decides (see
        `edgekit.visual.auroc`); where boxes or masks say which part of a picture is anomalous `cell_auroc`, and
        where masks do `region_overlap`. What is 0/0 is NaN.

    Raises
    ------
    UsageError
        No results, no such block, no picture with a score; no threshold, or several, and none is given; a mask of
        another size.

    Notes
    -----
    The truth of a picture is `edgekit.BlockResult.anomalous`. Of its cells it is known where the picture is normal, or
    where it has a mask or boxes (``boundingBoxes``). The intervals are over samples, not over cells
    (`edgekit.resampling`).
    """
    given = None if threshold is None else number("threshold", threshold)
    if masks is not None and not isinstance(masks, Mapping):
        raise UsageError(f"masks takes a mapping from sample id to mask, {{id: array}}, not {type(masks).__name__}.")
    if isinstance(results, HasParts) and not masks and (stored := store_summary.read(results, block)):
        return _of_store(results, block, stored, given)
    pictures = pictures_of(results, block)
    limit = threshold_of_all(one.found.threshold for one in pictures) if given is None else given
    table = _table(pictures, limit)
    return _summed(table, limit, _figures_of_cells(pictures, masks or {}))


def _of_store(store: HasParts, block: int | str | None, read: store_summary.Read, given: float | None) -> Summary:
    """Sum up a store, whose pictures were read."""
    limit, pictures = threshold_of_all(read.thresholds) if given is None else given, read.pictures
    cells = pictures["cells"]
    if read.thresholds != {limit}:
        cells = store_summary.cells_above(store, block, limit)
    table = judged(pictures.assign(cells=cells).set_index("sample"), limit)
    return _summed(table, limit, store_summary.figures_of_cells(store, block, pictures))


def _summed(table: pd.DataFrame, limit: float, of_cells: dict[str, Figure]) -> Summary:
    if not table["score"].notna().any():
        raise UsageError("None of these pictures has a score as a whole (result.anomaly): there is nothing to sum up.")
    figures = _figures(table) | of_cells
    note = f"A picture is flagged at or above {limit:g}, by its score as a whole."
    if table["anomalous"].isna().all():
        note += " Nothing says which pictures should be, so no rate is known."
    return Summary(worst_first(table, limit), figures_table(figures), note)


def per_picture(results: Results, block: int | str | None = None) -> pd.DataFrame:
    """Return score and truth of each picture, index `sample`, in their order."""
    return _table(pictures_of(results, block), np.nan)[["anomalous", "score"]]


def pictures_of(results: Results, block: int | str | None = None) -> list[Picture]:
    """Return every picture of many results."""
    found = []
    for sample, one in blocks_of(results, "visual", block):
        if not hasattr(one, "visual_anomaly"):
            raise UsageError(f"{one!r} is no learn block's result, and has no cells.")
        anomalous, score = one.anomalous(), one.scores().get(SCORE, pd.Series(dtype=float))
        expected = one.windows()["expected"]
        for window in range(max(len(one.scores()), 1)):
            truth = anomalous.iloc[window] if window < len(anomalous) else pd.NA
            label = expected.iloc[window] if window < len(expected) else None
            found.append(Picture(sample, _found(one, window, score), truth, label, one, window))
    return found


def _found(block: Any, window: int, score: pd.Series[float]) -> VisualAnomaly:
    """Return what was found; where the call sent no grid, the picture's score alone."""
    try:
        found: VisualAnomaly = block.visual_anomaly(window)
    except UsageError:
        value = score.iloc[window] if window < len(score) else np.nan
        return VisualAnomaly([], score=float(value), threshold=block.threshold)
    return found


def _table(pictures: list[Picture], limit: float) -> pd.DataFrame:
    found = [picture.found for picture in pictures]
    table = pd.DataFrame(
        {
            "expected": pd.Series([picture.expected for picture in pictures], dtype=object),
            "anomalous": pd.array([picture.anomalous for picture in pictures], "boolean"),
            "score": np.array([one.score for one in found], float),
            "largest": [one.max for one in found],
            "mean": [one.mean for one in found],
            "cells": [int(is_flagged(one.scores, limit).sum()) for one in found],
        }
    )
    return judged(table.set_axis(pd.Index([picture.sample for picture in pictures], name="sample")), limit)


def judged(table: pd.DataFrame, limit: float) -> pd.DataFrame:
    """Say of each picture whether it is flagged, and what came of it: the columns of `Summary.per_sample`."""
    flagged, outcome = outcomes(table["score"].to_numpy(float), table["anomalous"].array, limit)
    found = table.assign(flagged=flagged, outcome=outcome.to_numpy())
    return found[["expected", "anomalous", "score", "flagged", "outcome", "largest", "mean", "cells"]]


def outcomes(score: Floats, anomalous: Any, limit: float) -> tuple[Any, pd.Series[Any]]:
    """Say of each picture whether it is flagged, missing without a score, and what came of it (`OUTCOMES`)."""
    known, alarm = ~np.isnan(score), is_flagged(score, limit)
    sure = known & ~np.asarray(anomalous.isna(), bool)
    is_one = np.asarray(anomalous.fillna(value=False), bool)
    outcome = np.select(
        [~sure, is_one & ~alarm, ~is_one & alarm, is_one], ["not known", "missed", "false alarm", "hit"], "normal"
    )
    flagged = pd.array(alarm, "boolean")
    flagged[~known] = pd.NA
    return flagged, pd.Series(outcome, dtype=object)


def worst_first(table: pd.DataFrame, limit: float) -> pd.DataFrame:
    """Order by how far a picture is on the wrong side of the threshold; those whose truth is not known come last."""
    score = table["score"].to_numpy(float)
    beyond = relative(score, limit) - 0.5 if limit > 0 else score - limit
    wrong = np.where(table["anomalous"].fillna(False).to_numpy(bool), -beyond, beyond)
    unknown = (table["outcome"] == "not known").to_numpy()
    return table.iloc[np.lexsort((-np.where(np.isnan(wrong), -np.inf, wrong), unknown))]


def _figures(table: pd.DataFrame) -> dict[str, Figure]:
    sample = pd.factorize(table.index)[0]
    outcome = table["outcome"].to_numpy()
    one_each = np.column_stack([outcome == name for name in OUTCOMES[:4]]).astype(float)
    counts = np.zeros((int(sample.max(initial=-1)) + 1, 4))
    np.add.at(counts, sample, one_each)  # missed, false alarms, hits, normal

    def share(part: list[int], whole: list[int]) -> Figure:
        return figure(counts, lambda sums: sums[..., part].sum(axis=-1) / sums[..., whole].sum(axis=-1))

    def balanced(sums: Floats) -> Floats:
        missed, alarms, hits, normal = np.moveaxis(sums, -1, 0)
        return np.asarray((hits / (hits + missed) + normal / (normal + alarms)) / 2)

    known = outcome != "not known"
    return {
        "false_alarm_rate": share([1], [1, 3]),
        "recall": share([2], [0, 2]),
        "balanced_accuracy": figure(counts, balanced),
        "precision": share([2], [1, 2]),
        "f1": share([2, 2], [0, 1, 2, 2]),
        "auroc": auroc_of(
            table["score"][known].to_numpy(float), table["anomalous"][known].to_numpy(float), sample[known]
        ),
    }


def _figures_of_cells(pictures: list[Picture], masks: Mapping[Any, Any]) -> dict[str, Figure]:
    codes = pd.factorize(np.array([picture.sample for picture in pictures], object))[0]
    missing = set(masks) - {picture.sample for picture in pictures}
    if missing:
        raise UsageError(
            f"There are masks of samples that are not among the results: {listing(sorted(missing, key=str))}."
        )
    scores, truth, sample, regions, of = [], [], [], [], []
    for picture, code in zip(pictures, codes, strict=True):
        given = masks.get(picture.sample)
        mask = None if given is None else picture.block.mask_to_input(given)
        known = cell_truth(picture, mask)
        if known is None or not picture.found.scores.size:
            continue
        scores.append(picture.found.scores)
        truth.append(known)
        sample.append(code)
        if mask is not None or not known.any():
            regions.append(_regions(picture, mask))
            of.append(code)
    found: dict[str, Figure] = {}
    if any(part.any() for part in truth):
        found["cell_auroc"] = auroc_of_samples(scores, truth, np.array(sample))
    if any(one.regions for one in regions):
        found["region_overlap"] = region_overlap_of_samples(regions, np.array(of))
    return found


def _regions(picture: Picture, mask: Any) -> Regions:
    return regions_of(picture.found, np.zeros(picture.found.shape) if mask is None else mask)


def cell_truth(picture: Picture, mask: Any = None) -> Floats | None:
    """Return how much of each cell is anomalous; None where that is not known."""
    shape = picture.found.shape
    if mask is not None:
        return mask_cells(mask, shape)
    boxes = pd.DataFrame(columns=PLACE, dtype=float)
    if picture.anomalous is pd.NA or picture.anomalous:
        with suppress(EdgekitError):  # they are in pixels of a picture of unknown size
            boxes = picture.block.truth_boxes()
    return cells_in_boxes(boxes, shape, picture.anomalous)


def cells_in_boxes(boxes: pd.DataFrame, shape: tuple[int, int], anomalous: Any) -> Floats | None:
    """Return how much of each cell is anomalous by what its picture should be; None where that is not known.

    Nothing of a normal picture is; of others, true boxes say it.
    """
    if anomalous is not pd.NA and not anomalous:
        return np.zeros(shape)
    found = covered(boxes, shape)
    return found if found.any() else None
