"""A value that is held but never shown, and calls whose variables no traceback shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from edgekit.errors import EdgekitError, UsageError
from edgekit.waiting import Stopped

P = ParamSpec("P")
R = TypeVar("R")
_travels: ContextVar[bool] = ContextVar("_travels", default=False)


def unquoted(value: str) -> str:
    """Drop the blanks around a value of the environment, and quotation marks that some readers of env files leave."""
    value = value.strip()
    return value[1:-1].strip() if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


class Secret:
    """Hold a key so that it cannot slip into a repr, a log, a pickle or a traceback; `reveal()` is the only way out."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    @classmethod
    def of(cls, value: str | Secret) -> Secret:
        """Wrap what was given; rebind the caller's variable to it at once, or tracebacks that show variables show it.

        It never fails, for the same reason: that it is a text is checked by `reveal`, where nothing else holds it.
        """
        return value if isinstance(value, Secret) else cls(value)

    def reveal(self) -> str:
        """Return the value itself, for the one place that needs it; UsageError where it is not a text."""
        if not isinstance(self._value, str):
            raise UsageError(f"A key is a text, got {type(self._value).__name__}. The dashboard shows it under Keys.")
        return self._value

    def checked(self) -> Secret:
        """Return the key without blanks and quotation marks around it; UsageError for what no key looks like."""
        key = Secret(unquoted(self.reveal()))
        if not re.fullmatch(r"[!-~]+", key.reveal()):
            raise UsageError("The API key is empty or holds characters that no key has. Copy it again, without spaces.")
        return key

    def __repr__(self) -> str:
        return "Secret(***)"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        return Secret, (self._value if _travels.get() else "",)  # a pickle may end up anywhere: see `travelling`


@contextmanager
def travelling() -> Iterator[None]:
    """Let secrets be pickled with their value, for a worker that has to have it; without this a pickle has none."""
    before = _travels.set(True)
    try:
        yield
    finally:
        _travels.reset(before)


def sealed(function: Callable[P, R]) -> Callable[P, R]:
    """Keep a function's variables out of tracebacks: they hold what a server sent, or what may be a key.

    Debuggers and notebooks (``%xmode Verbose``) show the variables of every frame that an error passed through. Errors
    raised on purpose, whose text says all there is to know, leave without those frames, as does a stop; what is raised
    by a mistake in edgekit keeps them.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        __tracebackhide__ = True  # pytest and IPython's debugger skip this frame
        try:
            return function(*args, **kwargs)
        except (EdgekitError, KeyboardInterrupt, Stopped, MemoryError) as problem:
            problem.__cause__ = problem.__context__ = None
            problem.__traceback__ = None
            raised = problem
        del args, kwargs
        raise raised

    return call
