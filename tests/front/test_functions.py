"""The front end's functions by themselves, each held against NumPy where it can be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from edgekit import anomaly, colours, display
from edgekit.results.windows import Cut

MODULES = (
    "anomaly/counts.js",
    "anomaly/coverage.js",
    "anomaly/stops.js",
    "shared/arrays.js",
    "shared/arrays_later.js",
    "shared/axis_legend.js",
    "shared/bins.js",
    "shared/envelope.js",
    "shared/laid_out.js",
    "shared/numbers.js",
    "shared/sample_band.js",
    "shared/sample_field.js",
    "shared/scales.js",
    "shared/signal_track.js",
    "shared/threshold.js",
    "shared/ticks.js",
    "shared/time_track.js",
    "signal/stretch.js",
)
RANDOM = np.random.default_rng(0)


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


def test_one_is_one_and_several_are_several_as_in_python(call):
    counts = [[0, "window"], [1, "window"], [2, "false alarm"], [1, "box", "boxes"], [3, "box", "boxes"]]
    found = call("x.map((count) => counted(...count))", counts)
    assert found == [display.counted(*count) for count in counts]
    assert found == ["0 windows", "1 window", "2 false alarms", "1 box", "3 boxes"]


def test_what_lies_above_a_threshold_is_strictly_above(call):
    scores = [*RANDOM.normal(size=50).round(1).tolist(), 2.0, 2.0]
    truth = [int(t) for t in RANDOM.integers(-1, 2, 52)]
    counts = call(
        "countsOf({score: Float64Array.from(x[0]), truth: Int8Array.from(x[1]), sample: x[0].map((_, i) => i % 2), "
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
    looks = call("Array.from({length: 18}, (_, i) => `${i % 6} ${dashPicture(dashOf(x, i))}`)", colours.as_data())
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


def test_events_are_those_of_python(call):
    starts, truth = np.arange(60) * 500.0, np.repeat([0, 1], 30)
    scores = RANDOM.random(60).round(2)
    windows = pd.DataFrame({"start_ms": starts, "end_ms": starts + 1000, "anomaly": scores})
    for threshold in (0.2, 0.7, 0.95, 1):
        found = call(
            "eventsAbove({score: x[0], start: x[1], sample: x[2], size: [1000, 1000]}, x[3])",
            [scores.tolist(), starts.tolist(), truth.tolist(), threshold],
        )
        assert found == sum(len(anomaly.segments(part, threshold)) for _, part in windows.groupby(truth))


def test_a_window_counts_in_every_pixel_column_that_it_covers(call):
    windows = {"score": [1, 5, 2], "start": [0, 200, 400], "size": [250], "sample": [0, 0, 0]}
    highest = call("[...coverage(x, 250, {low: 0, high: 1000}, 10)].map(String)", windows)
    assert highest == ["1", "1", "5", "5", "5", "2", "2", "-Infinity", "-Infinity", "-Infinity"]
    begun_before = call("[...coverage(x, 250, {low: 100, high: 200}, 1)].map(String)", windows)
    assert begun_before == ["1"]


def test_every_score_is_in_a_bin_those_beyond_the_axis_in_the_outermost(call):
    scores = [-9, *np.sort(RANDOM.uniform(0, 10, 200)).tolist(), 99]
    counts = call("[...binned(Float64Array.from(x), scoreAxis({lowest: 0, highest: 10}, false), 60)]", scores)
    inside, _ = np.histogram(scores[1:-1], 60, (0, 10.4))
    inside[[0, -1]] += 1
    assert counts == inside.tolist()


def test_the_nearest_value_is_found(call):
    times = np.sort(RANDOM.uniform(0, 100, 50))
    wanted = RANDOM.uniform(-5, 105, 40)
    found = call("x[1].map((ms) => nearest(x[0], ms))", [times.tolist(), wanted.tolist()])
    assert found == [int(np.abs(times - ms).argmin()) for ms in wanted]
    assert call("nearest([], 3)") == -1


def test_figures_of_a_stretch_pass_over_what_is_missing(call):
    values = RANDOM.normal(size=100)
    found = call("stretchFigures(Float64Array.from(x), 20, 70)", values.tolist())
    part = values[20:70]
    assert found == pytest.approx([part.min(), part.max(), np.sqrt((part**2).mean())])
    assert call("stretchFigures(Float64Array.of(NaN, 2, NaN), 0, 3)") == [2, 2, 2]
    assert call("stretchFigures(Float64Array.of(NaN), 0, 1).map(String)") == ["NaN"] * 3


def test_a_dragged_threshold_has_as_many_digits_as_a_pixel_is_worth(call):
    assert call("[100, 1, 0.001].map((high) => rounded(high / 3, {low: 0, high}))") == [33.3, 0.333, 0.000333]


def test_the_signal_has_a_range_whatever_is_on_show(call):
    ranges = "[[-1, 2], [null, null], [5, 5]]"
    shown = [[True, True, False], [False, True, False], [False, False, True]]
    assert call(f"x.map((on) => signalRange({ranges}, on))", shown) == [[-1, 2], [0, 1], [3.8, 6.2]]


def test_ranges_of_one_label_that_follow_each_other_are_one_and_of_two_that_overlap_the_first_holds(call):
    ranges = {
        "label_from": [0, 100, 200, 200, 400],
        "label_to": [100, 200, 400, 300, 500],
        "label_code": [0, 0, 1, 2, 0],
    }
    found = call("labelRuns(x, {low: 50, high: 450})", ranges)
    assert [(run["code"], run["from"], run["to"]) for run in found] == [(0, 50, 200), (1, 200, 400), (0, 400, 450)]


def test_a_name_stands_where_there_is_room_and_the_first_on_show_always_has_it(call):
    samples = [{"start": i * 100, "end": (i + 1) * 100, "name": f"sample {i}"} for i in range(50)]
    where = "namesAlong(x[0], x[1], timeScale(x[1], 54 + 1000 + 20), (name) => 6 * name.length)"
    crowded = call(where, [samples, {"low": 0, "high": 5000}])
    assert [name["name"] for name in crowded][:3] == ["sample 0", "sample 3", "sample 6"]
    ends = [name["x"] + name["room"] for name in crowded]
    assert all(name["x"] >= end - 0.5 for name, end in zip(crowded[1:], ends, strict=False))
    close = call(where, [samples, {"low": 150, "high": 450}])
    assert [name["name"] for name in close] == ["sample 1", "sample 2", "sample 3", "sample 4"]


def test_a_sample_is_found_by_its_name_or_by_the_part_that_only_it_has(call):
    samples = [{"name": name} for name in ("walk.1", "walk.11", "Run.2")]
    assert [call("sampleNamed(...x)", [samples, typed]) for typed in ("walk.1", "11", "run")] == [0, 1, 2]
    assert "2 samples" in call("sampleNamed(...x)", [samples, "walk"])
    assert "no samples" in call("sampleNamed(...x)", [samples, "swim"])


def test_the_label_and_the_sample_of_a_time_are_told(call):
    ranges = {"label_from": [0, 100], "label_to": [50, 200], "label_code": [1, 0]}
    labels = call("[20, 70, 100, 250].map((ms) => labelAt({label_names: ['a', 'b']}, x, ms))", ranges)
    assert labels == ["b", "", "a", ""]
    assert call("[0, 99, 100, 500].map((ms) => sampleAt([{end: 100}, {end: 200}], ms))") == [0, 0, 1, 1]


def test_n_and_p_stop_at_alarms_events_false_alarms_or_misses(call):
    windows = {
        "score": [9, 9, 1, 9, 1, 9, 9], "truth": [1, 0, 1, 0, 0, 1, 1], "sample": [0, 0, 0, 0, 0, 1, 1],
        "start": [0, 100, 200, 300, 400, 500, 600], "size": [100, 100],
    }  # fmt: skip
    there = (
        "((at) => { const all = []; while ((at = nextStop(x, 5, at, 1, KIND)) >= 0) all.push(at); return all; })(-1)"
    )
    found = {kind: call(there.replace("KIND", f"'{kind}'"), windows) for kind in ("alarms", "events", "false alarms")}
    assert found == {"alarms": [0, 1, 3, 5, 6], "events": [0, 3, 5], "false alarms": [1, 3]}
    assert call(there.replace("KIND", "'misses'"), windows) == [2]
    assert call("nextStop(x, 5, 3, -1, 'events')", windows) == 0
    assert call("nextStop(x, 5, 0, -1, 'alarms')", windows) == -1


def test_a_threshold_is_compared_with_the_one_that_was_kept_else_with_the_blocks_own(call):
    def names(compared, own):
        return [mark["name"] for mark in call("markedThresholds(...x)", [compared, own])]

    assert names(3, 2) == ["compared", "block's own"]
    assert names(None, 2) == names(2, 2) == ["block's own"]
    assert names(None, None) == []


def test_windows_are_laid_out_to_the_last_digit_as_in_python(call):
    cuts = {"count": [3, 0, 40], "size": [2000, 1000 / 3, 0.7], "increase": [100, 1000 / 3, 1000 / 119]}
    samples = [{"start": start} for start in (0.0, 2200.1, 2200.1 + 1000 / 7)]
    found = call("Object.values(laidOut(x[0], x[1])).map((values) => [...values])", [cuts, samples])
    times = [Cut(n, *of).times() for n, *of in zip(*cuts.values(), strict=True)]
    begin = np.repeat([sample["start"] for sample in samples], cuts["count"])
    start, stop = (np.concatenate(part) + begin for part in zip(*times, strict=True))
    assert found == [np.repeat(range(3), cuts["count"]).tolist(), start.tolist(), stop.tolist()]
    assert call("[...firstOf(Int32Array.from(x))]", cuts["count"]) == [0, 3, 3]


@pytest.mark.parametrize(
    ("steps", "waits", "asked"),
    [
        ("ask wait", [300], 1),
        ("ask ask wait", [300, 0], 1),
        ("ask stop wait", [300], 0),
        ("ask wait ask wait", [300], 1),
    ],
)
def test_the_rest_is_asked_for_once_after_the_first_picture_and_not_of_an_explorer_that_is_gone(
    call, steps, waits, asked
):
    found = call(
        """(() => {
          const timers = new Map(), waits = [], sent = [], { clearTimeout } = globalThis;
          globalThis.window = { setTimeout: (run, ms) => (timers.set(waits.push(ms), run), waits.length) };
          globalThis.clearTimeout = (timer) => timers.delete(timer);
          const model = { on() {}, off() {}, send: (message) => sent.push(message) };
          const wait = () => (timers.forEach((run) => run()), timers.clear());
          const does = { ...arraysLater(model, { meta: { later: true }, data: {} }, () => {}), wait };
          for (const step of x) does[step]();
          Object.assign(globalThis, { clearTimeout });
          return [waits, sent];
        })()""",
        steps.split(),
    )
    assert found == [waits, [{"later": True}] * asked]
