"""Who is let in: by the name it asks for, its key and the length of its body, before any of the body is read.

A web page in a browser on this machine can send requests to loopback as well, under a name of its own that it lets lead
here (DNS rebinding). It comes under no name of this machine, and it knows no key: they are drawn at random. A sandbox
that serves a room answers under the addresses that it prints as well.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from tornado.web import RequestHandler, stream_request_body

LARGEST_BODY = 1_000_000  # bytes
ROLES = ("readonly", "ingestiononly", "ingestion_deployment")  # besides admin, which may do everything
_OWN_NAME = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE)
_NAME = re.compile(r"([\w.-]+)(:\d{1,5})?", re.ASCII)
_PNG = b"\x89PNG"


class Access(NamedTuple):
    """What a key opens: the projects of these names, in this role."""

    role: str
    projects: tuple[str, ...]


def new_key(size: int = 32) -> str:
    """Draw a key of so many bytes that looks like the Studio's."""
    return f"ei_{secrets.token_hex(size)}"


@stream_request_body
class Guarded(RequestHandler):
    """A request that may be refused by its headers alone; `body` is collected up to the limit.

    The setting `keys` says what each key opens, `names` under which further names the sandbox answers.
    """

    access: Access

    def prepare(self) -> None:
        """Refuse what must not come in; the body is not read then."""
        self.body = bytearray()
        names = self.settings["names"]
        if not _is_own(self.request.headers.get("Host", ""), names):
            own = ", ".join(("127.0.0.1", "localhost", *sorted(names)))
            return self.refuse(403, f"The sandbox answers under this machine's own names only: {own}")
        given = self.request.headers.get("x-api-key", "")
        access = _access(self.settings["keys"], given)
        if access is None:
            return self.refuse(401, "Invalid API key" if given else "No API key: send it in the header x-api-key")
        if not _allowed(access.role, self.request.method or "", self.request.path):
            return self.refuse(403, f"The role {access.role!r} of this API key has no permission for this call")
        self.access = access
        length = self.request.headers.get("Content-Length", "0")
        return self._check_length(int(length[:18]) if length.isdecimal() else 0)  # tornado refuses any other text

    def data_received(self, chunk: bytes) -> None:
        """Collect the body."""
        self.body += chunk
        self._check_length(len(self.body))

    def _check_length(self, length: int) -> None:
        if length > LARGEST_BODY:
            self.body.clear()
            self.refuse(413, f"The body is larger than {LARGEST_BODY / 1e6:g} MB, the most that the sandbox takes")

    def answer(self, content: Any, status: int = 200) -> None:
        """Answer with JSON, or with the bytes of a PNG picture, or with bytes that are JSON already; only once."""
        if self._finished:
            return
        body = content if isinstance(content, bytes) else msgspec.json.encode(content)
        self.set_status(status)
        self.set_header("Content-Type", "image/png" if body.startswith(_PNG) else "application/json; charset=utf-8")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish(body)

    def refuse(self, status: int, text: str) -> None:
        """Answer as the Studio refuses."""
        if status in (401, 403, 413):  # what is left of the body will not be read
            self.set_header("Connection", "close")
        self.answer({"success": False, "error": text}, status)


def _is_own(host: str, names: frozenset[str]) -> bool:
    if _OWN_NAME.fullmatch(host):
        return True
    named = _NAME.fullmatch(host)
    return named is not None and named[1].lower() in names


def _access(keys: Mapping[str, Access], given: str) -> Access | None:
    found = None
    for key, access in keys.items():
        if hmac.compare_digest(key.encode(), given.encode()):
            found = access
    return found


def _allowed(role: str, method: str, path: str) -> bool:
    """Say whether a key of this role may make a call.

    Published is that classifying with one block is open to readonly. That it is so for every call that changes nothing,
    and that the keys of ingestion open none of these but the name of their project, is the sandbox's own reading.
    """
    call = path.split("/", 4)[-1]  # below /v1/api/{projectId}
    if role == "readonly":
        return method == "GET" or call.startswith("classify/")
    return role == "admin" or path == "/v1/api/projects"
