"""The words of tables that several rooms share: names of columns, and what stands in them.

The sandbox has its own: it is another program, as the Studio is.
"""

from collections.abc import Iterable

SCORE = "anomaly"  # the column of the anomaly score, as the API names it; any other score is of a label
FRAME = ("start_ms", "end_ms", "expected")  # the columns before the scores in a table of windows
# The columns before the shares of features in a table that explains scores.
BEFORE_SHARES = ("score", "recomputed", "signed_score", "component", "cluster", "distance")
UNCERTAIN = "uncertain"  # the Studio's word for a window of which no label is probable enough


def label_order(labels: Iterable[str]) -> list[str]:
    """Return labels in the order of the rows and columns of a matrix: sorted, "uncertain" last."""
    return sorted(labels, key=lambda label: (label == UNCERTAIN, label))
