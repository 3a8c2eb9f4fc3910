"""Static pictures of what was detected in a picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike

from edgekit import arguments
from edgekit.colours import DETECTED, UNNAMED
from edgekit.display import quoted
from edgekit.errors import UsageError
from edgekit.plots.style import finish, new_axes, plain

if TYPE_CHECKING:
    from PIL.Image import Image

# To be seen on any picture. Not alpha=0.8: that would be forced on the hollow markers' faces, and fill them.
_HALO = [withStroke(linewidth=3, foreground=(1, 1, 1, 0.8))]
_LONG = 24  # characters of a label; the explorer cuts there as well
_MANY = 60  # objects; beyond, labels only cover each other


@runtime_checkable
class Detected(Protocol):
    """Truths and predictions of one picture, matched: `edgekit.detection.DebugInfo` or `BoxMatch`."""

    @property
    def truths(self) -> pd.DataFrame:
        """Table with `x`, `y`, `label`; of boxes also `width`, `height`."""

    @property
    def predictions(self) -> pd.DataFrame:
        """The same, perhaps with `score`."""

    def errors(self) -> pd.DataFrame:
        """Return `object`, `index`, `kind`, `partner` of each."""

    def name(self, label: object) -> str:
        """Return a label's name."""


def image(pixels: ArrayLike | Image, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw a picture.

    Parameters
    ----------
    pixels : PIL image or array (height, width[, 3 or 4])
        Grey values, or red, green, blue and perhaps opacity.
    ax : Axes, optional
        Where to draw; a new figure without it.
    title : str
        Above the picture.

    Returns
    -------
    Axes
        In pixels: x to the right, y down.
    """
    drawn = pixels_of(pixels)
    ax = ax if ax is not None else new_axes((6.4, 4.4))
    ax.imshow(drawn, cmap="gray", interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    finish(ax, title)
    return ax


def detections(
    matched: Detected,
    image: Any = None,
    *,
    scores: Iterable[float] | None = None,
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """Draw truths and predictions on their picture, with a line from each prediction to the truth it goes with.

    Parameters
    ----------
    matched : DebugInfo or BoxMatch
        Places are ratios 0..1 of the picture.
    image : PIL image or array (height, width[, 3]), optional
        Lies beneath, stretched to the frame of the places.
    scores : iterable of float, optional
        Of the predictions, NaN where unknown; without it the column `score` of their table, if it has one.
    ax : Axes, optional
        Where to draw; a new figure without it.
    title : str
        Above the picture.

    Returns
    -------
    Axes
        x to the right, y down, both 0..1. Truths are hollow, predictions filled; colour and marker tell the kind (see
        `edgekit.detection.errors`), boxes are dashed for truths. A truth's label is written where it is not its
        prediction's as well; beyond 60 objects labels are left out.
    """
    if not isinstance(matched, Detected):
        raise UsageError(f"matched is a DebugInfo or a BoxMatch, such as block.debug_info(), not {quoted(matched)}.")
    pixels = None if image is None else pixels_of(image)
    if scores is not None:
        scores = arguments.array("The scores", list(scores) if isinstance(scores, Iterator) else scores)
        if scores.shape != (len(matched.predictions),):
            count = len(matched.predictions)
            raise UsageError(f"There must be one score for each of {count} predictions, got shape {scores.shape}.")
    ax = ax if ax is not None else new_axes((6.4, 4.4))
    shape = 1.0
    if pixels is not None:
        shape = pixels.shape[0] / pixels.shape[1]
        ax.imshow(pixels, cmap="gray", extent=(0, 1, 1, 0), interpolation="nearest", alpha=0.75)
    ax.set(xlim=(0, 1), ylim=(1, 0), aspect=shape, xlabel="x (ratio of the width)", ylabel="y (ratio of the height)")
    found = matched.errors()
    sides = {"truth": matched.truths, "prediction": matched.predictions}
    centres = {name: _centres(table) for name, table in sides.items()}
    paired = found[(found["object"] == "prediction") & found["partner"].notna()]
    for prediction, truth, kind in zip(paired["index"], paired["partner"], paired["kind"], strict=True):
        ends = np.stack([centres["prediction"][prediction], centres["truth"][truth]])
        style = "-" if kind == "hit" else ":"
        ax.plot(*ends.T, color=DETECTED[kind].light, linewidth=1.2, linestyle=style, path_effects=_HALO)
    for name in ("truth", "prediction"):
        of_side = found[found["object"] == name]
        for kind, (colour, _, marker) in DETECTED.items():
            rows = of_side.loc[of_side["kind"] == kind, "index"].to_numpy(int)
            if len(rows):
                _mark(ax, centres[name][rows], f"{kind}, {name}: {len(rows)}", colour, marker, hollow=name == "truth")
                _boxes(ax, sides[name].iloc[rows], colour, dashed=name == "truth")
    if len(found) <= _MANY:
        said = found["kind"].isin(UNNAMED) & (found["object"] == "truth")
        hidden = set(found.loc[said, "index"])
        _names(ax, matched, centres, hidden, matched.predictions.get("score") if scores is None else scores)
    if getattr(matched, "without_debug_info", False):
        ax.set_xlabel(f"{ax.get_xlabel()}\nwithout debug info: centres of the boxes, matched by edgekit")
    finish(ax, title)
    ax.spines[["top", "right"]].set_visible(True)
    return ax


def pixels_of(image: Any) -> Any:
    """Take a picture as an array (height, width[, 3 or 4])."""
    try:
        pixels = np.asarray(image)
    except (ValueError, TypeError) as problem:
        raise UsageError(f"image is a PIL image or an array (height, width[, 3]): {problem}.") from None
    shape, numeric = pixels.shape, pixels.dtype.kind in "buif"
    if numeric and (len(shape) == 2 or (len(shape) == 3 and shape[2] in (3, 4))) and all(shape):
        return pixels
    raise UsageError(f"image is a PIL image or an array (height, width[, 3]), got {pixels.dtype} of shape {shape}.")


def _centres(table: pd.DataFrame) -> Any:
    places = table[["x", "y"]].to_numpy(float)
    return places + table[["width", "height"]].to_numpy(float) / 2 if "width" in table else places


def _mark(ax: Axes, places: Any, label: str, colour: str, marker: str, *, hollow: bool) -> None:
    face = {"markerfacecolor": "none", "markersize": 11} if hollow else {"markersize": 6}
    ax.plot(
        *places.T, marker, color=colour, markeredgewidth=1.5, label=label, clip_on=False, path_effects=_HALO, **face
    )


def _boxes(ax: Axes, table: pd.DataFrame, colour: str, *, dashed: bool) -> None:
    if "width" not in table:
        return
    for x, y, width, height in table[["x", "y", "width", "height"]].to_numpy(float):
        style = "--" if dashed else "-"
        ax.add_patch(
            Rectangle(
                (x, y), width, height, fill=False, edgecolor=colour, linewidth=1.4, linestyle=style, path_effects=_HALO
            )
        )


def _names(
    ax: Axes, matched: Detected, centres: dict[str, Any], hidden: set[int], scores: Iterable[float] | None
) -> None:
    """Write labels beside the objects: of predictions above, with their score; of truths below, but for the hidden."""
    for name, table, offset in (("truth", matched.truths, -12), ("prediction", matched.predictions, 6)):
        shown = [np.nan] * len(table) if name == "truth" or scores is None else scores
        for row, (place, label, score) in enumerate(zip(centres[name], table["label"], shown, strict=True)):
            if name == "truth" and row in hidden:
                continue
            text = plain(_short(matched.name(label))) + ("" if np.isnan(score) else f" {score:.2f}")
            ax.annotate(
                text, place, xytext=(6, offset), textcoords="offset points", fontsize="small",
                bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.6},
            )  # fmt: skip


def _short(name: str) -> str:
    return name if len(name) <= _LONG else f"{name[: _LONG - 1]}…"
