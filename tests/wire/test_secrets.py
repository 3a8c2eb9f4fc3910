"""The API key and the signature key get out nowhere: every way out that we know of is swept for them."""

from __future__ import annotations

import json
import logging
import os
import pickle
import re
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

import edgekit as ek
from edgekit.wire.secret import Secret
from tests.conftest import SEED
from tests.faults import Server, reply

TESTS = Path(__file__).parents[1]

KEY = "ei_0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978"
HMAC_KEY = "edgekit-sandbox-motion-hmac-key"


@pytest.fixture
def wrong(sandbox) -> ek.Studio:
    """A client whose key the sandbox does not know."""
    return ek.Studio(url=sandbox.url, api_key=KEY, project_id=1, retries=0)


def told(problem: BaseException) -> str:
    """Everything a debugger, a logger or a notebook's verbose mode would show of an exception."""
    parts = traceback.TracebackException.from_exception(problem, capture_locals=True).format(chain=True)
    return "".join(parts) + repr(problem) + repr(vars(problem))


def test_a_secret_shows_nothing_of_itself():
    secret = Secret(KEY)
    assert KEY not in f"{secret} {secret!r} {[secret]} {secret.__reduce__()}"
    assert pickle.loads(pickle.dumps(secret)) == Secret("")
    assert secret.reveal() == KEY
    with pytest.raises(TypeError):
        json.dumps(secret)


def test_no_repr_holds_the_key(wrong):
    calls = wrong._calls
    inside = f"{vars(wrong)} {calls!r} {vars(calls)} {calls.transport!r} {vars(calls.transport)}"
    assert KEY not in f"{wrong!r} {wrong._repr_html_()} {inside}"


@pytest.mark.parametrize("call", [lambda s: s.samples(), lambda s: s.classify([1, 2]), lambda s: s.set_threshold(5, 1)])
def test_no_error_holds_the_key_even_with_local_variables(wrong, call):
    with pytest.raises(ek.AuthenticationError) as caught:
        call(wrong)
    inside = caught.value.with_traceback(caught.tb.tb_next)  # this test's own frame knows the key
    assert KEY not in told(inside)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "https://localhost:9/v1"])
def test_no_connection_error_holds_the_key_even_with_local_variables(url):
    studio = ek.Studio(url=url, api_key=KEY, project_id=1, retries=1)
    with pytest.raises(ek.ConnectionFailed) as caught:
        studio.samples()
    assert KEY not in told(caught.value)


def test_a_bad_address_does_not_show_the_key_it_was_given_with(monkeypatch):
    monkeypatch.setenv("EI_API_KEY", KEY)
    monkeypatch.setenv("EI_API_ENDPOINT", "ftp://nowhere")
    with pytest.raises(ek.UsageError) as caught:
        ek.connect()
    frames = told(caught.value)
    assert KEY not in frames


def test_a_wrong_key_from_the_environment_is_not_in_the_traceback(monkeypatch, sandbox):
    monkeypatch.setenv("EI_API_KEY", KEY)
    monkeypatch.setenv("EI_API_ENDPOINT", sandbox.url)
    with pytest.raises(ek.AuthenticationError) as caught:
        ek.connect()
    assert KEY not in told(caught.value)


def test_debug_logs_do_not_hold_the_key(wrong, caplog):
    with caplog.at_level(logging.DEBUG), pytest.raises(ek.AuthenticationError):
        wrong.samples()
    assert caplog.records
    assert KEY not in caplog.text


def test_a_pickled_studio_has_to_be_given_its_key_again(wrong):
    content = pickle.dumps(wrong)
    assert KEY.encode() not in content
    with pytest.raises(ek.AuthenticationError):
        pickle.loads(content).samples()


def test_the_signature_key_is_a_secret_from_parsing_on(studio):
    result = studio.classify(12)
    assert result.sample.info.signature_key.reveal() == HMAC_KEY
    samples = studio.samples()
    shown = f"{result!r} {result.raw!r} {result._repr_html_()} {result.sample._repr_html_()} {samples.to_json()}"
    assert HMAC_KEY not in shown
    assert HMAC_KEY.encode() not in pickle.dumps(result)


@pytest.mark.parametrize("original", [b"{}", b'{"protected": {"alg": "none"}, "signature": "0"}', None])
def test_a_signature_that_cannot_be_checked_does_not_show_the_key_it_was_to_be_checked_with(studio, wrong, original):
    raw = studio.sample(12).raw
    with pytest.raises(ek.EdgekitError) as caught:
        ek.Sample(raw, wrong).verify(HMAC_KEY, original=original)
    inside = caught.value.with_traceback(caught.tb.tb_next)  # this test's own frame knows the key
    assert HMAC_KEY not in told(inside)


def test_a_sample_can_be_verified_with_the_secret_it_came_with(studio):
    sample = studio.sample(12)
    assert sample.verify(sample.info.signature_key) is True


# --- every frame of every way to fail ---

SIGNED = json.loads(SEED.read_text())
SIGNED["sample"]["sample"]["signatureKey"] = HMAC_KEY


def frames(problem: BaseException) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the variables of edgekit's frames of an error and of all errors behind it."""
    behind: list[BaseException | None] = [problem]
    while behind:
        error = behind.pop()
        if error is None:
            continue
        behind += [error.__cause__, error.__context__]
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if "edgekit" in frame.f_code.co_filename and not frame.f_code.co_filename.startswith(str(TESTS)):
                yield frame.f_code.co_name, dict(frame.f_locals)


def shows(value: object, depth: int = 3) -> str:
    """Return the repr of a value, and of what stands in it."""
    text = repr(value)
    if isinstance(value, dict):
        text += "".join(shows(part, depth - 1) for part in value.values()) if depth else ""
    elif isinstance(value, list | tuple | set):
        text += "".join(shows(part, depth - 1) for part in value) if depth else ""
    elif hasattr(value, "__dict__") and not isinstance(value, type | ModuleType):
        text += "".join(shows(part, depth - 1) for part in vars(value).values()) if depth else ""
    return text


def broken(**changes: object) -> bytes:
    """Return the signed response with something else in the place of some of its fields, and the API key in a name."""
    document = json.loads(json.dumps(SIGNED | changes))
    document["sample"]["sample"]["filename"] = f"sent with {KEY}"
    return json.dumps(document).encode()


PAGE = {"success": True, "samples": [SIGNED["sample"]["sample"]], "totalCount": 10**6}
FAILS = {
    "a field is missing": (broken(windowSizeMs=None), lambda s: s.classify(2)),
    "cut short": (broken()[:-40], lambda s: s.classify(2)),
    "another sample": (broken(), lambda s: s.classify(3)),
    "another block": (broken(), lambda s: s.classify(2, block=5)),
    "nested too deeply": (broken(error="x").replace(b'"x"', b"[" * 500 + b"]" * 500), lambda s: s.classify(2)),
    "a refusal": (broken(success=False, error=f"no, {HMAC_KEY[:0]}{KEY}"), lambda s: s.classify(2)),
    "a sample": (
        b'{"success": true, "sample": ' + json.dumps(SIGNED["sample"]["sample"]).encode() + b"}",
        lambda s: s.sample(2),
    ),
    "a listing": (json.dumps(PAGE).encode(), lambda s: s.samples("training")),
    "a wrong number": (broken().replace(b'"windowIncreaseMs": ', b'"windowIncreaseMs": 1e99'), lambda s: s.classify(2)),
    "no picture": (broken(), lambda s: s.image(2)),
    "a page": (b"<html>" + broken(), lambda s: s.original(2)),
    "no projects": (json.dumps({"success": True, "projects": [], "key": KEY}).encode(), lambda s: s.projects()),
    "odd projects": (json.dumps({"success": True, "projects": [KEY]}).encode(), lambda s: s.projects()),
    "a job without end": (json.dumps({"success": True, "id": 7, "key": KEY}).encode(), lambda s: s.classify(2)),
    "several": (broken(windowSizeMs=None), lambda s: s.classify([2, 2])),
    "variants": (broken(), lambda s: s.compare_variants(2, ["int8"])),
    "model testing": (
        json.dumps({"success": True, "result": [SIGNED["sample"]]}).encode(),
        lambda s: s.test(start=False),
    ),
    "signature": (broken(), lambda s: ek.Sample(ek.parse(SIGNED).sample.raw, s).verify(HMAC_KEY)),
}


@pytest.mark.parametrize("fault", FAILS)
@pytest.mark.parametrize("status", [200, 401, 404, 500])
def test_no_variable_of_any_frame_holds_a_secret(fault, status):
    content, ask = FAILS[fault]
    with Server(reply(content, status)) as server:
        studio = ek.Studio(url=server.url, api_key=KEY, project_id=1, retries=0)
        try:
            ask(studio)
        except ek.EdgekitError as problem:
            error = problem
    seen = [(name, shows(value)) for _, variables in frames(error) for name, value in variables.items()]
    leaks = [name for name, text in seen if KEY in text or HMAC_KEY in text]
    assert leaks == []
    assert KEY not in told(error).split("tests/wire/test_secrets")[0]


@pytest.mark.parametrize("kind", [bytes, str, dict])
def test_no_variable_of_parse_holds_the_signature_key(kind):
    document = broken(windowSizeMs=None)
    given = {bytes: document, str: document.decode(), dict: json.loads(document)}[kind]
    with pytest.raises(ek.ResponseError) as caught:
        ek.parse(given)
    assert HMAC_KEY not in "".join(shows(variables) for _, variables in frames(caught.value))


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs POSIX signals")
def test_ctrl_c_while_an_answer_is_decoded_shows_none_of_it(monkeypatch):
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("edgekit.wire.decoding._convert", interrupted)
    with pytest.raises(KeyboardInterrupt) as caught:
        ek.parse(broken())
    assert HMAC_KEY not in "".join(shows(variables) for _, variables in frames(caught.value))


# --- the key in the place of something else ---

SWAPPED = {
    "EI_PROJECT_ID": lambda key: ek.connect(),
    "project_id": lambda key: ek.connect(api_key="ei_x", project_id=key),
    "Studio(project_id)": lambda key: ek.Studio(api_key="ei_x", project_id=key),
    "EI_API_ENDPOINT": lambda key: ek.connect(),
    "url": lambda key: ek.connect(api_key="ei_x", url=key),
    "Studio(url)": lambda key: ek.Studio(api_key="ei_x", url=key),
    "a host": lambda key: ek.Studio(api_key="ei_x", url=f"http://{key}/v1"),
    "a query": lambda key: ek.Studio(api_key="ei_x", url=f"https://studio.example/v1?key={key}"),
    "a user": lambda key: ek.Studio(api_key="ei_x", url=f"https://{key}@studio.example/v1"),
    "sandbox": lambda key: ek.connect(sandbox=key),
    "timeout": lambda key: ek.Studio(api_key="ei_x", timeout=key),
    "retries": lambda key: ek.Studio(api_key="ei_x", retries=key),
    "bytes": lambda key: ek.connect(api_key=key.encode()),
    "Studio(bytes)": lambda key: ek.Studio(api_key=key.encode()),
    "a list": lambda key: ek.Studio(api_key=[key]),
}


@pytest.mark.parametrize("place", SWAPPED)
@pytest.mark.parametrize("key", [KEY, "ei_shortone", f"'{KEY}'", KEY.upper().replace("EI_", "ei_")])
def test_a_key_in_the_place_of_something_else_is_quoted_nowhere(place, key, monkeypatch, sandbox):
    if place.startswith("EI_"):
        monkeypatch.setenv("EI_API_KEY", "ei_x")
        monkeypatch.setenv(place, key)
    with pytest.raises(ek.EdgekitError) as caught:
        SWAPPED[place](key)
    bare = key.strip("'")
    assert bare not in str(caught.value)
    assert bare not in "".join(shows(variables) for _, variables in frames(caught.value))


@pytest.mark.parametrize("call", ["sample", "classify", "image", "job", "gmm", "slice"])
def test_a_key_in_the_place_of_an_id_is_not_quoted(studio, call):
    more = [0, 1] if call == "slice" else []
    with pytest.raises(ek.EdgekitError) as caught:
        getattr(studio, call)(KEY, *more)
    assert KEY not in str(caught.value)


NOTEBOOK = """
%xmode Verbose
import edgekit as ek
studio = ek.connect()
studio
---
result = studio.classify(12)
display(result, result.sample, result.raw, *result.blocks)
---
studio.sample(999)
---
ek.Studio(url="http://127.0.0.1:9/v1", api_key=__import__("os").environ["EI_API_KEY"], retries=0).samples()
"""


def test_a_saved_notebook_holds_neither_key(tmp_path, sandbox):
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in NOTEBOOK.split("---")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    path = tmp_path / "mine.ipynb"
    nbformat.write(notebook, path)
    key = sandbox.keys["motion"]
    environment = os.environ | {"EI_API_KEY": key, "EI_API_ENDPOINT": sandbox.url}
    command = [sys.executable, "-m", "nbconvert", "--execute", "--inplace", "--allow-errors", "--to", "notebook", path]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)
    saved = re.sub(r"\\u001b\[[\d;]*m", "", path.read_text())
    assert "No sample with id 999" in saved
    assert "ConnectionFailed" in saved
    assert "ClassifyResult" in saved
    assert key not in saved
    assert HMAC_KEY not in saved
