"""Classification's part of bench.py: labels, confusion matrix and reliability curve of 1,000,000 windows of 11 labels.

Both sides start from the same table of windows. The peer of predictions is what scikit-learn's classifiers do in
`predict` (the label of the largest column), and a comparison with the expected labels. Those of the confusion matrix
and the curve are scikit-learn's `confusion_matrix` and `calibration_curve`, the latter after the same search for the
largest column.
"""

import numpy as np
import pandas as pd
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix

from edgekit import classification
from tests.bench_table import Row, ratio

WINDOWS = 1_000_000
LABELS = [f"label {i}" for i in range(11)]


def table() -> pd.DataFrame:
    """Make up windows: probabilities that sum to 1, and labels that are those of the largest two times in three."""
    random = np.random.default_rng(0)
    values = random.random((WINDOWS, len(LABELS))) ** 4
    values /= values.sum(axis=1, keepdims=True)
    truth = np.where(random.random(WINDOWS) < 2 / 3, values.argmax(axis=1), random.integers(0, len(LABELS), WINDOWS))
    expected = pd.array(LABELS, dtype="str").take(truth)
    return pd.DataFrame({"expected": expected, **dict(zip(LABELS, values.T, strict=True))})


def rows() -> list[Row]:
    windows = table()
    predictions = classification.predictions(windows)
    names = np.array(LABELS, object)

    def predict() -> tuple[object, object]:
        values = windows[LABELS].to_numpy()
        predicted = pd.Series(names[values.argmax(axis=1)], windows.index, "str")
        return predicted, windows["expected"] == predicted

    def curve() -> object:
        values = windows[LABELS].to_numpy()
        highest = values.argmax(axis=1)
        right = windows["expected"].to_numpy(object) == names[highest]
        return calibration_curve(right, values[np.arange(WINDOWS), highest], n_bins=10)

    return [
        ratio(
            "predictions of 10^6 windows: scikit-learn's predict",
            lambda: classification.predictions(windows),
            predict,
            "≤ 1.2 x",
        ),
        ratio(
            "confusion matrix of 10^6 windows: scikit-learn",
            lambda: classification.confusion(predictions),
            lambda: confusion_matrix(predictions["expected"], predictions["predicted"], labels=LABELS),
            "≤ 1.2 x",
        ),
        ratio(
            "reliability curve of 10^6 windows: scikit-learn",
            lambda: classification.calibration(windows),
            curve,
            "≤ 1.2 x",
        ),
    ]
