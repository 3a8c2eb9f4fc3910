"""A field of a struct that stays JSON until it is asked for.

A long sample has a million readings, which no table of windows shows, and a dict for each of 100,000 windows, which it
shows as columns: made into Python's objects at once they would take most of the time. What is wrong with such a field
is found when the answer is read all the same, never later: its struct checks it in ``__post_init__``.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator, Sized
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

import msgspec

T = TypeVar("T")
LONG = 100_000  # bytes of JSON

if TYPE_CHECKING:
    Lazy = Annotated[T, "JSON until it is asked for"]
else:

    class Lazy:
        """How a struct declares such a field: ``values: Lazy[Values]``; a `LazyField` then takes its place."""

        def __class_getitem__(cls, kind: object) -> type[msgspec.Raw]:
            """Tell msgspec to leave the field undecoded."""
            return msgspec.Raw


class LazyField(Generic[T]):
    """Takes the place of the slot that msgspec made for the field: decodes at the first look, and keeps the value."""

    def __init__(self, struct: type[msgspec.Struct], name: str, kind: Any) -> None:
        self._slot = vars(struct)[name]
        self._on_wire = struct.__struct_encode_fields__[struct.__struct_fields__.index(name)]
        self._decoder = msgspec.json.Decoder(kind)
        setattr(struct, name, self)

    def __get__(self, struct: msgspec.Struct | None, owner: type | None = None) -> Any:
        if struct is None:
            return self
        return self.value(struct)

    def __set__(self, struct: msgspec.Struct, value: T) -> None:
        self._slot.__set__(struct, value)

    def value(self, struct: msgspec.Struct) -> Any:
        """Return the value, decoded at the first look."""
        value = self._slot.__get__(struct)
        if isinstance(value, msgspec.Raw):
            with without_collector(memoryview(value)):
                value = self._decoder.decode(value)
            self._slot.__set__(struct, value)
        return value

    def json(self, struct: msgspec.Struct) -> msgspec.Raw | None:
        """Return the JSON; None where the value was asked for, or given by hand."""
        value = self._slot.__get__(struct)
        return value if isinstance(value, msgspec.Raw) else None

    def checked(self, struct: msgspec.Struct) -> Any:
        """Decode at once; an error names its place as if the field had been decoded with the rest."""
        try:
            return self.value(struct)
        except ValueError as problem:
            what, _, place = str(problem).partition(" - at `$")
            raise ValueError(f"{what} - at `$.{self._on_wire}{place or '`'}") from None


def without_collector(json: Sized) -> AbstractContextManager[None]:
    """Pause the garbage collector: it would walk over and over through the million small lists of a long sample.

    For short JSON pausing takes longer than it saves.
    """
    return paused() if len(json) > LONG else nullcontext()


@contextmanager
def paused() -> Iterator[None]:
    """Pause it; it goes on when the last of the threads that paused it has ended."""
    _collector.pause()
    try:
        yield
    finally:
        _collector.resume()


class _Collector:
    """How many threads have paused the garbage collector, and whether it ran before the first did."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._paused, self._ran = 0, False
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=self._lock.acquire, after_in_parent=self._lock.release, after_in_child=self._alone
            )

    def pause(self) -> None:
        """Stop it until `resume` was called as often."""
        with self._lock:
            if not self._paused:
                self._ran = gc.isenabled()
                gc.disable()
            self._paused += 1

    def resume(self) -> None:
        """Let it run where no other thread needs it to pause."""
        with self._lock:
            self._paused -= 1
            if not self._paused and self._ran:
                gc.enable()

    def _alone(self) -> None:
        """Begin anew in a process that was forked, in which none of the other threads is."""
        if self._paused and self._ran:
            gc.enable()
        self._paused = 0
        self._lock.release()


_collector = _Collector()
