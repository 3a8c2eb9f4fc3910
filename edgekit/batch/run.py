"""`edgekit.batch.classify`: who is asked next, by how many at a time, and what becomes of the answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from os import PathLike
from queue import Empty, SimpleQueue
from threading import Event, Lock
from typing import Any, TypeVar

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

_THREADS = (ThreadPoolExecutor, waiting.Threads)
_APART = 0.005  # seconds from one worker's begin to the next one's: answers that come together wait for one another
IN_A_ROW = 10  # samples without a connection, after which none is to be expected for the others
T = TypeVar("T")


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
        again, those that failed are. No answer says which model gave it, so after the impulse was trained again give a
        new folder, for all samples to be asked for.
    samples : several ids, names or samples, or a table, optional
        As for `Studio.classify`; all samples of the project without it.
    block : int or str, optional
        One learn block, by id, type or title; all of them without it.
    variant : str, optional
        int8, float32 or akida; the server's choice without it.
    executor : concurrent.futures.Executor, optional
        Who makes the calls: your own, of threads or processes, or of Dask (``client.get_executor()``), whose processes
        may be on other machines. It is not shut down; threads of it are busy until the run ends. Threads of this
        process without it.
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
    workers, pictures = arguments.whole("workers", workers, 1), arguments.flag("pictures", pictures)
    variant = None if variant is None else arguments.text("variant", variant)
    if executor is not None and not isinstance(executor, Executor):
        raise UsageError(
            f"executor takes a concurrent.futures.Executor (of Dask client.get_executor()), got "
            f"{display.quoted(executor)}."
        )
    place = layout.checked_folder(folder)
    call = PortableCall(studio._calls, block, variant=variant)
    wanted = _wanted(studio, samples)
    with layout.held(place):
        about = layout.begin(place, _about(studio, call))
        writer = Writer(place, Stored(about), about.runs[-1].number)
        store = Store(place)
        answered = set(store.ids())
        todo = [sample for sample in wanted if sample not in answered]
        run = _Run(call, writer, about.runs[-1].number, workers, pictures)
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
    """Gives out the samples, and writes down what comes back.

    Threads of this process fetch their next sample themselves, and write their answers down: were they given out and
    taken back one by one, each would wait for the main thread, and that one for them. To other processes samples are
    given out, and their answers come back here.
    """

    def __init__(self, call: PortableCall, writer: Writer, number: int, workers: int, pictures: bool) -> None:
        self._call, self._writer, self._number, self._workers, self._pictures = call, writer, number, workers, pictures
        self._shared = Shared(Pace(), Event())
        self._todo: deque[int | Outcome] = deque()  # ids; in front what a rate limit met
        self._flying: set[Future[Any]] = set()
        self._ended: SimpleQueue[Future[Any]] = SimpleQueue()
        self._lock = Lock()  # of the counts
        self._done = self._shown = self._failed = self._unreached = 0

    def go(self, executor: Executor | None, todo: list[int], bar: Any) -> None:
        """Ask for all samples; the store is readable however this ends."""
        pool = executor or waiting.Threads("edgekit-classify")
        self._todo.extend(todo)
        try:
            self._all(pool, bar)
        except EdgekitError as problem:
            problem.add_note("What came before is in the store. The same call again goes on where this one stopped.")
            raise

    def _all(self, pool: Executor, bar: Any) -> None:
        """Ask for all, and close the store, whatever comes."""
        stopped = True
        try:
            (self._in_threads if isinstance(pool, _THREADS) else self._in_processes)(pool, bar)
            stopped = False
        finally:
            try:
                self._shared.stop.set()
                for future in self._flying:
                    future.cancel()
                if isinstance(pool, _THREADS):
                    flying = [future for future in self._flying if not future.done()]
                    wait(flying, CANCEL_WITHIN + 2 * waiting.STEP)  # they see `stop`, and cancel their jobs
            finally:  # also after a second Ctrl-C: what comes later may not be written into what another run holds
                self._writer.close(stopped=stopped)

    def _in_threads(self, pool: Executor, bar: Any) -> None:
        """Let each worker begin a little after the one before, and show how far they are."""
        to_begin = min(self._workers, len(self._todo))
        while to_begin or self._flying:
            if to_begin:
                self._submit(pool, self._work)
                to_begin -= 1
            ended = self._next_ended(_APART if to_begin else waiting.STEP)
            self._show(bar)
            if ended is not None:
                _result_of(ended, pool)

    def _work(self) -> None:
        """Ask for one sample after the other, as long as there are any."""
        while True:
            try:
                asked = self._next()
            except IndexError:
                return
            self._take(local_task(self._call, asked, self._number, self._pictures, self._shared))

    def _next(self) -> Outcome:
        """Return who is asked next; IndexError where all were."""
        asked = self._todo.popleft()
        return asked if isinstance(asked, Outcome) else Outcome(asked)

    def _in_processes(self, pool: Executor, bar: Any) -> None:
        """Give out as many samples as there are workers, and take what comes back."""
        while self._todo or self._flying:
            while not self._shared.pace.left and self._todo and len(self._flying) < self._workers:
                self._submit(pool, task, self._call, self._next(), self._number, self._pictures)
            if ended := self._next_ended(waiting.STEP):
                self._take(_result_of(ended, pool))
            self._show(bar)

    def _submit(self, pool: Executor, call: Callable[..., Any], *args: Any) -> None:
        try:
            future = pool.submit(call, *args)
        except RuntimeError as problem:  # it was shut down, or one of its processes has died
            raise _broken(problem) from problem
        self._flying.add(future)
        future.add_done_callback(self._ended.put)

    def _next_ended(self, seconds: float) -> Future[Any] | None:
        """Wait for what was given out; None where nothing of it ends within `seconds`."""
        with suppress(Empty):
            ended = self._ended.get(timeout=seconds)
            self._flying.discard(ended)
            return ended
        return None

    def _take(self, outcome: Outcome) -> None:
        """Write down what came of a sample; raise what would come of every other one as well."""
        problem, pace = outcome.problem, self._shared.pace
        if isinstance(problem, RateLimitError):  # all wait, and ask again: only for the picture where it was answered
            if pace.is_hopeless(problem):
                raise problem
            pace.slow_down(problem)
            self._todo.appendleft(outcome)
            return
        if isinstance(problem, AuthenticationError):
            raise problem
        with self._lock:
            self._unreached = self._unreached + 1 if isinstance(problem, ConnectionFailed) else 0
            unreached = self._unreached
        if problem is None:
            self._writer.answered(outcome.sample, outcome.packed, outcome.response)
            pace.answered()
        elif unreached < IN_A_ROW:
            self._writer.failed(outcome.sample, problem)
        else:
            raise problem
        with self._lock:
            self._done += 1
            self._failed += problem is not None

    def _show(self, bar: Any) -> None:
        left = self._shared.pace.left
        said = f"the server asks to wait {left:.0f} s" if left else f"{self._failed} failed" if self._failed else ""
        bar.set_postfix_str(said, refresh=bool(left))
        done = self._done
        bar.update(done - self._shown)
        self._shown = done


def _result_of(future: Future[T], pool: Executor) -> T:
    try:
        return future.result(0)
    except EdgekitError:  # such as a full disk
        raise
    except Exception as problem:
        if isinstance(pool, _THREADS) and not isinstance(problem, CancelledError):
            raise  # a mistake in edgekit itself
        raise _broken(problem) from problem


def _broken(problem: Exception) -> EdgekitError:
    said = display.shown(problem).rstrip(".")
    return EdgekitError(
        f"The executor gave a sample up ({type(problem).__name__}: {said}). Make a new executor; its "
        "processes need the same edgekit as this one."
    )
