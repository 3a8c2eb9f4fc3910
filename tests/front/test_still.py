"""Scales and lines of still pictures stand where those of the browser do: the same functions in both languages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgekit.explorers.still import scales
from edgekit.explorers.still.tracks import envelope, label_runs

MODULES = ("shared/envelope.js", "shared/sample_band.js", "shared/scales.js", "shared/ticks.js")
ENDS = st.tuples(st.floats(-1e7, 1e7), st.floats(1e-3, 1e7))


@given(ENDS, st.integers(2, 9))
def test_ticks_and_their_texts(call, ends, count):
    low, high = ends[0], ends[0] + ends[1]
    places, texts = call("((p) => [p, tickTexts(p)])(ticks(...x))", [low, high, count])
    assert scales.ticks(low, high, count) == pytest.approx(places, rel=1e-12, abs=1e-12)
    assert scales.tick_texts(places) == texts


@given(ENDS)
def test_decades_and_their_texts(call, ends):
    low, high = ends[0], ends[0] + ends[1]
    places = call("decades(...x)", [low, high])
    assert scales.decades(low, high) == places
    assert [scales.decade_text(place) for place in places] == call("x.map(decadeText)", places)


@given(ENDS, st.booleans(), st.floats(-1e6, 1e6))
def test_scores_on_their_scale(call, ends, logarithmic, score):
    lowest, highest = ends[0], ends[0] + ends[1]
    low, high, share = call(
        "(({low, high, share}) => [low, high, share(x[2])])(scoreAxis({lowest: x[0], highest: x[1]}, x[3]))",
        [lowest, highest, score, logarithmic],
    )
    scale = scales.score_scale(lowest, highest, logarithmic=logarithmic)
    assert (scale.low, scale.high) == pytest.approx((low, high))
    assert float(scale.share(score)) == pytest.approx(share, abs=1e-9)


def test_a_line_of_many_values(call):
    random = np.random.default_rng(0)
    time, values = np.arange(5000.0), random.normal(size=5000)
    values[random.random(5000) < 0.1] = np.nan
    values[2000:2200] = np.nan
    breaks = np.array([0, 333, 4000])
    found = call(
        "(({smallest, largest, joined}) => [[...smallest], [...largest], [...joined]])"
        "(envelope(Float64Array.from(x[0]), Float64Array.from(x[1], (v) => v ?? NaN), 100, 4800, 300, "
        "Int32Array.from(x[2])))",
        [time.tolist(), [None if np.isnan(v) else v for v in values], breaks.tolist()],
    )
    column, smallest, largest, joined = envelope(time, values, (100, 4800), 300, breaks)
    assert column.tolist() == [i for i, value in enumerate(found[0]) if value is not None]
    assert smallest.tolist() == [found[0][i] for i in column]
    assert largest.tolist() == [found[1][i] for i in column]
    assert joined.tolist() == [bool(found[2][i]) for i in column]


def test_ranges_of_labels(call):
    labels = {
        "label_from": [0, 100, 200, 250, 400],
        "label_to": [100, 200, 300, 350, 500],
        "label_code": [0, 0, 1, 0, 1],
    }
    for low, high in ((0, 500), (120, 260), (320, 420)):
        found = call("labelRuns(x[0], {low: x[1], high: x[2]})", [labels, low, high])
        runs = label_runs({name: np.array(values) for name, values in labels.items()}, (low, high))
        assert runs == [(run["code"], run["from"], run["to"]) for run in found]
