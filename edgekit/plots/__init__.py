"""Static pictures with matplotlib: a table goes in, the Axes it was drawn on comes out.

Colours are Okabe and Ito's, which colour-blind readers can tell apart; lines differ in style as well, for print.
"""

from edgekit.colours import ALARM, COLOURS, STYLES
from edgekit.plots.anomaly import explanation, histogram, scores, sweep, windows
from edgekit.plots.classification import confusion, probabilities, reliability
from edgekit.plots.dark import on_dark
from edgekit.plots.detection import detections, image
from edgekit.plots.features import features
from edgekit.plots.regression import predicted, predicted_over_time, residuals
from edgekit.plots.signal import SHORTEST, signal, spectrogram
from edgekit.plots.visual import cells

__all__ = [
    "ALARM", "COLOURS", "SHORTEST", "STYLES", "cells", "confusion", "detections", "explanation", "features",
    "histogram", "image", "on_dark", "predicted", "predicted_over_time", "probabilities", "reliability", "residuals",
    "scores", "signal", "spectrogram", "sweep", "windows",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__
