"""Trains and measures the model of the project "meat"."""

from __future__ import annotations

import numpy as np

from edgekit.sandbox import fitting
from edgekit.sandbox.meat import samples, standardised
from edgekit.sandbox.models import Floats
from edgekit.sandbox.shipped import Figures, Learned


def train() -> Learned:
    """Train the regression, and measure both variants on the testing set."""
    training, testing = (_table(category) for category in ("training", "testing"))
    model = fitting.linear(*training)
    rows, fat = testing
    figures: Figures = {}
    for variant in ("float32", "int8"):
        error = np.abs(model.values(rows, variant == "int8") - fat)
        figures[variant] = {
            "mae": float(error.mean()),
            "rmse": float(np.sqrt((error**2).mean())),
            "largest": float(error.max()),
            "mae_of_the_median": float(np.abs(np.median(training[1]) - fat).mean()),
            "samples": len(fat),
        }
    return Learned(model.arrays("linear"), figures)


def _table(category: str) -> tuple[Floats, Floats]:
    """The features of a category's samples, and their fat in per cent."""
    found = [sample for sample in samples().values() if sample.category == category]
    return standardised(np.array([sample.values for sample in found])), np.array([float(s.label) for s in found])
