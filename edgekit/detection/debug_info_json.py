"""debugInfoJson as it stands on the wire, where x is the row (vertical) and y the column (horizontal)."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from edgekit.detection.scene import LARGEST
from edgekit.errors import ResponseError, UsageError
from edgekit.legible import legible
from edgekit.nesting import TOO_DEEP, too_deep

Label = Annotated[int, Meta(ge=-(2**53), le=2**53)] | str
Place = Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
Index = Annotated[int, Meta(ge=0, le=2**53)]


class Point(msgspec.Struct):
    """The centre of a box, ratios 0..1: `x` down, `y` across. `label` counts from 1 (0 is background)."""

    x: Place
    y: Place
    label: Label


class Assignment(msgspec.Struct):
    """A prediction (its index) and the truth it took."""

    yp: Index
    yt: Index
    label: Label
    distance: float


class Document(msgspec.Struct, kw_only=True):
    """All of it, in the order in which the Studio writes it. Fields that are not here are read over."""

    y_trues: list[Point] | UnsetType = UNSET
    y_preds: list[Point] | UnsetType = UNSET
    assignments: list[Assignment] | UnsetType = UNSET
    normalised_min_distance: Annotated[float, Meta(ge=0)] | UnsetType = UNSET
    all_pairwise_distances: list[tuple[Index, Index, float]] | UnsetType = UNSET
    unassigned_y_true_idxs: list[Index] | UnsetType = UNSET
    unassigned_y_pred_idxs: list[Index] | UnsetType = UNSET


# An empty picture is written with these three fields only.
EMPTY_FORM = ("assignments", "unassigned_y_true_idxs", "unassigned_y_pred_idxs")
_READ = msgspec.json.Decoder(Document)


def decode(text: str | bytes) -> Document:
    """Decode a debugInfoJson; anything else is a ResponseError that names the place."""
    if not isinstance(text, str | bytes):
        raise UsageError(f"debugInfoJson is a text, not {type(text).__name__}.")
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    content = legible(content.removeprefix(BOM_UTF8).lstrip())
    try:
        if content.startswith(b'"'):  # copied out of a response together with its quotes: JSON in a string
            content = legible(msgspec.json.decode(content, type=str).encode())
        if too_deep(content):
            raise broken(TOO_DEEP)
        document = _READ.decode(content)
    except RecursionError:
        raise broken(TOO_DEEP) from None
    except ValueError as error:  # msgspec's own errors and UnicodeDecodeError
        raise _located(str(error), content) from None
    _check_indices(document)
    return document


def encode(document: Document, *, whole: bool = False) -> str:
    """Write a document as the Studio does: with Python's blanks; an empty picture in three fields, or `whole`."""
    written: dict[str, Any] = msgspec.to_builtins(document)
    if not (whole or document.y_trues or document.y_preds):
        written = {name: written[name] for name in EMPTY_FORM}
    return json.dumps(written)


def broken(what: str, place: str = "$") -> ResponseError:
    """Return the error for a document that is not what the Studio writes."""
    hint = "Give the whole text of debugInfoJson, as it stands in the response."
    return ResponseError(f"debugInfoJson: not what the Studio writes at {place}: {what}. {hint}", place)


def _located(reason: str, content: bytes) -> ResponseError:
    what, _, path = reason.partition(" - at ")
    place = found[1] if (found := re.search(r"`(\$[^`]*)`$", path)) else "$"
    if missing := re.match(r"Object missing required field `([^`]*)`", what):
        place, what = f"{place}.{missing[1]}", "this required field is missing"
    if not content:
        what = "it is empty"
    elif "truncated" in what:
        what = "the JSON breaks off before its end (cut short on the way?)"
    return broken(what, place)


def _check_indices(document: Document) -> None:
    """Make sure that every index of a truth or a prediction is the index of one in the document."""
    truths, predictions = len(document.y_trues or ()), len(document.y_preds or ())
    for name, count in (("unassigned_y_true_idxs", truths), ("unassigned_y_pred_idxs", predictions)):
        _check(getattr(document, name) or (), count, "$." + name + "[{}]")
    if document.assignments:
        _check((a.yp for a in document.assignments), predictions, "$.assignments[{}].yp")
        _check((a.yt for a in document.assignments), truths, "$.assignments[{}].yt")
    if document.all_pairwise_distances:
        _check((pair[0] for pair in document.all_pairwise_distances), predictions, "$.all_pairwise_distances[{}][0]")
        _check((pair[1] for pair in document.all_pairwise_distances), truths, "$.all_pairwise_distances[{}][1]")


def _check(indices: Iterable[int], count: int, place: str) -> None:
    for row, index in enumerate(indices):
        if index >= count:
            raise broken(f"index {index}, but there are {count}", place.format(row))
