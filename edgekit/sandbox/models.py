"""The learn blocks' models: trained by scikit-learn once, scored in plain NumPy from the numbers it learned.

Scores follow the published rules of the Studio: a GMM's is |log-likelihood - mean| / std over the training windows, a
K-means block's is the distance to the nearest cluster's edge, in standard-scaled features. int8 variants compute as
TensorFlow Lite does a dense layer.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
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
        """Return the same computed in 8-bit integers; the output is a multiple of 1/256."""
        scaled = (features - self.mean) / self.scale
        return _quantised_softmax(_int8_layer(scaled, self.reach, self.weights.T, self.bias))


@dataclass(frozen=True, eq=False)
class Network(Model):
    """Two dense layers with a ReLU between them, on features divided by one `scale`."""

    scale: Floats
    hidden_weights: Floats  # (features, units)
    hidden_bias: Floats
    weights: Floats  # (units, outputs)
    bias: Floats
    reach: Floats  # largest input of each layer in training: what its int8 inputs have to cover

    @classmethod
    def classifier(cls, features: Singles, labels: NDArray[np.int_], background_kept: float) -> Self:
        """Fit class probabilities on features (cells, m) and labels 0 (background), 1, 2, …

        Where only a share `background_kept` of the background is among the features, the bias makes up for it.
        """
        from sklearn.neural_network import MLPClassifier

        model = cls._fitted(MLPClassifier, features, labels, epochs=12)
        model.bias[0] -= np.log(background_kept)
        return model

    @classmethod
    def regressor(cls, features: Singles, targets: Floats) -> Self:
        """Fit targets (cells, outputs) on features (cells, m)."""
        from sklearn.neural_network import MLPRegressor

        mean, spread = targets.mean(axis=0), targets.std(axis=0)
        model = cls._fitted(MLPRegressor, features, (targets - mean) / spread, epochs=20)
        return replace(model, weights=model.weights * spread, bias=model.bias * spread + mean)

    @classmethod
    def _fitted(cls, kind: Any, features: Singles, targets: NDArray[Any], epochs: int) -> Self:
        import warnings

        from sklearn.exceptions import ConvergenceWarning

        scale = features.std()
        scaled = (features / scale).astype(np.float32)  # halves the time
        model = kind(hidden_layer_sizes=(64,), alpha=1.0, batch_size=200, max_iter=epochs, random_state=SEED)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # so many epochs are enough: measured
            model.fit(scaled, targets.astype(np.float32) if targets.ndim > 1 else targets)
        (hidden_weights, weights), (hidden_bias, bias) = (
            [layer.astype(float) for layer in layers] for layers in (model.coefs_, model.intercepts_)
        )
        hidden = np.maximum(scaled @ hidden_weights + hidden_bias, 0)
        return cls(scale, hidden_weights, hidden_bias, weights, bias, np.array([np.abs(scaled).max(), hidden.max()]))

    def outputs(self, features: Singles, int8: bool = False) -> Floats:
        """Return (cells, outputs): logits or targets; with `int8` both layers compute in 8-bit integers."""
        scaled = features / self.scale
        if int8:
            hidden = np.maximum(_int8_layer(scaled, self.reach[0], self.hidden_weights, self.hidden_bias), 0)
            return _int8_layer(hidden, self.reach[1], self.weights, self.bias)
        found: Floats = np.maximum(scaled @ self.hidden_weights + self.hidden_bias, 0) @ self.weights + self.bias
        return found

    def probabilities(self, features: Singles, int8: bool = False) -> Floats:
        """Return the outputs as (cells, classes) probabilities; multiples of 1/256 with `int8`."""
        logits = self.outputs(features, int8)
        return _quantised_softmax(logits) if int8 else _softmax(logits)


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


def _quantised_softmax(logits: Floats) -> Floats:
    """Return shares as an int8 output holds them: multiples of 1/256."""
    shares: Floats = np.minimum(np.round(_softmax(logits) * 256), 255) / 256
    return shares


def _int8_layer(inputs: Floats, reach: Floats, weights: Floats, bias: Floats) -> Floats:
    """Return ``inputs @ weights + bias`` with int8 inputs and weights, summed up in int32.

    Scales are symmetric: one for the inputs, which span ±`reach`, one for the weights of each output.
    """
    input_scale, weight_scale = reach / 127, np.abs(weights).max(axis=0) / 127
    scale = input_scale * weight_scale
    products = _int8(inputs / input_scale).astype(np.int32) @ _int8(weights / weight_scale).astype(np.int32)
    sums: Floats = (products + np.round(bias / scale).astype(np.int32)) * scale
    return sums


def _int8(values: Floats) -> NDArray[np.int8]:
    return np.clip(np.round(values), -127, 127).astype(np.int8)
