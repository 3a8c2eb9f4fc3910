"""What nbval lacks: tolerance, pictures, reports that a person reads, and the notebook that came out.

It is loaded with ``pytest -p edgekit.checks`` and does nothing without ``--nbval``. nbval 0.11 has no hooks for any of
this, so that its methods are replaced while pytest runs. Importing this imports neither pytest nor Jupyter.
"""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any, NoReturn

from edgekit.checks.cell_outputs import differences
from edgekit.checks.made_with import other_project
from edgekit.checks.notebooks import COLOUR, ENVIRONMENT, canonical, without_progress
from edgekit.checks.tolerance import ATOL, RTOL, TolerantText
from edgekit.saving import save

if TYPE_CHECKING:
    import pytest

_LOOK_AFTER = 1.0  # seconds, after which a kernel that does not answer is looked after
_DIED = "the kernel died while this cell ran: for want of memory, or in compiled code. No cell after it was run."
_STORE = "python -m edgekit.checks"
_NEVER_RAN = f"no cell of this notebook was ever run, so that there is nothing to compare with: run {_STORE} {{name}}"
_LEGEND = f"Old is what the notebook holds, new is what came out now. Where the new one is right: {_STORE} {{name}}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the tolerances, and where failed notebooks are kept, to pytest's command line."""
    group = parser.getgroup("edgekit", "notebooks as regression checks, with nbval")
    group.addoption("--nbval-rtol", type=float, default=RTOL, help="relative tolerance of floats (%(default)s)")
    group.addoption("--nbval-atol", type=float, default=ATOL, help="absolute tolerance of floats (%(default)s)")
    group.addoption(
        "--nbval-image-rms",
        type=_size,
        metavar="RMS",
        help="compare pictures too: the root mean square by which they may differ, colours from 0 to 255",
    )
    group.addoption(
        "--nbval-save-failed",
        type=Path,
        metavar="DIR",
        help="keep each notebook that fails, as it came out, and pictures of what differs",
    )


def _size(text: str) -> float:
    if not (size := float(text)) >= 0:
        raise ValueError(text)  # which argparse tells in its own words
    return size


def pytest_configure(config: pytest.Config) -> None:
    """Put edgekit's way of comparing into nbval while `config` lives; do nothing without ``--nbval``."""
    if not (config.getoption("nbval", False) or config.getoption("nbval_lax", False)):
        return
    from nbval.kernel import RunningKernel
    from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

    class Text(TolerantText):
        # The defaults serve where the plugin was loaded after the command line had been read.
        rtol, atol = config.getoption("nbval_rtol", RTOL), config.getoption("nbval_atol", ATOL)

    exact = IPyNbCell.sanitize

    def tolerant(cell: Any, output: Any) -> Any:
        output = exact(cell, output)
        return Text(output) if isinstance(output, str) else output

    def replace(owner: type, name: str, method: Callable[..., Any]) -> None:
        config.add_cleanup(partial(setattr, owner, name, getattr(owner, name)))
        setattr(owner, name, method)

    replace(IPyNbCell, "sanitize", tolerant)
    replace(IPyNbCell, "compare_outputs", _compare)
    replace(IPyNbCell, "runtest", _run(IPyNbCell.runtest))
    replace(IPyNbCell, "repr_failure", _report(IPyNbCell.repr_failure, NbCellError))
    replace(IPyNbFile, "collect", _collect(IPyNbFile.collect))
    replace(IPyNbFile, "setup", _start(IPyNbFile.setup))
    replace(IPyNbFile, "teardown", _stop(IPyNbFile.teardown))
    replace(RunningKernel, "execute_cell_input", _execute)
    replace(RunningKernel, "get_message", _message(RunningKernel.get_message))


def _compare(cell: Any, new: list[Any], old: list[Any]) -> bool:
    """Compare in place of `IPyNbCell.compare_outputs`; nbval prints what is put into `comparison_traceback`."""
    rms = cell.config.getoption("nbval_image_rms", None)
    found = differences(without_progress(old), without_progress(new), cell.sanitize, rms, partial(_keep_picture, cell))
    cell.comparison_traceback = found and [*found, "", _LEGEND.format(name=cell.parent.path.name)]
    return not found


def _keep_picture(cell: Any, name: str, picture: bytes) -> str:
    folder = cell.config.getoption("nbval_save_failed", None)
    if folder is None:
        return "--nbval-save-failed DIR keeps a picture of it"
    path = _kept(cell.parent, folder).with_suffix("")
    path = path.with_name(f"{path.name}-cell-{cell.cell_num + 1}-{name}.png")
    save(path, picture)
    return str(path)


def _kept(notebook: Any, folder: Path) -> Path:
    """Return where a notebook that failed is kept: below the folder, as it lies below pytest's root."""
    root = notebook.config.rootpath
    inside = notebook.path.is_relative_to(root)
    path: Path = folder / (notebook.path.relative_to(root) if inside else notebook.path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _collect(collect: Callable[[Any], Iterable[Any]]) -> Callable[[Any], list[Any]]:
    def cells(notebook: Any) -> list[Any]:
        try:
            return list(collect(notebook))
        except (OSError, ValueError, LookupError, AttributeError) as error:  # of JSON, of the notebook's format
            raise notebook.CollectError(f"{notebook.path.name} is no notebook that can be read: {error}") from None

    return cells


def _run(run: Callable[[Any], None]) -> Callable[[Any], None]:
    def runtest(cell: Any) -> None:
        notebook = cell.parent
        if cell.options["check"] and not cell.options["skip"]:
            told = hasattr(notebook, "edgekit_reason")
            notebook.edgekit_reason = notebook.edgekit_reason if told else _incomparable(notebook)
            if notebook.edgekit_reason:
                _stop_at(cell, notebook.edgekit_reason, told=told)
        if getattr(notebook, "edgekit_died", False):
            _stop_at(cell, _DIED, told=True)
        passed = False
        try:
            run(cell)
            passed = True
        except KernelDied:
            notebook.edgekit_died = True
            _stop_at(cell, _DIED, told=False)
        finally:
            notebook.edgekit_failed = getattr(notebook, "edgekit_failed", False) or not (passed or cell.options["skip"])

    return runtest


def _stop_at(cell: Any, reason: str, *, told: bool) -> NoReturn:
    """Fail for a reason that all cells of the notebook have, or skip where an earlier one has told it."""
    import pytest

    if told:
        pytest.skip("its notebook failed at an earlier cell, which says why")
    cell.comparison_traceback = [reason]
    cell.raise_cell_error(reason)
    raise AssertionError(reason)


def _incomparable(notebook: Any) -> str:
    """Say why nothing that comes out of a notebook can be compared with what it holds; empty where it can."""
    if not any(one.get("execution_count") or one.get("outputs") for one in notebook.nb.cells):
        return _NEVER_RAN.format(name=notebook.path.name)
    return other_project(notebook.nb.metadata)


def _report(report: Callable[[Any, Any], str], cell_error: type[Exception]) -> Callable[[Any, Any], str]:
    def repr_failure(cell: Any, excinfo: Any) -> str:
        heading = f", under “{title}”" if (title := _heading(cell)) else ""
        lines = [f"{cell.parent.path.name}, code cell {cell.cell_num + 1}{heading}", ""]
        told = getattr(cell, "comparison_traceback", None)
        if isinstance(excinfo.value, cell_error):
            lines += [f"    {line}" for line in cell.cell.source.split("\n")]
            lines += ["", *(told or _failed(excinfo.value, colour=cell.config.option.color != "no"))]
        else:
            lines.append(report(cell, excinfo))
        if cell.test_outputs is not None and (folder := cell.config.getoption("nbval_save_failed", None)):
            lines.append(f"The notebook as it came out: {_kept(cell.parent, folder)}")
        return "\n".join(lines)

    return repr_failure


def _failed(error: Any, *, colour: bool) -> Iterator[str]:
    """Yield why a cell could not be run to its end: the words of nbval, and what the kernel says."""
    yield str(error)
    if error.inner_traceback:
        text = str(error.inner_traceback).strip("\n")
        yield from ("", text if colour else COLOUR.sub("", text))


def _heading(cell: Any) -> str:
    """Return the last heading above a cell, without its marks."""
    title = ""
    for one in cell.parent.nb.cells:
        if one is cell.cell:
            break
        if one.cell_type == "markdown":
            title = next((line.lstrip("# ") for line in reversed(one.source.split("\n")) if line[:1] == "#"), title)
    return title


def _start(start: Callable[[Any], None]) -> Callable[[Any], None]:
    def setup(notebook: Any) -> None:
        import pytest

        with pytest.MonkeyPatch.context() as environment:  # nbval's kernel inherits all of it
            for name, value in ENVIRONMENT.items():
                if value is None:
                    environment.delenv(name, raising=False)
                else:
                    environment.setenv(name, value)
            start(notebook)

    return setup


def _stop(stop: Callable[[Any], None]) -> Callable[[Any], None]:
    def teardown(notebook: Any) -> None:
        stop(notebook)
        folder = notebook.config.getoption("nbval_save_failed", None)
        if folder is not None and getattr(notebook, "edgekit_failed", False):
            save(_kept(notebook, folder), _fresh(notebook))

    return teardown


def _fresh(notebook: Any) -> str:
    """Return a notebook as it came out, as far as it ran."""
    import nbformat

    fresh = copy.deepcopy(notebook.nb)
    ran = {cell.cell_num: cell.test_outputs for cell in notebook.session.items if cell.parent is notebook}
    for number, cell in enumerate(cell for cell in fresh.cells if cell.cell_type == "code"):
        cell.outputs = copy.deepcopy(ran.get(number) or [])
        cell.execution_count = None if ran.get(number) is None else number + 1
    return f"{nbformat.writes(canonical(json.loads(nbformat.writes(fresh))))}\n"  # type: ignore[no-untyped-call]


class KernelDied(Exception):
    """The process that ran a notebook is gone; nbval alone waits for its answer until the cell's time is over."""


def _message(get: Callable[..., Any]) -> Callable[..., Any]:
    def get_message(kernel: Any, stream: str, timeout: float | None = None) -> Any:
        end = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            try:
                return get(kernel, stream, max(0.0, min(_LOOK_AFTER, end - time.monotonic())))
            except Empty:
                if not kernel.is_alive():
                    raise KernelDied from None
                if time.monotonic() >= end:
                    raise

    return get_message


def _execute(kernel: Any, source: str, allow_stdin: bool | None = None) -> str:
    """Run a cell in place of nbval's way, with a history: without one IPython does not see a ``;`` at the end."""
    return kernel.kc.execute(source, allow_stdin=allow_stdin, stop_on_error=False)  # type: ignore[no-any-return]
