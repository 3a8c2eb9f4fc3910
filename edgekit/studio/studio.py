"""A Studio project: one thin method per call of the API; how each is made stands in the room it names."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Self, overload

import pandas as pd

from edgekit import display
from edgekit.anomaly import Gmm, KMeans
from edgekit.arguments import flag
from edgekit.errors import EdgekitError, StudioError, UsageError
from edgekit.results.features import Features
from edgekit.results.result import ClassifyResult
from edgekit.results.sample import Sample
from edgekit.results.testing import ModelTesting
from edgekit.studio import classify_calls, feature_calls, impulse_calls, sample_calls, testing_calls, threshold_calls
from edgekit.studio.calls import STUDIO_URL, Calls
from edgekit.studio.many import Answers, in_order
from edgekit.studio.threshold_calls import ThresholdSet
from edgekit.studio.wanted import sample_id, sample_ids
from edgekit.verdicts import VerdictComparison, compare
from edgekit.wire import schema
from edgekit.wire.limits import RETRIES, TIMEOUT
from edgekit.wire.secret import Secret, sealed
from edgekit.wire.session import Session, Transport

if TYPE_CHECKING:
    from PIL.Image import Image


class Studio:
    """A project of the Studio, reached with its API key.

    Parameters
    ----------
    url : str
        Base address, with the version.
    api_key : str
        The project's key; kept out of every repr and message.
    project_id : int, optional
        Without it, edgekit asks the server.
    timeout : float
        Seconds that one attempt of a call may take.
    retries : int
        How often an idempotent call is repeated after a temporary fault. Limits of the service's rate are not
        published: edgekit assumes status 429 where there are too many calls, and waits as long as ``Retry-After`` says,
        without it a growing pause. Where that is over a minute, or the repeats are used up, it raises RateLimitError.
    job_time_limit : float
        Seconds to wait for a job of the server.
    allow_http : bool
        Send the key unencrypted to a host that is not this machine. Only for your own Studio on a closed network.
    name : str
        What to call the project in reprs.
    session : Session, optional
        What calls are made through, in place of HTTP with a key: a recording, say (`edgekit.wire.recording`).
    """

    @sealed
    def __init__(
        self,
        *,
        url: str = STUDIO_URL,
        api_key: str | Secret | None = None,
        project_id: int | None = None,
        timeout: float = TIMEOUT,
        retries: int = RETRIES,
        job_time_limit: float = 600.0,
        allow_http: bool = False,
        name: str | None = None,
        session: Session | None = None,
    ) -> None:
        if session is None:
            if api_key is None:
                raise UsageError("No API key was given: your project's dashboard shows it under Keys.")
            api_key = Secret.of(api_key)
            session = Transport(url, api_key, timeout=timeout, retries=retries, allow_http=allow_http)
        self._calls = Calls(session, project_id, job_time_limit)
        self._name = name
        self._known_impulse: schema.Impulse | None = None
        self._anomaly_labels: dict[str, bool] | None = None

    def under(self, impulse: int | str | None) -> Self:
        """Return the same project under another of its impulses: all calls of what it returns are about that one.

        Parameters
        ----------
        impulse : int, str or None
            Its id or name, as `impulses` lists them; None for the one this Studio is about.

        Examples
        --------
        >>> import edgekit as ek
        >>> studio = ek.connect(sandbox="motion")
        >>> studio.under(2)
        <Studio sandbox project 'motion', impulse 2>
        """
        if impulse is None:
            return self
        other = copy(self)
        other._calls = self._calls.under(impulse_calls.impulse_named(self._calls, impulse))
        other._known_impulse = None
        return other

    def close(self) -> None:
        """Close the connections to the server; a call after it opens them again."""
        self._calls.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Base address of the server."""
        return self._calls.url

    @property
    def project_id(self) -> int:
        """Identifier of the project: as given, else the key's own."""
        return self._calls.project_id

    def projects(self) -> dict[int, str]:
        """Return the names of the projects this key sees, by id; most see one. Source: ``GET /api/projects``."""
        return {project.id: project.name for project in self._calls.projects()}

    def owner(self) -> str | None:
        """Return the name of the project's owner, where the server tells. Source: ``GET /api/projects``."""
        return next((project.owner for project in self._calls.projects() if project.id == self.project_id), None)

    # --- samples: sample_calls.py ---

    def samples(
        self, category: str | None = None, labels: str | Iterable[str] | None = None, limit: int | None = None
    ) -> pd.DataFrame:
        """List the project's samples.

        Parameters
        ----------
        category : str, optional
            training, testing, validation or post-processing; all of them without it.
        labels : str or several, optional
            Only samples with this label, or one of these; in object detection with such an object in the picture, and
            "-" finds the pictures without any.
        limit : int, optional
            At most so many.

        Returns
        -------
        DataFrame indexed by sample `id`, ascending: filename, label, category, length_ms, frequency_hz, readings, axes,
        created. In object detection `label` is the list of the labels of the objects in the picture, empty for none.
        Source: ``GET /api/{projectId}/raw-data``, page by page.

        Examples
        --------
        >>> import edgekit as ek
        >>> ek.connect(sandbox="motion").samples("testing", limit=2)[["filename", "label", "length_ms"]]
               filename      label  length_ms
        id
        31  badminton01  badminton      10000
        32  badminton02  badminton      10000
        """
        return sample_calls.listed(self._calls, category, labels, limit)

    def sample(self, sample: int | str | Sample, *, limit: int | None = None) -> Sample:
        """Fetch one sample with its readings, or with about `limit` of them, spread over its whole length.

        It is named by its id, or by its file where no other sample has that name: ``studio.sample("badminton01")``.
        Source: ``GET /api/{projectId}/raw-data/{sampleId}``. `Sample.shown` says that only a part of the readings came;
        `slice` fetches an exact part.
        """
        return Sample(sample_calls.fetched(self._calls, sample_id(self._calls, sample), limit=limit), self)

    def slice(self, sample: int | str | Sample, start: int, end: int) -> Sample:
        """Fetch the readings [start, end) of a sample, every one of them.

        Time begins at 0 with the first of them. Source: ``GET …/raw-data/{sampleId}/slice``.

        Raises
        ------
        ResponseError
            The server sent only some of them.
        """
        return Sample(sample_calls.part(self._calls, sample_id(self._calls, sample), start, end), self, exact=True)

    def image(self, sample: int | str | Sample, *, after_input_block: bool = False) -> Image:
        """Fetch the picture of an image sample.

        Parameters
        ----------
        sample : int, str or Sample
            Which sample: its id, or the name of its file where no other sample has it.
        after_input_block : bool
            Scaled and cropped by the impulse's input block: the frame in which boxes and grids of results live.

        Returns
        -------
        PIL.Image.Image. Source: ``GET …/raw-data/{sampleId}/image``.
        """
        return sample_calls.image(self._calls, sample_id(self._calls, sample), after_input_block=after_input_block)

    def original(self, sample: int | str | Sample) -> bytes:
        """Fetch a sample's bytes as they were uploaded (CBOR or JSON). Source: ``GET …/raw-data/{sampleId}/raw``."""
        return sample_calls.original(self._calls, sample_id(self._calls, sample))

    # --- the impulse and what it learned: impulse_calls.py ---

    def impulse(self) -> schema.Impulse:
        """Return the impulse: its input, DSP and learn blocks. Source: ``GET /api/{projectId}/impulse``."""
        return impulse_calls.impulse(self._calls)

    def impulses(self) -> pd.DataFrame:
        """List the project's impulses, which the Studio also calls experiments; the default one first.

        Returns
        -------
        DataFrame indexed by impulse `id`: name, window_ms, increase_ms, dsp and learn (the types of its blocks),
        complete, stale (its features are older than the data), then one column per figure that the server knows, such
        as the accuracy of the testing set. Source: ``GET /api/{projectId}/impulses-detailed``, else ``…/impulses``.

        Examples
        --------
        >>> import edgekit as ek
        >>> ek.connect(sandbox="motion").impulses()[["name", "window_ms", "learn"]]
                             name  window_ms                       learn
        id
        1                  motion       2000  keras, anomaly, anomaly-gmm
        2   motion, short windows       1000          keras, anomaly-gmm
        """
        return impulse_calls.impulses(self._calls)

    def known_impulse(self) -> schema.Impulse:
        """Return the impulse as it was when first asked for after the last classification; for what results need."""
        known = self._known_impulse = self._known_impulse or self.impulse()
        return known

    def anomaly_labels(self) -> dict[str, bool]:
        """Say of each label whether the project calls it anomalous (True) or normal (False); asked for once.

        Empty where the server does not say. Source: ``anomalyLabelsConfig`` of ``GET /api/{projectId}``, newer servers.

        Examples
        --------
        >>> import edgekit as ek
        >>> ek.connect(sandbox="motion").anomaly_labels()
        {'running': False, 'standing': False, 'walking': False, 'badminton': True}
        """
        if self._anomaly_labels is None:
            try:
                self._anomaly_labels = impulse_calls.anomaly_labels(self._calls)
            except StudioError:  # an older server, or a role that may not ask: so it will stay
                self._anomaly_labels = {}
        return dict(self._anomaly_labels)

    def blocks(self) -> pd.DataFrame:
        """List the impulse's blocks: id, kind (input, dsp, learn), type, title. `ClassifyResult.blocks` is a list.

        The list has what each learn block said of one sample; `BlockResult.kind` is its kind of learn block.
        """
        return impulse_calls.blocks(self._calls)

    def trained(self, block: int | str) -> bool | None:
        """Say whether a learn block is trained; None where the server does not tell.

        Source: ``hasTrainedModel`` of ``GET …/training/keras/{learnId}/metadata`` (of anomaly blocks
        ``…/anomaly/{learnId}/metadata``), else ``trained`` of the block's configuration.
        """
        return impulse_calls.trained(self._calls, block)

    def anomaly_metadata(self, block: int | str) -> schema.AnomalyMetadata:
        """Return an anomaly block's scaling, axes, clusters and thresholds: ``GET …/anomaly/{learnId}/metadata``."""
        return impulse_calls.anomaly_metadata(self._calls, block)

    def gmm(self, block: int | str) -> Gmm:
        """Return the mixture of an anomaly-gmm block, ready to score windows.

        Source: ``GET …/training/anomaly/{learnId}/gmm/metadata`` and ``…/metadata``, whose ``mean`` and ``scale`` scale
        the log-likelihood.
        """
        return impulse_calls.gmm(self._calls, block)

    def kmeans(self, block: int | str) -> KMeans:
        """Return the clusters of a K-means anomaly block, ready to score windows.

        Source: ``clusters``, ``mean``, ``scale`` and ``axes`` of ``GET …/training/anomaly/{learnId}/metadata``.
        """
        return impulse_calls.kmeans(self._calls, block)

    # --- features: feature_calls.py ---

    def features(self, sample: int | str | Sample, dsp: int) -> pd.DataFrame:
        """Return what a DSP block makes of a sample.

        Returns
        -------
        DataFrame, index `window`, one column per feature, named as the Studio names them where it does.
        Source: ``GET …/dsp/{dspId}/features/get-graph/classification/{sampleId}`` and ``…/features/labels``.
        """
        return feature_calls.features(self._calls, sample_id(self._calls, sample), dsp)

    def set_features(
        self, category: str = "training", *, dsp: int | None = None, impulse: int | str | None = None
    ) -> Features:
        """Return what a DSP block makes of every window of a whole set, in two or three calls.

        Parameters
        ----------
        category : str
            Which set: training, testing or validation.
        dsp : int, optional
            Which DSP block, by id; not needed where the impulse has one.
        impulse : int or str, optional
            Which impulse, by id or name, where `dsp` is not given; the one this Studio is about without it.

        Returns
        -------
        Features: `windows` and `values`, two tables with the same rows. `edgekit.explore` and `edgekit.plots.features`
        show them.

        Raises
        ------
        UsageError
            The impulse has several DSP blocks, or none.
        StudioError
            There is no such block, or (NotFoundError) no window of that set has features.
        ResponseError
            The server gives other windows each time it is asked, and has no file of them.

        Notes
        -----
        Source: ``GET …/dsp/{dspId}/features/get-graph/{category}``, which says which windows there are and gives three
        features of each; all of them come from ``GET …/dsp-data/{dspId}/x/{category}``. Where that file is not there,
        or is of other windows, the first call is repeated for every three features.

        Examples
        --------
        >>> import edgekit as ek
        >>> features = ek.connect(sandbox="meat").set_features("testing")
        >>> features.values.shape
        (43, 100)
        """
        asked = self.under(impulse)
        return feature_calls.set_features(asked._calls, asked, category, dsp)

    def feature_map(self, block: int | None = None) -> pd.DataFrame | None:
        """Return where the Studio's data explorer lays each window of all sets, so that alike ones lie side by side.

        Parameters
        ----------
        block : int, optional
            The learn block by whose embeddings they are laid out; without it, the map of the data as such.

        Returns
        -------
        DataFrame, one row a window: `sample`, `window`, `start_ms`, `end_ms`, `label`, `category`, `x` and `y`, which
        have no unit. None where the project has no such map: the Studio makes one under *Data explorer*.
        Source: ``GET …/raw-data/data-explorer/features`` or ``…/training/keras/{learnId}/data-explorer/features``.
        """
        return feature_calls.feature_map(self._calls, block)

    # --- classification: classify_calls.py ---

    @overload
    def classify(  # type: ignore[overload-overlap]  # a text is one name, not several
        self, sample: int | str | Sample, block: int | str | None = None, *, variant: str | None = None,
        debug: bool = True, deprecated: bool = False, impulse: int | str | None = None, keep_going: bool = False,
    ) -> ClassifyResult: ...  # fmt: skip

    @overload
    def classify(
        self, sample: Iterable[int | str | Sample] | pd.DataFrame, block: int | str | None = None, *,
        variant: str | None = None, debug: bool = True, deprecated: bool = False, impulse: int | str | None = None,
        keep_going: bool = False,
    ) -> Answers[ClassifyResult]: ...  # fmt: skip

    def classify(
        self, sample: int | str | Sample | Iterable[int | str | Sample] | pd.DataFrame,
        block: int | str | None = None, *, variant: str | None = None, debug: bool = True, deprecated: bool = False,
        impulse: int | str | None = None, keep_going: bool = False,
    ) -> ClassifyResult | Answers[ClassifyResult]:  # fmt: skip
        """Slide the impulse's window over a complete sample and classify every window.

        Parameters
        ----------
        sample : int, str or Sample, or several of them, or a table
            Which sample: its id, or the name of its file where no other sample has it. Several give a list of results
            in their order; a progress bar appears after a second. Of a table (`samples`) all samples of its index.
        block : int or str, optional
            One learn block, by id, type or title; all of them without it.
        variant : str, optional
            int8, float32 or akida; the server's choice without it.
        debug : bool
            Ask for the debug info of object detection (only with all blocks).
        deprecated : bool
            Send the older GET, ``/classify/anomaly-gmm/{blockId}/{sampleId}``, instead of the V2 POST.
        impulse : int or str, optional
            Which impulse, by id or name; the one this Studio is about without it.
        keep_going : bool
            Of several samples, leave out those that fail: the list's `failures` is a table of them, with the reasons.

        Raises
        ------
        StudioError, JobFailed
            The server refused the call, or the job that a long file needs did not succeed. Of several samples a note
            says which it was, and the error's `results` are those that had come by then.
        UsageError, NotFoundError
            `sample` is no id, or no sample or more than one has a file of that name.

        Notes
        -----
        A V2 call answers with the result or with a job; edgekit then waits for the job and asks again.

        Examples
        --------
        >>> import edgekit as ek
        >>> studio = ek.connect(sandbox="motion")
        >>> studio.classify(31)
        <ClassifyResult of sample 31 'badminton01' · keras, anomaly, anomaly-gmm>
        >>> len(studio.classify([31, 32]))
        2
        """
        if impulse is not None:
            return self.under(impulse).classify(
                sample, block, variant=variant, debug=debug, deprecated=deprecated, keep_going=keep_going
            )
        ask = classify_calls.asking(self._calls, block, variant=variant, debug=debug, deprecated=deprecated)
        self._known_impulse = None  # it may have been changed since the last call

        def one(wanted: int, stop: threading.Event | None = None) -> ClassifyResult:
            answer = ask(wanted, stop=stop)
            return ClassifyResult(answer, self, received=self._calls.now(), variant=variant)

        wanted = sample_ids(self._calls, sample)
        if isinstance(wanted, int):
            return one(wanted)
        _ = self.project_id  # asked once, not by every thread
        return in_order(one, wanted, keep_going=flag("keep_going", keep_going))

    def compare_variants(self, sample: int | str | Sample, variants: Sequence[str]) -> pd.DataFrame:
        """Classify a sample with several variants of the models.

        Returns
        -------
        DataFrame, one row per learn block, window and key of ``result``: `block`, `window`, `key`, then one column per
        variant with its score, then `difference` (the last variant minus the first).
        Source: ``POST …/classify/v2/{sampleId}/variants``.
        """
        return classify_calls.compared(self._calls, sample_id(self._calls, sample), variants)

    def rescore(self, block: int | str, sample: int | str | Sample) -> pd.DataFrame:
        """Score a sample's windows again from the parameters the API publishes, and compare.

        Parameters
        ----------
        block : int or str
            An anomaly block (anomaly-gmm or K-means), by id, type or title.
        sample : int, str or Sample
            Which sample: its id, or the name of its file where no other sample has it.

        Returns
        -------
        DataFrame, index `window`: `score` (the server's), `recomputed` (edgekit's), `difference` (edgekit's minus the
        server's). The Studio calculates in float32, edgekit in float64: expect differences of about 1e-3.
        """
        learn = impulse_calls.learn_block(self._calls, block)
        table = self.classify(sample_id(self._calls, sample)).block(learn).explain()[["score", "recomputed"]]
        return table.assign(difference=table["recomputed"] - table["score"])

    # --- model testing, thresholds, jobs: testing_calls.py, threshold_calls.py, jobs.py ---

    def test(
        self, *, start: bool = True, variant: str | None = None, category: str = "testing",
        impulse: int | str | None = None,
    ) -> ModelTesting:  # fmt: skip
        """Run model testing on the server: its verdict on every window of a set, and how good the models are.

        Parameters
        ----------
        start : bool
            Run it; False fetches the results of the last run.
        variant : str, optional
            int8, float32 or akida: which variant of the models to test; the server's choice without it.
        category : str
            Which samples: testing, training or validation.
        impulse : int or str, optional
            Which impulse, by id or name; the one this Studio is about without it.

        Returns
        -------
        ModelTesting: `predictions`, one row per window; `results`, each sample's ClassifyResult by its id; `figures`,
        `confusion` and `variants`, which are the server's own.

        Raises
        ------
        NotFoundError
            There are no results; where a changed threshold emptied them, the text says so.

        Notes
        -----
        A window whose highest probability is below the block's threshold is "uncertain", and that is no right answer:
        see `ModelTesting.figures` for what it does to the accuracy.

        Source: ``POST …/jobs/classify`` (``modelVariants`` in its body is what counts), then ``GET …/classify/all/
        result/page``, page by page; for the figures ``GET …/classify/all/result``.
        """
        asked = self.under(impulse)
        asked._known_impulse = None  # the results rest on it as it is now
        return testing_calls.model_testing(asked._calls, asked, start=start, variant=variant, category=category)

    def compare(
        self, a: str | int | ModelTesting, b: str | int | ModelTesting, *, category: str = "testing"
    ) -> VerdictComparison:
        """Test two variants or two impulses on a whole set, and say which windows get another verdict.

        Parameters
        ----------
        a, b : str, int or ModelTesting
            The name of a variant (int8, float32, akida), the id of an impulse, or a test that was run already.
        category : str
            Which samples: testing, training or validation.

        Returns
        -------
        VerdictComparison: `changed` (the windows with another verdict), `confusion` (of a against b), `figures` (how
        often each is right, and the difference with McNemar's interval over samples). ``edgekit.explore`` shows the
        samples with another verdict; of object detection both models, side by side on each picture.

        Raises
        ------
        StudioError, UsageError
            The project has no such impulse or variant, which is said before anything is tested; no window can be
            compared.

        Notes
        -----
        Each runs model testing, as `test` does, two variants in one job; see `edgekit.verdicts.compare` for the
        arithmetic.
        """
        self._known_impulse = None  # as in `test`
        runs = testing_calls.runs_of(self._calls, self, self.test, (a, b), category)
        (name_a, one), (name_b, other) = runs
        found = compare(one.predictions, other.predictions, (name_a, name_b))
        return replace(found, results=(one.results, other.results))

    def regenerate_testing(self, *, category: str = "testing", impulse: int | str | None = None) -> ModelTesting:
        """Bring back the results of model testing that a changed threshold removed; nothing is classified again.

        That is quicker than `test`, where the server can do it (no object detection).

        Raises
        ------
        StudioError
            The server does not know the call, or cannot do it: `test` always works.

        Notes
        -----
        Source: ``POST …/impulse/{impulseId}/regenerate-model-testing-summary``.
        """
        asked = self.under(impulse)
        testing_calls.regenerate(asked._calls, category)
        return asked.test(start=False, category=category)

    def set_threshold(self, block: int | str, value: float | str, *, key: str | None = None) -> ThresholdSet:
        """Set a threshold of a learn block. **It empties the results of model testing**, which rest on thresholds.

        Parameters
        ----------
        block : int or str
            The learn block, by id, type or title.
        value : float or str
            The new value; a text for a threshold that offers texts, such as how the score of a picture is made.
        key : str, optional
            Which threshold. Without it, the one that decides (see `BlockResult.threshold`), or the one that offers the
            text; needed only where neither of these is the only one.

        Returns
        -------
        ThresholdSet, which says what became of model testing and what to do next.

        Raises
        ------
        UsageError
            No number, or the key is needed: the text lists those there are.
        AuthenticationError
            The key's role does not allow it (it takes an admin's).

        Notes
        -----
        The keys are read from the block's metadata, so no sample need be classified: ``GET …/training/keras/{id}/
        metadata`` or ``…/training/anomaly/{id}/metadata``. Then ``POST …/impulse/{impulseId}/set-thresholds``.
        """
        return threshold_calls.set_threshold(self._calls, block, value, key=key)

    def job(self, job: int) -> schema.Job:
        """Return the state of a job. Source: ``GET …/jobs/{jobId}/status``."""
        return self._calls.job(job)

    def job_log(self, job: int) -> list[str]:
        """Return the lines a job printed, oldest first: the last 1,000, and where there may be more, a line says so."""
        return self._calls.job_log(job)

    def cancel_job(self, job: int) -> None:
        """Ask the server to stop a job. Source: ``POST …/jobs/{jobId}/cancel``."""
        self._calls.cancel_job(job)

    def __repr__(self) -> str:
        if "_calls" not in vars(self):
            return "<Studio, not connected>"  # a debugger looks at it in the middle of a failing __init__
        project = self._calls.known_project_id or "?"  # a repr does not ask the server
        impulse = "" if self._calls.impulse_id is None else f", impulse {self._calls.impulse_id}"
        return display.fit(f"<Studio {self._name or f'project {project} at {self.url}'}{impulse}>")

    def _repr_html_(self) -> str:
        note = "Real recordings, offline, no account." if self._name else self.url
        try:
            blocks = self.blocks()
        except EdgekitError as problem:
            return display.card(repr(self)[1:-1], {"state": str(problem)}, note=note)
        facts = {f"{kind} {i}": f"{title} ({type_})" for i, kind, type_, title in blocks.itertuples(index=False)}
        return display.card(repr(self)[1:-1], facts, note=note)
