"""A run that is stopped, refused, slowed down or killed loses nothing and asks for nothing twice."""

from __future__ import annotations

import errno
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from copy import copy
from functools import partial
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from unittest.mock import Mock

import pandas as pd
import pytest
from filelock import FileLock

import edgekit as ek
from edgekit import waiting
from edgekit.batch import layout, part
from edgekit.batch.task import local_task
from edgekit.batch.writer import Writer
from tests.batch.studio_server import KEY, StudioServer
from tests.processes import started

RUN = """
import sys
import edgekit as ek
url, key, folder, count = sys.argv[1:]
ek.batch.classify(ek.connect(url=url, api_key=key), folder, range(1, int(count) + 1))
"""


def command(server, folder, count, before=""):
    return [sys.executable, "-c", before + RUN, server.url, KEY, str(folder), str(count)]


def connected(server):
    return ek.connect(url=server.url, api_key=KEY)


@contextmanager
def forked_runs(server, folder, count, workers):
    """A process that has imported edgekit: each call forks one that runs, and returns its pid; an exit code ends it."""
    program = f"""if True:
        import os, sys
        import edgekit as ek
        import edgekit.batch
        for _ in sys.stdin:
            pid = os.fork()
            if not pid:
                studio = ek.connect(url={server.url!r}, api_key={KEY!r})
                ek.batch.classify(studio, {str(folder)!r}, range(1, {count + 1}), workers={workers})
                os._exit(0)
            print(pid, flush=True)
            print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    """
    command = [sys.executable, "-c", program]
    with started(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as mother:

        def begin():
            mother.stdin.write("\n")
            mother.stdin.flush()
            return int(mother.stdout.readline())

        yield begin, lambda: int(mother.stdout.readline())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked: to start each anew would take a minute")
def test_a_run_that_is_killed_twenty_times_loses_nothing_and_asks_for_nothing_twice(answers, tmp_path, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    moments = random.Random(16)
    count, workers, kills = 400, 4, 20
    folder, stored = tmp_path / "store", set()
    with StudioServer(answers, delay=0.02) as server, forked_runs(server, folder, count, workers) as (begin, ended):
        for _ in range(kills):
            pid, until = begin(), len(server.asked) + moments.randrange(15)
            while len(server.asked) < until:
                time.sleep(0.005)
            time.sleep(moments.uniform(0, 0.02))
            os.kill(pid, signal.SIGKILL)
            assert ended() == -signal.SIGKILL
            if layout.about(folder):
                store = ek.Store(folder)
                before, stored = stored, set(store.ids())
                assert before <= stored <= set(server.asked)
                assert not stored or set(store.windows("anomaly-gmm")["sample"]) == stored
        assert 0 < len(stored) < count
        begin()
        assert ended() == 0
        asked = Counter(server.asked)
    store = ek.Store(folder)
    assert store.ids() == list(range(1, count + 1))
    assert store.windows("keras").groupby("sample").size().eq(17).all()
    assert sum(asked.values()) - count <= kills * workers  # only what was being asked for when it was killed
    assert not list((folder / layout.OPEN).glob("*"))


def test_ctrl_c_leaves_a_readable_store_and_the_next_run_goes_on(answers, tmp_path):
    with StudioServer(answers, silent=41) as server:
        with started(command(server, tmp_path, 60), stderr=subprocess.PIPE) as process:
            while len(server.asked) < 44:
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate()
        assert errors.rstrip().endswith("KeyboardInterrupt")
        store = ek.Store(tmp_path)
    assert len(store) == 40
    assert not list((tmp_path / layout.OPEN).glob("*"))  # all of it in parts
    before = store.ids()
    with StudioServer(answers) as server:
        ek.batch.classify(connected(server), tmp_path, range(1, 61))
        assert sorted([*before, *server.asked]) == list(range(1, 61))
    assert store.ids() == list(range(1, 61))


def test_ctrl_c_while_the_last_part_is_made_ends_the_run_when_it_is_there(answers, tmp_path, monkeypatch):
    """Another run may take up the folder at once: two would be making the same part."""
    go_on, pressed, seal, wait = threading.Event(), [], part.seal, Writer._wait

    def slow(*args):
        go_on.wait(60)
        seal(*args)

    def press(writer):
        if writer._is_closed and writer._seal and not pressed:
            pressed.append("Ctrl-C")
            raise KeyboardInterrupt
        go_on.set()
        wait(writer)

    monkeypatch.setattr(part, "seal", slow)
    monkeypatch.setattr(Writer, "_wait", press)
    monkeypatch.setattr("edgekit.batch.writer.SAMPLES", 2)
    with StudioServer(answers) as server, pytest.raises(KeyboardInterrupt):
        ek.batch.classify(connected(server), tmp_path, [1, 2])
    assert pressed
    assert not (tmp_path / layout.SEALING).exists()
    assert ek.Store(tmp_path).ids() == [1, 2]


def test_a_second_ctrl_c_closes_the_store_all_the_same(studio, tmp_path, monkeypatch):
    """What comes later would be written into what another run may hold."""
    runs = []

    def press(*arguments):
        runs.append(arguments[0])
        raise KeyboardInterrupt

    monkeypatch.setattr("edgekit.batch.run._Run._show", press)
    monkeypatch.setattr("edgekit.batch.run.wait", press)
    with pytest.raises(KeyboardInterrupt):
        ek.batch.classify(studio, tmp_path, [31, 32, 33, 34])
    with pytest.raises(waiting.Stopped):
        runs[0]._writer.failed(35, ek.UsageError("too late"))
    monkeypatch.undo()
    assert ek.batch.classify(studio, tmp_path, [31, 32, 33, 34]).ids() == [31, 32, 33, 34]


def test_ctrl_c_while_a_folder_is_let_go_of_lets_go_of_it(tmp_path, monkeypatch):
    release = FileLock.release

    def pressed(lock):
        monkeypatch.setattr(FileLock, "release", release)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as told, layout.held(tmp_path):  # `told` keeps the lock, as a notebook does
        monkeypatch.setattr(FileLock, "release", pressed)
    with layout.held(tmp_path):
        assert told


def test_the_end_of_the_process_waits_for_no_thread_of_a_run(studio, tmp_path, monkeypatch):
    threads = []

    def noted(*args):
        threads.append(threading.current_thread())
        return local_task(*args)

    monkeypatch.setattr("edgekit.batch.run.local_task", noted)
    ek.batch.classify(studio, tmp_path, [31, 32, 33])
    assert len(threads) == 3
    assert all(thread.daemon for thread in threads)


def test_all_workers_wait_as_long_as_the_server_asks(answers, tmp_path):
    with StudioServer(answers, limit=10, retry_after=1, delay=0.1) as server:
        store = ek.batch.classify(connected(server), tmp_path, range(1, 19), workers=6)
        calls = sorted(server.calls)
    assert len(store) == 18
    assert not len(store.failures())
    when = [moment for moment, _ in calls]
    refused = when[9]
    assert len([moment for moment in when[10:] if moment - refused < 0.99]) <= 5  # those that were on their way
    assert len(when) == 19 or len(when) == 20


def test_without_a_word_how_long_it_waits_all_the_same(answers, tmp_path):
    with StudioServer(answers, limit=4) as server:
        store = ek.batch.classify(connected(server), tmp_path, range(1, 6), workers=2)
        when = sorted(moment for moment, _ in server.calls)
    assert len(store) == 5
    assert max(later - moment for moment, later in pairwise(when)) > 0.9


def stored_pictures(store):
    return {sample: store.result(sample).source._picture for sample in store.ids()}


def test_a_rate_limit_on_pictures_holds_all_workers_too_and_no_answer_is_asked_for_again(answers, tmp_path):
    with StudioServer(answers, picture_limit=6, retry_after=1, delay=0.03) as server:
        store = ek.batch.classify(connected(server), tmp_path, range(1, 25), workers=3)
        calls, pictures = sorted(server.calls), sorted(server.pictures)
    assert sorted(sample for _, sample in calls) == list(range(1, 25))
    assert stored_pictures(store) == {sample: b"\x89PNG of sample %d" % sample for sample in range(1, 25)}
    refused = pictures[5][0]
    later = [moment - refused for moment, _ in [*calls, *pictures] if moment > refused]
    assert sum(moment < 0.99 for moment in later) <= 10 < len(later) / 3  # what was on its way; the others waited


def test_a_limit_on_pictures_that_holds_too_long_ends_the_run_and_the_sample_is_asked_for_again(answers, tmp_path):
    with StudioServer(answers, picture_limit=3, retry_after=7200) as server:
        with pytest.raises(ek.RateLimitError) as ended:
            ek.batch.classify(connected(server), tmp_path, range(1, 5), workers=1)
        assert "goes on where this one stopped" in ended.value.__notes__[0]
        store = ek.Store(tmp_path)
        assert store.ids() == [1, 2]
        ek.batch.classify(connected(server), tmp_path, range(1, 5), workers=1)
    assert list(stored_pictures(store)) == [1, 2, 3, 4]
    assert None not in stored_pictures(store).values()


def test_refused_samples_are_rows_with_the_reason_and_the_others_go_on(answers, tmp_path):
    with StudioServer(answers, refused=[3, 5]) as server:
        store = ek.batch.classify(connected(server), tmp_path, range(1, 8))
    assert store.ids() == [1, 2, 4, 6, 7]
    failed = store.failures()
    assert failed.index.to_list() == [3, 5]
    assert failed["text"].str.contains("No window fits into it").all()
    assert repr(store).endswith("2 failed>")


def test_a_wrong_key_ends_the_run_and_what_came_before_is_there(answers, tmp_path):
    with StudioServer(answers, unauthorized=6) as server, pytest.raises(ek.AuthenticationError) as ended:
        ek.batch.classify(connected(server), tmp_path, range(1, 100), workers=1)
    assert "goes on where this one stopped" in ended.value.__notes__[0]
    assert ek.Store(tmp_path).ids() == [1, 2, 3, 4, 5]


def test_a_server_that_is_gone_ends_the_run(answers, tmp_path, monkeypatch):
    with StudioServer(answers) as server:
        studio = ek.Studio(url=server.url, api_key=KEY, retries=0)
        ek.batch.classify(studio, tmp_path, [1, 2])
        known = {name: getattr(studio, name)() for name in ("impulse", "projects")}
    for name, answer in known.items():
        monkeypatch.setattr(studio, name, partial(copy, answer))
    with pytest.raises(ek.ConnectionFailed):
        ek.batch.classify(studio, tmp_path, range(1, 100))
    store = ek.Store(tmp_path)
    assert store.ids() == [1, 2]
    assert store.failures()["error"].eq("ConnectionFailed").all()
    assert len(store.failures()) < 14


def test_processes_do_it_as_well_and_the_key_is_in_no_repr(answers, tmp_path):
    limited = StudioServer(answers, picture_limit=10, retry_after=1)
    with limited as server, ProcessPoolExecutor(2, get_context("spawn")) as pool:
        store = ek.batch.classify(connected(server), tmp_path, range(1, 21), executor=pool, workers=2)
        assert pool.submit(int, 1).result() == 1  # it was not shut down
        assert sorted(server.asked) == list(range(1, 21))
    assert store.ids() == list(range(1, 21))
    assert None not in stored_pictures(store).values()
    pd.testing.assert_frame_equal(store.result(7).sample.signal(), store.result(8).sample.signal())


class Broken(Executor):
    """An executor whose processes have died: with its answer to a task, or already when it is given one."""

    def __init__(self, *, at_once):
        self._at_once = at_once

    def submit(self, *_):
        problem = BrokenExecutor("A process was terminated abruptly.")
        if self._at_once:
            raise problem
        future = Future()
        future.set_exception(problem)
        return future


@pytest.mark.parametrize("at_once", [True, False])
def test_an_executor_that_ended_is_told_and_the_store_goes_on_with_another_one(studio, tmp_path, at_once):
    with pytest.raises(ek.EdgekitError, match=r"\(BrokenExecutor: A process was terminated abruptly\)\. Make") as told:
        ek.batch.classify(studio, tmp_path, [31], executor=Broken(at_once=at_once))
    assert "goes on where this one stopped" in told.value.__notes__[0]
    store = ek.Store(tmp_path)
    assert (repr(store), len(store.failures())) == ("<Store of 0 samples of project 1 'motion'>", 0)
    assert list(store.samples()) == list(ek.batch.classify(studio, tmp_path, []).samples())
    with pytest.raises(ek.UsageError, match="no samples: nothing to explore"):
        ek.explore(store)
    assert ek.batch.classify(studio, tmp_path, [31]).ids() == [31]


class ShutDown(ThreadPoolExecutor):
    """A pool of threads that was shut down while it had yet to begin its second task, with `cancel_futures`."""

    begun = False

    def submit(self, *args):
        if not self.begun:
            self.begun = True
            return super().submit(*args)
        future = Future()
        future.cancel()
        return future


def test_a_pool_of_threads_that_is_shut_down_ends_the_run(studio, tmp_path):
    with ShutDown(2) as pool, pytest.raises(ek.EdgekitError, match="gave a sample up"):
        ek.batch.classify(studio, tmp_path, [31, 32, 33], executor=pool, workers=2)
    assert ek.batch.classify(studio, tmp_path, [31, 32, 33]).ids() == [31, 32, 33]


def test_a_part_that_a_killed_run_was_making_is_made_by_the_next_one(answers, tmp_path):
    with StudioServer(answers) as server:
        ek.batch.classify(connected(server), tmp_path, [1, 2, 3])
        (tmp_path / "parts" / "000001").rename(tmp_path / layout.SEALING)
        (tmp_path / layout.SEALING / "windows-5.parquet").write_bytes(b"PAR1, and then it was killed")
        store = ek.Store(tmp_path)
        assert store.ids() == store.windows("anomaly-gmm")["sample"].unique().tolist() == [1, 2, 3]
        ek.batch.classify(connected(server), tmp_path, range(1, 6))
        assert sorted(server.asked) == [1, 2, 3, 4, 5]  # each once
    assert store.ids() == store.windows("anomaly-gmm")["sample"].unique().tolist() == [1, 2, 3, 4, 5]
    assert not (tmp_path / layout.SEALING).exists()


def test_answers_go_on_coming_while_a_part_is_made_of_earlier_ones(answers, tmp_path, monkeypatch):
    monkeypatch.setattr("edgekit.batch.writer.SAMPLES", 10)
    with StudioServer(answers) as server:
        store = ek.batch.classify(connected(server), tmp_path, range(1, 46), workers=4)
    assert store.ids() == list(range(1, 46))
    assert len(list((tmp_path / "parts").iterdir())) == 5
    assert store.windows("keras").groupby("sample").size().eq(17).all()


def test_a_run_whose_last_answer_fills_a_part_ends_when_that_part_is_made(answers, tmp_path, monkeypatch):
    monkeypatch.setattr("edgekit.batch.writer.SAMPLES", 10)
    with StudioServer(answers) as server:
        ek.batch.classify(connected(server), tmp_path, range(1, 21))
    assert not (tmp_path / layout.SEALING).exists()
    assert len(list((tmp_path / "parts").iterdir())) == 2


def test_two_runs_into_one_folder_are_one_too_many(studio, tmp_path):
    with layout.held(tmp_path), pytest.raises(ek.UsageError, match="Another run is writing"):
        ek.batch.classify(studio, tmp_path, [1])
    assert not (tmp_path / layout.ABOUT).exists()


def test_thresholds_changed_between_two_runs_say_which_rows_are_of_which(answers, tmp_path):
    with StudioServer(answers, threshold=4) as server:
        ek.batch.classify(connected(server), tmp_path, [1, 2, 3])
    with StudioServer(answers, threshold=1000) as server:
        store = ek.batch.classify(connected(server), tmp_path, range(1, 6))
    table = store.thresholds()
    assert table["samples"].tolist() == [3, 2]
    assert (table["first_run"].tolist(), table["last_run"].tolist()) == ([1, 2], [1, 2])
    assert ["min_anomaly_score 4" in text for text in table.index] == [True, False]
    samples = store.samples("anomaly-gmm")
    assert samples["threshold"].to_dict() == {1: 4, 2: 4, 3: 4, 4: 1000, 5: 1000}
    assert samples["verdict"].to_dict() == {1: "anomaly", 2: "anomaly", 3: "anomaly", 4: "normal", 5: "normal"}
    assert (samples["thresholds"] == table.index[[0, 0, 0, 1, 1]]).all()
    assert samples["run"].tolist() == [1, 1, 1, 2, 2]  # a model that was trained anew in between shows here alone
    assert "Thresholds were changed in between" in store._repr_html_()
    assert "thresholds were changed in between: store.thresholds() says how" in repr(ek.explore(store))


def test_a_full_disk_is_told_and_what_came_before_is_there(answers, tmp_path):
    resource = pytest.importorskip("resource")
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, {resource.RLIM_INFINITY}))\n"
    limited += "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    with StudioServer(answers) as server:
        limits = command(server, tmp_path, 50, limited)
        done = subprocess.run(limits, capture_output=True, text=True, timeout=60, check=False)
        assert "edgekit.errors.EdgekitError: The store in" in done.stderr
        assert "Make room" in done.stderr
        assert "goes on where this one stopped" in done.stderr
        some = ek.Store(tmp_path).ids()
        assert 3 < len(some) < 50
        store = ek.batch.classify(connected(server), tmp_path, range(1, 51))
        assert len(store) == 50
        assert max(Counter(server.asked)[sample] for sample in some) == 1


def test_a_drive_that_syncs_no_folders_holds_a_store_as_well(studio, tmp_path, monkeypatch):
    synced = os.fsync

    def fsync(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        synced(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    assert ek.batch.classify(studio, tmp_path, [31]).ids() == [31]


def test_a_disk_that_is_full_when_a_part_begins_to_be_made_says_so(answers, tmp_path, monkeypatch):
    def full(old: Path, new: Path) -> None:
        if Path(new).name == layout.SEALING:
            raise OSError(errno.ENOSPC, "No space left")
        replace(old, new)

    replace = os.replace
    monkeypatch.setattr("edgekit.batch.writer.SAMPLES", 2)
    with StudioServer(answers) as server:
        monkeypatch.setattr("edgekit.batch.writer.os.replace", full)
        with pytest.raises(ek.EdgekitError, match="Make room"):
            ek.batch.classify(connected(server), tmp_path, [1, 2, 3], workers=1)
        monkeypatch.undo()
        assert ek.batch.classify(connected(server), tmp_path, [1, 2, 3]).ids() == [1, 2, 3]


def test_a_disk_that_is_full_when_the_last_part_is_made_loses_no_answer(answers, tmp_path, monkeypatch):
    with StudioServer(answers) as server:
        monkeypatch.setattr("edgekit.batch.part.written", Mock(side_effect=OSError(errno.ENOSPC, "No space left")))
        with pytest.raises(ek.EdgekitError, match="Make room") as ended:
            ek.batch.classify(connected(server), tmp_path, [1, 2, 3])
        assert "goes on where this one stopped" in ended.value.__notes__[0]
        monkeypatch.undo()
        assert ek.Store(tmp_path).ids() == [1, 2, 3]
        assert ek.batch.classify(connected(server), tmp_path, [1, 2, 3]).ids() == [1, 2, 3]
        assert sorted(server.asked) == [1, 2, 3]
    assert not (tmp_path / layout.SEALING).exists()
