"""From what the API sent to tidy tables: samples, results, blocks, model testing."""

from edgekit.results.block import BlockResult
from edgekit.results.result import ClassifyResult, parse
from edgekit.results.sample import Sample

__all__ = ["BlockResult", "ClassifyResult", "Sample", "parse"]
