"""Colours, markers and line styles: one place for static pictures and for explorers, which are sent them as data.

The colours are Okabe and Ito's, told apart by the colour-blind; markers and line styles differ as well, for print.
Static pictures are light. An explorer follows its theme: `dark` is the same colour on a dark ground.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Look(NamedTuple):
    """The look of one kind: its colour on a light and on a dark ground, and its marker, by matplotlib's letter."""

    light: str
    dark: str
    marker: str = "o"


# Lines, one after the other: the axes of a signal, the labels of a block.
SERIES = (
    Look("#0072B2", "#56B4E9"),
    Look("#E69F00", "#E69F00"),
    Look("#009E73", "#2BC79A"),
    Look("#CC79A7", "#E0A1C4"),
    Look("#D55E00", "#F0813A"),
    Look("#56B4E9", "#9AD4F5"),
)
COLOURS = tuple(look.light for look in SERIES)
# The same styles twice, for matplotlib and, in px of dash and gap, for a canvas.
STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))
DASHES = ((), (6, 3), (6, 2, 2, 2), (2, 2), (9, 2), (5, 2, 1, 2, 1, 2))

# Windows: what they should be, and those that score above the threshold.
WINDOWS = {
    "normal": SERIES[0],
    "anomalous": SERIES[1],
    "not known": Look("#808080", "#808080"),
    "above": Look("#D55E00", "#F0813A", "D"),
}
ALARM = WINDOWS["above"].light
SHADE = (0.16, 0.22)  # how opaque the time above the threshold is shaded, light and dark

# Windows of a regression: whether their error is allowed.
ERRORS = {"within": SERIES[0], "beyond": WINDOWS["above"]}

# Windows of a classification: whether the label is right.
ANSWERS = {
    "right": Look(SERIES[2].light, SERIES[2].dark, "o"),
    "wrong": Look(SERIES[4].light, SERIES[4].dark, "X"),
    "uncertain": Look("#808080", "#808080", "s"),
}

# Detections lie on a picture, which is the same on a light and on a dark ground. Truths are drawn hollow.
DETECTED = {
    kind: Look(colour, colour, marker)
    for kind, colour, marker in (
        ("hit", COLOURS[2], "o"),
        ("duplicate", COLOURS[5], "s"),
        ("wrong class", COLOURS[4], "X"),
        ("too far", COLOURS[1], "^"),
        ("background", COLOURS[3], "D"),
        ("missed", COLOURS[0], "v"),
        ("not in training", "#777777", "P"),
    )
}

# Scores of cells over a picture: as even for the colour-blind as for others.
HEAT = "cividis"


def heat() -> NDArray[np.uint8]:
    """Return the colour map of scores as red, green, blue from low to high, (256, 3)."""
    from matplotlib import colormaps

    found: NDArray[np.uint8] = colormaps[HEAT](np.arange(256), bytes=True)[:, :3]
    return found


def heat_shares(scores: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """Return where scores stand on the colour map, score / (score + threshold): 0 to 1, a half at the threshold."""
    above = np.maximum(scores, 0)
    if threshold <= 0:
        return np.asarray(np.where(np.isnan(above), np.nan, above > 0), float)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(np.isinf(above), 1.0, above / (above + threshold)))


def as_data() -> dict[str, Any]:
    """Return all of it as what an explorer's front end is sent (`looks` of its `_meta`)."""
    return {
        "series": [look._asdict() for look in SERIES],
        "dashes": [list(dash) for dash in DASHES],
        "kinds": {kind: look._asdict() for kind, look in (WINDOWS | ERRORS | ANSWERS | DETECTED).items()},
        "shade": dict(zip(("light", "dark"), SHADE, strict=True)),
    }
