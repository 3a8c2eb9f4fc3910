"""Where the explorer of a project has its samples from: a Studio, or a store of answers that was written before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import pandas as pd

from edgekit import display
from edgekit.errors import StudioError
from edgekit.explorers.provenance import Asked
from edgekit.results import sample_verdict
from edgekit.results.result import ClassifyResult
from edgekit.results.sample import Sample

if TYPE_CHECKING:
    from edgekit.studio.studio import Studio


@runtime_checkable
class Stored(Protocol):
    """Answers of many samples in a folder; `edgekit.Store` is one."""

    def in_words(self) -> str:
        """Say of which project it is, with which blocks, and how many samples failed."""

    def overview(self, block: int | str | None = None) -> pd.DataFrame:
        """Return a table indexed by sample id, with what is shown of each, and what the block makes of it."""

    def samples(self, block: int | str | None = None) -> pd.DataFrame:
        """Return the same with all columns there are."""

    def blocks(self) -> pd.DataFrame:
        """Return the learn blocks: `id`, `kind`, …"""

    def doubtful_labels(self, block: int | str) -> pd.DataFrame:
        """Return which labels a classifier doubts: index sample id, `suggested`, `label_quality`."""

    def runs(self) -> pd.DataFrame:
        """Return when answers came: `began` (UTC), a row a run."""

    @property
    def results(self) -> Mapping[int, ClassifyResult]:
        """What was answered, by sample id."""


class ProjectSource(Protocol):
    """What the explorer asks."""

    title: str
    note: str

    def table(self) -> pd.DataFrame:
        """Return what is shown of all samples, index `id`, with the verdicts there are."""

    def samples(self) -> pd.DataFrame:
        """Return the same samples with all that is known of them."""

    def sample(self, sample: int) -> Sample:
        """Return a sample, with as many of its readings as a strip needs."""

    def result(self, sample: int) -> ClassifyResult:
        """Return what the model says of a sample."""

    def results(self, samples: list[int]) -> dict[int, ClassifyResult]:
        """Return what it says of several."""

    def asked(self) -> Sequence[Asked]:
        """Return of which project the table is, and when it was answered."""


_READINGS = 400  # of a sample, for its strip


class StudioSource:
    """A project in the Studio; verdicts are those of the last run of model testing."""

    def __init__(self, studio: Studio, block: int | str | None = None) -> None:
        self._studio, self._block = studio, block
        self._tested: dict[int, ClassifyResult] = {}
        self._table = pd.DataFrame()
        self.title = repr(studio).removeprefix("<Studio ").removesuffix(">")
        self.note = ""
        self._asked = Asked(studio, studio._calls.now())

    def table(self) -> pd.DataFrame:
        """List the samples, and join what model testing said of them."""
        samples = self._table = self._studio.samples()
        try:
            self._tested = self._studio.test(start=False).results
        except StudioError as problem:
            self.note = f"no verdicts: {display.shown(str(problem).split('. ')[0])}; studio.test() runs model testing"
            return samples
        verdicts = sample_verdict.table(self._tested, self._block)
        known = int(verdicts["verdict"].notna().sum())
        self.note = f"verdicts of model testing, {known} of {display.counted(len(samples), 'sample')}"
        if known < len(samples):
            self.note += "; for all of them: ek.explore(ek.batch.classify(studio, folder))"
        self._table = samples.join(verdicts)
        return self._table

    def samples(self) -> pd.DataFrame:
        """Return that table."""
        return self._table

    def sample(self, sample: int) -> Sample:
        """Fetch a sample, of a long one some of its readings."""
        return self._studio.sample(sample, limit=_READINGS)

    def result(self, sample: int) -> ClassifyResult:
        """Classify a sample: model testing leaves out what explains a result."""
        return self._studio.classify(sample)

    def results(self, samples: list[int]) -> dict[int, ClassifyResult]:
        """Take what model testing said; classify the samples that it was not about."""
        missing = [sample for sample in samples if sample not in self._tested]
        found = self._tested | dict(zip(missing, self._studio.classify(missing), strict=True) if missing else ())
        return {sample: found[sample] for sample in samples}

    def asked(self) -> Sequence[Asked]:
        """Return the project, and when its samples were listed."""
        return [self._asked]


class StoreSource:
    """A store of answers, without a network."""

    def __init__(self, store: Stored, block: int | str | None = None) -> None:
        self._store, self._block = store, block
        self.title, self.note = store.in_words(), ""
        self._ids = pd.Index([])

    def table(self) -> pd.DataFrame:
        """Return the store's own table."""
        table = self._store.overview(self._block)
        if table["thresholds"].nunique() > 1:
            self.note = "thresholds were changed in between: store.thresholds() says how, samples['thresholds'] where"
        self._ids = table.index
        return table

    def samples(self) -> pd.DataFrame:
        """Return these samples with all columns of the store, and which labels are doubtful."""
        table, blocks = self._store.samples(self._block), self._store.blocks()
        table = table.loc[self._ids]  # a run that is going on has more by now
        classifiers = blocks[blocks["kind"] == "classification"]
        if classifiers.empty or "suggested" in table:
            return table
        return table.join(self._store.doubtful_labels(int(classifiers["id"].iloc[0])))

    @cached_property
    def _results(self) -> Mapping[int, ClassifyResult]:
        return self._store.results

    def sample(self, sample: int) -> Sample:
        """Return the sample as it came with its answer."""
        return self.result(sample).sample

    def result(self, sample: int) -> ClassifyResult:
        """Read one answer."""
        return self._results[sample]

    def results(self, samples: list[int]) -> dict[int, ClassifyResult]:
        """Read several answers."""
        return {sample: self.result(sample) for sample in samples}

    def asked(self) -> Sequence[Asked]:
        """Return the project, and when the runs began that wrote the store."""
        source = self._results[next(iter(self._results))].source
        return [Asked(source, datetime.fromisoformat(began)) for began in self._store.runs()["began"]]


def source_of(what: Studio | Stored, block: int | str | None) -> ProjectSource:
    """Return the source for a Studio or a store."""
    return StoreSource(what, block) if isinstance(what, Stored) else StudioSource(what, block)
