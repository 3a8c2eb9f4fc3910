"""A million readings as pixels: what the envelope of a long line shows, on a canvas of the browser's."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import BrowserContext

from edgekit.explorers import modules

DRAWN = """() => {
  MODULES
  const { LEFT, RIGHT, timeScale } = $shared_scales, { drawLine } = $shared_time_track;
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
}""".replace("MODULES", modules.joined(["shared/time_track.js"]))


@pytest.fixture(scope="module")
def long_line(context: BrowserContext) -> NDArray[np.uint8]:
    """A million readings on a canvas 1000 px wide, as opacity [row, column]: noise, a gap, narrow gaps, a peak."""
    page = context.new_page()
    drawn = page.evaluate(DRAWN)
    page.close()
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
