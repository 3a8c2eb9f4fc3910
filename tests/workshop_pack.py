"""`make workshop`: the pack, the whole course out of it with the network cut, and the papers.

The pack lies in build/workshop, for the systems and Pythons that a room has; what is printed is in
build/workshop-papers. The pack's own start script installs out of it in a network namespace of its own (``unshare``),
with an empty home and nothing of this environment; then ``edgekit doctor --workshop`` runs every part with its
solutions. What the pack takes on a disk is noted for the papers. Arguments are the systems.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from edgekit.saving import save
from edgekit.workshop import figures, handouts, pack
from edgekit.workshop.laptops import USUAL_PYTHONS, USUAL_SYSTEMS

ROOT = Path(__file__).parent.parent
PACK = ROOT / "build" / "workshop"
NO_NETWORK = ("unshare", "--net", "--map-root-user")
# A new network namespace has not even its loopback, which a laptop without a network does have: 0x8914 is SIOCSIFFLAGS.
WITH_LOOPBACK = """
import fcntl, os, socket, struct, sys
with socket.socket() as any:
    fcntl.ioctl(any, 0x8914, struct.pack("16sh14x", b"lo", 1))
try:
    socket.create_connection(("192.0.2.1", 80), timeout=2)
    sys.exit("the network is not cut")
except OSError:
    os.execvp(sys.argv[1], sys.argv[1:])
"""


def main(systems: list[str]) -> int:
    """Build all of it and try it; return 1 where the course did not run."""
    systems = systems or list(USUAL_SYSTEMS)
    packed = pack.pack(PACK, systems, USUAL_PYTHONS, say=print)
    for case, count in packed.wheels.items():
        print(f"{case}: {count} packages")
    print(f"{packed.folder.name}: {packed.size / 1e6:.0f} MB")
    python = installed_python()
    if python is None:
        python = Path(sys.base_prefix, "bin", "python3")
        print(f"No Python of the pack is on this machine: it is packed for {python} as well.")
        pack.pack(PACK, systems, [*USUAL_PYTHONS, f"3.{sys.version_info.minor}"], say=print)
    status, installed = tried(PACK, python)
    if not status and systems == list(USUAL_SYSTEMS):
        figures.note(pack_mb=round(packed.size / 1e6), installed_mb=round(installed / 1e6))
    save(ROOT / "docs" / "workshop.md", handouts.text("instructor", figures.of_the_course()))
    handouts.write(PACK.with_name("workshop-papers"))
    return status


def installed_python() -> Path | None:
    """Return a Python that the pack is for and that this machine has."""
    for version in USUAL_PYTHONS:
        found = shutil.which(f"python{version}")
        if found and not subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode:
            return Path(found)
    return None


def tried(folder: Path, python: Path) -> tuple[int, int]:
    """Install and run the course from the pack alone; return the exit status, and how many bytes were installed."""
    cut = [*NO_NETWORK, sys.executable, "-c", WITH_LOOPBACK] if shutil.which("unshare") else []
    if not cut:
        print("There is no unshare here: the course runs with the network as it is.")
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        only = Path(home, "bin")  # no other Python is on the path
        only.mkdir()
        (only / f"python3.{_minor(python)}").symlink_to(python)
        clean = ["env", "-i", f"HOME={home}", f"PATH={only}{os.pathsep}/usr/bin{os.pathsep}/bin", "LANG=C.UTF-8"]
        command = [*cut, *clean, "sh", str(folder / "start.sh"), "--check"]
        status = subprocess.run(command, cwd=home, check=False).returncode
        size = sum(path.stat().st_size for path in Path(home, "edgekit-workshop").rglob("*") if path.is_file())
    print(f"{'not ' * bool(status)}ready, after {time.monotonic() - started:.0f} s; {size / 1e6:.0f} MB installed")
    return status, size


def _minor(python: Path) -> int:
    code = "import sys; print(sys.version_info.minor)"
    return int(subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
