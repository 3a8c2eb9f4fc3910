"""Why no answer came, in words: what happened, on which call, what to do next."""

from __future__ import annotations

import json
import os
import ssl
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import requests
from urllib3.exceptions import DecodeError, ProtocolError, ProxySchemeUnknown, ReadTimeoutError, SSLError
from urllib3.util.retry import Retry

from edgekit import display, shell
from edgekit.errors import (
    AuthenticationError,
    ConnectionFailed,
    EdgekitError,
    NotFoundError,
    RateLimitError,
    StudioError,
)
from edgekit.wire import refusals
from edgekit.wire.limits import RETRIED_STATUS

_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")  # in the order in which requests looks
_LONGEST_REFUSAL = 500  # characters


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
        if said.startswith("Cannot "):  # what the server says of a path that it does not know
            hint = "This server does not know the call: check that the URL (EI_API_ENDPOINT) ends in /v1."
        return Fault(NotFoundError(f"{text} {hint}", status))
    retry_after = _retry_after(response)
    if status == 429:
        when = f"in {retry_after:.0f} s" if retry_after else "later"
        limited = RateLimitError(f"{text} Too many requests: try again {when}.", status, retry_after)
        return Fault(limited, retry_after, passing)
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
    return display.shown(error, _LONGEST_REFUSAL).rstrip(".") if isinstance(error, str) else ""


def network_fault(call: str, problem: Exception, timeout: float, hide: Callable[[str], str]) -> Fault:
    """Say in one line why no answer came, and what to do.

    `hide` takes the key out of a text: what fails may quote what the server sent. Where the certificate or the
    environment is at fault it will not be better next time.
    """
    if isinstance(problem, EdgekitError):
        return Fault(type(problem)(hide(f"{call}: {problem}")))
    reason = _environment(problem)
    passing = reason is None and not _untrusted(problem)
    text = reason or _reason(problem, timeout, display.shown(hide(_root(problem))))
    return Fault(ConnectionFailed(hide(f"{call}: {text}")), None, passing)


def _environment(problem: Exception) -> str | None:
    """Say what is wrong with this machine's settings for the network, where that is why no call was made."""
    said = str(problem)
    name = next((name for name in _BUNDLES if os.environ.get(name)), None)
    if name and not isinstance(problem, requests.exceptions.ConnectionError) and "TLS CA certificate bundle" in said:
        named = display.quoted(os.environ[name], 300)
        return f"{name} names {named}, and there is no such file. Correct it, or take it out of the environment."
    if name and isinstance(problem, requests.exceptions.SSLError) and ("X509" in said or "PEM" in said):
        named = display.quoted(os.environ[name], 300)
        return (
            f"{name} names {named}, which holds no certificates (PEM). Correct it, or take it out of the environment."
        )
    if "SOCKS" in said and isinstance(problem, requests.exceptions.InvalidSchema):
        return f"the proxy speaks SOCKS, which needs one more package: {shell.pip_install('requests[socks]')}"
    unknown = any(isinstance(cause, ProxySchemeUnknown) for cause in _causes(problem))
    if unknown or isinstance(problem, requests.exceptions.InvalidURL):  # the server's own was checked before
        return "the address of the proxy cannot be read. Check HTTPS_PROXY, such as http://proxy.example:3128."
    return None


def _untrusted(problem: Exception) -> bool:
    return isinstance(problem, requests.exceptions.SSLError) and any(
        isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(problem)
    )


def _reason(problem: Exception, timeout: float, root: str) -> str:
    match problem:
        case requests.exceptions.SSLError():
            untrusted = (
                f"the server's certificate could not be trusted ({root}). Check the address; "
                f"behind a company proxy, point REQUESTS_CA_BUNDLE at its certificate."
            )
            broken = (
                f"the encrypted connection broke off before it stood ({root}). Try again; if it stays so, check "
                f"whether this address speaks https (EI_API_ENDPOINT)."
            )
            return untrusted if _untrusted(problem) else broken
        case requests.exceptions.ConnectTimeout():
            return "no connection within the time limit. Check the network, and the URL (EI_API_ENDPOINT)."
        case requests.exceptions.Timeout() | ReadTimeoutError() | TimeoutError():
            return f"no complete answer within {timeout:g} s. Try again, or give it longer: Studio(timeout=…)."
        case requests.exceptions.ProxyError():
            return "the proxy could not be reached. Check HTTPS_PROXY."
        case ProtocolError() | DecodeError() | zlib.error() | SSLError():
            return f"the answer broke off or was damaged on the way ({root}). Try again."
        case _:
            return (
                f"no connection ({root}). Check the network, and the URL (EI_API_ENDPOINT); "
                f"without a network, ek.connect(sandbox='motion') works offline."
            )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it wraps, from the outside in."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = next((a for a in (getattr(seen, "reason", None), *seen.args) if isinstance(a, BaseException)), None)


def _root(error: BaseException) -> str:
    """Return the innermost cause in a few words: 'Connection refused' rather than three wrapped reprs."""
    *_, inner = _causes(error)
    return getattr(inner, "strerror", None) or getattr(inner, "verify_message", None) or str(inner).split(": ")[-1]
