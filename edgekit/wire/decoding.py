"""From bytes to the structs of `schema`, and from a broken document to an error that names the place."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from codecs import BOM_UTF8
from typing import Any, TypeVar

import msgspec

from edgekit import display
from edgekit.errors import ResponseError
from edgekit.legible import legible
from edgekit.nesting import TOO_DEEP, too_deep, without
from edgekit.wire import refusals
from edgekit.wire.lazy import LONG, paused, without_collector
from edgekit.wire.schema import Refusal
from edgekit.wire.schema.base import LazyApi, unread
from edgekit.wire.secret import Secret, sealed

T = TypeVar("T")


@sealed
def decode(document: bytes | dict[str, Any], kind: type[T], source: str = "the document") -> T:
    """Decode what the API sent into a struct.

    Parameters
    ----------
    document : bytes or dict
        JSON as it came over the wire, or already decoded: it is written as JSON again, so that both are read alike.
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
    reason, content = "", b""
    try:
        content = document if isinstance(document, bytes) else _as_json(document)
        content = legible(content.removeprefix(BOM_UTF8))
        answer = _convert(content, kind)
        if too_deep(_unknown(content, answer)):
            reason = TOO_DEEP
        elif getattr(answer, "success", True) is not False:
            return answer
    except RecursionError:
        reason = TOO_DEEP
    except ValueError as error:  # msgspec's own errors and UnicodeDecodeError
        reason = str(error)
        if not isinstance(error, msgspec.ValidationError) and too_deep(content):
            reason = TOO_DEEP  # too deep is the cause, also where the text ends too early
    raise_refusal(content, source)
    raise _response_error(content, reason, kind, source)


def _unknown(content: bytes, answer: object) -> bytes:
    """Leave out most of a long document: the fields that are known not to be deep."""
    if len(content) < LONG:
        return content
    lazy: list[LazyApi] = getattr(answer, "lazy_parts", list)()
    return without(content, unread(lazy))


def _as_json(document: dict[str, Any]) -> bytes:
    """Write a document as JSON again; ValueError where it holds what JSON has not."""
    if odd := [key for key in document if not isinstance(key, str)]:
        raise ValueError(f"it is no JSON (a key is no text but of type {type(odd[0]).__name__})")
    try:
        return msgspec.json.encode(document)
    except (OverflowError, UnicodeEncodeError):  # a number beyond 64 bits, half a surrogate pair: JSON may hold them
        pass
    except TypeError as problem:
        raise ValueError(f"it is no JSON ({problem})") from None
    try:
        return json.dumps(document).encode()
    except TypeError as problem:
        raise ValueError(f"it is no JSON ({problem})") from None


def _convert(document: bytes, kind: type[T]) -> T:
    with without_collector(document):
        answer: T = _decoder(kind).decode(document)
        return answer


_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
_making = threading.Lock()
if hasattr(os, "register_at_fork"):  # no process is forked while another thread holds it
    os.register_at_fork(before=_making.acquire, after_in_parent=_making.release, after_in_child=_making.release)


def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """Return what decodes into a struct. One thread at a time makes one, and with the garbage collector paused.

    msgspec 0.22 learns a struct's fields with its first decoder. Where two threads do that at once, or a collection
    comes in between, the process ends with a segmentation fault.
    """
    if kind not in _decoders:
        with _making, paused():
            if kind not in _decoders:
                _decoders[kind] = msgspec.json.Decoder(kind, dec_hook=_custom)
    return _decoders[kind]


def _custom(kind: type, value: Any) -> Any:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise ValueError(f"Expected `str`, got `{type(value).__name__}`")


def raise_refusal(document: bytes, source: str) -> None:
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


def _response_error(document: bytes, reason: str, kind: type, source: str) -> ResponseError:
    """Turn msgspec's one-line reason into an error that names the exact place and the next step."""
    if is_page(document):
        return page_error(source, "JSON")
    if not document.strip() and not reason.startswith("it is "):
        return ResponseError(f"{source}: expected JSON, got an empty document. Fetch it again.")
    what = reason.partition(" - at ")[0]
    # inner first: a field that was decoded late (see lazy.py) has a place in the struct, and that one in the document
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


def _name_key(document: bytes, place: str) -> str:
    """Name the key msgspec leaves out of ``$.…result[3][...]``: the first whose value no float can hold."""
    try:
        node: Any = json.loads(document)
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
