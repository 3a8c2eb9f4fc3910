"""The command ``edgekit``."""

from __future__ import annotations

import argparse
import sys
import threading

from edgekit import __version__
from edgekit.errors import EdgekitError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; an error of edgekit's becomes one line and exit status 1."""
    parser = argparse.ArgumentParser(prog="edgekit", description="See what an Edge Impulse model sees.")
    parser.add_argument("--version", action="version", version=f"edgekit {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    sandbox = commands.add_parser("sandbox", help="run the embedded Studio and print its address and keys")
    sandbox.add_argument("--port", type=int, default=0, help="where to listen on 127.0.0.1 (default: any free port)")
    sandbox.set_defaults(run=_sandbox)
    doctor = commands.add_parser("doctor", help="check that everything a workshop needs works here")
    doctor.add_argument("--json", action="store_true", help="print one JSON document")
    doctor.set_defaults(run=_doctor)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except EdgekitError as problem:
        print(f"edgekit: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _sandbox(options: argparse.Namespace) -> int:
    from edgekit import Sandbox

    with Sandbox(port=options.port) as sandbox:
        print(f"The sandbox answers at {sandbox.url}")
        for project, key in sandbox.keys.items():
            print(f"project {project}: export EI_API_ENDPOINT={sandbox.url} EI_API_KEY={key}")
        print("Ctrl-C stops it.", flush=True)
        threading.Event().wait()
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from edgekit import doctor

    return doctor.run(as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())
