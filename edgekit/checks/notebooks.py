"""The form in which notebooks are committed, and the command that runs and stores them.

``python -m edgekit.checks NOTEBOOK...`` runs notebooks and stores them so that a diff shows what changed and nothing
else; with ``--check`` it only looks. A cell tagged "exercise" is what `exercise` leaves of the next cell tagged
"solution". Importing it imports nothing of Jupyter.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgekit import display
from edgekit.checks import made_with
from edgekit.colours import ON_DARK
from edgekit.errors import EdgekitError
from edgekit.saving import save

if TYPE_CHECKING:
    from nbformat import NotebookNode

CELL_TIMEOUT = 60  # seconds
EXERCISE, SOLUTION = "exercise", "solution"  # tags of cells
_CUT = re.compile(rf"^( *)# {SOLUTION}(?:\n+\1.*)*", re.MULTILINE)
_ANSWER = re.compile(rf"^( *\w+ = ).+  # {SOLUTION}$", re.MULTILINE)

_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# For the kernels of notebooks that are stored or checked; None takes a variable away. With the user's own backend they
# would lose their pictures; whether a progress bar appears depends on the speed of the machine (edgekit/progress.py).
# EDGEKIT_WORKSHOP_PROGRESS keeps what the workshop's checks note out of the folder: see
# edgekit/workshop/learner_progress.py. Pictures for a dark theme would be drawn to be left out: edgekit/plots/dark.py.
ENVIRONMENT: dict[str, str | None] = {
    "MPLBACKEND": None,
    "TQDM_DISABLE": "1",
    "EDGEKIT_WORKSHOP_PROGRESS": "",
    "EDGEKIT_ON_DARK": "",
}
# A line of tqdm's, and what stands beside its bar in a notebook: "classify:  50%|#####     | 24/48 [00:01<00:01, …]".
_BAR = re.compile(r"\s*(?:[^|\n]*:)?\s*\d+%\|[^|\n]*\| *[\d.]+\w?/[\d.]+\w? \[[^\]\n]*\]\s*|HBox\(.*FloatProgress\(.*")
COLOUR = re.compile(r"\x1b\[[\d;]*m")
_KEY = re.compile(r"ei_[0-9a-fA-F]{16,}")
_UNWANTED = {
    "an API key": _KEY,
    "a memory address": re.compile(r"(?:\bat 0x|\b0x7f)[0-9a-fA-F]{6,}"),
    "a local server": re.compile(r"(?:\b127\.0\.0\.1|\b0\.0\.0\.0|\blocalhost|\[::1\]):\d+"),
    # Neither https://host/home nor ./tmp; drives only to H, since `X:\n` in a repr is the name of an axis.
    "an absolute path": re.compile(
        r"(?:(?<![\w.~<])/(?:home|Users|root|tmp|var|private|usr|opt|mnt|work|workspaces?)\b|\b[C-H]:\\)[^\s'\"<>]*"
    ),
}


class NotebookError(EdgekitError):
    """A notebook that fails, or that must not be committed as it is; the text says where and why."""


def canonical(notebook: Mapping[str, Any]) -> NotebookNode:
    """Return a copy in the form in which notebooks are committed, free of the machine and the moment they ran on.

    Cell ids are made from the source: the same after every run, and a cell put in between leaves the others alone.
    Cells that ran are numbered from 1; the others keep no number, by which nbval knows not to compare them. Views of
    widgets go: their ids are random and show nothing without a kernel, nbval does not look at them, and without them
    the picture or text beside them is shown. So do pictures for a dark theme, which stand beside those for any theme.
    Of metadata the tags stay; JupyterLab folds a cell tagged "solution".
    """
    import nbformat

    node = nbformat.convert(nbformat.reader.reads(json.dumps(notebook)), 4)  # type: ignore[no-untyped-call]
    node.nbformat_minor = 5
    node.metadata.pop("widgets", None)
    node.metadata.kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    node.metadata.language_info = {"name": "python"}
    seen: Counter[str] = Counter()
    numbers = itertools.count(1)
    for cell in node.cells:
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        seen[digest] += 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        cell.metadata = {"tags": tags} if (tags := cell.metadata.get("tags")) else {}
        if SOLUTION in cell.metadata.get("tags", []):
            cell.metadata["jupyter"] = {"source_hidden": True}
        if cell.cell_type == "code":
            ran = cell.get("execution_count") is not None or cell.outputs
            cell.execution_count = next(numbers) if ran else None
            cell.outputs = list(_cleaned(cell.outputs, cell.execution_count))
    nbformat.validate(node)
    return node  # type: ignore[no-any-return]


def without_progress(outputs: Sequence[Any]) -> list[Any]:
    """Leave progress bars out of outputs: whether one appears, and what it says, depends on the machine's speed."""
    return [left for output in outputs if (left := _without_bar(output)) is not None]


def _without_bar(output: Any) -> Any:
    if output["output_type"] == "stream" and output["name"] == "stderr":
        lines = re.split(r"(?<=[\r\n])", "".join(output["text"]))
        if not any(map(_BAR.fullmatch, lines)):
            return output
        output = copy.copy(output)
        output["text"] = "".join(line for line in lines if line.strip() and not _BAR.fullmatch(line))
        return output if output["text"] else None
    is_bar = output["output_type"] == "display_data" and _BAR.fullmatch("".join(output["data"].get("text/plain", "")))
    return None if is_bar else output


def _cleaned(outputs: Sequence[NotebookNode], number: int | None) -> Iterator[NotebookNode]:
    outputs = without_progress(outputs)
    for output in outputs:
        if output.output_type == "execute_result":
            output.execution_count = number
        if output.output_type == "error":  # the frames in libraries are paths and line numbers
            output.traceback = [part for part in output.traceback if not COLOUR.sub("", part).startswith("File ")]
        for kind in (_WIDGET_VIEW, ON_DARK):
            output.get("data", {}).pop(kind, None)
    shown = (output for output in outputs if output.get("data", True))
    for streams, group in itertools.groupby(shown, key=lambda output: bool(output.output_type == "stream")):
        if not streams:
            yield from group
            continue
        # Where a stream is cut and when stderr comes in is a matter of timing: one piece each, stdout first.
        parts = sorted(group, key=lambda part: str(part.name), reverse=True)
        for _, same in itertools.groupby(parts, key=lambda part: str(part.name)):
            first, *rest = same
            first.text += "".join(part.text for part in rest)
            yield first


def problems(notebook: Mapping[str, Any]) -> list[str]:
    """Name what must not be committed: stray errors; addresses, paths and servers in outputs; API keys anywhere.

    Also an exercise that is not what its solution leaves; it stays as it is, since a learner may have worked on it.

    Cells are counted by kind and from 1, as a reader does (nbval's reports count code cells from 0).
    """
    found: list[str] = []
    numbers: Counter[str] = Counter()
    cells = canonical(notebook).cells
    for place, cell in enumerate(cells):
        numbers[cell.cell_type] += 1
        where = f"{cell.cell_type} cell {numbers[cell.cell_type]}"
        if _KEY.search(cell.source):
            found.append(f"{where} holds an API key")
        if EXERCISE in cell.metadata.get("tags", []):
            solutions = (one.source for one in cells[place:] if SOLUTION in one.metadata.get("tags", []))
            left = exercise(next(solutions, ""))
            if cell.source != left:
                found.append(f"{where} is not the exercise that the solution below it leaves, which is:\n{left}")
        for output in cell.get("outputs", []):
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", []):
                found.append(f"{where} fails and is not tagged raises-exception: {output.ename}: {output.evalue}")
            for text, (what, pattern) in itertools.product(_strings(output), _UNWANTED.items()):
                if match := pattern.search(text):
                    found.append(f"{where} shows {what}: {match[0]}")
    return list(dict.fromkeys(map(_without_keys, found)))


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [COLOUR.sub("", value)]
    if isinstance(value, dict):
        value = [item for pair in value.items() if pair[0] not in {"image/png", "image/jpeg"} for item in pair]
    return [text for item in value for text in _strings(item)] if isinstance(value, list) else []


def _without_keys(message: str) -> str:
    return _KEY.sub("ei_***", message)  # messages end up in the logs of public builds


def exercise(solution: str) -> str:
    r"""Return what a solution leaves to a reader.

    From each line ``# solution`` on, everything that is indented as far as that line is one line to be filled in. Of a
    line ``name = …  # solution`` the name stays.

    Examples
    --------
    >>> from edgekit import checks
    >>> print(checks.exercise("threshold = 3\n# solution\nblock.segments(threshold)"))
    threshold = 3
    ...  # your lines here
    >>> print(checks.exercise("answer = len(table)  # solution"))
    answer = ...  # your answer here
    """
    return _ANSWER.sub(r"\1...  # your answer here", _CUT.sub(r"\1...  # your lines here", solution))


def run(notebook: NotebookNode, folder: Path, *, sandbox: bool = False) -> None:
    """Run a notebook in a folder, in place; raise `NotebookError` if it fails.

    As everywhere, `edgekit.connect()` leads to the project of ``EI_API_KEY``, or to the sandbox without one; with
    `sandbox=True` to the sandbox in any case.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    place = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, timeout=CELL_TIMEOUT, kernel_name="python3", resources=place)
    wanted = os.environ | ENVIRONMENT | (dict.fromkeys(made_with.ACCOUNT) if sandbox else {})
    environment = {name: value for name, value in wanted.items() if value is not None}
    number = 0
    try:
        # The kernel's own stderr is about Jupyter; what cells print does not go through it.
        with client.setup_kernel(env=environment, stderr=subprocess.DEVNULL):
            for index, cell in enumerate(notebook.cells):
                number += cell.cell_type == "code"
                client.execute_cell(cell, index)
    except CellExecutionError as error:
        raise NotebookError(_without_keys(f"code cell {number} fails: {error.ename}: {error.evalue}")) from error
    except (TimeoutError, RuntimeError) as error:  # the kernel died, or never came
        reason = str(error).partition("\n")[0]
        raise NotebookError(f"code cell {number}: {reason}") from error


def _process(path: Path, *, check: bool) -> None:
    import nbformat

    try:
        before = path.read_text(encoding="utf-8")
        notebook = canonical(json.loads(before))
    except (OSError, ValueError, LookupError, AttributeError, nbformat.ValidationError) as error:
        raise NotebookError(f"is no notebook that can be read: {error}") from error
    if not check:
        project = made_with.project_of_environment()  # before it runs: a wrong key is told at once
        run(notebook, path.parent)
        notebook = canonical(notebook)
        notebook.metadata[made_with.NAME] = project
    found = problems(notebook)
    after = f"{nbformat.writes(notebook)}\n"  # type: ignore[no-untyped-call]
    if check and after != before:
        told = "; ".join(_not_canonical(json.loads(before), json.loads(after)))
        found.insert(0, f"is not in canonical form ({told}): run it with python -m edgekit.checks")
    if found:
        raise NotebookError("\n".join(found))
    if not check:
        save(path, after)
        print(display.fit(f"{path}: written"), flush=True)


def _not_canonical(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Name what of a notebook is not as `canonical` makes it."""
    found = [f"metadata {name}" for name in _unequal(before.get("metadata", {}), after["metadata"])]
    if before["nbformat"] != after["nbformat"] or before["nbformat_minor"] != after["nbformat_minor"]:
        found.append("version of the format")
    numbers: Counter[str] = Counter()
    for was, now in zip(before["cells"], after["cells"], strict=True):
        numbers[now["cell_type"]] += 1
        if names := _unequal(was, now):
            found.append(f"{now['cell_type']} cell {numbers[now['cell_type']]}: {', '.join(names)}")
    return found or ["the layout of the file"]


def _unequal(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [name.replace("_", " ") for name in names]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run or check the notebooks that are named; return 1 if there was anything to say against one."""
    parser = argparse.ArgumentParser(prog="python -m edgekit.checks", description="Run and store notebooks.")
    parser.add_argument("notebooks", metavar="NOTEBOOK", nargs="+", type=Path)
    parser.add_argument("--check", action="store_true", help="run nothing; report what must not be committed")
    options = parser.parse_args(arguments)
    failures = 0
    for path in options.notebooks:
        try:
            _process(path, check=options.check)
        except EdgekitError as error:
            failures += 1
            print(*(f"{path}: {line}" for line in str(error).splitlines()), sep="\n", file=sys.stderr, flush=True)
    return int(failures > 0)
