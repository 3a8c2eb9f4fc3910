"""A Studio project: one thin method per call of the API."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import overload

import pandas as pd

from edgekit import display
from edgekit.errors import EdgekitError, UsageError
from edgekit.results.lean import LeanResponse
from edgekit.results.result import ClassifyResult
from edgekit.results.sample import Sample
from edgekit.results.testing import variants_table
from edgekit.studio.calls import id_of
from edgekit.studio.jobs import in_order
from edgekit.studio.testing_calls import ModelTestingCalls
from edgekit.studio.threshold_calls import ThresholdCalls
from edgekit.wire import schema


class Studio(ModelTestingCalls, ThresholdCalls):
    """A project of the Studio, reached with its API key.

    Parameters
    ----------
    url : str
        Base address, with the version.
    api_key : str
        The project's key; kept out of every repr and message.
    project_id : int, optional
        Asked of the server where it is not given.
    timeout : float
        Seconds that one attempt of a call may take.
    retries : int
        How often an idempotent call is repeated after a fault that may pass. Limits of the service's rate are not
        published: edgekit assumes status 429 where there are too many calls, and waits as long as ``Retry-After`` says,
        without it a growing pause. Where that is over a minute, or the repeats are used up, it raises RateLimitError.
    job_time_limit : float
        Seconds to wait for a job of the server.
    allow_http : bool
        Send the key unencrypted to a host that is not this machine. Only for a Studio of your own on a closed network.
    name : str
        What to call the project in reprs.
    """

    @overload
    def classify(
        self, sample: int | Sample, block: int | str | None = None, *, variant: str | None = None, debug: bool = True,
        deprecated: bool = False,
    ) -> ClassifyResult: ...  # fmt: skip

    @overload
    def classify(
        self, sample: Iterable[int | Sample], block: int | str | None = None, *, variant: str | None = None,
        debug: bool = True, deprecated: bool = False,
    ) -> list[ClassifyResult]: ...  # fmt: skip

    def classify(
        self,
        sample: int | Sample | Iterable[int | Sample],
        block: int | str | None = None,
        *,
        variant: str | None = None,
        debug: bool = True,
        deprecated: bool = False,
    ) -> ClassifyResult | list[ClassifyResult]:
        """Slide the impulse's window over a complete sample and classify every window.

        Parameters
        ----------
        sample : int or Sample, or several of them
            Which sample. Several give a list of results in their order; a progress bar appears after a second.
        block : int or str, optional
            One learn block, by id, type or title; all of them without it.
        variant : str, optional
            int8, float32 or akida; the server's choice without it.
        debug : bool
            Ask for the debug info of object detection (only with all blocks).
        deprecated : bool
            Send the older GET, ``/classify/anomaly-gmm/{blockId}/{sampleId}``, instead of the V2 POST.

        Raises
        ------
        StudioError, JobFailed
            The server said no, or the job that a long file needs did not succeed.

        Notes
        -----
        A V2 call answers with the result or with a job; edgekit then waits for the job and asks again.
        """
        if deprecated and variant is not None:
            raise UsageError("The deprecated call knows no variant: leave out deprecated=True or variant=….")
        self._known_impulse = None  # it may have been changed since the last call
        chosen = None if block is None else self._learn_block(block)
        params = {"includeDebugInfo": debug if chosen is None else None}
        room = () if chosen is None else ("anomaly-gmm",)

        def one(wanted: int, stop: threading.Event | None = None) -> ClassifyResult:
            which = (wanted,) if chosen is None else (chosen, wanted)
            if deprecated:
                path: tuple[str | int, ...] = ("classify", *room, *which)
                answer = self._get(LeanResponse, *path, **params)
            else:
                path = ("classify", *room, "v2", *which)
                answer = self._posted(LeanResponse, *path, stop=stop, variant=variant, **params)
            call = f"{'GET' if deprecated else 'POST'} {self._route(path)}"
            self._check_id("sample", wanted, answer.sample.sample.id, call, "$.sample.sample.id")
            for i, came in enumerate(answer.classifications if chosen is not None else []):
                self._check_id("block", which[0], came.learn_block.id, call, f"$.classifications[{i}].learnBlock.id")
            return ClassifyResult(answer, self)

        if not isinstance(sample, Iterable):
            return one(id_of(sample))
        _ = self.project_id  # asked once, not by every thread
        return in_order(one, [id_of(wanted) for wanted in sample])

    def compare_variants(self, sample: int | Sample, variants: Sequence[str]) -> pd.DataFrame:
        """Classify a sample with several variants of the models.

        Returns
        -------
        DataFrame, one row a learn block, window and key of ``result``: `block`, `window`, `key`, then one column a
        variant with its score, then `difference` (the last variant minus the first).
        Source: ``POST …/classify/v2/{sampleId}/variants``.
        """
        many = isinstance(variants, Sequence) and not isinstance(variants, str)
        if not many or not variants or len(set(variants)) < len(variants):
            raise UsageError(
                f'Give the variants as a list, each once, such as ["float32", "int8"]; got {display.quoted(variants)}.'
            )
        path = ("classify", "v2", id_of(sample), "variants")
        answer = self._posted(schema.VariantsResponse, *path, variants=list(variants))
        self._check_id("sample", path[2], answer.sample.sample.id, f"POST {self._route(path)}", "$.sample.sample.id")
        return variants_table(answer, list(variants))

    def rescore(self, block: int | str, sample: int | Sample) -> pd.DataFrame:
        """Score a sample's windows again from the parameters the API publishes, and compare.

        Parameters
        ----------
        block : int or str
            An anomaly block (anomaly-gmm or K-means), by id, type or title.
        sample : int or Sample
            Which sample.

        Returns
        -------
        DataFrame, index `window`: `score` (the server's), `recomputed` (edgekit's), `difference` (edgekit's minus the
        server's). The Studio calculates in float32, edgekit in float64: expect differences of about 1e-3.
        """
        learn = self._learn_block(block)
        table = self.classify(id_of(sample)).block(learn).explain()[["score", "recomputed"]]
        return table.assign(difference=table["recomputed"] - table["score"])

    def __repr__(self) -> str:
        if "_transport" not in vars(self):
            return "<Studio, not connected>"  # a debugger looks at it in the middle of a failing __init__
        project = "?" if self._known_id is None else self._known_id  # a repr does not ask the server
        return display.fit(f"<Studio {self._name or f'project {project} at {self.url}'}>")

    def _repr_html_(self) -> str:
        note = "Real recordings, offline, no account." if self._name else self.url
        try:
            blocks = self.blocks()
        except EdgekitError as problem:
            return display.card(repr(self)[1:-1], {"state": str(problem)}, note=note)
        facts = {
            f"{kind} {row_id}": f"{title} ({type_})" for row_id, kind, type_, title in blocks.itertuples(index=False)
        }
        return display.card(repr(self)[1:-1], facts, note=note)
