"""The API key and the signature key reach nobody: every way out that we know of is swept for them."""

from __future__ import annotations

import json
import logging
import os
import pickle
import re
import subprocess
import sys
import traceback

import nbformat
import pytest

import edgekit as ek
from edgekit.secret import Secret

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
    assert KEY not in f"{wrong!r} {wrong._repr_html_()} {vars(wrong)} {wrong._transport!r} {vars(wrong._transport)}"


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
