"""What a block predicts, out of its answer: which threshold counts, label maps, blocks without labels."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pandas as pd
import pytest

import edgekit as ek
from tests.results.test_windows import block_of, response, thresholds

LABEL_MAPS = json.loads((Path(__file__).parents[1] / "data" / "label-map-response.json").read_bytes())


def label_maps(**fields: object) -> ek.BlockResult:
    document = copy.deepcopy(LABEL_MAPS)
    document["classifications"][0] |= fields
    return ek.parse(document).blocks[0]


# --- one label a window -----------------------------------------------------------------------------------------------


def test_the_block_s_own_threshold_counts_unless_another_is_given():
    block = block_of([{"idle": 0.65, "wave": 0.35}] * 2, thresholds=thresholds(("min_score", 0.7)))
    assert list(block.predictions().columns) == [
        "start_ms", "end_ms", "expected", "predicted", "probability", "correct"
    ]  # fmt: skip
    assert block.predictions().index.name == "window"
    assert block.predictions()["predicted"].tolist() == ["uncertain"] * 2
    assert block.predictions(0.6)["predicted"].tolist() == ["idle"] * 2


def test_an_anomaly_block_with_labels_predicts_them_and_not_by_the_threshold_of_its_scores():
    learn = {"type": "anomaly"}
    block = block_of(
        [{"idle": 0.2, "wave": 0.3, "anomaly": 4}], learnBlock=learn, thresholds=thresholds(("min_anomaly_score", 0.9))
    )
    assert block.predictions()["predicted"].tolist() == ["wave"]


def test_a_threshold_of_the_block_that_is_no_probability_is_ignored_and_said():
    block = block_of([{"idle": 0.65}], thresholds=thresholds(("min_score", 5)))
    with pytest.warns(UserWarning, match="no probability") as said:
        assert block.predictions()["predicted"].tolist() == ["idle"]
    assert [warning.filename for warning in said] == [__file__]
    with pytest.raises(ek.UsageError, match="between 0 and 1"):
        block.predictions(5)


@pytest.mark.parametrize(
    ("kind", "rows", "said"),
    [
        ("anomaly-gmm", [{"anomaly": 1.0}], "no probabilities of labels"),
        ("keras-object-detection", [{"a": 1.0}], "kind detection"),
        ("keras-visual-anomaly", [{"anomaly": 1.0}], "kind visual"),
    ],
)
def test_a_block_without_labels_says_what_it_has(kind, rows, said):
    with pytest.raises(ek.UsageError, match=said):
        block_of(rows, learnBlock={"type": kind}).predictions()


def test_a_sample_too_short_for_a_window_has_an_empty_table():
    assert list(block_of([]).predictions().columns[-3:]) == ["predicted", "probability", "correct"]


# --- structured labels: a label for each of several keys --------------------------------------------------------------


def test_label_maps_become_columns_a_key_and_label():
    table = label_maps().windows()
    assert list(table.columns[3:]) == ["activity: walk", "activity: run", "place: belt", "place: wrist"]
    assert table.iloc[1, 3:].tolist() == [0.3, 0.7, 0.6, 0.4]
    assert table["expected"].tolist() == ["activity: walk, place: belt"] * 2
    assert table.attrs["keys"] == ["activity", "place"]
    assert label_maps().scores().shape == (2, 4)


def test_label_maps_have_a_prediction_for_each_window_and_key():
    found = label_maps().predictions()
    assert list(found.columns[:1]) == ["key"]
    assert found.index.tolist() == [0, 0, 1, 1]
    assert found["key"].tolist() == ["activity", "place"] * 2
    assert found["expected"].tolist() == ["walk", "belt"] * 2
    assert found["predicted"].tolist() == ["walk", "belt", "run", "belt"]
    assert found["correct"].tolist() == [True, True, False, True]
    assert label_maps().predictions(0.65)["predicted"].tolist() == ["walk", "belt", "run", "uncertain"]


def test_one_key_gives_a_table_like_any_other():
    table = label_maps().windows(key="place")
    assert list(table.columns[3:]) == ["belt", "wrist"]
    assert table["expected"].tolist() == ["belt"] * 2
    assert ek.classification.predictions(table)["predicted"].tolist() == ["belt"] * 2
    with pytest.raises(ek.UsageError, match="'activity', 'place'"):
        label_maps().windows(key="mood")
    with pytest.raises(ek.UsageError, match="one label each"):
        response({"result": [{"a": 1}]}).blocks[0].windows(key="mood")


def test_all_keys_at_once_are_refused_with_how_to_take_one():
    with pytest.raises(ek.UsageError, match=r"block\.windows\(key='activity'\)"):
        ek.classification.predictions(label_maps().windows())


def test_the_summary_counts_key_by_key():
    assert label_maps().in_words() == "activity: walk 1, run 1; place: belt 2 of 2 windows"


def test_without_probabilities_the_server_s_own_labels_are_taken():
    assert label_maps(labelMapScores=None).in_words() == label_maps().in_words()
    found = label_maps(labelMapScores=None).predictions()
    assert found["predicted"].tolist() == ["walk", "belt", "run", "belt"]
    assert found["probability"].isna().all()


def test_where_the_ranges_have_no_map_the_sample_s_own_counts():
    document = copy.deepcopy(LABEL_MAPS)
    document["classifications"][0]["expectedLabels"] = []
    document["sample"]["sample"]["labelMap"] = {"labels": {"activity": "run"}}
    found = ek.parse(document).blocks[0].predictions()
    assert [None if pd.isna(label) else label for label in found["expected"]] == ["run", None] * 2


@pytest.mark.parametrize(
    "scores", [[0.5], [{"a": 1}], [{"a": {"b": "c"}}], [{"a": {"b": 10**400}}], [None], [{"a": None}], [["a"]]]
)
def test_label_maps_of_another_shape_are_no_fault(scores):
    block = label_maps(labelMapScores=scores, labelMapResult=[{"a": 1}], expectedLabels=[])
    assert len(block.windows()) == len(block.scores()) == 1
    assert block.predictions()["probability"].isna().all()
    assert block.in_words()


def test_windows_that_were_counted_and_not_sent_are_told(caplog):
    block = label_maps(labelMapScores=None, labelMapResult=None)
    assert block.windows().empty
    assert "counted 2 windows of sample 2" in caplog.text
    assert block.in_words() == "no windows"
