"""What a DSP block makes of a whole set, in the API's two forms: three features of each window, or all in a file."""

from __future__ import annotations

import io

import numpy as np

from edgekit.sandbox.models import LabelledNetwork
from edgekit.sandbox.project import Block, Json, Project, Refused, WrongParameter
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

    def map(self, block: Block | None) -> Json:
        """Return two numbers of every window of all sets: the embeddings of a network, by principal components.

        That is one of the two ways of the Studio's data explorer; the other, t-SNE, gives no two processors the same.
        """
        model = getattr(block, "model", None)
        if block is None or not isinstance(model, LabelledNetwork):
            return {"success": True, "hasFeatures": False, "data": []}
        found = []
        for category in ("training", "testing"):
            of_set = self._rows(block.dsp_id, category)
            found += [row | {"sample": row["sample"] | {"category": category}} for row in of_set]
        embeddings = model.embeddings(np.array([row["X"] for row in found]))
        centred = embeddings - embeddings.mean(axis=0)
        _, directions = np.linalg.eigh(centred.T @ centred)
        first = directions[:, :-3:-1]
        first = first * np.sign(first[np.abs(first).argmax(axis=0), [0, 1]])
        places = (centred @ first).round(4).tolist()
        data = [row | {"X": {"0": x, "1": y}} for row, (x, y) in zip(found, places, strict=True)]
        return {"success": True, "hasFeatures": True, "data": data}

    def _rows(self, dsp_id: int, category: str) -> list[Json]:
        """Return the features of every window, sample after sample, as the call for one sample has them."""
        if (dsp_id, category) not in self._known:
            samples = [sample for sample in self._project.samples.values() if sample.category == category]
            self._known[dsp_id, category] = [
                row for sample in samples for row in self._project.feature_rows(sample, dsp_id)
            ]
        return self._known[dsp_id, category]
