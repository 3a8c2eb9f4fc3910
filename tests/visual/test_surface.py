"""The sandbox's pictures of gravel, from the call to the figures."""

from __future__ import annotations

import numpy as np
import pytest

import edgekit as ek

GMM, PATCHES = 4, 5


@pytest.fixture(scope="module")
def studio():
    return ek.connect(sandbox="surface")


def test_the_grid_is_recomputed_from_the_published_mixture_and_each_cell_explained(studio):
    block = studio.classify(102).block(GMM)
    found, table = block.visual_anomaly(), block.explain()
    assert found.scores.shape == (9, 9)
    np.testing.assert_allclose(table["recomputed"].to_numpy().reshape(9, 9), found.scores, rtol=1e-9)
    np.testing.assert_array_equal(table["score"].to_numpy().reshape(9, 9), found.scores)
    assert table["row"].iloc[-1] == table["column"].iloc[-1] == 8
    assert list(table)[:7] == ["row", "column", "score", "recomputed", "signed_score", "component", "distance"]
    assert list(table)[7:9] == ["brightness", "contrast"]
    np.testing.assert_allclose(table.iloc[:, 7:].sum(axis=1), table["distance"], rtol=1e-9)


def test_a_block_whose_mixture_is_not_published_says_so(studio):
    with pytest.raises(ek.UsageError, match="publishes no Gaussian mixture of block 5"):
        studio.classify(102).block(PATCHES).explain()


def test_model_testing_goes_into_a_summary(studio):
    summary = ek.visual.summary(studio.test(), GMM)
    assert set(summary.per_sample.index) == set(studio.samples("testing").index)
    assert summary.per_sample["anomalous"].notna().all()
    assert 0.8 < summary.figures.loc["auroc", "value"] < 1
    assert 0.7 < summary.figures.loc["cell_auroc", "value"] < 1


def test_pictures_are_drawn_as_the_model_saw_them(studio):
    ax = studio.classify(102).block(PATCHES).plot()
    assert len(ax.images) == 2
    assert "no picture" not in ax.get_xlabel()
