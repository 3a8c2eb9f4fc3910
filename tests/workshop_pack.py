"""`make workshop`: the papers, the pack, and the whole course out of the pack with the network cut.

The pack lies in build/workshop, for the systems and Pythons that a room has and for this machine's; what is printed is
in build/workshop-papers. The pack is installed from in a network namespace of its own (``unshare``), with an empty home
and nothing of this environment; then ``edgekit doctor --workshop`` runs every part with its solutions. Arguments are
the systems.
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
    save(ROOT / "docs" / "workshop.md", handouts.text("instructor", figures.of_the_course()))
    handouts.write(PACK.with_name("workshop-papers"))
    here = f"3.{sys.version_info.minor}"
    pythons = sorted({"3.12", "3.13", here})
    packed = pack.pack(PACK, systems or ["windows", "macos-arm64", "linux"], pythons, say=print)
    for case, count in packed.wheels.items():
        print(f"{case}: {count} packages")
    print(f"{packed.folder.name}: {packed.size / 1e6:.0f} MB")
    return tried(PACK)


def tried(folder: Path) -> int:
    """Install and run the course from the pack alone; return the exit status."""
    cut = [*NO_NETWORK, sys.executable, "-c", WITH_LOOPBACK] if shutil.which("unshare") else []
    if not cut:
        print("There is no unshare here: the course runs with the network as it is.")
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        python = Path(sys.base_prefix, "bin")
        clean = ["env", "-i", f"HOME={home}", f"PATH={python}{os.pathsep}/usr/bin{os.pathsep}/bin", "LANG=C.UTF-8"]
        command = [*cut, *clean, str(python / "python3"), str(folder / "start.py"), "--check"]
        status = subprocess.run(command, cwd=home, check=False).returncode
    print(f"{'not ' * bool(status)}ready, after {time.monotonic() - started:.0f} s")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
