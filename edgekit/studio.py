"""A Studio project: one thin method per call of the API."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np
import pandas as pd

from edgekit import display, schema
from edgekit.calls import id_of
from edgekit.errors import EdgekitError, NotFoundError, UsageError
from edgekit.jobs import follow, in_order
from edgekit.lean import LeanResponse
from edgekit.results import ClassifyResult
from edgekit.sample import Sample
from edgekit.sample_calls import SampleCalls
from edgekit.testing import testing_table, variants_table

TEST_PAGE = 100  # samples; each comes with all its windows


class Studio(SampleCalls):
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
        How often an idempotent call is repeated after a fault that may pass.
    job_time_limit : float
        Seconds to wait for a job of the server.
    allow_http : bool
        Send the key unencrypted to a host that is not this machine. Only for a Studio of your own on a closed network.
    name : str
        What to call the project in reprs.
    """

    # --- the impulse ---

    # --- classification ---

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
        chosen = None if block is None else self._learn_block(block)
        params = {"includeDebugInfo": debug if chosen is None else None}
        room = () if chosen is None else ("anomaly-gmm",)

        def one(wanted: int, stop: threading.Event | None = None) -> ClassifyResult:
            which = (wanted,) if chosen is None else (chosen, wanted)
            if deprecated:
                answer = self._get(LeanResponse, "classify", *room, *which, **params)
            else:
                path = ("classify", *room, "v2", *which)
                answer = self._posted(LeanResponse, *path, stop=stop, variant=variant, **params)
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
            raise UsageError(f'Give the variants as a list, each once, such as ["float32", "int8"]; got {variants!r}.')
        path = ("classify", "v2", id_of(sample), "variants")
        answer = self._posted(schema.VariantsResponse, *path, variants=list(variants))
        return variants_table(answer, list(variants))

    # --- model testing ---

    def test(self, *, start: bool = True) -> pd.DataFrame:
        """Run model testing on the server and return its verdict on every window of the testing set.

        Parameters
        ----------
        start : bool
            Run it; False fetches the results of the last run.

        Returns
        -------
        DataFrame, one row a window (or image): `sample`, `start_ms`, `end_ms`, `label`, `prediction`, `correct`,
        `expected_anomaly`, `f1`. ``.attrs["results"]`` maps each sample's id to its ClassifyResult.

        Raises
        ------
        NotFoundError
            There are no results; where a changed threshold emptied them, the text says so.

        Notes
        -----
        Source: ``POST …/jobs/classify``, then ``GET …/classify/all/result/page``, page by page.
        """
        if start:
            source = "POST " + self._route(("jobs", "classify"))
            started = self._post(schema.JobStarted, "jobs", "classify")
            if started.id is None:
                raise NotFoundError(f"{source}: the server started no job.")
            follow(self, started.id, self._job_time_limit)
        path = ("classify", "all", "result", "page")
        results: dict[int, schema.ModelResult] = {}
        predictions: list[schema.ModelPrediction] = []
        while True:
            known = len(results)
            page = self._get(schema.ModelTestingPage, *path, limit=TEST_PAGE, offset=known)
            results |= {result.sample_id: result for result in page.result}
            predictions += page.predictions
            if not page.result or len(results) >= page.total_count:
                break
            self._check_progress(known, len(results), *path)
        if not results:
            why = self._get(schema.ModelTestingSummary, *path[:-1]).no_results_because_thresholds_changed
            changed = "Its thresholds were changed after the last run, which empties them."
            reason = changed if why else "No test has been run, or there are no testing samples."
            raise NotFoundError(
                f"Project {self.project_id} has no model testing results. {reason} studio.test() runs it."
            )
        return testing_table(list(results.values()), predictions, self.impulse(), self)

    def set_threshold(self, block: int | str, value: float, *, key: str | None = None) -> None:
        """Set a threshold of a learn block. **It empties the results of model testing**, which rest on thresholds.

        Parameters
        ----------
        block : int or str
            The learn block, by id, type or title.
        value : float
            The new value.
        key : str, optional
            Which threshold; needed only where the block has several.

        Notes
        -----
        Source: ``POST …/impulse/{impulseId}/set-thresholds``.
        """
        if isinstance(value, float | np.floating) and not np.isfinite(value):
            raise UsageError(f"A threshold is a finite number, got {value}.")
        impulse, learn = self.impulse(), self._learn_block(block)
        if impulse.id is None:
            raise UsageError("This server names no impulse id; set the threshold in the Studio.")
        entry = {"blockId": learn, "key": key or self._threshold_key(learn), "value": value}
        body = {"thresholds": [entry], "allowCreatingRegenerateModelTestingJobs": False}
        self._post(schema.Refusal, "impulse", impulse.id, "set-thresholds", body=body)

    def _threshold_key(self, block: int) -> str:
        sample = self.samples("training", limit=1)
        if sample.empty:
            raise UsageError("Without a sample to ask with, the threshold's key is not known: give key=….")
        keys = list(self.classify(sample.index[0], block).blocks[0].thresholds["key"])
        if len(keys) != 1:
            raise UsageError(f"Block {block} has {len(keys)} thresholds: {', '.join(keys) or 'none'}. Give key=….")
        return str(keys[0])

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
        project = self._given_id or vars(self).get("project_id", "?")  # a repr does not ask the server
        return f"<Studio {self._name or f'project {project} at {self.url}'}>"

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
