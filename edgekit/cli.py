"""The command ``edgekit``."""

from __future__ import annotations

import argparse
import io
import math
import os
import sys
from typing import Any

from edgekit import __version__, display, lab, shell, waiting
from edgekit.errors import EdgekitError, SandboxError, UsageError
from edgekit.studio.many import THREADS
from edgekit.workshop import commands as workshop_commands


def main(arguments: list[str] | None = None) -> int:
    """Run one command; an error of edgekit's becomes one line and exit status 1."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # names of projects and folders that a console cannot show
    own, jupyters = _divided(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="edgekit", description="See what an Edge Impulse model sees.")
    parser.add_argument("--version", action="version", version=f"edgekit {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    notebooks = commands.add_parser(
        "lab",
        usage="edgekit lab [--fresh] [FOLDER] [-- ARGUMENT ...]",
        help="open JupyterLab on copies of the notebooks that come with edgekit",
        description="Open JupyterLab on copies of the notebooks that come with edgekit. What is in the folder already "
        "stays as it is. Arguments after -- are JupyterLab's own, such as -- --no-browser --port 8899.",
    )
    notebooks.add_argument("folder", metavar="FOLDER", nargs="?", default=lab.FOLDER, help="default: %(default)s")
    notebooks.add_argument("--fresh", action="store_true", help="make new copies beside those that are there")
    notebooks.set_defaults(run=_lab)
    sandbox = commands.add_parser("sandbox", help="run the embedded Studio and print its address and keys")
    sandbox.add_argument("--port", type=int, default=0, help="where to listen on 127.0.0.1 (default: any free port)")
    sandbox.set_defaults(run=_sandbox)
    doctor = commands.add_parser("doctor", help="check that everything a workshop needs works here")
    doctor.add_argument("--json", action="store_true", help="print one JSON document")
    doctor.add_argument(
        "--report", nargs="?", const="edgekit-report.md", metavar="FILE",
        help="look at a few samples of your project (EI_API_KEY), only reading, and write which of edgekit's "
        "assumptions hold: counts without values, names or keys (default: %(const)s)",
    )  # fmt: skip
    doctor.add_argument(
        "--workshop",
        action="store_true",
        help="check what the workshop needs instead: runs its parts, without a network",
    )
    doctor.add_argument(
        "--collect", nargs="+", metavar="FILE",
        help="make one table of what doctor --workshop --json wrote on several laptops: files, or a folder of them",
    )  # fmt: skip
    doctor.set_defaults(run=_doctor)
    check = commands.add_parser(
        "check",
        help="compare what a project's models say with a baseline",
        description="Classify samples of your project (EI_API_KEY) as a TOML file says and compare with its baseline. "
        "The file needs baseline; it may have samples, blocks, impulse, variant, project, sandbox, rtol, atol, junit, "
        "markdown and html. Writes JUnit XML and Markdown; the exit status is 1 where anything moved.",
    )
    check.add_argument("project", metavar="PROJECT.toml")
    check.add_argument("--update", action="store_true", help="accept what moved: write the baseline")
    check.set_defaults(run=_check)
    _add_classify(commands)
    workshop_commands.add(commands)
    options = parser.parse_args(own)
    if jupyters and options.run is not _lab:
        parser.error(f"only edgekit lab passes arguments on: {' '.join(jupyters)}")
    options.jupyters = jupyters
    try:
        return int(options.run(options))
    except EdgekitError as problem:
        print(f"edgekit: {problem}", *getattr(problem, "__notes__", ()), sep="\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _add_classify(commands: Any) -> None:
    many = commands.add_parser(
        "classify",
        help="classify many samples of a project into a folder",
        description="Classify samples of your project (EI_API_KEY) into a folder of Parquet files, which ek.Store "
        "opens. The same command again goes on where this one stopped, and asks again for samples that failed. The "
        "exit status is 1 where there was an error, 3 where some samples failed.",
    )
    many.add_argument("samples", nargs="*", metavar="ID", help="ids or file names; without any all of the project")
    many.add_argument("--category", help="all samples of it: training, testing, …")
    many.add_argument("--to", required=True, metavar="FOLDER", help="where to: a new folder, or one to go on with")
    many.add_argument("--block", help="one learn block, by id, type or title (default: all)")
    many.add_argument("--variant", help="int8, float32 or akida (default: the server's choice)")
    many.add_argument("--impulse", help="which impulse, by id or name (default: the project's default one)")
    many.add_argument("--workers", type=int, default=THREADS, help="samples asked for at a time (default: %(default)s)")
    many.add_argument("--csv", action="store_true", help="write the tables as CSV files as well, into FOLDER/csv")
    many.add_argument(
        "--no-pictures", action="store_true", help="do not keep the pictures of image samples, each of which is a call"
    )
    many.set_defaults(run=_classify)


def _divided(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Return the arguments before and after ``--``."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:end], arguments[end + 1 :]


def _lab(options: argparse.Namespace) -> int:
    if problem := lab.give_jupyter_a_home():
        print(f"edgekit: {problem}", file=sys.stderr)
    copies = lab.copy(options.folder, fresh=options.fresh)
    print(lab.told(copies), flush=True)
    lab.run(copies.folder, options.jupyters)
    return 0


def _sandbox(options: argparse.Namespace) -> int:
    from edgekit import Sandbox

    with Sandbox(port=options.port) as sandbox:
        print(f"The sandbox answers at {sandbox.url}")
        for project, key in sandbox.keys.items():
            try:
                sandbox.load(project)
                print(f"project {project}: {shell.setting(EI_API_ENDPOINT=sandbox.url, EI_API_KEY=key)}")
            except SandboxError as problem:  # the other projects are there all the same
                print(f"edgekit: project {project}: {problem}", file=sys.stderr)
        print("Ctrl-C stops it.", flush=True)
        waiting.pause(math.inf)
    return 0


def _classify(options: argparse.Namespace) -> int:
    import edgekit

    def named(text: str | None) -> int | str | None:
        return int(text) if text is not None and text.isdecimal() else text

    batch = edgekit.batch  # before anything is asked: it may not be installed
    if options.samples and options.category:
        raise UsageError("Give samples or a category, not both.")
    studio = edgekit.connect(impulse=named(options.impulse))
    samples: Any = [named(text) for text in options.samples] or None
    if options.category:
        samples = _of_category(studio, options.category)
    print(f"{studio!r} into {options.to}", flush=True)
    try:
        store = batch.classify(
            studio, options.to, samples, block=named(options.block), variant=options.variant, workers=options.workers,
            pictures=not options.no_pictures,
        )  # fmt: skip
    except KeyboardInterrupt:
        print("edgekit: stopped. The same command goes on from here.", file=sys.stderr)
        raise
    print(store)
    failed, runs = store.failures(), store.runs()
    if len(store) and not runs["samples"].iloc[-1] and not (failed["run"] == runs.index[-1]).any():
        print("Nothing was left to do: what was asked for had been answered before.")
    if len(thresholds := store.thresholds()) > 1:
        changed = display.shown(" | ".join(thresholds.index))
        print(f"Thresholds were changed in between, see the column thresholds of the samples: {changed}")
    for sample, text in failed["text"].head(5).items():
        print(f"edgekit: sample {sample} failed: {text}", file=sys.stderr)
    if options.csv:
        from edgekit.batch import csv_files

        print(f"CSV files: {', '.join(file.name for file in csv_files.write(store))} in {store.folder / 'csv'}")
    return 3 if len(failed) else 0


def _of_category(studio: Any, category: str) -> Any:
    """Return the samples of a category; UsageError where there are none: to ask for nothing is hardly what is meant."""
    samples = studio.samples(category)
    if samples.empty:
        counts = studio.samples()["category"].value_counts()
        there = ", ".join(f"{display.shown(name)} ({count})" for name, count in counts.items())
        raise UsageError(
            f"No sample of the project is in {display.quoted(category)}. It has samples in: {there or 'no category'}. "
            "Check --category, or leave it out for all samples."
        )
    return samples


def _doctor(options: argparse.Namespace) -> int:
    from edgekit import doctor

    if options.collect:
        from edgekit.doctor import seats

        return seats.show(options.collect, as_json=options.json)
    return _report(options.report) if options.report else doctor.run(as_json=options.json, workshop=options.workshop)


def _check(options: argparse.Namespace) -> int:
    from edgekit.checks import project_check

    return project_check.run(options.project, update=options.update)


def _report(path: str) -> int:
    import edgekit
    from edgekit.doctor import field_report

    if not os.environ.get("EI_API_KEY", "").strip():
        raise UsageError("A report is of your own project: set EI_API_KEY (its dashboard shows it under Keys).")
    page = field_report.write(edgekit.connect(), path)
    print(next(line for line in page.splitlines() if line.endswith("not seen.")))
    print(f"Written to {path}. It holds counts only; read it, then send it with an issue.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
