"""The features of a whole set: which windows there are, what a DSP block makes of each, what a block says of each."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd

from edgekit import display
from edgekit.errors import EdgekitError, UsageError
from edgekit.projection import Projection, principal_components
from edgekit.results.block import BlockResult
from edgekit.results.kinds import kind_of
from edgekit.summaries import Results, blocks_of
from edgekit.table_words import SCORE
from edgekit.threshold_rules import is_anomaly
from edgekit.wire.decoding import unpromised
from edgekit.wire.schema import GraphWindow, Impulse

JUDGED = ("predicted", "correct", "score")  # what `Features.with_results` adds
_PLACE = ["sample", "start_ms", "end_ms"]


class HasMap(Protocol):
    """Where the Studio's own map is asked for; `edgekit.Studio` is one."""

    def feature_map(self, block: int | None = None) -> pd.DataFrame | None:
        """Return where the data explorer lays each window."""

    def known_impulse(self) -> Impulse:
        """Return the project's impulse, asked for once."""


class Features:
    """What a DSP block makes of every window of a set.

    Attributes
    ----------
    windows : DataFrame
        Which windows there are: `sample` (id), `window` (from 0 in each sample), `start_ms`, `end_ms`, `label` (as in
        training), ordered by sample and time. `with_results` adds `predicted`, `correct` and `score`.
    values : DataFrame
        The same rows; one float column a feature, named as the Studio names them.
    category : str
        Which set: "training", "testing", …
    dsp : int
        Which DSP block.
    total : int
        How many windows the set has; fewer may have come.
    source : Studio or None
        Where they came from.
    received : datetime or None
        When the Studio answered; None of a recording.

    Examples
    --------
    >>> import edgekit as ek
    >>> features = ek.connect(sandbox="motion").set_features("testing")
    >>> features
    <Features of 850 windows of 50 samples in testing · 78 features of DSP block 2>
    >>> features.windows.head(2)
       sample  window  start_ms  end_ms      label
    0      31       0       0.0  2000.0  badminton
    1      31       1     500.0  2500.0  badminton
    """

    def __init__(
        self,
        windows: pd.DataFrame,
        values: pd.DataFrame,
        *,
        category: str,
        dsp: int,
        total: int,
        source: HasMap | None = None,
        received: datetime | None = None,
    ) -> None:
        self.windows, self.values = windows, values
        self.category, self.dsp, self.total = category, dsp, total
        self.source, self.received = source, received

    def __len__(self) -> int:
        return len(self.windows)

    def with_results(self, results: Results, block: int | str | None = None) -> Features:
        """Return the same with what a learn block says of each window.

        Parameters
        ----------
        results : iterable, or mapping from sample id
            Of what `Studio.classify` returned, or of its blocks; or what `Studio.test` returned.
        block : int or str, optional
            Which learn block, by id, type or title. Not needed where each result has one.

        Returns
        -------
        Features
            Whose `windows` have `predicted` (the label, of a regression the number, of anomaly scores missing),
            `correct` (nullable boolean; of a regression whether the error is allowed, of anomaly scores whether the
            side of the threshold is the right one) and `score` (the highest probability, the error, the anomaly score).
            Missing where no result is of the same window: training may cut other windows than classification.

        Raises
        ------
        UsageError
            None of the results is of one of these windows.

        Examples
        --------
        >>> import edgekit as ek
        >>> studio = ek.connect(sandbox="motion")
        >>> features = studio.set_features("testing")
        >>> scored = features.with_results(studio.classify([31, 32]), "anomaly-gmm")
        >>> scored.windows[["sample", "start_ms", "correct", "score"]].head(2).round(2)
           sample  start_ms  correct  score
        0      31       0.0     True   7.28
        1      31     500.0     True   9.73
        """
        found = pd.concat([_said(sample, one) for sample, one in blocks_of(results, None, block)], ignore_index=True)
        place = pd.MultiIndex.from_frame(found[_PLACE])
        found = found[~place.duplicated()]
        at = pd.MultiIndex.from_frame(found[_PLACE]).get_indexer(pd.MultiIndex.from_frame(_rounded(self.windows)))
        if (at < 0).all():
            raise UsageError(
                f"None of these results is of a window of the {self.category} set as it is cut here: classify or test "
                f"the samples of that set, such as studio.test(category={self.category!r})."
            )
        there = found[list(JUDGED)].reset_index(drop=True).reindex(at).set_axis(self.windows.index, axis="index")
        windows = self.windows.drop(columns=[name for name in JUDGED if name in self.windows])
        return Features(
            pd.concat([windows, there], axis="columns"),
            self.values,
            category=self.category,
            dsp=self.dsp,
            total=self.total,
            source=self.source,
            received=self.received,
        )

    @cached_property
    def projection(self) -> Projection:
        """The windows on the first two principal components of their features, each scaled to deviation 1."""
        return principal_components(self.values.to_numpy(float))

    def points(self) -> pd.DataFrame:
        """Return `windows` with `x` and `y`: where each lies on the first two principal components.

        ``.attrs["shares"]`` says which share of the variance each has.
        """
        found = self.projection
        table = self.windows.assign(x=found.points[:, 0], y=found.points[:, 1])
        table.attrs["shares"] = [float(share) for share in found.shares]
        return table

    def studio_map(self, block: int | None = None) -> pd.DataFrame | None:
        """Return `windows` with `x` and `y` as the Studio's own data explorer lays them out (t-SNE or PCA).

        Without a block it is the map of the data as such, else that of the first block that has one. NaN for a window
        that it does not have; None where there is no map of them. See `Studio.feature_map`.
        """
        there = self._map(block)
        if there is None:
            return None
        there = there.drop_duplicates(_PLACE)
        place = pd.MultiIndex.from_frame(_rounded(there))
        at = place.get_indexer(pd.MultiIndex.from_frame(_rounded(self.windows)))
        if (at < 0).all():
            return None
        x, y = (np.where(at < 0, np.nan, there[name].to_numpy(float)[at]) for name in ("x", "y"))
        return self.windows.assign(x=x, y=y)

    def _map(self, block: int | None) -> pd.DataFrame | None:
        if self.source is None:
            return None
        found = self.source.feature_map(block)
        if found is not None or block is not None:
            return found
        with contextlib.suppress(EdgekitError):  # without an impulse there is no block to ask for
            for one in self.source.known_impulse().learn_blocks:
                if self.dsp in one.dsp and kind_of(one.type) == "classification":
                    found = self.source.feature_map(one.id)
                    if found is not None:
                        return found
        return None

    def __repr__(self) -> str:
        windows, samples = len(self), self.windows["sample"].nunique()
        some = f"{windows} of " * (self.total > windows) + display.counted(max(self.total, windows), "window")
        size = f"{some} of {display.counted(samples, 'sample')} in {display.short(self.category)}"
        return display.fit(
            f"<Features of {size} · {display.counted(self.values.shape[1], 'feature')} of DSP block {self.dsp}>"
        )

    def _repr_html_(self) -> str:
        facts = {
            "windows": f"{len(self)} of {display.counted(self.windows['sample'].nunique(), 'sample')}",
            "features": display.listing(map(str, self.values.columns[:4])) + ", …",
        }
        note = ".windows and .values are tables with the same rows; edgekit.explore shows them."
        return display.card(f"Features of DSP block {self.dsp}, {display.short(self.category)}", facts, note=note)


def table_of(rows: Sequence[GraphWindow], call: str) -> pd.DataFrame:
    """Return which windows the rows of an answer are: `sample`, `window`, `start_ms`, `end_ms`, `label`."""
    if alone := [i for i, row in enumerate(rows) if row.sample is None]:
        raise unpromised(call, f"$.data[{alone[0]}].sample", "no sample, so that nothing says which window it is")
    samples = [row.sample for row in rows if row.sample is not None]
    table = pd.DataFrame(
        {
            "sample": np.array([sample.id for sample in samples], np.int64),
            "start_ms": np.array([sample.start_ms for sample in samples], float),
            "end_ms": np.array([sample.end_ms for sample in samples], float),
            "label": pd.Series([row.y_label for row in rows], dtype="str"),
        }
    )
    table.insert(1, "window", table.groupby("sample")["start_ms"].rank("first").astype(int) - 1)
    return table


def _rounded(windows: pd.DataFrame) -> pd.DataFrame:
    return windows[_PLACE].round({"start_ms": 2, "end_ms": 2})


def _said(sample: Any, block: BlockResult) -> pd.DataFrame:
    """Return what a block says of each window, as `Features.with_results` has it."""
    windows = block.windows()
    front = _rounded(windows.assign(sample=sample))
    if SCORE in windows:
        anomalous = block.anomalous()
        limit = np.nan if block.threshold is None else block.threshold
        right = anomalous == is_anomaly(windows[SCORE], limit)
        known = anomalous.notna() & windows[SCORE].notna() & (block.threshold is not None)
        said = {
            "predicted": pd.Series(pd.NA, windows.index, "str"),
            "correct": right.where(known),
            "score": windows[SCORE],
        }
    else:
        found = block.predictions()
        if "key" in found:
            raise UsageError(f"Block {block.id} has a label for each of several keys: one window has several results.")
        numbers = "within" in found
        said = {
            "predicted": found["predicted"].map("{:.6g}".format).astype("str") if numbers else found["predicted"],
            "correct": found["within" if numbers else "correct"],
            "score": found["error" if numbers else "probability"],
        }
    return front.assign(**said).astype({"correct": "boolean"})
