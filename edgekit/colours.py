"""Colours, markers and line styles: one place for static pictures and for explorers, which are sent them as data.

The colours are Okabe and Ito's, told apart by the colour-blind; markers and line styles differ as well, for print.
Explorers follow their theme, and static pictures in JupyterLab: `dark` is the same colour on a dark ground.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

# What a picture for a dark ground is called beside the one for white paper: a PNG in base64 (edgekit/plots/dark.py).
ON_DARK = "application/vnd.edgekit.on-dark"


class Look(NamedTuple):
    """The look of one kind: its colour on a light and on a dark ground, and its marker, by matplotlib's letter."""

    light: str
    dark: str
    marker: str = "o"


class Marker(NamedTuple):
    """A marker in explorers: its corners as shares of its size (none: a circle), and its sign in texts."""

    corners: tuple[tuple[float, float], ...]
    sign: str


_X = (
    (-1, -0.4), (-0.4, -1), (0, -0.55), (0.4, -1), (1, -0.4), (0.55, 0), (1, 0.4), (0.4, 1), (0, 0.55), (-0.4, 1),
    (-1, 0.4), (-0.55, 0),
)  # fmt: skip
_PLUS = (
    (-0.4, -1), (0.4, -1), (0.4, -0.4), (1, -0.4), (1, 0.4), (0.4, 0.4), (0.4, 1), (-0.4, 1), (-0.4, 0.4), (-1, 0.4),
    (-1, -0.4), (-0.4, -0.4),
)  # fmt: skip
# By matplotlib's letter.
MARKERS = {
    "o": Marker((), "\N{BLACK CIRCLE}"),
    "s": Marker(((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)), "\N{BLACK SQUARE}"),
    "^": Marker(((0, -1.15), (1.05, 0.85), (-1.05, 0.85)), "\N{BLACK UP-POINTING TRIANGLE}"),
    "v": Marker(((0, 1.15), (1.05, -0.85), (-1.05, -0.85)), "\N{BLACK DOWN-POINTING TRIANGLE}"),
    "D": Marker(((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)), "\N{BLACK DIAMOND}"),
    "X": Marker(_X, "\N{MULTIPLICATION X}"),
    "P": Marker(_PLUS, "\N{HEAVY GREEK CROSS}"),
}

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

# Truths that are not named: their label is the prediction's, or none that the model knows.
UNNAMED = ("hit", "not in training")

# Scores of cells over a picture: as even for the colour-blind as for others. Red, green and blue from low to high, as
# matplotlib has them (a test compares): the first explorer of a kernel would wait half a second for its import.
HEAT = "cividis"
_HEAT = (
    "00224d00234f00235000245200255400265500265700275900285b00285c00295e002a60002a62002b64002c66002c67002d69002e6b"
    "002f6d002f6f0030700030700031700031700432700833700b33700e347011356f14366f16366f18376f1a386f1c386e1d396e1f3a6e"
    "213b6e223b6e243c6e253d6d273d6d283e6d2a3f6d2b3f6d2c406d2e416c2f426c30426c31436c32446c34446c35456c36466c37466c"
    "38476c39486c3a486b3b496b3d4a6b3e4b6b3f4b6b404c6b414d6b424d6b434e6b444f6b454f6b46506b47516b48516b49526b4a536b"
    "4b546c4c546c4d556c4e566c4e566c4f576c50586c51586c52596c535a6c545a6c555b6d565c6d575d6d585d6d595e6d595f6d5a5f6d"
    "5b606e5c616e5d616e5e626e5f636e60646e61646f61656f62666f63666f64676f656870666970676970686a70686b71696b716a6c71"
    "6b6d716c6d726d6e726e6f726e70736f7073707173717273727374737374747475747575757575767676777776787876797877797977"
    "7a7a777b7b777c7b787d7c787e7d787f7d78807e78817f788280788380788481788582788583788683788784788885788986788a8678"
    "8b87788c88788d89788e89788f8a77908b77918c77928c77938d77948e77958f77968f779790769891769992769a93769b93769c9476"
    "9d95759e96759f9675a09775a19874a29974a39a74a49a74a59b73a69c73a79d73a89e73a99e72aa9f72aba072aca171ada271aea271"
    "afa370b0a470b1a570b2a66fb3a66fb4a76fb5a86eb6a96eb7aa6db8ab6db9ab6dbaac6cbbad6cbcae6bbdaf6bbeb06abfb06ac1b169"
    "c2b269c3b368c4b468c5b567c6b567c7b666c8b765c9b865cab964cbba64ccbb63cdbc62cebc62cfbd61d0be60d2bf60d3c05fd4c15e"
    "d5c25ed6c35dd7c35cd8c45bd9c55adac65adbc759dcc858dec957dfca56e0cb55e1cc54e2cc53e3cd52e4ce51e5cf50e6d04fe8d14e"
    "e9d24dead34cebd44becd54aedd648eed747efd846f1d944f2da43f3da42f4db40f5dc3ff6dd3df8de3bf9df3afae038fbe136fde234"
    "fde333fde534fde636fde737"
)


def heat() -> NDArray[np.uint8]:
    """Return the colour map of scores as red, green, blue from low to high, (256, 3)."""
    return np.frombuffer(bytes.fromhex(_HEAT), np.uint8).reshape(256, 3)


def heat_shares(scores: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """Return where scores stand on the colour map, score / (score + threshold): 0 to 1, a half at the threshold."""
    above = np.maximum(scores, 0)
    if threshold <= 0:
        return np.asarray(np.where(np.isnan(above), np.nan, above > 0), float)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(np.isinf(above), 1.0, above / (above + threshold)))


def heat_pixels(scores: ArrayLike, threshold: float) -> NDArray[np.uint8]:
    """Return the colours of scores as red, green, blue, opacity, (…, 4); scores that are missing are clear."""
    shares = heat_shares(np.asarray(scores, float), threshold)
    known = ~np.isnan(shares)
    pixels = np.zeros((*shares.shape, 4), np.uint8)
    pixels[known, :3] = heat()[np.minimum(shares[known] * 256, 255).astype(int)]
    pixels[known, 3] = 255
    return pixels


def as_data() -> dict[str, Any]:
    """Return all of it as what an explorer's front end is sent (`looks` of its `_meta`)."""
    return {
        "series": [look._asdict() for look in SERIES],
        "dashes": [list(dash) for dash in DASHES],
        "kinds": {
            kind: look._asdict() | MARKERS[look.marker]._asdict()
            for kind, look in (WINDOWS | ERRORS | ANSWERS | DETECTED).items()
        },
        "shade": dict(zip(("light", "dark"), SHADE, strict=True)),
    }
