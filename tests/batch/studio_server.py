"""A Studio in a process of its own that answers every sample alike, soon or late, and notes what it is asked.

    answers = sandbox_answers(sandbox.url, sandbox.keys["motion"], folder)
    with StudioServer(answers, delay=0.1) as server:
        ek.connect(url=server.url, api_key=KEY)
    server.asked  # the samples, in the order in which they were asked for

Its answer is the sandbox's of one sample, with the id that was asked for. Options: `delay` in seconds; `limit`: every
so manieth call is refused with status 429, and ``Retry-After: retry_after``; `refused`: samples that it says no to;
`threshold`: what the threshold of the GMM block is; `unauthorized`: from which call on the key is wrong; `silent`: from
which call on no answer comes;
`picture_limit`: samples are pictures, and every so manieth picture is refused like that.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

import edgekit as ek
from edgekit.studio.portable_call import PortableCall

KEY = "ei_" + "0123456789abcdef" * 2


def sandbox_answers(url: str, key: str, folder: Path, sample: int = 31) -> Path:
    """Keep what the sandbox answers to the calls that a run makes."""

    def get(path: str) -> object:
        return requests.get(f"{url}/api/{path}", headers={"x-api-key": key}, timeout=60).json()

    studio = ek.connect(url=url, api_key=key)
    answer = PortableCall(studio._calls)(sample)[1]
    found = {"projects": get("projects"), "impulse": get(f"{studio.project_id}/impulse"), "sample": sample}
    found |= {"info": get(str(studio.project_id)), "answer": json.loads(answer)}
    (folder / "answers.json").write_text(json.dumps(found))
    return folder / "answers.json"


class StudioServer:
    """The server; `calls` is when each call came, and of which sample."""

    def __init__(self, answers: Path, **options: object) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._log = Path(self._folder.name) / "calls"
        command = [sys.executable, __file__, str(answers), str(self._log), json.dumps(options)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{self._process.stdout.readline().strip()}/v1"

    def __enter__(self) -> StudioServer:
        return self

    def __exit__(self, *problem: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()

    @property
    def calls(self) -> list[tuple[float, int]]:
        """When a sample was asked for, and which."""
        return self._calls("sample")

    @property
    def pictures(self) -> list[tuple[float, int]]:
        """When a picture was asked for, and of which sample."""
        return self._calls("picture")

    def _calls(self, what: str) -> list[tuple[float, int]]:
        rows = (line.split() for line in self._log.read_text().splitlines())  # it is there once the server runs
        return [(float(when), int(sample)) for when, asked, sample in rows if asked == what]

    @property
    def asked(self) -> list[int]:
        """The samples that were asked for."""
        return [sample for _, sample in self.calls]


class _Server:
    def __init__(self, found: dict, log: str, options: dict) -> None:
        self._options, self._count, self._pictures = options, 0, 0
        self._log = open(log, "a", buffering=1)  # noqa: SIM115
        self._others = {name: json.dumps(found[name]).encode() for name in ("projects", "impulse", "info")}
        answer = found["answer"]
        for block in answer["classifications"]:
            if block["learnBlock"]["type"] == "anomaly-gmm" and "threshold" in options:
                block["thresholds"][0]["value"] = options["threshold"]
        if "picture_limit" in options:
            answer["sample"]["sample"]["chartType"] = "image"
        text = json.dumps(answer, separators=(",", ":"))
        self._head, self._tail = text.encode().split(b'"id":%d,' % found["sample"], 1)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
                if length:
                    await reader.readexactly(int(length[1]))
                status, body, more = await self._answer(head.split(b" ", 2)[1].decode())
                front = f"HTTP/1.1 {status} Whatever\r\ncontent-length: {len(body)}\r\n{more}\r\n"
                writer.write(front.encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, path: str) -> tuple[int, bytes, str]:
        if picture := re.search(r"/raw-data/(\d+)/image", path):
            return self._picture(int(picture[1]))
        found = re.search(r"/classify/(?:anomaly-gmm/)?v2/(?:\d+/)?(\d+)", path)
        if not found:
            name = next((name for name in ("projects", "impulse") if name in path), "info")
            return 200, self._others[name], ""
        sample = int(found[1])
        self._log.write(f"{time.time()} sample {sample}\n")
        self._count += 1
        options = self._options
        if self._count >= options.get("unauthorized", math.inf):
            return 401, b"{}", ""
        if options.get("limit") and self._count % options["limit"] == 0:
            return self._slower()
        await asyncio.sleep(math.inf if self._count >= options.get("silent", math.inf) else options.get("delay", 0))
        if sample in options.get("refused", []):
            return 200, b'{"success":false,"error":"No window fits into it"}', ""
        return 200, self._head + b'"id":%d,' % sample + self._tail, ""

    def _picture(self, sample: int) -> tuple[int, bytes, str]:
        self._log.write(f"{time.time()} picture {sample}\n")
        self._pictures += 1
        if self._pictures % self._options["picture_limit"] == 0:
            return self._slower()
        return 200, b"\x89PNG of sample %d" % sample, ""

    def _slower(self) -> tuple[int, bytes, str]:
        after = self._options.get("retry_after")
        return 429, b"{}", "" if after is None else f"retry-after: {after}\r\n"


async def _main() -> None:
    answers, log, options = sys.argv[1:]
    found = json.loads(Path(answers).read_text())
    server = await asyncio.start_server(_Server(found, log, json.loads(options)).serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
