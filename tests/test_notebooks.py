"""The committed notebooks: their form, and that nbval really judges their figures.

That they run and give the same output is nbval's business: the notebooks are among pytest's testpaths.
"""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest

from edgekit import regression
from edgekit.sandbox import motion, store

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


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
            assert before.cell_type == "markdown" or before is cells[0], cell.source


def test_a_model_parameter_off_by_one_per_cent_makes_it_fail(tmp_path):
    motion.build()
    arrays = store.load(store.path("motion"))
    arrays["mixture.means"] = arrays["mixture.means"] * 1.01
    environment = os.environ | {"EDGEKIT_CACHE_DIR": str(tmp_path)}
    store.save(tmp_path / store.path("motion").name, arrays)
    done = _nbval(environment)
    assert done.returncode == 1, done.stdout
    assert "Cell outputs differ" in done.stdout


def test_noise_in_the_last_digits_does_not(tmp_path):
    motion.build()
    arrays = store.load(store.path("motion"))
    arrays["mixture.means"] = arrays["mixture.means"] * (1 + 1e-12)
    environment = os.environ | {"EDGEKIT_CACHE_DIR": str(tmp_path)}
    store.save(tmp_path / store.path("motion").name, arrays)
    done = _nbval(environment)
    assert done.returncode == 0, done.stdout
    assert np.any(arrays["mixture.means"] != store.load(store.path("motion"))["mixture.means"])


def _nbval(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    notebook = ROOT / "notebooks" / "03_anomaly_scores.ipynb"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", "-q", str(notebook)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
