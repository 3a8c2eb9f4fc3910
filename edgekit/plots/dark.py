"""A picture for a dark ground: transparent, in the colours that explorers have there."""

from __future__ import annotations

from typing import Any, TypeVar

from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from edgekit.colours import ANSWERS, ERRORS, SERIES, WINDOWS
from edgekit.display import quoted
from edgekit.errors import UsageError

INK = "#e6e6e6"  # of text and frames, as in look.css
_LOOKS = (*SERIES, *WINDOWS.values(), *ERRORS.values(), *ANSWERS.values())
_DARK = {"#000000": INK} | {look.light.lower(): look.dark for look in _LOOKS}


Drawn = TypeVar("Drawn", Axes, Figure)


def on_dark(drawn: Drawn) -> Drawn:
    """Give a picture of edgekit's the colours of a dark theme, and no ground of its own.

    Pictures are drawn for white paper, because a notebook stores them and is read in any theme. For slides or a
    notebook on a dark ground: what is black becomes light, and the colours of data become those that explorers have on
    a dark ground; any other colour stays.

    Parameters
    ----------
    drawn : Axes or Figure
        What a plot or ``explorer.figure()`` returned. All of its figure is changed.

    Returns
    -------
    Axes or Figure
        The same.

    Raises
    ------
    UsageError
        It is neither.

    Examples
    --------
    >>> import edgekit as ek
    >>> result = ek.connect(sandbox="motion").classify(31)
    >>> axes = ek.plots.on_dark(result.block("anomaly-gmm").plot())
    >>> axes.figure.patch.get_alpha()
    0
    """
    figure: Any = drawn.get_figure(root=True) if isinstance(drawn, Axes) else drawn
    if not isinstance(figure, Figure):
        raise UsageError(f"on_dark takes what a plot returned (Axes or a Figure), got {quoted(drawn)}.")
    figure.patch.set_alpha(0)
    for ax in figure.axes:
        ax.patch.set_alpha(0)
        if (legend := ax.get_legend()) is not None:
            legend.get_frame().set_alpha(0)
    for artist in figure.findobj():
        if isinstance(artist, Line2D):
            artist.set_color(_dark(artist.get_color()))
            artist.set_markeredgecolor(_dark(artist.get_markeredgecolor()))
            artist.set_markerfacecolor(_dark(artist.get_markerfacecolor()))
        elif isinstance(artist, Text):
            if artist.get_bbox_patch() is None:  # what has a ground of its own is read on that
                artist.set_color(_dark(artist.get_color()))
        elif isinstance(artist, Collection) and artist.get_array() is None:
            edges, faces = ([_dark(one) for one in of()] for of in (artist.get_edgecolor, artist.get_facecolor))
            artist.set(edgecolor=edges, facecolor=faces)
        elif isinstance(artist, Patch) and artist not in (figure.patch, *(ax.patch for ax in figure.axes)):
            artist.set(edgecolor=_dark(artist.get_edgecolor()), facecolor=_dark(artist.get_facecolor()))
    return drawn


def _dark(colour: Any) -> Any:
    if isinstance(colour, str) and colour.lower() == "none":
        return colour
    *_, opacity = to_rgba(colour)
    dark = _DARK.get(to_hex(colour))
    return colour if dark is None else to_rgba(dark, opacity)
