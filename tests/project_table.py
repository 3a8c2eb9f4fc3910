"""A project of many samples that stands in for a Studio: its table only."""

from __future__ import annotations

import numpy as np
import pandas as pd

import edgekit as ek
from edgekit.explorers.project import ProjectExplorer

LABELS = np.array(["walking", "running", "standing", "badminton", "cycling"])


class ProjectTable:
    """A source of a `ProjectExplorer`, as `edgekit.explorers.project_sources` has them; no sample can be fetched."""

    title, note = "a project", ""

    def __init__(self, count: int) -> None:
        random = np.random.default_rng(0)
        label = LABELS[random.integers(0, len(LABELS), count)]
        verdict = np.where(random.random(count) < 0.8, label, LABELS[random.integers(0, len(LABELS), count)])
        right = label == verdict
        self._table = pd.DataFrame(
            {
                "filename": [f"recording-{number:06d}.cbor" for number in random.permutation(count)],
                "label": pd.array(label, "str"),
                "category": pd.array(np.where(random.random(count) < 0.7, "training", "testing"), "str"),
                "length_ms": random.gamma(3, 2000, count),
                "kind": "classification",
                "verdict": pd.array(verdict, "str"),
                "worst": random.random(count),
                "right": np.where(right, 17, random.integers(0, 9, count)),
                "known": 17,
                "correct": pd.array(right, "boolean"),
                "suggested": pd.array(np.where(right, None, verdict), "str"),
            },
            index=pd.RangeIndex(1, count + 1, name="id"),
        )

    def table(self) -> pd.DataFrame:
        """Return all samples."""
        return self._table

    samples = table

    def asked(self) -> list[object]:
        """Say nothing of where it came from."""
        return []

    def sample(self, sample: int) -> ek.Sample:
        """Say that there is none."""
        raise ek.UsageError("This project has a table only.")

    def result(self, sample: int) -> ek.ClassifyResult:
        """Say that there is none."""
        raise ek.UsageError("This project has a table only.")

    def results(self, samples: list[int]) -> dict[int, ek.ClassifyResult]:
        """Say that there are none."""
        raise ek.UsageError("This project has a table only.")


def project_explorer(source: ProjectTable) -> ProjectExplorer:
    """Open its table."""
    return ProjectExplorer(source, ek.explore)
