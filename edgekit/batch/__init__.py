"""Many samples: classified into a folder of Parquet files, which goes on where it was stopped, and read out of it."""

from edgekit.batch.run import classify
from edgekit.batch.store import Store

__all__ = ["Store", "classify"]


def __dir__() -> list[str]:
    return __all__
