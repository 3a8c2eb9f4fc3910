"""What all tests share: no key of the person who runs them, one sandbox, pictures drawn without a screen."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
import pytest
from hypothesis import HealthCheck, settings
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from xdist.scheduler import LoadFileScheduling

matplotlib.use("agg")  # not by MPLBACKEND: the notebooks' kernels would inherit it and show no pictures
for _name in ("EI_API_KEY", "EI_API_ENDPOINT", "EI_PROJECT_ID", "EDGEKIT_RECORD", "EDGEKIT_REPLAY"):
    os.environ.pop(_name, None)
# Matrices are small here, and on busy processors the threads of BLAS wait for each other: notebook 05 took three times
# as long. The kernels and other processes that tests start read the variable, and so does SciPy, which is loaded later.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
threadpool_limits(1, user_api="blas")
# Where tests train with scikit-learn, joblib would ask lscpu for the physical cores, and in some containers find none.
os.environ.setdefault("LOKY_MAX_CPU_COUNT", "1")
# No example has a time limit: the machine may be busy. Every run has the same examples, or the gate would fail by luck
# and not again; python -m tests --hypothesis-profile=default looks for new ones.
settings.register_profile(
    "unhurried", settings(), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")
# In the background of a shell Ctrl-C is ignored, in every process started from there too: its tests would wait forever.
signal.signal(signal.SIGINT, signal.default_int_handler)

BROWSER = "tests/browser/"
SEED = Path(__file__).parent / "data" / "seed-classify-response.json"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Fast ones first: unit tests, then notebooks, then the browser; in two processes the longest ones first."""
    two = hasattr(config, "workerinput")
    items.sort(key=lambda item: ("browser" in item.path.parts, item.path.suffix == ".ipynb"), reverse=two)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Share out files, in the order above; all of the browser's go to one process, which opens one JupyterLab."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)

        def remove_node(self, node: Any) -> str | None:
            """Return the test with which a process ended, such as one that hung; xdist would run it again and again."""
            for tests in self.assigned_work[node].values():
                for test, is_done in tests.items():
                    if not is_done:
                        tests[test] = True
                        super().remove_node(node)
                        return test
            return super().remove_node(node)

    config.option.loadscopereorder = False
    return Scheduling(config, log)


@pytest.fixture(autouse=True)
def urllib3_logs() -> None:
    """Let urllib3 log again: the official client turns it down, and running a notebook can switch it off."""
    for name in ("urllib3", "urllib3.connectionpool"):
        logging.getLogger(name).setLevel(logging.NOTSET)
        logging.getLogger(name).disabled = False


@pytest.fixture(autouse=True)
def figures() -> Iterator[None]:
    """Close what a test has drawn: others look at which figures are open."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture(scope="session")
def sandbox() -> Iterator[object]:
    """A running sandbox that the whole session shares; tests leave it as it is."""
    import edgekit as ek

    with ek.Sandbox() as running:
        yield running


@pytest.fixture(scope="session")
def studio(sandbox):
    """A client of the sandbox's project motion."""
    import edgekit as ek

    return ek.connect(url=sandbox.url, api_key=sandbox.keys["motion"])


@pytest.fixture(scope="session")
def client():
    """The installed official client's package."""
    reason = (
        "the official client comes with edgekit[conformance], up to Python 3.13: later its pydantic 1 does not import"
    )
    return pytest.importorskip("edgeimpulse_api", reason=reason, exc_type=ImportError)


@pytest.fixture(scope="session")
def asking(client):
    """How the client is asked; not imported above, because it takes the client seconds to be imported."""
    from . import newest_client

    return newest_client


@pytest.fixture(scope="session")
def objects_call(sandbox):
    """Send one request with the key of the sandbox's project objects; return the response."""
    import requests

    def send(method: str, path: str, **params):
        headers = {"x-api-key": sandbox.keys["objects"]}
        return requests.request(method, f"{sandbox.url}/api/2/{path}", params=params, headers=headers, timeout=60)

    return send


@pytest.fixture(scope="session")
def objects_listed(objects_call):
    """Every sample of the project objects, by category."""
    return {c: objects_call("GET", "raw-data", category=c).json()["samples"] for c in ("training", "testing")}


@pytest.fixture(scope="session")
def objects_answers(objects_call, objects_listed):
    """Every testing picture's classification with debug info, by the kind of picture its name begins with."""
    found: dict[str, list] = {}
    for sample in objects_listed["testing"]:
        answer = objects_call("POST", f"classify/v2/{sample['id']}", includeDebugInfo="true").json()
        found.setdefault(sample["filename"].split("-")[0], []).append(answer)
    return found
