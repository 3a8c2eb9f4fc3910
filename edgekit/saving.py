"""Files are written whole or not at all: what stood there before stays until the new content is safe on the disk."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from os import PathLike
from pathlib import Path

from edgekit.errors import EdgekitError, UsageError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def save(path: str | PathLike[str], content: str | bytes) -> None:
    """Write a file in one step: beside its place, then moved there.

    Where that fails, at whatever moment, the file that was there is as it was. It keeps its permissions and its owner,
    and a link to it goes on leading to it. What is no file but a device or a pipe is written to as it is.

    Parameters
    ----------
    path : str or path
        The file to write; its folder exists. An existing file is replaced.
    content : str or bytes
        Text is written as UTF-8, its line ends as they are.

    Raises
    ------
    UsageError
        It cannot be written there; the text says why.
    EdgekitError
        There is no room for it.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        place = Path(os.path.realpath(os.fsdecode(path)))
        if place.exists() and not place.is_file() and not place.is_dir():
            place.write_bytes(data)
        else:
            _replace(place, data)
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        is_full = problem.errno in _FULL
    except (TypeError, ValueError) as problem:  # not a path, or a name that this system's encoding cannot write
        reason, is_full = str(problem), False
    else:
        return
    shown = f"{str(path)!r:.300}"
    if is_full:
        raise EdgekitError(
            f"{shown} was not written: there is no room for {len(data):,} bytes ({reason}). What was there before "
            f"is unchanged. Make room on that disk, or choose a file on another one."
        )
    raise UsageError(f"{shown} cannot be written ({reason}). Choose a file in a folder that exists.")


def _replace(place: Path, data: bytes) -> None:
    before = place.stat() if place.exists() else None
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if before and not os.access(place, os.W_OK):  # a move would not ask
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    draft = place.with_name(f".edgekit-{secrets.token_hex(8)}")
    try:
        with open(draft, "xb") as file:
            if before:
                if hasattr(os, "chown"):
                    with contextlib.suppress(OSError):  # only root may give a file away
                        os.chown(draft, before.st_uid, before.st_gid)
                os.chmod(draft, stat.S_IMODE(before.st_mode))
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, place)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
