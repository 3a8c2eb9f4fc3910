"""Regression checks: a million windows against their baseline, next to pandas' read_csv and NumPy's isclose.

The results are a thousand samples of a thousand windows, whose tables were not made before: making them is part of the
time, as it is in a nightly job. The peer has its scores in an array already, and compares nothing but numbers.

Of object detection a thousand pictures with five objects each, all of which moved a little: matching is part of it.
"""

import json
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
PICTURES, OBJECTS = 1000, 5
FOMO = Path(__file__).parent / "data" / "cases" / "fomo-without-debug-response.json"
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


def pictures(shift: float) -> list[ek.ClassifyResult]:
    """Return pictures of one block that finds objects, at places that differ by about `shift`, a share of the side."""
    random, noise = np.random.default_rng(0), np.random.default_rng(1)
    document = json.loads(FOMO.read_text("utf-8"))
    block, info = document["classifications"][0], document["sample"]["sample"]
    (found,) = block["structuredResult"]
    block["details"] = []
    found |= {"scores": [0.9] * OBJECTS, "labels": ["bolt"] * OBJECTS}
    answers = []
    for number in range(PICTURES):
        info["id"] = number + 1
        corners = random.uniform(0.1, 0.8, (OBJECTS, 2)) + shift * noise.normal(size=(OBJECTS, 2))
        found["boxes"] = [[x, y, 0.1, 0.1] for x, y in corners.tolist()]
        answers.append(ek.parse(msgspec.json.encode(document)))
    return answers


def of_pictures(folder: Path) -> Row:
    """Return the row of object detection."""
    path = folder / "objects.csv"
    ek.checks.save(pictures(0), path)
    seconds = []
    for _ in range(3):
        given = pictures(0.001)
        begin = time.perf_counter()
        found = ek.checks.compare(given, path)
        seconds.append(time.perf_counter() - begin)
        assert len(found.moved) > 1.99 * PICTURES * OBJECTS  # x and y of nearly all of them
        assert not len(found.verdicts)
    return row(f"{PICTURES:,} pictures of {OBJECTS} objects compared with their baseline", "s", seconds, "≤ 1")


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
            of_pictures(Path(folder)),
        ]
