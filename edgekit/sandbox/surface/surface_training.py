"""Trains and measures the models of the project "surface"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from edgekit.sandbox import fitting
from edgekit.sandbox.models import Arrays, Floats, Mixture, Patches
from edgekit.sandbox.photos import Photo
from edgekit.sandbox.shipped import Figures, Learned
from edgekit.sandbox.surface import COARSE_ID, FINE_ID, GRIDS, QUANTILE, patch_features, samples
from edgekit.sandbox.surface.defects import HEIGHT, MARGIN, plates
from edgekit.sandbox.surface.patch_features import SIDE, Grid
from edgekit.sandbox.surface.plates import KINDS, SCRATCH, PlatePicture

STRIPS = 8
COMPONENTS = 2
Fit = Callable[[Floats], Mixture | Patches]
Grids = NDArray[np.float64]  # (pictures, size, size) of scores, (pictures, size, size, features)


def train() -> Learned:
    """Train both models and measure the blocks on pictures they have not seen."""
    photos = list(samples([PlatePicture(plate) for plate in plates()]).values())
    fits: dict[str, tuple[Fit, Grid]] = {
        "mixture": (lambda rows: fitting.mixture(rows, COMPONENTS), GRIDS[COARSE_ID]),
        "patches": (fitting.patches, GRIDS[FINE_ID]),
    }
    arrays: Arrays = {}
    figures: Figures = {}
    for name, (fit, grid) in fits.items():
        known = [photo for photo in photos if photo.category == "training"]
        features = _features(known, grid)
        model = fit(_rows(features))
        held_out = _held_out_scores(fit, features, known, grid)
        arrays |= model.arrays(name) | {f"reach.{name}": np.abs(features).max()}
        figures[name] = {
            "held_out": len(known),
            "threshold": _quantile(held_out.max(axis=(1, 2))),
            "threshold_mean": _quantile(held_out.mean(axis=(1, 2))),
        }
        unseen = [photo for photo in photos if photo.category == "testing"]
        figures[name] |= _measured(unseen, _scores(model, _features(unseen, grid)), figures[name]["threshold"])
    return Learned(arrays, figures)


def _features(photos: list[Photo], grid: Grid) -> Grids:
    return np.stack([patch_features.features(patch_features.maps(photo.grey()), grid) for photo in photos])


def _rows(features: Floats) -> Floats:
    return features.reshape(-1, features.shape[-1])


def _scores(model: Mixture | Patches, features: Grids) -> Grids:
    return model.scores(_rows(features)).reshape(features.shape[:-1])


def _held_out_scores(fit: Fit, features: Grids, photos: list[Photo], grid: Grid) -> Grids:
    """Score every cell by a model that was trained without its part of the photograph, a strip from top to bottom.

    A strip's model has seen no patch that overlaps one of the strip: training pictures overlap as well, and a model
    knows most of a picture it has the next of.
    """
    starts = np.array([_columns(photo, grid) for photo in photos])  # (pictures, columns)
    width = grid.field * HEIGHT / SIDE
    strips = ((starts - starts.min()) / (np.ptp(starts) + 1) * STRIPS).astype(int)
    scores = np.empty(features.shape[:-1])
    for strip in range(STRIPS):
        own = strips == strip
        apart = (starts + width <= starts[own].min()) | (starts >= starts[own].max() + width)
        rows, out = (features.swapaxes(1, 2)[chosen] for chosen in (apart, own))
        scores.swapaxes(1, 2)[own] = _scores(fit(_rows(rows)), out)
    return scores


def _columns(photo: Photo, grid: Grid) -> Floats:
    """Return where in the photograph the patches of each column of cells begin."""
    assert isinstance(photo.stored, PlatePicture)
    plate, scale = photo.stored.plate, HEIGHT / SIDE
    begin = np.arange(grid.size) * grid.stride
    if plate.mirrored[0]:
        begin = SIDE - begin - grid.field
    return np.asarray(plate.corner[0] + MARGIN + begin * scale, float)


def _quantile(scores: Floats) -> float:
    return round(float(np.quantile(scores, QUANTILE)), 2)


def _measured(photos: list[Photo], scores: Grids, threshold: float) -> dict[str, float]:
    """Measure which pictures are flagged, and for each kind of defect how well its cells stand out."""
    names = np.array([photo.filename.split("-")[0] for photo in photos])
    flagged = scores.max(axis=(1, 2)) >= threshold
    found: dict[str, float] = {}
    for name in ("normal", *KINDS, "several", "margin"):
        own = names == name
        found |= {f"pictures_{name}": int(own.sum()), f"flagged_{name}": int(flagged[own].sum())}
    for kind in KINDS:
        cells = np.stack([_covered(photo, kind, scores.shape[1]) for photo in photos])
        found[f"cells_{kind}"] = _auroc(scores[names == "normal"].ravel(), scores[cells])
    crossed = np.stack([_crossed(photo, scores.shape[1]) for photo in photos])
    found[f"crossed_{SCRATCH}"] = _auroc(scores[names == "normal"].ravel(), scores[crossed])
    return found


def _covered(photo: Photo, kind: str, size: int) -> NDArray[np.bool_]:
    """Return which cells a defect of a kind covers at least half of, cells tiling the picture evenly."""
    edges = np.arange(size + 1) / size
    covered: Floats = np.zeros((size, size))
    for box in photo.truths(list(KINDS)):
        if box.label == KINDS.index(kind):
            across = (np.minimum(edges[1:], box.right) - np.maximum(edges[:-1], box.left)).clip(0)
            down = (np.minimum(edges[1:], box.bottom) - np.maximum(edges[:-1], box.top)).clip(0)
            covered = covered + down[:, None] * across
    return covered >= 0.5 / size**2


def _crossed(photo: Photo, size: int) -> NDArray[np.bool_]:
    """Return which cells a scratch itself runs through: its box has about a third more."""
    assert isinstance(photo.stored, PlatePicture)
    crossed, along = np.zeros((size, size), bool), (np.arange(1000) + 0.5) / 1000
    for defect in photo.stored.plate.defects:
        if defect.kind == SCRATCH:
            x = defect.x - MARGIN + defect.width * (along if defect.source == (1, 0) else 1 - along)
            y = defect.y + defect.height * along
            crossed[(y * size / HEIGHT).astype(int), (x * size / HEIGHT).astype(int)] = True
    return crossed


def _auroc(normal: Floats, anomalous: Floats) -> float:
    truth = np.repeat([0, 1], [len(normal), len(anomalous)])
    return float(roc_auc_score(truth, np.concatenate([normal, anomalous])))
