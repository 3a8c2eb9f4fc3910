"""One HTTP session to one server: key, timeouts, retries, redirects, size limit, and errors with a next step.

It knows nothing of any call: paths and parameters go in, bytes come out.
"""

from __future__ import annotations

import ipaddress
import json
import re
import threading
import time
import zlib
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import DecodeError, HTTPError, ProtocolError, ReadTimeoutError
from urllib3.util.retry import Retry

from edgekit.errors import (
    AuthenticationError,
    ConnectionFailed,
    EdgekitError,
    NotFoundError,
    RateLimitError,
    ResponseError,
    StudioError,
    UsageError,
)
from edgekit.secret import Secret

RETRIED_STATUS = (429, 500, 502, 503, 504)
MAX_RETRY_AFTER = 60.0  # seconds; a server that asks for more is better asked again by a person
MAX_BYTES = 1 << 30
MAX_REDIRECTS = 5
LONGEST_TIMEOUT = 86_400.0
REDIRECTS = (301, 302, 303, 307, 308)
_CHUNK = 1 << 18
_KEY_HEADER = "x-api-key"
_SHORTEST_KEY = 8  # a real one is far longer; "k" or "test" is no secret, and stands in many a word


class Transport:
    """A session to `url` with an API key.

    Parameters
    ----------
    url : str
        Base address with the version, such as ``https://studio.edgeimpulse.com/v1``.
    api_key : str or None
        Sent as ``x-api-key`` to this host only; a redirect to another host goes without it.
    timeout : float
        Seconds that one attempt may take, from connecting to the last byte, redirects included.
    retries : int
        How often an idempotent call is repeated after a lost connection or status 429, 500, 502, 503 or 504.
    max_bytes : int
        The largest answer that is read.
    allow_http : bool
        Permit plain http to a host that is not this machine.
    """

    url = ""  # so that a debugger in the middle of a failing __init__ finds a repr

    def __init__(
        self,
        url: str,
        api_key: str | Secret | None = None,
        *,
        timeout: float = 60.0,
        retries: int = 3,
        max_bytes: int = MAX_BYTES,
        allow_http: bool = False,
    ) -> None:
        api_key = None if api_key is None else Secret.of(api_key)
        self.url, host = _checked_url(url, allow_http)
        in_time = isinstance(timeout, int | float) and 0 < timeout <= LONGEST_TIMEOUT
        if not in_time or not isinstance(retries, int) or retries < 0:
            raise UsageError(
                f"timeout is in seconds, above 0 and at most a day, retries 0 or more; got {timeout!r}, {retries!r}."
            )
        self.timeout = timeout
        self.max_bytes = max_bytes
        self._allow_http = allow_http
        self._retry = Retry(
            total=retries, backoff_factor=0.3, backoff_max=8.0, backoff_jitter=0.2, status_forcelist=RETRIED_STATUS
        )
        self._auth = _KeyAuth(api_key)
        self._session = _Session()
        self._session.headers["Accept"] = "application/json, */*;q=0.5"
        self._session.headers["Content-Type"] = "application/json"
        self._session.headers["Accept-Encoding"] = "gzip"  # what `_read` unpacks and checks
        if _is_loopback(host):
            self._session.trust_env = False  # a proxy from the environment cannot reach this machine's own loopback

    def __repr__(self) -> str:
        return f"<Transport {self.url}>"

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def masked(self, content: bytes) -> bytes:
        """Return content without the key: some servers repeat it in errors and logs."""
        return self._auth.masked(content)

    def get(self, *path: str | int, **params: Any) -> bytes:
        """Send a GET to the path made of these segments; parameters that are None are left out."""
        return self._send("GET", path, params, None, repeatable=True)

    def post(
        self, *path: str | int, body: dict[str, Any] | None = None, idempotent: bool = False, **params: Any
    ) -> bytes:
        """Send a POST with a JSON body; repeated after a fault only where a second one changes nothing more."""
        return self._send("POST", path, params, body or {}, repeatable=idempotent)

    def _send(
        self, method: str, path: tuple[str | int, ...], params: dict[str, Any], body: Any, *, repeatable: bool
    ) -> bytes:
        """Send, and repeat what may be repeated as long as the retry budget lasts."""
        route = "/" + "/".join(quote(str(segment), safe="") for segment in path)
        sent, content = _wire(params), None if body is None else _json(body).encode()
        retry = self._retry
        while True:
            outcome = self._attempt(method, route, sent, content)
            if isinstance(outcome, bytes):
                return outcome
            wait = outcome.retry_after or 0.0
            if not (repeatable and outcome.passing and retry.total) or wait > MAX_RETRY_AFTER:
                raise outcome.error
            retry = retry.increment(method, route, error=HTTPError())
            time.sleep(wait or retry.get_backoff_time())

    def _attempt(self, method: str, route: str, params: dict[str, str], body: Any) -> bytes | _Fault:
        """Send once, in a thread of its own.

        Sockets limit the time of one read, not of all of them: only somebody who waits outside can keep the limit
        against a server that drips. And a Ctrl-C then meets frames that know nothing of headers, and so of the key.
        """
        call = f"{method} {self.url}{route}"
        done: list[bytes | _Fault] = []
        abandoned = threading.Event()

        def work() -> None:
            try:
                done.append(self._exchange(call, method, self.url + route, params, body, abandoned))
            except Exception as problem:  # handed over as text: the frames of requests hold the headers
                done.append(_network_fault(call, problem, self.timeout))

        worker = threading.Thread(target=work, name="edgekit-call", daemon=True)
        worker.start()
        try:
            worker.join(self.timeout)
        finally:
            abandoned.set()
        return done[0] if done else _network_fault(call, TimeoutError(), self.timeout)

    def _exchange(  # noqa: PLR0917
        self, call: str, method: str, url: str, params: dict[str, str] | None, body: Any, abandoned: threading.Event
    ) -> bytes | _Fault:
        """Send, follow redirects, read: the body of a good answer, else what went wrong."""
        auth: AuthBase = self._auth
        for _ in range(MAX_REDIRECTS + 1):
            with self._session.request(
                method, url, params=params, data=body, auth=auth, stream=True, allow_redirects=False,
                timeout=(min(self.timeout, 10.0), self.timeout),
            ) as response:  # fmt: skip
                status = response.status_code
                if "Location" not in response.headers or status not in REDIRECTS:
                    content = self._read(response, abandoned)
                    break
                url, params = self._redirected(url, response.headers["Location"]), None
            if _origin(url) != _origin(self.url):
                auth = _KeyAuth(None)
            if status == 303 or (method == "POST" and status in (301, 302)):
                method, body = "GET", None
        else:
            raise ConnectionFailed("redirected in a circle. Check the URL (EI_API_ENDPOINT).")
        return content if response.ok else _status_fault(call, response, self.masked(content))

    def _redirected(self, url: str, location: str) -> str:
        """Return where a redirect leads; ConnectionFailed where that is no address, or one that nobody may overhear."""
        try:
            target = urljoin(url, location.encode("latin-1").decode("utf-8"))
            _ = urlsplit(target).port
            return _checked_url(target, self._allow_http, whole=False)[0]
        except ValueError as problem:
            reason = f": {problem}" if isinstance(problem, UsageError) else ""
        raise ConnectionFailed(
            f"redirected to an address that cannot be used{reason}. Check the URL (EI_API_ENDPOINT)."
        )

    def _read(self, response: requests.Response, abandoned: threading.Event) -> bytes:
        """Read and unpack the body as it arrives, up to the limit."""
        packed = response.headers.get("Content-Encoding", "").strip().lower() or "identity"
        if packed not in ("identity", "gzip", "x-gzip", "deflate"):
            raise ResponseError(f"the answer is encoded as {packed[:40]!r}, which nobody asked for.")
        unpack = None if packed == "identity" else _Unpacker()
        pieces, arrived, size = [], 0, 0
        while (piece := response.raw.read1(_CHUNK, decode_content=False)) and not abandoned.is_set():
            arrived += len(piece)
            if unpack is not None:
                piece = unpack(piece, self.max_bytes + 1 - size)
            pieces.append(piece)
            size += len(piece)
            if max(arrived, size) > self.max_bytes:
                limit = f"{self.max_bytes / 1e6:.0f} MB"
                raise ResponseError(f"the answer is larger than the limit of {limit}; reading stopped.")
        if arrived and unpack is not None and not unpack.whole:
            raise DecodeError("the compressed answer breaks off")
        return b"".join(pieces)


class _Unpacker:
    """Unpack gzip and zlib as it arrives, no more than asked for; several gzip members make one answer."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32)

    def __call__(self, packed: bytes, room: int) -> bytes:
        unpacked = b""
        while packed and len(unpacked) < room:
            if self._stream.eof:
                packed = packed.lstrip(b"\0")  # some writers pad with zeros
                if not packed:
                    break
                self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
            unpacked += self._stream.decompress(packed, room - len(unpacked))
            packed = self._stream.unused_data
        return unpacked

    @property
    def whole(self) -> bool:
        """Whether the stream came to its end."""
        return self._stream.eof


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Leave redirects to `_exchange`: requests would read their bodies whole, and send the key to other hosts."""


class _Fault(NamedTuple):
    """Why an attempt gave no answer; `passing` where another one may."""

    error: EdgekitError
    retry_after: float | None = None
    passing: bool = False


class _KeyAuth(AuthBase):
    """Put the key on a request; as an auth object it stays out of the session's headers and their repr.

    Without a key it puts none there, and keeps requests from looking for another one in ``~/.netrc``.
    """

    def __init__(self, key: Secret | None) -> None:
        self._key = None if key is None else Secret(key.reveal().strip())
        if self._key is not None and not re.fullmatch(r"[!-~]+", self._key.reveal()):
            raise UsageError("The API key is empty or holds characters that no key has. Copy it again, without spaces.")

    def __call__(self, request: Any) -> Any:
        if self._key is not None:
            request.headers[_KEY_HEADER] = self._key.reveal()
        return request

    def masked(self, content: bytes) -> bytes:
        """Return content without the key, if that is long enough to be one."""
        key = b"" if self._key is None else self._key.reveal().encode()
        return content if len(key) < _SHORTEST_KEY else content.replace(key, b"***")


def _checked_url(url: str, allow_http: bool, whole: bool = True) -> tuple[str, str]:
    try:
        parts = urlsplit(url.strip())
    except (ValueError, AttributeError):
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{url!r} is no web address. Expected something like https://studio.edgeimpulse.com/v1.")
    if whole and (parts.username or parts.password or parts.query or parts.fragment):
        raise UsageError(
            "The Studio's address must hold no user name, password, query or fragment: only host and path."
        )
    if parts.scheme == "http" and not allow_http and not _is_loopback(parts.hostname):
        raise UsageError(
            f"Plain http to {parts.hostname} would send the API key readable over the network. Use https://, "
            f"or name the risk: Studio(allow_http=True)."
        )
    return url.strip().rstrip("/") if whole else url, parts.hostname


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _wire(params: dict[str, Any]) -> dict[str, str]:
    """Parameters as the API writes them: booleans in lower case, lists as JSON, None left out."""
    return {
        name: value if isinstance(value, str) else _json(value) for name, value in params.items() if value is not None
    }


def _json(value: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False, default=_plain)
    except (TypeError, ValueError, RecursionError) as problem:
        raise UsageError(f"This cannot be sent to the Studio: {problem}.") from None


def _plain(value: Any) -> Any:
    """Turn what tables are made of, NumPy's numbers and arrays, into what JSON knows."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} {value!r:.60} is no number, text or list of them")


def _status_fault(call: str, response: requests.Response, content: bytes) -> _Fault:
    status = response.status_code
    said = _server_text(content)
    text = f"{call}: HTTP {status}{f', the Studio says: {said}' if said else ''}."
    passing = status in RETRIED_STATUS
    if status in (401, 403):
        hint = "Check the API key (EI_API_KEY): it belongs to one project and is shown on its dashboard under Keys."
        return _Fault(AuthenticationError(f"{text} {hint}", status))
    if status == 404:
        hint = "Check the project id (EI_PROJECT_ID), the block and sample ids, and that the URL ends in /v1."
        return _Fault(NotFoundError(f"{text} {hint}", status))
    retry_after = _retry_after(response)
    if status == 429:
        when = f"in {retry_after:.0f} s" if retry_after else "later"
        return _Fault(RateLimitError(f"{text} Too many requests: try again {when}.", status), retry_after, passing)
    hint = "The server has a problem of its own: try again later." if status >= 500 else "Check the call's arguments."
    return _Fault(StudioError(f"{text} {hint}", status), retry_after, passing)


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


def _network_fault(call: str, problem: Exception, timeout: float) -> _Fault:
    """Say in one line why no answer came, and what to do; a certificate or an address will not be better next time."""
    if isinstance(problem, EdgekitError):
        return _Fault(type(problem)(f"{call}: {problem}"))
    passing = not isinstance(problem, requests.exceptions.SSLError)
    return _Fault(ConnectionFailed(f"{call}: {_reason(problem, timeout)}"), None, passing)


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
