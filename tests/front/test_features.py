"""The front end's lasso and colours, held against Python's."""

from __future__ import annotations

import numpy as np

from edgekit.projection import inside

MODULES = ("features/lasso.js", "features/state.js", "features/drawing.js")
RANDOM = np.random.default_rng(2)


def test_a_lasso_holds_the_points_that_pythons_holds(call):
    polygon = RANDOM.normal(size=(40, 2))  # it crosses itself
    points = RANDOM.normal(size=(4000, 2)).astype(np.float32).astype(float)
    points[:3] = polygon[:3]
    points[3] = np.nan
    x, y = ([None if np.isnan(value) else value for value in column] for column in points.T)
    found = call(
        "[...insideOf(x.polygon, Float64Array.from(x.x, (v) => v ?? NaN), Float64Array.from(x.y, (v) => v ?? NaN))]",
        {"polygon": polygon.ravel().tolist(), "x": x, "y": y},
    )
    assert np.array(found, bool).tolist() == inside(polygon, *points.T).tolist()
    assert 200 < sum(found) < 3800


def test_an_ellipse_reaches_as_far_as_its_share_of_the_view(call):
    corners = np.reshape(call("ellipse(3, 4, {width: 100, height: 10}, 0.1)", {}), (-1, 2))
    assert np.ptp(corners, axis=0).round(9).tolist() == [20, 2]
    np.testing.assert_allclose(corners.mean(axis=0), [3, 4])


def test_a_path_keeps_corners_that_are_some_pixels_apart(call):
    assert call("extended(extended(extended([], 0, 0), 2, 2), 4, 0)", {}) == [0, 0, 4, 0]


def test_places_go_to_pixels_and_back(call):
    scale = "placeScale({across: {low: -2, high: 6}, up: {low: 0, high: 1}}, 640, 400)"
    assert call(f"((s) => [s.atX(s.x(1.5)), s.atY(s.y(0.25))])({scale})", {}) == [1.5, 0.25]
    assert call("[roomy(Float32Array.of(1, NaN, 3)), roomy(Float32Array.of(NaN))]", {}) == [
        {"low": 0.92, "high": 3.08},
        {"low": -0.04, "high": 1.04},
    ]
