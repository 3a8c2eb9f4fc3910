"""A picture for a dark ground: transparent, in the colours that explorers have there."""

from __future__ import annotations

from typing import Any

from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from edgekit.colours import ANSWERS, ERRORS, SERIES, WINDOWS

INK = "#e6e6e6"  # of text and frames, as in look.css
_LOOKS = (*SERIES, *WINDOWS.values(), *ERRORS.values(), *ANSWERS.values())
_DARK = {"#000000": INK} | {look.light.lower(): look.dark for look in _LOOKS}


def on_dark(figure: Figure) -> None:
    """Give a figure of edgekit's plots the colours of a dark theme, and no ground of its own.

    What is black becomes light, and the colours of data become the same colours as explorers have on a dark ground
    (`edgekit.colours`); any other colour stays.
    """
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
        elif isinstance(artist, Patch) and artist not in (figure.patch, *(ax.patch for ax in figure.axes)):
            opacity = artist.get_alpha()
            artist.set(edgecolor=_dark(artist.get_edgecolor()), facecolor=_dark(artist.get_facecolor()), alpha=opacity)


def _dark(colour: Any) -> Any:
    if isinstance(colour, str) and colour.lower() == "none":
        return colour
    return _DARK.get(to_hex(colour), colour)
