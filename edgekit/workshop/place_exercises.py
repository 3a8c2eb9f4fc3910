"""Part 5: where in a picture: objects and their truths, cells and their scores."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from edgekit import detection, visual
from edgekit.results.block import BlockResult
from edgekit.studio.studio import Studio
from edgekit.workshop.answers import CELL, COUNT, SHARE
from edgekit.workshop.solution import Mistake, Solution, blocks, highest, lowest, per_studio, testing

FOMO = "fomo"


@per_studio
def picture(studio: Studio) -> BlockResult:
    """Return the FOMO block of the worst testing picture in which two objects were found."""
    worst = detection.summary(testing(studio), block=FOMO).per_sample.query("hit > 1").index[0]
    return next(block for block in blocks(testing(studio), FOMO) if block.sample.id == worst)


@per_studio
def missed_truths(studio: Studio) -> Solution:
    """5a.1: how many truths of the picture no prediction was assigned to."""
    info = picture(studio).debug_info()
    truths, missed = len(info.truths), len(info.unassigned_truths)
    return Solution(
        missed,
        COUNT,
        (
            Mistake(len(info.unassigned_predictions), "Those are predictions without a truth: false alarms."),
            Mistake(truths - missed, "Those are the truths that were found."),
            Mistake(truths, "Those are all truths of the picture."),
        ),
    )


@per_studio
def horizontal_place(studio: Studio) -> Solution:
    """5a.2: how far to the right the first prediction of the document lies, as a ratio of the width."""
    sent = picture(studio).raw.structured_result or []
    first = json.loads(sent[0].debug_info_json or "{}")["y_preds"][0]
    return Solution(
        float(first["y"]),
        SHARE,
        (
            Mistake(float(first["x"]), "Rows for columns: in this document x counts rows, from the top down."),
            Mistake(1 - float(first["y"]), "That is the distance from the right. Places are counted from the left."),
            Mistake(float(first["label"]), "That is the label of the prediction."),
        ),
    )


@per_studio
def pictures_with_a_missed_truth(studio: Studio) -> Solution:
    """5a.3: in how many testing pictures a truth was missed."""
    missed = [len(block.debug_info().unassigned_truths) for block in blocks(testing(studio), FOMO)]
    with_one = sum(count > 0 for count in missed)
    return Solution(
        with_one,
        COUNT,
        (
            Mistake(sum(missed), "You counted objects for pictures: several misses in one picture count once."),
            Mistake(len(missed) - with_one, "Those are the pictures in which no truth was missed."),
            Mistake(
                sum(len(block.debug_info().unassigned_predictions) > 0 for block in blocks(testing(studio), FOMO)),
                "In these pictures a prediction has no truth. Look for pictures in which a truth has no prediction.",
            ),
        ),
    )


@per_studio
def surfaces(studio: Studio) -> list[BlockResult]:
    """Return the visual-anomaly block of each testing picture."""
    return [next(block for block in result.blocks if block.kind == "visual") for result in testing(studio)]


@per_studio
def highest_cell(studio: Studio) -> Solution:
    """5b.1: the cell with the highest score in the picture with the highest score, as (row, column)."""
    cells = _highest(studio).cells()
    row, column = _cell(cells, highest(cells["score"]))
    return Solution(
        (row, column),
        CELL,
        (
            Mistake((column, row), "Rows for columns: the row counts from the top down, and comes first."),
            Mistake((row + 1, column + 1), "Off by one: the first row and the first column are number 0."),
            Mistake((column + 1, row + 1), "Rows for columns, and both count from 0."),
            Mistake(_cell(cells, lowest(cells["score"])), "That cell has the lowest score."),
        ),
    )


@per_studio
def flagged_cells(studio: Studio) -> Solution:
    """5b.2: how many of its cells are at or above the threshold."""
    found = _highest(studio)
    flagged, all_ = len(found.cells(found.threshold)), found.scores.size
    return Solution(
        flagged,
        COUNT,
        (
            Mistake(all_ - flagged, "A threshold on the wrong side: those cells are below it."),
            Mistake(all_, "Those are all cells of the grid."),
            Mistake(flagged - 1, "Off by one cell: did you leave one out, such as the highest one?"),
            Mistake(flagged + 1, "Off by one cell: did you count one that is below the threshold?"),
            Mistake(flagged / all_, "That is a share. Count the cells."),
            Mistake(
                sum(bool(one.visual_anomaly().flagged()) for one in surfaces(studio)),
                "You counted pictures for cells. Look at the cells of one picture.",
            ),
        ),
    )


@per_studio
def missed_pictures(studio: Studio) -> Solution:
    """5b.3: how many anomalous testing pictures are not flagged."""
    table = visual.summary(surfaces(studio)).per_sample
    outcomes = table["outcome"].value_counts()
    missed = int(outcomes.get("missed", 0))
    anomalous = missed + int(outcomes.get("hit", 0))
    return Solution(
        missed,
        COUNT,
        (
            Mistake(anomalous - missed, "Those are the anomalous pictures that were found."),
            Mistake(int(outcomes.get("false alarm", 0)), "Those are false alarms: normal pictures that are flagged."),
            Mistake(anomalous, "Those are all anomalous pictures."),
            Mistake(missed / max(anomalous, 1), "That is a share of the anomalous pictures. Count them."),
            Mistake(missed / max(len(table), 1), "That is a share of the pictures. Count them."),
            Mistake(_without_alarm(table), "That counts the normal pictures as well, which should not be flagged."),
        ),
    )


def _without_alarm(table: pd.DataFrame) -> int:
    return int((~table["outcome"].isin(["hit", "false alarm"])).sum())


def _cell(cells: pd.DataFrame, row: Any) -> tuple[float, float]:
    return float(cells["row"][row]), float(cells["column"][row])


def _highest(studio: Studio) -> visual.VisualAnomaly:
    return max((block.visual_anomaly() for block in surfaces(studio)), key=lambda found: found.score)
