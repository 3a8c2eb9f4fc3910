"""A Studio project: where to connect to, one thin method per call, jobs, and many samples at once."""

from edgekit.studio.connection import connect
from edgekit.studio.studio import Studio

__all__ = ["Studio", "connect"]
