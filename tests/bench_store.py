"""Many samples: how long a run takes beside bare requests, and the summary of a store beside what its tables weigh.

A run is timed against a Studio of canned answers in a process of its own (`tests.batch.studio_server`): with one that
takes 100 ms a call against what the workers allow, with an instant one against `requests` in as many threads, each with
a session, bytes thrown away. Parsing, compressing and making tables is part of edgekit's time, so the second is a share
of one processor: a client in one process can use no more. Of 16 workers bare requests reach 0.95 to 0.96 here, so this
is what the server and the clock leave; the part that is made at the end of these five seconds is 0.02 more.

The store that is summed up has 100 windows a sample and 1,000 samples a part; its tables are written as `classify`
writes them. The summary runs in a fresh process, imports not counted; the memory is the process's highest, imports
included (Linux's VmHWM: getrusage's would be that of the process it was forked from).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import requests

import edgekit as ek
from edgekit.batch import layout, part_counts
from edgekit.batch.part import BLOCKS, SUFFIX, written
from tests.batch.studio_server import KEY, StudioServer, sandbox_answers
from tests.bench_table import Row, ratio, row

WINDOWS, SAMPLES, WORKERS = 100, 1000, 4  # a sample, a part
SUMMARY = """
import re, sys, time
import edgekit as ek
store = ek.Store(sys.argv[1])
begin = time.perf_counter()
found = getattr(ek, sys.argv[2]).summary(store)
seconds = time.perf_counter() - begin
assert len(found.per_sample) == int(sys.argv[3])
print(seconds, int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024)
"""


def made(folder: Path, windows: int) -> None:
    """Write a store of a GMM block, a classifier and a regression with so many windows each."""
    random = np.random.default_rng(0)
    impulse = ek.connect(sandbox="motion").impulse()
    layout.begin(folder, layout.About(layout.FORMAT, 1, "bench", impulse, runs=[layout.Run(1, "", "")]))
    blocks = [("keras", "classification", 3), ("anomaly-gmm", "anomaly", 5), ("keras-regression", "regression", 7)]
    about = [
        {"id": number, "kind": kind, "type": name, "title": name, "last_layer": None, "keys": []}
        for name, kind, number in blocks
    ]
    for part in range(windows // WINDOWS // SAMPLES):
        place = folder / layout.PARTS / f"{part + 1:06}"
        place.mkdir(parents=True)
        ids = np.arange(SAMPLES) + part * SAMPLES
        sample, window = np.repeat(ids, WINDOWS), np.tile(np.arange(WINDOWS), SAMPLES)
        truth = np.repeat(random.random(SAMPLES) < 0.3, WINDOWS)
        score = random.lognormal(truth.astype(float), 1)
        names = np.array(["idle", "snake", "wave"])
        expected, guess = random.integers(0, 3, SAMPLES), random.integers(0, 3, len(sample))
        guess = np.where(random.random(len(sample)) < 0.8, np.repeat(expected, WINDOWS), guess)
        probability = random.uniform(0.4, 1, len(sample))
        front = {"sample": sample, "window": window, "start_ms": window * 500, "end_ms": window * 500 + 2000}
        front["expected"] = pa.array(np.repeat(names[expected], WINDOWS))
        predicted = pa.array(np.where(probability < 0.6, "uncertain", names[guess]))
        count, nothing = np.full(SAMPLES, WINDOWS), pa.nulls(SAMPLES, pa.string())
        verdicts = [
            {"sample": ids, "block": np.full(SAMPLES, number), "kind": [kind] * SAMPLES, "windows": count,
             "verdict": nothing, "worst": np.zeros(SAMPLES), "right": count, "known": count,
             "threshold": np.full(SAMPLES, limit), "problem": nothing}
            for (_, kind, number), limit in zip(blocks, (0.6, 3.0, 1.5), strict=True)
        ]  # fmt: skip
        number, error = np.repeat(random.uniform(0, 50, SAMPLES), WINDOWS), random.normal(size=len(sample))
        numbers = {"expected": number, "predicted": number + error, "error": error, "within": np.abs(error) <= 1.5}
        tables = {
            "samples": pa.table({"sample": ids, "category": ["testing"] * SAMPLES}).replace_schema_metadata(
                {BLOCKS: json.dumps(about)}
            ),
            "verdicts": pa.concat_tables([pa.table(one) for one in verdicts]),
            "windows-5": pa.table(front | {"anomaly": score, "anomalous": truth}),
            "predictions-3": pa.table(
                front
                | {"predicted": predicted, "most_probable": pa.array(names[guess]), "probability": probability}
                | {"correct": guess == np.repeat(expected, WINDOWS), "threshold": np.full(len(sample), 0.6)}
            ),
            "predictions-7": pa.table(front | numbers | {"threshold": np.full(len(sample), 1.5)}),
        }
        for _, kind, number in blocks:
            of_block = {name.partition("-")[0]: table for name, table in tables.items() if name.endswith(f"-{number}")}
            counted = part_counts.of_block(number, kind, tables["verdicts"], of_block, tables["samples"])
            tables |= {f"{name}-{number}": table for name, table in counted.items()}
        for name, table in tables.items():
            written(table, place / f"{name}{SUFFIX}")


def summaries(folder: Path, windows: int, most: str) -> list[Row]:
    found = []
    for kind in ("anomaly", "classification", "regression"):
        command = [sys.executable, "-c", SUMMARY, str(folder), kind, str(windows // WINDOWS)]
        rounds = [[float(n) for n in subprocess.check_output(command, text=True).split()] for _ in range(4)][1:]
        seconds, memory = zip(*rounds, strict=True)
        name = f"ek.{kind}.summary(store) of {windows:,} windows"
        found += [row(name, "s", list(seconds), most), row(f"{name}: memory", "MB", list(memory), "≤ 300 MB")]
    return found


def bare(url: str, samples: range) -> None:
    local = threading.local()

    def one(sample: int) -> int:
        if not hasattr(local, "session"):
            local.session = requests.Session()
            local.session.headers["x-api-key"] = KEY
        path = f"{url}/api/1/classify/v2/{sample}"
        return len(local.session.post(path, params={"includeDebugInfo": "true"}).content)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(one, samples))


def runs(answers: Path) -> list[Row]:
    def ours(studio: ek.Studio, samples: range, workers: int = WORKERS) -> None:
        with tempfile.TemporaryDirectory() as folder:
            ek.batch.classify(studio, folder, samples, workers=workers)

    found = []
    with StudioServer(answers) as server:
        studio, samples = ek.connect(url=server.url, api_key=KEY), range(1, 1001)
        name = "batch.classify, 1,000 samples of an instant server: requests in 4 threads"
        found.append(ratio(name, lambda: ours(studio, samples), lambda: bare(server.url, samples), "≤ 1.3"))
    with StudioServer(answers, delay=0.1) as server:
        studio = ek.connect(url=server.url, api_key=KEY)
        for workers in (WORKERS, 16):
            shares = []
            for _ in range(3):
                begin = time.perf_counter()
                ours(studio, range(1, 50 * workers + 1), workers)
                shares.append(50 * 0.1 / (time.perf_counter() - begin))
            name = f"batch.classify, 100 ms a call: share of what {workers} workers allow"
            found.append(row(name, "", shares, "≥ 0.9"))
    return found


def rows() -> list[Row]:
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with ek.Sandbox() as sandbox:
            answers = sandbox_answers(sandbox.url, sandbox.keys["motion"], folder)
        found += runs(answers)
        for windows, most in ((10**6, "≤ 0.5 s"), (10**7, "≤ 1 s")):
            (folder / f"{windows}").mkdir()
            made(folder / f"{windows}", windows)
            found += summaries(folder / f"{windows}", windows, most)
    return found
