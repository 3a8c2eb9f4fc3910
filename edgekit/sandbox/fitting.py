"""scikit-learn fits what the models of `models` score with. Only training imports this: see `train`."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.mixture import GaussianMixture
from sklearn.neural_network import MLPClassifier, MLPRegressor

from edgekit.sandbox.models import Classifier, Clusters, Floats, LabelledNetwork, Linear, Mixture, Network, Patches

Singles = NDArray[np.float32]
SEED = 0
REACH = 6.0


def classifier(features: Floats, labels: NDArray[np.str_]) -> Classifier:
    """Fit on features (windows, m) and one label a window."""
    mean, scale = features.mean(axis=0), features.std(axis=0)
    scaled = (features - mean) / scale
    model = LogisticRegression(max_iter=1000).fit(scaled, labels)
    return Classifier(model.classes_.astype(str), mean, scale, model.coef_, model.intercept_, np.abs(scaled).max())


def linear(features: Floats, targets: Floats, penalty: float = 0.01) -> Linear:
    """Fit one number on features (windows, m) whose scale means something: they are not scaled.

    The penalty is, of the powers of ten, the largest whose leave-one-out error on "meat" is within 5 % of the least.
    Smaller ones make weights that 8 bits do not hold.
    """
    model = Ridge(alpha=penalty).fit(features, targets)
    reach, span = np.abs(features).max(), np.array([targets.min(), targets.max()])
    return Linear(model.coef_[:, None], model.intercept_, reach, span)


def mixture(features: Floats, components: int = 4) -> Mixture:
    """Fit on the selected features (windows, m), unscaled as in the Studio."""
    model = GaussianMixture(components, covariance_type="full", n_init=3, reg_covar=1e-3, random_state=SEED)
    likelihood = model.fit(features).score_samples(features)
    return Mixture(model.means_, model.covariances_, model.weights_, likelihood.mean(), likelihood.std())


def clusters(features: Floats, number: int = 8) -> Clusters:
    """Fit on the selected features (windows, m), standard-scaled as in the Studio."""
    mean, scale = features.mean(axis=0), features.std(axis=0)
    scaled = (features - mean) / scale
    model = KMeans(number, n_init=4, random_state=SEED).fit(scaled)
    distance = np.linalg.norm(scaled - model.cluster_centers_[model.labels_], axis=1)
    radii = np.array([distance[model.labels_ == k].max() for k in range(number)])
    return Clusters(mean, scale, model.cluster_centers_, radii)


def patches(features: Floats, number: int = 256) -> Patches:
    """Keep the patches (features (cells, m)) that are farthest from all kept before, from the most usual one on."""
    mean, scale = features.mean(axis=0), features.std(axis=0)
    scaled = (features - mean) / scale
    kept = [int((scaled**2).sum(axis=1).argmin())]
    distance = np.full(len(scaled), np.inf)
    while len(kept) < number:
        distance = np.minimum(distance, ((scaled - scaled[kept[-1]]) ** 2).sum(axis=1))
        kept.append(int(distance.argmax()))
    return Patches(mean, scale, scaled[kept].astype(np.float32).astype(float))


def class_network(features: Singles, labels: NDArray[np.int_], background_kept: float) -> Network:
    """Fit class probabilities on features (cells, m) and labels 0 (background), 1, 2, …

    Where only a share `background_kept` of the background is among the features, the bias makes up for it.
    """
    model = _network(MLPClassifier, features, labels, epochs=12)
    model.bias[0] -= np.log(background_kept)
    return model


def target_network(features: Singles, targets: Floats) -> Network:
    """Fit targets (cells, outputs) on features (cells, m)."""
    mean, spread = targets.mean(axis=0), targets.std(axis=0)
    model = _network(MLPRegressor, features, ((targets - mean) / spread).astype(np.float32), epochs=20)
    return replace(model, weights=model.weights * spread, bias=model.bias * spread + mean)


def labelled_network(features: Floats, labels: NDArray[np.str_], units: int, epochs: int) -> LabelledNetwork:
    """Fit on features (windows, m) and one label a window; what is beyond `REACH` deviations counts as at it.

    Few features are ever so far out, and without them 8 bits divide the rest more finely.
    """
    mean, scale = features.mean(axis=0), features.std(axis=0)
    scaled = ((features - mean) / scale).clip(-REACH, REACH).astype(np.float32)
    names, numbers = np.unique(labels, return_inverse=True)
    model = _network(MLPClassifier, scaled, numbers, epochs, units)
    return LabelledNetwork(
        model.scale * scale,
        model.hidden_weights,
        model.hidden_bias,
        model.weights,
        model.bias,
        model.reach,
        names,
        mean,
    )


def _network(kind: Any, features: Singles, targets: NDArray[Any], epochs: int, units: int = 64) -> Network:
    scale = features.std()
    scaled = features / scale  # in single precision: it halves the time
    model = kind(hidden_layer_sizes=(units,), alpha=1.0, batch_size=200, max_iter=epochs, random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # so many epochs are enough: measured
        model.fit(scaled, targets)
    (hidden_weights, weights), (hidden_bias, bias) = (
        [layer.astype(float) for layer in layers] for layers in (model.coefs_, model.intercepts_)
    )
    hidden = np.maximum(scaled @ hidden_weights + hidden_bias, 0)
    reach = np.array([np.abs(scaled).max(), hidden.max()])
    return Network(scale, hidden_weights, hidden_bias, weights, bias, reach)
