"""Many pictures: the summaries of stores of detected objects and of visual anomalies.

The first part of each store is made of a thousand answers as `classify` makes it: FOMO's of up to 5 truths and 5
predictions of three labels; of 9 by 9 cells, of which true boxes say in half of the pictures which are anomalous. The
other parts repeat it with samples of their own. Seconds and memory as in `bench_store`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa

import edgekit as ek
from edgekit.batch import layout
from edgekit.batch.journal import Place, Record
from edgekit.batch.part import SUFFIX, tables_of, written
from edgekit.batch.source import Stored
from edgekit.batch.tables import Kept
from tests.bench_store import SUMMARY
from tests.bench_table import Row, row
from tests.objects_result import detected_result
from tests.visual_result import seen_result

SAMPLES, SIDE = 1000, 9  # a part; cells
TARGETS = {10_000: "≤ 0.5 s", 100_000: "≤ 1 s"}


def detected() -> list[ek.ClassifyResult]:
    random = np.random.default_rng(0)
    return [detected_result(*random.integers(0, 6, 2), seed=number, sample=number) for number in range(SAMPLES)]


def seen() -> list[ek.ClassifyResult]:
    random, found = np.random.default_rng(0), []
    for number in range(SAMPLES):
        is_anomalous, scores = number % 2 == 0, random.lognormal(0.5, 0.5, (SIDE, SIDE))
        x, y = random.integers(0, 60, 2).tolist()
        boxes = [{"label": "anomaly", "x": x, "y": y, "width": 30, "height": 30}] if is_anomalous else []
        if is_anomalous:
            scores[y * SIDE // 96 : (y + 30) * SIDE // 96, x * SIDE // 96 : (x + 30) * SIDE // 96] *= 2
        found.append(seen_result(scores, anomalous=is_anomalous, truth_boxes=boxes, sample=number))
    return found


def made(folder: Path, results: list[ek.ClassifyResult], pictures: int) -> None:
    """Write a store of so many pictures."""
    about = layout.About(
        layout.FORMAT, 1, "bench", ek.connect(sandbox="objects").impulse(), runs=[layout.Run(1, "", "")]
    )
    layout.begin(folder, about)
    kept = [Kept(Record(number, 1), Place(0, 0), one._response) for number, one in enumerate(results)]
    tables = tables_of(kept, Stored(about))
    for part in range(pictures // SAMPLES):
        place = folder / layout.PARTS / f"{part + 1:06}"
        place.mkdir(parents=True)
        for name, table in tables.items():
            written(moved(table, part), place / f"{name}{SUFFIX}")


def moved(table: pa.Table, part: int) -> pa.Table:
    """Return a table with samples of its own."""
    if "sample" not in table.column_names:
        return table
    samples = pa.array(table["sample"].to_numpy() + part * SAMPLES)
    return table.set_column(table.column_names.index("sample"), "sample", samples)


def summaries(folder: Path, kind: str, pictures: int) -> list[Row]:
    command = [sys.executable, "-c", SUMMARY, str(folder), kind, str(pictures)]
    rounds = [[float(n) for n in subprocess.check_output(command, text=True).split()] for _ in range(4)][1:]
    seconds, memory = zip(*rounds, strict=True)
    name = f"ek.{kind}.summary(store) of {pictures:,} pictures"
    return [row(name, "s", list(seconds), TARGETS[pictures]), row(f"{name}: memory", "MB", list(memory), "≤ 300 MB")]


def rows() -> list[Row]:
    found = []
    for kind, results in (("detection", detected()), ("visual", seen())):
        for pictures in TARGETS:
            with tempfile.TemporaryDirectory() as folder:
                made(Path(folder), results, pictures)
                found += summaries(Path(folder), kind, pictures)
    return found
