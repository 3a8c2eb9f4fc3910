"""Everything edgekit raises on purpose::

    EdgekitError
    ├── UsageError           an argument is wrong; the text lists what is possible (also a ValueError)
    ├── MissingPackage       an extra of edgekit is not installed (also an ImportError)
    ├── SandboxError         the embedded sandbox could not start
    ├── ConnectionFailed     no answer: no network, refused, timed out, broken off
    ├── ResponseError        an answer, but not what the API promises; names the place in the document
    └── StudioError          the server refused the call; carries its text
        ├── AuthenticationError   the key is missing, wrong or not allowed to do this
        ├── NotFoundError         there is no such route, project or object
        ├── RateLimitError        too many requests
        └── JobFailed             a job ended without success

AmbiguousLabelsWarning is no error: the result stands, but it contains a guess that only a person can check. A warning
points at the line that called edgekit (`warn`), as a traceback in a notebook ends there.

Each text says what happened, on which call, and what to do next. Text that came from a server is part of a message:
escape it before it goes into HTML.
"""

from __future__ import annotations

import sys
import sysconfig
import traceback
import warnings
from collections.abc import Iterable
from types import FrameType, TracebackType
from typing import Any

from edgekit import display

_PACKAGE = __name__.partition(".")[0]
_INSTALLED = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))


class EdgekitError(Exception):
    """The base of all errors that edgekit raises on purpose; no message holds an API key or control codes.

    Attributes
    ----------
    results : list
        Of a call for many samples: the answers that had come before this one failed; else empty.
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(display.message(message))
        self.results: list[Any] = []

    def _render_traceback_(self) -> list[str]:
        """Return the traceback as IPython shows it: without edgekit's own frames, whose source helps no user.

        IPython calls this. ``%xmode Verbose`` shows every frame, and so does the debugger (``%debug``).
        """
        from IPython import get_ipython

        if (shell := get_ipython()) is None:
            return traceback.format_exception(self)
        style = shell.InteractiveTB
        frames = self.__traceback__ if style.mode == "Verbose" else callers(self.__traceback__)
        shown: list[str] = style.structured_traceback(type(self), self, frames)
        return shown


def callers(frames: TracebackType | None) -> TracebackType | None:
    """Return a traceback without the frames of edgekit and of the packages it works through, such as traitlets.

    What called edgekit, and what it called back, stays.
    """
    every = []
    while frames is not None:
        every.append(frames)
        frames = frames.tb_next
    found = None
    for one, foreign in list(zip(every, _foreign(one.tb_frame for one in every), strict=True))[::-1]:
        if foreign:
            found = TracebackType(found, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return found


def warn(text: str, category: type[Warning] = UserWarning) -> None:
    """Warn of something at the line that called edgekit, however deep within edgekit it is noticed."""
    frames = [frame for frame, _ in traceback.walk_stack(sys._getframe(1))]
    foreign = _foreign(reversed(frames))[::-1]
    called = foreign.index(True) if True in foreign else 0
    warnings.warn(text, category, stacklevel=2 + called)  # noqa: TID251 (1 would be this function)


def _foreign(frames: Iterable[FrameType]) -> list[bool]:
    """Say of frames, outermost first, which are neither edgekit's nor of the packages it works through."""
    found, within = [], False
    for frame in frames:
        own = str(frame.f_globals.get("__name__")).partition(".")[0] == _PACKAGE
        within = own or (within and frame.f_code.co_filename.startswith(_INSTALLED))
        found.append(not within)
    return found


class UsageError(EdgekitError, ValueError):
    """An argument is wrong; the text lists what is possible."""


class MissingPackage(EdgekitError, ImportError):
    """A package that one of edgekit's extras brings is not installed; the text has the line to type."""


class SandboxError(EdgekitError):
    """The embedded sandbox could not start."""


class ConnectionFailed(EdgekitError):
    """No answer came: no network, connection refused or broken off, or the time limit was reached."""


class ResponseError(EdgekitError):
    """The answer is not what the API promises.

    Attributes
    ----------
    place : str
        Where in the document, as a path from its root (``$.classifications[0].learnBlock.id``); ``$`` for all of it.
    """

    def __init__(self, message: str, place: str = "$") -> None:
        super().__init__(message)
        self.place = place


class StudioError(EdgekitError):
    """The server refused the call; the message holds its own words.

    Attributes
    ----------
    status : int or None
        The HTTP status. Application errors of the Studio come with 200.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class AuthenticationError(StudioError):
    """The API key is missing or wrong (status 401), or its role does not allow the call (status 403)."""


class NotFoundError(StudioError):
    """There is no such route, project or object."""


class RateLimitError(StudioError):
    """Too many requests; the server asks to slow down.

    Attributes
    ----------
    retry_after : float or None
        Seconds to wait, where the server says how long (``Retry-After``).
    """

    def __init__(self, message: str, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(message, status)
        self.retry_after = retry_after


class JobFailed(StudioError):
    """A job on the server ended without success."""


class AmbiguousLabelsWarning(UserWarning):
    """edgekit had to guess from the response what each window should have been, and the guess may be wrong.

    The text says why. To make it an error: ``warnings.simplefilter("error", ek.AmbiguousLabelsWarning)``.
    """
