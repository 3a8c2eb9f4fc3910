"""The Gaussian mixture behind an anomaly-gmm block: its score, the sign of it, and each feature's share."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from edgekit import display
from edgekit.anomaly.feature_columns import Floats, axes_of, selected, shares_table
from edgekit.arguments import array
from edgekit.errors import UsageError

KIND = "mixture"


@dataclass(frozen=True, eq=False)
class Gmm:
    """A Gaussian mixture over a window's features, and the Studio's anomaly score from it.

    Parameters
    ----------
    means : array (n, m)
        One row per component, one column per selected feature.
    covariances : array (n, m, m)
    weights : array (n,)
    score_mean, score_scale : float
        Mean and standard deviation of the training windows' log-likelihoods; API fields ``mean[0]``
        and ``scale[0]`` of the block's metadata.
    axes : sequence of int, optional
        Which columns of the DSP block's features the mixture was trained on; with it, wider tables are accepted.

    Notes
    -----
    The Studio's published training code scores a window with features x by ``|(log p(x) - mean) / scale|``, where
    ``log p(x) = logsumexp_k(log w_k + log N(x; μ_k, Σ_k))``. The features are not scaled.

    Examples
    --------
    Two windows of two features: one at the mean, one far from it.

    >>> import edgekit as ek
    >>> gmm = ek.Gmm(means=[[0, 0]], covariances=[[[1, 0], [0, 4]]], weights=[1], score_mean=-3.5, score_scale=1)
    >>> gmm.score([[0, 0], [3, 2]]).round(3)
    array([0.969, 4.031])
    >>> gmm.signed_score([[0, 0], [3, 2]]).round(3)
    array([-0.969,  4.031])
    >>> gmm.explain([[0, 0], [3, 2]]).round(3)
            component  distance  feature 0  feature 1
    window
    0               0       0.0        0.0        0.0
    1               0      10.0        9.0        1.0
    """

    means: Floats
    covariances: Floats
    weights: Floats
    score_mean: float
    score_scale: float
    axes: tuple[int, ...] | None = None
    _roots: Floats = field(init=False, repr=False)
    _log_norm: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        means, covariances, weights = (
            array(f"The {name}", getattr(self, name)) for name in ("means", "covariances", "weights")
        )
        if means.ndim != 2:
            raise UsageError(f"The means of a mixture are a table (components, features), got shape {means.shape}.")
        n, m = means.shape
        if covariances.shape != (n, m, m) or weights.shape != (n,):
            raise UsageError(
                f"A mixture of {n} components over {m} features needs covariances of shape {(n, m, m)} and weights of "
                f"shape {(n,)}; got {covariances.shape} and {weights.shape}."
            )
        if not all(np.isfinite(part).all() for part in (means, covariances, weights)):
            raise UsageError("A mixture is made of finite numbers.")
        mean, scale = array("score_mean", self.score_mean), array("score_scale", self.score_scale)
        if mean.ndim or scale.ndim or not np.isfinite(mean) or not np.isfinite(scale) or not scale > 0:
            raise UsageError("score_mean is a number, and score_scale one above 0.")
        if not (np.all(weights >= 0) and weights.any()):
            raise UsageError("A mixture's weights are not negative.")
        axes = axes_of(self.axes, m, KIND)
        try:
            roots = np.linalg.cholesky(covariances)
        except np.linalg.LinAlgError:
            raise UsageError("A covariance matrix of the mixture is not positive definite.") from None
        log_det = 2 * np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1)
        put = object.__setattr__  # the dataclass is frozen
        put(self, "axes", axes)
        put(self, "means", means)
        put(self, "covariances", covariances)
        put(self, "weights", weights)
        put(self, "_roots", roots)
        with np.errstate(divide="ignore"):  # a component of weight 0 counts for nothing
            put(self, "_log_norm", np.log(weights) - 0.5 * (m * np.log(2 * np.pi) + log_det))

    def __repr__(self) -> str:
        n, m = self.means.shape
        return f"<Gmm of {display.counted(n, 'component')} over {display.counted(m, 'feature')}>"

    def score(self, features: ArrayLike | pd.DataFrame) -> Floats:
        """Return the Studio's anomaly score of each window, in standard deviations, never negative.

        A window *more* likely than usual also scores above 0: `signed_score` tells the two apart.

        Parameters
        ----------
        features : array (windows, m) or DataFrame
            The mixture's m features, or all features of the DSP block where `axes` is known.
        """
        return np.abs(self.signed_score(features))

    def signed_score(self, features: ArrayLike | pd.DataFrame) -> Floats:
        """Return the score with its sign: positive is less likely than usual, negative more likely than usual."""
        return (self.score_mean - self.log_likelihood(features)) / self.score_scale

    def log_likelihood(self, features: ArrayLike | pd.DataFrame) -> Floats:
        """Return the log-likelihood of each window under the mixture."""
        from scipy.special import logsumexp

        joint = self._log_norm - 0.5 * self._distances(self._selected(features))
        total: Floats = logsumexp(joint, axis=1)
        return total

    def explain(self, features: ArrayLike | pd.DataFrame) -> pd.DataFrame:
        """Say which component each window most likely belongs to, and the share of each feature in its distance.

        Returns
        -------
        DataFrame, one row per window: `component`, `distance` (squared Mahalanobis distance to that component), then
        one column per feature, which sum to `distance`.

        The share of feature j is ``d_j · (Σ⁻¹ d)_j`` with ``d = x - μ``. A share can be negative where features are
        correlated (Garthwaite & Koch 2016 discuss such partitions).
        """
        from scipy.linalg import cho_solve

        values = self._selected(features)
        component = (self._log_norm - 0.5 * self._distances(values)).argmax(axis=1)
        shares = values - self.means[component]
        for k in np.unique(component):
            mine = component == k
            shares[mine] *= cho_solve((self._roots[k], True), shares[mine].T, check_finite=False).T
        table = shares_table(shares, features, self.axes)
        table.insert(0, "component", component)
        table.insert(1, "distance", shares.sum(axis=1))
        return table

    def _distances(self, values: Floats) -> Floats:
        """Squared Mahalanobis distance of each window to each component, (windows, n)."""
        from scipy.linalg import solve_triangular

        distances = np.empty((len(values), len(self.means)))
        for k, (mean, root) in enumerate(zip(self.means, self._roots, strict=True)):
            white = solve_triangular(root, (values - mean).T, lower=True, check_finite=False)
            distances[:, k] = np.einsum("jw,jw->w", white, white)
        return distances

    def _selected(self, features: ArrayLike | pd.DataFrame) -> Floats:
        return selected(features, self.axes, self.means.shape[1], KIND)
