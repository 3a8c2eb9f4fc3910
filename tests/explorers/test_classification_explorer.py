"""The explorer of a classifier from Python: state, filters, order, counts, its picture."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import edgekit as ek
from edgekit.explorers import ClassificationExplorer
from tests.labels_result import labelled_result
from tests.results.test_predictions import label_maps
from tests.results.test_windows import response


@pytest.fixture(scope="module")
def blocks(studio) -> list[ek.BlockResult]:
    return [result.block("keras") for result in studio.classify([1, 41, 51, 61, 71])]


@pytest.fixture
def explorer(blocks) -> ClassificationExplorer:
    return ek.explore(blocks)


def test_it_opens_for_a_classifier_at_its_threshold_with_the_most_confident_mistake(blocks, explorer):
    assert isinstance(explorer, ClassificationExplorer)
    assert isinstance(ek.explore(blocks[0]), ClassificationExplorer)
    assert explorer.threshold == blocks[0].threshold
    found = ek.classification.predictions(explorer.windows)
    wrong = found[found["correct"].eq(False)]
    assert explorer.window == wrong["probability"].idxmax()
    shown = explorer.selection
    assert (
        shown.index[: len(wrong)].tolist()
        == wrong["probability"].sort_values(ascending=False, kind="stable").index.tolist()
    )


def test_its_counts_are_those_of_the_room_below(explorer):
    explorer.threshold = 0.9
    swept = ek.classification.sweep(explorer.windows)
    row = swept[swept["threshold"] >= 0.9].iloc[0]
    assert explorer.counts["coverage"] == pytest.approx(row["coverage"])
    assert explorer.counts["accuracy"] == pytest.approx(row["accuracy"])
    predictions = ek.classification.predictions(explorer.windows, 0.9)
    pd.testing.assert_frame_equal(explorer.confusion, ek.classification.confusion(predictions))


def test_a_label_called_uncertain_is_counted_as_in_the_room_below():
    explorer = ek.explore(labelled_result(60, 3, last="uncertain").blocks)
    found = explorer.predictions()
    counts, wrong = explorer.counts, found["correct"].eq(False)
    assert counts["uncertain"] == (wrong & found["predicted"].eq("uncertain")).sum()
    assert counts["accuracy"] * counts["coverage"] == pytest.approx(found["correct"].mean())
    assert explorer._meta["labels"] == list(explorer.confusion) == ["label 0", "label 1", "uncertain"]
    explorer.matrix_cell = ["uncertain", "uncertain"]
    assert len(explorer.selection) == explorer.confusion.loc["uncertain", "uncertain"]
    assert explorer._repr_mimebundle_()[0]["image/png"]


def test_thresholds_are_compared_and_the_blocks_own_stays_marked(blocks, explorer):
    assert list(explorer.comparison) == ["threshold"]
    explorer.threshold, explorer.compared = 0.9, 0.75
    both = explorer.comparison
    assert list(both) == ["threshold", "compared", "block's own"]
    pd.testing.assert_series_equal(both["threshold"], explorer.counts, check_names=False)
    for name, threshold in (("compared", 0.75), ("block's own", blocks[0].threshold)):
        expected = ek.explore(blocks, threshold=threshold).counts
        pd.testing.assert_series_equal(both[name], expected, check_names=False)
    assert f"compared with 0.75: {both.loc['uncertain', 'compared']:.0f} windows uncertain" in explorer.text()
    assert "block's own" not in explorer.text()
    with pytest.raises(ek.EdgekitError, match="from 0 to 1"):
        explorer.compared = 1.5
    assert explorer.compared == 0.75


def test_a_cell_a_label_a_sample_and_a_verdict_narrow_the_selection(explorer):
    explorer.matrix_cell = ["badminton", "running"]
    assert set(explorer.selection["expected"]) == {"badminton"}
    assert set(explorer.selection["predicted"]) == {"running"}
    assert len(explorer.selection) == explorer.confusion.loc["badminton", "running"]
    explorer.matrix_cell = []
    explorer.label = "walking"
    assert set(explorer.selection["sample"]) == {61}
    explorer.label, explorer.sample = "", 41
    assert set(explorer.selection["expected"]) == {"standing"}
    explorer.sample = None
    for verdict in ("right", "wrong", "uncertain"):
        explorer.show = verdict
        found = explorer.selection
        assert (found["predicted"].eq("uncertain") == (verdict == "uncertain")).all()
        assert found["correct"].eq(verdict == "right").all()
    explorer.show = "all"
    assert len(explorer.selection) == len(explorer.windows)


def test_doubtful_labels_and_the_recording_are_orders_as_well(explorer):
    explorer.order = "as recorded"
    assert explorer.selection.index.is_monotonic_increasing
    explorer.order = "doubtful labels first"
    issues = ek.classification.label_issues(explorer.windows, training=True)
    assert list(dict.fromkeys(explorer.selection["sample"])) == issues["sample"].tolist()


@pytest.mark.parametrize(
    "state",
    [
        {"window": -1}, {"window": 10**6}, {"threshold": 5}, {"threshold": np.nan}, {"matrix_cell": ["walking"]},
        {"matrix_cell": ["walking", "no"]}, {"matrix_cell": ["uncertain", "walking"]}, {"label": "no"}, {"sample": 99},
        {"show": "maybe"}, {"order": "none"}, {"axes": ["no"]}, {"span": []},
    ],
)  # fmt: skip
def test_what_the_state_cannot_be_is_refused_and_nothing_moves(blocks, explorer, state):
    before = {name: getattr(explorer, name) for name in explorer.state}
    with pytest.raises(ek.UsageError):
        ek.explore(blocks, **state)
    for name, value in state.items():
        if name in explorer.state:
            with pytest.raises(ek.UsageError):
                setattr(explorer, name, value)
    assert {name: getattr(explorer, name) for name in explorer.state} == before


def test_text_figure_and_picture_say_the_same(explorer):
    explorer.threshold = 0.8
    assert "threshold 0.8: " in repr(explorer)
    assert "mistakes first" in explorer.text()
    assert len(explorer.figure().axes) == 3
    assert explorer._png().startswith(b"\x89PNG")


def test_structured_labels_are_explored_key_by_key():
    first = ek.explore(label_maps())
    assert first.confusion.index.tolist() == ["run", "walk"]
    other = ek.explore(label_maps(), key="place")
    assert other.confusion.index.tolist() == ["belt"]
    assert "place" in other.text()


def test_without_expected_labels_it_opens_all_the_same():
    block = response({"result": [{"a": 0.9, "b": 0.1}] * 3}, sample={"label": ""}).blocks[0]
    explorer = ek.explore(block)
    assert "no window has an expected label" in explorer.text()
    assert len(explorer.selection) == 3
    assert explorer._png()
    with pytest.raises(ek.UsageError, match="nothing to compare"):
        _ = explorer.confusion
    without = ek.explore(response({"result": [{"a": None, "b": None}]}).blocks[0])
    assert "no window has an expected label and a probability" in without.text()


def test_a_sample_too_short_for_a_window_opens_all_the_same():
    explorer = ek.explore(response({"result": []}).blocks[0])
    assert explorer.selection.empty
    assert explorer._png()


def test_model_testing_opens_as_results_do(studio):
    testing = studio.test()
    explorer = ek.explore(testing, block="keras")
    assert isinstance(explorer, ClassificationExplorer)
    assert set(explorer.windows["sample"]) == set(testing.results)
    assert np.isfinite(explorer._timeline.signal.to_numpy()).any()
