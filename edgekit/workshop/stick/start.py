"""Install the workshop out of this folder and open it; no network is used. Only Python itself has to be there.

What is installed goes into the folder "edgekit-workshop" of your home, or where EDGEKIT_WORKSHOP_HOME says. Run it
again to go on: what is installed stays. ``--check`` tries everything in place of opening JupyterLab, and takes
``--json``. Without it all arguments are JupyterLab's own.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

STICK = Path(__file__).resolve().parent
HOME = Path(os.environ.get("EDGEKIT_WORKSHOP_HOME") or "~/edgekit-workshop").expanduser().absolute()
FIRST = "--LabApp.default_url=/lab/tree/workshop/1_fetch.ipynb"
SETTINGS = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR")
SYSTEMS = {
    ("Windows", "AMD64"): "windows",
    ("Darwin", "arm64"): "macos-arm64",
    ("Darwin", "x86_64"): "macos-intel",
    ("Linux", "x86_64"): "linux",
    ("Linux", "aarch64"): "linux-arm64",
}


def main(arguments: list[str]) -> int:
    """Install where that is not done yet, then open the course, or check it; return the exit status."""
    wanted = requirements()
    if wanted is None:
        return 1
    python = installed(wanted)
    if python is None:
        return 1
    edgekit = [str(python), "-m", "edgekit.cli"]
    notebooks = str(HOME / "notebooks")
    if "--check" in arguments:
        commands = [["doctor", "--workshop", *(one for one in arguments if one != "--check")]]
    else:
        commands = [["workshop", "start", notebooks], ["lab", notebooks, "--", FIRST, *arguments]]
    for command in commands:
        if status := subprocess.run([*edgekit, *command], env=environment(), cwd=HOME, check=False).returncode:  # noqa: S603
            return status
    return 0


def requirements() -> Path | None:
    """Return the list of what this Python on this system needs; say what the folder is for where it has none."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    machine = platform.machine() if sys.maxsize > 2**32 else "32 bits"
    system = SYSTEMS.get((platform.system(), machine), "")
    found = STICK / "requirements" / f"{system}-{python}.txt"
    if found.is_file():
        return found
    have = ", ".join(sorted(path.stem.replace("-3", ", Python 3") for path in found.parent.glob("*.txt")))
    print(f"This is Python {python} on {platform.system()} {machine}. This folder is for: {have}.")
    print("Install one of these from python.org, then start again.")
    return None


def installed(wanted: Path) -> Path | None:
    """Make an environment with everything in the list, once; return its Python."""
    place = HOME / f"python-{wanted.stem}"
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = place / "installed.txt"
    listed = wanted.read_text("utf-8")
    if done.is_file() and done.read_text("utf-8") == listed:
        return python
    print(f"Installing into {place}: a few minutes, the first time only.", file=sys.stderr, flush=True)
    try:
        HOME.mkdir(parents=True, exist_ok=True)
        venv.create(place, with_pip=True)  # once more where it was broken off
    except (OSError, subprocess.CalledProcessError) as problem:
        print(f"No environment can be made there ({problem}).")
        print("On Debian and Ubuntu install the package python3-venv; else make room, or set EDGEKIT_WORKSHOP_HOME.")
        return None
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    command = [*pip, "--find-links", str(STICK / "wheels"), "-r", str(wanted)]
    if subprocess.run(command, env=environment(), check=False).returncode:  # noqa: S603
        print("Not everything was installed; the lines above say why. Start again to go on.")
        return None
    done.write_text(listed, "utf-8")
    return python


def environment() -> dict[str, str]:
    """Return the environment in which nothing leads to other packages, and no setting is read or kept elsewhere."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHONPATH", "PYTHONHOME"))
    }
    settings = {name: str(HOME / "settings" / name.lower()) for name in SETTINGS}
    return kept | settings | {"PIP_CONFIG_FILE": os.devnull}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
