"""Progress bars, in a notebook as in a terminal: none before a second has passed, and none with TQDM_DISABLE set."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tqdm.auto import tqdm

SHOW_AFTER = 1.0  # seconds


def bar(work: Any = None, **options: Any) -> tqdm[Any]:
    """Return tqdm's bar over some work; the options are tqdm's.

    tqdm reads ``TQDM_DISABLE`` too, but its bar for notebooks does not.
    """
    from tqdm.auto import tqdm

    return tqdm(work, delay=SHOW_AFTER, disable=bool(os.environ.get("TQDM_DISABLE")), **options)
