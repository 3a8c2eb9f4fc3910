"""JupyterLab on copies of the notebooks that come with edgekit: a learner's own file is never changed."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from edgekit import extras
from edgekit.errors import EdgekitError, UsageError

FOLDER = "edgekit-notebooks"
WORKSHOP = "workshop"  # the folder of the course: `edgekit workshop start` copies that one
_NOTEBOOK = ".ipynb"


class Copies(NamedTuple):
    """What `copy` found and made: the folder, the notebooks it wrote, and those that were there and were left alone."""

    folder: Path
    new: list[Path]
    kept: list[Path]


def shipped() -> Path:
    """Return the folder of the notebooks that came with edgekit: in the installed package, or in a clone beside it."""
    for parent in Path(__file__).parents[:2]:
        if (parent / "notebooks").is_dir():
            return parent / "notebooks"
    raise EdgekitError("This edgekit came without its notebooks. Install its wheel, or work in a clone of it.")


def given_out(folder: Path) -> list[Path]:
    """List what users get of the folder of notebooks: all in it but the course, which learners get without solutions.

    The wheel, and so the workshop's USB stick, has the folder as it is: this decides for both what is copied out of it.
    """
    names = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    return [name for name in names if not any(part.startswith(".") or part == WORKSHOP for part in name.parts)]


def copy(folder: str | os.PathLike[str] = FOLDER, *, fresh: bool = False) -> Copies:
    """Copy the notebooks and their pictures into a folder; a file that is there already stays as it is.

    Parameters
    ----------
    folder : str or path
        Where to; it is made where it is missing.
    fresh : bool
        Copy all notebooks again, beside the old ones: ``01_fetch_a_sample-2.ipynb``.

    Raises
    ------
    UsageError
        The folder cannot be written to; the text says why.
    """
    source = shipped()
    names = given_out(source)
    new: list[Path] = []
    kept: list[Path] = []
    try:
        target = Path(folder).resolve()
        number = _unused(target, names) if fresh else 1
        for name in names:
            path = target / (_numbered(name, number) if name.suffix == _NOTEBOOK else name)
            content = (source / name).read_bytes()
            if name.suffix != _NOTEBOOK:
                write_new(path, content)
            else:
                made = write_new(path, written(of_this_kernel(json.loads(content))))
                (new if made else kept).append(path)
    except OSError as problem:
        reason = "it is a file" if Path(folder).is_file() else problem.strerror or problem
        raise UsageError(
            f"No notebooks can be written to {str(folder)!r} ({reason}). Name another folder: edgekit lab FOLDER"
        ) from None
    return Copies(target, new, kept)


def of_this_kernel(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook that names the kernel of this machine, as JupyterLab notes it when it opens one.

    Notebooks are shipped without: JupyterLab would note it in the copy, which then counts as changed before anything
    was done, and asks whether to save it.
    """
    name = notebook["metadata"]["kernelspec"]["name"]
    try:
        from ipykernel.ipkernel import IPythonKernel
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

        with suppress(NoSuchKernel):
            spec = KernelSpecManager().get_kernel_spec(name)
            kernel = {"display_name": spec.display_name, "language": spec.language, "name": name}
            noted = {"kernelspec": kernel, "language_info": IPythonKernel.language_info}
            return notebook | {"metadata": notebook["metadata"] | noted}
    except ImportError:  # it was installed without them
        pass
    return notebook


def written(notebook: dict[str, Any]) -> bytes:
    """Return a notebook as the content of a file, in the form that Jupyter writes."""
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _numbered(name: Path, number: int) -> Path:
    return name if number == 1 else name.with_stem(f"{name.stem}-{number}")


def _unused(folder: Path, names: list[Path]) -> int:
    """Return the first number that no notebook in the folder bears."""
    notebooks = [name for name in names if name.suffix == _NOTEBOOK]
    number = 1
    while any(os.path.lexists(folder / _numbered(name, number)) for name in notebooks):
        number += 1
    return number


def write_new(target: Path, content: bytes) -> bool:
    """Write one file, whole or not at all; return False, and do nothing, where there is one already."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = target.open("xb")
    except FileExistsError:
        return False
    try:
        with file:
            file.write(content)
    except BaseException:  # a full disk, Ctrl-C
        target.unlink()
        raise
    return True


def told(copies: Copies) -> str:
    """Say where the notebooks are and which of them are new."""
    counts = []
    if copies.new:
        last = f" to {copies.new[-1].name}" if len(copies.new) > 1 else ""
        counts.append(f"{len(copies.new)} new: {copies.new[0].name}{last}")
    if copies.kept:
        counts.append(f"{len(copies.kept)} kept as they are (edgekit lab --fresh gives new copies beside them)")
    return f"Your notebooks are in {copies.folder}\n" + "; ".join(counts)


def run(folder: Path, arguments: list[str]) -> None:
    """Run JupyterLab on a folder until it is stopped; `arguments` are its own.

    Raises
    ------
    MissingPackage
        JupyterLab is not installed.
    EdgekitError
        It did not start, or it ended with an error.
    """
    with extras.needed("lab", "edgekit lab"):
        from jupyterlab.labapp import LabApp
    # Jupyter refuses to run as root unless told; in a container there is often no other user.
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    # Where JupyterLab finds `labconfig`: it asks no new user about Jupyter's news, in front of what the notebook shows.
    paths = (str(Path(__file__).parent), os.environ.get("JUPYTER_CONFIG_PATH"))
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    try:
        LabApp.launch_instance([f"--ServerApp.root_dir={folder}", *as_root, *arguments])
    except SystemExit as end:
        if end.code:
            raise EdgekitError(
                "JupyterLab ended with an error; the lines above say which. Where a port is taken, ask for another: "
                "edgekit lab -- --port 8899"
            ) from None


def give_jupyter_a_home() -> str:
    """Where Jupyter cannot write to its folders at home, give it a temporary one; return what to say then, else "".

    Without one it does not start, and every notebook shows warnings of IPython's and matplotlib's.
    """
    problem = _unwritable()
    if not problem:
        return ""
    try:
        home = tempfile.mkdtemp(prefix="edgekit-home-")
    except OSError:
        raise EdgekitError(
            f"{problem}, and there is no folder for temporary files. Set TMPDIR to a folder that you may write to."
        ) from None
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    if problem == NO_HOME:
        os.environ["HOME"] = home
    for name in JUPYTERS_FOLDERS:
        os.environ[name] = str(Path(home, name.lower()))
    return f"{problem}: settings and history of this session will be lost. Set HOME to a folder that you may write to."


NO_HOME = "There is no home folder"
JUPYTERS_FOLDERS = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR")


def _unwritable() -> str:
    """Return why Jupyter cannot write where it must, or nothing."""
    try:
        Path("~").expanduser()
    except RuntimeError:
        return NO_HOME
    with extras.needed("lab", "edgekit lab"):
        from jupyter_core import paths
    folders: tuple[Callable[[], str], ...] = (
        paths.jupyter_config_dir,
        paths.jupyter_data_dir,
        paths.jupyter_runtime_dir,
    )
    for folder in folders:
        try:
            Path(folder()).mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder()).close()
        except OSError as problem:
            return f"Jupyter cannot write to {folder()} ({problem.strerror})"
    return ""
