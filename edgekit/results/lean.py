"""A classify response as it is read from bytes: the scores as arrays at once, the two long lists only when asked for.

A long sample has a million readings, which no table of windows shows, and a dict for each of 100,000 windows, which it
shows as columns: made into Python's objects they would take most of the time. Both are checked all the same when the
response is read. What is wrong with them is never found later, but for a reading of more than 308 digits.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from json import JSONDecoder
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec
import numpy as np

from edgekit.results.windows import Columns, anomaly_last, score_columns
from edgekit.wire.decoding import unpromised
from edgekit.wire.schema import (
    Classification,
    ClassifyResponse,
    DatastreamPayload,
    Payload,
    SampleData,
    Values,
    Windows,
)

if TYPE_CHECKING:
    Json = Any  # the field it stands in for has a type
else:
    Json = msgspec.Raw

S = TypeVar("S", bound=msgspec.Struct)
_NUMBERS = b"0123456789.eE+-, \n\r\tnul"  # what lists of numbers and nulls consist of, but for their brackets
_HEAD = 65_536  # bytes in which the first window is looked for
_READINGS = msgspec.json.Decoder(Values)
_WINDOWS = msgspec.json.Decoder(Windows)


class Scores(NamedTuple):
    """How many windows there are, and an array for each key of their ``result``."""

    windows: int
    columns: Columns

    @classmethod
    def of(cls, block: Classification) -> Scores:
        """Give the scores of a block, of this room or of the schema; after a change to its `result`, the changed ones.

        The arrays of a `LeanClassification` are its own: to be copied, not to be written to.
        """
        if isinstance(block, LeanClassification):
            return block.scores
        return cls(len(block.result), score_columns(block.result))


class LeanPayload(Payload, kw_only=True):
    """`values` as JSON; as lists where they are anything but numbers, such as the reference to a picture."""

    values: Json

    def __post_init__(self) -> None:
        if not _are_readings(bytes(self.values)):
            self.values = _checked(_READINGS, self.values, "values")


class LeanDatastreamPayload(DatastreamPayload, kw_only=True):
    """A datastream with such values."""

    payload: LeanPayload


class LeanSampleData(SampleData, kw_only=True):
    """A sample with such values."""

    payload: LeanPayload
    datastream_payloads: list[LeanDatastreamPayload] | None = None  # type: ignore[assignment]


class LeanClassification(Classification, kw_only=True, dict=True):
    """`result` as JSON, and beside it the `scores` in it."""

    result: Json

    def __post_init__(self) -> None:
        self.scores = _scores(self.result)


class LeanResponse(ClassifyResponse, kw_only=True):
    """To be asked of `decode` in the place of a `ClassifyResponse`."""

    classifications: list[LeanClassification]  # type: ignore[assignment]
    sample: LeanSampleData

    def checked(self) -> list[msgspec.Raw]:
        """Return the pieces of the document that are known to be lists of numbers, or of windows."""
        payloads = [self.sample.payload, *(stream.payload for stream in self.sample.datastream_payloads or ())]
        pieces = [*(payload.values for payload in payloads), *(block.result for block in self.classifications)]
        return [piece for piece in pieces if isinstance(piece, msgspec.Raw)]


def counted(payload: Payload) -> int:
    """Say how many readings a payload holds, of this room or of the schema, without decoding them."""
    values: Any = payload.values
    if isinstance(values, list):
        return len(values)
    json = bytes(values)
    rows = json.count(b"[") - 1
    return rows or (json.count(b",") + 1 if json.strip(b"[] \n\r\t") else 0)


def whole_sample(lean: LeanSampleData) -> SampleData:
    """Decode what was left.

    Raises
    ------
    ResponseError
        A reading is a number that no float can hold.
    """
    streams: Any = lean.datastream_payloads and [
        _as(DatastreamPayload, stream, payload=_payload(stream.payload, f"datastreamPayloads[{i}]."))
        for i, stream in enumerate(lean.datastream_payloads)
    ]
    return _as(SampleData, lean, payload=_payload(lean.payload), datastream_payloads=streams)


def whole_response(lean: LeanResponse, sample: SampleData) -> ClassifyResponse:
    """Decode what was left, but for the `sample`: that was made whole by itself."""
    blocks = [_as(Classification, block, result=_WINDOWS.decode(block.result)) for block in lean.classifications]
    return _as(ClassifyResponse, lean, classifications=blocks, sample=sample)


def _payload(lean: LeanPayload, stream: str = "") -> Payload:
    values = lean.values
    if not isinstance(values, list):
        try:
            values = _READINGS.decode(values)
        except ValueError as problem:
            raise unpromised("the sample's readings", f"$.sample.{stream}payload.values", str(problem)) from None
    return _as(Payload, lean, values=values)


def _as(kind: type[S], lean: msgspec.Struct, **fields: object) -> S:
    return kind(**{name: getattr(lean, name) for name in kind.__struct_fields__} | fields)


def _are_readings(json: bytes) -> bool:
    """Say whether this is a list of numbers and of lists of numbers; that it is JSON is known.

    A number may be null. False as well where the exponent of a number might be too large for a float.
    """
    if b"E" in json or (b"e" in json and json.count(b"e") != json.count(b"e-")):
        return False
    brackets = json.translate(None, _NUMBERS)
    return brackets == b"[" + b"[]" * (len(brackets) // 2 - 1) + b"]"


def _scores(json: msgspec.Raw) -> Scores:
    try:
        names = _names(json)
        rows = _decoder(names).decode(json)
        flat = np.fromiter(chain.from_iterable(map(msgspec.structs.astuple, rows)), float, len(rows) * len(names))
    except (ValueError, TypeError):  # other keys in some window, a null, a name no struct can have: or a fault
        found = _checked(_WINDOWS, json, "result")
        return Scores(len(found), score_columns(found))
    columns = np.ascontiguousarray(flat.reshape(-1, len(names)).T)
    return Scores(len(rows), anomaly_last(dict(zip(names, columns, strict=True))))


def _names(json: msgspec.Raw) -> tuple[str, ...]:
    """Return the keys of the first window; ValueError where it has none."""
    text = bytes(memoryview(json)[:_HEAD]).decode("utf-8", "ignore")
    first, _ = JSONDecoder().raw_decode(text.lstrip("[ \n\r\t"))
    if not isinstance(first, dict) or not first:
        raise ValueError
    return tuple(first)


@lru_cache(maxsize=64)
def _decoder(names: tuple[str, ...]) -> msgspec.json.Decoder[list[msgspec.Struct]]:
    """Make a decoder of windows that all have these keys and numbers; no garbage collector has to watch them."""
    fields = [(f"score_{i}", float, msgspec.field(name=name)) for i, name in enumerate(names)]
    window = msgspec.defstruct("Window", fields, gc=False, forbid_unknown_fields=True)
    return msgspec.json.Decoder(list[window])  # type: ignore[valid-type]


def _checked(decoder: msgspec.json.Decoder[Any], json: msgspec.Raw, field: str) -> Any:
    """Decode a field late; an error names its place as if it had been decoded with the rest."""
    try:
        return decoder.decode(json)
    except ValueError as problem:
        what, _, place = str(problem).partition(" - at `$")
        raise ValueError(f"{what} - at `$.{field}{place or '`'}") from None
