"""How fast edgekit is, next to what one would use without it. Run by `make bench`; takes 13 minutes.

`python -m tests.bench parse store` measures these rooms only. A room is a module `bench_ROOM.py`; it says what it
measures, and why what it misses is missed.

How to read the table
    ratio    target "≥": how many times as long the peer takes as edgekit (more is better); target "≤": how many times
             as long edgekit takes as the peer (less is better). The median over the rounds, each of one turn each.
    rounds   the middle half of the rounds' figures, and (how many rounds): a wide one means a noisy machine.
    met      the median against the target. Nothing fails on it: believe several runs, not one.

How it is measured: edgekit and peer take turns in one run, another one first every round; garbage is collected before
each turn; freeing what a turn made is part of its time. Only ratios compare from machine to machine; the seconds of the
sandbox and the milliseconds of the explorers are this machine's. Each room has a process of its own: what one room
leaves in memory makes every later garbage collection dearer.
"""

import os
import subprocess
import sys

from tests.bench_table import HEAD, show

ROOMS = [
    *("parse", "client", "detection", "classification", "visual", "checks"),
    *("sandbox", "store", "pictures", "explorers", "project"),
]
ONE = "from tests import bench_table, bench_{0}; bench_table.show(bench_{0}.rows())"


def main(rooms: list[str]) -> None:
    show([HEAD])
    environment = os.environ | {"TQDM_DISABLE": "1"}
    for room in rooms:
        subprocess.run([sys.executable, "-c", ONE.format(room)], env=environment, check=True)


if __name__ == "__main__":
    main(sys.argv[1:] or ROOMS)
