"""The impulse of a project, what its DSP blocks make of a sample, and what its anomaly blocks learned."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from edgekit import display
from edgekit.anomaly import Gmm, KMeans
from edgekit.errors import EdgekitError, NotFoundError, UsageError
from edgekit.results.sample import Sample
from edgekit.studio.calls import Calls, id_of
from edgekit.wire import schema
from edgekit.wire.decoding import unpromised


class ImpulseCalls(Calls):
    """The part of `edgekit.Studio` that asks about the impulse; its parameters stand there."""

    _known_impulse: schema.Impulse | None = None

    def impulse(self) -> schema.Impulse:
        """Return the impulse: its input, DSP and learn blocks. Source: ``GET /api/{projectId}/impulse``."""
        impulse = self._get(schema.ImpulseResponse, "impulse").impulse
        if impulse is None:
            raise NotFoundError(f"Project {self.project_id} has no impulse yet: create one in the Studio first.")
        return impulse

    def known_impulse(self) -> schema.Impulse:
        """Return the impulse as it was when first asked for after the last classification; for what results need."""
        known = self._known_impulse = self._known_impulse or self.impulse()
        return known

    def blocks(self) -> pd.DataFrame:
        """List the impulse's blocks: id, kind (input, dsp, learn), type, title."""
        impulse = self.impulse()
        kinds: dict[str, Any] = {
            "input": impulse.input_blocks,
            "dsp": impulse.dsp_blocks,
            "learn": impulse.learn_blocks,
        }
        rows = [(block.id, kind, block.type, block.title) for kind, blocks in kinds.items() for block in blocks]
        return pd.DataFrame(rows, columns=["id", "kind", "type", "title"])

    # --- what is behind a score ---

    def anomaly_metadata(self, block: int | str) -> schema.AnomalyMetadata:
        """Return an anomaly block's scaling, axes, clusters and thresholds: ``GET …/anomaly/{learnId}/metadata``."""
        return self._get(schema.AnomalyMetadata, "training", "anomaly", self._learn_block(block), "metadata")

    def gmm(self, block: int | str) -> Gmm:
        """Return the mixture of an anomaly-gmm block, ready to score windows.

        Source: ``GET …/training/anomaly/{learnId}/gmm/metadata`` and ``…/metadata``, whose ``mean`` and ``scale`` scale
        the log-likelihood.
        """
        learn = self._learn_block(block)
        mixture = self._get(schema.GmmParameters, "training", "anomaly", learn, "gmm", "metadata")
        about = self.anomaly_metadata(learn)
        if len(about.mean) != 1 or len(about.scale) != 1:
            raise UsageError(f"Block {learn} scales {len(about.mean)} features, not one log-likelihood: it is no GMM.")
        parts = (mixture.means, mixture.covariances, mixture.weights)
        try:
            return Gmm(*parts, about.mean[0], about.scale[0], axes=tuple(about.axes) or None)  # type: ignore[arg-type]
        except UsageError as problem:
            reason = str(problem).rstrip(".")
        raise unpromised("GET " + self._route(("training", "anomaly", learn, "gmm", "metadata")), "$.means", reason)

    def kmeans(self, block: int | str) -> KMeans:
        """Return the clusters of a K-means anomaly block, ready to score windows.

        Source: ``clusters``, ``mean``, ``scale`` and ``axes`` of ``GET …/training/anomaly/{learnId}/metadata``.
        """
        learn = self._learn_block(block)
        about = self.anomaly_metadata(learn)
        if not about.clusters:
            raise UsageError(f"Block {learn} has no clusters: it is no K-means block. studio.gmm() is for anomaly-gmm.")
        centers, radii = [c.center for c in about.clusters], [c.max_error for c in about.clusters]
        try:
            return KMeans(centers, radii, about.mean, about.scale, axes=tuple(about.axes) or None)  # type: ignore[arg-type]
        except UsageError as problem:
            reason = str(problem).rstrip(".")
        raise unpromised("GET " + self._route(("training", "anomaly", learn, "metadata")), "$.clusters", reason)

    def features(self, sample: int | Sample, dsp: int) -> pd.DataFrame:
        """Return what a DSP block makes of a sample.

        Returns
        -------
        DataFrame, index `window`, one column a feature, named as the Studio names them where it does.
        Source: ``GET …/dsp/{dspId}/features/get-graph/classification/{sampleId}`` and ``…/features/labels``.
        """
        path = ("dsp", id_of(dsp), "features")
        answer = self._get(schema.FeaturesResponse, *path, "get-graph", "classification", id_of(sample))
        call = "GET " + self._route((*path, "get-graph", "classification", id_of(sample)))
        for i, row in enumerate(answer.data):
            if row.sample is not None:
                self._check_id("sample", id_of(sample), row.sample.id, call, f"$.data[{i}].sample.id")
        rows = [row.values[max(answer.skip_first_features, 0) :] for row in answer.data]
        if odd := [i for i, row in enumerate(rows) if len(row) != len(rows[0])]:
            raise unpromised(call, f"$.data[{odd[0]}].X", "another number of features than in the first window")
        names = self._feature_names(path, len(rows[0]) if rows else 0)
        return pd.DataFrame(rows, columns=names, dtype=float).rename_axis(index="window")

    def _feature_names(self, path: tuple[str | int, ...], width: int) -> list[str]:
        try:
            names = self._get(schema.FeatureLabelsResponse, *path, "labels").labels
        except EdgekitError:
            names = []  # a block without names still has features
        return names if len(names) == width else [f"feature {i}" for i in range(width)]

    def _learn_block(self, block: int | str) -> int:
        """Return the id of a learn block named by id, type or title."""
        if isinstance(block, int | np.integer):
            return id_of(block)
        have = self.impulse().learn_blocks
        found = [b.id for b in have if b.type == block] or [b.id for b in have if block in (b.title, b.name)]
        if len(found) != 1:
            listed = ", ".join(f"{b.id} ({b.type}, {display.shown(b.title)!r})" for b in have) or "none"
            raise UsageError(
                f"{len(found) or 'No'} learn blocks answer to {display.quoted(block)}. There are: {listed}. Ask by id."
            )
        return found[0]
