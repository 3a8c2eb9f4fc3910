"""Find the Chromium that browser tests open; run as a script, install one where there is none.

`make test` runs the script before pytest. Without a browser it stops a gate (`CI=true`), and no user.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

ON_PATH = ("chromium", "google-chrome", "google-chrome-stable", "chrome", "chromium-browser")
ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)
APT = ("apt-get", "-o", "DPkg::Lock::Timeout=60")
INSTALL_LIMIT = 600  # seconds, for one command
MISSING = (
    "chromium: none found and none could be installed. To get one: "
    "`sudo apt-get install chromium`, or `python -m playwright install --with-deps chromium`, or install Google Chrome."
)


def find() -> Path | None:
    """The first Chromium or Chrome of this machine that starts, else None."""
    return next((path for path in _candidates() if _starts(path)), None)


def in_ci() -> bool:
    """Whether this is a gate, where skipping the browser tests would go unseen."""
    return os.environ.get("CI", "").lower() in ("1", "true")


def main() -> int:
    """Say which browser will be used, after trying to install one where there is none; return the exit status."""
    found = find() or _install()
    if found:
        print(f"chromium: {found}")
        return 0
    print(MISSING, "Browser tests will", "fail." if in_ci() else "be skipped.")
    return 1 if in_ci() else 0


def _candidates() -> Iterator[Path]:
    yield from (Path(path) for name in ON_PATH if (path := shutil.which(name)))
    yield from (path for path in map(Path, ELSEWHERE) if path.exists())
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    if own.exists():
        yield own


def _starts(path: Path) -> bool:
    # Ubuntu's chromium-browser is a stub that asks for a snap; Playwright's own download can lack system libraries.
    # Windows is believed unasked: there, --version opens a window.
    return sys.platform == "win32" or _run(str(path), "--version", limit=30)


def _install() -> Path | None:
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        print("chromium: none found, trying `apt-get install chromium`", flush=True)
        # update may fail on one source of many, and install still succeed
        _run(*APT, "update")
        if _run(*APT, "install", "-y", "--no-install-recommends", "chromium") and (found := find()):
            return found
    print("chromium: none found, trying `playwright install chromium`", flush=True)
    _run(sys.executable, "-m", "playwright", "install", "chromium")
    return find()


def _run(*command: str, limit: int = INSTALL_LIMIT) -> bool:
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
