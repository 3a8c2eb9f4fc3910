"""Dask's processes make the calls: each has the key, and no name, repr, page or log of Dask has it."""

from __future__ import annotations

import re
import urllib.request

import pytest

import edgekit as ek
from edgekit.studio.portable_call import PortableCall
from tests.batch.studio_server import KEY, StudioServer

distributed = pytest.importorskip("distributed", reason="Dask comes with edgekit[dask]")
pytestmark = pytest.mark.filterwarnings("ignore:Creating scratch directories")  # takes over a second on a busy disk


@pytest.fixture(scope="module")
def client():
    """A cluster of two processes on this machine."""
    options = {"n_workers": 2, "threads_per_worker": 2, "processes": True, "dashboard_address": "127.0.0.1:0"}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        yield client


def broken(call, sample):
    call(sample)
    raise RuntimeError(f"a mistake in {call!r}")


def pages(client):
    """Return what the scheduler's own pages and its state show, and all logs."""
    root = re.match(r"(http://[^/]+)/", client.dashboard_link)[1]
    for path in (
        "info/main/workers.html",
        "info/logs.html",
        "info/main/exceptions.html",
        "json/counts.json",
        "metrics",
    ):
        try:
            with urllib.request.urlopen(f"{root}/{path}", timeout=10) as answer:
                yield path, answer.read().decode()
        except OSError:  # a page that this version does not have
            continue

    def state(dask_scheduler):
        tasks = dask_scheduler.tasks
        return repr([(key, task, vars(task) if hasattr(task, "__dict__") else "") for key, task in tasks.items()])

    yield "tasks", client.run_on_scheduler(state)
    yield "logs", repr((client.get_scheduler_logs(), client.get_worker_logs(), client.cluster.get_logs()))
    yield "stories", repr(client.run(lambda dask_worker: [repr(task) for task in dask_worker.state.tasks.values()]))


def test_two_processes_classify_and_the_key_is_nowhere_to_be_seen(answers, tmp_path, client, caplog):
    with StudioServer(answers, delay=0.005) as server:
        studio = ek.connect(url=server.url, api_key=KEY)
        store = ek.batch.classify(studio, tmp_path, range(1, 41), executor=client.get_executor(), workers=4)
        assert store.ids() == list(range(1, 41))
        assert sorted(server.asked) == store.ids()
        failed = client.submit(broken, PortableCall(studio._calls), 41)
        assert "a mistake in <classify samples of project 1>" in str(failed.exception())
        seen = dict(pages(client))
    assert "info/main/workers.html" in seen
    assert "broken" in seen["tasks"] + seen["logs"]
    for text in (*seen.values(), caplog.text, repr(failed), repr(failed.traceback())):
        assert KEY not in text


def test_a_limit_that_one_process_meets_makes_all_wait(answers, tmp_path, client):
    with StudioServer(answers, limit=6, retry_after=1, delay=0.03) as server:
        executor = client.get_executor()
        store = ek.batch.classify(ek.connect(url=server.url, api_key=KEY), tmp_path, range(1, 25), executor=executor)
        when = sorted(moment for moment, _ in server.calls)
    assert len(store) == 24
    assert sum(moment - when[5] < 0.99 for moment in when[6:]) <= 8  # those that were on their way, of 18
