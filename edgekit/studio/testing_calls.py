"""The calls of model testing: running it, and fetching its results page by page."""

from __future__ import annotations

import pandas as pd

from edgekit import display, waiting
from edgekit.errors import NotFoundError, UsageError
from edgekit.results.testing import testing_table
from edgekit.studio.jobs import follow
from edgekit.studio.sample_calls import CATEGORIES, SampleCalls
from edgekit.wire import schema

TEST_PAGE = 100  # samples; each comes with all its windows
PAUSES = (0.5, 1.0, 2.0)  # seconds: some servers have no results yet when their job has just succeeded

# What the Studio says of results that a changed threshold emptied (``noResultsBecauseThresholdsChanged``).
_CHANGED = "Its thresholds were changed after the last run, which empties them."


class ModelTestingCalls(SampleCalls):
    """What `edgekit.Studio` can do with model testing."""

    def test(self, *, start: bool = True, variant: str | None = None, category: str = "testing") -> pd.DataFrame:
        """Run model testing on the server and return its verdict on every window of the testing set.

        Parameters
        ----------
        start : bool
            Run it; False fetches the results of the last run.
        variant : str, optional
            int8, float32 or akida: which variant of the models to test; the server's choice without it.
        category : str
            Which samples: testing, training or validation.

        Returns
        -------
        DataFrame, one row a window (or image): `sample`, `start_ms`, `end_ms`, `label`, `prediction`, `correct`,
        `expected_anomaly`, `f1`. ``.attrs["results"]`` maps each sample's id to its ClassifyResult. Of object detection
        `label` is the list of the labels of the objects in the picture (empty: none), and `prediction` the F1 score as
        the Studio writes it.

        Raises
        ------
        NotFoundError
            There are no results; where a changed threshold emptied them, the text says so.

        Notes
        -----
        Source: ``POST …/jobs/classify`` (``modelVariants`` in its body is what counts), then ``GET …/classify/all/
        result/page``, page by page.
        """
        if category not in CATEGORIES:
            raise UsageError(f"There is no category {display.quoted(category)}: it is one of {', '.join(CATEGORIES)}.")
        asked = {"variant": variant, "category": None if category == "testing" else category}
        if start:
            body = {} if variant is None else {"modelVariants": [variant]}
            started = self._post(schema.JobStarted, "jobs", "classify", body=body, category=asked["category"])
            if started.id is None:
                raise NotFoundError(f"POST {self._route(('jobs', 'classify'))}: the server started no job.")
            follow(self, started.id, self._job_time_limit)
        results, predictions = self._tested(asked)
        for pause in PAUSES if start else ():
            if results or predictions:
                break
            waiting.pause(pause)
            results, predictions = self._tested(asked)
        if not results and not predictions:
            raise NotFoundError(f"Project {self.project_id} has no model testing results. {self._why(asked, start)}")
        impulse = self._known_impulse = self.impulse()  # the results rest on it
        return testing_table(results, predictions, impulse, self)

    def _tested(self, asked: dict[str, str | None]) -> tuple[list[schema.ModelResult], list[schema.ModelPrediction]]:
        """Fetch the results of the last run; none where the server says that it has none."""
        path = ("classify", "all", "result", "page")
        results: dict[int, schema.ModelResult] = {}
        predictions: list[schema.ModelPrediction] = []
        seen: set[int] = set()  # a page counts in samples, and need not hold the result of each
        while True:
            known = len(seen)
            try:
                page = self._get(schema.ModelTestingPage, *path, limit=TEST_PAGE, offset=known, **asked)
            except NotFoundError:
                if known:
                    raise
                return [], []
            results |= {result.sample_id: result for result in page.result}
            predictions += page.predictions
            seen |= {result.sample_id for result in page.result} | {row.sample_id for row in page.predictions}
            if not (page.result or page.predictions) or len(seen) >= page.total_count:
                return list(results.values()), predictions
            self._check_progress(known, len(seen), *path)

    def _why(self, asked: dict[str, str | None], started: bool) -> str:
        """Say why there are no results, and what to do."""
        if started:
            return "The job succeeded, but the Studio has no results yet: studio.test(start=False) fetches them later."
        try:
            changed = self._get(
                schema.ModelTestingSummary, "classify", "all", "result", **asked
            ).no_results_because_thresholds_changed
        except NotFoundError:
            changed = None
        return (
            f"{_CHANGED if changed else 'No test has been run, or there are no such samples.'} studio.test() runs it."
        )
