"""How one laptop serves a room: thirty clients at once against one sandbox, each in a part of the course.

Every client asks without a pause for what its part's notebook asks for: the list of samples, then each testing sample
classified, as jobs where the samples are long. Learners pause to read, so a room asks for less. Nothing is known to the
server before: it classifies each sample for the first client that asks. The clients are threads of this process, and
their own work is in the times too. What is stated: how many requests were refused, and how long the slowest in twenty
took. With ``--note`` both are kept for the instructor's page (see `edgekit.workshop.figures`).
"""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import numpy as np

from edgekit.workshop import figures

CLIENTS = 30
PROJECTS = {"motion": 1, "objects": 2, "surface": 3}  # parts 1 to 4 and 6, part 5a, part 5b
SHORT = 1000  # bytes: a job, not a result, which a learner's laptop reads on its own processor
TARGET = 0.2  # seconds, for all but the slowest in twenty


class Client:
    """A learner's laptop: one connection, one request after the other."""

    def __init__(self, address: str, key: str, project: int) -> None:
        self.key, self.project = key, project
        self.connection = http.client.HTTPConnection(address, timeout=60)
        self.times: list[float] = []
        self.refused = 0

    def ask(self, method: str, path: str) -> dict:
        started = time.perf_counter()
        self.connection.request(method, f"/v1/api/{self.project}/{path}", headers={"x-api-key": self.key})
        answer = self.connection.getresponse()
        content = answer.read()
        self.times.append(time.perf_counter() - started)
        self.refused += answer.status != 200 or b'"success":false' in content[:40]
        return json.loads(content) if len(content) < SHORT or path.startswith("raw-data") else {}

    def run(self) -> None:
        listed = self.ask("GET", "raw-data?category=testing&sortBy=id-asc")["samples"]
        self.ask("GET", "impulse")
        for sample in listed:
            call = f"classify/v2/{sample['id']}?includeDebugInfo=true"
            job = self.ask("POST", call).get("id")
            if job is None:
                continue
            while "finished" not in self.ask("GET", f"jobs/{job}/status").get("job", {}):
                time.sleep(0.05)
            self.ask("POST", call)


def main() -> int:
    """Serve, ask, and print; return 1 where a request was refused."""
    command = [sys.executable, "-m", "edgekit.cli", "workshop", "serve", "--host", "0.0.0.0", "--seats", str(CLIENTS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            keys, address = [], ""
            while len(keys) < CLIENTS:
                line = server.stdout.readline()
                keys += re.findall(r"^seat +\d+: (\S+)", line)
                address = address or "".join(urlsplit(url).netloc for url in re.findall(r"answers at (\S+)", line))
            projects = list(PROJECTS.values())
            clients = [Client(address, key, projects[i % len(projects)]) for i, key in enumerate(keys)]
            threads = [threading.Thread(target=client.run) for client in clients]
            started = time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            took = time.perf_counter() - started
        finally:
            server.terminate()
    times = np.concatenate([client.times for client in clients])
    refused = sum(client.refused for client in clients)
    print(
        f"{CLIENTS} clients: {len(times)} requests in {took:.1f} s, {len(times) / took:.0f} a second, {refused} refused"
    )
    for name, project in PROJECTS.items():
        own = np.concatenate([client.times for client in clients if client.project == project])
        _print(name, own)
    _print("all", times)
    if "--note" in sys.argv[1:]:
        late = round(1000 * np.quantile(times, 0.95))
        figures.note(
            room_clients=CLIENTS, room_requests=len(times), room_refused=refused, room_p95_ms=late,
            room_processors=os.cpu_count() or 1,
        )  # fmt: skip
    return int(refused > 0)


def _print(name: str, times: np.ndarray) -> None:
    middle, late = np.quantile(times, [0.5, 0.95])
    said = f"median {1000 * middle:4.0f} ms, 95 % below {1000 * late:4.0f} ms, slowest {1000 * times.max():5.0f} ms"
    print(f"  {name:8} {said}  (target: 95 % below {1000 * TARGET:.0f} ms)")


if __name__ == "__main__":
    sys.exit(main())
