"""Many pictures at once: which are wrong, worst first, figures over pictures, and a threshold from normal ones."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest

import edgekit as ek
from edgekit.visual import VisualAnomaly
from tests.visual.surfaces import CASE, surface
from tests.wire.test_answers import answering

NORMAL, ANOMALY = "no anomaly", "anomaly"
LOW, HIGH = [[1.0, 2.0], [1.0, 1.0]], [[1.0, 9.0], [1.0, 1.0]]
FEW = [
    surface(LOW, NORMAL, sample=1),
    surface(HIGH, NORMAL, sample=2),
    surface([[1.0, 4.0], [1.0, 1.0]], ANOMALY, sample=3),
    surface(LOW, ANOMALY, sample=4),
    surface(HIGH, ANOMALY, sample=5),
    surface(LOW, "scratch", sample=6),
    surface([[1.0, 4.4], [1.0, 1.0]], NORMAL, sample=7),
]


def test_the_worst_pictures_come_first_and_those_of_unknown_truth_last() -> None:
    table = ek.visual.summary(FEW).per_sample
    assert table["outcome"].to_dict() == {
        4: "missed",  # at 2 of 4.5
        2: "false alarm",  # at 9 of 4.5
        3: "missed",  # at 4 of 4.5
        7: "normal",
        5: "hit",
        1: "normal",
        6: "not known",
    }
    assert list(table.index)[:3] == [4, 2, 3]
    assert list(table.index)[-1] == 6
    assert table.index.name == "sample"
    assert list(table) == ["expected", "anomalous", "score", "flagged", "outcome", "largest", "mean", "cells"]
    assert table.loc[2, ["score", "largest", "mean", "cells"]].tolist() == [9, 9, 3, 1]


def test_the_figures_are_over_pictures_whose_truth_is_known() -> None:
    figures = ek.visual.summary(FEW).figures
    assert figures.loc["recall", "value"] == pytest.approx(1 / 3)
    assert figures.loc["false_alarm_rate", "value"] == pytest.approx(1 / 3)
    assert figures.loc["balanced_accuracy", "value"] == pytest.approx(0.5)
    assert figures.loc["precision", "value"] == 0.5
    assert figures.loc["f1", "value"] == pytest.approx(0.4)
    assert figures.loc["auroc", "value"] == ek.visual.auroc([2, 9, 4, 2, 9, 4.4], [0, 0, 1, 1, 1, 0])
    assert figures.index.name == "figure"
    assert list(figures) == ["value", "low", "high"]
    assert (figures["low"] <= figures["value"]).all()


def test_the_picture_is_judged_by_its_score_and_not_by_its_largest_cell() -> None:
    one = surface(HIGH, NORMAL, score=2.9)
    assert ek.visual.summary(one).per_sample["outcome"].tolist() == ["normal"]
    assert ek.visual.summary(one, threshold=2.9).per_sample["outcome"].tolist() == ["false alarm"]


def test_without_truth_there_are_scores_and_no_rates() -> None:
    found = ek.visual.summary([surface(LOW, "scratch"), surface(HIGH, "dent", sample=4)])
    assert found.figures["value"].isna().all()
    assert list(found.per_sample.index) == [4, 3]
    assert "Nothing says which pictures" in found.note


def test_boxes_and_masks_say_which_cells_are_anomalous() -> None:
    right_half = [(160, 0, 160, 120)]  # of 320 by 240: the cell at row 0, column 1
    results = [surface(LOW, NORMAL, sample=1), surface(HIGH, ANOMALY, sample=2, boxes=right_half)]
    assert ek.visual.summary(results).figures.loc["cell_auroc", "value"] == 1.0
    assert "region_overlap" not in ek.visual.summary(results).figures.index
    mask = np.zeros((240, 320))
    mask[:120, 160:] = 255
    figures = ek.visual.summary(results, masks={2: mask}).figures
    assert figures.loc[["cell_auroc", "region_overlap"], "value"].tolist() == [1.0, 1.0]
    elsewhere = ek.visual.summary(results, masks={2: mask[::-1]}).figures
    assert elsewhere.loc["cell_auroc", "value"] < 1
    assert elsewhere.loc["region_overlap", "value"] < 1
    unknown = surface(HIGH, ANOMALY, sample=3)  # an anomaly somewhere in it: its cells are not known
    assert "cell_auroc" not in ek.visual.summary([results[0], unknown]).figures.index


@pytest.mark.parametrize(
    ("masks", "said"),
    [
        ({2: np.ones((10, 10))}, r"mask of sample 2 is 10 by 10 pixels.*the stored picture 320 by 240"),
        ({9: np.ones((240, 320))}, "masks of samples that are not among the results: 9"),
        ({2: "mask.png"}, "mask is an array"),
        ([np.ones((240, 320))], "a mapping from sample id to mask"),
    ],
)
def test_masks_of_another_size_or_of_other_samples_are_told(masks, said) -> None:
    with pytest.raises(ek.UsageError, match=said):
        ek.visual.summary(FEW, masks=masks)


def test_pictures_without_a_grid_still_have_their_verdicts() -> None:
    found = ek.visual.summary([surface(HIGH, ANOMALY, score=9.0, anomalyResult=None)])
    assert found.per_sample["outcome"].tolist() == ["hit"]


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([], "no results"),
        ([surface(LOW, score=float("nan"), result=[{}])], "no picture|None of these pictures has a score"),
        ([surface(LOW), surface(LOW, minimumConfidenceRating=3, thresholds=[])], "with several thresholds"),
        ([surface(LOW, minimumConfidenceRating=None, thresholds=[])], "without a threshold"),
    ],
)
def test_what_cannot_be_summed_up_is_told(results, said) -> None:
    with pytest.raises(ek.UsageError, match=said):
        ek.visual.summary(results)


def test_scores_relative_to_the_threshold_are_a_half_at_it() -> None:
    found = ek.visual.relative([[0, 4.5, 13.5], [-1, np.nan, np.inf]], 4.5)
    np.testing.assert_array_equal(found, [[0, 0.5, 0.75], [0, np.nan, 1]])
    with pytest.raises(ek.UsageError, match="threshold takes numbers above 0"):
        ek.visual.relative([1.0], 0)


# --- a threshold ---


def test_a_threshold_is_a_quantile_of_the_normal_pictures_with_an_interval_over_pictures() -> None:
    scores = np.random.default_rng(0).gamma(9, 1 / 3, 200)
    truth = np.arange(200) >= 150
    found = ek.visual.suggest_threshold(scores, truth, quantile=0.95)
    assert found.threshold == pytest.approx(np.quantile(scores[:150], 0.95), rel=1e-12)
    assert found.interval[0] < found.threshold < found.interval[1]
    assert found.by == "quantile 0.95 of the normal pictures"
    assert "of 150 pictures" in repr(found)
    assert "window" not in repr(found)
    grids = [np.full((4, 4), score) for score in scores]
    assert ek.visual.suggest_threshold(grids, truth, quantile=0.95).interval == found.interval  # not over cells


def test_results_blocks_their_summary_and_grids_give_the_same_threshold() -> None:
    every = [surface(grid, NORMAL, sample=i) for i, grid in enumerate((LOW, HIGH, [[3.0, 1.0], [1.0, 1.0]]))]
    blocks = [result.blocks[0] for result in every]
    found = [block.visual_anomaly() for block in blocks]
    same = [
        ek.visual.suggest_threshold(given, quantile=0.5).threshold
        for given in (
            every, iter(every), {r.sample.id: r for r in every}, blocks, found, ek.visual.summary(every).per_sample,
            [2.0, 9.0, 3.0], [one.scores for one in found], np.array([one.scores for one in found]),
        )
    ]  # fmt: skip
    assert same == [np.nextafter(3.0, 4)] * 9  # just above: at the threshold a picture is flagged
    assert ek.visual.suggest_threshold([one.scores for one in found], method="mean", quantile=0).threshold < 2
    assert ek.visual.suggest_threshold(found[0], quantile=1).threshold == pytest.approx(2)


def test_the_truth_of_results_is_taken_from_them() -> None:
    found = ek.visual.suggest_threshold(FEW, by="balanced_accuracy")
    assert found.rates["pictures"].tolist() == [3, 3]


def test_a_few_normal_pictures_say_little_of_a_high_quantile() -> None:
    found = ek.visual.suggest_threshold(np.arange(20.0), [False] * 20)
    assert "below 1 in 21 cannot be told from so few" in found.notes[0]
    assert not any("cannot be told" in note for note in ek.visual.suggest_threshold(np.arange(200.0)).notes)


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [
        ([3.0, 4.0], {"truth": [True, True]}, "takes normal pictures with a score, and there are 0 normal and 2"),
        ([np.nan], {}, "there are 0 normal and 0 anomalous"),
        ([surface(HIGH, ANOMALY)], {}, "0 normal and 1 anomalous"),
        ([3.0, 4.0], {"by": "f1"}, "a column 'anomalous', such as ek.visual.summary"),
        ([3.0], {"by": "false_alarms"}, "by is one of quantile"),
        ([3.0], {"method": "median"}, "method is one of max, mean"),
        ([[3.0], [4.0]], {}, "one score for each picture"),
        (pd.DataFrame({"anomaly": [1.0]}), {}, "no column 'score'"),
        ("scores", {}, "no table of numbers"),
        ([np.ones(3), np.ones(2)], {}, "no table of numbers"),
    ],
)
def test_a_threshold_that_cannot_be_chosen_is_told(given, options, said) -> None:
    with pytest.raises(ek.UsageError, match=said):
        ek.visual.suggest_threshold(given, **options)


def test_empty_grids_have_no_score() -> None:
    with pytest.raises(ek.UsageError, match="0 normal"):
        ek.visual.suggest_threshold([np.empty((0, 0))])
    assert ek.visual.suggest_threshold([VisualAnomaly([[1.0]], score=5.0)], quantile=0).threshold == pytest.approx(5)


# --- what a picture should be ---


def test_what_a_picture_should_be_is_read_off_the_outcome_else_off_its_label() -> None:
    def truth(**fields: object) -> object:
        return surface(LOW, **fields).blocks[0].anomalous().iloc[0]

    outcome = [{"startIndex": 0, "endIndex": 0, "label": ANOMALY}]
    assert truth(label=NORMAL, expectedAnomalyOutcome=outcome)
    assert not truth(label=NORMAL)
    assert truth(label=ANOMALY)
    assert truth(label="scratch") is pd.NA


CONFIG = {"success": True, "anomalyLabelsConfig": {"anomalyLabels": ["scratch"], "noAnomalyLabels": ["fine", ANOMALY]}}


@pytest.mark.parametrize(
    ("project", "label", "expected"),
    [
        (CONFIG, "scratch", True),
        (CONFIG, "fine", False),
        (CONFIG, "dent", pd.NA),
        (CONFIG, ANOMALY, False),  # the project's own lists come before the words
        ({"success": True}, ANOMALY, True),
        ({"success": True, "anomalyLabelsConfig": {}}, NORMAL, False),
        ({"success": False, "error": "not yours"}, ANOMALY, True),
    ],
)
def test_labels_are_anomalous_as_the_project_says(project, label, expected) -> None:
    answer = copy.deepcopy(CASE)
    answer["classifications"][0]["expectedLabels"][0]["label"] = label
    answer["sample"]["sample"]["id"] = 1
    with answering(answer, project) as (studio, server):
        block = studio.classify(1).blocks[0]
        assert block.anomalous().tolist() == [expected]
        assert block.anomalous().tolist() == [expected]
        assert [request.path for request in server.requests[1:]] == ["/api/1"]  # once
