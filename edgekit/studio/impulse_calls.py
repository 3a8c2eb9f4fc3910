"""The impulse of a project, and what its anomaly blocks learned."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pandas as pd

from edgekit import display
from edgekit.anomaly import Gmm, KMeans
from edgekit.arguments import text
from edgekit.errors import NotFoundError, StudioError, UsageError
from edgekit.results.kinds import kind_of
from edgekit.studio.calls import Calls, id_of
from edgekit.wire import schema
from edgekit.wire.decoding import unpromised


def impulse(calls: Calls) -> schema.Impulse:
    """Return the impulse; see `edgekit.Studio.impulse`."""
    found = calls.get(schema.ImpulseResponse, "impulse", **calls.of_impulse).impulse
    if found is None:
        raise NotFoundError(f"Project {calls.project_id} has no impulse yet: create one in the Studio first.")
    if calls.impulse_id is not None and found.id is not None:
        calls.check_id("impulse", calls.impulse_id, found.id, f"GET {calls.route(('impulse',))}", "$.impulse.id")
    return found


def impulses(calls: Calls) -> pd.DataFrame:
    """List the project's impulses; see `edgekit.Studio.impulses`."""
    try:
        found = calls.get(schema.DetailedImpulsesResponse, "impulses-detailed").impulses
    except StudioError:
        listed = calls.get(schema.ImpulsesResponse, "impulses").impulses
        found = [schema.DetailedImpulse(impulse=one) for one in listed]
    rows = [
        {
            "id": one.impulse.id,
            "name": one.impulse.name,
            "window_ms": next((block.window_size_ms for block in one.impulse.input_blocks), None),
            "increase_ms": next((block.window_increase_ms for block in one.impulse.input_blocks), None),
            "dsp": ", ".join(block.type for block in one.impulse.dsp_blocks),
            "learn": ", ".join(block.type for block in one.impulse.learn_blocks),
            "complete": one.complete,
            "stale": one.is_stale,
        }
        | {metric.title or metric.name: metric.value for metric in one.metrics}
        for one in found
    ]
    return pd.DataFrame(rows, columns=None if rows else IMPULSES).set_index("id")


def impulse_named(calls: Calls, impulse: int | str) -> int:
    """Return the id of an impulse that is named by id or name."""
    if isinstance(impulse, int | np.integer):
        return id_of(impulse)
    text("impulse (its id or name)", impulse)
    have = impulses(calls)["name"]
    found = list(have.index[have == impulse])
    if len(found) != 1:
        listed = ", ".join(f"{number} ({display.shown(name)!r})" for number, name in have.items()) or "none"
        raise UsageError(
            f"{len(found) or 'No'} impulses answer to {display.quoted(impulse)}. There are: {listed}. Ask by id."
        )
    return int(found[0])


IMPULSES = ["id", "name", "window_ms", "increase_ms", "dsp", "learn", "complete", "stale"]


def blocks(calls: Calls) -> pd.DataFrame:
    """List the impulse's blocks: id, kind (input, dsp, learn), type, title; see `edgekit.Studio.blocks`."""
    found = impulse(calls)
    kinds: dict[str, Any] = {"input": found.input_blocks, "dsp": found.dsp_blocks, "learn": found.learn_blocks}
    rows = [(block.id, kind, block.type, block.title) for kind, blocks in kinds.items() for block in blocks]
    return pd.DataFrame(rows, columns=["id", "kind", "type", "title"])


def anomaly_labels(calls: Calls) -> dict[str, bool]:
    """Return whether each label is anomalous; see `edgekit.Studio.anomaly_labels`."""
    found = calls.get(schema.ProjectInfo).anomaly_labels_config or schema.AnomalyLabels()
    return dict.fromkeys(found.no_anomaly_labels or [], False) | dict.fromkeys(found.anomaly_labels or [], True)


def anomaly_metadata(calls: Calls, block: int | str) -> schema.AnomalyMetadata:
    """Return an anomaly block's scaling, axes, clusters, thresholds; see `edgekit.Studio.anomaly_metadata`."""
    return calls.get(schema.AnomalyMetadata, "training", "anomaly", learn_block(calls, block), "metadata")


def gmm(calls: Calls, block: int | str) -> Gmm:
    """Return the mixture of an anomaly-gmm block, ready to score windows; see `edgekit.Studio.gmm`."""
    learn = learn_block(calls, block)
    mixture = calls.get(schema.GmmParameters, "training", "anomaly", learn, "gmm", "metadata")
    about = anomaly_metadata(calls, learn)
    if len(about.mean) != 1 or len(about.scale) != 1:
        raise UsageError(f"Block {learn} scales {len(about.mean)} features, not one log-likelihood: it is no GMM.")
    parts = (mixture.means, mixture.covariances, mixture.weights)
    try:
        return Gmm(*parts, about.mean[0], about.scale[0], axes=tuple(about.axes) or None)  # type: ignore[arg-type]
    except UsageError as problem:
        reason = str(problem).rstrip(".")
    raise unpromised("GET " + calls.route(("training", "anomaly", learn, "gmm", "metadata")), "$.means", reason)


def kmeans(calls: Calls, block: int | str) -> KMeans:
    """Return the clusters of a K-means anomaly block, ready to score windows; see `edgekit.Studio.kmeans`."""
    learn = learn_block(calls, block)
    about = anomaly_metadata(calls, learn)
    if not about.clusters:
        raise UsageError(f"Block {learn} has no clusters: it is no K-means block. studio.gmm() is for anomaly-gmm.")
    centers, radii = [c.center for c in about.clusters], [c.max_error for c in about.clusters]
    try:
        return KMeans(centers, radii, about.mean, about.scale, axes=tuple(about.axes) or None)  # type: ignore[arg-type]
    except UsageError as problem:
        reason = str(problem).rstrip(".")
    raise unpromised("GET " + calls.route(("training", "anomaly", learn, "metadata")), "$.clusters", reason)


def learn_block(calls: Calls, block: int | str) -> int:
    """Return the id of a learn block named by id, type or title."""
    if isinstance(block, int | np.integer):
        return id_of(block)
    text("block (a learn block's id, type or title)", block)
    have = impulse(calls).learn_blocks
    found = [b.id for b in have if b.type == block] or [b.id for b in have if block in (b.title, b.name)]
    if len(found) != 1:
        listed = ", ".join(f"{b.id} ({b.type}, {display.shown(b.title)!r})" for b in have) or "none"
        raise UsageError(
            f"{len(found) or 'No'} learn blocks answer to {display.quoted(block)}. There are: {listed}. Ask by id."
        )
    return found[0]


def trained(calls: Calls, block: int | str) -> bool | None:
    """Say whether a learn block is trained; see `edgekit.Studio.trained`.

    No server need have both the metadata and the configuration, nor metadata before training.
    """
    learn = learn_block(calls, block)
    kind = next((b.type for b in impulse(calls).learn_blocks if b.id == learn), "")
    path = ("training", "anomaly" if kind_of(kind) == "anomaly" else "keras", learn)
    for tail, field in ((("metadata",), "hasTrainedModel"), ((), "trained")):
        with contextlib.suppress(StudioError):
            answer = calls.get(dict[str, Any], *path, *tail).get(field)
            if isinstance(answer, bool):
                return answer
    return None
