"""What was trained is kept in the user's cache folder: a few kilobytes of arrays with their checksum in front.

The file's name holds a fingerprint of the package versions and of this sandbox's own code, so that nothing stale is
ever read. A damaged file is trained again; a new one is moved into place in one step, so that two processes starting at
once cannot hurt each other.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import tempfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]


def trained(name: str, train: Callable[[], Arrays]) -> Arrays:
    """Return the stored arrays of this name, or train and store them."""
    file = path(name)
    try:
        return load(file)
    except (OSError, ValueError):
        arrays = train()
    with contextlib.suppress(OSError):  # a read-only home: the next start trains again
        save(file, arrays)
    return arrays


def path(name: str) -> Path:
    """Return where the arrays of this name live: ``EDGEKIT_CACHE_DIR``, else the user's cache folder."""
    folder = os.environ.get("EDGEKIT_CACHE_DIR") or platformdirs.user_cache_dir("edgekit", appauthor=False)
    return Path(folder, f"sandbox-{name}-{_fingerprint()}.npz+sha256")


def load(file: Path) -> Arrays:
    """Read arrays; ValueError where the file is not what `save` wrote."""
    content = file.read_bytes()
    digest, body = content[:32], content[32:]
    if hashlib.sha256(body).digest() != digest:
        raise ValueError(f"{file.name} is damaged")
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def save(file: Path, arrays: Arrays) -> None:
    """Write arrays beside the final place and move them there in one step."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    body = buffer.getvalue()
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".training-", delete=False) as draft:
        draft.write(hashlib.sha256(body).digest() + body)
    try:
        os.replace(draft.name, file)
    except OSError:
        os.unlink(draft.name)
        raise


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for package in ("numpy", "pillow", "scipy", "scikit-learn"):
        digest.update(f"{package}=={version(package)}\n".encode())
    for package in ("scikit-image", "sktime"):
        with contextlib.suppress(PackageNotFoundError):  # the project whose data it holds says so itself
            digest.update(f"{package}=={version(package)}\n".encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
