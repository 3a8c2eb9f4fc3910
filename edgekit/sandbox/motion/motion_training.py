"""Trains and measures the models of the project "motion"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.sandbox import fitting
from edgekit.sandbox.models import Arrays, Floats
from edgekit.sandbox.motion import FOLDS, INCREASE_MS, QUANTILE, UNSEEN, WINDOW_MS, rms_axes, samples, short_windows
from edgekit.sandbox.motion import spectral_features as features
from edgekit.sandbox.motion.recordings import INTERVAL_MS
from edgekit.sandbox.shipped import Figures, Learned
from edgekit.sandbox.timeseries import Signal, sliding_windows

Texts = NDArray[Any]


class _Detector(Protocol):
    def scores(self, features: Floats) -> Floats: ...

    def arrays(self, prefix: str) -> Arrays: ...


def train() -> Learned:
    """Train the models of both impulses and measure them on recordings they have not seen."""
    found = list(samples().values())
    long, short = _long_windows(found), _short_windows(found)
    return Learned(long.arrays | short.arrays, long.figures | short.figures)


def _long_windows(found: list[Signal]) -> Learned:
    rows, label, recording, training = _table(found, WINDOW_MS, INCREASE_MS)
    selected = rows[:, rms_axes()]
    classifier = fitting.classifier(rows[training], label[training])
    seen = ~training & (label != UNSEEN)
    right = classifier.labels[classifier.probabilities(rows[seen]).argmax(axis=1)] == label[seen]
    arrays = classifier.arrays("classifier")
    figures: Figures = {"classifier": {"accuracy": float(right.mean()), "windows": int(seen.sum())}}
    fits: dict[str, Callable[[Floats], _Detector]] = {"mixture": fitting.mixture, "clusters": fitting.clusters}
    for name, fit in fits.items():
        model, figures[name] = _detector(fit, selected, label, recording, training)
        arrays |= model.arrays(name)
    return Learned(arrays, figures)


def _short_windows(found: list[Signal]) -> Learned:
    rows, label, recording, training = _table(found, short_windows.WINDOW_MS, short_windows.INCREASE_MS)
    network = fitting.labelled_network(rows[training], label[training], units=16, epochs=60)
    seen = ~training & (label != UNSEEN)
    right = network.labels[network.probabilities(rows[seen]).argmax(axis=1)] == label[seen]
    selected = rows[:, short_windows.rms_axes()]
    mixture, figures = _detector(fitting.mixture, selected, label, recording, training)
    return Learned(
        network.arrays("short_network") | mixture.arrays("short_mixture"),
        {
            "short_network": {"accuracy": float(right.mean()), "windows": int(seen.sum())},
            "short_mixture": figures,
        },
    )


def _detector(
    fit: Callable[[Floats], _Detector], rows: Floats, label: Texts, recording: Texts, training: Texts
) -> tuple[_Detector, dict[str, float]]:
    """Fit on the training windows; return the model and how it does on the others."""
    model = fit(rows[training])
    threshold = _held_out_threshold(fit, rows[training], recording[training])
    above = model.scores(rows) > threshold
    seen = ~training & (label != UNSEEN)
    return model, {
        "threshold": threshold,
        "false_alarms": float(above[seen].mean()),
        "detected": float(above[label == UNSEEN].mean()),
        "normal_windows": int(seen.sum()),
        "unseen_windows": int((label == UNSEEN).sum()),
    }


def _table(
    samples: list[Signal], window_ms: int, increase_ms: int
) -> tuple[Floats, NDArray[Any], NDArray[Any], NDArray[Any]]:
    """All windows of all samples: features, label, recording, and whether it is a training window."""
    size, increase = window_ms // INTERVAL_MS, increase_ms // INTERVAL_MS
    rows = [features.spectral(sliding_windows(s.values, size, increase)) for s in samples]
    windows = [len(r) for r in rows]
    label, training = np.array([s.label for s in samples]), np.array([s.category == "training" for s in samples])
    recording = np.arange(len(samples))
    return np.concatenate(rows), *(np.repeat(column, windows) for column in (label, recording, training))  # type: ignore[return-value]


def _held_out_threshold(fit: Callable[[Floats], _Detector], rows: Floats, recording: NDArray[Any]) -> float:
    """Score every training recording by a model that was trained without it; the threshold is a quantile of that.

    Whole recordings are held out: neighbouring windows overlap, and a model knows half of a window it has the next of.
    """
    scores = np.empty(len(rows))
    for fold in range(FOLDS):
        out = recording % FOLDS == fold
        scores[out] = fit(rows[~out]).scores(rows[out])
    return round(float(np.quantile(scores, QUANTILE)), 2)
