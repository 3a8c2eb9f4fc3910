"""`make lock`: pin the newest packages that install on every platform and every Python, or say what does not.

The packages are pinned once for all; then each platform is asked, under each Python, whether it has a wheel of every
pin: nothing is built from source on a learner's machine. `--check` asks without pinning anew.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import uv

LOCK = "requirements.lock"
PLATFORMS = {
    "Linux x86-64": "x86_64-unknown-linux-gnu",
    "Linux arm64": "aarch64-unknown-linux-gnu",
    "macOS arm64": "aarch64-apple-darwin",
    "macOS Intel": "x86_64-apple-darwin",
    "Windows": "x86_64-pc-windows-msvc",
}
UV = uv.find_uv_bin()  # here, for it cannot be asked by two threads at once
PYTHONS = ("3.11", "3.12", "3.13", "3.14", "3.15")


def main(arguments: list[str] | None = None) -> int:
    """Replace the lock by a new one that installs everywhere; return 1, and leave it, where there is none."""
    parser = argparse.ArgumentParser(prog="python -m tests.lock", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only check the lock that is there")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(LOCK) if options.check else Path(folder, LOCK)
        if not options.check and (problem := pin(lock)):
            print(problem)
            return 1
        problems = missing(lock)
        for (platform, python), problem in problems.items():
            print(f"\n{platform}, Python {python}:\n{problem}")
        if problems:
            print("\nThe lock does not install everywhere. Say in pyproject.toml, [tool.uv], which version has wheels.")
            return 1
        if not options.check:
            Path(LOCK).write_bytes(lock.read_bytes())
    print(f"{LOCK} installs on {', '.join(PLATFORMS)}, under Python {PYTHONS[0]} to {PYTHONS[-1]}")
    return 0


def pin(lock: Path) -> str:
    """Write the newest pins; return what is wrong, if anything."""
    everything = ("--universal", "--python-version", PYTHONS[0], "--all-extras", "--no-emit-package", "edgekit")
    return _compile("--no-header", "--upgrade", *everything, "--output-file", str(lock), "pyproject.toml")


def missing(lock: Path) -> dict[tuple[str, str], str]:
    """Ask every platform under every Python; return what those say that cannot install the lock."""
    cases = list(product(PLATFORMS, PYTHONS))
    wheels = ("--no-deps", "--only-binary", ":all:", "--output-file", os.devnull, str(lock))

    def ask(case: tuple[str, str]) -> str:
        return _compile("--python-platform", PLATFORMS[case[0]], "--python-version", case[1], *wheels)

    with ThreadPoolExecutor(4) as threads:
        answers = dict(zip(cases, threads.map(ask, cases), strict=True))
    return {case: answer for case, answer in answers.items() if answer}


def _compile(*arguments: str) -> str:
    """Run `uv pip compile`; return the errors it prints."""
    command = [UV, "pip", "compile", "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr.strip() or f"exit status {done.returncode}" if done.returncode else ""


if __name__ == "__main__":
    sys.exit(main())
