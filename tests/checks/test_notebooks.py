"""The committed notebooks: their form, and that nbval really judges their figures.

That they run and give the same output is nbval's business: the notebooks are among pytest's testpaths.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest

from edgekit.checks import notebooks as regression
from edgekit.sandbox import shipped, train
from edgekit.sandbox.shipped import Learned

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

WIDEST = 106  # a line of code, for JupyterLab of 1280 pixels with its sidebar


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_committed_in_canonical_form_with_nothing_private(path, capsys):
    assert regression.main(["--check", str(path)]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_teaches_in_short_steps(path):
    cells = nbformat.read(path, 4).cells
    assert cells[0].source.startswith(f"# {int(path.name[:2])} · ")
    assert "you will learn" in cells[0].source
    for before, cell in pairwise(cells):
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 12
            assert max(map(len, cell.source.splitlines())) <= WIDEST
            assert before.cell_type == "markdown" or before is cells[0], cell.source


def test_a_model_parameter_off_by_one_per_cent_makes_it_fail(tmp_path):
    done = _nbval(tmp_path, 1.01)
    assert done.returncode == 1, done.stdout
    assert "Old is what the notebook holds" in done.stdout


def test_noise_in_the_last_digits_does_not(tmp_path):
    done = _nbval(tmp_path, 1 + 1e-12)
    assert done.returncode == 0, done.stdout


def _nbval(folder: Path, factor: float) -> subprocess.CompletedProcess[str]:
    """Run the first cells of a notebook, with parameters whose mixture means are off by a factor."""
    parameters = folder / "parameters"
    shutil.copytree(shipped.FOLDER, parameters)
    learned = shipped.load("motion", ())
    means = learned.arrays["mixture.means"]
    assert np.all(means * factor != means)
    train.write("motion", Learned(learned.arrays | {"mixture.means": means * factor}, learned.figures), parameters)
    (folder / "sitecustomize.py").write_text(  # which Python imports when it starts, the notebook's kernel as well
        f"from pathlib import Path\nfrom edgekit.sandbox import shipped\nshipped.FOLDER = Path({str(parameters)!r})\n"
    )
    notebook = nbformat.read(ROOT / "notebooks" / "03_anomaly_scores.ipynb", 4)
    notebook.cells = notebook.cells[:8]  # as far as the first figures
    nbformat.write(notebook, folder / "figures.ipynb")
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "-p", "no:cacheprovider", "--color=no", "-q"]
    command.append(str(folder / "figures.ipynb"))
    environment = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
