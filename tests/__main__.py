"""Every check, one after the other, as `python -m tests` on any system; `make test` is this, with `.venv` made first.

Arguments go to pytest: `python -m tests -m "not browser"`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
IMPORT_LAYERS = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
CHECKS = (
    ("-m", "ruff", "check"),
    ("-m", "ruff", "format", "--check"),
    ("-m", "mypy", "--num-workers=2"),
    ("-c", IMPORT_LAYERS),
    ("tests/front/check.py",),
    ("tests/browser/chromium.py",),
    ("-m", "pytest", "--numprocesses=2"),
)


def main(arguments: list[str]) -> int:
    """Run the checks until one fails; return its exit status."""
    for check in CHECKS:
        command = [sys.executable, *check, *(arguments if "pytest" in check else ())]
        if status := subprocess.run(command, cwd=ROOT, check=False).returncode:
            print(f"\nThis check failed: python {' '.join(command[1:])}", file=sys.stderr)
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
