"""All blocks of a result, a tab each: which is open, when each is built, and what is passed on to the open one."""

from __future__ import annotations

import json

import pytest

import edgekit as ek
from edgekit.explorers import AnomalyExplorer, ClassificationExplorer, DetectionExplorer, ResultExplorer
from edgekit.explorers.plain import PlainExplorer
from tests.conftest import SEED


@pytest.fixture(scope="module")
def result(studio) -> ek.ClassifyResult:
    return studio.classify(31)


@pytest.fixture
def explorer(result) -> ResultExplorer:
    return ek.explore(result)


def test_a_result_of_several_blocks_has_a_tab_for_each_and_opens_at_the_one_with_most_to_show(explorer, result):
    assert isinstance(explorer, ResultExplorer)
    assert explorer._meta["tabs"] == [block.title for block in result.blocks]
    assert result.blocks[explorer.tab].type == "anomaly-gmm"
    assert isinstance(explorer.opened, AnomalyExplorer)
    assert ek.explore(result, tab=0).tab == 0
    assert isinstance(ek.explore(result, tab=0).opened, ClassificationExplorer)


def test_a_tab_is_built_when_it_is_opened_from_python_or_from_the_browser(explorer):
    assert [one is not None for one in explorer._explorers] == [False, False, True]
    explorer.tab = 0
    first = explorer.opened
    assert isinstance(first, ClassificationExplorer)
    explorer._open(explorer, {"tab": 1}, [])
    assert isinstance(explorer._explorers[1], AnomalyExplorer)
    assert explorer.opened is first
    for nonsense in ({"tab": 3}, {"tab": "1"}, {}, None):
        explorer._open(explorer, nonsense, [])
    assert explorer._children == explorer._explorers


def test_what_the_tabs_do_not_have_is_the_open_ones(explorer):
    explorer.threshold = 40
    assert explorer.opened.threshold == explorer.threshold == 40
    assert explorer.selection.equals(explorer.opened.selection)
    assert len(explorer.windows) == 17
    with pytest.raises(ek.UsageError, match="windows 0 to 16"):
        explorer.window = 17
    with pytest.raises(AttributeError, match="matrix_cell"):
        _ = explorer.matrix_cell
    explorer.tab = 0
    explorer.threshold = 0.9
    assert explorer.opened.threshold == 0.9
    explorer.tab = 2
    assert explorer.threshold == 40


def test_the_state_to_begin_with_goes_to_the_tab_that_is_opened_first(result):
    assert ek.explore(result, threshold=12, window=3).opened.window == 3
    assert ek.explore(result, tab=0, order="as recorded").opened.order == "as recorded"
    with pytest.raises(ek.UsageError, match="AnomalyExplorer has no 'treshold'"):
        ek.explore(result, treshold=3)
    for tab in (3, -1):
        with pytest.raises(ek.UsageError, match="tabs 0 to 2"):
            ek.explore(result, tab=tab)


def test_one_block_has_no_tabs_nor_has_one_that_is_asked_for(result):
    assert isinstance(ek.explore(ek.parse(SEED)), DetectionExplorer | AnomalyExplorer)
    assert isinstance(ek.explore(result, block="keras"), ClassificationExplorer)
    assert isinstance(ek.explore(result, "anomaly-gmm"), AnomalyExplorer)
    assert isinstance(ek.explore([result, result]), AnomalyExplorer)


def test_labels_and_anomaly_score_of_one_classifier_have_a_tab_each():
    result = ek.parse({"result": {"anomaly": -0.42, "classification": {"idle": 0.99, "wave": 0.01}}})
    explorer = ek.explore(result)
    assert explorer._meta["tabs"] == ["Linux runner · anomaly", "Linux runner · classification"]
    assert isinstance(explorer.opened, AnomalyExplorer)
    explorer.tab = 1
    assert isinstance(explorer.opened, ClassificationExplorer)
    assert explorer.opened.predictions()["predicted"].tolist() == ["idle"]
    assert isinstance(ek.explore(result, tab=1).opened, ClassificationExplorer)
    assert isinstance(ek.explore(result.blocks[0]), AnomalyExplorer)
    one = ek.explore(ek.parse({"result": {"anomaly": 2.5, "classification": {}}}))
    assert isinstance(one, AnomalyExplorer)


def test_text_picture_and_figure_are_those_of_the_open_tab(explorer):
    title, tabs, *rest = repr(explorer).splitlines()
    assert title == "ResultExplorer: badminton01 (sample 31) · 3 blocks"
    assert tabs == "tabs: Classification (logistic regression), Anomaly detection (K-means), [Anomaly detection (GMM)]"
    assert rest == repr(explorer.opened).splitlines()
    data, _ = explorer._repr_mimebundle_()
    assert data["text/plain"] == repr(explorer)
    assert data["image/png"] == explorer.opened._repr_mimebundle_()[0]["image/png"]
    assert explorer.figure().axes


def test_a_block_that_no_explorer_opens_for_shows_its_words_and_why(result, tmp_path):
    document = json.loads((SEED.parent / "cases" / "regression-response.json").read_bytes())
    regression = document["classifications"][0]
    regression["expectedLabels"][0]["label"] = "<b>idle</b>"  # no number: there is nothing to compare with
    document["classifications"].append({**regression, "learnBlock": {**regression["learnBlock"], "id": 99}})
    explorer = ek.explore(ek.parse(document))
    assert isinstance(explorer.opened, PlainExplorer)
    title = document["classifications"][0]["learnBlock"]["title"]
    assert explorer._meta["tabs"] == [
        f"{title} ({document['classifications'][0]['learnBlock']['id']})",
        f"{title} (99)",
    ]
    assert "labels that are numbers" in explorer.text()
    assert len(explorer.selection) == 4
    assert explorer.figure().axes
    explorer.to_html(tmp_path / "page.html")
    assert "<b>idle" not in (tmp_path / "page.html").read_text("utf-8")


def test_a_page_holds_all_tabs_and_each_module_once(explorer, tmp_path):
    explorer.to_html(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert page.count("const $anomaly_explorer = ") == page.count("const $classification_explorer = ") == 1
    assert all(one is not None for one in explorer._explorers)
