"""`edgekit.batch.classify`: who is asked next, by how many at a time, and what becomes of the answers."""

from __future__ import annotations

from collections import deque
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from importlib.metadata import version
from os import PathLike
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any

from edgekit import arguments, display, progress, waiting
from edgekit.batch import layout
from edgekit.batch.layout import FORMAT, About, Run
from edgekit.batch.pace import Pace
from edgekit.batch.source import Stored
from edgekit.batch.store import Store
from edgekit.batch.task import Outcome, Shared, local_task, task
from edgekit.batch.writer import Writer
from edgekit.errors import AuthenticationError, ConnectionFailed, EdgekitError, RateLimitError, UsageError
from edgekit.studio.jobs import CANCEL_WITHIN
from edgekit.studio.many import THREADS
from edgekit.studio.portable_call import PortableCall
from edgekit.studio.sample_calls import listed_ids
from edgekit.studio.studio import Studio
from edgekit.studio.wanted import sample_ids

_APART = 0.005  # seconds from one worker's begin to the next one's: answers that come together wait for one another
IN_A_ROW = 10  # samples without a connection, after which none is to be expected for the others


def classify(
    studio: Studio,
    folder: str | PathLike[str],
    samples: Any = None,
    *,
    block: int | str | None = None,
    variant: str | None = None,
    executor: Executor | None = None,
    workers: int = THREADS,
    pictures: bool = True,
) -> Store:
    """Classify many samples into a folder, which goes on where it was stopped.

    Parameters
    ----------
    studio : Studio
        The project; of several impulses ``studio.under(impulse)``.
    folder : str or path
        Made if it is not there. A store that it holds is gone on with: samples that were answered are not asked for
        again, those that failed are.
    samples : several ids, names or samples, or a table, optional
        As for `Studio.classify`; all samples of the project without it.
    block : int or str, optional
        One learn block, by id, type or title; all of them without it.
    variant : str, optional
        int8, float32 or akida; the server's choice without it.
    executor : concurrent.futures.Executor, optional
        Who makes the calls: your own, of threads or processes, or of Dask (``client.get_executor()``), whose processes
        may be on other machines. It is not shut down. Threads of this process without it.
    workers : int
        How many samples are asked for at a time; with an executor of your own, as many as it has.
    pictures : bool
        Keep, of samples that are pictures, the picture as it goes into the model: for explorers and plots without a
        network. It takes a second call a sample, and no answer fails for want of it.

    Returns
    -------
    Store

    Raises
    ------
    UsageError
        The folder is the store of another project, impulse, block or variant, or of a newer edgekit, or another run is
        writing into it, or there is no such block.
    AuthenticationError, ConnectionFailed, RateLimitError
        Every other sample would meet the same: the key is wrong, ten samples in a row found no connection, or the
        server refused calls for an hour. What came before is in the store.
    EdgekitError
        The disk is full, or your executor has ended. What came before is in the store.

    Notes
    -----
    A sample that the Studio refuses, or whose job fails, is a row of `Store.failures`, and the others go on. Where the
    server asks to slow down (status 429) all workers wait, as long as ``Retry-After`` says, without it a growing pause.
    An answer is on its way to the disk as soon as it has come, so a process that is killed loses nothing but the
    samples that are being asked for. After Ctrl-C the store is readable.

    To processes the call travels pickled, and the API key with it, in the clear. No task's name, repr or error holds
    it. Let it travel over connections that are your own or encrypted.

    Examples
    --------
    >>> import tempfile
    >>> import edgekit as ek
    >>> studio = ek.connect(sandbox="motion")
    >>> store = ek.batch.classify(studio, tempfile.mkdtemp(), [31, 32, 71])
    >>> store.samples("keras")[["filename", "label", "verdict"]]
           filename      label  verdict
    id
    31  badminton01  badminton  running
    32  badminton02  badminton  running
    71  badminton11  badminton  running
    """
    if not isinstance(studio, Studio):
        raise UsageError(f"studio takes what ek.connect() returns, got {display.quoted(studio)}.")
    workers = arguments.whole("workers", workers, 1)
    if executor is not None and not isinstance(executor, Executor):
        raise UsageError(
            f"executor takes a concurrent.futures.Executor (of Dask client.get_executor()), got "
            f"{display.quoted(executor)}."
        )
    place = Path(folder) if isinstance(folder, str | PathLike) and str(folder) else None
    if place is None:
        raise UsageError(f"folder takes the path of a folder, got {display.quoted(folder)}.")
    call = PortableCall(studio._calls, block, variant=variant)
    wanted = _wanted(studio, samples)
    with layout.held(place):
        about = layout.begin(place, _about(studio, call))
        writer = Writer(place, Stored(about), about.runs[-1].number)
        store = Store(place)
        answered = set(store.ids())
        todo = [sample for sample in wanted if sample not in answered]
        run = _Run(call, writer, about.runs[-1].number, workers, arguments.flag("pictures", pictures))
        with progress.bar(desc="classify", unit="sample", total=len(wanted), initial=len(wanted) - len(todo)) as bar:
            run.go(executor, todo, bar)
    return store


def _wanted(studio: Studio, samples: Any) -> list[int]:
    if samples is None:
        return listed_ids(studio._calls)
    found = sample_ids(studio._calls, samples)
    return [found] if isinstance(found, int) else list(dict.fromkeys(found))


def _about(studio: Studio, call: PortableCall) -> About:
    began = datetime.now(UTC).isoformat(timespec="seconds")
    name = studio.projects().get(studio.project_id, "")
    labels = studio.anomaly_labels()
    impulse, run = studio.impulse(), Run(0, began, version("edgekit"))
    if call.block not in {None, *(block.id for block in impulse.learn_blocks)}:  # else each sample would fail
        have = ", ".join(f"{block.id} ({display.shown(block.type)})" for block in impulse.learn_blocks)
        raise UsageError(f"The impulse has no learn block {call.block}; it has: {have or 'none'}.")
    return About(FORMAT, studio.project_id, name, impulse, call.block, call.variant, labels, [run])


class _Run:
    """Gives out the samples, and writes down what comes back."""

    def __init__(self, call: PortableCall, writer: Writer, number: int, workers: int, pictures: bool) -> None:
        self._call, self._writer, self._number, self._workers = call, writer, number, workers
        self._stop, self._pace = Event(), Pace()
        self._shared = Shared(self._pace, self._stop, pictures, writer.answered)
        self._came: SimpleQueue[Future[Outcome]] = SimpleQueue()
        self._flying: set[Future[Outcome]] = set()
        self._again: deque[Outcome] = deque()  # what a rate limit met, to be asked for first
        self._failed = self._unreached = 0

    def go(self, executor: Executor | None, todo: list[int], bar: Any) -> None:
        """Ask for all samples; the store is readable however this ends."""
        pool = executor or ThreadPoolExecutor(self._workers, "edgekit-classify")
        most = self._workers if executor else 2 * self._workers  # so that no thread waits for its next sample
        stopped = True
        try:
            self._ask(pool, deque(todo), most, bar)
            stopped = False
        except EdgekitError as problem:
            problem.add_note("What came before is in the store. The same call again goes on where this one stopped.")
            raise
        finally:
            self._stop.set()
            for future in self._flying:
                future.cancel()
            if executor is None:
                pool.shutdown(wait=False, cancel_futures=True)
                wait(self._flying, CANCEL_WITHIN + 2 * waiting.STEP)  # they see `stop`, and cancel their jobs
            self._writer.close(stopped=stopped)

    def _ask(self, pool: Executor, todo: deque[int], most: int, bar: Any) -> None:
        while todo or self._again or self._flying:
            begins = False
            while not self._pace.left and (todo or self._again) and len(self._flying) < most:
                self._submit(pool, self._again.popleft() if self._again else Outcome(todo.popleft()))
                if begins := len(self._flying) < self._workers:
                    break
            try:
                future = self._came.get(timeout=_APART if begins else waiting.STEP)
            except Empty:
                continue
            self._flying.discard(future)
            outcome = _outcome_of(future, pool)
            if isinstance(outcome.problem, RateLimitError):
                self._slow_down(outcome, outcome.problem, bar)
            else:
                self._take(outcome, bar)

    def _submit(self, pool: Executor, asked: Outcome) -> None:
        try:
            if isinstance(pool, ThreadPoolExecutor):
                future = pool.submit(local_task, self._call, asked, self._number, self._shared)
            else:
                future = pool.submit(task, self._call, asked, self._number, self._shared.pictures)
        except RuntimeError as problem:  # it was shut down, or one of its processes has died
            raise _broken(problem) from problem
        self._flying.add(future)
        future.add_done_callback(self._came.put)

    def _slow_down(self, outcome: Outcome, problem: RateLimitError, bar: Any) -> None:
        """Let all wait, and ask for this sample again: only for its picture where it was answered."""
        if self._pace.is_hopeless(problem):
            raise problem
        self._again.append(outcome)
        self._pace.slow_down(problem)
        bar.set_postfix_str(f"the server asks to wait {self._pace.left:.0f} s")

    def _take(self, outcome: Outcome, bar: Any) -> None:
        """Write down what came of a sample."""
        problem = outcome.problem
        if isinstance(problem, AuthenticationError):
            raise problem
        if problem is None:
            if outcome.packed:  # it comes from another process
                self._writer.answered(outcome.sample, outcome.packed, None)
            self._pace.answered()
            self._unreached = 0
        else:
            self._unreached = self._unreached + 1 if isinstance(problem, ConnectionFailed) else 0
            if self._unreached >= IN_A_ROW:
                raise problem
            self._writer.failed(outcome.sample, problem)
            self._failed += 1
        bar.set_postfix_str(f"{self._failed} failed" if self._failed else "", refresh=False)
        bar.update()


def _outcome_of(future: Future[Outcome], pool: Executor) -> Outcome:
    try:
        return future.result(0)
    except EdgekitError:  # such as a full disk
        raise
    except Exception as problem:
        if isinstance(pool, ThreadPoolExecutor) and not isinstance(problem, CancelledError):
            raise  # a mistake in edgekit itself
        raise _broken(problem) from problem


def _broken(problem: Exception) -> EdgekitError:
    said = display.shown(problem).rstrip(".")
    return EdgekitError(
        f"The executor gave a sample up ({type(problem).__name__}: {said}). Make a new executor; its "
        "processes need the same edgekit as this one."
    )
