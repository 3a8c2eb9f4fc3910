"""The first seconds: importing edgekit, the sandbox's first answer, and 200 samples one after the other.

A process is timed from its start to its end with nothing taken off; the sandbox from inside a fresh interpreter. Fresh
interpreters keep their .pyc files in a folder of this run; the first process of each kind is not counted, it writes
them and warms the file cache. The sandbox keeps nothing elsewhere: each of these processes is the first on a machine
that never saw edgekit. The 200 samples are served by a sandbox in a process of its own.

What is missed, and why: the 200 samples one by one. The official client uses urllib3 alone and makes no table; a call
of edgekit goes through requests, in a thread that Ctrl-C can leave (see wire/attempt.py), and makes three tables.
"""

import os
import subprocess
import sys
import tempfile
from functools import partial

import pandas as pd
import requests
from edgeimpulse_api import ApiClient, ClassifyApi, Configuration

import edgekit as ek
from tests.bench_table import Row, ratio, row

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


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        ENVIRONMENT["PYTHONPYCACHEPREFIX"] = folder
        return processes() + throughput()
