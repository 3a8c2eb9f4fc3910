"""The learn blocks' models: trained by scikit-learn once, scored in plain NumPy from the numbers it learned.

Scores follow the published rules of the Studio: a GMM's is |log-likelihood - mean| / std over the training windows, a
K-means block's is the distance to the nearest cluster's edge, in standard-scaled features.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SEED = 0


class Model:
    """A model that is nothing but the arrays it learned."""

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Return the learned arrays by name, to be stored."""
        return {f"{prefix}.{name}": np.asarray(value) for name, value in asdict(self).items()}  # type: ignore[call-overload]

    @classmethod
    def restored(cls, arrays: dict[str, NDArray[Any]], prefix: str) -> Self:
        """Make the model again from its stored arrays."""
        start = f"{prefix}."
        return cls(**{name.removeprefix(start): value for name, value in arrays.items() if name.startswith(start)})


@dataclass(frozen=True, eq=False)
class Classifier(Model):
    """Multinomial logistic regression on standard-scaled features."""

    labels: NDArray[np.str_]
    mean: Floats
    scale: Floats
    weights: Floats
    bias: Floats
    reach: Floats  # largest scaled feature in training: what the int8 input has to cover

    @classmethod
    def trained(cls, features: Floats, labels: NDArray[np.str_]) -> Self:
        """Fit on features (windows, m) and one label a window."""
        from sklearn.linear_model import LogisticRegression

        mean, scale = features.mean(axis=0), features.std(axis=0)
        scaled = (features - mean) / scale
        model = LogisticRegression(max_iter=1000).fit(scaled, labels)
        return cls(model.classes_.astype(str), mean, scale, model.coef_, model.intercept_, np.abs(scaled).max())

    def probabilities(self, features: Floats) -> Floats:
        """Return (windows, labels), each row summing to 1."""
        return _softmax((features - self.mean) / self.scale @ self.weights.T + self.bias)

    def quantised_probabilities(self, features: Floats) -> Floats:
        """Return the same computed in 8-bit integers, as TensorFlow Lite does a dense layer.

        Input and weights are int8 with symmetric scales, one for the input, one for each label's weights; products add
        up in int32, and the output is a multiple of 1/256.
        """
        input_scale = self.reach / 127
        weight_scale = np.abs(self.weights).max(axis=1) / 127
        inputs = _int8((features - self.mean) / self.scale / input_scale)
        weights = _int8(self.weights / weight_scale[:, None])
        bias = np.round(self.bias / (input_scale * weight_scale)).astype(np.int32)
        sums = inputs.astype(np.int32) @ weights.astype(np.int32).T + bias
        shares = np.round(_softmax(sums * (input_scale * weight_scale)) * 256)
        return np.minimum(shares, 255) / 256


@dataclass(frozen=True, eq=False)
class Mixture(Model):
    """A full-covariance Gaussian mixture over the selected features."""

    means: Floats
    covariances: Floats
    weights: Floats
    score_mean: Floats
    score_scale: Floats

    @classmethod
    def trained(cls, features: Floats, components: int = 4) -> Self:
        """Fit on the selected features (windows, m), unscaled as in the Studio."""
        from sklearn.mixture import GaussianMixture

        model = GaussianMixture(components, covariance_type="full", n_init=3, reg_covar=1e-3, random_state=SEED)
        likelihood = model.fit(features).score_samples(features)
        return cls(model.means_, model.covariances_, model.weights_, likelihood.mean(), likelihood.std())

    def scores(self, features: Floats) -> Floats:
        """Return |z| of each window's log-likelihood."""
        joint = []
        for mean, covariance, weight in zip(self.means, self.covariances, self.weights, strict=True):
            root = np.linalg.cholesky(covariance)
            whitened = np.linalg.solve(root, (features - mean).T)
            norm = np.log(np.diag(root)).sum() + 0.5 * len(mean) * np.log(2 * np.pi)
            joint.append(np.log(weight) - norm - 0.5 * (whitened**2).sum(axis=0))
        likelihood = np.logaddexp.reduce(joint, axis=0)
        scores: Floats = np.abs((likelihood - self.score_mean) / self.score_scale)
        return scores


@dataclass(frozen=True, eq=False)
class Clusters(Model):
    """K-means clusters, each with the distance of its farthest training window as its radius."""

    mean: Floats
    scale: Floats
    centers: Floats
    radii: Floats

    @classmethod
    def trained(cls, features: Floats, clusters: int = 8) -> Self:
        """Fit on the selected features (windows, m), standard-scaled as in the Studio."""
        from sklearn.cluster import KMeans

        mean, scale = features.mean(axis=0), features.std(axis=0)
        scaled = (features - mean) / scale
        model = KMeans(clusters, n_init=4, random_state=SEED).fit(scaled)
        distance = np.linalg.norm(scaled - model.cluster_centers_[model.labels_], axis=1)
        radii = np.array([distance[model.labels_ == k].max() for k in range(clusters)])
        return cls(mean, scale, model.cluster_centers_, radii)

    def scores(self, features: Floats) -> Floats:
        """Return the distance to the nearest cluster's edge; negative inside a cluster."""
        scaled = (features - self.mean) / self.scale
        distance = np.linalg.norm(scaled[:, None] - self.centers, axis=2)
        scores: Floats = (distance - self.radii).min(axis=1)
        return scores


def _softmax(logits: Floats) -> Floats:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = odds / odds.sum(axis=1, keepdims=True)
    return shares


def _int8(values: Floats) -> NDArray[np.int8]:
    return np.clip(np.round(values), -127, 127).astype(np.int8)
