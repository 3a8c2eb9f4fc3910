"""Why no answer came, in words: what happened, on which call, what to do next."""

from __future__ import annotations

import json
import zlib
from typing import NamedTuple

import requests
from urllib3.exceptions import DecodeError, ProtocolError, ReadTimeoutError
from urllib3.util.retry import Retry

from edgekit import refusals
from edgekit.errors import (
    AuthenticationError,
    ConnectionFailed,
    EdgekitError,
    NotFoundError,
    RateLimitError,
    StudioError,
)
from edgekit.wire.limits import RETRIED_STATUS


class Fault(NamedTuple):
    """Why an attempt gave no answer; `passing` where another one may."""

    error: EdgekitError
    retry_after: float | None = None
    passing: bool = False


def status_fault(call: str, response: requests.Response, content: bytes) -> Fault:
    status = response.status_code
    said = _server_text(content)
    text = f"{call}: HTTP {status}{f', the Studio says: {said}' if said else ''}."
    passing = status in RETRIED_STATUS
    if status == 401:
        hint = f"Check the API key (EI_API_KEY): it is missing or wrong; {refusals.KEYS}."
        return Fault(AuthenticationError(f"{text} {hint}", status))
    if status == 403:
        return Fault(AuthenticationError(f"{text} {refusals.forbidden(said, call)}", status))
    if status == 404:
        hint = "Check the project id (EI_PROJECT_ID), the block and sample ids, and that the URL ends in /v1."
        if said.startswith("Cannot "):  # the server's word for a path it does not know, whatever the ids
            hint = "This server does not know the call: check that the URL (EI_API_ENDPOINT) ends in /v1."
        return Fault(NotFoundError(f"{text} {hint}", status))
    retry_after = _retry_after(response)
    if status == 429:
        when = f"in {retry_after:.0f} s" if retry_after else "later"
        return Fault(RateLimitError(f"{text} Too many requests: try again {when}.", status), retry_after, passing)
    kind, hint = refusals.meant(said, call)
    if status >= 500:
        kind, hint = StudioError, "The server has a problem of its own: try again later."
    return Fault(kind(f"{text} {hint}", status), retry_after, passing)


def _retry_after(response: requests.Response) -> float | None:
    value = response.headers.get("Retry-After")
    try:
        return None if value is None else max(0.0, Retry().parse_retry_after(value))
    except Exception:  # urllib3 raises its own InvalidHeader for nonsense: then the usual pauses apply
        return None


def _server_text(content: bytes) -> str:
    """Return the ``error`` of a JSON error body; nothing for HTML and other bodies."""
    try:
        error = json.loads(content).get("error")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return error[:500].rstrip(".") if isinstance(error, str) else ""


def network_fault(call: str, problem: Exception, timeout: float) -> Fault:
    """Say in one line why no answer came, and what to do; a certificate or an address will not be better next time."""
    if isinstance(problem, EdgekitError):
        return Fault(type(problem)(f"{call}: {problem}"))
    passing = not isinstance(problem, requests.exceptions.SSLError)
    return Fault(ConnectionFailed(f"{call}: {_reason(problem, timeout)}"), None, passing)


def _reason(problem: Exception, timeout: float) -> str:
    match problem:
        case requests.exceptions.SSLError():
            return (
                f"the server's certificate could not be trusted ({_root(problem)}). Check the address; "
                f"behind a company proxy, point REQUESTS_CA_BUNDLE at its certificate."
            )
        case requests.exceptions.ConnectTimeout():
            return "no connection within the time limit. Check the network, and the URL (EI_API_ENDPOINT)."
        case requests.exceptions.Timeout() | ReadTimeoutError() | TimeoutError():
            return f"no complete answer within {timeout:g} s. Try again, or give it longer: Studio(timeout=…)."
        case requests.exceptions.ProxyError():
            return "the proxy could not be reached. Check HTTPS_PROXY."
        case ProtocolError() | DecodeError() | zlib.error():
            return f"the answer broke off or was damaged on the way ({_root(problem)}). Try again."
        case _:
            return (
                f"no connection ({_root(problem)}). Check the network, and the URL (EI_API_ENDPOINT); "
                f"without a network, ek.connect(sandbox='motion') works offline."
            )


def _root(error: BaseException) -> str:
    """Return the innermost cause in a few words: 'Connection refused' rather than three wrapped reprs."""
    seen = error
    while inner := next((a for a in (getattr(seen, "reason", None), *seen.args) if isinstance(a, BaseException)), None):
        seen = inner
    return getattr(seen, "strerror", None) or getattr(seen, "verify_message", None) or str(seen).split(": ")[-1][:200]
