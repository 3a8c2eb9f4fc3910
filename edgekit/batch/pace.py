"""How fast a server may be asked: where it asks one worker to slow down, all of them wait."""

from __future__ import annotations

import threading
import time

from edgekit import waiting
from edgekit.errors import RateLimitError

_FIRST_HOLD, _LONGEST_HOLD = 1.0, 60.0  # seconds to wait where a server that is asked too much does not say how long
_LONGEST_ASKED = 3600.0  # what a server may ask for; longer is better asked again by a person
_NO_ANSWER = 3600.0  # of being told to wait, without any answer in between, after which the run gives up


class Pace:
    """What all workers of this process go by, and who gives out the work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hold, self._until, self._answered = _FIRST_HOLD, 0.0, time.monotonic()

    @property
    def left(self) -> float:
        """How many seconds are left to wait, 0 without any."""
        return max(self._until - time.monotonic(), 0.0)

    def keep(self) -> None:
        """Wait until the server may be asked."""
        while left := self.left:
            waiting.pause(left)

    def answered(self) -> None:
        """Note that the server has answered."""
        self._hold, self._answered = _FIRST_HOLD, time.monotonic()

    def slow_down(self, problem: RateLimitError) -> None:
        """Let no worker begin before the server wants to be asked again."""
        now = time.monotonic()
        with self._lock:
            if problem.retry_after is not None:
                self._until = max(self._until, now + problem.retry_after)
            elif now >= self._until:  # not one of the calls that were on their way when the first was refused
                self._until = now + self._hold
                self._hold = min(2 * self._hold, _LONGEST_HOLD)

    def is_hopeless(self, problem: RateLimitError) -> bool:
        """Say whether the server asks for longer than a run should wait."""
        return (problem.retry_after or 0) > _LONGEST_ASKED or time.monotonic() - self._answered > _NO_ANSWER
