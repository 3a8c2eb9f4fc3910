"""edgekit: see what an Edge Impulse model sees.

>>> import edgekit as ek
>>> studio = ek.connect()  # EI_API_KEY set: your project; else the embedded sandbox, offline
>>> result = studio.classify(31)
>>> result.block("anomaly-gmm").windows().head(2).round(2)
        start_ms  end_ms   expected  anomaly
window
0              0    2000  badminton     7.28
1            500    2500  badminton     9.73
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from edgekit import anomaly, classification, detection, extras, regression, visual
from edgekit.anomaly import Gmm
from edgekit.errors import (
    AmbiguousLabelsWarning,
    AuthenticationError,
    ConnectionFailed,
    EdgekitError,
    JobFailed,
    MissingPackage,
    NotFoundError,
    RateLimitError,
    ResponseError,
    SandboxError,
    StudioError,
    UsageError,
)
from edgekit.results.acquisition import parse_sample
from edgekit.results.block import BlockResult
from edgekit.results.result import ClassifyResult, parse
from edgekit.results.sample import Sample
from edgekit.results.testing import ModelTesting
from edgekit.results.together import windows
from edgekit.studio.connection import connect
from edgekit.studio.studio import Studio
from edgekit.studio.suitable import connect_for

if TYPE_CHECKING:
    from edgekit import batch, checks, explorers, plots, workshop
    from edgekit.batch import Store
    from edgekit.explorers import explore
    from edgekit.sandbox import Sandbox

__version__ = "0.1.0"

__all__ = [
    "AmbiguousLabelsWarning",
    "AuthenticationError",
    "BlockResult",
    "ClassifyResult",
    "ConnectionFailed",
    "EdgekitError",
    "Gmm",
    "JobFailed",
    "MissingPackage",
    "ModelTesting",
    "NotFoundError",
    "RateLimitError",
    "ResponseError",
    "Sample",
    "Sandbox",
    "SandboxError",
    "Store",
    "Studio",
    "StudioError",
    "UsageError",
    "__version__",
    "anomaly",
    "batch",
    "checks",
    "classification",
    "connect",
    "connect_for",
    "detection",
    "explore",
    "explorers",
    "parse",
    "parse_sample",
    "plots",
    "regression",
    "visual",
    "windows",
    "workshop",
]


def __getattr__(name: str) -> Any:
    """Fetch what is costly to import only when it is used: pyplot takes half a second, the sandbox a server."""
    if name in ("plots", "checks", "workshop"):
        return import_module(f"edgekit.{name}")
    if name in ("explore", "explorers"):
        with extras.needed("lab", f"ek.{name}"):
            explorers = import_module("edgekit.explorers")
        return explorers if name == "explorers" else explorers.explore
    if name in ("Store", "batch"):
        with extras.needed("batch", f"ek.{name}"):
            batch = import_module("edgekit.batch")
        return batch if name == "batch" else batch.Store
    if name == "Sandbox":
        with extras.needed("sandbox", "The sandbox"):
            return import_module("edgekit.sandbox").Sandbox
    raise AttributeError(f"module 'edgekit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
