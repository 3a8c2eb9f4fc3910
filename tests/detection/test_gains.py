"""What mending a kind of error gains: by hand, and by mending it and matching again."""

from __future__ import annotations

import pandas as pd
import pytest

import edgekit as ek
from edgekit.detection.gains import gains

TRUTHS = pd.DataFrame(
    {"x": [0.1, 0.5, 0.9, 0.1, 0.5], "y": [0.1, 0.5, 0.9, 0.9, 0.1], "label": [1, 1, 2, 3, -1]},
)
# a hit, its duplicate, a wrong class, one too far, one in the background, one that takes what is not in training
PREDICTIONS = pd.DataFrame(
    {"x": [0.1, 0.12, 0.5, 0.85, 0.9, 0.5], "y": [0.1, 0.1, 0.5, 0.75, 0.1, 0.1], "label": [1, 1, 2, 2, 3, 2]}
)


def f1_of(truths: pd.DataFrame, predictions: pd.DataFrame) -> float:
    return ek.detection.match(truths, predictions, 0.1).metrics(one_to_one=True).f1


def test_a_worked_example():
    """Hits 1, false 5, missed 3: F1 2/10. Each kind by hand."""
    errors = ek.detection.match(TRUTHS, PREDICTIONS, 0.1).errors()
    found = gains(errors)
    assert found["count"].to_dict() == {"duplicate": 1, "wrong class": 2, "too far": 1, "background": 1, "missed": 1}
    by_hand = {
        "duplicate": 2 / 9,  # one false prediction less
        "wrong class": 4 / 9,  # one more hit; the other was on what is not in training, and is taken away
        "too far": 4 / 10,  # one more hit, one false and one missed less
        "background": 2 / 9,
        "missed": 2 / 9,  # one missed less
    }
    assert found["f1"].to_dict() == pytest.approx(by_hand)
    assert (found["gain"] + 0.2).to_dict() == pytest.approx(by_hand)


def test_mended_and_matched_again_it_is_the_same():
    found = gains(ek.detection.match(TRUTHS, PREDICTIONS, 0.1).errors())["f1"]
    assert found["duplicate"] == f1_of(TRUTHS, PREDICTIONS.drop(index=1))
    assert found["background"] == f1_of(TRUTHS, PREDICTIONS.drop(index=4))
    assert found["missed"] == f1_of(TRUTHS.drop(index=3), PREDICTIONS)
    assert found["too far"] == f1_of(TRUTHS, PREDICTIONS.assign(y=PREDICTIONS["y"].replace(0.75, 0.9)))
    relabelled = PREDICTIONS.assign(label=[1, 1, 1, 2, 3, 2]).drop(index=5)
    assert found["wrong class"] == f1_of(TRUTHS, relabelled)


def test_where_all_is_right_nothing_is_gained_and_what_is_no_table_is_refused():
    right = ek.detection.match(TRUTHS.head(3), TRUTHS.head(3), 0.1)
    assert gains(right.errors())["gain"].tolist() == [0] * 5
    with pytest.raises(ek.UsageError, match="no table of errors"):
        gains(right.truths)
