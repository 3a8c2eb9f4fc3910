"""What every struct shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from reprlib import Repr
from typing import Annotated, Any, ClassVar

import msgspec

from edgekit import display
from edgekit.wire.lazy import LazyField

# Times, lengths, counts and pixels. Beyond 2**53 whole numbers and floats part ways, and no time is meant.
_Meant = msgspec.Meta(ge=-(2**53), le=2**53)
Count = Annotated[int, _Meant]
Number = Annotated[int, _Meant] | Annotated[float, _Meant]


class _Brief(Repr):
    def repr_Raw(self, raw: msgspec.Raw, level: int) -> str:  # noqa: N802 - reprlib asks by the name of the type
        return f"<{len(memoryview(raw))} bytes of JSON>"


_brief = _Brief()
_brief.maxlist = _brief.maxtuple = _brief.maxdict = 6
_brief.maxstring, _brief.maxother = 80, 400  # characters; the latter of a struct within
_LONGEST = 2_000  # characters of a repr


class Api(msgspec.Struct, rename="camel"):
    """Base of everything the API sends: snake case here, camel case on the wire."""

    def __repr__(self) -> str:
        """Show the fields that hold something, of a long text or list only some: a sample has a million readings."""
        said = ", ".join(f"{name}={value}" for name, value in self._facts())
        return display.fit(display.shown(f"{type(self).__name__}({said})", _LONGEST))

    def _repr_html_(self) -> str:
        return display.card(type(self).__name__, dict(self._facts()))

    def _facts(self) -> Iterator[tuple[str, str]]:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value is not None and value not in ("", [], {}):
                yield name, _brief.repr(value)


class Described(Api):
    """Base of the structs that users are handed: a headline and a line for each fact, as `_facts` tells them."""

    def _headline(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        """Tell them line by line."""
        facts = [(display.shown(name), display.shown(value)) for name, value in self._facts()]
        width = max((len(name) for name, _ in facts), default=0)
        lines = [f"<{display.shown(self._headline())}>", *(f"  {name:{width}}  {value}" for name, value in facts)]
        whole = "\n".join(lines)
        return display.fit(whole if len(whole) <= _LONGEST else f"{whole[: _LONGEST - 1]}…")

    def _repr_html_(self) -> str:
        return display.card(self._headline(), dict(self._facts()))


class LazyApi(Api):
    """Base of the structs that have fields that stay JSON until they are asked for (see `edgekit.wire.lazy`).

    Two are equal where the values are, however they were written.
    """

    lazy: ClassVar[tuple[str, ...]] = ()  # the fields' names
    __hash__ = None  # type: ignore[assignment]

    def lazy_field(self, name: str) -> LazyField[Any]:
        """Return what decodes this field, and tells whether it was."""
        found: LazyField[Any] = vars(type(self))[name]
        return found

    def lazy_fields(self) -> list[LazyField[Any]]:
        """Return what decodes each of these fields."""
        return [self.lazy_field(name) for name in self.lazy]

    def __eq__(self, other: object) -> bool:
        same = type(other) is type(self)
        return same and all(getattr(self, name) == getattr(other, name) for name in self.__struct_fields__)


def unread(parts: Iterable[LazyApi]) -> list[msgspec.Raw]:
    """Return the fields that are JSON still."""
    return [json for part in parts for lazy in part.lazy_fields() if (json := lazy.json(part)) is not None]


def decoded(parts: Iterable[LazyApi]) -> None:
    """Decode these fields, for code that reads a struct without its attributes (msgspec.to_builtins)."""
    for part in parts:
        for lazy in part.lazy_fields():
            lazy.value(part)


class Answer(Api, kw_only=True):
    """Base of every whole answer: ``success: false`` is how the Studio says no, with HTTP 200."""

    success: bool | None = None
