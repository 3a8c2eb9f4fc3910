"""Explorers from Python: state, selection, counts, the static twin, the page, threads."""

from __future__ import annotations

import base64
import threading

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import edgekit as ek
from edgekit.explorers import AnomalyExplorer, SignalExplorer
from edgekit.explorers.base import pack
from edgekit.explorers.timeline import COLUMNS, thinned
from edgekit.wire.schema import StructuredLabel
from tests.conftest import SEED
from tests.scores import scored_result


@pytest.fixture(scope="module")
def results(studio) -> list[ek.ClassifyResult]:
    testing = studio.samples("testing")
    return studio.classify(testing.groupby("label", sort=False).head(1).index)


@pytest.fixture
def explorer(results) -> AnomalyExplorer:
    return ek.explore(results)


def test_it_starts_with_the_blocks_threshold_at_the_first_window(results, explorer):
    assert explorer.threshold == results[0].block("anomaly-gmm").threshold
    assert (explorer.window, explorer.span) == (0, [])
    assert explorer.axes == list(results[0].sample.signal())


def test_its_windows_are_those_of_the_blocks_with_what_is_known_beside_them(results, explorer):
    first = results[0].block("anomaly-gmm")
    mine = explorer.windows[explorer.windows["sample"] == results[0].sample.id].reset_index(drop=True)
    for name, column in first.windows().reset_index(drop=True).items():
        pd.testing.assert_series_equal(mine[name], column)
    assert mine["anomalous"].tolist() == first.anomalous().tolist()
    np.testing.assert_allclose(mine["signed_score"].abs(), mine["anomaly"], atol=1e-6)


def test_the_selection_follows_the_threshold(explorer):
    explorer.threshold = 5
    assert explorer.selection.equals(explorer.windows[explorer.windows["anomaly"] > 5])
    explorer.threshold = None
    assert len(explorer.selection) == 0
    assert explorer.counts["events"] == 0


def test_counts_and_events_are_those_of_the_rooms_below(results, explorer):
    explorer.threshold = 2.5
    events = [ek.anomaly.segments(result.block("anomaly-gmm").windows(), 2.5) for result in results]
    assert explorer.counts["events"] == sum(map(len, events))
    assert explorer.counts["tp"] == (explorer.windows["anomalous"] & (explorer.windows["anomaly"] > 2.5)).sum()
    assert explorer.segments()["peak"].tolist() == pd.concat(events)["peak"].tolist()


def test_samples_are_laid_end_to_end_and_never_merge_into_one_event(studio):
    badminton = studio.samples("testing", labels="badminton").index[:2]
    explorer = ek.explore(studio.classify(badminton), threshold=0)
    assert explorer.counts["events"] == 2
    assert explorer.segments()["start_ms"].tolist() == [0, 10_000]


@pytest.mark.parametrize(
    ("trait", "value", "said"),
    [
        ("window", -1, "windows 0 to"),
        ("window", 10**6, "windows 0 to"),
        ("threshold", float("nan"), "finite"),
        ("span", [5, 1], r"\[start, end\]"),
        ("span", [0, 1, 2], r"\[start, end\]"),
        ("axes", ["nope"], "There is no axis 'nope'"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(explorer, trait, value, said):
    before = getattr(explorer, trait)
    with pytest.raises(ek.UsageError, match=said):
        setattr(explorer, trait, value)
    assert getattr(explorer, trait) == before


@pytest.mark.parametrize("three", [3, np.int64(3), np.float32(3)])
def test_numbers_of_every_kind_are_taken(explorer, three):
    explorer.threshold, explorer.window, explorer.span = three, np.int64(3), list(np.array([0, 1000]))
    assert (explorer.threshold, explorer.window, explorer.span) == (3.0, 3, [0.0, 1000.0])
    assert [type(value) for value in (explorer.threshold, *explorer.span)] == [float] * 3


@pytest.mark.parametrize(("trait", "value"), [("threshold", "3"), ("span", ["a", "b"]), ("threshold", True)])
def test_what_is_no_number_is_refused(explorer, trait, value):
    with pytest.raises(ek.UsageError, match="takes numbers"):
        setattr(explorer, trait, value)


def test_state_can_be_given_and_unknown_state_is_refused(results):
    assert ek.explore(results[0], threshold=3, window=4).window == 4
    with pytest.raises(ek.UsageError, match="no 'treshold'"):
        ek.explore(results[0], treshold=3)


def test_thresholds_are_compared_a_column_each(results, explorer):
    own = explorer.threshold
    assert list(explorer.comparison) == ["threshold"]
    explorer.threshold, explorer.compared = 4, 6
    both = explorer.comparison
    assert list(both) == ["threshold", "compared", "block's own"]
    pd.testing.assert_series_equal(both["threshold"], explorer.counts, check_names=False)
    explorer.threshold = own
    pd.testing.assert_series_equal(both["block's own"], explorer.counts, check_names=False)
    assert f"compared with 6: {both.loc['above', 'compared']:.0f} windows above" in explorer.text()
    with pytest.raises(ek.UsageError, match="finite"):
        explorer.compared = np.inf
    with pytest.raises(ek.UsageError, match="one of alarms, events"):
        explorer.stops = "windows"


def test_a_picture_and_a_stable_text_stand_beside_the_widget(explorer):
    data, _ = explorer._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == repr(explorer) == explorer.text()
    assert "threshold 2.52: " in data["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_figure_shows_what_the_explorer_shows(explorer):
    explorer.threshold, explorer.window, explorer.axes, explorer.span = 4, 7, ["accX", "gyrX"], [1000, 9000]
    figure = explorer.figure()
    signal, scores = figure.axes[:2]
    assert [text.get_text() for text in signal.get_legend().get_texts()] == ["accX", "gyrX"]
    assert signal.get_xlim() == scores.get_xlim() == (1, 9)
    assert any("threshold 4" in text.get_text() for text in scores.get_legend().get_texts())


def test_the_figure_of_many_samples_says_whose_time_it_is_and_hides_no_line_behind_markers(studio):
    explorer = ek.explore(studio.classify(studio.samples("testing").index[:30]))
    _, scores, _, band = explorer.figure().axes[:4]
    said = {text.get_text().strip() for text in band.texts}
    first = explorer._timeline.samples[0]
    assert {first.filename, first.label} <= said
    line = scores.lines[0]
    assert line.get_marker() == "None"
    assert np.isnan(line.get_ydata()).sum() == 29  # between samples the line ends


def test_the_highest_score_is_not_cut_off_on_a_logarithmic_scale(explorer):
    explorer.log_scale = True
    low, high = explorer.figure().axes[1].get_ylim()
    assert high > 1.1 * explorer.windows["anomaly"].max()
    assert low > -0.5


def test_a_long_signal_is_drawn_thinned_and_whole_where_one_looks_closer():
    explorer = ek.explore(scored_result(2_000))
    assert [len(line.get_xdata()) for line in explorer.figure().axes[0].lines] == [2 * COLUMNS + 2] * 3
    explorer.span = [0, 10_000]
    assert [len(line.get_xdata()) for line in explorer.figure().axes[0].lines] == [10_095] * 3


@given(st.integers(0, 500), st.integers(1, 40), st.integers(0, 2**32))
def test_thinned_a_signal_keeps_the_peaks_of_every_axis_in_every_stretch(readings, columns, seed):
    random = np.random.default_rng(seed)
    time = np.cumsum(random.choice([0.5, 1, 40], readings))
    values = np.where(random.random((readings, 2)) < 0.1, np.nan, random.normal(size=(readings, 2)))
    signal = pd.DataFrame(values, pd.Index(time, name="time_ms"), ["x", "y"])
    found = thinned(signal, columns)
    if readings <= 4 * columns:
        assert found is signal
        return
    assert len(found) <= 2 * (columns + 1)
    assert found.index.is_monotonic_increasing
    assert found.index.name == "time_ms"
    starts = found.index[::2].to_numpy()
    assert (np.diff(starts) > 0).all()
    assert starts[0] == time[0]
    stretch = np.searchsorted(starts, time, "right")
    for name in signal:
        parts = signal[name].groupby(stretch)
        np.testing.assert_array_equal(found[name].to_numpy(), np.column_stack([parts.min(), parts.max()]).ravel())
    assert (signal.index.to_series().groupby(stretch).agg(np.ptp) <= (time[-1] - time[0]) / columns + 1e-9).all()


def test_a_gap_in_a_thinned_signal_stays_a_gap():
    values = np.sin(np.arange(1_000_000.0))
    values[400_000:600_000] = np.nan
    values[[100_000, 200_000]] = np.nan, 7  # one reading is missing: too narrow to be seen; and one is a peak
    found = thinned(pd.DataFrame({"x": values}, pd.Index(np.arange(1e6), name="time_ms")))["x"]
    gap = found.index[found.isna()]
    assert 400_000 <= gap.min() < 401_000
    assert 599_000 < gap.max() < 600_000
    assert found[(found.index < 400_000) | (found.index >= 600_000)].notna().all()
    assert found.max() == 7


def test_an_explorer_draws_without_pyplot(explorer):
    from matplotlib import pyplot as plt

    before = plt.get_fignums()
    explorer.figure()
    explorer._repr_mimebundle_()
    assert plt.get_fignums() == before


def test_two_threads_moving_it_leave_it_whole(explorer):
    """Messages of a widget come on threads of the kernel's choosing."""
    pictures, errors = [], []

    def hammer(values):
        try:
            for value in values:
                explorer.threshold = float(value)
                explorer.window = int(value) % 17
                pictures.append(explorer._png())
                assert len(explorer.selection) <= len(explorer.windows)
        except Exception as problem:
            errors.append(problem)

    threads = [threading.Thread(target=hammer, args=(range(start, 12, 2),)) for start in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert all(picture.startswith(b"\x89PNG") and picture.endswith(b"IEND\xaeB`\x82") for picture in pictures)


def test_a_result_from_a_file_is_explored_without_reasons():
    explorer = ek.explore(ek.parse(SEED))
    assert len(explorer.windows) == 1
    assert "signed_score" not in explorer.windows
    assert "came from a file" in explorer._meta["note"]
    assert explorer.figure()


@pytest.mark.parametrize("windows", [0, 1, 2])
def test_few_windows_are_no_trouble(windows, tmp_path):
    explorer = ek.explore(scored_result(windows).blocks[0] if windows else scored_result(1), threshold=1e9)
    assert len(explorer.selection) == 0
    assert "above, in 0 events" in explorer.text()
    explorer.compared = -1e9
    assert " above, in 1 event\n" in explorer.text()
    explorer.to_html(tmp_path / "few.html")


def test_missing_and_endless_scores_are_no_trouble(tmp_path):
    result = scored_result(20)
    for row, score in zip(result.blocks[0].raw.result, (None, float("inf"), -3.0), strict=False):
        row["anomaly"] = score
    explorer = ek.explore(result, threshold=2)
    assert explorer.selection["anomaly"].iloc[0] == np.inf
    assert explorer.figure()
    explorer.to_html(tmp_path / "odd.html")


def test_names_that_no_message_can_carry_are_no_trouble(tmp_path):
    explorer = ek.explore(scored_result(20, name="idle\ud800 $x$"))
    explorer.to_html(tmp_path / "odd.html")
    data, _ = explorer._repr_mimebundle_()
    for sent in (data["text/plain"], explorer.axes, explorer._meta):
        assert "idle? $x$" in str(sent)
        str(sent).encode()


def test_axes_of_one_name_are_told_apart():
    result = scored_result(20)
    for sensor in result.sample.sensors:
        sensor.name = "acc"
    explorer = ek.explore(result.sample)
    assert explorer.axes == ["acc", "acc (2)", "acc (3)"]
    explorer.axes = ["acc (2)"]
    assert explorer.selection.squeeze().tolist() == result.sample.signal().iloc[:, 1].tolist()


def test_a_window_that_ends_after_the_readings_is_on_show():
    explorer = ek.explore(ek.parse(SEED))  # one window of 2,996 ms over a recording of 126 ms
    assert explorer._meta["end"] == 2996
    assert explorer.figure().axes[1].get_xlim() == (0, 2.996)
    lone = ek.explore([ek.parse(SEED), ek.parse(SEED)])
    assert lone.segments().empty
    assert [sample["start"] for sample in lone._meta["samples"]] == [0, 2996]


def test_blocks_of_different_kinds_are_not_laid_side_by_side(results):
    with pytest.raises(ek.UsageError, match="no scale in common"):
        ek.explore([results[0].block("anomaly"), results[1].block("anomaly-gmm")])


def test_samples_with_other_windows_count_by_their_own_time():
    fast, slow = scored_result(50), scored_result(50, seed=1)
    slow.raw.window_increase_ms = 400
    explorer = ek.explore([fast, slow], threshold=1)
    normal = [~result.blocks[0].anomalous() for result in (fast, slow)]
    hours = (normal[0].sum() * 100 + normal[1].sum() * 400) / 3_600_000
    assert explorer.counts["false_alarms_per_hour"] == pytest.approx(explorer.counts["fp"] / hours)


def test_a_sample_too_short_for_a_window_does_not_stop_the_others(studio):
    short, long = studio.classify(studio.samples().index[:2])
    short.block("anomaly-gmm").raw.result.clear()
    short.block("anomaly").raw.result.clear()
    explorer = ek.explore([short, long])
    assert set(explorer.windows["sample"]) == {long.sample.id}
    assert explorer._meta["note"] == ""
    assert explorer.windows["signed_score"].notna().all()


def test_labels_that_are_a_guess_are_warned_of_and_noted(tmp_path):
    result = scored_result(30)
    labels = result.blocks[0].raw.expected_labels
    labels[0].end_index = 3
    labels.append(StructuredLabel(start_index=4, end_index=70, label="other"))
    with pytest.warns(ek.AmbiguousLabelsWarning, match="neither way") as said:
        explorer = ek.explore(result)
    assert {warning.filename for warning in said} == {__file__}
    explorer.to_html(tmp_path / "guess.html")
    assert "which label belongs to which window is a guess" in (tmp_path / "guess.html").read_text()


def test_k_means_scores_are_explored_as_well(results):
    explorer = ek.explore(results[0].block("anomaly"))
    assert explorer._meta["part"] == "cluster"
    assert explorer._meta["features"]
    assert "signed_score" not in explorer.windows


def test_the_signal_of_a_sample_is_explored(results):
    sample = results[0].sample
    explorer = ek.explore(sample)
    assert isinstance(explorer, SignalExplorer)
    assert explorer.selection.equals(sample.signal())
    explorer.span, explorer.axes = [1000, 2000], ["accY"]
    assert explorer.selection.equals(sample.signal().loc[1000:1900, ["accY"]])
    with pytest.raises(ek.UsageError, match="last from 0"):
        explorer.time_ms = -1


@pytest.mark.parametrize("what", [[], 3, "sample", None])
def test_what_has_no_explorer_is_told_what_has(what):
    with pytest.raises(ek.UsageError, match="takes a Sample, a block or a result"):
        ek.explore(what)


@pytest.mark.parametrize("what", [pd.DataFrame({"anomaly": [1.0]}), {"anomaly": 1.0}, "sample"])
def test_what_has_parts_of_its_own_is_named_itself(what):
    with pytest.raises(ek.UsageError, match=f"got {type(what).__name__}"):
        ek.explore(what)


def test_kinds_are_not_mixed(results):
    with pytest.raises(ek.UsageError, match="list of one of these; got ClassifyResult, Sample"):
        ek.explore([results[0], results[0].sample])


def test_a_block_without_scores_says_what_to_do(results):
    with pytest.raises(ek.UsageError, match=r"block\.plot\(\)"):
        ek.explorers.AnomalyExplorer([results[0].block("keras")])


def test_the_page_cannot_be_written_where_there_is_no_folder(explorer, tmp_path):
    with pytest.raises(ek.EdgekitError, match="cannot be written"):
        explorer.to_html(tmp_path / "nowhere" / "report.html")


def test_packed_arrays_keep_their_type_shape_and_place():
    layout, blob = pack({"a": np.arange(3, dtype="i1"), "b": np.array([[1.5, 2], [3, 4]], "f4", order="F")})
    assert layout == {"a": {"type": "i1", "offset": 0, "length": 3}, "b": {"type": "f4", "offset": 3, "length": 4}}
    assert np.frombuffer(blob, "<f4", 4, 3).tolist() == [1.5, 2, 3, 4]


def test_an_exported_page_says_where_it_came_from_and_a_note_of_ones_own(results, studio, tmp_path):
    path = tmp_path / "page.html"
    ek.explore(results).to_html(path, note="Monday's <b>meeting</b>\nsecond line")
    page = path.read_text()
    assert "Monday&#x27;s &lt;b&gt;meeting&lt;/b&gt;\nsecond line" in page
    foot = page.split("<footer>")[1].split("</footer>")[0]
    day = results[0].received.strftime("%Y-%m-%d")
    assert foot.startswith(f"project {studio.project_id} · impulse")
    assert f"answered {day}" in foot
    assert foot.endswith(f"edgekit {ek.__version__}")
    ek.explore(ek.parse(SEED)).to_html(path)
    assert f"<footer>edgekit {ek.__version__}</footer>" in path.read_text()  # a file does not say
    ek.explore(results[0]).to_html(path)
    assert f"project {studio.project_id} · impulse" in path.read_text()  # of several blocks, a tab each
    assert "answered" not in repr(ek.explore(results))  # no date in what a notebook stores


def test_a_component_is_named_by_its_training_windows(studio, explorer):
    features = studio.set_features("training")
    found = explorer.name_parts(features)
    assert found["windows"].sum() == len(features.values)
    words = explorer._meta["part_names"]
    part = found.index[0]
    row = found.loc[part]
    assert words[str(part)] == f"mostly {row['label']} ({row['of_label']} of {row['windows']} training windows)"
    with pytest.raises(ek.UsageError, match="came from a file"):
        ek.explore(scored_result(5)).name_parts(features)
