"""The area under the ROC curve out of the ranks of scores, two bytes each: of more of them than fit into memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edgekit.anomaly.feature_columns import Floats
from edgekit.resampling import Figure, figure
from edgekit.summaries import reduced

Ints = NDArray[np.int64]
_BITS = 16  # of a score, by which it is ranked: two scores with the same ones differ by less than 1/128 of their size
_RANKS = 1 << _BITS
_SIGN = np.uint32(1 << 31)


class Ranked(NamedTuple):
    """The ranks of the scores of some samples, of each sample those of what is normal first.

    `normal` and `anomalous` say how many of both each sample has; `shares`, how much of each of the latter is
    anomalous, above 0 to 1: all of it without them. Of a window it is all or nothing, of a cell what boxes cover of it.
    """

    samples: Ints
    normal: Ints
    anomalous: Ints
    ranks: NDArray[np.uint16]
    shares: Floats | None = None

    @classmethod
    def of(cls, samples: Ints, place: Ints, scores: Floats, shares: Floats) -> Ranked:
        """Rank scores, `place` says of which of the samples each is; NaN, as a score or a share, is left out."""
        known = ~np.isnan(scores) & ~np.isnan(shares)
        shares = shares[known]
        is_anomalous = shares > 0
        group = 2 * place[known] + is_anomalous
        ranks = _ranks(scores[known])
        if (group[1:] < group[:-1]).any():
            order = np.argsort(group, kind="stable")
            ranks, shares, is_anomalous = ranks[order], shares[order], is_anomalous[order]
        counts = np.bincount(group, minlength=2 * len(samples)).reshape(-1, 2)
        return cls(samples, counts[:, 0], counts[:, 1], ranks, shares[is_anomalous])

    @property
    def counts(self) -> Ints:
        """How many are normal and how many anomalous, sample by sample."""
        return np.column_stack([self.normal, self.anomalous]).ravel()

    def places(self) -> Ints:
        """Return the rank of each score, those of what is anomalous behind all the others."""
        behind: Ints = np.repeat(np.tile([0, _RANKS], len(self.samples)), self.counts)
        behind += self.ranks
        return behind

    def sums(self, below: Floats, beyond: Floats) -> Floats:
        """Add up by sample, (samples, 4): how far the anomalous ones are above the normal ones and how many they are.

        And the same of the normal ones. `below` and `beyond` are the shares of the others below and above each rank.
        """
        places = self.places()
        added: Floats = reduced(np.add, np.concatenate([beyond, below])[places], self.counts, 0)
        normal, anomalous = added[::2], added[1::2]
        count, others = self.anomalous.astype(float), self.normal.astype(float)
        if self.shares is not None:
            ranks = places[places >= _RANKS] - _RANKS
            anomalous = reduced(np.add, below[ranks] * self.shares, self.anomalous, 0)
            normal = normal + reduced(np.add, beyond[ranks] * (1 - self.shares), self.anomalous, 0)
            count = reduced(np.add, self.shares, self.anomalous, 0)
            others = others + self.anomalous - count
        return np.column_stack([anomalous, count, normal, others])

    def by_rank(self) -> tuple[Floats, Floats]:
        """Count the normal and the anomalous ones of each rank."""
        places = self.places()
        both = np.bincount(places, minlength=2 * _RANKS).astype(float)
        normal, anomalous = both[:_RANKS], both[_RANKS:]
        if self.shares is not None:
            whole = anomalous
            anomalous = np.bincount(places[places >= _RANKS] - _RANKS, self.shares, _RANKS)
            normal = normal + whole - anomalous
        return normal, anomalous


def auroc(parts: Sequence[Ranked]) -> Figure:
    """Return how often an anomaly scores higher than what is normal, and the interval over samples.

    Scores that differ by less than 1/128 of their size may be taken for a tie, which counts half. The interval is of
    first order: each sample counts with the mean rank of its scores among all those of the other kind, as in
    Obuchowski, Nonparametric Analysis of Clustered ROC Curve Data, Biometrics 53 (1997).
    """
    normal, anomalous = np.zeros(_RANKS), np.zeros(_RANKS)
    for part in parts:
        own = part.by_rank()
        normal += own[0]
        anomalous += own[1]
    if not normal.sum() or not anomalous.sum():
        return Figure(np.nan, np.nan, np.nan)
    below = (np.cumsum(normal) - normal / 2) / normal.sum()
    beyond = 1 - (np.cumsum(anomalous) - anomalous / 2) / anomalous.sum()
    samples = np.concatenate([part.samples for part in parts])
    sums = np.concatenate([part.sums(below, beyond) for part in parts])[np.argsort(samples, kind="stable")]
    value = float((anomalous * below).sum() / anomalous.sum())

    def area(of: Floats) -> Floats:
        return of[..., 0] / of[..., 1] + of[..., 2] / of[..., 3] - value

    return figure(sums, area)


def _ranks(score: Floats) -> NDArray[np.uint16]:
    """Return the first bits of each score, so that they stand in the order of the scores."""
    bits = (score + 0.0).astype(np.float32).view(np.uint32)
    ordered = np.where(bits & _SIGN, ~bits, bits | _SIGN) >> np.uint32(32 - _BITS)
    return ordered.astype(np.uint16)
