"""The cells of many pictures in one table, whatever the sizes of their grids."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import edgekit as ek
from tests.visual.surfaces import surface

GRIDS = {1: [[1.0, 2.0, 9.0]], 2: [[5.0, np.nan], [3.0, 4.5]], 3: [[7.0]]}
RESULTS = [surface(grid, sample=i) for i, grid in GRIDS.items()]


def test_each_cell_stands_as_in_the_table_of_its_picture() -> None:
    found = ek.visual.cells_of(RESULTS)
    for sample, grid in GRIDS.items():
        own = found[found["sample"] == sample].drop(columns=["sample", "window"]).reset_index(drop=True)
        pd.testing.assert_frame_equal(own, ek.visual.cells(grid))
    assert found["window"].eq(0).all()


def test_a_threshold_leaves_the_cells_at_or_above_it() -> None:
    found = ek.visual.cells_of(iter(RESULTS), threshold=4.5)
    assert found[["sample", "score"]].to_numpy().tolist() == [[1, 9], [2, 5], [2, 4.5], [3, 7]]


def test_pictures_without_cells_leave_an_empty_table() -> None:
    found = ek.visual.cells_of(surface([[1.0]], anomalyResult=None, result=[{"anomaly": 1.0}]))
    assert len(found) == 0
    assert list(found) == ["sample", "window", "row", "column", "score", "x", "y", "width", "height"]


def test_no_results_and_no_such_block_are_told() -> None:
    with pytest.raises(ek.UsageError, match="no results"):
        ek.visual.cells_of([])
    with pytest.raises(ek.UsageError, match="No block answers"):
        ek.visual.cells_of(RESULTS, block=99)


def test_what_is_done_to_the_table_stays_in_that_table() -> None:
    before = ek.visual.cells_of(RESULTS)
    table = ek.visual.cells_of(RESULTS)
    for name in table:
        table.loc[:, name] = 7
    pd.testing.assert_frame_equal(ek.visual.cells_of(RESULTS), before)
