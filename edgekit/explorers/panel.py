"""Controls above one picture and one table that follow them."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

import anywidget
import ipywidgets as widgets
import pandas as pd
import traitlets

from edgekit import display
from edgekit.errors import EdgekitError, UsageError
from edgekit.explorers import modules

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE = (9.0, 3.0)


class _Keys(anywidget.AnyWidget):
    """An unseen element that keeps JupyterLab's shortcuts away from the controls beside it, and hears of its theme."""

    _esm = modules.module("panel/shortcuts.js")
    dark = traitlets.Bool(False).tag(sync=True)


class _Drawn(NamedTuple):
    """One drawing: the controls' values, what `draw` returned for them, and the picture."""

    values: dict[str, Any]
    shown: pd.DataFrame | str | None
    png: bytes
    dark_png: bytes = b""  # on a dark theme; what is stored beside the widget is light

    def text(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        if isinstance(self.shown, pd.DataFrame):
            return f"Panel({said})\n{self.shown.to_string(float_format=_figure)}"
        return f"Panel({said})" + (f"\n{self.shown}" if self.shown else "")

    def html(self) -> str:
        below = f"<p>{escape(self.shown)}</p>" if isinstance(self.shown, str) and self.shown else ""
        if isinstance(self.shown, pd.DataFrame):
            below = str(self.shown.to_html(escape=True, border=0, float_format=_figure))
        return (
            f"<img alt='{escape(self.text(), quote=True)}' style='max-width:100%' "
            f"src='data:image/png;base64,{base64.b64encode(self.dark_png or self.png).decode()}'>{below}"
        )


class Panel(widgets.VBox):  # type: ignore[misc]  # ipywidgets ships no types
    """Controls, and a picture that is drawn again whenever one of them moves.

    Parameters
    ----------
    draw : callable
        ``draw(ax, **values)``: draws on the Axes it is given, with the controls' values by name. What it returns is
        shown below the picture: a DataFrame, a text, or nothing.
    controls : widgets by name
        Anything with a `value`: sliders, drop-downs, …

    Attributes
    ----------
    values : dict
        The controls' values by name.
    shown : DataFrame, str or None
        What `draw` returned last.

    Notes
    -----
    On a dark theme the picture is transparent, in the colours that explorers have there.

    It is `ipywidgets.interact` without an Output widget: the picture is a trait, so that it shows from any thread
    the control's message came on, stays out of a notebook test's stdout, and stands as a PNG with a text beside the
    widget where there is no kernel.

    Examples
    --------
    >>> import edgekit as ek
    >>> import ipywidgets as widgets
    >>> table = ek.connect(sandbox="motion").classify(31).block("anomaly-gmm").windows()
    >>> def look(ax, threshold):
    ...     ek.plots.scores(table, threshold=threshold, ax=ax)
    ...     return ek.anomaly.per_label(table["anomaly"], table["expected"], threshold)
    >>> panel = ek.explorers.Panel(look, threshold=widgets.FloatSlider(value=2.5, max=20))
    >>> panel.values
    {'threshold': 2.5}
    >>> panel.shown
               windows  above  share
    label
    badminton       17     17    1.0
    """

    def __init__(self, draw: Callable[..., pd.DataFrame | str | None], **controls: Any) -> None:
        if not controls or not all(hasattr(control, "value") for control in controls.values()):
            raise UsageError("A Panel needs at least one control with a value: Panel(draw, threshold=FloatSlider()).")
        self._draw_on = draw
        self._controls = controls
        self._lock = threading.RLock()  # controls report on threads of the kernel's choosing
        self._drawn = _Drawn({}, None, b"")
        self._view = widgets.HTML()
        for name, control in controls.items():
            control.description = control.description or name
            control.observe(self._follow, "value")
        self._keys = _Keys()
        self._keys.observe(self._follow, "dark")
        super().__init__([widgets.HBox(list(controls.values())), self._view, self._keys])
        self.add_class("edgekit-panel")
        self._follow()

    @property
    def values(self) -> dict[str, Any]:
        """The controls' values by name."""
        return {name: control.value for name, control in self._controls.items()}

    @property
    def shown(self) -> pd.DataFrame | str | None:
        """What `draw` returned last."""
        return self._drawn.shown

    def _follow(self, change: object = None) -> None:
        from matplotlib.figure import Figure

        with self._lock:
            figure = Figure(figsize=_SIZE, layout="constrained")
            axes: Axes = figure.subplots()
            values = self.values
            try:
                shown = self._draw_on(axes, **values)
            except EdgekitError as problem:
                if change is None:
                    raise
                # what a callback raises is shown nowhere: say it where the picture was
                self._view.value = f"<p role='alert'>{escape(str(problem))}</p>"
                return
            light, dark = _png(figure), b""
            if self._keys.dark:
                from edgekit.plots.dark import on_dark

                on_dark(figure)
                dark = _png(figure)
            self._drawn = _Drawn(values, shown, light, dark)
            self._view.value = self._drawn.html()

    def __repr__(self) -> str:
        return display.fit(display.lines(self._drawn.text()))

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        drawn = self._drawn
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        bundle["text/plain"] = display.lines(drawn.text())
        bundle["image/png"] = base64.b64encode(drawn.png).decode()
        return bundle


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=96)
    return buffer.getvalue()


def _figure(value: float) -> str:
    return f"{value:.3f}"
