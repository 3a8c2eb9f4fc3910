"""Classifying as a call that travels: to a thread, or to another process or machine, with the key but unseen."""

from __future__ import annotations

import pickle
import threading
import uuid
from collections import OrderedDict
from copy import copy
from typing import Any

from edgekit.studio.calls import Calls
from edgekit.studio.classify_calls import classified
from edgekit.studio.impulse_calls import learn_block
from edgekit.studio.sample_calls import input_picture
from edgekit.wire import secret
from edgekit.wire.recording import without_signature_keys
from edgekit.wire.schema import ClassifyResponse
from edgekit.wire.session import Session, limits_raised

_MOST_KNOWN = 4  # calls that a worker process keeps, each with its connections


class PortableCall:
    """Classify a sample with all blocks or with one: ``call(sample)`` gives the struct, and the answer as it came.

    Where the server asks to slow down it raises RateLimitError at once: only the one who gives out the work can make
    all workers wait. A process that the call was sent to opens connections of its own, once.

    Parameters
    ----------
    calls : Calls
        The project.
    block : int, str or None
        One learn block, by id, type or title; all of them without it.
    variant : str or None
        int8, float32 or akida; the server's choice without it.

    Notes
    -----
    Pickled it holds the API key, in the clear: there is no other way for it to reach a worker. So let it travel over
    connections that are your own or encrypted (of Dask: ``tls://``). No repr, no error's text, no name of a task holds
    the key.
    """

    def __init__(self, calls: Calls, block: int | str | None = None, *, variant: str | None = None) -> None:
        _ = calls.project_id  # asked once, not by every worker
        self.block = None if block is None else learn_block(calls, block)
        self.variant = variant
        self._name = uuid.uuid4().hex
        self._calls = copy(calls)
        self._calls.transport = self._heard = _Overhearing(calls.transport)

    def __repr__(self) -> str:
        return f"<classify samples of project {self._calls.known_project_id}>"

    @secret.sealed
    def __call__(self, sample: int, stop: threading.Event | None = None) -> tuple[ClassifyResponse, bytes]:
        """Return what was answered, as a struct and as JSON without the key and without any ``signatureKey``.

        Once `stop` is set, a job of the server that is waited for is cancelled.
        """
        with limits_raised():
            response = classified(
                self._calls, self.block, sample, variant=self.variant, debug=True, deprecated=False, stop=stop
            )
        return response, without_signature_keys(self._heard.last())

    @secret.sealed
    def picture(self, sample: int) -> bytes:
        """Fetch the picture of an image sample as it goes into the model: a PNG or JPEG file."""
        with limits_raised():
            return input_picture(self._calls, sample)

    def __reduce__(self) -> tuple[Any, ...]:
        with secret.travelling():
            return _arrived, (self._name, pickle.dumps((self._calls, self.block, self.variant)))


class _Overhearing:
    """A session that remembers, for each thread, the answer that was masked last."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._last = threading.local()
        self.url = session.url

    def __repr__(self) -> str:
        return repr(self._session)

    def __reduce__(self) -> tuple[Any, ...]:
        return _Overhearing, (self._session,)

    def get(self, *path: str | int, **params: Any) -> bytes:
        """Send a GET."""
        return self._session.get(*path, **params)

    def post(
        self, *path: str | int, body: dict[str, Any] | None = None, idempotent: bool = False, **params: Any
    ) -> bytes:
        """Send a POST."""
        return self._session.post(*path, body=body, idempotent=idempotent, **params)

    def masked(self, content: bytes) -> bytes:
        """Return JSON without the key."""
        self._last.content = self._session.masked(content)
        return self.last()

    def last(self) -> bytes:
        """Return what this thread was answered last, without the key."""
        content: bytes = self._last.content
        return content

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


_known: OrderedDict[str, PortableCall] = OrderedDict()
_lock = threading.Lock()


@secret.sealed
def _arrived(name: str, content: bytes) -> PortableCall:
    """Return the call that was sent here: the same one each time, so that it keeps its connections."""
    with _lock:
        if name not in _known:
            calls, block, variant = pickle.loads(content)  # noqa: S301 - what `__reduce__` wrote, inside a pickle
            calls.transport = calls.transport._session
            call = PortableCall(calls, block, variant=variant)
            call._name = name
            _known[name] = call
            while len(_known) > _MOST_KNOWN:
                _known.popitem(last=False)
        _known.move_to_end(name)
        return _known[name]
