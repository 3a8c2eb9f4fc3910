"""The explorer of a regression from Python: state, selection, counts, what is refused, the static twin."""

from __future__ import annotations

import json

import numpy as np
import pytest

import edgekit as ek
from edgekit.explorers import RegressionExplorer
from edgekit.explorers.ranking import ascending
from tests.conftest import SEED
from tests.numbers_result import predicted_result

CASE = (SEED.parent / "cases" / "regression-response.json").read_bytes()


@pytest.fixture(scope="module")
def results(sandbox) -> list[ek.ClassifyResult]:
    meat = ek.connect(url=sandbox.url, api_key=sandbox.keys["meat"])
    return meat.classify(meat.samples("testing").index[:12])


@pytest.fixture
def explorer(results) -> RegressionExplorer:
    return ek.explore(results)


def test_it_opens_for_results_blocks_and_one_result_at_the_largest_error(results, explorer):
    assert isinstance(explorer, RegressionExplorer)
    errors = explorer.windows["error"].abs()
    assert explorer.window == errors.argmax()
    assert explorer.threshold == results[0].blocks[0].threshold
    assert list(explorer.windows.columns) == ["sample", "start_ms", "end_ms", "expected", "predicted", "error"]
    assert len(ek.explore([result.blocks[0] for result in results]).windows) == 12
    assert ek.explore(results[0], threshold=1).threshold == 1


def test_the_selection_is_what_lies_beyond_the_threshold_the_furthest_off_first(explorer):
    explorer.threshold = 1
    found = explorer.selection["error"].abs()
    assert (found > 1).all()
    assert found.is_monotonic_decreasing
    assert len(found) == (explorer.windows["error"].abs() > 1).sum()
    within = 12 - len(found)
    assert explorer.counts.to_dict() == {"within": within, "beyond": len(found), "share": within / 12}
    assert explorer.text().splitlines()[1] == f"error up to 1: {12 - len(found)} of 12 windows within"


def test_two_thresholds_and_the_blocks_own_are_counted_side_by_side(explorer):
    own = explorer.threshold
    explorer.threshold, explorer.compared = 1, 2
    errors = explorer.windows["error"].abs()
    within = [(errors <= limit).sum() for limit in (1, 2, own)]
    assert explorer.comparison.loc["within"].to_dict() == dict(
        zip(("threshold", "compared", "block's own"), within, strict=True)
    )
    assert f"compared with 2: {within[1]} within" in explorer.text().splitlines()
    explorer.compared = own  # the block's own is named once
    assert list(explorer.comparison) == ["threshold", "compared"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("compared", -1, "0 or more"),
        ("threshold", -1, "0 or more"),
        ("threshold", float("inf"), "0 or more"),
        ("threshold", float("nan"), "0 or more"),
        ("threshold", None, "takes numbers"),
        ("window", 12, "windows 0 to 11"),
        ("window", -1, "windows 0 to 11"),
        ("axes", ["none"], "no axis"),
    ],
)
def test_what_cannot_be_is_refused_and_the_state_stays(explorer, name, value, said):
    before = getattr(explorer, name)
    with pytest.raises(ek.UsageError, match=said):
        setattr(explorer, name, value)
    assert getattr(explorer, name) == before


def test_windows_without_a_number_are_told_and_all_without_one_are_refused():
    document = json.loads(CASE)
    document["classifications"][0]["result"][1]["value"] = None
    explorer = ek.explore(ek.parse(document))
    assert "1 of 4 windows without an expected" in explorer._meta["note"]
    assert explorer.counts["within"] + explorer.counts["beyond"] == 3
    explorer.window = 1
    assert explorer.figure()
    document["classifications"][0]["expectedLabels"][0]["label"] = "idle"
    with pytest.raises(ek.UsageError, match=r"labels that are numbers.*block\.plot\(\) draws"):
        ek.explore(ek.parse(document))


def test_without_a_threshold_it_begins_at_the_largest_error():
    document = json.loads(CASE)
    document["classifications"][0] |= {"thresholds": [], "minimumConfidenceRating": None}
    explorer = ek.explore(ek.parse(document))
    assert explorer.threshold == pytest.approx(4)
    assert explorer.counts["beyond"] == 0


def test_the_figures_are_those_of_the_room_below_with_intervals_over_samples(explorer):
    errors = ek.regression.errors(explorer.windows)
    told = {figure["name"]: figure for figure in explorer._meta["figures"]}
    assert told["mean absolute"]["value"] == errors.loc["mae", "value"]
    assert told["mean absolute"]["low"] == errors.loc["mae", "low"]
    assert told["largest"]["low"] is None


def test_its_picture_its_page_and_its_text_hold_names_from_a_server_safely(tmp_path):
    explorer = ek.explore(predicted_result(30, name="<b>$x_</b>"))
    assert explorer.figure()
    explorer.to_html(tmp_path / "page.html")
    assert "<b>$x_</b>" not in (tmp_path / "page.html").read_text("utf-8")
    assert len(explorer.text().splitlines()) == 4


@pytest.mark.parametrize("values", [[3.0, 1, 2], [2.0, 1, 2, 1], [1.0, np.nan, 0, np.nan], []])
def test_windows_are_ranked_as_a_stable_sort_does_whether_or_not_two_are_equal(values):
    given = np.array(values, float)
    assert ascending(given).tolist() == np.argsort(given, kind="stable").tolist()


def test_all_windows_stand_in_the_order_of_their_errors():
    explorer = ek.explore(predicted_result(20_000))
    order = explorer._worst_first
    assert len(order) == 20_000
    assert (np.diff(explorer.windows["error"].abs().to_numpy()[order]) <= 0).all()
