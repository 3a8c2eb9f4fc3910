"""The explorer of a whole set's features from Python: state, selection, what is refused, the static twin."""

from __future__ import annotations

import matplotlib.path
import numpy as np
import pandas as pd
import pytest

import edgekit as ek
from edgekit.explorers import FeaturesExplorer
from edgekit.projection import inside
from edgekit.results.features import Features


def made(count: int, labels=("a", "b"), **columns) -> Features:
    """Features of so many windows, drawn at random; 10 windows a sample."""
    generator = np.random.default_rng(3)
    place = np.arange(count)
    windows = pd.DataFrame(
        {
            "sample": place // 10 + 1,
            "window": place % 10,
            "start_ms": 500.0 * (place % 10),
            "end_ms": 500.0 * (place % 10) + 1000,
            "label": pd.Series(np.array(labels)[place % len(labels)], dtype="str"),
        }
    ).assign(**columns)
    values = pd.DataFrame(generator.normal(size=(count, 5)) @ generator.normal(size=(5, 5)), columns=list("vwxyz"))
    return Features(windows, values, category="training", dsp=2, total=count)


@pytest.fixture(scope="module")
def features(studio) -> Features:
    testing = studio.samples("testing").index
    return studio.set_features("testing").with_results(studio.classify(testing[::5]), "anomaly-gmm")


@pytest.fixture
def explorer(features) -> FeaturesExplorer:
    return ek.explore(features)


def test_it_opens_without_a_selection_and_coloured_by_label(explorer, features):
    assert isinstance(explorer, FeaturesExplorer)
    assert len(explorer.windows) == len(features)
    assert (explorer.by, explorer.view, explorer.lasso, explorer.label) == ("label", "principal components", [], "")
    assert explorer.selection.empty
    assert explorer._meta["by"] == ["label", "correct", "score"]


def test_a_lasso_selects_windows_with_the_ids_of_their_samples(explorer, features):
    points = features.points()
    x = points["x"].to_numpy(np.float32).astype(float)
    low, high = np.quantile(x, [0.2, 0.7]).tolist()
    explorer.lasso = [low, -99, high, -99, high, 99, low, 99]
    found = explorer.selection
    assert found.index.tolist() == np.flatnonzero((x > low) & (x < high)).tolist()
    assert list(found)[:5] == ["sample", "window", "start_ms", "end_ms", "label"]
    assert set(found["sample"]) <= set(points["sample"])
    explorer.label = "walking"
    assert explorer.selection.index.tolist() == [i for i in found.index if points["label"][i] == "walking"]
    explorer.lasso = []
    assert len(explorer.selection) == (points["label"] == "walking").sum()
    assert f"{len(explorer.selection)} of 850 windows selected" in explorer.text()


def test_another_view_begins_without_a_lasso(features, monkeypatch):
    there = features.windows.assign(x=np.arange(850.0), y=0.0)
    monkeypatch.setattr(Features, "studio_map", lambda self, block=None: there)
    explorer = ek.explore(features, lasso=[0, 0, 1, 0, 1, 1])
    explorer.view = "the Studio's map"
    assert explorer.lasso == []
    explorer.lasso = [9.5, -1, 20.5, -1, 20.5, 1, 9.5, 1]
    assert explorer.selection["x"].tolist() == list(range(10, 21))
    assert explorer.figure().axes[0].get_xlabel() == ""


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("window", 850, "windows 0 to 849"),
        ("lasso", [0, 1, 2, 3], "three corners"),
        ("lasso", [0, 1, 2, 3, 4], "three corners"),
        ("lasso", [0, 1, 2, 3, 4, float("nan")], "finite"),
        ("label", "swimming", "no label 'swimming'"),
        ("by", "colour", "by is one of label, correct, score"),
        ("view", "t-SNE", "view"),
    ],
)
def test_what_cannot_be_is_refused_and_the_state_stays(explorer, name, value, said):
    before = getattr(explorer, name)
    with pytest.raises(ek.UsageError, match=said):
        setattr(explorer, name, value)
    assert getattr(explorer, name) == before


def test_without_results_there_is_only_the_label_to_colour_by(studio):
    with pytest.raises(ek.UsageError, match="with_results"):
        ek.explore(studio.set_features("testing"), by="score")


def test_the_points_in_a_polygon_are_matplotlibs():
    generator = np.random.default_rng(8)
    polygon, points = generator.normal(size=(12, 2)), generator.normal(size=(3000, 2))
    found = inside(polygon, points[:, 0], points[:, 1])
    crossed = matplotlib.path.Path(polygon).contains_points(points)  # by the winding: it fills what is crossed twice
    assert not (found & ~crossed).any()
    corners = np.array([[0.0, 0.0], [2, 0], [2, 1], [0, 1]])
    np.testing.assert_array_equal(
        inside(corners, points[:, 0], points[:, 1]), matplotlib.path.Path(corners).contains_points(points)
    )
    assert not inside(polygon, np.array([np.nan]), np.array([0.0])).any()


def test_regressions_are_coloured_by_their_numbers_and_hostile_labels_stay_text(sandbox, tmp_path):
    meat = ek.connect(url=sandbox.url, api_key=sandbox.keys["meat"])
    explorer = ek.explore(meat.set_features("testing"))
    fat = pd.to_numeric(meat.samples("testing")["label"])
    assert explorer._meta["shades"]["label"] == [fat.min(), fat.max()]
    hostile = ek.explore(made(30, labels=("<b>$x_</b>", "b")))
    hostile.to_html(tmp_path / "page.html")
    assert "<b>$x_</b>" not in (tmp_path / "page.html").read_text("utf-8")
    assert hostile.figure()
    assert "image/png" in hostile._repr_mimebundle_()[0]


def test_windows_that_lack_a_feature_are_told_and_selected_by_label_alone():
    features = made(40)
    features.values.iloc[3, 0] = np.nan
    explorer = ek.explore(features, lasso=[-99, -99, 99, -99, 99, 99, -99, 99])
    assert explorer._meta["note"] == "1 window without all features lies nowhere"
    assert len(explorer.selection) == 39
