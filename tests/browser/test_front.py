"""The front end's functions by themselves, each held against NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import BrowserContext

from edgekit.explorers.base import front

SOURCE = front("shared.js", "tracks.js", "scores.js")
RANDOM = np.random.default_rng(0)


@pytest.fixture(scope="module")
def call(context: BrowserContext) -> Iterator[Callable[..., Any]]:
    """Evaluate an expression over the front end's functions, with `x` as its argument."""
    page = context.new_page()
    yield lambda expression, x=None: page.evaluate(f"x => {{ {SOURCE}\nreturn {expression}; }}", x)
    page.close()


def test_the_envelope_loses_no_peak_at_100_000_values(call):
    values = RANDOM.normal(size=100_000)
    values[[7, 50_000, 99_999]] = [40, -40, 30]
    found = call(
        "(({smallest, largest}) => [[...smallest], [...largest]])"
        "(envelope(Float64Array.from(x, (_, i) => i), Float64Array.from(x), 0, x.length, 700))",
        values.tolist(),
    )
    column = np.minimum(np.arange(100_000) * (700 / 100_000), 699).astype(int)
    starts = np.searchsorted(column, np.arange(700))
    assert found[0] == np.minimum.reduceat(values, starts).tolist()
    assert found[1] == np.maximum.reduceat(values, starts).tolist()


def test_the_envelope_passes_over_what_is_missing(call):
    found = call("[...envelope(Float64Array.of(0, 1, 2), Float64Array.of(NaN, 5, NaN), 0, 3, 3).largest].map(String)")
    assert found == ["NaN", "5", "NaN"]


@pytest.fixture(scope="module")
def long_line(call) -> NDArray[np.uint8]:
    """A million readings on a canvas 1000 px wide, as opacity [row, column]: noise, a gap, narrow gaps, a peak."""
    drawn = call("""(() => {
      const values = new Float32Array(1_000_000), times = Float64Array.from(values, (_, i) => i);
      values.forEach((_, i) => (values[i] = Math.sin(i)));
      values.fill(NaN, 400_000, 600_000);
      for (let i = 0; i < 200_000; i += 3) values[i] = NaN;
      values[800_500] = 5;
      values.fill(NaN, 900_000, 902_000);
      values[901_500] = 0;
      const canvas = new OffscreenCanvas(LEFT + 1000 + RIGHT, 120), context = canvas.getContext("2d");
      const view = { low: 0, high: 1_000_000 }, scale = timeScale(view, canvas.width);
      drawLine(context, times, values, Int32Array.of(0), view, scale, (value) => 100 - 10 * value);
      return [...context.getImageData(LEFT, 0, 1000, 120).data.filter((_, i) => i % 4 === 3)];
    })()""")
    return np.array(drawn, np.uint8).reshape(120, 1000)


def test_a_gap_among_a_million_readings_stays_a_gap(long_line):
    drawn = long_line.max(axis=0) > 0
    assert not drawn[401:599].any()
    assert drawn[:400].all()
    assert drawn[600:900].all()
    assert drawn[903:].all()


def test_gaps_narrower_than_a_pixel_hide_no_reading_and_the_peak_is_there(long_line):
    rows = [np.flatnonzero(column) for column in (long_line[:, 100], long_line[:, 700], long_line[:, 800])]
    assert [rows[0].min(), rows[0].max()] == pytest.approx([rows[1].min(), rows[1].max()], abs=1)
    assert rows[2].min() <= 50 < rows[1].min()


def test_a_reading_alone_between_gaps_is_a_dot_among_a_million_too(long_line):
    dot = np.flatnonzero(long_line[:, 901])
    assert 1 <= len(dot) <= 3
    assert not long_line[:, 900].any()


def test_the_line_goes_on_only_where_nothing_is_missing_and_no_sample_begins(call):
    found = call(
        "(({joined, largest}) => [[...joined], [...largest].map(String)])(envelope(Float64Array.from(x, (_, i) => i), "
        "Float64Array.from(x, (value) => value ?? NaN), 0, x.length, x.length / 2, Int32Array.of(0, 8)))",
        [1, 2, 3, None, None, 6, 7, 8, 9, 10, None, 12, None, None, 13, 14],
    )
    assert found[0] == [0, 1, 0, 1, 0, 0, 0, 0]
    assert found[1] == ["2", "3", "6", "8", "10", "12", "NaN", "14"]


def test_where_no_reading_is_missing_the_line_goes_on_however_far_apart_they_are(call):
    times = [0, 1, 2, 3, 4, 5, 90, 91]
    found = call("[...envelope(Float64Array.from(x), Float64Array.from(x), 0, 100, 20).joined]", times)
    assert [column for column, is_joined in enumerate(found) if is_joined] == [1, 18]


def test_what_lies_above_a_threshold_is_strictly_above(call):
    scores = [*RANDOM.normal(size=50).round(1).tolist(), 2.0, 2.0]
    truth = [int(t) for t in RANDOM.integers(-1, 2, 52)]
    counts = call(
        "tally({score: Float64Array.from(x[0]), truth: Int8Array.from(x[1]), sample: x[0].map((_, i) => i % 2), "
        "increase: [500, 250]}).at(2)",
        [scores, truth],
    )
    score, known = np.array(scores), np.array(truth)
    assert counts["tp"] == ((score > 2) & (known == 1)).sum()
    assert counts["tn"] == ((score <= 2) & (known == 0)).sum()
    assert counts["above"] == (score > 2).sum()
    hours = np.where(np.arange(52) % 2, 250, 500)[known == 0].sum() / 3_600_000
    np.testing.assert_allclose(counts["perHour"], ((score > 2) & (known == 0)).sum() / hours)


@pytest.mark.parametrize("logarithmic", [False, True])
def test_the_score_axis_goes_there_and_back(call, logarithmic):
    where = f"scoreAxis({{lowest: -2, highest: 50}}, {str(logarithmic).lower()})"
    there = call(f"x.map((value) => {where}.at({where}.share(value)))", [-1.5, 0, 0.5, 3, 49])
    np.testing.assert_allclose(there, [-1.5, 0, 0.5, 3, 49], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("low", "high", "count"), [(0, 1, 4), (-3, 50, 4), (0, 0, 3), (0, 1e-9, 5), (1e9, 2e9, 5)])
def test_ticks_are_few_and_round(call, low, high, count):
    places = call("ticks(...x)", [low, high, count])
    assert 1 <= len(places) <= count + 2
    assert all(low <= place <= high * (1 + 1e-9) for place in places)
    assert len(set(call("tickTexts(x)", places))) == len(places)


def test_bytes_become_arrays_again(call):
    assert call("[...unpack({a: {type: 'f4', offset: 1, length: 2}}, new DataView(Uint8Array.from(x).buffer)).a]", [
        0, *np.array([1.5, -2], "<f4").tobytes(),
    ]) == [1.5, -2]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"), [(None, "\u2013"), (-0.5, "\u22120.500"), (1234.5, "1235"), (1e9, "1.0e+9"), (0, "0.000")]
)
def test_figures_are_short(call, value, text):
    assert call("figure(x)", value) == text


def test_the_lowest_score_is_not_cut_off(call):
    shares = call("x.map((lowest) => scoreAxis({lowest, highest: 5}, false).share(lowest))", [-3, -0.42, 0, 2])
    assert all(share > 0.03 for share in shares[:2])
    assert shares[2] == 0


@pytest.mark.parametrize("high", [2, 50, 4e4, 1e7, 1e12, 1e150])
def test_ticks_of_the_logarithmic_scale_do_not_crowd(call, high):
    texts = call(f"(axis => axis.texts(axis.places(4)))(scoreAxis({{lowest: 0, highest: {high}}}, true))")
    assert 2 <= len(texts) <= 10
    assert len(set(texts)) == len(texts)
    assert max(map(len, texts)) <= 6


def test_scores_below_0_have_ticks_on_the_logarithmic_scale(call):
    places = call("scoreAxis({lowest: -20, highest: 5}, true).places(4)")
    assert places == [-10, -3, -1, 0, 1, 3]


def test_no_two_of_many_axes_look_alike(call):
    looks = call("Array.from({length: 18}, (_, i) => `${i % 6} ${dashPicture(dashOf(i))}`)")
    assert len(set(looks)) == 18
    assert looks[0] == "0 currentcolor"
    assert looks[1] == "1 repeating-linear-gradient(90deg, currentcolor 0px 6px, transparent 6px 9px)"


def test_a_reading_alone_is_drawn_as_a_dot(call):
    drawn = call(
        "(at => (drawLine({beginPath() {}, stroke() {}, moveTo: (x, y) => at.push([x, y]), lineTo: (x, y) => "
        "at.push([x, y])}, Float64Array.of(0, 1, 2), Float32Array.of(NaN, 5, NaN), Int32Array.of(0), "
        "{low: 0, high: 2}, timeScale({low: 0, high: 2}, 274), (value) => value), at))([])"
    )
    assert drawn == [[153.25, 5], [154.75, 5]]
