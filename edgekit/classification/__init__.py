"""Classification on plain tables: which label each window was given, how often that was right, and how sure it was.

Nothing here needs the API: a table of windows has one column of probabilities for each label.
"""

from edgekit.classification.predictions import UNCERTAIN, predictions

__all__ = ["UNCERTAIN", "predictions"]
