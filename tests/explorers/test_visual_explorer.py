"""The explorer of visual anomalies from Python: state, selection, counts, pictures on demand."""

from __future__ import annotations

import base64

import numpy as np
import pytest

import edgekit as ek
from edgekit.explorers import VisualExplorer
from tests.visual_result import THRESHOLD, seen_result, seen_results


@pytest.fixture(scope="module")
def surface(sandbox) -> ek.Studio:
    return ek.connect(url=sandbox.url, api_key=sandbox.keys["surface"])


@pytest.fixture(scope="module")
def results(surface) -> list[ek.ClassifyResult]:
    return surface.classify(surface.samples("testing").index[::4])


@pytest.fixture
def explorer(results) -> VisualExplorer:
    return ek.explore(blocks(results))


def blocks(results: list[ek.ClassifyResult], which: int = 0) -> list[ek.BlockResult]:
    return [[block for block in result.blocks if block.kind == "visual"][which] for result in results]


def test_results_by_sample_id_are_explored_as_a_list_of_them_is():
    results = seen_results(3, 2)
    by_id = {result.sample.id: result for result in results}
    assert ek.explore(by_id).pictures.equals(ek.explore(results).pictures)
    with pytest.raises(ek.UsageError, match="got dict"):
        ek.explore({})


def test_pictures_stand_worst_first_as_in_the_summary(results, explorer):
    summed = ek.visual.summary(blocks(results)).per_sample
    assert explorer.pictures["sample"].tolist() == summed.index.tolist()
    assert explorer.pictures["score"].tolist() == summed["score"].tolist()
    assert explorer.verdicts["outcome"].tolist() == summed["outcome"].tolist()


def test_it_begins_at_the_blocks_threshold_and_a_picture_is_flagged_by_its_score(results, explorer):
    assert explorer.threshold == blocks(results)[0].threshold
    assert explorer.counts["above"] == sum(block.visual_anomaly().flagged() for block in blocks(results))
    explorer.threshold = float(explorer.pictures["score"].max())
    assert explorer.verdicts["flagged"].sum() == 1  # equality is an anomaly


def test_the_selection_is_the_cells_at_or_above_the_threshold(results, explorer):
    explorer.picture = int(explorer.pictures["score"].idxmax())
    block = next(b for b in blocks(results) if b.sample.id == explorer.pictures["sample"][explorer.picture])
    assert explorer.selection.equals(block.visual_anomaly().cells(explorer.threshold))
    assert len(explorer.selection)
    explorer.threshold = 1e6
    assert len(explorer.selection) == 0


def test_the_filter_keeps_what_it_names(explorer):
    explorer.threshold = float(explorer.pictures["score"].median())
    for show, outcome in (("false alarms", "false alarm"), ("misses", "missed")):
        explorer.show = show
        assert set(explorer.verdicts["outcome"]) <= {outcome}
    explorer.show = "flagged"
    assert len(explorer.verdicts) == explorer.counts["above"]


def test_grids_of_another_block_are_explored_alike_but_not_together(results, explorer):
    other = ek.explore(blocks(results, 1))
    assert other.pictures["rows"].iloc[0] != explorer.pictures["rows"].iloc[0]
    with pytest.raises(ek.UsageError, match="explore one at a time"):
        ek.explore([*blocks(results, 1), *blocks(results)])


def test_a_picture_comes_when_the_browser_asks_for_it(explorer, monkeypatch):
    sent = []
    monkeypatch.setattr(explorer, "send", lambda message, buffers: sent.append((message, buffers)))
    for message in ({"picture": 2}, {"picture": 10**6}, {"picture": "2"}, "2", {}):
        explorer._handle_custom_msg(message, [])
    assert [message for message, _ in sent] == [{"picture": 2}]
    assert sent[0][1][0].startswith(b"\x89PNG")


def test_an_exported_page_has_every_picture(results, tmp_path):
    explorer = ek.explore(blocks(results[:3]))
    assert len(explorer._images) == 1
    explorer.to_html(tmp_path / "page.html")
    meta, blob = explorer._exported()
    place = meta["layout"]["image_at"]
    ends = np.frombuffer(blob[place["offset"] :][: 4 * place["length"]], "<i4")
    assert (np.diff(ends) > 100).all()


def test_a_picture_and_a_stable_text_stand_beside_the_widget(explorer):
    data, _ = explorer._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == repr(explorer)
    assert "pictures flagged" in data["text/plain"]
    assert " 0 s" not in data["text/plain"]  # a picture has no time


@pytest.mark.parametrize(
    ("trait", "value", "said"),
    [
        ("picture", -1, "pictures 0 to"),
        ("threshold", float("inf"), "finite"),
        ("opacity", 1.5, "from 0 to 1"),
        ("show", "worst", "one of all, flagged"),
        ("cell", [1], "row, column"),
        ("cell", [0, 99], "The column of cell"),
        ("cell", [-1, 0], "The row of cell"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(explorer, trait, value, said):
    before = getattr(explorer, trait)
    with pytest.raises(ek.UsageError, match=said):
        setattr(explorer, trait, value)
    assert getattr(explorer, trait) == before


ODD = {
    "one cell": [seen_result([[6.0]])],
    "no grid": [seen_result(None, score=5.0)],
    "no score": [seen_result([[1.0, 2.0]], score=float("nan")), seen_result(None)],
    "missing cells": [seen_result([[np.nan, 5.0], [np.nan, np.nan]]), seen_result([[np.nan]])],
    "grids of several sizes": [seen_result([[1.0]]), seen_result(np.ones((3, 5))), seen_result(None, score=9.0)],
    "no threshold": [seen_result([[1.0, 2.0]], threshold=None), seen_result([[3.0]], threshold=None)],
    "several thresholds": [seen_result([[1.0]], threshold=2.0), seen_result([[3.0]], threshold=4.0)],
    "negative scores": [seen_result([[-1.0, -2.0]], threshold=-1.5)],
}


@pytest.mark.parametrize("results", ODD.values(), ids=ODD)
def test_odd_pictures_are_shown_too(results, tmp_path):
    explorer = ek.explore(results)
    for explorer.picture in range(len(results)):
        assert explorer.figure()
        assert repr(explorer)
        assert len(explorer.selection) <= explorer.pictures["rows"].max() * explorer.pictures["columns"].max()
    explorer.threshold = 1.0
    assert explorer.counts["above"] == (explorer.pictures["score"] >= 1).sum()
    explorer.to_html(tmp_path / "page.html")


def test_cells_that_came_as_boxes_alone_are_shown_and_said_to_be_all_that_is_known():
    box = {"label": "anomaly", "score": 6.1, "x": 32, "y": 16, "width": 16, "height": 16}
    explorer = ek.explore(seen_result([], boxes=[box], score=6.1))
    assert explorer.selection[["row", "column", "score"]].values.tolist() == [[1, 2, 6.1]]
    assert "only the flagged cells came of 1 of 1 picture" in explorer._meta["note"]


def test_a_picture_without_a_grid_names_the_call_that_sends_it():
    explorer = ek.explore(seen_result(None, score=5.0))
    call = "studio.classify(sample) (POST …/classify/v2/{sampleId}) sends it"
    assert explorer.text().endswith(f"score 5.00, no grid of cells came ({call})")
    assert explorer._meta["note"] == f"1 of 1 picture came without a grid of cells; {call}"


def test_a_ragged_grid_is_named_by_its_place():
    result = seen_result(np.ones((2, 3)))
    result.blocks[0].raw.anomaly_result[0].scores[1].pop()
    with pytest.raises(ek.ResponseError, match=r"classifications\[0\]\.anomalyResult\[0\]\.scores\[1\]"):
        ek.explore(result)


def test_a_cell_that_the_next_grid_lacks_gives_way_to_its_highest():
    explorer = ek.explore([seen_result(np.arange(15).reshape(3, 5)), seen_result([[1.0]])], cell=[2, 0])
    grids = [tuple(shape) for shape in explorer.pictures[["rows", "columns"]].to_numpy()]
    explorer.picture = grids.index((3, 5))
    assert "cell row 2, column 0: score 10.00" in repr(explorer)
    explorer.picture = grids.index((1, 1))
    assert "cell row 0, column 0: score 1.00" in repr(explorer)


def test_the_name_of_the_aggregation_is_said():
    explorer = ek.explore(seen_results(3, 4, method="mean"))
    assert "threshold 4.5 on the score by mean (The mean of all cells)" in repr(explorer)


def test_a_cell_stands_among_those_of_normal_pictures_and_true_boxes_tell_which_are_anomalous():
    normal = seen_result([[1.0, 2.0], [3.0, 4.0]], anomalous=False)
    boxes = [{"label": "anomaly", "x": 0, "y": 0, "width": 48, "height": 48}]
    defect = seen_result([[9.0, 0.5], [0.5, 3.5]], anomalous=True, truth_boxes=boxes, sample=2)
    explorer = ek.explore([normal, defect])
    explorer.picture = explorer.pictures["sample"].tolist().index(2)
    explorer.cell = [1, 1]
    assert explorer.standing() == 0.75
    truth = dict(zip(explorer.pictures["sample"], np.split(explorer._found.cell_truth, 2), strict=True))
    assert truth[1].tolist() == [0, 0, 0, 0]
    assert truth[2].tolist() == [1, -1, -1, -1]


def test_counts_follow_the_threshold_from_python():
    explorer = ek.explore(seen_results(40, 5), threshold=2.0)
    score, truth = explorer.pictures["score"], explorer.pictures["anomalous"].astype(bool)
    for explorer.threshold in (2.0, THRESHOLD, float(score[3])):
        assert explorer.counts["fp"] == ((score >= explorer.threshold) & ~truth).sum()
        assert explorer.counts["fn"] == ((score < explorer.threshold) & truth).sum()


def test_what_suggest_threshold_returned_is_a_threshold_too():
    explorer = ek.explore(seen_results(40, 5))
    suggested = ek.visual.suggest_threshold(explorer.pictures, quantile=0.9)
    explorer.threshold = explorer.compared = suggested
    assert explorer.threshold == explorer.compared == suggested.threshold
    assert list(explorer.comparison) == ["threshold", "block's own"]


def test_one_kind_of_block_at_a_time(studio):
    scored = studio.classify(31).block("anomaly-gmm")
    with pytest.raises(ek.UsageError, match="each kind of block by itself"):
        ek.explore([*seen_results(1, 2)[0].blocks, scored])
