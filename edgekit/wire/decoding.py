"""From bytes to the structs of `schema`, and from a broken document to an error that names the place."""

from __future__ import annotations

import gc
import json
import re
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec

from edgekit import display
from edgekit.errors import ResponseError
from edgekit.legible import legible, legible_tree
from edgekit.nesting import TOO_DEEP, too_deep, too_deep_tree, without
from edgekit.wire import refusals
from edgekit.wire.schema import Refusal
from edgekit.wire.secret import Secret, sealed

T = TypeVar("T")


@sealed
def decode(document: bytes | dict[str, Any], kind: type[T], source: str = "the document") -> T:
    """Decode what the API sent into a struct.

    Parameters
    ----------
    document : bytes or dict
        JSON as it came over the wire, or already decoded.
    kind : type
        One of the structs of `schema`.
    source : str
        Where the document came from, for the error's text.

    Raises
    ------
    ResponseError
        Broken JSON, a missing required field or a wrong type; the text and `.place` name the place.
    StudioError
        ``success: false``; the text is the server's own.
    """
    reason = ""
    try:
        document = legible(document.removeprefix(BOM_UTF8)) if isinstance(document, bytes) else legible_tree(document)
        answer = _convert(document, kind)
        if _nested_too_deeply(document, answer):
            reason = TOO_DEEP
        elif getattr(answer, "success", True) is not False:
            return answer
    except RecursionError:
        reason = TOO_DEEP
    except ValueError as error:  # msgspec's own errors and UnicodeDecodeError
        reason = str(error)
        if isinstance(document, bytes) and not isinstance(error, msgspec.ValidationError) and too_deep(document):
            reason = TOO_DEEP  # that it also breaks off down there is no surprise
    raise_refusal(document, source)
    raise _response_error(document, reason, kind, source)


def _nested_too_deeply(document: bytes | dict[str, Any], answer: object) -> bool:
    if isinstance(document, dict):
        return too_deep_tree(document)
    checked: list[msgspec.Raw] = getattr(answer, "checked", list)()  # most of a long document, see lean.py
    return too_deep(without(document, checked))


def _convert(document: bytes | dict[str, Any], kind: type[T]) -> T:
    if isinstance(document, dict):
        return msgspec.convert(document, kind, dec_hook=_custom)
    with _without_collector():
        return msgspec.json.decode(document, type=kind, dec_hook=_custom)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Pause the garbage collector: it would walk over and over through the million small lists of a long sample."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _custom(kind: type, value: Any) -> Any:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise ValueError(f"Expected `str`, got `{type(value).__name__}`")


def raise_refusal(document: bytes | dict[str, Any], source: str) -> None:
    """Raise for ``success: false``; such an answer has none of the fields of a successful one.

    As StudioError, or where the words say so as NotFoundError or AuthenticationError.
    """
    try:
        answer = _convert(document, Refusal)
    except (ValueError, RecursionError):
        return
    if answer.success is False:
        said = answer.error if isinstance(answer.error, str | None) else repr(answer.error)
        said = display.shown(said or "no reason given", 500).rstrip(".")
        kind, hint = refusals.meant(said, source)
        raise kind(f"{source}: the Studio says: {said}. {hint}", status=200)


def is_page(content: bytes) -> bool:
    """Say whether this is an HTML page."""
    return content[:200].lstrip().lower().startswith((b"<!doctype", b"<html", b"<head", b"<body"))


def page_error(source: str, expected: str) -> ResponseError:
    """Say who may have sent an HTML page in the place of what was expected."""
    return ResponseError(
        f"{source}: expected {expected}, got an HTML page. A proxy, a login page or a wrong address answers in the "
        f"Studio's place: check the URL (EI_API_ENDPOINT) and the network."
    )


_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]*)`")


def _response_error(document: bytes | dict[str, Any], reason: str, kind: type, source: str) -> ResponseError:
    """Turn msgspec's one-line reason into an error that names the exact place and the next step."""
    if isinstance(document, bytes):
        if is_page(document):
            return page_error(source, "JSON")
        if not document.strip():
            return ResponseError(f"{source}: expected JSON, got an empty document. Fetch it again.")
    what = reason.partition(" - at ")[0]
    # inner first: a field that was decoded late (see lean.py) has a place in the struct, and that one in the document
    place = "$" + "".join(reversed(re.findall(r" - at `\$([^`]*)`", reason)))
    if missing := _MISSING.match(what):
        place, what = f"{place}.{missing['name']}", "this required field is missing"
    elif place.endswith("[...]"):
        place = _name_key(document, place)
    if "truncated" in what:
        what = "the JSON breaks off before its end (cut short on the way?)"
    return unpromised(source, place, what)


def unpromised(source: str, place: str, what: str) -> ResponseError:
    """Say what is not as the API promises, where, and what to do."""
    hint = (
        "Is this the whole answer of the call? Try again with a fresh one; if it stays so, please report it: the API "
        "may have changed."
    )
    return ResponseError(f"{source}: not what the API promises at {place}: {what}. {hint}", place)


def _name_key(document: bytes | dict[str, Any], place: str) -> str:
    """Name the key msgspec leaves out of ``$.…result[3][...]``: the first whose value is no number a float can hold."""
    try:
        node: Any = document if isinstance(document, dict) else json.loads(document)
        for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", place):
            node = node[name] if name else node[int(index)]
        key = next(key for key, value in node.items() if not _is_score(value))
    except (ValueError, LookupError, TypeError, AttributeError, StopIteration, RecursionError):
        return place
    return place.removesuffix("[...]") + (f".{key}" if key.isidentifier() else f"[{display.shown(key)!r}]")


def _is_score(value: object) -> bool:
    if value is None:
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
