"""The sandbox's models say the same on every processor: same detections, same decisions, scores within 1e-9."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edgekit.sandbox.project import VARIANTS
from tests import portability

ROOT = Path(__file__).parents[2]
# What OpenBLAS can be told to run, what a processor must have for it, and by which names the kernels may go then.
KERNELS = {
    "Prescott": ({"pni"}, {"Prescott", "Katmai"}),
    "Nehalem": ({"sse4_2"}, {"Nehalem"}),
    "Sandybridge": ({"avx"}, {"Sandybridge"}),
    "Haswell": ({"avx2", "fma"}, {"Haswell"}),
    "Zen": ({"avx2", "fma"}, {"Zen", "Haswell"}),
    "SkylakeX": ({"avx512f", "avx512dq", "avx512bw", "avx512vl"}, {"SkylakeX"}),
}
OLDEST = "Prescott"


def flags() -> set[str]:
    """Return what this processor can do; nothing where it is no x86 or the system does not say."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return set()
    return set(next((line.partition(":")[2] for line in lines if line.startswith("flags")), "").split())


def compared(**environment: str) -> dict:
    command = [sys.executable, "-m", "tests.portability"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["projects"].keys() == portability.BUILDERS.keys()
    for project in found["projects"].values():
        assert project["wrong"] == []
        assert project["largest"] <= portability.TOLERANCE
        assert project["floats"] > 500
    return found


@pytest.fixture(scope="module")
def oldest() -> dict:
    """What a processor without any optional instructions says: neither NumPy nor OpenBLAS has any there."""
    optional = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    kernel = {"OPENBLAS_CORETYPE": OLDEST} if KERNELS[OLDEST][0] <= flags() else {}
    return compared(NPY_DISABLE_CPU_FEATURES=" ".join(optional), **kernel)


@pytest.mark.parametrize("kernel", KERNELS)
def test_every_kernel_of_openblas_gives_the_reference(kernel, oldest):
    needed, names = KERNELS[kernel]
    if not needed <= flags():
        pytest.skip(f"this processor cannot run the kernels of {kernel}")
    kernels = set((oldest if kernel == OLDEST else compared(OPENBLAS_CORETYPE=kernel))["kernels"])
    assert kernels
    assert kernels <= names


def test_numpy_without_any_optional_instructions_gives_the_reference(oldest):
    assert oldest["instructions"] == []


@pytest.mark.parametrize("name", portability.BUILDERS)
def test_no_decision_hangs_on_the_last_digits(name):
    float32 = VARIANTS[:1]
    expected = {"float32": portability.reference(name)["float32"]}
    for nudge in (-1e-8, 1e-8):
        project = portability.BUILDERS[name]()
        for block in project.blocks.values():
            block.threshold["value"] += nudge
        found = portability.answers(project, float32)
        assert max(difference for _, difference in portability.differences(expected, found)) <= portability.TOLERANCE


def test_what_is_compared_sees_a_score_a_label_and_a_missing_detection():
    expected = {"score": [0.5, 0.25], "label": "coin", "boxes": [[1, 2]]}

    def largest(**other):
        return max(difference for _, difference in portability.differences(expected, expected | other))

    assert largest() == 0
    assert largest(score=[0.5, 0.25 + 1e-6]) == pytest.approx(1e-6)
    others = [{"label": "zero"}, {"boxes": []}, {"boxes": [[1, 3]]}, {"score": [0.5]}, {"score": [0.5, float("nan")]}]
    assert {largest(**other) for other in others} == {float("inf")}
