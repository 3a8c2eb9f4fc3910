"""What every struct shares."""

from __future__ import annotations

from typing import Annotated

import msgspec

# Times, lengths, counts and pixels. Beyond 2**53 whole numbers and floats part ways, and no time is meant.
_Meant = msgspec.Meta(ge=-(2**53), le=2**53)
Count = Annotated[int, _Meant]
Number = Annotated[int, _Meant] | Annotated[float, _Meant]


class Api(msgspec.Struct, rename="camel"):
    """Base of everything the API sends: snake case here, camel case on the wire."""


class Answer(Api, kw_only=True):
    """Base of every whole answer: ``success: false`` is how the Studio says no, with HTTP 200."""

    success: bool | None = None
