"""What a DSP block makes of a whole set, in the API's two forms: three features of each window, or all in a file."""

from __future__ import annotations

import io

import numpy as np

from edgekit.sandbox.project import Json, Project, Refused, WrongParameter
from edgekit.sandbox.queries import Query, number

AXES = ("featureAx1", "featureAx2", "featureAx3")


class WholeSets:
    """The features of a project's sets; each set is worked out once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[tuple[int, str], list[Json]] = {}

    def graph(self, dsp_id: int, category: str, query: Query) -> Json:
        """Return the three features that ``featureAx1`` to ``featureAx3`` name, of every window."""
        axes = [number(query, name, None) for name in AXES]
        if None in axes:
            raise WrongParameter(f"{', '.join(AXES)} are needed: the indices of the features to return")
        rows = self._rows(dsp_id, category)
        width = len(self._project.feature_names(dsp_id))
        if max(axes) >= width:
            raise Refused(f"There is no feature {max(axes)}: DSP block {dsp_id} has {width}, counted from 0")
        data = [row | {"X": {str(axis): row["X"][axis] for axis in axes}} for row in rows]
        return {"success": True, "totalSampleCount": len(rows), "data": data, "skipFirstFeatures": 0}

    def npy(self, dsp_id: int, category: str) -> bytes:
        """Return all features of every window as a NumPy file: float32, one row a window."""
        file = io.BytesIO()
        rows, width = self._rows(dsp_id, category), len(self._project.feature_names(dsp_id))
        np.save(file, np.array([row["X"] for row in rows], np.float32).reshape(-1, width))
        return file.getvalue()

    def _rows(self, dsp_id: int, category: str) -> list[Json]:
        """Return the features of every window, sample after sample, as the call for one sample has them."""
        if dsp_id not in self._project.dsp_ids:
            have = ", ".join(map(str, self._project.dsp_ids))
            raise Refused(f"No DSP block with id {dsp_id}: this project has {have}")
        if (dsp_id, category) not in self._known:
            samples = [sample for sample in self._project.samples.values() if sample.category == category]
            self._known[dsp_id, category] = [
                row for sample in samples for row in self._project.feature_rows(sample, dsp_id)
            ]
        return self._known[dsp_id, category]
