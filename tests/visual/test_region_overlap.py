"""Per-region overlap against a plain reading of MVTec AD's definition, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

import edgekit as ek
from edgekit.visual import region_overlap
from edgekit.visual.region_overlap import region_overlap_of_samples, regions_of

SIDE = 4  # pixels of a cell


def by_pixels(grids: list[np.ndarray], masks: list[np.ndarray], limit: float) -> float:
    """Bergmann et al.: threshold by threshold, region by region."""
    maps = [np.kron(grid, np.ones((SIDE, SIDE))) for grid in grids]
    labelled = [ndimage.label(mask, np.ones((3, 3))) for mask in masks]
    points = [(0.0, 0.0)]
    for threshold in np.unique(np.concatenate([m.ravel() for m in maps]))[::-1]:
        covered = [
            (found[label == region] >= threshold).mean()
            for found, (label, count) in zip(maps, labelled, strict=True)
            for region in range(1, count + 1)
        ]
        normal = np.concatenate(
            [found[label == 0] >= threshold for found, (label, _) in zip(maps, labelled, strict=True)]
        )
        points.append((normal.mean(), np.mean(covered)))
    rate, overlap = np.array(points).T
    inside = rate < limit
    rate_cut = np.append(rate[inside], limit)
    overlap_cut = np.append(overlap[inside], np.interp(limit, rate, overlap))
    return float(np.trapezoid(overlap_cut, rate_cut) / limit)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.05, 0.3, 1.0]))
def test_it_is_what_counting_pixels_gives(seed, limit) -> None:
    random = np.random.default_rng(seed)
    grids = [random.random((3, 4)).round(3) for _ in range(3)]
    masks = [random.random((3 * SIDE, 4 * SIDE)) < 0.1 for _ in range(3)]
    masks[0][:] = False
    masks[1][0, 0] = True
    assert region_overlap(grids, masks, limit=limit) == pytest.approx(by_pixels(grids, masks, limit), abs=1e-9)


def test_one_picture_needs_no_list() -> None:
    mask = np.zeros((8, 8))
    mask[4:, 4:] = 255
    assert region_overlap([[1.0, 1.0], [1.0, 6.0]], mask) == 1.0
    assert region_overlap(ek.visual.VisualAnomaly([[1.0, 1.0], [1.0, 6.0]]), mask) == 1.0
    assert region_overlap([[1.0, 1.0], [1.0, 0.5]], mask) == 0.0


def test_a_cell_without_a_score_is_never_found() -> None:
    mask = np.zeros((8, 8))
    mask[4:, 4:] = 1
    assert region_overlap([[1.0, 1.0], [1.0, np.nan]], mask) == 0.0


def test_without_a_region_or_without_anything_normal_there_is_no_figure() -> None:
    assert np.isnan(region_overlap([[1.0]], np.zeros((4, 4))))
    assert np.isnan(region_overlap([[1.0]], np.ones((4, 4))))
    assert np.isnan(region_overlap([], []))


def test_its_interval_is_over_samples() -> None:
    random = np.random.default_rng(3)
    masks = [random.random((16, 16)) < 0.05 for _ in range(30)]
    grids = [random.random((4, 4)) for _ in masks]
    found = region_overlap_of_samples([regions_of(g, m) for g, m in zip(grids, masks, strict=True)], np.arange(30))
    assert found.value == region_overlap(grids, masks)
    assert found.low < found.value < found.high


@pytest.mark.parametrize(
    ("grids", "masks", "said"),
    [
        ([np.ones((2, 2))], [np.ones((4, 4))] * 2, "1 grids and 2 masks"),
        ([np.ones((5, 5))], [np.ones((4, 4))], "too small for a grid of 5 rows"),
        ([np.ones((2, 2))], [np.ones((4, 4, 2))], "mask is an array"),
        ([np.ones((2, 2))], ["x"], "mask is an array"),
        (7, 7, "Expected a list of grids"),
    ],
)
def test_masks_that_do_not_fit_are_told(grids, masks, said) -> None:
    with pytest.raises(ek.UsageError, match=said):
        region_overlap(grids, masks)


def test_a_limit_is_above_0_and_up_to_1() -> None:
    with pytest.raises(ek.UsageError, match="limit"):
        region_overlap([[1.0]], [[0]], limit=0)
