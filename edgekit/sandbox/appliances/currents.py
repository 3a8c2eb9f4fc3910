"""PLAID: the currents that 1,074 plugged-in appliances of 11 kinds drew, read out of the sktime wheel.

Measured in over 56 households in Pittsburgh in summer 2013 (J. Gao et al., PLAID, BuildSys 2014); many recordings begin
with the moment of switching on. The source says neither in which unit the readings are nor how many a second. Those of
one appliance differ by factors of thousands, so the size alone tells little. The mains' 60 Hz come back at every
fifth reading, which makes 300 readings a second: a hundredth of the 30 kHz that were measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.sandbox.sources import Source

PARTS = {part: Source("sktime", "sktime", f"datasets/data/PLAID/PLAID_{part}.ts") for part in ("TRAIN", "TEST")}
SOURCES = tuple(PARTS.values())
FREQUENCY_HZ = 300.0
KINDS = (
    "air conditioner", "compact fluorescent lamp", "fan", "fridge", "hairdryer", "heater", "incandescent light bulb",
    "laptop", "microwave", "vacuum", "washing machine",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Recording:
    """One recording: the source's part, its number there from 1, the kind of appliance, and `values` (readings,)."""

    part: str
    number: int
    kind: str
    values: NDArray[np.float64]


def plaid() -> list[Recording]:
    """Read all recordings, the source's training set first."""
    found = []
    for part, source in PARTS.items():
        lines = [line for line in source.read().decode().splitlines() if line and line[0] not in "#@"]
        for number, line in enumerate(lines, start=1):
            values, kind = line.split(":")
            found.append(Recording(part, number, KINDS[int(kind)], np.array(values.split(","), float)))
    return found
