"""Where things lie in the folder of a store, of which project and impulse it is, and that one run at a time writes.

::

    store.json          the format, the project, the impulse, the runs: see `About`
    parts/000001/       a thousand samples or so: answers.jsonl.gz and Parquet files, never changed again
    open/               the answers that came since, before there are enough of them for a part
    sealing/            what was open before, while a part is made of it
    run.lock            held while a run writes

A part is made in ``sealing`` and moved to its place in one step. So what is in ``parts`` is whole at every moment,
whoever reads it, and what was asked is in one of the three, whenever a run is killed.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from edgekit import display, saving, shell
from edgekit.errors import EdgekitError, ResponseError, UsageError
from edgekit.wire.schema import Impulse

FORMAT = 1
ABOUT, LOCK, PARTS, OPEN, SEALING = "store.json", "run.lock", "parts", "open", "sealing"
_NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.ENOSYS)  # of a folder: network drives, FUSE
_DRAFT = ".edgekit-"  # how `saving` calls a file that is not whole yet


class Run(msgspec.Struct, rename="camel"):
    """A run of `edgekit.batch.classify`; `began` is UTC."""

    number: int
    began: str
    edgekit: str


class About(msgspec.Struct, rename="camel"):
    """What all of a store is about."""

    format: int
    project_id: int
    project: str
    impulse: Impulse
    block: int | None = None
    variant: str | None = None
    anomaly_labels: dict[str, bool] = {}
    runs: list[Run] = []


class _Format(msgspec.Struct):
    format: int


def about(folder: Path) -> About | None:
    """Read what a store is about; None where the folder has none.

    Raises
    ------
    UsageError
        The store was made by a newer edgekit.
    ResponseError
        Its file is damaged.
    """
    file = folder / ABOUT
    try:
        content = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        raise ResponseError(f"{display.quoted(str(file))} cannot be read ({problem.strerror}).") from None
    try:
        if msgspec.json.decode(content, type=_Format).format > FORMAT:
            raise UsageError(
                f"The store in {display.quoted(str(folder))} was made by a newer edgekit. {shell.update()}"
            )
        return msgspec.json.decode(content, type=About)
    except msgspec.MsgspecError as problem:
        raise damaged(file, problem) from None


def damaged(file: Path, problem: object, instead: str = "") -> ResponseError:
    """Say that a file of a store is damaged, and what to do; `instead`: another thing that can be done."""
    again = f"Copy the store again{f', or {instead}' if instead else ''}"
    return ResponseError(f"{display.quoted(str(file), 200)} is damaged ({display.shown(problem)}). {again}.")


def checked_folder(folder: object) -> Path:
    """Take the path of a folder, whether it is there or not; ``~`` is the user's home, as pyarrow takes it anyway."""
    if isinstance(folder, str | os.PathLike) and str(folder):
        return Path(os.path.expanduser(os.fsdecode(folder)))
    raise UsageError(f"folder takes the path of a folder, got {display.quoted(folder)}.")


def begin(folder: Path, new: About) -> About:
    """Make a store in a folder, or make sure that it is of the same project, impulse, block and variant; add the run.

    Raises
    ------
    UsageError
        It is not, or the folder holds other files, or cannot be written.
    """
    before = about(folder)
    if before is not None:
        _compare(folder, before, new)
        new = msgspec.structs.replace(new, runs=[*before.runs, *new.runs])
    else:
        _check_empty(folder)
    for run, number in zip(new.runs, range(1, len(new.runs) + 1), strict=True):
        run.number = number
    saving.save(folder / ABOUT, msgspec.json.format(msgspec.json.encode(new), indent=2) + b"\n")
    return new


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder for one run.

    Raises
    ------
    UsageError
        Another run holds it, or it cannot be made.
    """
    shown = display.quoted(str(folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK)
        lock.acquire(timeout=0)
    except Timeout:
        raise UsageError(
            f"Another run is writing into {shown}. Wait until it has ended, or give another folder."
        ) from None
    except OSError as problem:
        raise UsageError(f"{shown} cannot be written into ({problem.strerror}). Give another folder.") from None
    try:
        yield
    finally:
        try:
            lock.release()
        finally:
            lock.release()  # where Ctrl-C met the first one; else nothing is left to do


def parts(folder: Path) -> list[Path]:
    """List the parts, the oldest first."""
    try:
        return sorted(one for one in (folder / PARTS).iterdir() if one.name.isdigit())
    except FileNotFoundError:
        return []


def next_part(folder: Path) -> Path:
    """Return where the next part will be."""
    last = max((int(part.name) for part in parts(folder)), default=0)
    return folder / PARTS / f"{last + 1:06}"


def full(folder: Path, problem: OSError) -> EdgekitError:
    """Say what became of a store that could not be written to."""
    reason = problem.strerror or type(problem).__name__
    return EdgekitError(
        f"The store in {display.quoted(str(folder))} could not be written to ({reason}). Make room, or see to the "
        "disk, and run the same again."
    )


def sync(place: Path) -> None:
    """Wait until a file or folder is on the disk; of a folder where the system and its file system can."""
    is_folder = place.is_dir()
    if is_folder and os.name == "nt":  # Windows syncs no folders
        return
    handle = os.open(place, os.O_RDONLY if is_folder else os.O_RDWR)
    try:
        os.fsync(handle)
    except OSError as problem:
        if not is_folder or problem.errno not in _NO_SYNC:
            raise
    finally:
        os.close(handle)


def _check_empty(folder: Path) -> None:
    others = [one.name for one in folder.iterdir() if one.name != LOCK and not one.name.startswith(_DRAFT)]
    if others:
        raise UsageError(
            f"{display.quoted(str(folder))} holds other files and no store. Give a new or an empty folder."
        )


def _compare(folder: Path, before: About, new: About) -> None:
    shown = display.quoted(str(folder))
    if before.project_id != new.project_id:
        raise UsageError(
            f"{shown} is the store of project {before.project_id} ({display.quoted(before.project)}), and this is "
            f"project {new.project_id} ({display.quoted(new.project)}). Give each project a folder of its own."
        )
    if before.impulse.id != new.impulse.id:
        raise UsageError(
            f"{shown} is the store of impulse {_named(before.impulse)}, and this is impulse {_named(new.impulse)}. "
            "Give each impulse a folder of its own."
        )
    if _built(before.impulse) != _built(new.impulse):
        raise UsageError(
            f"Impulse {_named(new.impulse)} has other blocks or windows than when the store in {shown} was begun, so "
            "its answers would not go together. Give a new folder."
        )
    for what in ("block", "variant"):
        then, now = getattr(before, what), getattr(new, what)
        if then != now:
            raise UsageError(
                f"The store in {shown} was begun with {what}={then!r}, and this is {what}={now!r}. Give the same "
                f"{what}, or a new folder."
            )


def _named(impulse: Impulse) -> str:
    return f"{impulse.id} ({display.quoted(impulse.name)})"


def _built(impulse: Impulse) -> object:
    cut = [(block.window_size_ms, block.window_increase_ms) for block in impulse.input_blocks]
    dsp = [(block.id, block.type) for block in impulse.dsp_blocks]
    return cut, dsp, [(block.id, block.type) for block in impulse.learn_blocks]
