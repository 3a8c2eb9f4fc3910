"""The tables behind the summaries of pictures: what a summary needs of each, worked out while a part is made."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from edgekit import detection
from edgekit.detection.counted import names_of
from edgekit.detection.summary import count, limits_of
from edgekit.errors import EdgekitError
from edgekit.results.block_windows import BlockWindows
from edgekit.threshold_rules import is_flagged
from edgekit.visual.summary import Picture, cell_truth, pictures_of


def of_detection(block: BlockWindows) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield what is counted of a block that detects objects; see `edgekit.detection.store_summary`.

    Nothing where the pictures cannot be counted together: the summary reads the results one by one, and says why.
    """
    pictures: list[detection.Picture] = []
    samples: list[int] = []
    try:
        for result in block.results:
            own = result.block(block.block).pictures()
            pictures += own
            samples += [result.sample.id] * len(own)
        if not pictures:
            return
        counted, names = count(pictures), names_of(pictures)
        limit, _ = limits_of(pictures)
    except EdgekitError:
        return
    labels = counted.classes.index
    numbered = all(isinstance(label, int | np.integer) for label in labels)
    if not numbered and not all(isinstance(label, str) for label in labels):
        return
    boxes = [isinstance(one.matched, detection.BoxMatch) for one in pictures]
    own_ = [isinstance(one.matched, detection.DebugInfo) and one.matched.without_debug_info for one in pictures]
    named = [None if name == sample else str(name) for name, sample in zip(counted.images.index, samples, strict=True)]
    yield (
        "pictures",
        counted.images.reset_index(drop=True).assign(
            sample=samples, name=pd.Series(named, dtype=object), boxes=boxes, own=own_, numbered=numbered, limit=limit
        ),
    )
    called = pd.Series([names.get(label) for label in labels], dtype=object)
    yield "classes", counted.classes.reset_index().assign(label=list(map(str, labels)), named=called)
    matrix = counted.confusion.rename_axis(index="truth", columns="prediction")
    cells = matrix.melt(ignore_index=False, value_name="count").reset_index()
    yield "confusions", cells.astype({"truth": str, "prediction": str})
    yield "objects", counted.objects.assign(label=counted.objects["label"].map(str), partner=_floats(counted.objects))


def _floats(objects: pd.DataFrame) -> pd.Series[float]:
    return objects["partner"].astype("Float64").astype(float)


def of_visual(block: BlockWindows) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the tables of a visual-anomaly block: a row a picture, a row a cell; see `edgekit.visual.store_summary`."""
    found: list[Picture] = []
    for i, result in enumerate(block.results):
        try:
            found += pictures_of([result.block(block.block)])
        except EdgekitError as problem:
            block.problem(i, problem)
    scores = [one.found.scores for one in found]
    sizes = np.array([grid.size for grid in scores], np.int64)
    truths = [cell_truth(one) for one in found]
    limits = [np.nan if (limit := one.found.threshold) is None else limit for one in found]
    samples = np.array([one.sample for one in found], np.int64)
    yield (
        "pictures",
        pd.DataFrame(
            {
                "sample": samples,
                "window": np.array([one.window for one in found], np.int64),
                "expected": pd.Series([one.expected for one in found], dtype=object),
                "anomalous": pd.array([one.anomalous for one in found], "boolean"),
                "score": np.array([one.found.score for one in found], float),
                "largest": np.array([one.found.max for one in found], float),
                "mean": np.array([one.found.mean for one in found], float),
                "cells": np.array(
                    [is_flagged(grid, limit).sum() for grid, limit in zip(scores, limits, strict=True)], np.int64
                ),
                "size": sizes,
                "partly": np.array([truth is not None and truth.any() for truth in truths], bool),
            }
        ),
    )
    known = zip(scores, truths, strict=True)
    shares = [np.full(grid.size, np.nan) if truth is None else truth.ravel() for grid, truth in known]
    yield (
        "cell_scores",
        pd.DataFrame(
            {
                "sample": np.repeat(samples, sizes),
                "score": np.concatenate([np.empty(0), *(grid.ravel() for grid in scores)]),
                "truth": np.concatenate([np.empty(0), *shares]),
            }
        ),
    )
