"""A label called "anomaly": the API has the same name for the anomaly score, and the two are told apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import edgekit as ek
from edgekit.explorers.anomaly import AnomalyExplorer
from edgekit.explorers.classification import ClassificationExplorer
from edgekit.table_words import OWN_COLUMNS, column_of, label_of
from tests.results.test_windows import block_of, response
from tests.wire.test_answers import TESTED, answering

ROWS = [{"anomaly": 0.9, "idle": 0.08, "wave": 0.02}, {"anomaly": 0.25, "idle": 0.7, "wave": 0.05}]
SCORED = [{"idle": 0.92, "wave": 0.08, "anomaly": 0.9}, {"idle": 0.7, "wave": 0.3, "anomaly": 0.25}]
SAMPLE = {"label": "anomaly", "category": "testing"}


def test_it_is_predicted_as_any_label_is():
    block = block_of(ROWS, sample=SAMPLE)
    assert block.shown_kinds == ["classification"]
    assert block.predictions()["predicted"].tolist() == ["anomaly", "idle"]
    assert block.predictions()["correct"].tolist() == [True, False]
    assert list(block.windows().columns[3:]) == list(block.scores()) == ["idle", "wave", "anomaly_score"]
    assert block.in_words() == "anomaly 1, idle 1 of 2 windows"
    assert [text.get_text() for text in block.plot().get_legend().get_texts()] == ["idle", "wave", "anomaly"]


def test_all_figures_of_a_classifier_know_it():
    result = block_of(ROWS, sample=SAMPLE).result
    assert ek.classification.summary([result]).per_sample["predicted"].tolist() == ["anomaly"]
    assert ek.classification.confusion([result]).loc["anomaly"].to_dict() == {"anomaly": 1, "idle": 1, "uncertain": 0}
    assert ek.classification.label_issues([result])["quality"].tolist() == [pytest.approx(0.575)]
    assert ek.classification.sweep([result])["threshold"].tolist() == [0.7, 0.9]
    assert isinstance(ek.explore(result), ClassificationExplorer)


@pytest.mark.parametrize("learn", [{"type": "keras-akida"}, {"type": "something-new"}])
def test_it_is_known_in_blocks_of_every_type_that_gives_no_scores(learn):
    assert block_of(ROWS, learnBlock=learn).predictions()["predicted"].tolist() == ["anomaly", "idle"]


@pytest.mark.parametrize("rows", [SCORED, [SCORED[0] | {"anomaly": -0.42}], [SCORED[0] | {"anomaly": 34.7}]])
@pytest.mark.parametrize("kind", ["keras", "something-new"])
def test_a_score_that_stands_beside_labels_stays_one(rows, kind):
    block = block_of(rows, learnBlock={"type": kind})
    assert block.shown_kinds == ["anomaly", "classification"]
    assert block.windows()["anomaly"].tolist() == [row["anomaly"] for row in rows]
    assert block.predictions()["predicted"].tolist() == ["idle"] * len(rows)
    assert isinstance(ek.explore(block), AnomalyExplorer)


@pytest.mark.parametrize("kind", ["anomaly", "anomaly-gmm", "keras-visual-anomaly", "keras-regression"])
def test_in_a_block_of_another_kind_it_is_never_a_label(kind):
    block = block_of([{"idle": 0.1, "anomaly": 0.9}], learnBlock={"type": kind})
    assert list(block.windows().columns[3:]) == ["idle", "anomaly"]


def test_beside_an_anomaly_block_both_are_what_they_are():
    scores = {"learnBlock": {"type": "anomaly-gmm"}, "result": [{"anomaly": 0.03}, {"anomaly": 7.5}]}
    labels, scored = response({"result": ROWS}, scores).blocks
    assert labels.predictions()["predicted"].tolist() == ["anomaly", "idle"]
    assert scored.windows()["anomaly"].tolist() == [0.03, 7.5]


def test_outputs_of_int8_and_windows_without_numbers_are_no_obstacle():
    step = 1 / 256
    rows = [{"a": 200 * step, "anomaly": 55 * step}, {"a": None, "anomaly": None}, {"a": 128 * step, "anomaly": 0.5}]
    assert block_of(rows).predictions()["predicted"].tolist()[::2] == ["a", "a"]
    assert "anomaly_score" in block_of(rows).windows()
    assert block_of([{"a": 1.0, "anomaly": 0.0}] * 3).shown_kind == "classification"
    assert "anomaly" in block_of([{"a": None, "anomaly": None}]).windows()


@pytest.mark.parametrize("score", [0.0, 0.003])
def test_a_score_near_0_stays_one_where_the_labels_sum_to_1_without_it(score):
    block = block_of([{"idle": 0.9, "wave": 0.1, "anomaly": score}])
    assert list(block.windows().columns[3:]) == ["idle", "wave", "anomaly"]
    (runner,) = ek.parse({"result": {"classification": {"idle": 0.9, "wave": 0.1}, "anomaly": score}}).blocks
    assert runner.windows()["anomaly"].tolist() == [score]


@pytest.mark.parametrize("result", [{"anomaly": 10**400}, {"classification": {"a": 0.5}, "anomaly": 10**400}])
def test_a_number_that_no_float_holds_is_refused_of_the_runner_too(result):
    with pytest.raises(ek.ResponseError):
        ek.parse({"result": result})


def test_a_regression_with_several_numbers_beside_its_score_is_shown_by_that():
    block = block_of([{"x": 1.0, "y": 2.0, "anomaly": 3.0}], learnBlock={"type": "keras-regression"})
    assert isinstance(ek.explore(block), AnomalyExplorer)


def test_of_structured_labels_it_is_a_label():
    maps = [{"state": {"normal": 0.2, "anomaly": 0.3}, "place": {"belt": 1.0}}]
    block = block_of([], labelMapScores=maps, labelMapResult=[{"state": "anomaly", "place": "belt"}])
    assert block.windows("state")["anomaly_score"].tolist() == [0.3]
    assert block.predictions()["predicted"].tolist() == ["anomaly", "belt"]
    assert block.in_words() == "state: anomaly 1; place: belt 1 of 1 window"


def test_the_runner_keeps_them_apart():
    scores = {"anomaly": 0.9, "idle": 0.1}
    (block,) = ek.parse({"result": {"classification": scores}}).blocks
    assert block.predictions()["predicted"].tolist() == ["anomaly"]
    labels, scored = ek.parse({"result": {"classification": scores, "anomaly": -0.42}}).blocks
    assert labels.predictions()["predicted"].tolist() == ["anomaly"]
    assert (scored.kind, scored.windows()["anomaly"].tolist()) == ("anomaly", [-0.42])
    labels, scored = ek.parse({"result": {"classification": {"idle": 0.7, "wave": 0.1}, "anomaly": 0.2}}).blocks
    assert list(labels.scores()) == ["idle", "wave"]  # a score that a label's probability could be
    assert (scored.kind, scored.windows()["anomaly"].tolist()) == ("anomaly", [0.2])


def test_of_a_table_of_ones_own_too():
    table = pd.DataFrame({"expected": ["anomaly", "idle"], "anomaly": [0.9, 0.2], "idle": [0.1, 0.8]})
    assert ek.classification.predictions(table)["predicted"].tolist() == ["anomaly", "idle"]
    scored = table.assign(anomaly=[9.0, 2.0])
    assert ek.classification.predictions(scored)["predicted"].tolist() == ["idle", "idle"]


def test_model_testing_has_it():
    (result,) = TESTED["result"]
    (block, *_) = result["classifications"]
    block = {"learnBlock": block["learnBlock"] | {"type": "keras"}, "result": ROWS, "expectedLabels": []}
    page = TESTED | {"result": [result | {"classifications": [block]}]}
    impulse = {"success": True, "impulse": {"id": 1, "inputBlocks": [], "dspBlocks": [], "learnBlocks": []}}
    with answering(page, impulse) as (studio, _):
        testing = studio.test(start=False)
    assert testing.results[2].blocks[0].predictions(0)["predicted"].tolist() == ["anomaly", "idle"]
    assert ek.classification.summary(testing, threshold=0).per_sample["windows"].tolist() == [2]


@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(sum), min_size=1, max_size=8), st.booleans())
def test_whatever_the_probabilities_the_highest_is_predicted(weights, whole):
    values = np.array(weights) / np.sum(weights, axis=1, keepdims=True)
    if whole:  # outputs of int8
        values = np.floor(values * 256) / 256
    names = ["idle", "wave", "anomaly"]
    block = block_of([dict(zip(names, row, strict=True)) for row in values.tolist()])
    assert block.predictions()["predicted"].tolist() == [names[place] for place in values.argmax(axis=1)]
    assert label_of(block.windows().columns[-1]) == "anomaly"


@given(
    st.lists(st.floats(0.05, 1).map(lambda share: (share, 1 - share)), min_size=1),
    st.floats(0.06, 1e3) | st.floats(-9, -1e-9),
)
def test_whatever_the_score_it_is_one(pairs, score):
    block = block_of([{"idle": first, "wave": second, "anomaly": score} for first, second in pairs])
    assert block.windows()["anomaly"].tolist() == [score] * len(pairs)
    said = block.predictions()["predicted"].tolist()
    assert said == ["wave" if second > first else "idle" for first, second in pairs]


NAMES = st.sampled_from([*OWN_COLUMNS, "signed", "predicted", "_score", ""]) | st.text(max_size=5)


@given(st.lists(st.tuples(NAMES, st.integers(0, 2)).map(lambda pair: pair[0] + pair[1] * "_score"), unique=True))
def test_every_label_has_a_column_of_its_own_that_tells_its_name(labels):
    columns = [column_of(label) for label in labels]
    assert len({*columns, *OWN_COLUMNS}) == len(columns) + len(OWN_COLUMNS)
    assert [label_of(column) for column in columns] == labels
