"""BasicMotions: 80 recordings of four activities with a smart watch, read out of the sktime wheel.

Four students wore the watch while standing, walking, running and playing badminton: three accelerometer and three
gyroscope axes, ten readings a second, ten seconds a recording. The source states neither units nor who was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.sandbox.sources import Source

PARTS = {
    part: Source("sktime", "sktime", f"datasets/data/BasicMotions/BasicMotions_{part}.ts") for part in ("TRAIN", "TEST")
}
SOURCES = tuple(PARTS.values())
AXES = ("accX", "accY", "accZ", "gyrX", "gyrY", "gyrZ")
INTERVAL_MS = 100


@dataclass(frozen=True, eq=False)
class Recording:
    """One recording: `values` has shape (readings, axes)."""

    name: str
    activity: str
    origin: str
    values: NDArray[np.float64]


def basic_motions() -> list[Recording]:
    """Read all 80 recordings, the source's training set first."""
    found: list[Recording] = []
    for part, source in PARTS.items():
        for line in source.read().decode().splitlines():
            if line and line[0] not in "#@":
                *axes, label = line.split(":")
                activity = label.strip().lower()
                number = 1 + sum(r.activity == activity for r in found)
                values = np.array([axis.split(",") for axis in axes], float).T
                found.append(Recording(f"{activity}{number:02}", activity, f"BasicMotions_{part}", values))
    return found
