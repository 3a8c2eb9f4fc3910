"""Every notebook runs, unchanged, with the key of every kind of project: here with the keys of a running sandbox.

It is executed as a learner does it, in a kernel to which ``EI_API_KEY`` and ``EI_API_ENDPOINT`` are set. Where a
project does not have what a notebook is about, the set-up cell says so and takes a project of the embedded sandbox:
from there on it is the notebook that nbval runs, and is not run again.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

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
GOES_ON = "goes on with a project of the sandbox"


@pytest.fixture(scope="module")
def kernel() -> Iterator[NotebookClient]:
    """One kernel for all notebooks of all projects: most take no longer than its start."""
    place = {"metadata": {"path": str(ROOT / "notebooks")}}
    client = NotebookClient(nbformat.v4.new_notebook(), timeout=60, kernel_name="python3", resources=place)
    with client.setup_kernel(stderr=subprocess.DEVNULL):
        yield client


@pytest.fixture(scope="module", params=PROJECTS)
def account(request, sandbox, kernel) -> tuple[set[str | None], NotebookClient]:
    """What blocks a project has, and the kernel with its key."""
    settings = {"EI_API_KEY": sandbox.keys[request.param], "EI_API_ENDPOINT": sandbox.url}
    studio = ek.connect(url=sandbox.url, api_key=sandbox.keys[request.param])
    blocks = studio.classify(studio.samples("testing", limit=1).index[0]).blocks
    run(kernel, nbformat.v4.new_code_cell(f"import os\nos.environ.update({settings!r})"))
    return {name for block in blocks for name in (block.kind, block.type, block.last_layer)}, kernel


def run(client: NotebookClient, cell: NotebookNode) -> str:
    """Run a cell in the kernel, and return what it printed."""
    client.nb.cells = [cell]
    try:
        client.execute_cell(cell, 0)
    except CellExecutionError as error:
        pytest.fail(f"{cell.source}\n→ {error.ename}: {error.evalue}")
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_with_the_key_of_any_project(account, path):
    there, client = account
    run(client, nbformat.v4.new_code_cell(FORGET))
    first, *others = (cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code")
    said = run(client, first)
    wanted = WANTED.search(first.source)
    assert (GOES_ON in said) == (wanted is not None and wanted[1] not in there)
    if GOES_ON in said:
        assert said == f"This project has no {wanted[1]} block: the notebook {GOES_ON}.\n"
        return
    for cell in others:
        run(client, cell)
