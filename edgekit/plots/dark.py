"""A picture for a dark ground: transparent, in the colours that explorers have there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from edgekit.colours import ANSWERS, ERRORS, ON_DARK, SERIES, WINDOWS
from edgekit.display import quoted
from edgekit.errors import UsageError

INK = "#e6e6e6"  # of text and frames, as in look.css
_PLACES = ("active", "original")
WANTED = "EDGEKIT_ON_DARK"  # in the environment, and empty: no picture is drawn for dark themes
_LOOKS = (*SERIES, *WINDOWS.values(), *ERRORS.values(), *ANSWERS.values())
_DARK = {"#000000": INK} | {look.light.lower(): look.dark for look in _LOOKS}
_SHADES = {
    "Blues": "Blues_r"
}  # scales of colours whose least is near to white paper, and those that begin near to black


Drawn = TypeVar("Drawn", Axes, Figure)


def on_dark(drawn: Drawn) -> Drawn:
    """Give a picture of edgekit's the colours of a dark theme, and no ground of its own.

    Pictures are drawn for white paper. In JupyterLab and Notebook 7 those that edgekit makes follow the theme by
    themselves; this is for slides, and for Axes of your own: what is black becomes light, and the colours of data
    become those that explorers have on a dark ground; in a confusion matrix the smallest shares become the darkest; any
    other colour stays.

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
        for image in ax.images:
            if (dark := _SHADES.get(image.get_cmap().name)) is not None:
                image.set_cmap(dark)
                _write_anew(ax.texts, image)
    for artist in figure.findobj():
        if isinstance(artist, Line2D):
            artist.set_color(_dark(artist.get_color()))
            artist.set_markeredgecolor(_dark(artist.get_markeredgecolor()))
            artist.set_markerfacecolor(_dark(artist.get_markerfacecolor()))
        elif isinstance(artist, Text):
            if not _has_a_ground(artist):
                artist.set_color(_dark(artist.get_color()))
        elif isinstance(artist, Collection) and artist.get_array() is None:
            edges, faces = ([_dark(one) for one in of()] for of in (artist.get_edgecolor, artist.get_facecolor))
            artist.set(edgecolor=edges, facecolor=faces)
        elif isinstance(artist, Patch) and artist not in (figure.patch, *(ax.patch for ax in figure.axes)):
            artist.set(edgecolor=_dark(artist.get_edgecolor()), facecolor=_dark(artist.get_facecolor()))
    return drawn


class ThemedFigure(Figure):
    """A figure that a notebook shows in the colours of its theme.

    Beside the picture for white paper, which every program shows, stands the one that `on_dark` makes. In a dark theme,
    edgekit's extension of JupyterLab and Notebook 7 shows that.
    """

    def __repr__(self) -> str:
        """Tell it as matplotlib tells its figures: notebooks hold that beside the picture."""
        return super().__repr__().replace(type(self).__name__, Figure.__name__, 1)

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, str]:
        from IPython import get_ipython

        shell: Any = get_ipython()
        if os.environ.get(WANTED) == "":
            return {}
        try:
            draw = shell.display_formatter.formatters["image/png"].lookup(self)
        except (AttributeError, KeyError):  # no IPython, or figures are not shown as PNG
            return {}
        with _for_a_moment_on_dark(self):
            drawn = draw(self)
        return {ON_DARK: drawn[0] if isinstance(drawn, tuple) else drawn}


@contextmanager
def _for_a_moment_on_dark(figure: Figure) -> Iterator[None]:
    """Give a figure these colours, and take them back; it lies afterwards as it lay before."""
    axes: list[Any] = figure.axes  # a layout moves them, each time it is made anew
    places = [(ax, which, ax.get_position(original=which == "original")) for ax in axes for which in _PLACES]
    shades = [(image, image.get_cmap()) for ax in axes for image in ax.images]
    figure.draw_without_rendering()  # makes what is made as it is needed, such as ticks
    before = [(artist, vars(artist).copy()) for artist in figure.findobj()]
    try:
        figure.set_layout_engine("none")  # all lies as it should
        on_dark(figure)
        yield
    finally:
        for image, shade in shades:
            image.set_cmap(shade)
        for artist, state in before:
            vars(artist).update(state)
        for ax, which, place in places:
            ax._set_position(place, which)


def ink_on(colour: Any) -> str:
    """Return which of black and white is read better on a colour, by the relative luminance that WCAG 2 defines."""
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in to_rgba(colour)[:3]]
    luminance = sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "black" if luminance > 0.179 else "white"  # where both have a contrast of 4.6


def _write_anew(texts: Iterable[Text], image: AxesImage) -> None:
    """Write what stands in the cells of a matrix so that it is read on their new colours."""
    values: Any = image.get_array()
    rows, columns = values.shape
    for text in texts:
        x, y = text.get_position()
        column, row = round(x), round(y)
        if 0 <= row < rows and 0 <= column < columns:
            text.set_color(ink_on(image.cmap(image.norm(values[row, column]))))


def _has_a_ground(text: Text) -> bool:
    """Say whether a text is read on something that stays as it is: a box of its own, the cells of a matrix."""
    ax = text.axes
    return text.get_bbox_patch() is not None or (ax is not None and bool(ax.images) and text in ax.texts)


def _dark(colour: Any) -> Any:
    if isinstance(colour, str) and colour.lower() == "none":
        return colour
    *_, opacity = to_rgba(colour)
    dark = _DARK.get(to_hex(colour))
    return colour if dark is None else to_rgba(dark, opacity)
