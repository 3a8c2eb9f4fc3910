"""What an explorer is called: its heading, the <title> of its page (`to_html`), the first line of its `text()`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from edgekit.display import counted, shown

if TYPE_CHECKING:
    from edgekit.results.block import BlockResult
    from edgekit.results.features import Features
    from edgekit.results.result import ClassifyResult
    from edgekit.results.sample import Sample


def of_block(block: BlockResult, *of: str) -> str:
    """Name a block and what it is shown of: a key, two models, samples or pictures."""
    return " · ".join([shown(block.title), *filter(None, of)])


def of_samples(samples: Sequence[Sample], part: str = "") -> str:
    """Name the sample and its label, or say how many there are; `part`: how much of them came."""
    first = samples[0]
    names = [counted(len(samples), "sample")] if samples[1:] else [shown(first.filename), shown(first.label)]
    return " · ".join(filter(None, [*names, part]))


def of_pictures(first: Sample, many: int) -> str:
    """Name the picture, or say how many there are."""
    return counted(many, "picture") if many > 1 else shown(first.filename)


def of_result(result: ClassifyResult) -> str:
    """Name the sample, and say how many blocks answered."""
    return f"{of_sample(result.sample)} · {counted(len(result.blocks), 'block')}"


def of_sample(sample: Sample) -> str:
    """Name a sample by its file and its id, as pictures in a list are named."""
    return f"{shown(sample.filename)} (sample {sample.id})"


def of_set(features: Features, windows: str, width: int) -> str:
    """Say of which set features are, of how many windows, and how many there are of each."""
    return f"{features.category} · {windows} · {counted(width, 'feature')}"


def of_project(name: str, samples: int) -> str:
    """Name a project or a store, and say how many samples are in the table."""
    return f"{shown(name)} · {counted(samples, 'sample')}"
