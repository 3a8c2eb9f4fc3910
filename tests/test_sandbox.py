"""The embedded Studio, spoken to over HTTP as any client would."""

from __future__ import annotations

import multiprocessing
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import numpy as np
import pytest
import requests
from sklearn.mixture import GaussianMixture

import edgekit as ek
from edgekit.sandbox import motion, objects, pictures, recordings, server, store


@pytest.fixture
def call(sandbox):
    """Send one request with the key of project motion: (status, decoded JSON)."""

    def send(method: str, path: str, key: str | None = sandbox.keys["motion"], **params):
        headers = {} if key is None else {"x-api-key": key}
        response = requests.request(method, f"{sandbox.url}/api/{path}", params=params, headers=headers, timeout=10)
        return response.status_code, response.json()

    return send


def finished(call, job: int):
    for _ in range(100):
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
            return requests.request(method, f"{fresh.url}/api/1/{path}", headers=headers, timeout=10).json()

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
    rows = np.array([row["X"] for row in project.feature_rows(project.samples[31])])[:, block.axes]
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


# --- the cache ---


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEKIT_CACHE_DIR", str(tmp_path))
    return tmp_path


def test_training_happens_once_and_is_the_same_every_time(cache):
    first = motion.build()
    (file,) = cache.iterdir()
    stamp = file.stat().st_mtime_ns
    again = motion.build()
    assert file.stat().st_mtime_ns == stamp
    kept = store.load(file)
    file.unlink()
    motion.build()
    assert all(np.array_equal(kept[name], array) for name, array in store.load(store.path("motion")).items())
    assert first.blocks[5].threshold == again.blocks[5].threshold


@pytest.mark.parametrize("damage", [b"", b"junk", None])
def test_a_damaged_cache_is_rebuilt(cache, damage):
    expected = motion.build().blocks[5].threshold
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:-200] + b"x" * 200 if damage is None else damage)
    assert motion.build().blocks[5].threshold == expected
    assert file.read_bytes() == whole


def test_a_folder_that_cannot_be_written_costs_only_the_cache(tmp_path, monkeypatch):
    blocked = tmp_path / "a file, no folder"
    blocked.write_text("")
    monkeypatch.setenv("EDGEKIT_CACHE_DIR", str(blocked / "below"))
    assert motion.build().blocks[5].threshold["value"] > 0


def _build(folder: str, results) -> None:
    import os

    os.environ["EDGEKIT_CACHE_DIR"] = folder
    results.put(motion.build().blocks[5].threshold["value"])


def test_two_processes_starting_at_once_do_not_hurt_each_other(cache):
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    both = [context.Process(target=_build, args=(str(cache), results)) for _ in range(2)]
    for process in both:
        process.start()
    values = {results.get(timeout=60) for _ in both}
    for process in both:
        process.join()
    assert len(values) == 1
    assert [file.suffix for file in cache.iterdir()] == [".npz+sha256"]


def test_the_objects_are_trained_to_the_same_numbers_every_time(cache):
    stored = objects.build()
    (file,) = cache.iterdir()
    kept = store.load(file)
    file.unlink()
    again = objects.build()
    assert all(np.array_equal(kept[name], array) for name, array in store.load(file).items())
    assert [block.threshold for block in stored.blocks.values()] == [block.threshold for block in again.blocks.values()]


# --- building a project when it is first asked for ---


@pytest.fixture
def slow(monkeypatch):
    """A sandbox whose project motion takes until `go` is set to be built; `builds` counts how often it is."""
    state = SimpleNamespace(builds=0, begun=threading.Event(), go=threading.Event())

    def build():
        state.builds += 1
        state.begun.set()
        assert state.go.wait(30)
        return motion.build()

    monkeypatch.setattr(server, "PROJECTS", {"motion": build, "objects": objects.build})
    with ek.Sandbox() as state.sandbox:
        yield state
        state.go.set()


def ask(sandbox, name):
    headers = {"x-api-key": sandbox.keys[name]}
    return requests.get(f"{sandbox.url}/api/projects", headers=headers, timeout=60).json()["projects"][0]["name"]


def test_starting_builds_nothing(slow):
    assert (slow.builds, slow.sandbox.url.startswith("http://127.0.0.1:")) == (0, True)


def test_while_one_project_is_built_the_other_answers_and_two_calls_at_once_build_once(slow):
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(ask, slow.sandbox, "motion") for _ in range(2)]
        assert slow.begun.wait(30)
        assert ask(slow.sandbox, "objects") == "objects"
        assert not any(one.done() for one in waiting)
        slow.go.set()
        assert [one.result() for one in waiting] == ["motion", "motion"]
    assert slow.builds == 1


def test_stopping_while_a_project_is_built_waits_for_it_and_answers(slow):
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(ask, slow.sandbox, "motion")
        assert slow.begun.wait(30)
        stopping = pool.submit(slow.sandbox.stop)
        slow.go.set()
        stopping.result()
        assert waiting.result() == "motion"


def test_a_project_whose_data_is_missing_says_so_and_is_tried_again(monkeypatch):
    with ek.Sandbox() as fresh:
        with monkeypatch.context() as without:
            without.setattr(pictures, "find_spec", lambda name: None)
            with pytest.raises(ek.StudioError, match=r"scikit-learn.*pip install 'edgekit\[sandbox\]'"):
                ek.connect(url=fresh.url, api_key=fresh.keys["objects"])
            assert ek.connect(url=fresh.url, api_key=fresh.keys["motion"]).project_id == 1
        assert ek.connect(url=fresh.url, api_key=fresh.keys["objects"]).project_id == 2


def test_a_data_package_that_is_missing_costs_only_the_project_that_needs_it(cache, monkeypatch):
    def version(name):
        if name == "scikit-image":
            raise PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(store, "version", version)
    assert motion.build().blocks[5].threshold["value"] > 0


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


def test_its_recordings_missing_is_a_clear_error(monkeypatch):
    monkeypatch.setattr(recordings, "find_spec", lambda name: None)
    with pytest.raises(ek.SandboxError, match=r"pip install 'edgekit\[sandbox\]'"):
        motion.build()


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
