"""The clusters behind a K-means anomaly block: its score, the cluster that answers, and each feature's share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from edgekit import display
from edgekit.anomaly.feature_columns import Axes, Floats, axes_of, selected, shares_table
from edgekit.arguments import array
from edgekit.errors import UsageError

KIND = "set of clusters"


@dataclass(frozen=True, eq=False)
class KMeans:
    """The clusters of a window's features, and the Studio's anomaly score from them.

    Parameters
    ----------
    centers : array (n, m)
        One row per cluster, one column per selected feature, in scaled features; API field ``clusters[].center``.
    radii : array (n,)
        Distance of each cluster's farthest training window from its centre; API field ``clusters[].maxError``.
    mean, scale : array (m,)
        Mean and standard deviation of each selected feature in training; API fields ``mean`` and ``scale``.
    axes : sequence of int, optional
        Which columns of the DSP block's features the clusters were trained on; with it, wider tables are accepted.

    Notes
    -----
    The Studio's published code scales each feature, ``z = (x - mean) / scale``, and scores a window by
    ``min_k(|z - center_k| - radius_k)``, Euclidean: negative inside a cluster, 0 on its edge.
    """

    centers: Floats
    radii: Floats
    mean: Floats
    scale: Floats
    axes: Axes = None

    def __post_init__(self) -> None:
        centers, radii, mean, scale = (
            array(f"The {name}", getattr(self, name)) for name in ("centers", "radii", "mean", "scale")
        )
        if centers.ndim != 2 or not len(centers):
            raise UsageError(f"The centers are a table (clusters, features), got shape {centers.shape}.")
        n, m = centers.shape
        if radii.shape != (n,) or mean.shape != (m,) or scale.shape != (m,):
            raise UsageError(
                f"{n} clusters over {m} features need {n} radii, {m} means and {m} scales; got shapes {radii.shape}, "
                f"{mean.shape} and {scale.shape}."
            )
        if not all(np.isfinite(part).all() for part in (centers, radii, mean, scale)):
            raise UsageError("Clusters are made of finite numbers.")
        if not (radii >= 0).all() or not (scale > 0).all():
            raise UsageError("The radius of a cluster is not negative, and the scale of a feature is above 0.")
        put = object.__setattr__  # the dataclass is frozen
        put(self, "axes", axes_of(self.axes, m, KIND))
        for name, value in {"centers": centers, "radii": radii, "mean": mean, "scale": scale}.items():
            put(self, name, value)

    def __repr__(self) -> str:
        n, m = self.centers.shape
        return f"<KMeans of {display.counted(n, 'cluster')} over {display.counted(m, 'feature')}>"

    def score(self, features: ArrayLike | pd.DataFrame) -> Floats:
        """Return the Studio's anomaly score of each window: the signed distance to the nearest cluster's edge.

        Parameters
        ----------
        features : array (windows, m) or DataFrame
            The m features of the clusters, unscaled, or all features of the DSP block where `axes` is known.
        """
        score: Floats = self._edges(self._scaled(features)).min(axis=1)
        return score

    def explain(self, features: ArrayLike | pd.DataFrame) -> pd.DataFrame:
        """Say which cluster is nearest to each window and how much each feature contributes to its distance.

        Returns
        -------
        DataFrame, one row per window: `cluster` (the one whose edge is nearest: it makes the score), `distance`
        (Euclidean, to its centre, in scaled features; less its radius it is the score), then one column per feature
        with its share ``(z_j - center_j)²``; the shares sum to the square of `distance`.
        """
        scaled = self._scaled(features)
        cluster = self._edges(scaled).argmin(axis=1)
        shares = (scaled - self.centers[cluster]) ** 2
        table = shares_table(shares, features, self.axes)
        table.insert(0, "cluster", cluster)
        table.insert(1, "distance", np.sqrt(shares.sum(axis=1)))
        return table

    def _edges(self, scaled: Floats) -> Floats:
        """Signed distance of each window to each cluster's edge, (windows, n)."""
        distances: Floats = np.linalg.norm(scaled[:, None, :] - self.centers, axis=2) - self.radii
        return distances

    def _scaled(self, features: ArrayLike | pd.DataFrame) -> Floats:
        return (selected(features, self.axes, self.centers.shape[1], KIND) - self.mean) / self.scale
