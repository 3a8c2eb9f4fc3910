"""Regression checks: a million windows against their baseline, next to pandas' read_csv and NumPy's isclose.

The results are a thousand samples of a thousand windows, whose tables were not made before: making them is part of the
time, as it is in a nightly job. The peer has its scores in an array already, and compares nothing but numbers.
"""

import tempfile
import time
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd

import edgekit as ek
from tests.bench_table import Row, ratio, row
from tests.scores import scored_document

SAMPLES, WINDOWS = 1000, 1000
HEAD_LINES = 11


def results() -> list[ek.ClassifyResult]:
    """Return samples of one block with one score a window, and hardly any readings."""
    document = scored_document(WINDOWS, name="idle")
    block, info = document["classifications"][0], document["sample"]["sample"]
    block["result"] = [{"anomaly": one["anomaly"]} for one in block["result"]]
    document["sample"]["payload"]["values"] = document["sample"]["payload"]["values"][:1]
    found = []
    for number in range(SAMPLES):
        info["id"] = number + 1
        found.append(ek.parse(msgspec.json.encode(document)))
    return found


def with_numpy(path: Path, scores: np.ndarray) -> bool:
    table = pd.read_csv(path, skiprows=HEAD_LINES)
    return bool(np.isclose(table["anomaly"], scores, rtol=1e-6, atol=0).all())


def rows() -> list[Row]:
    """Return the rows of the table."""
    given = results()
    scores = np.concatenate([result.blocks[0].windows()["anomaly"].to_numpy() for result in given])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "baseline.csv"
        ek.checks.save(given, path)
        assert path.read_text("utf-8").split("\n")[HEAD_LINES].startswith("block,")
        assert with_numpy(path, scores)
        seconds = []
        for _ in range(3):
            begin = time.perf_counter()
            assert ek.checks.compare(given, path).ok
            seconds.append(time.perf_counter() - begin)
        compared = partial(ek.checks.compare, given, path)
        peer = partial(with_numpy, path, scores)
        return [
            row("1,000,000 windows compared with their baseline", "s", seconds, "≤ 2"),
            ratio("the same, next to read_csv and isclose", compared, peer, "≤ 4"),
        ]
