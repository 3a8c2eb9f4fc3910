"""What every struct shares."""

from __future__ import annotations

from reprlib import Repr
from typing import Annotated

import msgspec

# Times, lengths, counts and pixels. Beyond 2**53 whole numbers and floats part ways, and no time is meant.
_Meant = msgspec.Meta(ge=-(2**53), le=2**53)
Count = Annotated[int, _Meant]
Number = Annotated[int, _Meant] | Annotated[float, _Meant]

_brief = Repr()
_brief.maxlist = _brief.maxtuple = _brief.maxdict = 20
_brief.maxstring, _brief.maxother = 200, 20_000  # characters; the latter of a struct within


class Api(msgspec.Struct, rename="camel"):
    """Base of everything the API sends: snake case here, camel case on the wire."""

    def __repr__(self) -> str:
        """Show every field, but of a long text or list only some: a sample has a million readings."""
        facts = (f"{name}={_brief.repr(getattr(self, name))}" for name in self.__struct_fields__)
        return f"{type(self).__name__}({', '.join(facts)})"


class Answer(Api, kw_only=True):
    """Base of every whole answer: ``success: false`` is how the Studio says no, with HTTP 200."""

    success: bool | None = None
