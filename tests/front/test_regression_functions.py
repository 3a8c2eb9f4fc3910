"""The front end's functions of the regression explorer, held against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

MODULES = (
    "regression/drawing.js",
    "regression/panels.js",
    "regression/scatter.js",
    "regression/state.js",
    "shared/arrays.js",
    "shared/points.js",
)
RANDOM = np.random.default_rng(0)
POINTS = "{x: Float32Array.from(x.x), y: Float32Array.from(x.y)}"


@pytest.mark.parametrize("threshold", [0, 0.5, 1.25, 9])
def test_as_many_windows_are_within_as_python_counts(call, threshold):
    expected, predicted = RANDOM.integers(0, 40, 500) / 4, RANDOM.integers(0, 40, 500) / 4
    error = np.abs(predicted - expected)
    given = {"expected": expected, "predicted": predicted, "worst": np.argsort(-error, kind="stable")}
    found = call(
        f"(({{size, order}}) => [upperBound(size, {threshold}), [...order]])(byError({{expected: x.expected, "
        "predicted: x.predicted, worst: Int32Array.from(x.worst)}))",
        {name: values.tolist() for name, values in given.items()},
    )
    assert found[0] == (error <= threshold).sum()
    assert found[1] == given["worst"][::-1].tolist()


def test_the_point_under_the_hand_is_the_nearest_within_reach(call):
    points = {"x": [10, 20, 30], "y": [10, 20, 30]}
    assert call(f"pointAt({POINTS}, 22, 21)", points) == 1
    assert call(f"pointAt({POINTS}, 90, 90)", points) == -1
    assert call(f"pointAt({POINTS}, 40, 30)", points) == 2


def test_of_many_points_the_last_one_in_a_pixel_is_on_top_and_none_lies_outside(call):
    found = call(
        f"(({{at, point}}) => [[...at], [...point]])(coveredPixels({POINTS}, {{wide: 6, high: 4, ratio: 1, size: 2}}))",
        {"x": [1, -3, 2], "y": [1, 99, 1]},
    )
    assert found[1] == sorted(found[1], reverse=True)
    pixels = np.full(24, -1)
    pixels[found[0]] = found[1]
    assert pixels.reshape(4, 6).tolist() == [
        [0, 2, 2, -1, -1, -1],
        [0, 2, 2, -1, -1, -1],
        [-1, -1, -1, -1, -1, -1],
        [-1, -1, -1, -1, -1, -1],
    ]


def test_a_colour_becomes_a_pixel_with_red_in_the_lowest_byte(call):
    assert call("pixelOf('#0072B2')") == 0xFFB27200


@pytest.mark.parametrize("errors", ["true", "false"])
def test_a_panels_heights_are_read_back_as_they_were_placed(call, errors):
    scale = f"panelScale({{lowest: 2, highest: 50, widest: 6}}, 400, 240, {errors})"
    for value in (-5, 0, 4.5):
        assert call(f"((s) => s.value(s.y({value})))({scale})") == pytest.approx(value)
    low, high = call(f"((s) => [s.x(s.low), s.x(s.high)])({scale})")
    assert (low, high) == (54, 380)


def test_numbers_that_are_all_alike_have_a_scale_too(call):
    found = call("((s) => [s.x(17), s.y(17)])(panelScale({lowest: 17, highest: 17, widest: 1}, 400, 240, false))")
    assert found == pytest.approx([54 + 326 / 2, 4 + (220 - 6) / 2], abs=1)


@pytest.mark.parametrize(
    ("sample", "expected"), [(0, [[0, 1], [5, 6, 15, 16]]), (1, [[2, 3, 4], [7, 8, 9, 17, 18, 19]])]
)
def test_the_readings_of_one_sample_are_its_own_on_every_axis(call, sample, expected):
    found = call(
        f"(({{time, signal}}) => [[...time], [...signal]])(readingsOf({{time: Float64Array.of(0, 1, 2, 3, 4), "
        f"signal: Float32Array.of(5, 6, 7, 8, 9, 15, 16, 17, 18, 19), breaks: Int32Array.of(0, 2)}}, {sample}))"
    )
    assert found == expected


def test_a_sample_without_readings_has_none(call):
    found = call(
        "readingsOf({time: new Float64Array(), signal: new Float32Array(), breaks: Int32Array.of(0)}, 0).signal.length"
    )
    assert found == 0
