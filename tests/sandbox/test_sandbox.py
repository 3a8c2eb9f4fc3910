"""The embedded Studio, spoken to over HTTP as any client would."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec

import numpy as np
import pytest
import requests
from sklearn.mixture import GaussianMixture

import edgekit as ek
from edgekit.sandbox import motion, objects, server, sources
from edgekit.studio import connection


@pytest.fixture
def call(sandbox):
    """Send one request with the key of project motion: (status, decoded JSON)."""

    def send(method: str, path: str, key: str | None = sandbox.keys["motion"], **params):
        headers = {} if key is None else {"x-api-key": key}
        response = requests.request(method, f"{sandbox.url}/api/{path}", params=params, headers=headers, timeout=60)
        return response.status_code, response.json()

    return send


def finished(call, job: int):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        status = call("GET", f"1/jobs/{job}/status")[1]["job"]
        if "finished" in status:
            return status
        time.sleep(0.02)
    raise AssertionError("the job never ended")


# --- HTTP ---


def test_it_listens_on_loopback_only(sandbox):
    assert sandbox.url.startswith("http://127.0.0.1:")
    port = int(sandbox.url.split(":")[2].removesuffix("/v1"))
    with socket.socket() as probe, pytest.raises(OSError):  # noqa: PT011
        probe.bind(("127.0.0.1", port))


@pytest.mark.parametrize("key", [None, "", "ei_wrong", "é"])
def test_a_wrong_or_missing_key_is_401(call, key):
    status, answer = call("GET", "projects", key=key.encode("utf-8") if key else key)
    assert (status, answer["success"]) == (401, False)


def test_a_key_opens_its_own_project_only(call):
    status, answer = call("GET", "7/impulse")
    assert status == 403
    assert "project 1" in answer["error"]


@pytest.mark.parametrize(("method", "path"), [("GET", "1/nothing"), ("POST", "1/impulse"), ("GET", "1/raw-data/abc")])
def test_an_unknown_route_is_404(call, method, path):
    status, answer = call(method, path)
    assert (status, answer["success"]) == (404, False)


@pytest.mark.parametrize(
    ("path", "helps"),
    [
        ("1/raw-data/999", "1 to 80"),
        ("1/raw-data/12/slice?sliceStart=5&sliceEnd=5", "sliceStart"),
        ("1/raw-data/12/slice?sliceStart=5&sliceEnd=101", "100"),
        ("1/classify/999", "1 to 80"),
        ("1/classify/anomaly-gmm/77/12", "anomaly-gmm"),
        ("1/training/anomaly/3/metadata", "no anomaly block"),
        ("1/training/anomaly/4/gmm/metadata", "no GMM"),
        ("1/dsp/9/features/labels", "DSP block"),
        ("1/jobs/999/status", "999"),
    ],
)
def test_an_application_error_is_http_200_with_a_text_that_helps(call, path, helps):
    status, answer = call("GET", path)
    assert (status, answer["success"]) == (200, False)
    assert helps in answer["error"]


def test_listing_pages_filters_and_counts(call):
    _, whole = call("GET", "1/raw-data", category="testing")
    _, page = call("GET", "1/raw-data", category="testing", limit=2, offset=3)
    assert whole["totalCount"] == page["totalCount"] == 50
    assert [s["id"] for s in page["samples"]] == [s["id"] for s in whole["samples"]][3:5]
    _, badminton = call("GET", "1/raw-data", category="testing", labels='["badminton"]')
    assert {s["label"] for s in badminton["samples"]} == {"badminton"}
    assert badminton["totalCount"] == 20


def test_newest_samples_come_first_unless_asked_otherwise(call):
    _, newest = call("GET", "1/raw-data", category="training", limit=3)
    _, oldest = call("GET", "1/raw-data", category="training", limit=3, sortBy="id-asc")
    assert [s["id"] for s in newest["samples"]] == [30, 29, 28]
    assert [s["id"] for s in oldest["samples"]] == [1, 2, 3]


def test_a_slice_is_exact_and_a_limit_is_spread_over_the_whole(call):
    _, whole = call("GET", "1/raw-data/12")
    _, part = call("GET", "1/raw-data/12/slice", sliceStart=5, sliceEnd=9)
    _, few = call("GET", "1/raw-data/12", limitPayloadValues=4)
    values = whole["payload"]["values"]
    assert part["payload"]["values"] == values[5:9]
    assert few["payload"]["values"] == values[::25]
    assert few["totalPayloadLength"] == whole["totalPayloadLength"] == 100
    assert few["payload"]["intervalMs"] == whole["payload"]["intervalMs"] == 100


def test_v2_answers_with_a_job_and_after_it_with_the_result(sandbox):
    with ek.Sandbox() as fresh:  # its own: nothing classified yet
        headers = {"x-api-key": fresh.keys["motion"]}

        def send(method: str, path: str):
            return requests.request(method, f"{fresh.url}/api/1/{path}", headers=headers, timeout=60).json()

        started = send("POST", "classify/v2/12")
        assert set(started) == {"success", "id"}
        job = finished(lambda method, path: (200, send(method, path.removeprefix("1/"))), started["id"])
        assert job["finishedSuccessful"] is True
        assert "Classifying OK" in send("GET", f"jobs/{started['id']}/stdout")["stdout"][0]["data"]
        result = send("POST", "classify/v2/12")
        assert result == send("GET", "classify/12")


def test_both_generations_fields_are_there(call):
    _, answer = call("GET", "1/classify/anomaly-gmm/5/12")
    block = answer["classifications"][0]
    assert {"learnBlock", "result", "minimumConfidenceRating", "expectedLabels", "thresholds"} <= set(block)
    assert {"expectedAnomalyOutcome", "isMultiLabel", "intervalMs", "frequencyHz", "resultCount"} <= set(block)
    assert {"sample", "payload", "totalPayloadLength"} == set(answer["sample"])


def test_timestamps_never_change(call):
    _, answer = call("GET", "1/raw-data/12")
    assert answer["sample"]["created"] == answer["sample"]["added"] == "2018-10-31T00:00:00.000Z"


# --- data and models ---


def test_all_eighty_recordings_are_there_and_badminton_is_for_testing_only():
    project = motion.build()
    by_category = {(s.category, s.label) for s in project.samples.values()}
    assert len(project.samples) == 80
    assert ("training", "badminton") not in by_category
    assert all(s.values.shape == (100, 6) for s in project.samples.values())
    assert len({s.filename for s in project.samples.values()}) == 80


def test_the_mixture_scores_as_the_published_rule_says():
    project = motion.build()
    block = project.blocks[motion.MIXTURE_ID]
    rows = np.array([row["X"] for row in project.feature_rows(project.samples[31], motion.DSP_ID)])[:, block.axes]
    model = block.model
    twin = GaussianMixture(len(model.weights), covariance_type="full")
    twin.means_, twin.covariances_, twin.weights_ = model.means, model.covariances, model.weights
    twin.precisions_cholesky_ = np.linalg.cholesky(np.linalg.inv(model.covariances))
    expected = np.abs((twin.score_samples(rows) - model.score_mean) / model.score_scale)
    np.testing.assert_allclose(model.scores(rows), expected, rtol=1e-9)


def test_help_texts_state_figures_measured_on_recordings_not_trained_on():
    project = motion.build()
    sizes = {"unseen": [], "normal": []}
    block = project.blocks[motion.MIXTURE_ID]
    for sample in project.samples.values():
        if sample.category == "testing":
            scores = [w["anomaly"] for w in project.classify(sample, block.about["id"])["classifications"][0]["result"]]
            sizes["unseen" if sample.label == "badminton" else "normal"] += scores
    above = {name: np.mean(np.array(scores) > block.threshold["value"]) for name, scores in sizes.items()}
    assert f"{above['normal']:.1%} of {len(sizes['normal'])} normal windows" in block.threshold["helpText"]
    assert f"{above['unseen']:.1%} of {len(sizes['unseen'])} windows of badminton" in block.threshold["helpText"]
    assert above["unseen"] > 0.9 > 0.1 > above["normal"]


# --- reading a project when it is first asked for ---


@pytest.fixture
def builds(monkeypatch):
    """How often the project motion was built."""
    counted = []

    def build():
        counted.append(threading.current_thread().name)
        return motion.build()

    monkeypatch.setattr(server, "PROJECTS", {"motion": build, "objects": objects.build})
    return counted


def test_starting_reads_no_project_and_calls_at_once_read_it_once(builds):
    with ek.Sandbox() as sandbox:
        assert builds == []
        ask = partial(ek.connect, url=sandbox.url, api_key=sandbox.keys["motion"])
        with ThreadPoolExecutor(3) as pool:
            asked = [pool.submit(ask), pool.submit(sandbox.load, "motion"), pool.submit(ask)]
            assert [asked[0].result().project_id, asked[1].result(), asked[2].result().project_id] == [1, None, 1]
    assert len(builds) == 1


def test_connect_tells_at_once_which_package_is_missing_and_it_can_be_tried_again(monkeypatch):
    with ek.Sandbox() as fresh:
        monkeypatch.setattr(connection, "_shared", fresh)
        with monkeypatch.context() as without:
            without.setattr(sources, "find_spec", lambda name: None if name == "sklearn" else find_spec(name))
            with pytest.raises(ek.SandboxError, match=r"scikit-learn.*pip install 'edgekit\[sandbox\]'"):
                ek.connect(sandbox="objects")
            with pytest.raises(ek.StudioError, match=r"scikit-learn.*pip install 'edgekit\[sandbox\]'"):
                ek.connect(url=fresh.url, api_key=fresh.keys["objects"])
            assert ek.connect(sandbox="motion").project_id == 1
        assert ek.connect(sandbox="objects").project_id == 2


def test_a_project_is_loaded_by_its_name_while_the_sandbox_runs():
    sandbox = ek.Sandbox()
    with pytest.raises(ek.UsageError, match="no sandbox project of that name; there is: motion, objects, routine"):
        sandbox.load("sounds")
    with pytest.raises(ek.SandboxError, match="not running"):
        sandbox.load("motion")


# --- starting and stopping ---


def test_a_taken_port_is_a_clear_error(sandbox):
    port = int(sandbox.url.split(":")[2].removesuffix("/v1"))
    with pytest.raises(ek.SandboxError, match=rf"Port {port} is taken.*Choose another"):
        ek.Sandbox(port=port).start()


@pytest.mark.parametrize("port", [70000, -5])
def test_an_impossible_port_is_a_clear_error(port):
    with pytest.raises(ek.SandboxError, match="is no port"):
        ek.Sandbox(port=port).start()


def test_after_stopping_nobody_answers_and_it_can_start_again():
    sandbox = ek.Sandbox()
    with sandbox:
        url = sandbox.url
    with pytest.raises(ek.ConnectionFailed):
        ek.Studio(url=url, api_key="x", retries=0).samples()
    with pytest.raises(ek.SandboxError, match="not running"):
        _ = sandbox.url
    with sandbox:
        assert ek.Studio(url=sandbox.url, api_key=sandbox.keys["motion"]).project_id == 1


def test_connect_shares_one_sandbox_per_process_and_stops_it_at_exit():
    program = (
        "import edgekit as ek, threading\n"
        "a, b = ek.connect(), ek.connect(sandbox='motion')\n"
        "assert a.url == b.url and 'sandbox' in repr(a)\n"
        "print(sum(t.name == 'edgekit-sandbox' for t in threading.enumerate()))\n"
    )
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
