"""Tecator: 215 near-infrared spectra of meat with its fat content, read out of the sktime wheel.

An analyser measured the absorbance at 100 wavelengths from 850 to 1,050 nm. The fat content is by chemical
analysis, in per cent (C. Borggaard and H. H. Thodberg, Analytical Chemistry 64, 1992).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.sandbox.sources import Source

PARTS = {part: Source("sktime", "sktime", f"datasets/data/Tecator/Tecator_{part}.ts") for part in ("TRAIN", "TEST")}
SOURCES = tuple(PARTS.values())
WAVELENGTHS = tuple(float(w) for w in np.linspace(850, 1050, 100))  # nm


@dataclass(frozen=True, eq=False)
class Spectrum:
    """One sample of meat: absorbance by wavelength, shape (100,), and fat in per cent as the source writes it."""

    part: str
    number: int
    fat: str
    absorbance: NDArray[np.float64]


def tecator() -> list[Spectrum]:
    """Read all 215 spectra, the source's training set first."""
    found = []
    for part, source in PARTS.items():
        lines = [line for line in source.read().decode().splitlines() if line and line[0] not in "#@"]
        for number, line in enumerate(lines, start=1):
            values, fat = line.split(":")
            found.append(Spectrum(part, number, fat.strip(), np.array(values.split(","), float)))
    return found
