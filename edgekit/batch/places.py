"""Where the answer of each sample stands: in which file, and where in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edgekit.batch.journal import Place

COLUMNS = ("sample", "offset", "size")


class AnswerPlace(NamedTuple):
    """Where an answer stands."""

    file: Path
    place: Place


class Places(Mapping[int, AnswerPlace]):
    """All answers by sample id, ascending.

    Parameters
    ----------
    files : sequence of Path
        Those with the answers.
    tables : sequence of array (samples, 3)
        `COLUMNS` of the samples in each of them. Of a sample that comes twice the last one counts.
    """

    def __init__(self, files: Sequence[Path], tables: Sequence[NDArray[np.int64]]) -> None:
        self._files = files
        whole = np.concatenate([np.empty((0, len(COLUMNS)), np.int64), *tables])
        of = np.repeat(np.arange(len(files)), [len(table) for table in tables])
        order = np.argsort(whole[:, 0], kind="stable")
        ids = whole[order, 0]
        last = order[np.append(ids[1:] != ids[:-1], True)[: len(ids)]]
        self.ids, self._of, self._spans = whole[last, 0], of[last], whole[last, 1:]

    def __getitem__(self, sample: int) -> AnswerPlace:
        at = int(np.searchsorted(self.ids, sample)) if isinstance(sample, int | np.integer) else len(self.ids)
        if at == len(self.ids) or self.ids[at] != sample:
            raise KeyError(sample)
        return AnswerPlace(self._files[self._of[at]], Place(*self._spans[at].tolist()))

    def __iter__(self) -> Iterator[int]:
        return iter(self.ids.tolist())

    def __len__(self) -> int:
        return len(self.ids)
