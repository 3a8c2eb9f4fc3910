"""What every learn block of every sandbox project says of its samples, next to the shipped reference.

``python -m tests.portability`` compares and prints a JSON document: in a process of its own, because OpenBLAS chooses
its kernels when it is loaded. ``--write`` writes the reference of all projects, or of those that are named after it
(`make models` does, after training).
"""

from __future__ import annotations

import gzip
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from edgekit.sandbox.project import VARIANTS, Project
from edgekit.sandbox.server import PROJECTS

# Every project, and those that have a second impulse once more under that one.
BUILDERS = PROJECTS | {
    "motion-2": lambda: PROJECTS["motion"]().others[0],
    "routine-2": lambda: PROJECTS["routine"]().others[0],
}
FOLDER = Path(__file__).parent / "data"
TOLERANCE = 1e-9
MOST = 300  # samples of a project; of one that has more every second, third, … one is looked at
# What a classification holds besides what was computed from the sample.
CONSTANT = ("learnBlock", "thresholds", "minimumConfidenceRating", "expectedLabels", "expectedAnomalyOutcome")


def answers(project: Project, variants: tuple[str, ...] = VARIANTS) -> dict[str, Any]:
    """Return by variant and sample what the blocks say (scores, detections, figures) and what is decided from it."""
    numbers = list(project.samples)[:: -(-len(project.samples) // MOST)]
    found: dict[str, Any] = {name: {} for name in variants}
    with threadpool_limits(1):  # on a busy machine more threads only wait for each other
        for number in numbers:  # all variants of one after the other: what they look at is computed once
            for name in variants:
                found[name][str(number)] = _answer(project, number, name)
    return found


def _answer(project: Project, number: int, variant: str) -> dict[str, Any]:
    sample = project.samples[number]
    found = project.classifications(sample, None, variant, debug=True)
    decided = project.verdicts(sample, found)
    for classification in found:
        for name in CONSTANT:
            classification.pop(name, None)
        for structured in classification.get("structuredResult", ()):
            if "debugInfoJson" in structured:
                structured["debugInfoJson"] = json.loads(structured["debugInfoJson"])
    return {"found": found, "decided": decided}


def reference(name: str) -> dict[str, Any]:
    """Read what a project's models said where they were trained."""
    return json.loads(gzip.decompress(_file(name).read_bytes()))


def _file(name: str) -> Path:
    return FOLDER / f"answers-{name}.json.gz"


def differences(expected: Any, found: Any, place: str = "") -> Iterator[tuple[str, float]]:
    """Yield (place, difference) of all floats, infinite wherever anything else is not the same."""
    if isinstance(expected, float) and isinstance(found, float) and not math.isnan(expected - found):
        yield place, abs(expected - found)
    elif isinstance(expected, dict) and isinstance(found, dict) and list(expected) == list(found):
        for name in expected:
            yield from differences(expected[name], found[name], f"{place}.{name}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for i, both in enumerate(zip(expected, found, strict=True)):
            yield from differences(*both, f"{place}[{i}]")
    elif type(expected) is not type(found) or isinstance(expected, dict | list) or expected != found:
        yield f"{place}: {expected!r:.80} became {found!r:.80}", float("inf")


def compared(name: str) -> dict[str, Any]:
    """Return how many floats there are, the largest difference, and the first places that differ by more."""
    rows = list(differences(reference(name), answers(BUILDERS[name]()), name))
    wrong = [place for place, difference in rows if not difference <= TOLERANCE]
    return {"floats": len(rows), "largest": max(difference for _, difference in rows), "wrong": wrong[:5]}


def main() -> None:
    """Compare, or write."""
    if sys.argv[1:2] == ["--write"]:
        for name in sys.argv[2:] or BUILDERS:
            content = json.dumps(_short(answers(BUILDERS[name]())), separators=(",", ":")).encode()
            _file(name).write_bytes(gzip.compress(content, mtime=0))
        return
    kernels = sorted({library["architecture"] for library in threadpool_info() if "architecture" in library})
    instructions = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    projects = {name: compared(name) for name in BUILDERS}
    print(json.dumps({"kernels": kernels, "instructions": instructions, "projects": projects}))


def _short(value: Any) -> Any:
    """Round floats to more digits than are compared: half the size."""
    if isinstance(value, dict):
        return {name: _short(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_short(one) for one in value]
    return round(value, 12) if isinstance(value, float) else value


if __name__ == "__main__":
    main()
