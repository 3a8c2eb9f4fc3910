"""Every notebook runs, unchanged, with the key of every kind of project: here with the keys of a running sandbox.

It is executed as a learner does it, in a kernel to which ``EI_API_KEY`` and ``EI_API_ENDPOINT`` are set. Where a
project does not have what a notebook is about, the set-up cell says so and takes a project of the embedded sandbox:
from there on it is the notebook that nbval runs, and is not run again. The same holds where the key is of the very
project that nbval runs it on.

What the server answers is recorded (``EDGEKIT_RECORD``), and a notebook of each kind runs once more out of the
recording: with no key, and no server to ask. With ``EDGEKIT_REPLAYS=all`` every notebook runs to its end and once more
on every project (``make replays``).
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

import edgekit as ek
from edgekit.sandbox.server import PROJECTS

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FORGET = "import matplotlib.pyplot\nmatplotlib.pyplot.close('all')\n%reset -f"
WANTED = re.compile(r'connect_for\("([^"]+)"')
CONNECTS = re.compile(r"^studio = (ek\.connect.*)$", re.MULTILINE)
# These run again out of a recording of the project; the others by `make replays`, as they take longer.
REPLAYED = {
    ("02_classify_a_sample", "routine"),
    ("03_anomaly_scores", "motion"),
    ("07_visual_anomaly", "surface"),
    ("09_regression", "meat"),
}
GOES_ON = "goes on with a project of the sandbox"


@pytest.fixture(scope="module")
def kernel() -> Iterator[NotebookClient]:
    """One kernel for all notebooks of all projects: most take no longer than its start."""
    place = {"metadata": {"path": str(ROOT / "notebooks")}}
    client = NotebookClient(nbformat.v4.new_notebook(), timeout=60, kernel_name="python3", resources=place)
    with client.setup_kernel(stderr=subprocess.DEVNULL):
        yield client


class Account(NamedTuple):
    """A project: its name and id, what blocks it has, the variables that lead to it, to its recording."""

    project: str
    id: int
    blocks: set[str | None]
    live: dict[str, str]
    recorded: dict[str, str]


@pytest.fixture(scope="module", params=PROJECTS)
def account(request, sandbox, tmp_path_factory) -> Account:
    """The project behind a key of the sandbox."""
    key, folder = sandbox.keys[request.param], str(tmp_path_factory.mktemp("recording"))
    studio = ek.connect(url=sandbox.url, api_key=key)
    blocks = studio.classify(studio.samples("testing", limit=1).index[0]).blocks
    there = {name for block in blocks for name in (block.kind, block.type, block.last_layer)}
    live = {"EI_API_KEY": key, "EI_API_ENDPOINT": sandbox.url, "EDGEKIT_RECORD": folder}
    return Account(request.param, studio.project_id, there, live, {"EDGEKIT_REPLAY": folder})


@cache
def run_on_by_nbval(setting_up: str) -> int:
    """Return the id of the sandbox's project that a notebook takes without a key."""
    return eval(CONNECTS.search(setting_up)[1], {"ek": ek}).project_id


def begin(client: NotebookClient, settings: dict[str, str]) -> None:
    """Forget all that ran before, and set these of the variables that lead to a project, no other."""
    names = ("EI_API_KEY", "EI_API_ENDPOINT", "EDGEKIT_RECORD", "EDGEKIT_REPLAY")
    code = f"{FORGET}\nimport os\n[os.environ.pop(name, None) for name in {names}]\nos.environ.update({settings})"
    run(client, nbformat.v4.new_code_cell(code))


def run(client: NotebookClient, cell: NotebookNode) -> str:
    """Run a cell in the kernel, and return what it printed."""
    client.nb.cells = [cell]
    try:
        client.execute_cell(cell, 0)
    except CellExecutionError as error:
        pytest.fail(f"{cell.source}\n→ {error.ename}: {error.evalue}")
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_with_the_key_of_any_project(account, kernel, path):
    begin(kernel, account.live)
    first, *others = (cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code")
    said = run(kernel, first)
    wanted = WANTED.search(first.source)
    assert (GOES_ON in said) == (wanted is not None and wanted[1] not in account.blocks)
    if GOES_ON in said:
        assert said == f"This project has no {wanted[1]} block: the notebook {GOES_ON}.\n"
        return
    once_more = (path.stem, account.project) in REPLAYED or os.environ.get("EDGEKIT_REPLAYS") == "all"
    if not once_more and run_on_by_nbval(first.source) == account.id:
        run(kernel, nbformat.v4.new_code_cell(f"assert studio.url == {account.live['EI_API_ENDPOINT']!r}, studio"))
        return
    for cell in others:
        run(kernel, cell)
    if not once_more:
        return
    begin(kernel, account.recorded)
    for cell in (first, *others):
        assert GOES_ON not in run(kernel, cell)
    run(kernel, nbformat.v4.new_code_cell("assert studio.url == 'a recording', studio"))
