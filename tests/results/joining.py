"""Ranges joined to windows, as texts: what the tests of labels look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.results.expected import Method, Ranges, joined
from edgekit.results.windows import Cut


def labels_joined(ranges: Ranges, cut: Cut, method: Callable[[], Method] = Method) -> tuple[NDArray[Any], str]:
    """Give each window its label, None where no range is, and say what is doubtful about it."""
    found = joined(ranges, cut, method)
    return np.array([*ranges.names, None], object)[found.codes(ranges)], found.doubt
