"""The words of tables that several rooms share: names of columns, and what stands in them.

The sandbox has its own: it is another program, as the Studio is.
"""

import re
from collections.abc import Iterable

SCORE = "anomaly"  # the column of the anomaly score, as the API names it; any other score is of a label
FRAME = ("start_ms", "end_ms", "expected")  # the columns before the scores in a table of windows
# The columns of tables of windows that are not the probability of a label of that name; see `column_of`.
OWN_COLUMNS = (*FRAME, "anomalous", "signed_score", "sample", "window", "category", "key", SCORE)
# The columns before the shares of features in a table that explains scores.
BEFORE_SHARES = ("score", "recomputed", "signed_score", "component", "cluster", "distance")
UNCERTAIN = "uncertain"  # the Studio's word for a window of which no label is probable enough

_OF_LABEL = "_score"
_OWN = re.compile(f"(?:{'|'.join(OWN_COLUMNS)})(?:{_OF_LABEL})*")


def column_of(label: str) -> str:
    """Return what the column of a label's probabilities is called: as the label, unless tables have such a column."""
    return label + _OF_LABEL if _OWN.fullmatch(label) else label


def label_of(column: object) -> str:
    """Return the label whose probabilities a column has; see `column_of`."""
    found = str(column)  # a column made of an array is named by a number
    name = found.removesuffix(_OF_LABEL)
    return name if name != found and _OWN.fullmatch(name) else found


def label_order(labels: Iterable[str]) -> list[str]:
    """Return labels in the order of the rows and columns of a matrix: sorted, "uncertain" last."""
    return sorted(labels, key=lambda label: (label == UNCERTAIN, label))
