"""Regression on plain tables: predicted numbers beside expected ones, their errors, and how certain the figures are.

Nothing here uses the API. An error is predicted - expected, in the unit of the label. The threshold of a regression is
the largest absolute error that is allowed: its tolerance.
"""

from edgekit.regression.error_figures import errors
from edgekit.regression.predictions import predictions
from edgekit.regression.summary import summary

__all__ = ["errors", "predictions", "summary"]


def __dir__() -> list[str]:
    return __all__
