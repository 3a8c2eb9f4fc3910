"""The command ``edgekit workshop``."""

from __future__ import annotations

import argparse
from typing import Any

from edgekit import lab, shell
from edgekit.workshop import folder, room
from edgekit.workshop.course import PARTS
from edgekit.workshop.laptops import SYSTEMS, USUAL_PYTHONS, USUAL_SYSTEMS


def add(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command, with all that it can do, to edgekit's commands."""
    workshop = commands.add_parser("workshop", help="a course of ninety minutes: for a learner, for an instructor")
    parts = workshop.add_subparsers(required=True, metavar="what")
    start = parts.add_parser("start", help="copy the course into a folder; what is there stays as it is")
    start.set_defaults(run=_start)
    reset = parts.add_parser("reset", help="a fresh copy of one part; the old one is kept beside it")
    reset.add_argument(
        "part", metavar="PART", type=_part, choices=[part.key for part in PARTS], help="1 to 6; 5a or 5b"
    )
    reset.set_defaults(run=_reset)
    start.add_argument(
        "folder", metavar="FOLDER", nargs="?", default=lab.FOLDER,
        help="the folder that edgekit lab opens (default: %(default)s)",
    )  # fmt: skip
    reset.add_argument(
        "folder", metavar="FOLDER", nargs="?",
        help=f"the same folder (default: {lab.FOLDER}, or the course's that this is typed in)",
    )  # fmt: skip
    serve = parts.add_parser(
        "serve",
        help="serve the sandbox to a room, a key for each seat",
        description="Serve the sandbox, with a key for each seat, until Ctrl-C: to this machine only, unless --host "
        "names an address. What a room sends is not encrypted, and whoever has a key can read the sandbox's projects.",
    )
    serve.add_argument("--host", default=room.LOOPBACK, help="0.0.0.0 for all of this machine's (default: %(default)s)")
    serve.add_argument("--port", type=int, default=0, help="where to listen (default: any free port)")
    serve.add_argument("--seats", type=int, default=30, help="how many keys (default: %(default)s)")
    serve.set_defaults(run=_serve)

    pack = parts.add_parser("pack", help="write a folder for a USB stick: packages, start scripts, hand-outs")
    pack.add_argument("dest", metavar="DEST", help="the folder to write")
    pack.add_argument("--platforms", nargs="+", default=USUAL_SYSTEMS, metavar="SYSTEM",
                      help=f"{', '.join(SYSTEMS)} (default: {', '.join(USUAL_SYSTEMS)})")  # fmt: skip
    pack.add_argument("--pythons", nargs="+", default=USUAL_PYTHONS, metavar="X.Y",
                      help=f"default: {', '.join(USUAL_PYTHONS)}")  # fmt: skip
    pack.set_defaults(run=_pack)
    handouts = parts.add_parser("handouts", help="write the instructor's page, the API sheet and a page for each part")
    handouts.add_argument("dest", metavar="DEST", help="the folder to write")
    handouts.set_defaults(run=_handouts)


def _part(name: str) -> str:
    both = [part.key for part in PARTS if part.key in (f"{name}a", f"{name}b")]
    if both:
        raise argparse.ArgumentTypeError(f"part {name} is one of two. Which one: {' or '.join(both)}?")
    return name


def _start(options: argparse.Namespace) -> int:
    copies = folder.start(options.folder)
    print(f"The course is in {copies.folder}")
    if copies.new:
        print(f"{len(copies.new)} new: {copies.new[0].name} to {copies.new[-1].name}")
    if copies.kept:
        print(f"{len(copies.kept)} kept as they are (edgekit workshop reset PART gives a fresh copy of one)")
    named = "" if options.folder == lab.FOLDER else f" {shell.quoted(options.folder)}"
    print(f"Open it: edgekit lab{named}")
    return 0


def _serve(options: argparse.Namespace) -> int:
    room.serve(options.host, options.port, options.seats)
    return 0


def _pack(options: argparse.Namespace) -> int:
    from edgekit.workshop.pack import pack

    packed = pack(options.dest, options.platforms, options.pythons, say=lambda line: print(f"{line} …", flush=True))
    for case, count in packed.wheels.items():
        print(f"{case}: {count} packages")
    print(f"{packed.folder}: {packed.size / 1e6:.0f} MB. README.txt there says how to begin.")
    return 0


def _handouts(options: argparse.Namespace) -> int:
    from edgekit.workshop.handouts import write

    for path in write(options.dest):
        print(path)
    return 0


def _reset(options: argparse.Namespace) -> int:
    fresh, old = folder.reset(options.part, options.folder)
    print(f"A fresh copy: {fresh}")
    if old is not None:
        print(f"The old one: {old}")
    return 0
