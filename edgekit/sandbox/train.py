"""``make models``: train the models of the sandbox's projects anew and write their parameters into the package.

Every project has a training module with `train`, which returns what was learned and how good it is. Trained on another
kind of processor the models are others, if as good: gradient descent and k-means carry the last bits of a sum up to
where they show. So this is done rarely, and every machine loads what it wrote.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from edgekit.sandbox import shipped, sources
from edgekit.sandbox.appliances import appliances_training, currents
from edgekit.sandbox.meat import meat_training, spectra
from edgekit.sandbox.motion import motion_training, recordings
from edgekit.sandbox.objects import objects_training, pictures, scenes
from edgekit.sandbox.shipped import Learned
from edgekit.sandbox.sources import Source
from edgekit.sandbox.surface import defects, plates, surface_training
from edgekit.saving import save

LIBRARIES = ("numpy", "scipy", "scikit-learn", "pillow")


class Recipe(NamedTuple):
    """How a project's models are made: out of which data, by what, and which further files belong to them."""

    sources: Iterable[Source]
    train: Callable[[], Learned]
    files: Callable[[], dict[str, bytes]] = dict


RECIPES = {
    "appliances": Recipe(currents.SOURCES, appliances_training.train),
    "meat": Recipe(spectra.SOURCES, meat_training.train),
    "motion": Recipe(recordings.SOURCES, motion_training.train),
    "objects": Recipe(
        pictures.SOURCES, objects_training.train, lambda: {pictures.FILE: pictures.written(scenes.scenes())}
    ),
    "surface": Recipe(plates.SOURCES, surface_training.train, lambda: {plates.FILE: plates.written(defects.plates())}),
}


def trained(project: str) -> Learned:
    """Train a project's models."""
    # joblib would ask lscpu for the physical cores, and complain in a container where that finds none
    os.environ.setdefault("LOKY_MAX_CPU_COUNT", "1")
    with threadpool_limits(1):  # the arrays are small: on a busy machine more threads only wait for each other
        return RECIPES[project].train()


def write(project: str, learned: Learned, folder: Path = shipped.FOLDER) -> None:
    """Write what was learned, what it was learned from, and how good it is."""
    recipe = RECIPES[project]
    arrays = io.BytesIO()
    np.savez(arrays, **learned.arrays)  # type: ignore[arg-type]
    files = {f"{project}.npz": arrays.getvalue(), **recipe.files()}
    for name, content in files.items():
        save(folder / name, content)
    about = {
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        "sources": sources.described(recipe.sources),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "kernels": sorted(
            {f"{library['internal_api']} {library['version']} {library['architecture']}" for library in _blas()}
        ),
        "figures": learned.figures,
    }
    save(folder / f"{project}.json", json.dumps(about, indent=2) + "\n")


def _blas() -> list[dict[str, str]]:
    return [library for library in threadpool_info() if "architecture" in library]


def main() -> int:
    """Train, measure and write all projects, or those that are named."""
    for project in sys.argv[1:] or RECIPES:
        learned = trained(project)
        write(project, learned)
        size = sum(array.nbytes for array in learned.arrays.values())
        print(f"{project}: {len(learned.arrays)} arrays, {size / 1000:.0f} kB")
        for model, figures in learned.figures.items():
            print(f"  {model}: " + ", ".join(f"{name} {value:.4g}" for name, value in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
