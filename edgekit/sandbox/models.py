"""The learn blocks' models: scored in plain NumPy from the numbers they learned (`fitting` trains them).

Scores follow the published rules of the Studio: a GMM's is |log-likelihood - mean| / std over the training windows, a
K-means block's is the distance to the nearest cluster's edge, in standard-scaled features. int8 variants compute as
TensorFlow Lite does a dense layer.

All of it is in float64: the last bits of a sum depend on the processor, and single precision would carry them up to
where they show.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]
DIGITS = 9  # to which numbers are rounded before they are rounded to integers


class Model:
    """A model that is nothing but the arrays it learned."""

    def arrays(self, prefix: str) -> Arrays:
        """Return the learned arrays by name, to be stored; in float32 where that loses nothing."""
        return {f"{prefix}.{name}": _narrow(np.asarray(value)) for name, value in asdict(self).items()}  # type: ignore[call-overload]

    @classmethod
    def restored(cls, arrays: Arrays, prefix: str) -> Self:
        """Make the model again from its stored arrays."""
        start = f"{prefix}."
        own = {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}
        return cls(**{name: array.astype(float) if array.dtype.kind == "f" else array for name, array in own.items()})


def _narrow(array: NDArray[Any]) -> NDArray[Any]:
    narrow = array.astype(np.float32) if array.dtype == np.float64 else array
    return narrow if np.array_equal(narrow, array) else array


@dataclass(frozen=True, eq=False)
class Classifier(Model):
    """Multinomial logistic regression on standard-scaled features."""

    labels: NDArray[np.str_]
    mean: Floats
    scale: Floats
    weights: Floats
    bias: Floats
    reach: Floats  # largest scaled feature in training: what the int8 input has to cover

    def probabilities(self, features: Floats, int8: bool = False) -> Floats:
        """Return (windows, labels), each row summing to 1; computed in 8-bit integers multiples of 1/256."""
        scaled = (features - self.mean) / self.scale
        if int8:
            return _quantised_softmax(_int8_layer(scaled, self.reach, self.weights.T, self.bias))
        return _softmax(scaled @ self.weights.T + self.bias)


@dataclass(frozen=True, eq=False)
class Linear(Model):
    """One number as a weighted sum of the features."""

    weights: Floats  # (features, 1)
    bias: Floats
    reach: Floats  # largest feature in training: what the int8 input has to cover
    span: Floats  # smallest and largest output in training: what the int8 output has to cover

    def values(self, features: Floats, int8: bool = False) -> Floats:
        """Return one number a window; computed in 8-bit integers one of 256 steps over the `span`."""
        if not int8:
            found: Floats = features @ self.weights[:, 0] + self.bias
            return found
        low, high = self.span
        step = (high - low) / 255
        sums = _int8_layer(features, self.reach, self.weights, self.bias)[:, 0]
        quantised: Floats = np.clip(_rounded((sums - low) / step), 0, 255) * step + low
        return quantised


@dataclass(frozen=True, eq=False)
class Network(Model):
    """Two dense layers with a ReLU between them, on features divided by one `scale`."""

    scale: Floats
    hidden_weights: Floats  # (features, units)
    hidden_bias: Floats
    weights: Floats  # (units, outputs)
    bias: Floats
    reach: Floats  # largest input of each layer in training: what its int8 inputs have to cover

    def outputs(self, features: Floats, int8: bool = False) -> Floats:
        """Return (cells, outputs): logits or targets; with `int8` both layers compute in 8-bit integers."""
        scaled = features / self.scale
        if int8:
            hidden = np.maximum(_int8_layer(scaled, self.reach[0], self.hidden_weights, self.hidden_bias), 0)
            return _int8_layer(hidden, self.reach[1], self.weights, self.bias)
        found: Floats = np.maximum(scaled @ self.hidden_weights + self.hidden_bias, 0) @ self.weights + self.bias
        return found

    def probabilities(self, features: Floats, int8: bool = False) -> Floats:
        """Return the outputs as (cells, classes) probabilities; multiples of 1/256 with `int8`."""
        logits = self.outputs(features, int8)
        return _quantised_softmax(logits) if int8 else _softmax(logits)


@dataclass(frozen=True, eq=False)
class LabelledNetwork(Network):
    """A network that tells labels apart, on standard-scaled features; what is beyond its `reach` counts as at it."""

    labels: NDArray[np.str_]
    mean: Floats

    def probabilities(self, features: Floats, int8: bool = False) -> Floats:
        """Return (windows, labels), each row summing to 1; with `int8` multiples of 1/256."""
        return super().probabilities(self._within_reach(features), int8)

    def embeddings(self, features: Floats) -> Floats:
        """Return what the first layer makes of the features, (windows, units)."""
        scaled = self._within_reach(features) / self.scale
        found: Floats = np.maximum(scaled @ self.hidden_weights + self.hidden_bias, 0)
        return found

    def _within_reach(self, features: Floats) -> Floats:
        limit = self.reach[0] * self.scale
        found: Floats = np.clip(features - self.mean, -limit, limit)
        return found


@dataclass(frozen=True, eq=False)
class Mixture(Model):
    """A full-covariance Gaussian mixture over the selected features."""

    means: Floats
    covariances: Floats
    weights: Floats
    score_mean: Floats
    score_scale: Floats

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

    def parameters(self) -> dict[str, Any]:
        """Return the API's GMM metadata."""
        return {name: getattr(self, name).tolist() for name in ("means", "covariances", "weights")}


@dataclass(frozen=True, eq=False)
class Clusters(Model):
    """K-means clusters, each with the distance of its farthest training window as its radius."""

    mean: Floats
    scale: Floats
    centers: Floats
    radii: Floats

    def scores(self, features: Floats) -> Floats:
        """Return the distance to the nearest cluster's edge; negative inside a cluster."""
        scaled = (features - self.mean) / self.scale
        distance = np.linalg.norm(scaled[:, None] - self.centers, axis=2)
        scores: Floats = (distance - self.radii).min(axis=1)
        return scores


@dataclass(frozen=True, eq=False)
class Patches(Model):
    """Patches of normal pictures, kept as they are: features standard-scaled, as few as cover the others well."""

    mean: Floats
    scale: Floats
    kept: Floats  # (patches, m), scaled

    def scores(self, features: Floats) -> Floats:
        """Return the distance to the nearest kept patch."""
        scaled = (features - self.mean) / self.scale
        squares = [((scaled - patch) ** 2).sum(axis=1) for patch in self.kept]
        scores: Floats = np.sqrt(np.min(squares, axis=0))
        return scores


def as_int8(values: Floats, reach: float) -> Floats:
    """Return values as int8 holds them: 255 steps over ±`reach`, what is beyond cut off."""
    step = reach / 127
    return _int8(values / step) * step


def _softmax(logits: Floats) -> Floats:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = odds / odds.sum(axis=1, keepdims=True)
    return shares


def _quantised_softmax(logits: Floats) -> Floats:
    """Return shares as an int8 output holds them: multiples of 1/256."""
    shares: Floats = np.minimum(_rounded(_softmax(logits) * 256), 255) / 256
    return shares


def _int8_layer(inputs: Floats, reach: Floats, weights: Floats, bias: Floats) -> Floats:
    """Return ``inputs @ weights + bias`` with int8 inputs and weights, summed up in int32.

    Scales are symmetric: one for the inputs, which span ±`reach`, one for the weights of each output.
    """
    input_scale, weight_scale = reach / 127, np.abs(weights).max(axis=0) / 127
    scale = input_scale * weight_scale
    # Whole numbers this small are exact in float64, in any order they are summed up; as integers it takes longer.
    products = _int8(inputs / input_scale) @ _int8(weights / weight_scale)
    sums: Floats = (products + np.round(bias / scale)) * scale
    return sums


def _int8(values: Floats) -> Floats:
    return np.clip(_rounded(values), -127, 127)


def _rounded(values: Floats) -> Floats:
    """Round to integers so that a half that is a half but for its last bits is rounded alike on every processor."""
    whole: Floats = np.round(np.round(values, DIGITS))
    return whole
