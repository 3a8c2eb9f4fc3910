"""Which threshold decides, and what is said of a picture as a whole: shapes that the live service sends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import edgekit as ek

LIVE = Path(__file__).parents[1] / "data" / "live"


def case(name: str) -> dict:
    return json.loads((LIVE / f"{name}.json").read_text())


def block_of(document: dict) -> ek.BlockResult:
    return ek.parse(document).blocks[0]


@pytest.fixture
def visual() -> dict:
    return case("visual-two-thresholds")


def test_the_mean_of_the_cells_decides_where_the_block_says_so(visual):
    block = block_of(visual)
    assert block.threshold == 4.5
    said = "not flagged: score 3.02 by mean (Mean of all cells), below 4.5; highest cell 6.10"
    assert block.in_words() == said
    assert said in repr(block)
    assert said in block._repr_html_()
    assert said in block.result._repr_html_()


@pytest.mark.parametrize(("score", "verdict"), [(4.5, "flagged: score 4.50"), (4.49, "not flagged: score 4.49")])
def test_a_picture_at_the_threshold_is_flagged(visual, score, verdict):
    visual["classifications"][0]["result"] = [{"anomaly": score}]
    assert block_of(visual).in_words().startswith(verdict)


def test_a_server_without_the_method_gives_a_verdict_all_the_same(visual):
    del visual["classifications"][0]["thresholds"][1]
    assert block_of(visual).in_words() == "not flagged: score 3.02, below 4.5; highest cell 6.10"


def test_a_method_without_its_description_is_told_by_its_value(visual):
    visual["classifications"][0]["thresholds"][1]["dropdownOptions"] = None
    assert " by mean, below" in block_of(visual).in_words()


@pytest.mark.parametrize("result", [[{}], [{"anomaly": None}]])
def test_the_largest_cell_alone_gives_no_verdict(visual, result):
    visual["classifications"][0]["result"] = result
    assert block_of(visual).in_words() == "no score of the picture as a whole; highest cell 6.10"


def test_a_picture_without_any_threshold_has_a_score_and_no_verdict(visual):
    visual["classifications"][0] |= {"thresholds": [], "minimumConfidenceRating": None}
    assert block_of(visual).in_words() == "score 3.02, no threshold; highest cell 6.10"


def test_the_pictures_of_a_video_are_counted(visual):
    visual["classifications"][0]["result"] = [{"anomaly": score} for score in (1.0, 4.5, 9.0)]
    assert block_of(visual).in_words().startswith("2 of 3 pictures flagged at 4.5, highest score 9.00 by mean")


def test_a_picture_has_no_window_of_0_ms(visual):
    assert "0 ms" not in ek.parse(visual)._repr_html_()


def test_a_kind_of_visual_block_to_come_is_known_by_its_cells(visual):
    visual["classifications"][0]["learnBlock"]["type"] = "keras-patchcore"
    block = block_of(visual)
    assert block.threshold == 4.5  # the only number
    assert block.in_words().startswith("not flagged: score 3.02 by mean")


def test_the_options_of_a_threshold_keep_their_descriptions(visual):
    table = block_of(visual).thresholds
    assert table["value"].tolist() == [4.5, "mean"]
    assert table["dropdown_options"].isna().tolist() == [True, False]
    assert table["dropdown_options"][1] == "max: Highest cell; mean: Mean of all cells"
    assert not table.attrs


def test_of_paddleocr_the_score_of_a_box_decides():
    block = block_of(case("paddleocr"))
    assert block.threshold == 0.6
    assert block.detections()["label"].tolist() == ["text"]


def test_a_text_alone_never_decides():
    document = case("paddleocr")
    document["classifications"][0]["thresholds"] = [{"key": "mode", "value": "3"}]
    assert block_of(document).threshold == 0.5  # minimumConfidenceRating


def test_of_a_text_and_a_number_without_a_known_key_the_number_decides():
    document = case("paddleocr")
    document["classifications"][0]["thresholds"] = [{"key": "mode", "value": "3"}, {"key": "new", "value": 0.25}]
    assert block_of(document).threshold == 0.25


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "", "mean"])
def test_a_text_that_is_no_finite_number_does_not_decide_even_under_a_known_key(value):
    document = case("paddleocr")
    document["classifications"][0]["thresholds"] = [{"key": "min_score", "value": value}]
    assert block_of(document).threshold == 0.5


def test_what_a_server_calls_its_method_is_shown_short_and_escaped(visual):
    nasty = "<b>\x1b[31m" + "x" * 10_000
    chosen = visual["classifications"][0]["thresholds"][1]
    chosen |= {"value": nasty, "dropdownOptions": [{"description": nasty, "value": nasty}]}
    block = block_of(visual)
    assert len(block.in_words()) < 250
    assert "\x1b" not in repr(block)
    assert "<b>?" not in block._repr_html_()
