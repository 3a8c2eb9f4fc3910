"""The spectral features of the motion project's DSP block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def names(axes: tuple[str, ...], size: int, interval_ms: float) -> list[str]:
    """Name the features in the order of `spectral`: axis by axis."""
    frequencies = np.fft.rfftfreq(size, interval_ms / 1000)[1:]
    per_axis = ["RMS", "Skewness", "Kurtosis", *(f"Spectral Power {f:g} Hz" for f in frequencies)]
    return [f"{axis} {name}" for axis in axes for name in per_axis]


def spectral(windows: Floats) -> Floats:
    """Return per axis RMS, skewness, kurtosis and log power of each frequency bin, the mean taken off first.

    (windows, size, axes) → (windows, axes · (3 + size // 2)).
    """
    centred = windows - windows.mean(axis=1, keepdims=True)
    rms = np.sqrt((centred**2).mean(axis=1))
    spread = np.maximum(rms, 1e-9)
    skewness = (centred**3).mean(axis=1) / spread**3
    kurtosis = (centred**4).mean(axis=1) / spread**4 - 3
    size = windows.shape[1]
    spectrum = np.fft.rfft(centred * np.hanning(size)[:, None], axis=1)[:, 1:]
    power = np.log10(np.abs(spectrum) ** 2 / size + 1e-6)
    per_axis = np.concatenate([rms[:, None], skewness[:, None], kurtosis[:, None], power], axis=1)
    flat: Floats = per_axis.swapaxes(1, 2).reshape(len(windows), -1)
    return flat
