"""Which side of a threshold a score is on, also one that is equal to it: the front end's rules are those of Python."""

from __future__ import annotations

import numpy as np
import pytest

from edgekit import threshold_rules

MODULES = ("shared/threshold_rules.js",)
SCORES = [-0.7, 0.1, 0.3 - 1e-16, 0.3, 0.1 + 0.2, 0.7, None]  # JSON has no NaN
EQUAL = {"isAnomaly": False, "isFlagged": True, "isUncertain": False, "isDetected": True, "isBeyond": False}
IN_PYTHON = {
    "isAnomaly": threshold_rules.is_anomaly,
    "isFlagged": threshold_rules.is_flagged,
    "isUncertain": threshold_rules.is_uncertain,
    "isDetected": threshold_rules.is_detected,
    "isBeyond": threshold_rules.is_beyond,
}


@pytest.mark.parametrize(("rule", "of_one_at_it"), EQUAL.items())
def test_a_rule_says_the_same_in_both_languages_of_a_score_at_the_threshold_and_of_none_too(call, rule, of_one_at_it):
    scores = np.array(SCORES, float)
    for threshold in (-0.7, 0.0, 0.3, 0.7):
        in_browser = call(f"x[0].map((score) => {rule}(score ?? NaN, x[1]))", [SCORES, threshold])
        assert in_browser == IN_PYTHON[rule](scores, threshold).tolist()
    assert bool(IN_PYTHON[rule](0.3, 0.3)) is of_one_at_it


def test_counting_over_sorted_numbers_follows_the_rules(call):
    sizes, counted = [0.0, 0.1, 0.3, 0.3, 0.7], np.array([1.0, 1, 2, 1])
    for threshold in (-1.0, 0.0, 0.2, 0.3, 0.7, 2.0):
        within = int((~threshold_rules.is_beyond(sizes, threshold)).sum())
        assert call("countWithin(Float64Array.from(x[0]), x[1])", [sizes, threshold]) == within
    each = [int(threshold_rules.is_anomaly(sizes, score).sum()) for score in np.unique(sizes)]
    assert threshold_rules.anomalies_at_each(counted).tolist() == each
