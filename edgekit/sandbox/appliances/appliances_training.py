"""Trains and measures the model of the project "appliances"."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.sandbox import fitting
from edgekit.sandbox.appliances import (
    INCREASE_MS,
    THRESHOLD,
    TRAINING_INCREASE_MS,
    WINDOW_MS,
    samples,
)
from edgekit.sandbox.appliances import current_features as features
from edgekit.sandbox.appliances.currents import FREQUENCY_HZ
from edgekit.sandbox.models import Floats
from edgekit.sandbox.shipped import Figures, Learned
from edgekit.sandbox.timeseries import Signal, sliding_windows

UNITS, EPOCHS = 64, 60
Texts = NDArray[Any]


def train() -> Learned:
    """Train the network on labels as they are, wrong ones too; measure both variants on the testing set."""
    found = samples().values()
    rows, labels, _ = _table([s for s in found if s.category == "training"], TRAINING_INCREASE_MS)
    model = fitting.labelled_network(rows, labels, UNITS, EPOCHS)
    rows, labels, sample = _table([s for s in found if s.category == "testing"], INCREASE_MS)
    figures: Figures = {}
    for variant in ("float32", "int8"):
        probabilities = model.probabilities(rows, variant == "int8")
        figures[variant] = _measured(model.labels, probabilities, labels, sample)
    return Learned(model.arrays("network"), figures)


def _table(samples: list[Signal], increase_ms: float) -> tuple[Floats, Texts, NDArray[np.int_]]:
    """All windows of samples: features, label, which sample."""
    size, increase = (round(ms * FREQUENCY_HZ / 1000) for ms in (WINDOW_MS, increase_ms))
    cut = [sliding_windows(sample.values, size, increase, pad=True) for sample in samples]
    windows = [len(one) for one in cut]
    rows = features.spectral(np.concatenate(cut))
    labels = np.repeat([sample.label for sample in samples], windows)
    return rows, labels, np.repeat(np.arange(len(samples)), windows)


def _measured(names: Texts, probabilities: Floats, labels: Texts, sample: NDArray[np.int_]) -> dict[str, float]:
    """Return how many windows are right, the mean of that over the labels, and how many samples by all windows.

    A sample is called what its windows' probabilities, multiplied, are highest of.
    """
    right = names[probabilities.argmax(axis=1)] == labels
    sure = probabilities.max(axis=1) >= THRESHOLD
    together = [np.log(probabilities[sample == i] + 1e-6).sum(axis=0).argmax() for i in np.unique(sample)]
    of_sample = labels[np.unique(sample, return_index=True)[1]]
    return {
        "accuracy": float(right.mean()),
        "balanced_accuracy": float(np.mean([right[labels == name].mean() for name in names])),
        "sample_accuracy": float((names[together] == of_sample).mean()),
        "uncertain": float((~sure).mean()),
        "sure_accuracy": float(right[sure].mean()),
        "confidence_of_wrong": float(probabilities.max(axis=1)[~right].mean()),
        "windows": len(right),
        "samples": len(of_sample),
    }
