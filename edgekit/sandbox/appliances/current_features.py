"""The features of the appliances project's DSP block: the current's level, shape, course and spectrum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SHARES = tuple(np.linspace(0, 1, 13).tolist())  # of the readings that are below a quantile
LAGS = (1, 2, 3, 4, 5, 10, 15, 20)  # readings
PARTS = 10  # of a window, for the course
FAINT = 1e-4  # readings below this are as good as none


def names(size: int, frequency_hz: float) -> list[str]:
    """Name the features in the order of `spectral`."""
    frequencies = np.fft.rfftfreq(size, 1 / frequency_hz)[1:]
    return [
        *("Level", "RMS", "Peak", "Skewness", "Kurtosis"),
        *(f"Quantile {share:.2f}" for share in SHARES),
        *(f"Autocorrelation {lag} readings" for lag in LAGS),
        *(f"Course {part} of {PARTS}" for part in range(1, PARTS + 1)),
        *(f"Spectral Power {f:g} Hz" for f in frequencies),
    ]


def spectral(windows: Floats) -> Floats:
    """Return the features of windows of one axis: (windows, size, 1) → (windows, 36 + size // 2).

    Level (root mean square), RMS (the same without the mean), peak and the course's parts (largest reading of each
    tenth, over the peak) as logarithms; all others of the window with mean 0 and deviation 1. `size` is a multiple of
    10.
    """
    values = windows[:, :, 0]
    size = values.shape[1]
    level, peak = np.sqrt((values**2).mean(axis=1)), np.abs(values).max(axis=1)
    centred = values - values.mean(axis=1, keepdims=True)
    rms = np.sqrt((centred**2).mean(axis=1))
    shape = centred / np.maximum(rms, 1e-6)[:, None]
    course = np.abs(values).reshape(len(values), PARTS, -1).max(axis=2)
    repeated = [(shape[:, lag:] * shape[:, :-lag]).mean(axis=1) for lag in LAGS]
    power = np.abs(np.fft.rfft(shape * np.hanning(size), axis=1))[:, 1:] ** 2 / size
    return np.column_stack(
        [
            *(_log(value) for value in (level, rms, peak)),
            (shape**3).mean(axis=1),
            (shape**4).mean(axis=1) - 3,
            np.quantile(shape, SHARES, axis=1).T,
            *repeated,
            _log(course) - _log(peak)[:, None],
            _log(power),
        ]
    )


def _log(values: Floats) -> Floats:
    logarithms: Floats = np.log10(values + FAINT)
    return logarithms
