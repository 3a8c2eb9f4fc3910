"""One HTTP session to one server: paths and parameters go in, bytes come out.

An attempt can be given up at any moment (see `attempt`), and all threads share one `requests.Session`. requests does
not promise that this is safe. It is, because a call only reads the session: its headers are set before the first call,
cookies are ignored, and urllib3's pool of connections below is made for threads. A process that was forked begins with
a session of its own: on a shared connection it would be given the answers to its parent's calls.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol
from urllib.parse import quote, urlencode
from urllib.request import getproxies

import requests
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

from edgekit import display, waiting
from edgekit.arguments import flag
from edgekit.errors import ConnectionFailed, RateLimitError, UsageError
from edgekit.wire import address, limits
from edgekit.wire.attempt import Adapter, Attempt
from edgekit.wire.faults import Fault, network_fault, status_fault
from edgekit.wire.masking import Mask
from edgekit.wire.secret import Secret

_REDIRECTS = (301, 302, 303, 307, 308)
_KEY_HEADER = "x-api-key"
_raises_limits: ContextVar[bool] = ContextVar("_raises_limits", default=False)


@contextmanager
def limits_raised() -> Iterator[None]:
    """Let calls of this thread raise RateLimitError at once where the server asks to slow down, in place of waiting.

    For a caller that makes all its workers wait, not only this one.
    """
    before = _raises_limits.set(True)
    try:
        yield
    finally:
        _raises_limits.reset(before)


class Session(Protocol):
    """What calls are made through: `Transport` over HTTP, or what stands in its place (see `recording`)."""

    url: str

    def get(self, *path: str | int, **params: Any) -> bytes:
        """Send a GET."""

    def post(
        self, *path: str | int, body: dict[str, Any] | None = None, idempotent: bool = False, **params: Any
    ) -> bytes:
        """Send a POST."""

    def masked(self, content: bytes) -> bytes:
        """Return JSON without the key."""

    def close(self) -> None:
        """Close the connections."""


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
        timeout: float = limits.TIMEOUT,
        retries: int = limits.RETRIES,
        max_bytes: int = limits.MAX_BYTES,
        allow_http: bool = False,
    ) -> None:
        api_key = None if api_key is None else Secret.of(api_key)
        self._auth = _KeyAuth(api_key)
        self._address = address.base(url, flag("allow_http", allow_http))
        self.url = url.strip().rstrip("/")
        in_time = isinstance(timeout, int | float) and 0 < timeout <= limits.LONGEST_TIMEOUT
        if not in_time or not isinstance(retries, int) or retries < 0:
            raise UsageError(
                f"timeout is in seconds, above 0 and at most a day, retries 0 or more; got {display.quoted(timeout)}, "
                f"{display.quoted(retries)}."
            )
        self.timeout = timeout
        self.max_bytes = max_bytes
        self._allow_http = allow_http
        self._retry = Retry(
            total=retries, backoff_factor=limits.BACKOFF, backoff_max=limits.LONGEST_BACKOFF,
            backoff_jitter=limits.BACKOFF_JITTER,
        )  # fmt: skip
        self._opened: tuple[int, _Session] | None = None

    def __repr__(self) -> str:
        return f"<Transport {self.url}>"

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the connections."""
        return vars(self) | {"_opened": None}

    @property
    def _session(self) -> _Session:
        """Session of this very process."""
        opened, process = self._opened, os.getpid()
        if opened is None or opened[0] != process:
            opened = self._opened = process, _Session(direct=self._address.is_loopback)
        return opened[1]

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def masked(self, content: bytes) -> bytes:
        """Return JSON without the key: some servers repeat it in errors and logs."""
        return self._auth.mask.json(content)

    def get(self, *path: str | int, **params: Any) -> bytes:
        """Send a GET to the path made of these segments; parameters that are None are left out.

        What comes back is as it was sent, for a file; `masked` is for what is read or shown.
        """
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
        sent, content = written(params), None if body is None else _json(body).encode()
        retry = self._retry
        while True:
            outcome = self._attempt(method, route, sent, content)
            if isinstance(outcome, bytes):
                return outcome
            wait = outcome.retry_after or 0.0
            raises = _raises_limits.get() and isinstance(outcome.error, RateLimitError)
            if raises or not (repeatable and outcome.passing and retry.total) or wait > limits.MAX_RETRY_AFTER:
                raise outcome.error
            retry = retry.increment(method, route, error=HTTPError())
            waiting.pause(wait or retry.get_backoff_time())

    def _attempt(self, method: str, route: str, params: dict[str, str], body: Any) -> bytes | Fault:
        """Send once, so that a Ctrl-C meets frames that know nothing of headers, and so of the key."""
        call = f"{method} {self.url}{route}"

        def work(given_up: threading.Event) -> bytes | Fault:
            try:
                return self._exchange(call, method, self._address.url + route, params, body, given_up)
            except Exception as problem:  # handed over as text: the frames of requests hold the headers
                return network_fault(call, problem, self.timeout, self._auth.mask.text)

        try:
            return Attempt(work, apart=self._session.through_socks).wait(self.timeout)
        except TimeoutError as problem:
            return network_fault(call, problem, self.timeout, self._auth.mask.text)

    def _exchange(  # noqa: PLR0917
        self, call: str, method: str, url: str, params: dict[str, str] | None, body: Any, given_up: threading.Event
    ) -> bytes | Fault:
        """Send, follow redirects, read: the body of a good answer, else what went wrong."""
        auth = self._auth
        for _ in range(limits.MAX_REDIRECTS + 1):
            with self._session.sent(method, url, params, body, auth, self.timeout) as response:
                status = response.status_code
                if "Location" not in response.headers or status not in _REDIRECTS:
                    content = limits.read(response, self.max_bytes, given_up)
                    break
                there, params = self._redirected(url, response.headers["Location"]), None
            if status == 303 or (method == "POST" and status in (301, 302)):
                method, body = "GET", None
            if there.origin != self._address.origin:  # from here on without the key, on the way back as well
                auth, body = _KeyAuth(None), None
            url = there.url
        else:
            raise ConnectionFailed("redirected in a circle. Check the URL (EI_API_ENDPOINT).")
        return content if response.ok else status_fault(call, response, self.masked(content))

    def _redirected(self, url: str, location: str) -> address.Address:
        """Return the address a redirect leads to; ConnectionFailed where that address is not allowed."""
        reason = ""
        try:
            target = location.encode("latin-1").decode("utf-8")
            if not self._auth.mask.stands_in(target):
                return address.redirected(url, target, self._allow_http)
            reason = ": It holds the API key."
        except UsageError as problem:
            reason = f": {problem}"
        except ValueError:  # no UTF-8
            pass
        raise ConnectionFailed(
            f"redirected to an address that cannot be used{reason}{'' if reason.endswith('.') else '.'} Check the URL "
            f"(EI_API_ENDPOINT)."
        )


class _Session(requests.Session):
    def __init__(self, direct: bool) -> None:
        super().__init__()
        self.headers["Accept"] = "application/json, */*;q=0.5"
        self.headers["Content-Type"] = "application/json"
        self.headers["Accept-Encoding"] = "gzip"  # what `limits.read` unpacks and checks
        self._sent: Any = dict(self.headers)  # whose copy costs less
        if direct:
            self.trust_env = False  # a proxy from the environment cannot reach this machine's own loopback
        self.through_socks = not direct and any(one.lower().startswith("socks") for one in getproxies().values())
        for scheme in ("http://", "https://"):
            self.mount(scheme, Adapter(pool_maxsize=limits.CONNECTIONS))

    def sent(  # noqa: PLR0917
        self, method: str, url: str, params: dict[str, str] | None, body: Any, auth: AuthBase, timeout: float
    ) -> requests.Response:
        """Send; the body of the answer is yet to be read.

        It is what `request` does, but for cookies and for checks of what is known: the address, which `address` has
        read, the headers, and the kind of the body. These take two thirds of the time.
        """
        request = requests.PreparedRequest()
        request.method = method
        request.url = f"{url}?{urlencode(params)}" if params else url
        request.headers = headers = self._sent.copy()
        request.body = body
        if body is not None or method != "GET":
            headers["Content-Length"] = str(len(body or b""))
        auth(request)
        settings: dict[str, Any] = {"proxies": {}, "stream": True, "verify": self.verify, "cert": self.cert}
        if self.trust_env:
            settings = self.merge_environment_settings(url, {}, True, None, None)
        return self.get_adapter(url).send(request, timeout=(min(timeout, limits.CONNECT_TIMEOUT), timeout), **settings)


class _KeyAuth(AuthBase):
    """Put the key on a request; as an auth object it stays out of the session's headers and their repr.

    Without a key it puts none there, and keeps requests from looking for another one in ``~/.netrc``.
    """

    def __init__(self, key: Secret | None) -> None:
        self._key = None if key is None else key.checked()
        self.mask = Mask(self._key)

    def __call__(self, request: Any) -> Any:
        if self._key is not None:
            request.headers[_KEY_HEADER] = self._key.reveal()
        return request


def written(params: dict[str, Any]) -> dict[str, str]:
    """Parameters as the API writes them: booleans in lower case, lists as JSON, None left out."""
    return {
        name: value if isinstance(value, str) else _json(value) for name, value in params.items() if value is not None
    }


def _json(value: Any) -> str:
    try:
        return _ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError) as problem:
        raise UsageError(f"This cannot be sent to the Studio: {display.shown(problem)}.") from None


def _plain(value: Any) -> Any:
    """Turn what tables are made of, NumPy's numbers and arrays, into what JSON knows."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} {value!r:.60} is no number, text or list of them")


_ENCODER = json.JSONEncoder(allow_nan=False, default=_plain)
