"""Classification on plain tables: which label each window was given, how often that was right, and how sure it was.

Nothing here needs the API: a table of windows has one column of probabilities for each label. Where a function takes
results as well, it takes what `Studio.classify` or `Studio.test` returned.
"""

from edgekit.classification.calibration import calibration, calibration_error
from edgekit.classification.confusion import confusion, report
from edgekit.classification.label_issues import label_issues
from edgekit.classification.predictions import predictions
from edgekit.classification.summary import summary
from edgekit.classification.sweep import sweep
from edgekit.table_words import UNCERTAIN

__all__ = [
    "UNCERTAIN", "calibration", "calibration_error", "confusion", "label_issues", "predictions", "report", "summary",
    "sweep",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__
