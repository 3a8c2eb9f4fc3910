"""SECURITY.md: every promise names tests that there are; and those of its promises that no room of its own holds."""

from __future__ import annotations

import ast
import http.client
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import edgekit as ek

from .conftest import SEED
from .faults import Server, reply

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "SECURITY.md").read_text("utf-8")
HELD = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def promises() -> list[str]:
    """The points of the chapters that promise something."""
    chapters = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    promising = [chapter for chapter in chapters if not chapter.startswith(("What is not promised", "To report"))]
    return [point for chapter in promising for point in re.split(r"^- ", chapter, flags=re.MULTILINE)[1:]]


def test_every_promise_names_a_test_that_holds_it():
    assert len(promises()) > 15
    assert [point for point in promises() if not HELD.search(point)] == []


def test_every_test_that_is_named_is_there():
    for file, name in HELD.findall(PAGE):
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, f"{file}::{name}"


def test_the_page_says_how_to_report_and_what_is_not_promised():
    assert re.search(r"^## To report", PAGE, re.MULTILINE)
    for words in ("debuglevel", "proxy", "reveal"):
        assert words in PAGE.split("## What is not promised")[1]


# --- where edgekit goes, and where not --------------------------------------------------------------------------------

WATCHED = """
import json, sys
opened, connected = [], []

def note(event, arguments):
    if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.listdir", "os.scandir", "subprocess.Popen", "exec"):
        opened.append(f"{event} {arguments[0]!r}")
    elif event in ("socket.connect", "socket.getaddrinfo", "urllib.Request", "webbrowser.open"):
        connected.append([event, str(arguments[1:] if event == "socket.connect" else arguments)])

sys.addaudithook(note)
import edgekit as ek
"""


def watched(program: str, *arguments: str) -> dict[str, list]:
    """Run a program; return which files it opened and where it connected to."""
    code = WATCHED + program + "\nprint(json.dumps({'opened': opened, 'connected': connected}))"
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


MARK = "EDGEKITMARK"
NAMES = [f"../../{MARK}", f"/tmp/{MARK}/x", f"C:\\{MARK}", f"~/{MARK}", f"file:///{MARK}", f"$({MARK})"]


@pytest.mark.parametrize("name", NAMES)
def test_no_text_from_a_server_is_ever_a_path_or_a_command(name, tmp_path):
    def poisoned(node):
        if isinstance(node, dict):
            return {key: poisoned(value) for key, value in node.items()}
        if isinstance(node, list):
            return [poisoned(value) for value in node]
        return name if isinstance(node, str) else node

    document = poisoned(json.loads(SEED.read_text("utf-8")))
    document["classifications"][0]["learnBlock"]["type"] = "keras"  # of another type, it would be about objects
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(document), "utf-8")
    went = watched(
        "import pathlib, matplotlib; matplotlib.use('agg')\n"
        "result = ek.parse(pathlib.Path(sys.argv[1]))\n"
        "block = result.blocks[0]\n"
        "print(repr(result), result._repr_html_(), block, block._repr_html_(), result.sample, block.windows())\n"
        "block.plot(); result.sample.plot(); result.sample.labels()\n"
        "explorer = ek.explore(result.sample); explorer._repr_mimebundle_(); explorer.to_html(sys.argv[2])\n",
        str(file),
        str(tmp_path / "page.html"),
    )
    assert [event for event in went["opened"] if MARK in event] == []
    assert went["connected"] == []


def test_edgekit_speaks_to_the_server_that_was_named_and_to_no_other(sandbox):
    went = watched(
        "studio = ek.Studio(url=sys.argv[1], api_key=sys.argv[2])\n"
        "result = studio.classify(12); studio.samples('training', limit=2)\n"
        "explorer = ek.explore(result); explorer._repr_mimebundle_(); explorer._page()\n",
        sandbox.url,
        sandbox.keys["motion"],
    )
    host, port = re.search(r"//([\d.]+):(\d+)", sandbox.url).groups()
    assert went["connected"]
    assert [where for _, where in went["connected"] if host not in where or port not in where] == []


# --- without a home ---------------------------------------------------------------------------------------------------


NO_USER = (
    "import os, pwd\ndef unknown(user): raise KeyError(user)\npwd.getpwuid = unknown; os.environ.pop('HOME', None)\n"
)


@pytest.mark.skipif(os.name == "nt", reason="homes are the system's there")
@pytest.mark.parametrize(
    "lack", [NO_USER, "import os; os.environ['HOME'] = '/dev/null'\n"], ids=["no user", "no folder"]
)
def test_edgekit_needs_no_home(lack):
    """In a container a process may have a home that is none, or no user at all."""
    program = (
        "import pathlib, edgekit as ek\n"
        "result = ek.connect().classify(12)\n"
        "print(len(repr(ek.explore(result))) > 20, len(ek.explore(result)._page()) > 10_000)"
    )
    command = [sys.executable, "-W", "error::UserWarning", "-c", lack + program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "True True\n"), done.stderr


# --- what is not promised --------------------------------------------------------------------------------------------


def test_a_proxy_for_plain_http_does_see_the_key(monkeypatch):
    with Server(reply({"success": True, "projects": []})) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        studio = ek.Studio(url="http://studio.example/v1", api_key="ei_of_mine", retries=0, allow_http=True)
        with pytest.raises(ek.NotFoundError):
            studio.samples()
    assert proxy.requests[0].headers["x-api-key"] == "ei_of_mine"


def test_pythons_own_debugging_of_http_does_print_the_key(monkeypatch, capsys):
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    with Server(reply({"success": True, "projects": []})) as server, pytest.raises(ek.NotFoundError):
        ek.Studio(url=server.url, api_key="ei_of_mine", retries=0).samples()
    assert "ei_of_mine" in capsys.readouterr().out
