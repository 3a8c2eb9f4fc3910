"""Progress bars, in a notebook as in a terminal: none before a second has passed, and none with TQDM_DISABLE set."""

from __future__ import annotations

import os
from contextlib import nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tqdm.auto import tqdm

SHOW_AFTER = 1.0  # seconds


def bar(work: Any = None, **options: Any) -> tqdm[Any]:
    """Return tqdm's bar over some work; the options are tqdm's.

    tqdm reads ``TQDM_DISABLE`` too, but its bar for notebooks does not.
    """
    from tqdm.auto import tqdm

    shown = tqdm(work, delay=SHOW_AFTER, disable=bool(os.environ.get("TQDM_DISABLE")), **options)
    shown.__class__ = _interruptible(type(shown))  # type: ignore[arg-type]
    return shown


@cache
def _interruptible(kind: type[tqdm[Any]]) -> type[tqdm[Any]]:
    """Return bars of a kind that leave the lock of all bars free, also where Ctrl-C comes while they are drawn."""

    class Interruptible(kind):  # type: ignore[misc]
        def refresh(self, nolock: bool = False, lock_args: Any = None) -> Any:
            with nullcontext() if nolock else self.get_lock():
                return super().refresh(nolock=True)

        def clear(self, nolock: bool = False) -> None:
            with nullcontext() if nolock else self.get_lock():
                super().clear(nolock=True)

    return Interruptible
