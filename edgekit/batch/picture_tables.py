"""The tables behind the summaries of pictures: what a summary needs of each, worked out while a part is made."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from edgekit.errors import EdgekitError
from edgekit.results.block_windows import BlockWindows
from edgekit.visual.summary import Picture, cell_truth, pictures_of


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
                    [(grid >= limit).sum() for grid, limit in zip(scores, limits, strict=True)], np.int64
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
