"""How fast edgekit is, next to what one would use without it. Run by `make bench`; takes three to four minutes.

How to read the table
    ratio    target "≥": how many times as long the peer takes as edgekit (more is better); target "≤": how many times
             as long edgekit takes as the peer (less is better). The median over the rounds, each of one turn each.
    rounds   the middle half of the rounds' figures, and (how many rounds): a wide one means a noisy machine.
    met      the median against the target. Nothing fails on it: believe several runs, not one.

How it is measured: edgekit and peer take turns in one run, another one first every round; garbage is collected before
each turn; freeing what a turn made is part of its time. Only ratios compare from machine to machine; the seconds of the
sandbox and the milliseconds of the explorers are this machine's. A process is timed from its start to its end with
nothing taken off; the sandbox from inside a fresh interpreter. Fresh interpreters keep their .pyc files in a folder of
this run; the first process of each kind is not counted, it writes them and warms the file cache. The sandbox keeps
nothing elsewhere: each of these processes is the first on a machine that never saw edgekit. The 200 samples are served
by a sandbox in a process of its own.

What is missed, and why: of the 200 samples one by one every attempt has a thread of its own, which keeps the time limit
against a server that drips (see wire/session.py) and costs a millisecond or more on busy cores.

What is parsed: 100,000 windows with three labels and an anomaly score, and the readings of three axes they were cut
from. "100 Hz" steps on by one reading a window (17 minutes of recording), "62.5 Hz" by five, which is 80 ms (2.2
hours): the longer the recording, the more of every parser's time goes into readings that the table does not show.
edgekit checks them and leaves them as JSON until they are asked for (see edgekit/wire/lazy.py); the rows "and the
readings" ask for them. "A range of labels per window" has what the documented example has for its one window: edgekit
joins the labels, the peer leaves them alone. The peers with a target make their table with json_normalize; DataFrame is
the faster way that pandas has for flat windows. The official client's calls read as from_json does, which validates
nothing; there the margin is thin at 100 Hz: 6.1 times here, 5.3 in a small script with little else in memory (191 ms to
36).
What is matched and decoded: see bench_detection.py. Labels of windows: see bench_classification.py. Baselines: see
bench_checks.py. How explorers are measured: see bench_explorers.py, and
bench_project.py for the table of a project.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import requests

import edgekit as ek
from tests.bench_table import HEAD, Row, ratio, row, show

WINDOWS = 100_000
LABELS = ("idle", "snake", "wave")
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("EI_", "EDGEKIT_", "PYTHONDONTWRITEBYTECODE"))}
# Prints two figures: from before `import edgekit` to the first answer, and what the other project's first answer takes.
FIRST_ANSWER = """
import sys, time
begin = time.perf_counter()
import edgekit
imported = time.perf_counter()
studio = edgekit.connect(sandbox=sys.argv[1])
studio.classify(studio.samples(limit=1).index[0])
print(imported - begin, time.perf_counter() - imported)
"""


def response(interval_ms: int, readings_a_window: int, *, range_each: bool = False) -> bytes:
    """Make a classify response with the fields the API documents, as compact as a server sends it.

    One label over all of it, or with `range_each` a range of ``expectedLabels`` for every window.
    """
    random = np.random.default_rng(0)
    scores = np.column_stack([random.dirichlet(np.ones(len(LABELS)), WINDOWS), random.normal(size=WINDOWS)]).round(4)
    size_ms, increase_ms = 3000, interval_ms * readings_a_window
    count = (increase_ms * (WINDOWS - 1) + size_ms) // interval_ms
    values = random.normal(scale=10, size=(count, 3)).round(4).tolist()
    hertz, date = 1000 / interval_ms, "2023-11-07T05:31:56Z"
    sensors = [{"name": name, "units": "m/s2"} for name in ("accX", "accY", "accZ")]
    sample = {"id": 2, "filename": "idle01.d8Ae", "label": "idle", "category": "testing", "sensors": sensors}
    sample |= {"created": date, "lastModified": date, "added": date, "coldstorageFilename": "idle01.json"}
    sample |= {"intervalMs": interval_ms, "originalIntervalMs": interval_ms, "frequency": hertz}
    sample |= {"originalFrequency": hertz, "valuesCount": count, "chartType": "chart", "deviceType": "DISCO-L475VG"}
    sample |= {"boundingBoxes": [], "boundingBoxesType": "object_detection", "projectId": 1, "sha256Hash": "0" * 64}
    sample |= dict.fromkeys(("isDisabled", "isProcessing", "processingError", "isCropped", "signatureValidate"), False)
    payload = {"device_type": "DISCO-L475VG", "sensors": sensors, "values": values}
    whole = [{"startIndex": 0, "endIndex": count - 1, "label": "idle"}]
    each = [{"startIndex": i, "endIndex": i, "label": LABELS[i // 500 % len(LABELS)]} for i in range(WINDOWS)]
    learn_block = {"id": 5, "type": "keras", "name": "NN Classifier", "dsp": [2], "title": "Classification (Keras)"}
    block = {
        "learnBlock": learn_block | {"createdBy": "createImpulse", "createdAt": date},
        "result": [dict(zip((*LABELS, "anomaly"), scored, strict=True)) for scored in scores.tolist()],
        "minimumConfidenceRating": 0.6,
        "expectedLabels": each if range_each else whole,
        "thresholds": [{"key": "min_score", "description": "Score threshold", "helpText": "Discarded", "value": 0.6}],
    }
    document = {"success": True, "classifications": [block], "alreadyInDatabase": True}
    document |= {"sample": {"sample": sample, "payload": payload, "totalPayloadLength": count}}
    document |= {"windowSizeMs": size_ms, "windowIncreaseMs": increase_ms}
    return json.dumps(document, separators=(",", ":")).encode()


def with_edgekit(data: bytes) -> pd.DataFrame:
    return ek.parse(data).blocks[0].windows()


Scores = Callable[[list[dict[str, float]]], pd.DataFrame]


def timed(table: pd.DataFrame, size_ms: float, increase_ms: float) -> pd.DataFrame:
    table["start_ms"] = np.arange(len(table)) * increase_ms
    table["end_ms"] = table["start_ms"] + size_ms
    return table


def with_json(data: bytes, scores: Scores) -> pd.DataFrame:
    answer = json.loads(data)
    return timed(scores(answer["classifications"][0]["result"]), answer["windowSizeMs"], answer["windowIncreaseMs"])


def with_client(data: bytes, scores: Scores, *, validate: bool) -> pd.DataFrame:
    # late: its 380,000 objects make every later garbage collection dearer, edgekit's too
    from edgeimpulse_api.models import ClassifySampleResponse as Response

    answer = Response.parse_obj(json.loads(data)) if validate else Response.from_json(data)
    return timed(scores(answer.classifications[0].result), answer.window_size_ms, answer.window_increase_ms)


def with_msgspec_alone(data: bytes) -> object:
    """Decode without types and without a table: with the collector paused, as edgekit does it, nothing is faster."""
    gc.disable()
    try:
        return msgspec.json.decode(data)
    finally:
        gc.enable()


def with_readings(data: bytes) -> tuple[pd.DataFrame, np.ndarray]:
    result = ek.parse(data)
    return result.blocks[0].windows(), result.sample.signal().to_numpy()


def with_json_and_readings(data: bytes) -> tuple[pd.DataFrame, np.ndarray]:
    answer = json.loads(data)
    table = pd.json_normalize(answer["classifications"][0]["result"])
    table = timed(table, answer["windowSizeMs"], answer["windowIncreaseMs"])
    return table, np.array(answer["sample"]["payload"]["values"], float)


Peers = list[tuple[str, Callable[[bytes], Any], str]]
COMMON: Peers = [
    ("json.loads + json_normalize", partial(with_json, scores=pd.json_normalize), "≥ 5"),
    ("json.loads + DataFrame", partial(with_json, scores=pd.DataFrame), ""),
    ("msgspec.json.decode, untyped, no table", msgspec.json.decode, "≤ 1.5"),
    ("the same with the garbage collector paused", with_msgspec_alone, ""),
]
CLIENT: Peers = [
    ("client's from_json + json_normalize", partial(with_client, scores=pd.json_normalize, validate=False), "≥ 6"),
    ("client's parse_obj + json_normalize", partial(with_client, scores=pd.json_normalize, validate=True), "≥ 6"),
    ("client's from_json + DataFrame", partial(with_client, scores=pd.DataFrame, validate=False), ""),
]


def parsing(recording: str, data: bytes, peers: Peers) -> list[Row]:
    """Compare the ways from bytes to a table, having checked that they find the same numbers."""
    table = with_edgekit(data)
    rows = []
    for name, peer, target in peers:
        found = peer(data)
        if isinstance(found, pd.DataFrame):
            pd.testing.assert_frame_equal(table[list(found)], found, check_names=False)
        del found
        rows.append(ratio(f"{recording}: {name}", partial(with_edgekit, data), partial(peer, data), target))
    return rows


def readings(recording: str, data: bytes) -> list[Row]:
    """Compare again, with the readings asked for as well."""
    assert (with_readings(data)[1] == with_json_and_readings(data)[1]).all()
    name = f"{recording}: json.loads + json_normalize, and the readings"
    return [ratio(name, partial(with_readings, data), partial(with_json_and_readings, data), "≥ 1")]


def python(code: str, *arguments: str) -> str:
    """Run code in a fresh interpreter and return what it printed."""
    return subprocess.check_output([sys.executable, "-c", code, *arguments], env=ENVIRONMENT, text=True)


def processes() -> list[Row]:
    ours, peer = "import edgekit", "import pandas, requests"
    python(f"{ours}; {peer}")
    rows = [ratio(f"process `{ours}`: `{peer}`", partial(python, ours), partial(python, peer), "≤ 1.25", budget_s=12)]
    for name in ek.Sandbox().keys:
        python(FIRST_ANSWER, name)
        rounds = [[float(seconds) for seconds in python(FIRST_ANSWER, name).split()] for _ in range(8)]
        imports, firsts = zip(*rounds, strict=True)
        rows.append(row(f"sandbox project {name}: first classification after import", "s", list(firsts), "≤ 0.5 s"))
        rows.append(row(f"sandbox project {name}: the import before it", "s", list(imports)))
    return rows


def classified(tables: list[pd.DataFrame]) -> int:
    return sum(map(len, tables))


def throughput() -> list[Row]:
    """Classify 200 samples against a sandbox in a process of its own, by the GET that both clients can send."""
    from edgeimpulse_api import ApiClient, ClassifyApi, Configuration

    command = [sys.executable, "-m", "edgekit.cli", "sandbox"]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as server:
        url, key = [server.stdout.readline() for _ in range(2)][1].split("=", 1)[1].split(" EI_API_KEY=")
        studio = ek.connect(url=url, api_key=key)
        samples = (list(studio.samples().index) * 3)[:200]
        session = requests.Session()
        session.headers["x-api-key"] = key.strip()

        def at_once() -> int:
            return classified([b.windows() for r in studio.classify(samples, deprecated=True) for b in r.blocks])

        def in_turn() -> int:
            return classified([b.windows() for i in samples for b in studio.classify(i, deprecated=True).blocks])

        def official() -> int:
            calls = ClassifyApi(ApiClient(Configuration(host=url, api_key={"ApiKeyAuthentication": key.strip()})))
            answers = (calls.classify_sample(1, int(i)) for i in samples)
            return classified([pd.DataFrame(block.result) for a in answers for block in a.classifications])

        def bare() -> int:
            return sum(len(session.get(f"{url}/api/1/classify/{i}").content) for i in samples)

        assert at_once() == in_turn() == official()
        rows = [
            ratio("200 samples, classify([...]): official client in a loop", at_once, official, "≥ 1"),
            ratio("200 samples, one by one: official client in a loop", in_turn, official, "≥ 1"),
            ratio("200 samples, one by one: requests alone, bytes thrown away", in_turn, bare, ""),
        ]
        server.terminate()
    ours = 1 - 1 / float(rows[-1][1].split()[0])
    return [*rows, ("  share of the time that is neither server's nor requests'", f"{ours:.0%}", "", "", "")]


def main() -> None:
    rows = [HEAD]
    recordings = {"100 Hz": response(10, 1), "62.5 Hz": response(16, 5)}
    for recording, data in recordings.items():
        rows += parsing(recording, data, COMMON) + readings(recording, data)
    name, peer, _ = COMMON[0]
    rows += parsing("100 Hz, a range of labels per window", response(10, 1, range_each=True), [(name, peer, "≥ 6")])
    # late: scipy's and Playwright's objects make the peers' garbage collections dearer, which flatters edgekit
    from . import (
        bench_checks,
        bench_classification,
        bench_detection,
        bench_explorers,
        bench_project,
        bench_store,
        bench_visual,
    )

    rows += bench_detection.rows()
    rows += bench_classification.rows()
    rows += bench_visual.rows()
    rows += bench_checks.rows()
    for recording, data in recordings.items():
        rows += parsing(recording, data, CLIENT)  # last: see with_client
    with tempfile.TemporaryDirectory() as folder:
        ENVIRONMENT["PYTHONPYCACHEPREFIX"] = folder
        rows += processes()
        rows += throughput()
        rows += bench_store.rows()
    rows += bench_explorers.rows()
    rows += bench_project.rows()
    show(rows)


if __name__ == "__main__":
    main()
