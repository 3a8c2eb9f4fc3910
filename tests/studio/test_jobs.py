"""Waiting for jobs, against a server whose jobs take as long and end as badly as a test wants."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tqdm.auto import tqdm

import edgekit as ek
from edgekit.studio import jobs
from edgekit.waiting import Stopped
from tests.conftest import SEED
from tests.processes import started

RESULT = json.loads(SEED.read_text())


class JobServer(ThreadingHTTPServer):
    """Answers a classify POST with job 7 until that job is over; keeps what it was asked.

    The job is over when a test says so, or when what stands in `ends_after` has been asked for.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.state: dict[str, object] = {}
        self.log = ["Loading", "Window 1 of 2", "Out of memory"]  # oldest first
        self.new_job_every_time = False
        self.ends_after = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def count(self, end: str) -> int:
        return sum(path.endswith(end) for path in self.asked)


class _Handler(BaseHTTPRequestHandler):
    server: JobServer

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.command} {self.path.split('?')[0]}")
        if self.path.endswith("/status"):
            answer = {"job": {"id": 7, "category": "Classifying", **self.server.state}}
        elif self.path.endswith("/stdout"):
            answer = {"stdout": [{"data": f"{line}\n"} for line in reversed(self.server.log)]}
        elif self.path.endswith("/cancel"):
            answer = {}
        elif self.server.state.get("finishedSuccessful") and not self.server.new_job_every_time:
            answer = RESULT
        else:
            answer = {"id": 7}
        if self.server.ends_after and self.path.split("?")[0].endswith(self.server.ends_after):
            end(self.server, well=True)
        body = json.dumps({"success": True, **answer}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[JobServer]:
    with JobServer() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def studio(server: JobServer, **settings) -> ek.Studio:
    return ek.Studio(url=server.url, api_key="ei_x", project_id=1, **settings)


def end(server: JobServer, well: bool) -> None:
    server.state = {"finished": "2026-01-01T00:00:00Z", "finishedSuccessful": well}


def test_the_result_comes_after_the_job_by_the_same_post_again(server):
    server.ends_after = "status"
    result = studio(server).classify(2)
    assert result.sample.id == 2
    assert server.count("POST /v1/api/1/classify/v2/2") == 2
    assert server.count("status") == 2


def test_a_failed_job_raises_with_the_end_of_its_log_oldest_line_first(server):
    end(server, well=False)
    with pytest.raises(ek.JobFailed) as caught:
        studio(server).classify(2)
    assert str(caught.value).endswith("Loading\nWindow 1 of 2\nOut of memory")
    assert "Job 7" in str(caught.value)
    assert "studio.job_log(" in str(caught.value)


def test_waiting_has_a_limit_and_says_how_to_wait_longer(server):
    start = time.monotonic()
    with pytest.raises(ek.JobFailed, match=r"still running after 0\.3 s.*job_time_limit"):
        studio(server, job_time_limit=0.3).classify(2)
    assert time.monotonic() - start < 30
    assert server.count("cancel") == 0


def test_a_server_that_only_ever_starts_jobs_is_given_up(server):
    end(server, well=True)
    server.new_job_every_time = True
    with pytest.raises(ek.JobFailed, match="keeps answering with a new job"):
        studio(server).classify(2)
    assert server.count("POST /v1/api/1/classify/v2/2") == 3


def test_progress_names_the_newest_line_of_the_log_after_a_second(server, capsys):
    server.ends_after = "stdout"
    start = time.monotonic()
    studio(server).classify(2)
    assert time.monotonic() - start > 1
    assert "Out of memory" in capsys.readouterr().err
    assert server.count("stdout") >= 1


@pytest.mark.parametrize("samples", ["2", "[2, 2, 2]"])
def test_ctrl_c_cancels_the_job_on_the_server_and_says_so(server, samples):
    program = (
        "import edgekit as ek\n"
        "from edgekit.studio import jobs, many\n"
        "jobs.CANCEL_WITHIN = many.CANCEL_WITHIN = 30\n"  # the server, a thread of this process, may be late
        f"studio = ek.Studio(url={server.url!r}, api_key='ei_x', project_id=1)\n"
        "print('ready', flush=True)\n"
        f"studio.classify({samples})\n"
    )
    with started([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == "ready\n"
        while not server.count("status") and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert "Job 7 was cancelled on the server." in errors
    assert errors.rstrip().splitlines()[-1].startswith("KeyboardInterrupt")
    assert server.count("cancel") >= 1


def test_beside_the_main_thread_a_job_is_given_up_though_ctrl_c_left_the_lock_of_all_bars_taken(server):
    stop, ended = threading.Event(), threading.Event()

    def wait_for_it() -> None:
        with pytest.raises(Stopped):
            jobs.follow(studio(server), 7, 60, stop)
        ended.set()

    stop.set()
    with tqdm.get_lock():
        threading.Thread(target=wait_for_it).start()
        assert ended.wait(60)
    assert server.count("cancel") == 1
